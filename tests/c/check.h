/* What the test programs share: checks that say where they failed, memory of exact sizes, and genuine deliveries. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hookseal.h"

static unsigned checks_done;
static unsigned checks_failed;

#define CHECK(condition, ...)                                        \
  do {                                                               \
    checks_done++;                                                   \
    if (!(condition)) {                                              \
      checks_failed++;                                               \
      printf("%s:%d: %s: ", __FILE__, __LINE__, #condition);         \
      printf(__VA_ARGS__);                                           \
      printf("\n");                                                  \
    }                                                                \
  } while (0)

/* Ends a test program. */
static inline int checked(const char *what) {
  printf("%s: %u checks, %u failed\n", what, checks_done, checks_failed);
  return checks_failed != 0 || checks_done == 0;
}

/* A text with its own block of memory, so that a byte read before or after it is found by the sanitizers. */
typedef struct {
  uint8_t *at;
  size_t length;
} block;

static inline block block_of(const void *bytes, size_t length) {
  block made = {(uint8_t *)malloc(length > 0 ? length : 1), length};
  if (made.at == NULL) abort();
  if (length > 0) memcpy(made.at, bytes, length);
  return made;
}

static inline int is_text(block text, const char *expected) {
  return text.length == strlen(expected) && memcmp(text.at, expected, text.length) == 0;
}

static inline hookseal_text text_of(block text) {
  hookseal_text made = {text.at, text.length};
  return made;
}

static inline hookseal_verdict new_verdict(void) {
  hookseal_verdict verdict;
  /* Whatever was in the memory must not matter. */
  memset(&verdict, 0xa5, sizeof verdict);
  verdict.size = sizeof verdict;
  return verdict;
}

static const char SECRET[] = "a secret for tests only";

static inline hookseal_verifier *ready_verifier(const char *scheme) {
  hookseal_verifier *verifier = hookseal_verifier_new((const uint8_t *)scheme, strlen(scheme));
  hookseal_verifier_secret(verifier, 1, (const uint8_t *)SECRET, sizeof SECRET - 1);
  hookseal_verdict verdict = new_verdict();
  CHECK(hookseal_verifier_ready(verifier, &verdict) == HOOKSEAL_GENUINE, "%s", scheme);
  return verifier;
}

/* A genuine delivery of this body, and the texts that it is made of. */
typedef struct {
  uint8_t lines[HOOKSEAL_SIGNED_MAX];
  hookseal_header headers[4];
  hookseal_delivery delivery;
} signed_delivery;

static inline void sign(signed_delivery *made, const hookseal_verifier *verifier, const char *body) {
  hookseal_delivery delivery = {sizeof delivery, 0, 1736937000, NULL, 0, {(const uint8_t *)body, strlen(body)}};
  size_t length = hookseal_sign(verifier, 0, &delivery, NULL, 0, made->lines, sizeof made->lines, NULL);
  CHECK(length != HOOKSEAL_NONE && length <= sizeof made->lines, "signed");
  size_t count = 0;
  for (uint8_t *line = made->lines; line < made->lines + length;) {
    uint8_t *tab = (uint8_t *)memchr(line, '\t', length), *feed = (uint8_t *)memchr(line, '\n', length);
    hookseal_header header = {{line, (size_t)(tab - line)}, {tab + 1, (size_t)(feed - tab - 1)}};
    made->headers[count++] = header;
    line = feed + 1;
  }
  made->delivery = delivery;
  made->delivery.headers = made->headers;
  made->delivery.header_count = count;
}

#endif
