/*
 * Plays every vector through the library, in each of the ways in which a delivery can be verified: whole, in chunks,
 * with numbers in the place of names, and by MACs that are made here. `tests/examples/host_vectors.rs` writes the
 * file, whose path is the argument.
 */
#include "check.h"
#include "hmac.h"

/* What the file says of a vector. */
typedef struct {
  block name, scheme, body, scope, message, variant, time, id, fields[HOOKSEAL_FIELDS], event_type, event_id, key,
      digest;
  size_t secret_count, limit_count, header_count;
  block secrets[16];
  uint32_t limits[8];
  uint64_t values[8];
  block header_names[64], header_values[64];
  int64_t now;
  uint32_t code, status, secret;
} vector;

static const uint8_t *rest;
static const uint8_t *end;

static block next_item(void) {
  size_t length = 0;
  while (rest < end && *rest != ':') length = length * 10 + (size_t)(*rest++ - '0');
  if (rest >= end || (size_t)(end - rest) < length + 1) {
    printf("the file of vectors is cut short\n");
    exit(2);
  }
  block item = block_of(rest + 1, length);
  rest += length + 1;
  return item;
}

static int64_t number_of(block item) {
  char text[32] = {0};
  if (item.length < sizeof text) memcpy(text, item.at, item.length);
  return strtoll(text, NULL, 10);
}

static int64_t next_number(void) {
  block item = next_item();
  int64_t number = number_of(item);
  free(item.at);
  return number;
}

/* Limits can be 2^64 - 1. */
static uint64_t next_value(void) {
  block item = next_item();
  char text[32] = {0};
  if (item.length < sizeof text) memcpy(text, item.at, item.length);
  free(item.at);
  return strtoull(text, NULL, 10);
}

static size_t next_count(size_t most) {
  int64_t count = next_number();
  if (count < 0 || (size_t)count > most) {
    printf("a vector has more items than this program has room for: %lld\n", (long long)count);
    exit(2);
  }
  return (size_t)count;
}

static void read_vector(vector *v) {
  v->name = next_item();
  v->scheme = next_item();
  v->secret_count = next_count(16);
  for (size_t at = 0; at < v->secret_count; at++) v->secrets[at] = next_item();
  v->limit_count = next_count(8);
  for (size_t at = 0; at < v->limit_count; at++) {
    v->limits[at] = (uint32_t)next_number();
    v->values[at] = next_value();
  }
  v->header_count = next_count(64);
  for (size_t at = 0; at < v->header_count; at++) {
    v->header_names[at] = next_item();
    v->header_values[at] = next_item();
  }
  v->body = next_item();
  v->now = next_number();
  v->scope = next_item();
  v->code = (uint32_t)next_number();
  v->status = (uint32_t)next_number();
  v->message = next_item();
  v->variant = next_item();
  v->time = next_item();
  v->secret = (uint32_t)next_number();
  v->id = next_item();
  for (size_t at = 0; at < HOOKSEAL_FIELDS; at++) v->fields[at] = next_item();
  v->event_type = next_item();
  v->event_id = next_item();
  v->key = next_item();
  v->digest = next_item();
}

static void free_vector(vector *v) {
  block all[] = {v->name, v->scheme, v->body, v->scope, v->message, v->variant, v->time, v->id, v->event_type,
      v->event_id,
                 v->key, v->digest};
  for (size_t at = 0; at < sizeof all / sizeof *all; at++) free(all[at].at);
  for (size_t at = 0; at < HOOKSEAL_FIELDS; at++) free(v->fields[at].at);
  for (size_t at = 0; at < v->secret_count; at++) free(v->secrets[at].at);
  for (size_t at = 0; at < v->header_count; at++) {
    free(v->header_names[at].at);
    free(v->header_values[at].at);
  }
}

/* A delivery with headers in a block of their own. */
typedef struct {
  hookseal_header *headers;
  hookseal_delivery delivery;
} sent;

static sent send(const vector *v, uint32_t flags) {
  sent made;
  made.headers = malloc(v->header_count * sizeof *made.headers + 1);
  if (made.headers == NULL) abort();
  for (size_t at = 0; at < v->header_count; at++) {
    hookseal_header header = {text_of(v->header_names[at]), text_of(v->header_values[at])};
    made.headers[at] = header;
  }
  hookseal_delivery delivery = {sizeof delivery, flags, v->now, made.headers, v->header_count, text_of(v->body)};
  made.delivery = delivery;
  return made;
}

