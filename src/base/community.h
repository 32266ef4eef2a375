/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * BGP communities as text: the one table of well-known names, and the form in
 * which each kind is written. What is written here is read again by
 * config/values.h.
 */

#ifndef CYGNET_COMMUNITY_H
#define CYGNET_COMMUNITY_H

#include "base/base.h"

/** room for any of them, its terminator included */
#define COMMUNITY_STR_MAX 40

/** the value of a well-known name, letter case aside; false: unknown */
bool community_known(const char *name, uint32_t *value);
/** "no-export", or "65530:120" (RFC 1997); returns buf */
const char *community_format(uint32_t value,
							 char buf[static COMMUNITY_STR_MAX]);
/**
 * "rt:65530:120", "soo:192.0.2.1:7" (RFC 4360, RFC 5668), for a link bandwidth
 * "bandwidth:65530:125000000" in bytes a second
 * (draft-ietf-idr-link-bandwidth); all else is "0x" and 16 digits. Returns buf
 */
const char *ext_community_format(const uint8_t bytes[static 8],
								 char buf[static COMMUNITY_STR_MAX]);
/** "65530:1:2" (RFC 8092); returns buf */
const char *large_community_format(const uint8_t bytes[static 12],
								   char buf[static COMMUNITY_STR_MAX]);

#endif
