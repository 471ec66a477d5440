/*
 * hookseal: verifies signed webhook deliveries.
 *
 * One ABI for C, for everything that calls C, and for every host of WebAssembly: `hookseal-core.wasm` exports the same
 * functions, with pointers and lengths of 32 bits. docs/abi.md explains it; in short:
 *
 * - The caller owns all memory. Nothing of it is kept after a call: a stream copies the header values that it needs.
 * - Texts are UTF-8 and have a length; no NUL ends them. A text of length 0 may be at NULL.
 * - A verifier is set up by one thread. After hookseal_verifier_ready it never changes, and threads share it. A stream
 *   belongs to one thread at a time.
 * - A handle is not an address. One that was freed, or was never given out, is HOOKSEAL_INVALID_ARGUMENT in every call,
 *   and never another verifier or stream. Only freeing a verifier during another call with it is undefined.
 * - Each struct begins with its size, which the caller sets. Later versions append members, and codes, and functions.
 * - Functions that write text behave like snprintf, except that no NUL follows: they write at most `capacity` bytes and
 *   return the length of the whole text. They return HOOKSEAL_NONE for arguments that cannot be used.
 *
 * There is no explanation of refusals in this ABI for now: the command line, JavaScript, Python and Rust have it.
 */
#ifndef HOOKSEAL_H
#define HOOKSEAL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the ABI that this header describes: the major part in the upper 16 bits, the minor in the lower. */
#define HOOKSEAL_ABI 0x10001u

/* What a function that returns a size returns for arguments that it cannot use. */
#define HOOKSEAL_NONE ((size_t)-1)

/*
 * Codes. A number never changes its meaning; new ones are appended. Each is a word that all languages share:
 * hookseal_word(HOOKSEAL_WORD_CODE, number, ...). The comment has the HTTP status to answer with.
 */
#define HOOKSEAL_GENUINE 0u
#define HOOKSEAL_MISSING_HEADER 1u       /* 400 */
#define HOOKSEAL_DUPLICATE_HEADER 2u     /* 400 */
#define HOOKSEAL_MALFORMED_SIGNATURE 3u  /* 400 */
#define HOOKSEAL_MALFORMED_TIMESTAMP 4u  /* 400 */
#define HOOKSEAL_SIGNATURE_MISMATCH 5u   /* 401 */
#define HOOKSEAL_TIMESTAMP_TOO_OLD 6u    /* 401 */
#define HOOKSEAL_TIMESTAMP_IN_FUTURE 7u  /* 401 */
#define HOOKSEAL_EVENT_TOO_OLD 8u        /* 401 */
#define HOOKSEAL_BODY_TOO_LARGE 9u       /* 413 */
#define HOOKSEAL_BODY_NOT_READ 10u       /* 400; for the caller's use: no function returns it */
#define HOOKSEAL_MALFORMED_ENVELOPE 11u  /* 400 */
#define HOOKSEAL_MISSING_FIELD 12u       /* 400 */
#define HOOKSEAL_INVALID_FIELD 13u       /* 400 */
#define HOOKSEAL_INVALID_SECRET 14u      /* 500 */
#define HOOKSEAL_INVALID_SCHEME 15u      /* 500 */
#define HOOKSEAL_INVALID_ARGUMENT 16u    /* 500 */
#define HOOKSEAL_IN_PROGRESS 17u         /* 503; for the caller's store of handled events, as is the next */
#define HOOKSEAL_STORE_UNAVAILABLE 18u   /* 503 */
#define HOOKSEAL_INBOX_FULL 19u          /* 503; for the caller's inbox */
#define HOOKSEAL_WRONG_SEAL 20u          /* 500; for what the caller stored in a queue */

/* A text, or other bytes. */
typedef struct hookseal_text {
  const uint8_t *at;
  size_t length;
} hookseal_text;

/*
 * A header. One that occurs twice is two of these: hookseal refuses it, so never join or drop one.
 *
 * Hosts that have looked the header up already can leave its name out: `name.at` is NULL, and `name.length` is 1 + the
 * number of the name in hookseal_verifier_name (1 for the signature, up to 8).
 */
