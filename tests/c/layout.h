/*
 * What programs have compiled in, written out a second time: numbers, sizes and offsets. Append only: where this does
 * not compile, a program of a user would break. It needs no C library, so that it is also compiled for 32 bits.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "hookseal.h"

#define IS(constant, number) HOOKSEAL_ASSERT((constant) == (number), #constant)

IS(HOOKSEAL_ABI, 0x10001);
IS(HOOKSEAL_NONE, SIZE_MAX);
IS(HOOKSEAL_GENUINE, 0);
IS(HOOKSEAL_READ_ENVELOPE, 1);
IS(HOOKSEAL_NO_BODY, 2);
IS(HOOKSEAL_KEY, 4);
IS(HOOKSEAL_HAS_FIELDS, 1);
IS(HOOKSEAL_HAS_TIME, 2);
IS(HOOKSEAL_HAS_ENVELOPE, 4);
IS(HOOKSEAL_FIELDS, 9);
IS(HOOKSEAL_MAX_AGE, 0);
IS(HOOKSEAL_MAX_SKEW, 1);
IS(HOOKSEAL_MAX_EVENT_AGE, 2);
IS(HOOKSEAL_MAX_BODY, 3);
IS(HOOKSEAL_REMEMBERED_FOR, 4);
IS(HOOKSEAL_REMEMBERED_SINCE, 5);
IS(HOOKSEAL_NAME_SECOND, 4);
IS(HOOKSEAL_NAME_SCHEME, 8);
IS(HOOKSEAL_NAME_VARIANT, 9);
IS(HOOKSEAL_NAMES_SNAKE, 0);
IS(HOOKSEAL_NAMES_CAMEL, 1);
IS(HOOKSEAL_NAMES_FLAG, 2);
IS(HOOKSEAL_NAMES_PASCAL, 3);

#define AT(type, member, offset) HOOKSEAL_ASSERT(offsetof(type, member) == (offset), #type "." #member)
#define POINTERS(count) ((count) * sizeof(void *))

AT(hookseal_text, length, POINTERS(1));
AT(hookseal_header, value, POINTERS(2));
IS(sizeof(hookseal_header), POINTERS(4));
AT(hookseal_delivery, size, 0);
AT(hookseal_delivery, flags, 4);
AT(hookseal_delivery, now, 8);
AT(hookseal_delivery, headers, 16);
AT(hookseal_delivery, header_count, 16 + POINTERS(1));
AT(hookseal_delivery, body, 16 + POINTERS(2));
IS(sizeof(hookseal_delivery), 16 + POINTERS(4));
AT(hookseal_verdict, size, 0);
AT(hookseal_verdict, code, 4);
AT(hookseal_verdict, status, 8);
AT(hookseal_verdict, secret, 12);
AT(hookseal_verdict, variant, 16);
AT(hookseal_verdict, flags, 20);
AT(hookseal_verdict, timestamp, 24);
AT(hookseal_verdict, fields, 32);
AT(hookseal_verdict, id_header, 104);
AT(hookseal_verdict, id, 108);
AT(hookseal_verdict, subject_length, 116);
AT(hookseal_verdict, subject, 120);
AT(hookseal_verdict, reason, 184);
IS(sizeof(hookseal_verdict), 216);
AT(hookseal_input, before, 4);
AT(hookseal_input, after, 8);
AT(hookseal_input, reads_body, 12);
IS(sizeof(hookseal_input), 16);
AT(hookseal_prepared, flags, 4);
AT(hookseal_prepared, timestamp, 8);
AT(hookseal_prepared, variant, 16);
AT(hookseal_prepared, before, 20);
AT(hookseal_prepared, after, 24);
AT(hookseal_prepared, id_header, 28);
AT(hookseal_prepared, id, 32);
AT(hookseal_prepared, signature, 40);
IS(sizeof(hookseal_prepared), 72);
IS(HOOKSEAL_DECIDABLE, 1);
IS(HOOKSEAL_READS_BODY, 4);

#undef IS
#undef AT
#undef POINTERS

#endif
