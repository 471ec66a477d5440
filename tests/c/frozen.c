/*
 * What programs have compiled in, and the words for it. Append only: where a check fails, a program of a user would
 * break.
 */
#include "check.h"
#include "layout.h"

static const struct {
  uint32_t number;
  const char *word;
  const char *status;
} CODES[] = {
    {HOOKSEAL_MISSING_HEADER, "missing_header", "400"},
    {HOOKSEAL_DUPLICATE_HEADER, "duplicate_header", "400"},
    {HOOKSEAL_MALFORMED_SIGNATURE, "malformed_signature", "400"},
    {HOOKSEAL_MALFORMED_TIMESTAMP, "malformed_timestamp", "400"},
    {HOOKSEAL_SIGNATURE_MISMATCH, "signature_mismatch", "401"},
    {HOOKSEAL_TIMESTAMP_TOO_OLD, "timestamp_too_old", "401"},
    {HOOKSEAL_TIMESTAMP_IN_FUTURE, "timestamp_in_future", "401"},
    {HOOKSEAL_EVENT_TOO_OLD, "event_too_old", "401"},
    {HOOKSEAL_BODY_TOO_LARGE, "body_too_large", "413"},
    {HOOKSEAL_BODY_NOT_READ, "body_not_read", "400"},
    {HOOKSEAL_MALFORMED_ENVELOPE, "malformed_envelope", "400"},
    {HOOKSEAL_MISSING_FIELD, "missing_field", "400"},
    {HOOKSEAL_INVALID_FIELD, "invalid_field", "400"},
    {HOOKSEAL_INVALID_SECRET, "invalid_secret", "500"},
    {HOOKSEAL_INVALID_SCHEME, "invalid_scheme", "500"},
    {HOOKSEAL_INVALID_ARGUMENT, "invalid_argument", "500"},
    {HOOKSEAL_IN_PROGRESS, "in_progress", "503"},
    {HOOKSEAL_STORE_UNAVAILABLE, "store_unavailable", "503"},
    {HOOKSEAL_INBOX_FULL, "inbox_full", "503"},
    {HOOKSEAL_WRONG_SEAL, "wrong_seal", "500"},
};

static const char *const FIELDS[] = {"event_type",    "event_id", "timestamp",   "partner_app_id", "data",
                                     "actor_user_id", "for_user", "for_user.id", "for_user.email"};

static const char *const SCHEMES[] = {"contio", "contio-timestamped", "contio-body", "standard-webhooks", "svix",
                                      "stripe", "github",             "slack",       "shopify"};

static int is_word(uint32_t kind, uint32_t number, const char *expected) {
  uint8_t text[64];
  size_t length = hookseal_word(kind, number, text, sizeof text);
  return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

int main(void) {
  CHECK(hookseal_abi() >> 16 == HOOKSEAL_ABI >> 16 && hookseal_abi() >= HOOKSEAL_ABI, "another library");
  for (size_t at = 0; at < sizeof CODES / sizeof *CODES; at++) {
    CHECK(CODES[at].number == at + 1, "%zu", at);
    CHECK(is_word(HOOKSEAL_WORD_CODE, CODES[at].number, CODES[at].word), "%s", CODES[at].word);
    CHECK(is_word(HOOKSEAL_WORD_STATUS, CODES[at].number, CODES[at].status), "%s", CODES[at].word);
  }
  /* Whoever appends a code appends it here and in the header. */
  CHECK(is_word(HOOKSEAL_WORD_CODE, sizeof CODES / sizeof *CODES + 1, ""), "a code that the header does not have");
  CHECK(is_word(HOOKSEAL_WORD_CODE, 0, "") && is_word(HOOKSEAL_WORD_STATUS, 0, ""), "a genuine delivery has no word");
  for (uint32_t at = 0; at < sizeof FIELDS / sizeof *FIELDS; at++) {
    CHECK(is_word(HOOKSEAL_WORD_FIELD, at, FIELDS[at]), "%s", FIELDS[at]);
  }
  CHECK(is_word(HOOKSEAL_WORD_FIELD, HOOKSEAL_FIELDS, ""), "a field that the header does not have");
  for (uint32_t at = 0; at < sizeof SCHEMES / sizeof *SCHEMES; at++) {
    CHECK(is_word(HOOKSEAL_WORD_SCHEME, at, SCHEMES[at]), "%s", SCHEMES[at]);
  }
  CHECK(hookseal_word(4, 0, NULL, 0) == HOOKSEAL_NONE, "a kind of word that does not exist");
  /* Each name of a scheme makes a verifier. */
  for (uint32_t at = 0; at < 64; at++) {
    uint8_t name[64];
    size_t length = hookseal_word(HOOKSEAL_WORD_SCHEME, at, name, sizeof name);
    CHECK(length > 0 || at >= 20, "%u schemes", at);
    if (length == 0) break;
    hookseal_verifier *verifier = hookseal_verifier_new(name, length);
    static const uint8_t key[] = "the bytes of a key";
    hookseal_verifier_secret(verifier, 0, key, sizeof key);
    hookseal_verdict verdict = new_verdict();
    CHECK(hookseal_verifier_ready(verifier, &verdict) == HOOKSEAL_GENUINE, "%.*s", (int)length, name);
    uint8_t own[64], copy[64];
    CHECK(hookseal_verifier_name(verifier, HOOKSEAL_NAME_SCHEME, own, sizeof own) == length, "%.*s", (int)length, name);
    CHECK(hookseal_verifier_name(verifier, HOOKSEAL_NAME_VARIANT + verdict.variant, own, sizeof own) == 0, "variants");
    CHECK(hookseal_verifier_name(verifier, HOOKSEAL_NAME_SIGNATURE, own, sizeof own) > 0, "signature");
    CHECK(verdict.secret == 1 && hookseal_mac_key(verifier, 0, copy, sizeof copy) == sizeof key, "key");
    CHECK(memcmp(copy, key, sizeof key) == 0 && hookseal_mac_key(verifier, 1, copy, sizeof copy) == 0, "key");
    hookseal_verifier_free(verifier);
  }
  return checked("frozen");
}