/* Puts the number of each name in its place, as a host does that looks headers up itself. */
static void number_names(sent *s, const hookseal_verifier *verifier) {
  for (size_t at = 0; at < s->delivery.header_count; at++) {
    hookseal_text *name = &s->headers[at].name;
    for (uint32_t number = 0; number < 8; number++) {
      uint8_t known[64];
      size_t length = hookseal_verifier_name(verifier, number, known, sizeof known);
      int is_same = length > 0 && length == name->length && name->at != NULL;
      for (size_t letter = 0; is_same && letter < length; letter++) {
        uint8_t a = known[letter], b = name->at[letter];
        if (a >= 'A' && a <= 'Z') a |= 32;
        if (b >= 'A' && b <= 'Z') b |= 32;
        is_same = a == b;
      }
      if (is_same) {
        name->at = NULL;
        name->length = number + 1;
        break;
      }
    }
  }
}

static void check_message(const vector *v, const hookseal_verdict *verdict, const char *way) {
  uint8_t text[HOOKSEAL_MESSAGE_MAX];
  size_t length = hookseal_message(verdict, HOOKSEAL_NAMES_SNAKE, text, sizeof text);
  CHECK(length == v->message.length && length <= sizeof text && memcmp(text, v->message.at, length) == 0,
        "%.*s, %s: it says \"%.*s\" and not \"%.*s\"", (int)v->name.length, v->name.at, way, (int)length, text,
        (int)v->message.length, v->message.at);
  /* The length that it needs is told whatever the room is. */
  CHECK(hookseal_message(verdict, HOOKSEAL_NAMES_SNAKE, NULL, 0) == length, "%s", way);
}

static int is_span(hookseal_span span, block body, block expected) {
  if (expected.length == 0) return span.at == 0 && span.length == 0;
  return span.at > 0 && span.length == expected.length - 1 && (size_t)span.at + span.length <= body.length &&
         memcmp(body.at + span.at, expected.at + 1, span.length) == 0;
}

static void check_decoded(const vector *v, hookseal_span span, block expected) {
  /* Decoded text is never longer. */
  uint8_t *text = malloc(span.length + 1);
  if (text == NULL) abort();
  size_t length = hookseal_decode(v->body.at + span.at, span.length, text, span.length);
  CHECK(length == expected.length && memcmp(text, expected.at, length) == 0, "%.*s: \"%.*s\" is not \"%.*s\"",
        (int)v->name.length, v->name.at, (int)(length % 200), text, (int)(expected.length % 200), expected.at);
  free(text);
}

/* Compares a verdict with the expected one. */
static void check_verdict(const vector *v, const hookseal_verifier *verifier, const hookseal_verdict *verdict,
                          uint32_t code, const char *way, int has_fields) {
  int length = (int)v->name.length;
  CHECK(code == v->code && verdict->code == code && verdict->status == v->status, "%.*s, %s: %u (%u) and not %u (%u)",
        length, v->name.at, way, code, verdict->status, v->code, v->status);
  check_message(v, verdict, way);
  if (code != v->code || code != HOOKSEAL_GENUINE) {
    for (size_t at = 0; at < HOOKSEAL_FIELDS; at++) {
      CHECK(verdict->fields[at].at == 0, "%.*s, %s: a field of a refused body", length, v->name.at, way);
    }
    return;
  }
  uint8_t variant[64];
  size_t variant_length =
      hookseal_verifier_name(verifier, HOOKSEAL_NAME_VARIANT + verdict->variant, variant, sizeof variant);
  CHECK(variant_length == v->variant.length && memcmp(variant, v->variant.at, variant_length) == 0, "%.*s, %s: variant",
        length, v->name.at, way);
  CHECK(verdict->secret == v->secret, "%.*s, %s: secret %u", length, v->name.at, way, verdict->secret);
  CHECK(((verdict->flags & HOOKSEAL_HAS_TIME) != 0) == (v->time.length != 0), "%.*s, %s: time", length, v->name.at,
      way);
  CHECK(v->time.length == 0 || verdict->timestamp == number_of(v->time), "%.*s, %s: time", length, v->name.at, way);
  CHECK((verdict->id_header != 0) == (v->id.length != 0), "%.*s, %s: id", length, v->name.at, way);
  if (verdict->id_header != 0) {
    block value = v->header_values[verdict->id_header - 1];
    CHECK(verdict->id.length == v->id.length && (size_t)verdict->id.at + verdict->id.length <= value.length &&
              memcmp(value.at + verdict->id.at, v->id.at, v->id.length) == 0,
          "%.*s, %s: id", length, v->name.at, way);
  }
  int is_envelope = v->fields[0].length != 0;
  CHECK(((verdict->flags & HOOKSEAL_HAS_ENVELOPE) != 0) == is_envelope, "%.*s, %s: envelope", length, v->name.at, way);
  if (!has_fields) return;
  CHECK(((verdict->flags & HOOKSEAL_HAS_FIELDS) != 0) == is_envelope, "%.*s, %s: fields", length, v->name.at, way);
  for (size_t at = 0; at < HOOKSEAL_FIELDS; at++) {
    CHECK(is_span(verdict->fields[at], v->body, v->fields[at]), "%.*s, %s: field %zu", length, v->name.at, way, at);
  }
  if (is_envelope) {
    check_decoded(v, verdict->fields[HOOKSEAL_EVENT_TYPE], v->event_type);
    check_decoded(v, verdict->fields[HOOKSEAL_EVENT_ID], v->event_id);
  }
}

