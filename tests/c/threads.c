/* Eight threads with one verifier, each with streams of its own, and others that make and free verifiers meanwhile. */
#include <pthread.h>

#include "check.h"

enum { THREADS = 8, ROUNDS = 2000 };

static hookseal_verifier *shared;
static hookseal_delivery genuine, forged;

static void *verify(void *unused) {
  (void)unused;
  size_t wrong = 0;
  for (int at = 0; at < ROUNDS; at++) {
    hookseal_verdict verdict = new_verdict();
    wrong += hookseal_verify(shared, &genuine, &verdict) != HOOKSEAL_GENUINE;
    wrong += hookseal_verify(shared, &forged, &verdict) != HOOKSEAL_SIGNATURE_MISMATCH;
    hookseal_stream *stream = hookseal_stream_new(shared, &genuine, NULL);
    wrong += hookseal_stream_update(stream, genuine.body.at, genuine.body.length) != HOOKSEAL_GENUINE;
    wrong += hookseal_stream_finish(stream, 1736937000, 0, &verdict) != HOOKSEAL_GENUINE;
    hookseal_stream_free(stream);
    hookseal_verifier *own = hookseal_verifier_new((const uint8_t *)"github", 6);
    hookseal_verifier_secret(own, 1, (const uint8_t *)"a secret of a thread", 20);
    wrong += hookseal_verifier_ready(own, NULL) != HOOKSEAL_GENUINE;
    wrong += hookseal_verify(own, &genuine, NULL) != HOOKSEAL_SIGNATURE_MISMATCH;
    hookseal_verifier_free(own);
    wrong += hookseal_verify(own, &genuine, NULL) != HOOKSEAL_INVALID_ARGUMENT;
  }
  return (void *)wrong;
}

int main(void) {
  shared = ready_verifier("github");
  static signed_delivery made;
  sign(&made, shared, "{\"action\":\"opened\"}");
  genuine = forged = made.delivery;
  forged.body.length--;
  pthread_t threads[THREADS];
  for (int at = 0; at < THREADS; at++) CHECK(pthread_create(&threads[at], NULL, verify, NULL) == 0, "thread %d", at);
  for (int at = 0; at < THREADS; at++) {
    void *wrong = NULL;
    pthread_join(threads[at], &wrong);
    CHECK(wrong == NULL, "thread %d: %zu wrong answers", at, (size_t)wrong);
  }
  hookseal_verifier_free(shared);
  return checked("threads");
}
