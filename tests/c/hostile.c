/* Arguments that no correct program passes: each is answered, and nothing is read or written that it does not name. */
#include "check.h"

static int says(const hookseal_verdict *verdict, const char *part) {
  char text[HOOKSEAL_MESSAGE_MAX + 1];
  size_t length = hookseal_message(verdict, HOOKSEAL_NAMES_SNAKE, (uint8_t *)text, HOOKSEAL_MESSAGE_MAX);
  if (length > HOOKSEAL_MESSAGE_MAX) return 0;
  text[length] = 0;
  return strstr(text, part) != NULL;
}

static void null_and_stale_handles(void) {
  hookseal_verifier *verifier = ready_verifier("github");
  signed_delivery made;
  sign(&made, verifier, "{}");
  hookseal_verdict verdict = new_verdict();
  CHECK(hookseal_verify(verifier, &made.delivery, &verdict) == HOOKSEAL_GENUINE, "genuine");

  hookseal_verifier_free(verifier);
  hookseal_verifier_free(verifier);
  /* Its slot has another owner now, with the same secret: the stale handle is not for it. */
  hookseal_verifier *other = ready_verifier("github");
  CHECK(other != verifier, "a handle was given out twice");
  hookseal_verifier *never[] = {NULL, verifier, (hookseal_verifier *)&made, (hookseal_verifier *)(uintptr_t)-1,
                                (hookseal_verifier *)1};
  for (size_t at = 0; at < sizeof never / sizeof *never; at++) {
    hookseal_verifier *bad = never[at];
    uint8_t text[64];
    hookseal_input input = {sizeof input, 0, 0, 0};
    verdict = new_verdict();
    CHECK(hookseal_verify(bad, &made.delivery, &verdict) == HOOKSEAL_INVALID_ARGUMENT, "%zu", at);
    CHECK(verdict.status == 500 && says(&verdict, "there is no verifier"), "%zu", at);
    CHECK(hookseal_verify_with_macs(bad, &made.delivery, text, 1, NULL) == HOOKSEAL_INVALID_ARGUMENT, "%zu", at);
    CHECK(hookseal_signing_input(bad, &made.delivery, &input, text, sizeof text, NULL) == HOOKSEAL_INVALID_ARGUMENT,
        "%zu", at);
    CHECK(hookseal_stream_new(bad, &made.delivery, NULL) == NULL, "%zu", at);
    CHECK(hookseal_verifier_ready(bad, NULL) == HOOKSEAL_INVALID_ARGUMENT, "%zu", at);
    CHECK(hookseal_verifier_name(bad, 0, text, sizeof text) == HOOKSEAL_NONE, "%zu", at);
    CHECK(hookseal_mac_key(bad, 0, text, sizeof text) == HOOKSEAL_NONE, "%zu", at);
    CHECK(hookseal_sign(bad, 0, &made.delivery, NULL, 0, text, sizeof text, NULL) == HOOKSEAL_NONE, "%zu", at);
    if (bad != NULL) {
      CHECK(hookseal_read_body(bad, 0, text, 0, NULL) == HOOKSEAL_INVALID_ARGUMENT, "%zu", at);
    }
    hookseal_verifier_secret(bad, 1, text, sizeof text);
    hookseal_verifier_limit(bad, 0, 0, 0);
    hookseal_stream *stream = (hookseal_stream *)bad;
    CHECK(hookseal_stream_update(stream, text, 1) == HOOKSEAL_INVALID_ARGUMENT, "%zu", at);
    CHECK(hookseal_stream_finish(stream, 0, 0, NULL) == HOOKSEAL_INVALID_ARGUMENT, "%zu", at);
    CHECK(hookseal_stream_key(stream, NULL, 0, NULL, NULL, 0) == HOOKSEAL_NONE, "%zu", at);
    hookseal_stream_free(stream);
    if (bad != other) hookseal_verifier_free(bad);
  }
  verdict = new_verdict();
  CHECK(hookseal_verify(other, &made.delivery, &verdict) == HOOKSEAL_GENUINE, "the other verifier is still there");
  /* A handle of one kind is none of the other. */
  hookseal_stream *stream = hookseal_stream_new(other, &made.delivery, NULL);
  CHECK(hookseal_verify((hookseal_verifier *)stream, &made.delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "a stream");
  CHECK(hookseal_stream_update((hookseal_stream *)other, made.lines, 1) == HOOKSEAL_INVALID_ARGUMENT, "a verifier");
  hookseal_verifier_free((hookseal_verifier *)stream);
  CHECK(hookseal_stream_update(stream, made.lines, 0) == HOOKSEAL_GENUINE, "the stream is still there");
  hookseal_stream_free(stream);
  hookseal_stream_free(stream);
  CHECK(hookseal_stream_update(stream, made.lines, 0) == HOOKSEAL_INVALID_ARGUMENT, "a freed stream");
  hookseal_verifier_free(other);
}

static void no_handle_is_given_out_twice(void) {
  enum { MANY = 20000 };
  static hookseal_verifier *seen[MANY];
  for (size_t at = 0; at < MANY; at++) {
    seen[at] = hookseal_verifier_new((const uint8_t *)"github", 6);
    CHECK(seen[at] != NULL, "%zu", at);
    if (at % 2 == 0) hookseal_verifier_free(seen[at]);
  }
  for (size_t at = 0; at + 1 < MANY; at += 2) {
    /* The freed one of a pair does not free the other. */
    hookseal_verifier_free(seen[at]);
    CHECK(seen[at] != seen[at + 1], "%zu", at);
    hookseal_verifier_secret(seen[at + 1], 1, (const uint8_t *)SECRET, sizeof SECRET - 1);
    CHECK(hookseal_verifier_ready(seen[at + 1], NULL) == HOOKSEAL_GENUINE, "%zu", at);
    hookseal_verifier_free(seen[at + 1]);
  }
}

static void structs_of_other_sizes(void) {
  hookseal_verifier *verifier = ready_verifier("github");
  signed_delivery made;
  sign(&made, verifier, "{}");
  /* One that is shorter is neither read nor written. */
  for (uint32_t size = 0; size < sizeof(hookseal_verdict); size += 4) {
    block small = block_of(&(hookseal_verdict){0}, size < 4 ? 4 : size);
    memcpy(small.at, &size, sizeof size);
    block before = block_of(small.at, small.length);
    CHECK(hookseal_verify(verifier, &made.delivery, (hookseal_verdict *)small.at) == HOOKSEAL_INVALID_ARGUMENT, "%u",
        size);
    CHECK(hookseal_stream_new(verifier, &made.delivery, (hookseal_verdict *)small.at) == NULL, "%u", size);
    CHECK(memcmp(before.at, small.at, small.length) == 0, "a short verdict of %u was written", size);
    CHECK(hookseal_message((hookseal_verdict *)small.at, 0, NULL, 0) == HOOKSEAL_NONE, "%u", size);
    free(before.at);
    free(small.at);
  }
  for (uint32_t size = 0; size < sizeof(hookseal_delivery); size += 4) {
    block small = block_of(&made.delivery, size < 4 ? 4 : size);
    memcpy(small.at, &size, sizeof size);
    hookseal_verdict verdict = new_verdict();
    CHECK(hookseal_verify(verifier, (hookseal_delivery *)small.at, &verdict) == HOOKSEAL_INVALID_ARGUMENT, "%u", size);
    CHECK(says(&verdict, "`delivery`") || says(&verdict, "delivery"), "%u", size);
    free(small.at);
  }
  /* A later version is longer: what it adds must be 0 here, and is left alone in a verdict. */
  struct {
    hookseal_delivery delivery;
    uint8_t further[16];
  } longer = {made.delivery, {0}};
  longer.delivery.size = sizeof longer;
  CHECK(hookseal_verify(verifier, &longer.delivery, NULL) == HOOKSEAL_GENUINE, "a longer delivery");
  longer.further[15] = 1;
  CHECK(hookseal_verify(verifier, &longer.delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "an unknown member");
  struct {
    hookseal_verdict verdict;
    uint8_t further[16];
  } wide;
  memset(&wide, 0x5a, sizeof wide);
  wide.verdict.size = sizeof wide;
  CHECK(hookseal_verify(verifier, &made.delivery, &wide.verdict) == HOOKSEAL_GENUINE, "a longer verdict");
  CHECK(wide.verdict.size == sizeof(hookseal_verdict) && wide.further[0] == 0x5a && wide.further[15] == 0x5a,
      "its end");
  uint32_t sizes[] = {4096, 1u << 20, UINT32_MAX};
  for (size_t at = 0; at < 3; at++) {
    hookseal_delivery delivery = made.delivery;
    delivery.size = sizes[at];
    CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "%u", sizes[at]);
    hookseal_verdict verdict = new_verdict();
    verdict.size = sizes[at];
    CHECK(hookseal_verify(verifier, &made.delivery, &verdict) == HOOKSEAL_INVALID_ARGUMENT, "%u", sizes[at]);
  }
  hookseal_input input = {0, 0, 0, 0};
  uint8_t text[64];
  CHECK(hookseal_signing_input(verifier, &made.delivery, &input, text, sizeof text, NULL) == HOOKSEAL_INVALID_ARGUMENT,
      "input");
  CHECK(hookseal_signing_input(verifier, &made.delivery, NULL, text, sizeof text, NULL) == HOOKSEAL_INVALID_ARGUMENT,
      "null");
  /* What was prepared: its size, flags that do not fit the scheme, variants that do not exist, MACs that are missing. */
  hookseal_prepared prepared = {0}, given;
  CHECK(hookseal_prepare(verifier, &made.delivery, &prepared, text, sizeof text, NULL) == HOOKSEAL_INVALID_ARGUMENT,
      "prepared");
  CHECK(hookseal_prepare(verifier, &made.delivery, NULL, text, sizeof text, NULL) == HOOKSEAL_INVALID_ARGUMENT, "null");
  prepared.size = sizeof prepared;
  CHECK(hookseal_prepare(verifier, &made.delivery, &prepared, text, SIZE_MAX, NULL) == HOOKSEAL_INVALID_ARGUMENT,
      "a text that cannot be");
  CHECK(hookseal_prepare(NULL, &made.delivery, &prepared, text, sizeof text, NULL) == HOOKSEAL_INVALID_ARGUMENT, "none");
  CHECK(hookseal_prepare(verifier, &made.delivery, &prepared, text, sizeof text, NULL) == HOOKSEAL_GENUINE, "prepared");
  uint8_t macs[64] = {0};
  CHECK(hookseal_decide(verifier, &prepared, 0, 0, 2, macs, 1, NULL) == HOOKSEAL_SIGNATURE_MISMATCH, "zeros");
  CHECK(hookseal_decide(NULL, &prepared, 0, 0, 2, macs, 1, NULL) == HOOKSEAL_INVALID_ARGUMENT, "no verifier");
  CHECK(hookseal_decide(verifier, NULL, 0, 0, 2, macs, 1, NULL) == HOOKSEAL_INVALID_ARGUMENT, "nothing prepared");
  CHECK(hookseal_decide(verifier, &prepared, 0, 0, 2, macs, 0, NULL) == HOOKSEAL_INVALID_ARGUMENT, "no MAC");
  CHECK(hookseal_decide(verifier, &prepared, 0, 0, 2, macs, 2, NULL) == HOOKSEAL_INVALID_ARGUMENT, "two MACs");
  CHECK(hookseal_decide(verifier, &prepared, 0, 0, 2, NULL, 1, NULL) == HOOKSEAL_INVALID_ARGUMENT, "MACs at null");
  CHECK(hookseal_decide(verifier, &prepared, 0, 0, 2, macs, SIZE_MAX / 16, NULL) == HOOKSEAL_INVALID_ARGUMENT, "count");
  given = prepared, given.size = 71;
  CHECK(hookseal_decide(verifier, &given, 0, 0, 2, macs, 1, NULL) == HOOKSEAL_INVALID_ARGUMENT, "a short one");
  given = prepared, given.flags = 0;
  CHECK(hookseal_decide(verifier, &given, 0, 0, 2, macs, 1, NULL) == HOOKSEAL_INVALID_ARGUMENT, "not decidable");
  given = prepared, given.variant = UINT32_MAX;
  CHECK(hookseal_decide(verifier, &given, 0, 0, 2, macs, 1, NULL) == HOOKSEAL_INVALID_ARGUMENT, "a variant");
  given = prepared, given.flags ^= HOOKSEAL_HAS_TIME;
  CHECK(hookseal_decide(verifier, &given, 0, 0, 2, macs, 1, NULL) == HOOKSEAL_INVALID_ARGUMENT, "another time");
  hookseal_verifier_free(verifier);
}

static void memory_that_cannot_be(void) {
  hookseal_verifier *verifier = ready_verifier("github");
  signed_delivery made;
  sign(&made, verifier, "{}");
  static const size_t lengths[] = {SIZE_MAX, SIZE_MAX / 2 + 1, SIZE_MAX / sizeof(hookseal_header) + 1};
  for (size_t at = 0; at < sizeof lengths / sizeof *lengths; at++) {
    hookseal_delivery delivery = made.delivery;
    delivery.header_count = lengths[at];
    CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "headers, %zu", at);
    if (at == 2) continue;
    hookseal_verifier *lost = hookseal_verifier_new((const uint8_t *)"github", lengths[at]);
    CHECK(lost != NULL && hookseal_verifier_ready(lost, NULL) == HOOKSEAL_INVALID_ARGUMENT, "scheme, %zu", at);
    hookseal_verifier_free(lost);
    delivery = made.delivery;
    delivery.body.length = lengths[at];
    CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "body, %zu", at);
    hookseal_header headers[2] = {made.headers[0], made.headers[0]};
    headers[1].value.length = lengths[at];
    delivery = made.delivery;
    delivery.headers = headers;
    delivery.header_count = 2;
    CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "value, %zu", at);
    headers[1] = made.headers[0];
    headers[1].name.length = lengths[at];
    CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "name, %zu", at);
    CHECK(hookseal_stream_new(verifier, &delivery, NULL) == NULL, "name, %zu", at);
    CHECK(hookseal_verify_with_macs(verifier, &made.delivery, made.lines, lengths[at],
        NULL) == HOOKSEAL_INVALID_ARGUMENT, "macs");
    CHECK(hookseal_word(0, 1, made.lines, lengths[at]) == HOOKSEAL_NONE, "text, %zu", at);
    CHECK(hookseal_decode(made.lines, lengths[at], NULL, 0) == HOOKSEAL_NONE, "json, %zu", at);
  }
  /* Null with a length, and no length at null. */
  hookseal_delivery delivery = made.delivery;
  delivery.body.at = NULL;
  CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "a null body");
  delivery.body.length = 0;
  CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_SIGNATURE_MISMATCH, "an empty body");
  delivery = made.delivery;
  delivery.headers = NULL;
  CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "null headers");
  delivery.header_count = 0;
  CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_MISSING_HEADER, "no headers");
  CHECK(hookseal_verify(verifier, NULL, NULL) == HOOKSEAL_INVALID_ARGUMENT, "no delivery");
  hookseal_header empty[2] = {made.headers[0], {{NULL, 0}, {NULL, 0}}};
  delivery = made.delivery;
  delivery.headers = empty;
  delivery.header_count = 2;
  CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_GENUINE, "a header without name and value");
  empty[1].name.length = 9;
  CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "a number of no name");
  empty[1].name.length = 1;
  CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_DUPLICATE_HEADER, "once by name and once by number");
  /* Structs that are not aligned. */
  uint8_t *memory = malloc(512);
  if (memory == NULL) abort();
  memset(memory, 0, 512);
  memcpy(memory + 1, &made.delivery, sizeof made.delivery);
  CHECK(hookseal_verify(verifier, (hookseal_delivery *)(void *)(memory + 1), NULL) == HOOKSEAL_INVALID_ARGUMENT,
      "aligned");
  uint32_t size = sizeof(hookseal_verdict);
  memcpy(memory + 1, &size, sizeof size);
  CHECK(hookseal_verify(verifier, &made.delivery,
      (hookseal_verdict *)(void *)(memory + 1)) == HOOKSEAL_INVALID_ARGUMENT,
        "aligned");
  free(memory);
  /* Flags. */
  delivery = made.delivery;
  delivery.flags = 8;
  CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "an unknown flag");
  delivery.flags = HOOKSEAL_NO_BODY;
  CHECK(hookseal_verify(verifier, &delivery, NULL) == HOOKSEAL_INVALID_ARGUMENT, "no body");
  hookseal_verifier_free(verifier);
}