static void check_key(const vector *v, size_t length, const uint8_t *text, const uint8_t digest[32], const char *way) {
  CHECK(length == v->key.length && memcmp(text, v->key.at, length) == 0, "%.*s, %s: key \"%.*s\" and not \"%.*s\"",
        (int)v->name.length, v->name.at, way, length == HOOKSEAL_NONE ? 0 : (int)length, text, (int)v->key.length,
        v->key.at);
  char hex[65];
  for (int at = 0; at < 32; at++) snprintf(hex + 2 * at, 3, "%02x", digest[at]);
  CHECK(is_text(v->digest, hex), "%.*s, %s: digest", (int)v->name.length, v->name.at, way);
}

static void play_whole(const vector *v, const hookseal_verifier *verifier) {
  sent s = send(v, HOOKSEAL_READ_ENVELOPE);
  hookseal_verdict verdict = new_verdict();
  uint32_t code = hookseal_verify(verifier, &s.delivery, &verdict);
  check_verdict(v, verifier, &verdict, code, "whole", 1);
  CHECK(hookseal_verify(verifier, &s.delivery, NULL) == code, "without a verdict");
  if (code == HOOKSEAL_GENUINE) {
    uint8_t digest[32], text[HOOKSEAL_KEY_MAX];
    size_t length = hookseal_delivery_key(verifier, &s.delivery, &verdict, v->scope.at, v->scope.length, digest, text,
                                          sizeof text);
    check_key(v, length, text, digest, "whole");
  }
  number_names(&s, verifier);
  verdict = new_verdict();
  code = hookseal_verify(verifier, &s.delivery, &verdict);
  check_verdict(v, verifier, &verdict, code, "with numbers", 1);
  free(s.headers);
}

static void play_chunks(const vector *v, const hookseal_verifier *verifier, size_t size) {
  sent s = send(v, HOOKSEAL_READ_ENVELOPE | HOOKSEAL_KEY);
  hookseal_verdict verdict = new_verdict();
  hookseal_stream *stream = hookseal_stream_new(verifier, &s.delivery, &verdict);
  /* Nothing of the caller is kept. */
  for (size_t at = 0; at < v->header_count; at++) {
    block copy = block_of(v->header_values[at].at, v->header_values[at].length);
    free(v->header_values[at].at);
    ((vector *)v)->header_values[at] = copy;
  }
  free(s.headers);
  uint32_t code = verdict.code;
  if (stream != NULL) {
    size_t at = 0;
    do {
      size_t length = v->body.length - at < size ? v->body.length - at : size;
      block chunk = block_of(v->body.at + at, length);
      hookseal_stream_update(stream, chunk.at, chunk.length);
      free(chunk.at);
      at += length;
    } while (at < v->body.length);
    verdict = new_verdict();
    uint64_t now = (uint64_t)v->now;
    code = hookseal_stream_finish(stream, (uint32_t)now, (uint32_t)(now >> 32), &verdict);
  }
  /* The headers are read before the size of a streamed body is known, but after that of a whole one. */
  if (v->code != HOOKSEAL_BODY_TOO_LARGE) {
    check_verdict(v, verifier, &verdict, code, "in chunks", 1);
  } else {
    CHECK(code != HOOKSEAL_GENUINE, "%.*s: too large in chunks", (int)v->name.length, v->name.at);
  }
  uint8_t digest[32], text[HOOKSEAL_KEY_MAX];
  size_t length = hookseal_stream_key(stream, v->scope.at, v->scope.length, digest, text, sizeof text);
  if (code == HOOKSEAL_GENUINE) {
    check_key(v, length, text, digest, "in chunks");
  } else {
    CHECK(length == HOOKSEAL_NONE, "%.*s: the key of a refused delivery", (int)v->name.length, v->name.at);
  }
  hookseal_stream_free(stream);
}

