/*
 * A host that loads the library and unloads it for each request, as PHP does: handles of before are still what they
 * were, and nothing is lost each time. The argument is the library.
 */
#include <dlfcn.h>

#include "check.h"

typedef hookseal_verifier *make(const uint8_t *, size_t);
typedef void add(hookseal_verifier *, uint32_t, const uint8_t *, size_t);
typedef uint32_t end(hookseal_verifier *, hookseal_verdict *);
typedef size_t name(const hookseal_verifier *, uint32_t, uint8_t *, size_t);

/* Data pointers and pointers to functions are of one size wherever dlsym exists. */
static void find(void *library, const char *function, void *place) {
  void *found = dlsym(library, function);
  CHECK(found != NULL, "%s", function);
  memcpy(place, &found, sizeof found);
}

int main(int count, char **arguments) {
  hookseal_verifier *verifier = NULL;
  for (int at = 0; count == 2 && at < 100; at++) {
    void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL, "%s", arguments[1]);
    if (library == NULL) break;
    make *verifier_new;
    add *verifier_secret;
    end *verifier_ready;
    name *verifier_name;
    find(library, "hookseal_verifier_new", &verifier_new);
    find(library, "hookseal_verifier_secret", &verifier_secret);
    find(library, "hookseal_verifier_ready", &verifier_ready);
    find(library, "hookseal_verifier_name", &verifier_name);
    if (at == 0) {
      verifier = verifier_new((const uint8_t *)"github", 6);
      verifier_secret(verifier, 1, (const uint8_t *)"a secret for tests only", 23);
      CHECK(verifier_ready(verifier, NULL) == HOOKSEAL_GENUINE, "ready");
    }
    uint8_t text[64];
    CHECK(verifier_name(verifier, HOOKSEAL_NAME_SCHEME, text, sizeof text) == 6, "loaded for the %d. time", at + 1);
    CHECK(dlclose(library) == 0, "unloaded");
  }
  return checked("reload");
}