typedef struct hookseal_header {
  hookseal_text name;
  hookseal_text value;
} hookseal_header;

/* Flags of a delivery. Others are refused. */
#define HOOKSEAL_READ_ENVELOPE 1u /* read the envelope too, if the scheme's deliveries carry one: see `fields` below */
#define HOOKSEAL_NO_BODY 2u       /* for hookseal_verify_with_macs: `body.at` is NULL, `body.length` is the length */
#define HOOKSEAL_KEY 4u           /* for hookseal_stream_new: hookseal_stream_key will be called */

/* A delivery: 32 bytes where pointers have 32 bits, 48 where they have 64. */
typedef struct hookseal_delivery {
  uint32_t size;  /* sizeof(hookseal_delivery) */
  uint32_t flags; /* HOOKSEAL_READ_ENVELOPE and so on, or 0 */
  int64_t now;    /* the current time in Unix seconds */
  const hookseal_header *headers; /* all headers, or at least those that hookseal_verifier_name names */
  size_t header_count;
  hookseal_text body; /* the raw body */
} hookseal_delivery;

/* A part of a text. */
typedef struct hookseal_span {
  uint32_t at;
  uint32_t length;
} hookseal_span;

/* Flags of a verdict. */
#define HOOKSEAL_HAS_FIELDS 1u   /* the envelope was read, and `fields` is set */
#define HOOKSEAL_HAS_TIME 2u     /* `timestamp` is set */
#define HOOKSEAL_HAS_ENVELOPE 4u /* the scheme's deliveries carry a Contio envelope */

/* Indexes in `fields`. */
#define HOOKSEAL_EVENT_TYPE 0
#define HOOKSEAL_EVENT_ID 1
#define HOOKSEAL_EVENT_TIMESTAMP 2
#define HOOKSEAL_PARTNER_APP_ID 3
#define HOOKSEAL_DATA 4 /* a JSON object */
#define HOOKSEAL_ACTOR_USER_ID 5
#define HOOKSEAL_FOR_USER 6 /* a JSON object */
#define HOOKSEAL_FOR_USER_ID 7
#define HOOKSEAL_FOR_USER_EMAIL 8
#define HOOKSEAL_FIELDS 9

/*
 * A verdict: 216 bytes everywhere. Set `size`; the functions set the rest, and then `size` to what they have set.
 */
typedef struct hookseal_verdict {
  uint32_t size;    /* sizeof(hookseal_verdict) */
  uint32_t code;    /* HOOKSEAL_GENUINE, or why the delivery was refused */
  uint32_t status;  /* the HTTP status to answer with; 0 if genuine */
  uint32_t secret;  /* the index of the secret that it was signed with */
  uint32_t variant; /* the index of the scheme's variant: see hookseal_verifier_name */
  uint32_t flags;   /* HOOKSEAL_HAS_FIELDS and so on */
  int64_t timestamp; /* when it was signed, or when the event happened, in Unix seconds */
  /*
   * The envelope's fields in the body, only of a genuine delivery: the text as it was sent, still escaped and without
   * quotes (see hookseal_decode), and objects with their braces. At 0 is what is absent: byte 0 is a brace.
   */
  hookseal_span fields[HOOKSEAL_FIELDS];
  uint32_t id_header; /* 1 + the index of the header that has the signed id; 0 if there is none */
  hookseal_span id;   /* the signed id in that header's value */
  uint32_t subject_length;
  uint8_t subject[64]; /* the header, field or secret that a refusal is about, such as `secrets[1]` */
  uint64_t reason[4];  /* for hookseal_message alone */
} hookseal_verdict;

/* What is signed besides the body: for hosts that make the MACs. */
typedef struct hookseal_input {
  uint32_t size;       /* sizeof(hookseal_input) */
  uint32_t before;     /* how many bytes are signed before the body */
  uint32_t after;      /* how many are signed after it */
  uint32_t reads_body; /* 1 if the verdict needs the body itself, 0 if it needs the MACs and the body's length */
} hookseal_input;

