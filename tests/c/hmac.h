/* HMAC-SHA256 of a host, for the tests of hookseal_verify_with_macs. It is not made for anything else. */
#ifndef HMAC_H
#define HMAC_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t state[8];
  uint64_t length;
  uint8_t block[64];
} sha256;

void sha256_begin(sha256 *hash);
void sha256_add(sha256 *hash, const uint8_t *bytes, size_t length);
void sha256_end(sha256 *hash, uint8_t digest[32]);

/* The MAC of three texts, one after the other. */
void hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *const texts[3], const size_t lengths[3],
                 uint8_t mac[32]);

#endif
