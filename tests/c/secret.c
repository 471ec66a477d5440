/*
 * Which branches depend on a secret. Under valgrind, the bytes of keys and MACs are marked as undefined, so that memcheck
 * reports every branch and every address that is computed from them. One branch is expected: the verdict's.
 */
#include <valgrind/memcheck.h>

#include "check.h"
#include "hmac.h"

enum { SECRETS = 8, SIGNATURES = 16, KEY_BYTES = 32 };

static uint8_t keys[SECRETS][KEY_BYTES];

/* What memcheck reports while a statement runs. */
#define REPORTS(count, statement)               \
  do {                                          \
    const unsigned before = VALGRIND_COUNT_ERRORS; \
    statement;                                  \
    count = VALGRIND_COUNT_ERRORS - before;     \
  } while (0)

/* What follows from a secret is public once it has been answered. */
static unsigned answer(unsigned code) {
  VALGRIND_MAKE_MEM_DEFINED(&code, sizeof code);
  return code;
}

/* The comparison that nobody should write: memcheck has to see it, or it sees nothing at all. */
static __attribute__((noinline)) int is_equal(const volatile uint8_t *one, const volatile uint8_t *other) {
  for (size_t at = 0; at < KEY_BYTES; at++) {
    if (one[at] != other[at]) return 0;
  }
  return 1;
}

static void check_that_memcheck_sees_secrets(void) {
  uint8_t known[KEY_BYTES], secret[KEY_BYTES];
  memset(known, 7, sizeof known);
  memset(secret, 7, sizeof secret);
  VALGRIND_MAKE_MEM_UNDEFINED(secret, sizeof secret);
  unsigned count;
  REPORTS(count, is_equal(known, secret));
  CHECK(count == KEY_BYTES, "%u reports", count);
}

/* How a key is given: as bytes that memcheck watches or not, or as watched base64. */
typedef enum { KNOWN, WATCHED, WATCHED_BASE64 } given;

/* Writes the base64 of a key after the prefix, and returns the length. */
static size_t base64_secret(const uint8_t *key, uint8_t *text) {
  static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t length = 6;
  memcpy(text, "whsec_", length);
  for (size_t at = 0; at < KEY_BYTES; at += 3) {
    const uint32_t second = at + 1 < KEY_BYTES ? key[at + 1] : 0, third = at + 2 < KEY_BYTES ? key[at + 2] : 0;
    const uint32_t bits = (uint32_t)key[at] << 16 | second << 8 | third;
    for (int digit = 0; digit < 4; digit++) text[length++] = (uint8_t)DIGITS[bits >> (18 - 6 * digit) & 63];
  }
  text[length - 1] = '=';
  return length;
}

/*
 * What memcheck reports of a secret in base64 of which this many digits are unknown. The prefix and the padding are public,
 * the digit before the padding, which is looked at to find where that begins, and the highest bit of each digit: that the
 * text is ASCII.
 */
static unsigned give_base64(hookseal_verifier *verifier, const uint8_t *key, size_t digits) {
  uint8_t text[64], unknown[64];
  const size_t length = base64_secret(key, text);
  memset(unknown, 0x7f, sizeof unknown);
  CHECK(digits <= length - 8 && VALGRIND_SET_VBITS(text + 6, unknown, digits) == 1, "bits");
  unsigned count;
  REPORTS(count, hookseal_verifier_secret(verifier, 1, text, length));
  return count;
}

/*
 * Whether a text is base64 is known from then on, and memcheck reports each branch that follows from it. Decoding has no
 * others: there are as many for all digits as for one.
 */
static void check_base64(hookseal_verifier *verifier, const char *scheme, const uint8_t *key) {
  hookseal_verifier *other = hookseal_verifier_new((const uint8_t *)scheme, strlen(scheme));
  const unsigned one = give_base64(other, key, 1), all = give_base64(verifier, key, (KEY_BYTES + 2) / 3 * 4 - 2);
  CHECK(one > 0 && one == all, "%s: %u reports for a digit, and %u for all of them", scheme, one, all);
  hookseal_verifier_free(other);
}