/* Flags of what was prepared. */
#define HOOKSEAL_DECIDABLE 1u  /* hookseal_decide can decide about it */
/* HOOKSEAL_HAS_TIME: `timestamp` is set */
#define HOOKSEAL_READS_BODY 4u /* the verdict needs the body itself */

/*
 * What the headers of a delivery say, for hosts that make the MACs: 72 bytes everywhere. Since minor version 1. It is
 * not verified yet: use nothing of it but what is signed.
 */
typedef struct hookseal_prepared {
  uint32_t size;     /* sizeof(hookseal_prepared) */
  uint32_t flags;    /* HOOKSEAL_DECIDABLE and so on */
  int64_t timestamp; /* for hookseal_decide, as are the members below */
  uint32_t variant;
  uint32_t before; /* how many bytes are signed before the body */
  uint32_t after;  /* how many are signed after it */
  uint32_t id_header;
  hookseal_span id;
  uint8_t signature[32];
} hookseal_prepared;

typedef struct hookseal_verifier hookseal_verifier;
typedef struct hookseal_stream hookseal_stream;

/* ---- The library ---- */

/* The version of the ABI that is implemented. Refuse a library whose major part differs, or whose minor is smaller. */
uint32_t hookseal_abi(void);

/*
 * Memory for hosts of WebAssembly, which have none of their own in the module. Returns NULL if there is not enough, and
 * for 0 bytes. It is aligned for every struct here, and zeroed.
 */
void *hookseal_alloc(size_t bytes);

/* Wipes and frees what hookseal_alloc returned. `bytes` is what was asked for then. NULL is ignored. */
void hookseal_free(void *memory, size_t bytes);

/* Kinds of words. */
#define HOOKSEAL_WORD_CODE 0u   /* of the code of this number, such as `missing_header` */
#define HOOKSEAL_WORD_STATUS 1u /* the HTTP status of the code of this number, such as `400` */
#define HOOKSEAL_WORD_SCHEME 2u /* the name of a built-in scheme, from 0 */
#define HOOKSEAL_WORD_FIELD 3u  /* the name of a field of the envelope, by its index in `fields` */

/*
 * Writes a word, for the tables of hosts. Returns 0 if there is none of this number, and HOOKSEAL_NONE for other
 * kinds.
 */
size_t hookseal_word(uint32_t kind, uint32_t number, uint8_t *text, size_t capacity);

/* ---- Verifiers ---- */

/*
 * Begins a verifier. `scheme` is the name of a built-in scheme, such as `stripe`, or the JSON of docs/schemes.md (which
 * begins with a brace), which may have `limits`. Returns NULL only if there is no memory for one: what is wrong
 * with the arguments is kept for hookseal_verifier_ready.
 */
hookseal_verifier *hookseal_verifier_new(const uint8_t *scheme, size_t length);

/*
 * Adds a secret that the sender may sign with; at most 8. `is_text` is 1 for the text that the sender displays, which
 * is decoded as the scheme says, and 0 for the bytes of a key. Wipe your copy afterwards.
 */
void hookseal_verifier_secret(hookseal_verifier *verifier, uint32_t is_text, const uint8_t *secret, size_t length);

/* What can be limited. */
#define HOOKSEAL_MAX_AGE 0u       /* seconds since a delivery was signed; 300 if not set */
#define HOOKSEAL_MAX_SKEW 1u      /* seconds ahead; 300 if not set */
#define HOOKSEAL_MAX_EVENT_AGE 2u /* seconds since an event of `contio-body` happened; 86400 if not set */
#define HOOKSEAL_MAX_BODY 3u      /* bytes */
/* Both together: a durable store remembers events, which raises HOOKSEAL_MAX_EVENT_AGE for events after its making. */
#define HOOKSEAL_REMEMBERED_FOR 4u   /* seconds for which it keeps an event */
#define HOOKSEAL_REMEMBERED_SINCE 5u /* when it was made, in Unix seconds */

