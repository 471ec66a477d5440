/* What the test programs share: checks that say where they failed, and memory of exact sizes. */
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

static inline block block_of_text(const char *text) { return block_of(text, strlen(text)); }

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

#endif