static void bodies_of_4_gib(void) {
  if (sizeof(size_t) < 8) return;
  hookseal_verifier *verifier = ready_verifier("github");
  signed_delivery made;
  sign(&made, verifier, "{}");
  uint8_t mac[32] = {0};
  hookseal_delivery delivery = made.delivery;
  delivery.flags = HOOKSEAL_NO_BODY;
  delivery.body.at = NULL;
  hookseal_verdict verdict = new_verdict();
  delivery.body.length = (size_t)1 << 31 << 1;
  CHECK(hookseal_verify_with_macs(verifier, &delivery, mac, 1, &verdict) == HOOKSEAL_BODY_TOO_LARGE, "2^32 bytes");
  CHECK(verdict.status == 413 && says(&verdict, "4 GiB"), "2^32 bytes");
  delivery.body.length--;
  CHECK(hookseal_verify_with_macs(verifier, &delivery, mac, 1, &verdict) == HOOKSEAL_SIGNATURE_MISMATCH, "one less");
  hookseal_verifier_free(verifier);
}

static void set_up_in_the_wrong_order(void) {
  hookseal_verdict verdict = new_verdict();
  hookseal_verifier *verifier = hookseal_verifier_new((const uint8_t *)"github", 6);
  signed_delivery made;
  hookseal_verifier *signer = ready_verifier("github");
  sign(&made, signer, "{}");
  CHECK(hookseal_verify(verifier, &made.delivery, &verdict) == HOOKSEAL_INVALID_ARGUMENT, "before it is ready");
  CHECK(hookseal_verifier_ready(verifier, &verdict) == HOOKSEAL_INVALID_SECRET, "without a secret");
  CHECK(verdict.status == 500 && says(&verdict, "at least one is needed"), "without a secret");
  CHECK(hookseal_verifier_ready(verifier, &verdict) == HOOKSEAL_INVALID_ARGUMENT, "a second time");
  CHECK(hookseal_verify(verifier, &made.delivery, &verdict) == HOOKSEAL_INVALID_ARGUMENT, "after it failed");
  hookseal_verifier_free(verifier);
  /* A secret that comes too late changes nothing. */
  hookseal_verifier_secret(signer, 1, (const uint8_t *)"another secret for tests", 24);
  hookseal_verifier_limit(signer, HOOKSEAL_MAX_BODY, 1, 0);
  CHECK(hookseal_verify(signer, &made.delivery, &verdict) == HOOKSEAL_GENUINE, "it is the same as before");
  CHECK(hookseal_verifier_ready(signer, &verdict) == HOOKSEAL_INVALID_ARGUMENT, "a second time");
  hookseal_verifier_free(signer);

  static const struct {
    const char *scheme;
    uint32_t is_text;
    const char *secret;
    uint32_t limit;
    uint32_t code;
    const char *message;
  } wrong[] = {
      {"colour", 1, "secret of a test", 0, HOOKSEAL_INVALID_SCHEME, "no preset has this name"},
      {"\xff", 1, "secret of a test", 0, HOOKSEAL_INVALID_SCHEME, "it is not UTF-8"},
      {"{", 1, "secret of a test", 0, HOOKSEAL_INVALID_SCHEME, "line 1"},
      {"github", 1, "", 0, HOOKSEAL_INVALID_SECRET, "secrets[0]: it is empty"},
      {"github", 1, "\xff\xfe", 0, HOOKSEAL_INVALID_SECRET, "not UTF-8"},
      {"github", 2, "secret of a test", 0, HOOKSEAL_INVALID_ARGUMENT, "is_text"},
      {"github", 1, "secret of a test", 9, HOOKSEAL_INVALID_ARGUMENT, "no limit of this number"},
      {"github", 1, "secret of a test", HOOKSEAL_REMEMBERED_FOR, HOOKSEAL_INVALID_ARGUMENT, "since when"},
      {"github", 1, "secret of a test", HOOKSEAL_MAX_AGE, HOOKSEAL_INVALID_ARGUMENT, "max_age"},
  };
  for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
    verifier = hookseal_verifier_new((const uint8_t *)wrong[at].scheme, strlen(wrong[at].scheme));
    hookseal_verifier_secret(verifier, wrong[at].is_text, (const uint8_t *)wrong[at].secret, strlen(wrong[at].secret));
    if (wrong[at].limit != 0 || at == 8) hookseal_verifier_limit(verifier, wrong[at].limit, 300000, 0);
    verdict = new_verdict();
    uint32_t code = hookseal_verifier_ready(verifier, &verdict);
    uint8_t text[HOOKSEAL_MESSAGE_MAX];
    size_t length = hookseal_message(&verdict, 0, text, sizeof text);
    CHECK(code == wrong[at].code && says(&verdict, wrong[at].message), "%zu: %u %.*s", at, code, (int)length, text);
    hookseal_verifier_free(verifier);
  }
  /* Nine secrets. */
  verifier = hookseal_verifier_new((const uint8_t *)"github", 6);
  for (int at = 0; at < 9; at++) hookseal_verifier_secret(verifier, 1, (const uint8_t *)SECRET, sizeof SECRET - 1);
  CHECK(hookseal_verifier_ready(verifier, &verdict) == HOOKSEAL_INVALID_ARGUMENT && says(&verdict, "more than 8"),
      "nine");
  hookseal_verifier_free(verifier);
}