/* Sets a limit to low + high * 2^32. 2^64 - 1 is no limit. */
void hookseal_verifier_limit(hookseal_verifier *verifier, uint32_t which, uint32_t low, uint32_t high);

/*
 * Ends the setting up. Returns a code, and in the verdict how many secrets (`secret`) and variants (`variant`) there
 * are, and whether deliveries carry an envelope (HOOKSEAL_HAS_ENVELOPE). A verifier that failed can only be freed.
 */
uint32_t hookseal_verifier_ready(hookseal_verifier *verifier, hookseal_verdict *verdict);

/* Names of a verifier. */
#define HOOKSEAL_NAME_SIGNATURE 0u /* a header: the name that decides if a second name is present too */
#define HOOKSEAL_NAME_TIMESTAMP 1u
#define HOOKSEAL_NAME_ID 2u
#define HOOKSEAL_NAME_TOPIC 3u /* not signed, and needed for the key alone */
#define HOOKSEAL_NAME_SECOND 4u /* + 0 to 3: the second names of these headers */
#define HOOKSEAL_NAME_SCHEME 8u
#define HOOKSEAL_NAME_VARIANT 9u /* + the index of the variant: what deliveries report as their scheme */

/* Writes a name. Returns 0 if the scheme has none of this number. */
size_t hookseal_verifier_name(const hookseal_verifier *verifier, uint32_t which, uint8_t *text, size_t capacity);

/* Wipes and frees a verifier. Streams that were begun with it go on. NULL is ignored, as is a freed one. */
void hookseal_verifier_free(hookseal_verifier *verifier);

/* ---- Deliveries ---- */

/*
 * Verifies a delivery. Returns the code of the verdict. `verdict` may be NULL. HOOKSEAL_INVALID_ARGUMENT also stands
 * for a handle, a pointer or a size that cannot be used; a verdict whose `size` is too small is not written.
 */
uint32_t hookseal_verify(const hookseal_verifier *verifier, const hookseal_delivery *delivery,
                         hookseal_verdict *verdict);

/*
 * Begins a delivery whose body arrives in chunks; `delivery->body` is not read. Returns NULL if the headers are
 * refused, as the verdict says. With HOOKSEAL_READ_ENVELOPE, `fields` are places in the whole body.
 */
hookseal_stream *hookseal_stream_new(const hookseal_verifier *verifier, const hookseal_delivery *delivery,
                                     hookseal_verdict *verdict);

/*
 * Adds a chunk. Returns HOOKSEAL_BODY_TOO_LARGE as soon as the chunks exceed the limit; the rest need not be read
 * then.
 */
uint32_t hookseal_stream_update(hookseal_stream *stream, const uint8_t *chunk, size_t length);

/*
 * Ends the body. Returns the code of the verdict; do not act on any chunk before it is HOOKSEAL_GENUINE. The current
 * time is `low` + `high` * 2^32 in two's complement: it may have passed since the headers arrived. `id_header` is an
 * index in the headers with which the stream began. The stream takes no more chunks, and still has to be freed.
 */
uint32_t hookseal_stream_finish(hookseal_stream *stream, uint32_t now_low, uint32_t now_high,
                                hookseal_verdict *verdict);

/* hookseal_delivery_key for a stream that was begun with HOOKSEAL_KEY and whose verdict was HOOKSEAL_GENUINE. */
size_t hookseal_stream_key(const hookseal_stream *stream, const uint8_t *scope, size_t scope_length, uint8_t *digest,
                           uint8_t *text, size_t capacity);

/* Wipes and frees a stream, finished or not. NULL is ignored, as is a freed one. */
void hookseal_stream_free(hookseal_stream *stream);

/* How options are named in messages. */
#define HOOKSEAL_NAMES_SNAKE 0u  /* max_age */
#define HOOKSEAL_NAMES_CAMEL 1u  /* maxAge */
#define HOOKSEAL_NAMES_FLAG 2u   /* --max-age */
#define HOOKSEAL_NAMES_PASCAL 3u /* MaxAge */

