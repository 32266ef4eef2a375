/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Helpers for messages: a buffer to encode into, and what every decoder must
 * stand: each truncation, and each attribute one byte shorter, longer, empty.
 */

#ifndef CYGNET_UNIT_KERNEL_MESSAGE_H
#define CYGNET_UNIT_KERNEL_MESSAGE_H

#include "kernel/codec.h"

typedef struct message_t
{
	/** of the size of a request, and aligned */
	uint32_t data[NL_REQUEST_MAX / 4];
} message_t;

/** mnl_attr_for_each without its conversion */
#define message_each(attr, nlh, offset)                                        \
	for ((attr) = mnl_nlmsg_get_payload_offset((nlh), (unsigned int)(offset)); \
		 mnl_attr_ok((attr),                                                   \
					 (int)((const char *)mnl_nlmsg_get_payload_tail(nlh) -     \
						   (const char *)(attr)));                             \
		 (attr) = mnl_attr_next(attr))

addr_t A(const char *text);
prefix_t P(const char *text);

/** a message of a type and a header of len zero bytes, family first */
nlw_t message_start(message_t *m, uint16_t type, unsigned char family,
					size_t len);
/** decodes a copy of its own length, so that reading past it is seen */
bool message_decode(const struct nlmsghdr *nlh, size_t len,
					kernel_event_t *out);
/**
 * Goes through every truncation, and through each top-level attribute with an
 * empty payload, and with one byte less and one more; those that are named in
 * strict must then be refused. Nothing may be read past the end.
 */
void message_torture(const struct nlmsghdr *nlh, size_t header,
					 const uint16_t *strict, size_t n_strict);
/** every room too small for it makes the encoder say NULL */
#define message_no_room(full, call)                                            \
	do                                                                         \
	{                                                                          \
		for (size_t room = 0; room < (full)->nlmsg_len; room++)                \
		{                                                                      \
			ck_assert_ptr_null(call);                                          \
		}                                                                      \
	} while (0)

#endif
