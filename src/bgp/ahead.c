/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Reading ahead. A full table is far larger than the processor's caches and
 * comes in no order, so each prefix waits for memory some six times, each time
 * for what the last one has fetched. The prefixes of all UPDATEs that have been
 * read are therefore looked for together before they are worked on: nothing is
 * decided here, no error is one, and without it nothing but the time differs.
 */

#include "bgp/attr_codec.h"
#include "bgp/rib_impl.h"
#include "bgp/speaker.h"

/** prefixes that are looked for together */
typedef struct batch_t
{
	prefix_t list[TRIE_WARM_MAX];
	size_t count;
} batch_t;

typedef struct ahead_t
{
	const bgp_rib_t *rib;
	/** by family */
	batch_t batch[2];
	size_t seen;
} ahead_t;

static void flush(ahead_t *a, int f)
{
	const pool_t *pool = &a->rib->nets[f];
	uint32_t nets[TRIE_WARM_MAX];
	batch_t *b = &a->batch[f];

	trie_warm(a->rib->trie[f], b->list, b->count, nets);
	for (size_t i = 0; i < b->count; i++)
	{
		if (nets[i])
		{
			__builtin_prefetch(pool_at(pool, nets[i]));
		}
	}
	for (size_t i = 0; i < b->count; i++)
	{
		const net_t *net = nets[i] ? pool_at(pool, nets[i]) : NULL;

		if (net && net->paths)
		{
			__builtin_prefetch(path_at(a->rib, net->paths));
		}
	}
	a->seen += b->count;
	b->count = 0;
}

static void add_all(ahead_t *a, rbuf_t routes, family_t family)
{
	bgp_nlri_t nlri = {.bytes = routes, .family = family};
	int f = family_index((uint8_t)family);
	batch_t *b = &a->batch[f];

	while (bgp_nlri_next(&nlri, &b->list[b->count]))
	{
		if (++b->count == countof(b->list))
		{
			flush(a, f);
		}
	}
}

/** the routes of MP_REACH or MP_UNREACH (RFC 4760 sections 3 and 4) */
static bool mp_routes(uint8_t type, rbuf_t *value, family_t *family)
{
	uint8_t safi, len;
	uint16_t afi;

	if (!rbuf_u16(value, &afi) || !rbuf_u8(value, &safi))
	{
		return false;
	}
	*family = bgp_family_of(afi, safi);
	return *family != FAMILY_NONE &&
		   (type != BGP_ATTR_MP_REACH ||
			(rbuf_u8(value, &len) && rbuf_skip(value, len + 1u)));
}

static void add_mp(ahead_t *a, rbuf_t attrs)
{
	rbuf_t value, whole;
	uint8_t flags, type;
	family_t family;

	while (bgp_attr_next(&attrs, &flags, &type, &value, &whole))
	{
		if ((type == BGP_ATTR_MP_REACH || type == BGP_ATTR_MP_UNREACH) &&
			mp_routes(type, &value, &family))
		{
			add_all(a, value, family);
		}
	}
}

static void add_update(ahead_t *a, rbuf_t body)
{
	rbuf_t withdrawn, attrs;
	uint16_t len;

	if (!rbuf_u16(&body, &len) || !rbuf_sub(&body, len, &withdrawn) ||
		!rbuf_u16(&body, &len) || !rbuf_sub(&body, len, &attrs))
	{
		return;
	}
	add_all(a, withdrawn, FAMILY_IPV4);
	if (rbuf_left(&body))
	{
		add_all(a, body, FAMILY_IPV4);
	}
	else
	{
		add_mp(a, attrs);
	}
}

/** the next whole message; false: there is none */
static bool next_message(rbuf_t *r, uint8_t *type, rbuf_t *body)
{
	rbuf_t head = *r;
	uint16_t len;

	return rbuf_skip(&head, BGP_HEADER_LEN - 3) && rbuf_u16(&head, &len) &&
		   rbuf_u8(&head, type) && rbuf_sub(r, len, body) &&
		   rbuf_skip(body, BGP_HEADER_LEN);
}

size_t bgp_read_ahead(const bgp_rib_t *rib, rbuf_t r)
{
	rbuf_t body;
	uint8_t type;
	ahead_t ahead;

	/* the lists are not to be cleared */
	ahead.rib = rib;
	ahead.batch[0].count = ahead.batch[1].count = ahead.seen = 0;
	while (next_message(&r, &type, &body))
	{
		if (type == BGP_UPDATE)
		{
			add_update(&ahead, body);
		}
	}
	flush(&ahead, 0);
	flush(&ahead, 1);
	return ahead.seen;
}