/* With secret keys if memcheck is to watch them, and otherwise with the same keys, to sign with. */
static hookseal_verifier *verifier_of(const char *scheme, given as) {
  hookseal_verifier *verifier = hookseal_verifier_new((const uint8_t *)scheme, strlen(scheme));
  for (size_t at = 0; at < SECRETS; at++) {
    if (as == WATCHED_BASE64) {
      check_base64(verifier, scheme, keys[at]);
      continue;
    }
    uint8_t key[KEY_BYTES];
    memcpy(key, keys[at], sizeof key);
    if (as == WATCHED) VALGRIND_MAKE_MEM_UNDEFINED(key, sizeof key);
    unsigned count;
    REPORTS(count, hookseal_verifier_secret(verifier, 0, key, sizeof key));
    CHECK(count == 0, "%s: %u reports for a key", scheme, count);
  }
  unsigned count, code;
  REPORTS(count, code = hookseal_verifier_ready(verifier, NULL));
  CHECK(count == 0 && answer(code) == HOOKSEAL_GENUINE, "%s: %u reports for a verifier", scheme, count);
  return verifier;
}

/* A delivery with 16 signatures, of which one may be genuine. */
typedef struct {
  uint8_t text[SIGNATURES * 80];
  signed_delivery made;
} listed;

/* `place` is where the genuine signature of the secret of this index is, or SIGNATURES if it is nowhere. */
static void list(listed *made, const hookseal_verifier *signer, unsigned secret, size_t place, const char *between) {
  static const char BODY[] =
      "{\"event_type\":\"a.b\",\"event_id\":\"e\",\"timestamp\":\"2025-01-15T10:30:00Z\",\"partner_app_id\":\"p\",\"data\":{}}";
  hookseal_delivery delivery = {sizeof delivery, 0, 1736937000, NULL, 0, {(const uint8_t *)BODY, sizeof BODY - 1}};
  uint8_t *lines = made->made.lines;
  const uint8_t *id = (const uint8_t *)"msg_1";
  size_t length = hookseal_sign(signer, secret, &delivery, between == NULL ? NULL : id, 5, lines,
                                sizeof made->made.lines, NULL);
  if (length == HOOKSEAL_NONE) length = hookseal_sign(signer, secret, &delivery, NULL, 0, lines, sizeof made->made.lines, NULL);
  CHECK(length != HOOKSEAL_NONE, "signed");
  size_t count = 0;
  for (uint8_t *line = lines; line < lines + length;) {
    uint8_t *tab = (uint8_t *)memchr(line, '\t', length), *feed = (uint8_t *)memchr(line, '\n', length);
    hookseal_header header = {{line, (size_t)(tab - line)}, {tab + 1, (size_t)(feed - tab - 1)}};
    made->made.headers[count++] = header;
    line = feed + 1;
  }
  /* The signature comes first, and the last 44 characters of it are what differs. */
  hookseal_text *value = &made->made.headers[0].value;
  const size_t signatures = between == NULL ? 1 : SIGNATURES;
  size_t at = 0, start = 0;
  /* A list of Stripe's begins with the time. */
  for (size_t i = 0; i < value->length; i++) {
    if (between != NULL && *between == ',' && value->at[i] == ',') start = i + 1;
  }
  memcpy(made->text, value->at, start);
  at = start;
  for (size_t i = 0; i < signatures; i++) {
    if (i > 0) made->text[at++] = (uint8_t)*between;
    memcpy(made->text + at, value->at + start, value->length - start);
    at += value->length - start;
    /* Another digit of hex and of base64. */
    if (i != place) made->text[at - 9] = made->text[at - 9] == '1' ? '2' : '1';
  }
  value->at = made->text;
  value->length = at;
  made->made.delivery = delivery;
  made->made.delivery.headers = made->made.headers;
  made->made.delivery.header_count = count;
}