static void verdicts_that_were_changed(void) {
  hookseal_verifier *verifier = ready_verifier("stripe");
  hookseal_delivery delivery = {sizeof delivery, 0, 0, NULL, 0, {NULL, 0}};
  hookseal_verdict verdict = new_verdict();
  CHECK(hookseal_verify(verifier, &delivery, &verdict) == HOOKSEAL_MISSING_HEADER, "no headers");
  CHECK(verdict.subject_length == 16 && memcmp(verdict.subject, "Stripe-Signature", 16) == 0, "subject");
  CHECK(says(&verdict, "Stripe-Signature"), "subject");
  /* Where the reason is no longer what was written, the text of the code is left. */
  for (int at = 0; at < 4; at++) {
    hookseal_verdict changed = verdict;
    changed.reason[at] ^= (uint64_t)0x1000 << at;
    CHECK(says(&changed, "a header that the scheme needs is missing"), "%d", at);
  }
  hookseal_verdict garbage;
  memset(&garbage, 0xff, sizeof garbage);
  garbage.size = sizeof garbage;
  CHECK(hookseal_message(&garbage, 0, NULL, 0) == 0, "a code that does not exist");
  garbage.code = HOOKSEAL_SIGNATURE_MISMATCH;
  CHECK(says(&garbage, "no secret in use matches"), "a subject and a reason that do not exist");
  CHECK(hookseal_message(&verdict, 4, NULL, 0) == HOOKSEAL_NONE && hookseal_message(NULL, 0, NULL, 0) == HOOKSEAL_NONE,
      "names");
  hookseal_verifier_free(verifier);
}

