/*
 * Verifies a delivery that was received: as it arrives whole, and in chunks.
 *
 *     cc verify.c $(pkg-config --cflags --libs hookseal) -o verify && ./verify
 */
#include <hookseal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char SECRET[] = "a secret of this example";

static hookseal_text text(const char *of) {
  hookseal_text made = {(const uint8_t *)of, strlen(of)};
  return made;
}

/* Prints why a delivery was refused: what to log, and the status to answer with. */
static void print_refusal(const hookseal_verdict *verdict) {
  uint8_t message[HOOKSEAL_MESSAGE_MAX];
  size_t length = hookseal_message(verdict, HOOKSEAL_NAMES_SNAKE, message, sizeof message);
  printf("refused with %u: %.*s\n", verdict->status, (int)length, message);
}

/* What a sender would send: here it is signed by the library, as tests do. Returns how many headers there are. */
static size_t sign(const hookseal_verifier *verifier, const char *body, uint8_t *lines, hookseal_header *headers) {
  hookseal_delivery delivery = {sizeof delivery, 0, time(NULL), NULL, 0, text(body)};
  size_t length = hookseal_sign(verifier, 0, &delivery, NULL, 0, lines, HOOKSEAL_SIGNED_MAX, NULL);
  size_t count = 0;
  for (uint8_t *line = lines; length != HOOKSEAL_NONE && line < lines + length; count++) {
    uint8_t *tab = memchr(line, '\t', (size_t)(lines + length - line));
    uint8_t *end = memchr(tab, '\n', (size_t)(lines + length - tab));
    headers[count].name = (hookseal_text){line, (size_t)(tab - line)};
    headers[count].value = (hookseal_text){tab + 1, (size_t)(end - tab - 1)};
    line = end + 1;
  }
  return count;
}

int main(void) {
  /* Once, when the program starts. Threads share the verifier from hookseal_verifier_ready on. */
  if (hookseal_abi() >> 16 != HOOKSEAL_ABI >> 16) return 1;
  hookseal_verdict verdict = {.size = sizeof verdict};
  hookseal_verifier *verifier = hookseal_verifier_new((const uint8_t *)"contio", 6);
  hookseal_verifier_secret(verifier, 1, (const uint8_t *)SECRET, sizeof SECRET - 1);
  hookseal_verifier_limit(verifier, HOOKSEAL_MAX_BODY, 1 << 20, 0);
  if (hookseal_verifier_ready(verifier, &verdict) != HOOKSEAL_GENUINE) {
    print_refusal(&verdict);
    return 1;
  }

  const char *body =
      "{\"event_type\":\"meeting.completed\",\"event_id\":\"evt-1\",\"timestamp\":\"2025-01-15T10:30:00Z\","
      "\"partner_app_id\":\"app-1\",\"data\":{}}";
  uint8_t lines[HOOKSEAL_SIGNED_MAX];
  hookseal_header headers[4];
  size_t count = sign(verifier, body, lines, headers);

  /* For each request: all of its headers, the raw body, and the time. */
  hookseal_delivery delivery = {sizeof delivery, HOOKSEAL_READ_ENVELOPE, time(NULL), headers, count, text(body)};
  if (hookseal_verify(verifier, &delivery, &verdict) != HOOKSEAL_GENUINE) {
    print_refusal(&verdict);
    return 1;
  }
  hookseal_span type = verdict.fields[HOOKSEAL_EVENT_TYPE];
  uint8_t decoded[64];
  size_t length = hookseal_decode((const uint8_t *)body + type.at, type.length, decoded, sizeof decoded);
  if (length > sizeof decoded) length = sizeof decoded; /* HOOKSEAL_NONE too: it is no text */
  printf("genuine: %.*s\n", (int)length, decoded);

  /* By what duplicates are recognized. */
  uint8_t key[HOOKSEAL_KEY_MAX];
  size_t key_length =
      hookseal_delivery_key(verifier, &delivery, &verdict, (const uint8_t *)"acme", 4, NULL, key, sizeof key);
  printf("key: %.*s\n", key_length == HOOKSEAL_NONE ? 0 : (int)key_length, key);

  /* The same in chunks, for bodies that are not kept. */
  hookseal_stream *stream = hookseal_stream_new(verifier, &delivery, &verdict);
  for (const char *rest = body; *rest != '\0';) {
    size_t chunk = strlen(rest) < 10 ? strlen(rest) : 10;
    if (hookseal_stream_update(stream, (const uint8_t *)rest, chunk) != HOOKSEAL_GENUINE) break;
    rest += chunk;
  }
  uint64_t now = (uint64_t)time(NULL);
  uint32_t code = hookseal_stream_finish(stream, (uint32_t)now, (uint32_t)(now >> 32), &verdict);
  hookseal_stream_free(stream);
  printf("in chunks: %s\n", code == HOOKSEAL_GENUINE ? "genuine" : "refused");

  /* A forgery. */
  delivery.body = text("{\"event_type\":\"meeting.forged\"}");
  if (hookseal_verify(verifier, &delivery, &verdict) != HOOKSEAL_GENUINE) print_refusal(&verdict);
  hookseal_verifier_free(verifier);
  return 0;
}