/* The verdict by headers that are read once: on the MACs that are given, and on wrong ones. */
static void play_decided(const vector *v, const hookseal_verifier *verifier, const hookseal_prepared *prepared,
                         uint8_t *macs, uint32_t secrets, int is_late) {
  int length = (int)v->name.length;
  uint64_t now = (uint64_t)v->now;
  hookseal_verdict verdict = new_verdict();
  uint32_t code = hookseal_decide(verifier, prepared, (uint32_t)now, (uint32_t)(now >> 32), v->body.length, macs, secrets,
                                  &verdict);
  if ((prepared->flags & HOOKSEAL_DECIDABLE) == 0) {
    CHECK(code == HOOKSEAL_INVALID_ARGUMENT, "%.*s: decided without all that is needed", length, v->name.at);
    return;
  }
  if (is_late) {
    CHECK(code == HOOKSEAL_GENUINE, "%.*s: the envelope was not read", length, v->name.at);
  } else {
    check_verdict(v, verifier, &verdict, code, "decided", 0);
  }
  for (uint32_t index = 0; index < secrets; index++) macs[32 * index + 31] ^= 1;
  code = hookseal_decide(verifier, prepared, (uint32_t)now, (uint32_t)(now >> 32), v->body.length, macs, secrets, NULL);
  uint32_t expected =
      v->code == HOOKSEAL_BODY_TOO_LARGE ? HOOKSEAL_BODY_TOO_LARGE : HOOKSEAL_SIGNATURE_MISMATCH;
  CHECK(code == expected, "%.*s: decided by wrong MACs: %u", length, v->name.at, code);
  for (uint32_t index = 0; index < secrets; index++) macs[32 * index + 31] ^= 1;
}