static void texts_are_cut_where_the_room_ends(void) {
  for (size_t room = 0; room < 20; room++) {
    block text = block_of("....................", room);
    CHECK(hookseal_word(HOOKSEAL_WORD_CODE, 1, text.at, room) == 14, "%zu", room);
    CHECK(memcmp(text.at, "missing_header......", room) == 0, "%zu", room);
    free(text.at);
  }
  hookseal_verifier *verifier = ready_verifier("slack");
  signed_delivery made;
  sign(&made, verifier, "payload=1");
  hookseal_input input = {sizeof input, 0, 0, 0};
  hookseal_verdict verdict = new_verdict();
  block small = block_of("0123456789abcd", 13);
  CHECK(hookseal_signing_input(verifier, &made.delivery, &input, small.at, 13, &verdict) == HOOKSEAL_INVALID_ARGUMENT,
      "13");
  CHECK(says(&verdict, "does not fit"), "13");
  CHECK(hookseal_signing_input(verifier, &made.delivery, &input, made.lines + 200, 14, &verdict) == HOOKSEAL_GENUINE,
      "14");
  CHECK(input.before == 14 && input.after == 0 && input.reads_body == 0, "v0:1736937000:");
  free(small.at);
  hookseal_verifier_free(verifier);
}

static void streams_outlive_their_verifier(void) {
  hookseal_verifier *verifier = ready_verifier("slack");
  signed_delivery made;
  sign(&made, verifier, "payload=1");
  hookseal_verdict verdict = new_verdict();
  hookseal_stream *stream = hookseal_stream_new(verifier, &made.delivery, &verdict);
  CHECK(stream != NULL && verdict.code == HOOKSEAL_GENUINE, "begun");
  hookseal_verifier_free(verifier);
  memset(&made, 0, sizeof made);
  CHECK(hookseal_stream_update(stream, (const uint8_t *)"payload", 7) == HOOKSEAL_GENUINE, "a chunk");
  CHECK(hookseal_stream_update(stream, (const uint8_t *)"=1", 2) == HOOKSEAL_GENUINE, "a chunk");
  CHECK(hookseal_stream_finish(stream, 1736937000, 0, &verdict) == HOOKSEAL_GENUINE, "genuine");
  CHECK(hookseal_stream_update(stream, (const uint8_t *)"x", 1) == HOOKSEAL_INVALID_ARGUMENT, "it has ended");
  CHECK(hookseal_stream_finish(stream, 0, 0, &verdict) == HOOKSEAL_INVALID_ARGUMENT && says(&verdict, "ended"),
      "twice");
  CHECK(hookseal_stream_key(stream, NULL, 0, NULL, NULL, 0) == HOOKSEAL_NONE, "no key was asked for");
  hookseal_stream_free(stream);
}

