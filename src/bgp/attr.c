/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Editing a set of path attributes. Each blob lives in memory of the set's
 * own that only grows, so that a set used over and over (one per session,
 * one per table) allocates nothing once it is warm.
 */

#include "bgp/attr.h"

#include "base/rbuf.h"
#include "base/wbuf.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENT_SET      1
#define SEGMENT_SEQUENCE 2
#define SEGMENT_MAX      255

void bgp_attr_set_init(bgp_attr_set_t *set)
{
	*set = (bgp_attr_set_t){0};
}

void bgp_attr_set_deinit(bgp_attr_set_t *set)
{
	for (unsigned i = 0; i < countof(set->mem); i++)
	{
		free(set->mem[i]);
	}
	*set = (bgp_attr_set_t){0};
}

void bgp_attr_set_clear(bgp_attr_set_t *set)
{
	set->a = (bgp_attrs_t){0};
}

const bgp_blob_t *bgp_attrs_blob(const bgp_attrs_t *a, bgp_blob_id_t id)
{
	switch (id)
	{
		case BGP_BLOB_AS_PATH:
			return &a->as_path;
		case BGP_BLOB_COMMUNITIES:
			return &a->communities;
		case BGP_BLOB_EXT_COMMUNITIES:
			return &a->ext_communities;
		case BGP_BLOB_LARGE_COMMUNITIES:
			return &a->large_communities;
		case BGP_BLOB_CLUSTER_LIST:
			return &a->cluster_list;
		case BGP_BLOB_UNKNOWN:
			return &a->unknown;
	}
	return NULL;
}

static bgp_blob_t *blob_of(bgp_attrs_t *a, bgp_blob_id_t id)
{
	return (bgp_blob_t *)bgp_attrs_blob(a, id);
}

/** data may lie in the blob's own memory */
static void blob_store(bgp_attr_set_t *set, bgp_blob_id_t id, const void *data,
					   size_t len)
{
	bgp_blob_t *blob = blob_of(&set->a, id);

	if (len > set->mem_size[id])
	{
		uint32_t size = 32;
		uint8_t *mem;

		while (size < len)
		{
			size *= 2;
		}
		mem = mem_alloc(size);
		memcpy(mem, data, len);
		free(set->mem[id]);
		set->mem[id] = mem;
		set->mem_size[id] = size;
	}
	else if (len)
	{
		memmove(set->mem[id], data, len);
	}
	*blob = (bgp_blob_t){
		.data = len ? set->mem[id] : NULL,
		.len = (uint16_t)len,
	};
}

void bgp_attr_set_load(bgp_attr_set_t *set, const bgp_attrs_t *from)
{
	bgp_attrs_t source = *from;

	if (from == &set->a)
	{
		return;
	}
	set->a = source;
	for (unsigned i = 0; i < countof(set->mem); i++)
	{
		bgp_blob_t *blob = blob_of(&source, i);

		blob_store(set, i, blob->data, blob->len);
	}
}

/** walks segments; false: malformed */
static bool segment_next(rbuf_t *r, uint8_t *type, rbuf_t *asns)
{
	uint8_t count;

	return rbuf_u8(r, type) && rbuf_u8(r, &count) &&
		   rbuf_sub(r, (size_t)count * 4, asns);
}

static void path_facts(rbuf_t r, bgp_attrs_t *a)
{
	uint32_t hops = 0, neighbor = 0;
	uint8_t type;
	rbuf_t asns;
	bool first = true;

	while (segment_next(&r, &type, &asns))
	{
		uint32_t count = (uint32_t)rbuf_left(&asns) / 4;

		if (count == 0 || (type != SEGMENT_SET && type != SEGMENT_SEQUENCE))
		{
			/* RFC 5065 section 5.3: confederation segments do not count */
			continue;
		}
		hops += type == SEGMENT_SET ? 1 : count;
		if (first && type == SEGMENT_SEQUENCE)
		{
			rbuf_u32(&asns, &neighbor);
		}
		first = false;
	}
	a->as_path_hops = (uint16_t)(hops > UINT16_MAX ? UINT16_MAX : hops);
	a->neighbor_as = neighbor;
}

static bool path_is_whole(rbuf_t r)
{
	uint8_t type;
	rbuf_t asns;

	while (rbuf_left(&r))
	{
		if (!segment_next(&r, &type, &asns))
		{
			return false;
		}
	}
	return true;
}