static unsigned in_chunks(const hookseal_verifier *verifier, const hookseal_delivery *delivery, unsigned *count) {
  hookseal_stream *stream = NULL;
  unsigned code = 0, begun, updated, finished;
  REPORTS(begun, stream = hookseal_stream_new(verifier, delivery, NULL));
  REPORTS(updated, {
    for (size_t at = 0; at < delivery->body.length; at += 7) {
      size_t left = delivery->body.length - at;
      hookseal_stream_update(stream, delivery->body.at + at, left < 7 ? left : 7);
    }
  });
  REPORTS(finished, code = hookseal_stream_finish(stream, 1736937000, 0, NULL));
  CHECK(begun == 0 && updated == 0, "%u and %u reports before the end of a stream", begun, updated);
  *count = finished;
  hookseal_stream_free(stream);
  return answer(code);
}

static unsigned with_macs(const hookseal_verifier *verifier, const hookseal_verifier *signer,
                          const hookseal_delivery *delivery, unsigned *count) {
  uint8_t text[HOOKSEAL_INPUT_MAX], macs[SECRETS][32];
  hookseal_input input = {sizeof input, 0, 0, 0};
  CHECK(hookseal_signing_input(signer, delivery, &input, text, sizeof text, NULL) == HOOKSEAL_GENUINE, "an input");
  for (size_t at = 0; at < SECRETS; at++) {
    const uint8_t *const texts[3] = {text, delivery->body.at, text + input.before};
    const size_t lengths[3] = {input.before, delivery->body.length, input.after};
    hmac_sha256(keys[at], KEY_BYTES, texts, lengths, macs[at]);
  }
  VALGRIND_MAKE_MEM_UNDEFINED(macs, sizeof macs);
  unsigned code;
  REPORTS(*count, code = hookseal_verify_with_macs(verifier, delivery, macs[0], SECRETS, NULL));
  return answer(code);
}

/* `between` separates signatures; it is NULL for schemes of one signature. */
static void check_scheme(const char *scheme, const char *between, given as) {
  hookseal_verifier *signer = verifier_of(scheme, KNOWN), *verifier = verifier_of(scheme, as);
  const struct {
    unsigned secret;
    size_t place;
  } cases[] = {{0, 0}, {0, SIGNATURES - 1}, {SECRETS - 1, 0}, {SECRETS - 1, SIGNATURES - 1}, {3, 7}, {0, SIGNATURES}};
  for (size_t at = 0; at < sizeof cases / sizeof *cases; at++) {
    const size_t place = between == NULL && cases[at].place < SIGNATURES ? 0 : cases[at].place;
    const unsigned expected = place == SIGNATURES ? HOOKSEAL_SIGNATURE_MISMATCH : HOOKSEAL_GENUINE;
    static listed made;
    list(&made, signer, cases[at].secret, place, between);
    const hookseal_delivery *delivery = &made.made.delivery;
    unsigned counts[3], codes[3];
    REPORTS(counts[0], codes[0] = hookseal_verify(verifier, delivery, NULL));
    codes[0] = answer(codes[0]);
    codes[1] = in_chunks(verifier, delivery, &counts[1]);
    codes[2] = with_macs(verifier, signer, delivery, &counts[2]);
    for (int way = 0; way < 3; way++) {
      CHECK(codes[way] == expected, "%s, case %zu, way %d: code %u", scheme, at, way, codes[way]);
      CHECK(counts[way] == 1, "%s, case %zu, way %d: %u branches on a secret", scheme, at, way, counts[way]);
    }
  }
  hookseal_verifier_free(verifier);
  hookseal_verifier_free(signer);
}

int main(void) {
  CHECK(RUNNING_ON_VALGRIND, "run this in valgrind, which alone sees secrets");
  for (size_t at = 0; at < SECRETS; at++) {
    for (size_t byte = 0; byte < KEY_BYTES; byte++) keys[at][byte] = (uint8_t)(at * 37 + byte * 11 + 1);
  }
  check_that_memcheck_sees_secrets();
  check_scheme("github", NULL, WATCHED);
  check_scheme("contio-timestamped", NULL, WATCHED);
  check_scheme("contio-body", NULL, WATCHED);
  check_scheme("shopify", NULL, WATCHED);
  check_scheme("slack", NULL, WATCHED);
  check_scheme("stripe", ",", WATCHED);
  check_scheme("standard-webhooks", " ", WATCHED);
  check_scheme("standard-webhooks", " ", WATCHED_BASE64);
  return checked("secret");
}