/*
 * Writes the text of a refusal for people: at most HOOKSEAL_MESSAGE_MAX bytes. It has no secret, signature or part of
 * the body in it. Returns 0 for a genuine delivery.
 */
#define HOOKSEAL_MESSAGE_MAX 1024u
size_t hookseal_message(const hookseal_verdict *verdict, uint32_t names, uint8_t *text, size_t capacity);

/*
 * Checks a body that was verified before, with `verifier` (or with NULL, one that carries an envelope), and sets
 * `fields`: for envelopes that are read later than the verdict. Without HOOKSEAL_READ_ENVELOPE in `what` it is only
 * checked that the body is JSON, as every language does before it parses one.
 */
uint32_t hookseal_read_body(const hookseal_verifier *verifier, uint32_t what, const uint8_t *body, size_t length,
                            hookseal_verdict *verdict);

/*
 * Decodes the text of a field: a JSON string without its quotes. Half of a surrogate pair becomes U+FFFD. Returns
 * HOOKSEAL_NONE for what is no such text.
 */
size_t hookseal_decode(const uint8_t *json, size_t length, uint8_t *text, size_t capacity);

/* ---- Keys of deliveries, by which duplicates are recognized ---- */

/*
 * Writes the text under which a store keeps a genuine delivery: at most HOOKSEAL_KEY_MAX characters of ASCII. `scope`
 * names the endpoint or tenant. Returns 0 for deliveries that have no key, such as those without a body. If `digest` is
 * not NULL, the SHA-256 of the body is written there: 32 bytes, by which a store notices another body under a key.
 * `delivery` and `verdict` are those of hookseal_verify or hookseal_verify_with_macs, the body included.
 */
#define HOOKSEAL_KEY_MAX 612u
size_t hookseal_delivery_key(const hookseal_verifier *verifier, const hookseal_delivery *delivery,
                             const hookseal_verdict *verdict, const uint8_t *scope, size_t scope_length,
                             uint8_t *digest, uint8_t *text, size_t capacity);

/* The same text for an event whose id is known: for tools that look up or forget what was handled. */
size_t hookseal_event_key(const uint8_t *scheme, size_t scheme_length, const uint8_t *id, size_t id_length,
                          const uint8_t *scope, size_t scope_length, uint8_t *text, size_t capacity);

/* ---- MACs that the host makes, where its own HMAC-SHA256 is faster ---- */

/*
 * Writes what is signed before the body, directly followed by what is signed after it: at most HOOKSEAL_INPUT_MAX
 * bytes. Returns a code: the headers may be refused, and a buffer that is too small is HOOKSEAL_INVALID_ARGUMENT. The
 * body of the delivery is not read. `verdict` may be NULL.
 */
#define HOOKSEAL_INPUT_MAX 1024u
uint32_t hookseal_signing_input(const hookseal_verifier *verifier, const hookseal_delivery *delivery,
                                hookseal_input *input, uint8_t *text, size_t capacity, hookseal_verdict *verdict);

/*
 * The verdict of hookseal_verify, given one MAC of 32 bytes per secret, in the order of the secrets. The caller
 * guarantees that each was computed and not received; until the verdict, it is as secret as the key. If `reads_body` is
 * 0, the body can be left out with HOOKSEAL_NO_BODY.
 */
uint32_t hookseal_verify_with_macs(const hookseal_verifier *verifier, const hookseal_delivery *delivery,
                                   const uint8_t *macs, size_t count, hookseal_verdict *verdict);

/*
 * Both at less cost, since minor version 1: the headers are read once. hookseal_prepare is like hookseal_signing_input,
 * and fills `prepared`. It writes the verdict only if it fails. With HOOKSEAL_DECIDABLE, hookseal_decide then returns the
 * verdict, without the headers, given the body's length; without it (several signatures, or a verdict that reads the
 * body), call hookseal_verify_with_macs. The caller guarantees that `prepared` is what hookseal_prepare has set for this verifier, as it does for the MACs. The
 * current time is `low` + `high` * 2^32 in two's complement.
 */