static int cmp4(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

static int cmp8(const void *a, const void *b)
{
	return memcmp(a, b, 8);
}

static int cmp12(const void *a, const void *b)
{
	return memcmp(a, b, 12);
}

/** in place; returns the length without doubles */
static size_t sort_unique(uint8_t *data, size_t len, size_t item)
{
	size_t count = len / item, kept = 1;
	bool sorted = true;

	for (size_t i = 1; i < count && sorted; i++)
	{
		sorted = memcmp(data + (i - 1) * item, data + i * item, item) < 0;
	}
	if (sorted)
	{
		return len;
	}
	qsort(data, count, item, item == 4 ? cmp4 : item == 8 ? cmp8 : cmp12);
	for (size_t i = 1; i < count; i++)
	{
		if (memcmp(data + (kept - 1) * item, data + i * item, item) != 0)
		{
			memmove(data + kept * item, data + i * item, item);
			kept++;
		}
	}
	return kept * item;
}

static size_t community_size(bgp_blob_id_t id)
{
	switch (id)
	{
		case BGP_BLOB_COMMUNITIES:
			return 4;
		case BGP_BLOB_EXT_COMMUNITIES:
			return 8;
		case BGP_BLOB_LARGE_COMMUNITIES:
			return 12;
		case BGP_BLOB_AS_PATH:
		case BGP_BLOB_CLUSTER_LIST:
		case BGP_BLOB_UNKNOWN:
			break;
	}
	return 0;
}

bool bgp_attr_set_blob(bgp_attr_set_t *set, bgp_blob_id_t id, const void *data,
					   size_t len)
{
	size_t item = community_size(id);
	bgp_blob_t *blob = blob_of(&set->a, id);

	if (len > UINT16_MAX || (item && len % item) ||
		(id == BGP_BLOB_CLUSTER_LIST && len % 4) ||
		(id == BGP_BLOB_AS_PATH && !path_is_whole(rbuf_make(data, len))))
	{
		return false;
	}
	blob_store(set, id, data, len);
	if (id == BGP_BLOB_AS_PATH)
	{
		path_facts(rbuf_make(blob->data, blob->len), &set->a);
	}
	else if (item && len)
	{
		blob->len = (uint16_t)sort_unique(set->mem[id], len, item);
	}
	return true;
}

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/** one AS more at the front of the path in buf, which has room for it */
static size_t prepend_one(uint8_t *buf, size_t len, uint32_t asn)
{
	/* RFC 4271 section 5.1.2: into the first sequence while it has room */
	if (len && buf[0] == SEGMENT_SEQUENCE && buf[1] > 0 && buf[1] < SEGMENT_MAX)
	{
		memmove(buf + 6, buf + 2, len - 2);
		buf[1]++;
		put32(buf + 2, asn);
		return len + 4;
	}
	memmove(buf + 6, buf, len);
	buf[0] = SEGMENT_SEQUENCE;
	buf[1] = 1;
	put32(buf + 2, asn);
	return len + 6;
}

bool bgp_attr_set_prepend(bgp_attr_set_t *set, uint32_t asn, unsigned n)
{
	size_t len = set->a.as_path.len;
	uint8_t *buf;
	bool ok;

	if (n > UINT16_MAX / 4)
	{
		return false;
	}
	buf = mem_alloc(len + 6 * (size_t)n + 1);
	if (len)
	{
		memcpy(buf, set->a.as_path.data, len);
	}
	for (unsigned i = 0; i < n; i++)
	{
		len = prepend_one(buf, len, asn);
	}
	ok = bgp_attr_set_blob(set, BGP_BLOB_AS_PATH, buf, len);
	free(buf);
	return ok;
}

void bgp_attr_set_edit_path(bgp_attr_set_t *set,
							uint32_t (*fn)(const void *ctx, uint32_t asn),
							const void *ctx)
{
	rbuf_t r = rbuf_make(set->a.as_path.data, set->a.as_path.len), asns;
	size_t size = rbuf_left(&r);
	uint8_t *mem = mem_alloc(size + 1);
	wbuf_t w = wbuf_make(mem, size);
	uint8_t type;

	while (segment_next(&r, &type, &asns))
	{
		size_t start = wbuf_len(&w);
		unsigned count = 0;
		uint32_t asn;

		wbuf_u8(&w, type);
		wbuf_u8(&w, 0);
		while (rbuf_u32(&asns, &asn))
		{
			asn = fn(ctx, asn);
			if (asn)
			{
				wbuf_u32(&w, asn);
				count++;
			}
		}
		wbuf_patch_u8(&w, start + 1, (uint8_t)count);
		if (!count)
		{
			wbuf_truncate(&w, start);
		}
	}
	bgp_attr_set_blob(set, BGP_BLOB_AS_PATH, mem, wbuf_len(&w));
	free(mem);
}

unsigned bgp_as_path_count(const bgp_attrs_t *a, uint32_t asn)
{
	rbuf_t r = rbuf_make(a->as_path.data, a->as_path.len), asns;
	unsigned count = 0;
	uint32_t v;
	uint8_t type;

	while (segment_next(&r, &type, &asns))
	{
		while (rbuf_u32(&asns, &v))
		{
			count += v == asn;
		}
	}
	return count;
}

uint32_t bgp_as_path_origin(const bgp_attrs_t *a)
{
	rbuf_t r = rbuf_make(a->as_path.data, a->as_path.len), asns;
	uint32_t origin = 0;
	uint8_t type;

	while (segment_next(&r, &type, &asns))
	{
		uint32_t v;

		if (type == SEGMENT_SET)
		{
			origin = 0;
		}
		while (type == SEGMENT_SEQUENCE && rbuf_u32(&asns, &v))
		{
			origin = v;
		}
	}
	return origin;
}

bool bgp_as_path_has_set(const bgp_attrs_t *a)
{
	rbuf_t r = rbuf_make(a->as_path.data, a->as_path.len), asns;
	uint8_t type;

	while (segment_next(&r, &type, &asns))
	{
		if (type == SEGMENT_SET)
		{
			return true;
		}
	}
	return false;
}

bool bgp_has_community(const bgp_attrs_t *a, uint32_t community)
{
	rbuf_t r = rbuf_make(a->communities.data, a->communities.len);
	uint32_t v;

	while (rbuf_u32(&r, &v))
	{
		if (v == community)
		{
			return true;
		}
	}
	return false;
}
