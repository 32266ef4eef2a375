/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One row a well-known community, one a type of extended ones that has a name
 * among operators. A kind without one is shown as its bytes and not guessed
 * at.
 */

#include "base/community.h"

#include "base/addr.h"
#include "base/rbuf.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct
{
	const char *name;
	uint32_t value;
} known[] = {
	{"graceful-shutdown", 0xffff0000},   /* RFC 8326 */
	{"accept-own", 0xffff0001},          /* RFC 7611 */
	{"llgr-stale", 0xffff0006},          /* RFC 9494 */
	{"no-llgr", 0xffff0007},             /* RFC 9494 */
	{"blackhole", 0xffff029a},           /* RFC 7999 */
	{"no-export", 0xffffff01},           /* RFC 1997 */
	{"no-advertise", 0xffffff02},        /* RFC 1997 */
	{"no-export-subconfed", 0xffffff03}, /* RFC 1997 */
	{"no-peer", 0xffffff04},             /* RFC 3765 */
};

bool community_known(const char *name, uint32_t *value)
{
	for (size_t i = 0; i < countof(known); i++)
	{
		if (strcasecmp(name, known[i].name) == 0)
		{
			*value = known[i].value;
			return true;
		}
	}
	return false;
}

const char *community_format(uint32_t value, char buf[static COMMUNITY_STR_MAX])
{
	for (size_t i = 0; i < countof(known); i++)
	{
		if (value == known[i].value)
		{
			snprintf(buf, COMMUNITY_STR_MAX, "%s", known[i].name);
			return buf;
		}
	}
	snprintf(buf, COMMUNITY_STR_MAX, "%u:%u", value >> 16, value & 0xffff);
	return buf;
}

/** the kinds that are "NAME:ADMINISTRATOR:NUMBER", by their subtype */
static const char *subtype_name(uint8_t subtype)
{
	switch (subtype)
	{
		case 2:
			return "rt"; /* route target */
		case 3:
			return "soo"; /* route origin, site of origin */
		default:
			return NULL;
	}
}

static const char *ext_hex(const uint8_t bytes[static 8],
						   char buf[static COMMUNITY_STR_MAX])
{
	strcpy(buf, "0x");
	for (unsigned i = 0; i < 8; i++)
	{
		snprintf(buf + 2 + 2 * i, COMMUNITY_STR_MAX - 2 - 2 * i, "%02x",
				 bytes[i]);
	}
	return buf;
}

static bool bandwidth(uint16_t asn, uint32_t bits,
					  char buf[static COMMUNITY_STR_MAX])
{
	float f;

	memcpy(&f, &bits, sizeof(f));
	if (!isfinite(f) || f < 0 || f >= 1e18f)
	{
		return false;
	}
	snprintf(buf, COMMUNITY_STR_MAX, "bandwidth:%u:%.0f", asn, (double)f);
	return true;
}

const char *ext_community_format(const uint8_t bytes[static 8],
								 char buf[static COMMUNITY_STR_MAX])
{
	rbuf_t r = rbuf_make(bytes, 8), wide;
	char text[ADDR_STR_MAX];
	const char *name;
	uint8_t type, subtype;
	uint16_t two;
	uint32_t four;
	addr_t addr;

	rbuf_u8(&r, &type);
	rbuf_u8(&r, &subtype);
	wide = r;
	rbuf_u16(&r, &two);
	rbuf_u32(&r, &four);
	if ((type & 0xbf) == 0 && subtype == 4 && bandwidth(two, four, buf))
	{
		return buf;
	}
	name = type <= 2 ? subtype_name(subtype) : NULL;
	if (!name)
	{
		return ext_hex(bytes, buf);
	}
	if (type == 0)
	{
		snprintf(buf, COMMUNITY_STR_MAX, "%s:%u:%u", name, two, four);
		return buf;
	}
	rbuf_u32(&wide, &four);
	rbuf_u16(&wide, &two);
	if (type == 1)
	{
		addr = addr_v4(four);
		snprintf(buf, COMMUNITY_STR_MAX, "%s:%s:%u", name,
				 addr_format(&addr, text), two);
	}
	else
	{
		/* RFC 5668; the L tells it from a two-octet AS where it could be one */
		snprintf(buf, COMMUNITY_STR_MAX, "%s:%u%s:%u", name, four,
				 four <= UINT16_MAX ? "L" : "", two);
	}
	return buf;
}

const char *large_community_format(const uint8_t bytes[static 12],
								   char buf[static COMMUNITY_STR_MAX])
{
	rbuf_t r = rbuf_make(bytes, 12);
	uint32_t part[3] = {0};

	for (unsigned i = 0; i < 3; i++)
	{
		rbuf_u32(&r, &part[i]);
	}
	snprintf(buf, COMMUNITY_STR_MAX, "%u:%u:%u", part[0], part[1], part[2]);
	return buf;
}