uint32_t hookseal_prepare(const hookseal_verifier *verifier, const hookseal_delivery *delivery,
                          hookseal_prepared *prepared, uint8_t *text, size_t capacity, hookseal_verdict *verdict);
uint32_t hookseal_decide(const hookseal_verifier *verifier, const hookseal_prepared *prepared, uint32_t now_low,
                         uint32_t now_high, size_t body_length, const uint8_t *macs, size_t count,
                         hookseal_verdict *verdict);

/* Copies the key of a secret, for the host's HMAC. Returns its length, and 0 if there is no secret of this index. */
size_t hookseal_mac_key(const hookseal_verifier *verifier, uint32_t index, uint8_t *key, size_t capacity);

/* ---- Signing, for tests ---- */

/*
 * Signs the body of a delivery at `now` with the secret of this index; its headers are not read. `id` is NULL for
 * schemes that sign none. Writes a line per header: name, tab, value, line feed; at most HOOKSEAL_SIGNED_MAX bytes.
 * Returns their length, or HOOKSEAL_NONE: the verdict says why.
 */
#define HOOKSEAL_SIGNED_MAX 1024u
size_t hookseal_sign(const hookseal_verifier *verifier, uint32_t index, const hookseal_delivery *delivery,
                     const uint8_t *id, size_t id_length, uint8_t *text, size_t capacity, hookseal_verdict *verdict);

/* ---- The layout of the structs is part of the ABI ---- */

#if defined(__cplusplus) && __cplusplus >= 201103L
#define HOOKSEAL_ASSERT(condition, text) static_assert(condition, text)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define HOOKSEAL_ASSERT(condition, text) _Static_assert(condition, text)
#endif
#ifdef HOOKSEAL_ASSERT
HOOKSEAL_ASSERT(sizeof(size_t) == sizeof(void *), "lengths are as wide as pointers");
HOOKSEAL_ASSERT(sizeof(hookseal_text) == 2 * sizeof(void *), "hookseal_text");
HOOKSEAL_ASSERT(sizeof(hookseal_header) == 4 * sizeof(void *), "hookseal_header");
HOOKSEAL_ASSERT(sizeof(hookseal_delivery) == 16 + 4 * sizeof(void *), "hookseal_delivery");
HOOKSEAL_ASSERT(offsetof(hookseal_delivery, now) == 8, "hookseal_delivery.now");
HOOKSEAL_ASSERT(offsetof(hookseal_delivery, headers) == 16, "hookseal_delivery.headers");
HOOKSEAL_ASSERT(offsetof(hookseal_delivery, body) == 16 + 2 * sizeof(void *), "hookseal_delivery.body");
HOOKSEAL_ASSERT(sizeof(hookseal_span) == 8, "hookseal_span");
HOOKSEAL_ASSERT(sizeof(hookseal_verdict) == 216, "hookseal_verdict");
HOOKSEAL_ASSERT(offsetof(hookseal_verdict, timestamp) == 24, "hookseal_verdict.timestamp");
HOOKSEAL_ASSERT(offsetof(hookseal_verdict, fields) == 32, "hookseal_verdict.fields");
HOOKSEAL_ASSERT(offsetof(hookseal_verdict, id_header) == 104, "hookseal_verdict.id_header");
HOOKSEAL_ASSERT(offsetof(hookseal_verdict, subject) == 120, "hookseal_verdict.subject");
HOOKSEAL_ASSERT(offsetof(hookseal_verdict, reason) == 184, "hookseal_verdict.reason");
HOOKSEAL_ASSERT(sizeof(hookseal_input) == 16, "hookseal_input");
HOOKSEAL_ASSERT(sizeof(hookseal_prepared) == 72, "hookseal_prepared");
#endif

#ifdef __cplusplus
}
#endif

#endif