static void play_macs(const vector *v, const hookseal_verifier *verifier, uint32_t secrets, uint32_t flags) {
  sent s = send(v, flags);
  hookseal_verdict verdict = new_verdict();
  hookseal_input input = {sizeof input, 0, 0, 0};
  uint8_t text[HOOKSEAL_INPUT_MAX];
  uint32_t code = hookseal_signing_input(verifier, &s.delivery, &input, text, sizeof text, &verdict);
  hookseal_prepared prepared = {0};
  prepared.size = sizeof prepared;
  uint8_t again[HOOKSEAL_INPUT_MAX];
  hookseal_verdict refusal = new_verdict();
  uint32_t same = hookseal_prepare(verifier, &s.delivery, &prepared, again, sizeof again, &refusal);
  CHECK(same == code && (code == HOOKSEAL_GENUINE || refusal.code == code), "%.*s: prepared: %u", (int)v->name.length,
        v->name.at, same);
  int is_late = v->code == HOOKSEAL_MALFORMED_ENVELOPE || v->code == HOOKSEAL_MISSING_FIELD ||
      v->code == HOOKSEAL_INVALID_FIELD;
  uint8_t macs[8 * 32] = {0};
  if (code == HOOKSEAL_GENUINE) {
    CHECK(prepared.before == input.before && prepared.after == input.after &&
              memcmp(text, again, input.before + input.after) == 0 &&
              ((prepared.flags & HOOKSEAL_READS_BODY) != 0) == (input.reads_body != 0),
          "%.*s: another input is prepared", (int)v->name.length, v->name.at);
    for (uint32_t index = 0; index < secrets; index++) {
      uint8_t key[4096];
      size_t length = hookseal_mac_key(verifier, index, key, sizeof key);
      CHECK(length > 0 && length <= sizeof key, "%.*s: key %u", (int)v->name.length, v->name.at, index);
      const uint8_t *texts[3] = {text, v->body.at, text + input.before};
      size_t lengths[3] = {input.before, v->body.length, input.after};
      hmac_sha256(key, length, texts, lengths, macs + 32 * index);
    }
    play_decided(v, verifier, &prepared, macs, secrets, is_late);
  }
  if (code == HOOKSEAL_GENUINE || v->code == HOOKSEAL_BODY_TOO_LARGE) {
    int is_left_out = (flags & HOOKSEAL_NO_BODY) != 0;
    if (is_left_out) s.delivery.body.at = NULL;
    verdict = new_verdict();
    code = hookseal_verify_with_macs(verifier, &s.delivery, macs, secrets, &verdict);
    if (is_left_out && input.reads_body && v->code != HOOKSEAL_SIGNATURE_MISMATCH &&
        v->code != HOOKSEAL_BODY_TOO_LARGE) {
      CHECK(code == HOOKSEAL_INVALID_ARGUMENT, "%.*s: the body is needed", (int)v->name.length, v->name.at);
      free(s.headers);
      return;
    }
  }
  if ((flags & HOOKSEAL_NO_BODY) != 0 && is_late) {
    CHECK(code == HOOKSEAL_GENUINE, "%.*s: the envelope was not read", (int)v->name.length, v->name.at);
  } else {
    check_verdict(v, verifier, &verdict, code, "by MACs", (flags & HOOKSEAL_READ_ENVELOPE) != 0);
  }
  /* The envelope of a body that was verified before. */
  if (code == HOOKSEAL_GENUINE && (v->code == HOOKSEAL_GENUINE || is_late) && v->fields[0].length + is_late > 0) {
    verdict = new_verdict();
    code = hookseal_read_body(verifier, HOOKSEAL_READ_ENVELOPE, v->body.at, v->body.length, &verdict);
    CHECK(code == v->code, "%.*s: envelope %u", (int)v->name.length, v->name.at, code);
    check_message(v, &verdict, "envelope");
    for (size_t at = 0; v->code == HOOKSEAL_GENUINE && at < HOOKSEAL_FIELDS; at++) {
      CHECK(is_span(verdict.fields[at], v->body, v->fields[at]), "%.*s: field %zu", (int)v->name.length, v->name.at,
          at);
    }
  }
  free(s.headers);
}

static void play(const vector *v) {
  hookseal_verifier *verifier = hookseal_verifier_new(v->scheme.at, v->scheme.length);
  for (size_t at = 0; at < v->secret_count; at++) {
    hookseal_verifier_secret(verifier, 1, v->secrets[at].at, v->secrets[at].length);
  }
  for (size_t at = 0; at < v->limit_count; at++) {
    hookseal_verifier_limit(verifier, v->limits[at], (uint32_t)v->values[at], (uint32_t)(v->values[at] >> 32));
  }
  hookseal_verdict verdict = new_verdict();
  uint32_t code = hookseal_verifier_ready(verifier, &verdict);
  if (code != HOOKSEAL_GENUINE) {
    check_verdict(v, verifier, &verdict, code, "set up", 0);
  } else {
    CHECK(verdict.secret == v->secret_count, "%.*s: %u secrets", (int)v->name.length, v->name.at, verdict.secret);
    uint32_t secrets = verdict.secret;
    play_whole(v, verifier);
    static const size_t sizes[] = {1, 3, 64, 1000, SIZE_MAX};
    for (size_t at = 0; at < sizeof sizes / sizeof *sizes; at++) play_chunks(v, verifier, sizes[at]);
    play_macs(v, verifier, secrets, HOOKSEAL_READ_ENVELOPE);
    play_macs(v, verifier, secrets, HOOKSEAL_NO_BODY);
  }
  hookseal_verifier_free(verifier);
}

int main(int count, char **arguments) {
  FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
  if (file == NULL) {
    printf("name the file of vectors\n");
    return 2;
  }
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  uint8_t *all = malloc((size_t)size);
  if (all == NULL || fread(all, 1, (size_t)size, file) != (size_t)size) return 2;
  fclose(file);
  rest = all;
  end = all + size;
  int64_t vectors = next_number();
  CHECK(vectors >= 5000, "only %lld vectors", (long long)vectors);
  for (int64_t at = 0; at < vectors; at++) {
    vector v;
    read_vector(&v);
    play(&v);
    free_vector(&v);
  }
  CHECK(rest == end, "something follows the last vector");
  free(all);
  printf("%lld vectors\n", (long long)vectors);
  return checked("vectors");
}