static void memory_of_the_library(void) {
  CHECK(hookseal_alloc(0) == NULL && hookseal_alloc(SIZE_MAX) == NULL && hookseal_alloc(SIZE_MAX - 20) == NULL,
      "no memory");
  static const size_t sizes[] = {1, 8, 15, 16, 17, 4096, 1 << 20};
  for (size_t at = 0; at < sizeof sizes / sizeof *sizes; at++) {
    uint8_t *memory = hookseal_alloc(sizes[at]);
    CHECK(memory != NULL && (uintptr_t)memory % 16 == 0, "%zu", sizes[at]);
    for (size_t byte = 0; byte < sizes[at]; byte++) CHECK(memory[byte] == 0, "%zu", byte);
    memset(memory, 0xff, sizes[at]);
    /* Another length is not what was asked for: nothing is freed. */
    hookseal_free(memory, sizes[at] + 1);
    hookseal_free(memory, 0);
    CHECK(memory[0] == 0xff, "it was freed");
    hookseal_free(memory, sizes[at]);
  }
  hookseal_free(NULL, 5);
}

int main(void) {
  null_and_stale_handles();
  no_handle_is_given_out_twice();
  structs_of_other_sizes();
  memory_that_cannot_be();
  bodies_of_4_gib();
  set_up_in_the_wrong_order();
  verdicts_that_were_changed();
  texts_are_cut_where_the_room_ends();
  streams_outlive_their_verifier();
  memory_of_the_library();
  return checked("hostile");
}
