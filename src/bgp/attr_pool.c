/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Interned attribute sets. A full table has 400,000 of them, so a set is not
 * kept as the struct of attr.h but packed: a head of 24 bytes, the scalars
 * that are present, the blobs. Packed sets of about the same size share
 * chunks (a class), and the number of a set says class and place, so that no
 * table of numbers is needed. bgp_attr_get unpacks into a ring of views.
 *
 * Sets are found through a linear hash table (Litwin, VLDB 1980): it grows
 * and shrinks by one bucket at a time, so there is no pause at 400,000 sets.
 */

#include "bgp/attr_pool.h"

#include "base/hash.h"
#include "bgp/pool.h"

#include <stdlib.h>
#include <string.h>

#define CLASS_BITS   6
#define CLASS_COUNT  (1u << CLASS_BITS)
#define HANDLE_BITS  (32 - CLASS_BITS)
#define CHUNK_BYTES  16384
#define SEGMENT_BITS 10
#define BUCKETS_MIN  1024u

/** what no bit of BGP_HAS_* says, in packed_t.more */
#define MORE_LINK_LOCAL 0x80
#define MORE_WEIGHT     0x40

typedef struct packed_t
{
	/** chain of the bucket */
	uint32_t next;
	uint32_t hash;
	uint32_t refs;
	/* what is hashed and compared begins here */
	uint32_t next_hop;
	uint8_t origin;
	uint8_t has;
	/** blobs present by bgp_blob_id_t, MORE_LINK_LOCAL, MORE_WEIGHT */
	uint8_t more;
	uint8_t zero;
	uint16_t as_path_hops;
	uint16_t as_path_len;
	/** scalars in the order of scalar_at(), as_path, then each other blob
	 * with its length before it, padded with zeros */
	uint8_t data[];
} packed_t;

#define BODY offsetof(packed_t, next_hop)

struct bgp_attr_pool_t
{
	bgp_nexthops_t *hops;
	uint32_t seed;
	uint32_t class_size[CLASS_COUNT];
	pool_t class[CLASS_COUNT];
	/** buckets in segments of 1 << SEGMENT_BITS */
	uint32_t **segments;
	uint32_t n_buckets;
	uint32_t n_segments;
	uint32_t count;
	/** a set being packed */
	uint8_t *scratch;
	size_t scratch_size;
	/** what bgp_attr_get gave out last */
	bgp_attrs_t views[BGP_ATTR_VIEWS];
	unsigned view;
};

/** the cluster list first: the decision asks for its length */
static const bgp_blob_id_t blob_order[] = {
	BGP_BLOB_CLUSTER_LIST,      BGP_BLOB_COMMUNITIES, BGP_BLOB_EXT_COMMUNITIES,
	BGP_BLOB_LARGE_COMMUNITIES, BGP_BLOB_UNKNOWN,
};

/* -- classes -------------------------------------------------------------- */

/** by eights while sets are of common sizes, then by a quarter; the last
 * class holds six blobs of 65535 bytes */
static void classes_init(bgp_attr_pool_t *pool)
{
	uint32_t size = sizeof(packed_t);

	for (unsigned i = 0; i < CLASS_COUNT; i++)
	{
		pool->class_size[i] = size;
		pool_init(&pool->class[i], size, CHUNK_BYTES);
		size += size < 256 ? 8 : (size / 4 + 15) & ~15u;
	}
}

static unsigned class_for(const bgp_attr_pool_t *pool, size_t size)
{
	unsigned low = 0, high = CLASS_COUNT - 1;

	while (low < high)
	{
		unsigned mid = (low + high) / 2;

		if (pool->class_size[mid] < size)
		{
			low = mid + 1;
		}
		else
		{
			high = mid;
		}
	}
	return low;
}

static packed_t *packed_at(const bgp_attr_pool_t *pool, uint32_t id)
{
	return pool_at(&pool->class[id >> HANDLE_BITS],
				   id & ((1u << HANDLE_BITS) - 1));
}

/* -- buckets -------------------------------------------------------------- */

static uint32_t *bucket_at(const bgp_attr_pool_t *pool, uint32_t i)
{
	return &pool->segments[i >> SEGMENT_BITS][i & ((1u << SEGMENT_BITS) - 1)];
}

/** the largest power of two that is not above n */
static uint32_t power_below(uint32_t n)
{
	return 1u << (31 - __builtin_clz(n));
}

static uint32_t *bucket_of(const bgp_attr_pool_t *pool, uint32_t hash)
{
	uint32_t low = power_below(pool->n_buckets);
	uint32_t i = hash & (low * 2 - 1);

	return bucket_at(pool, i < pool->n_buckets ? i : hash & (low - 1));
}

static void bucket_append(bgp_attr_pool_t *pool)
{
	uint32_t number = pool->n_buckets >> SEGMENT_BITS;

	if (number == pool->n_segments)
	{
		if ((number & (number - 1)) == 0)
		{
			pool->segments = mem_resize(pool->segments, number ? number * 2 : 1,
										sizeof(*pool->segments));
		}
		pool->segments[number] =
			mem_array(1u << SEGMENT_BITS, sizeof(uint32_t));
		pool->n_segments++;
	}
	pool->n_buckets++;
}

/** one bucket more: the one it comes from is dealt out between the two */
static void bucket_split(bgp_attr_pool_t *pool)
{
	uint32_t added = pool->n_buckets;
	uint32_t *from = bucket_at(pool, added - power_below(added));
	uint32_t id = *from;

	bucket_append(pool);
	*from = 0;
	while (id)
	{
		packed_t *packed = packed_at(pool, id);
		uint32_t next = packed->next;
		uint32_t *to = bucket_of(pool, packed->hash);

		packed->next = *to;
		*to = id;
		id = next;
	}
}

/** one bucket less: its chain goes back where it came from */
static void bucket_merge(bgp_attr_pool_t *pool)
{
	uint32_t last = pool->n_buckets - 1;
	uint32_t *gone = bucket_at(pool, last);
	uint32_t *to = bucket_at(pool, last - power_below(last));
	uint32_t id = *gone;

	*gone = 0;
	while (id)
	{
		packed_t *packed = packed_at(pool, id);
		uint32_t next = packed->next;

		packed->next = *to;
		*to = id;
		id = next;
	}
	pool->n_buckets = last;
	if (pool->n_segments > (last >> SEGMENT_BITS) + 1)
	{
		pool->n_segments--;
		free(pool->segments[pool->n_segments]);
	}
}

/* -- packing -------------------------------------------------------------- */

static size_t packed_max(const bgp_attrs_t *a)
{
	size_t size = sizeof(packed_t) + 8 * sizeof(uint32_t) + a->as_path.len;

	for (unsigned i = 0; i < countof(blob_order); i++)
	{
		size += 2u + bgp_attrs_blob(a, blob_order[i])->len;
	}
	return size + 8;
}

static uint8_t *put_scalar(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
	return p + sizeof(v);
}

/** fills the scratch; returns the length, not padded */
static size_t pack(bgp_attr_pool_t *pool, const bgp_attrs_t *a)
{
	size_t size = packed_max(a);
	packed_t *packed;
	uint8_t *p;

	if (size > pool->scratch_size)
	{
		pool->scratch = mem_resize(pool->scratch, size, 1);
		pool->scratch_size = size;
	}
	packed = (packed_t *)(void *)pool->scratch;
	*packed = (packed_t){
		.next_hop = bgp_nexthop_intern(pool->hops, &a->next_hop),
		.origin = a->origin,
		.has = a->has,
		.as_path_hops = a->as_path_hops,
		.as_path_len = a->as_path.len,
	};
	p = packed->data;
	p = a->has & BGP_HAS_LOCAL_PREF ? put_scalar(p, a->local_pref) : p;
	p = a->has & BGP_HAS_MED ? put_scalar(p, a->med) : p;
	p = a->has & BGP_HAS_ORIGINATOR ? put_scalar(p, a->originator_id) : p;
	if (a->has & BGP_HAS_AGGREGATOR)
	{
		p = put_scalar(put_scalar(p, a->aggregator_as), a->aggregator_id);
	}
	p = a->has & BGP_HAS_OTC ? put_scalar(p, a->otc) : p;
	if (a->weight)
	{
		packed->more |= MORE_WEIGHT;
		p = put_scalar(p, a->weight);
	}
	if (addr_is_set(&a->next_hop_ll))
	{
		packed->more |= MORE_LINK_LOCAL;
		p = put_scalar(p, bgp_nexthop_intern(pool->hops, &a->next_hop_ll));
	}
	if (a->as_path.len)
	{
		memcpy(p, a->as_path.data, a->as_path.len);
		p += a->as_path.len;
	}
	for (unsigned i = 0; i < countof(blob_order); i++)
	{
		const bgp_blob_t *blob = bgp_attrs_blob(a, blob_order[i]);

		if (blob->len)
		{
			packed->more |= (uint8_t)(1u << blob_order[i]);
			memcpy(p, &blob->len, sizeof(blob->len));
			memcpy(p + sizeof(blob->len), blob->data, blob->len);
			p += sizeof(blob->len) + blob->len;
		}
	}
	return (size_t)(p - pool->scratch);
}

static const uint8_t *get_scalar(const uint8_t *p, uint32_t *v)
{
	memcpy(v, p, sizeof(*v));
	return p + sizeof(*v);
}

/** the scalars alone; returns where the blobs begin */
static const uint8_t *scalars(const packed_t *packed, bgp_attrs_t *a,
							  uint32_t *link_local)
{
	const uint8_t *p = packed->data;

	p = a->has & BGP_HAS_LOCAL_PREF ? get_scalar(p, &a->local_pref) : p;
	p = a->has & BGP_HAS_MED ? get_scalar(p, &a->med) : p;
	p = a->has & BGP_HAS_ORIGINATOR ? get_scalar(p, &a->originator_id) : p;
	if (a->has & BGP_HAS_AGGREGATOR)
	{
		p = get_scalar(get_scalar(p, &a->aggregator_as), &a->aggregator_id);
	}
	p = a->has & BGP_HAS_OTC ? get_scalar(p, &a->otc) : p;
	if (packed->more & MORE_WEIGHT)
	{
		uint32_t weight;

		p = get_scalar(p, &weight);
		a->weight = (uint16_t)weight;
	}
	*link_local = 0;
	return packed->more & MORE_LINK_LOCAL ? get_scalar(p, link_local) : p;
}

/** as attr.h has it: 0 if the path is empty or starts with a set */
static uint32_t leftmost(const uint8_t *path, size_t len)
{
	rbuf_t r = rbuf_make(path, len), asns;
	uint8_t type, count;
	uint32_t asn = 0;

	/* a sequence with at least one in it, as nearly all */
	if (len >= 6 && path[0] == 2 && path[1])
	{
		return (uint32_t)path[2] << 24 | (uint32_t)path[3] << 16 |
			   (uint32_t)path[4] << 8 | path[5];
	}
	while (rbuf_u8(&r, &type) && rbuf_u8(&r, &count) &&
		   rbuf_sub(&r, (size_t)count * 4, &asns))
	{
		if (count && type <= 2)
		{
			return type == 2 && rbuf_u32(&asns, &asn) ? asn : 0;
		}
	}
	return 0;
}

static void unpack(const bgp_attr_pool_t *pool, const packed_t *packed,
				   bgp_attrs_t *a)
{
	uint32_t link_local;
	const uint8_t *p;

	*a = (bgp_attrs_t){
		.origin = packed->origin,
		.has = packed->has,
		.as_path_hops = packed->as_path_hops,
	};
	p = scalars(packed, a, &link_local);
	if (packed->next_hop)
	{
		a->next_hop = bgp_nexthop_get(pool->hops, packed->next_hop)->addr;
	}
	if (link_local)
	{
		a->next_hop_ll = bgp_nexthop_get(pool->hops, link_local)->addr;
	}
	a->as_path.len = packed->as_path_len;
	a->as_path.data = packed->as_path_len ? p : NULL;
	a->neighbor_as = leftmost(p, packed->as_path_len);
	p += packed->as_path_len;
	for (unsigned i = 0; i < countof(blob_order); i++)
	{
		bgp_blob_t *blob = (bgp_blob_t *)bgp_attrs_blob(a, blob_order[i]);

		if (packed->more & 1u << blob_order[i])
		{
			memcpy(&blob->len, p, sizeof(blob->len));
			blob->data = p + sizeof(blob->len);
			p = blob->data + blob->len;
		}
	}
}

static void release_hops(bgp_attr_pool_t *pool, const packed_t *packed)
{
	bgp_attrs_t a = {.has = packed->has};
	uint32_t link_local;

	scalars(packed, &a, &link_local);
	bgp_nexthop_release(pool->hops, packed->next_hop);
	bgp_nexthop_release(pool->hops, link_local);
}

/* -- the pool ------------------------------------------------------------- */

bgp_attr_pool_t *bgp_attr_pool_create(uint32_t seed)
{
	bgp_attr_pool_t *pool = mem_alloc(sizeof(*pool));

	pool->seed = seed;
	pool->hops = bgp_nexthops_create(seed);
	classes_init(pool);
	while (pool->n_buckets < BUCKETS_MIN)
	{
		bucket_append(pool);
	}
	return pool;
}

void bgp_attr_pool_destroy(bgp_attr_pool_t *pool)
{
	if (!pool)
	{
		return;
	}
	for (unsigned i = 0; i < CLASS_COUNT; i++)
	{
		pool_deinit(&pool->class[i]);
	}
	for (uint32_t i = 0; i < pool->n_segments; i++)
	{
		free(pool->segments[i]);
	}
	free(pool->segments);
	free(pool->scratch);
	bgp_nexthops_destroy(pool->hops);
	free(pool);
}

bgp_nexthops_t *bgp_attr_pool_hops(const bgp_attr_pool_t *pool)
{
	return pool->hops;
}

uint32_t bgp_attr_intern(bgp_attr_pool_t *pool, const bgp_attrs_t *a)
{
	size_t len = pack(pool, a);
	unsigned class = class_for(pool, len);
	uint32_t size = pool->class_size[class];
	packed_t *packed = (packed_t *)(void *)pool->scratch;
	uint32_t hash = hash_bytes(pool->scratch + BODY, len - BODY, pool->seed);
	uint32_t *bucket = bucket_of(pool, hash);
	uint32_t handle, id;

	for (id = *bucket; id; id = packed_at(pool, id)->next)
	{
		packed_t *old = packed_at(pool, id);

		/* of one class, a shorter set is padded with zeros: the head tells
		 * lengths, so equal up to len is equal */
		if (old->hash == hash && id >> HANDLE_BITS == class &&
			memcmp((uint8_t *)old + BODY, pool->scratch + BODY, len - BODY) ==
				0)
		{
			release_hops(pool, packed);
			old->refs++;
			return id;
		}
	}
	handle = pool_alloc(&pool->class[class]);
	if (handle >> HANDLE_BITS)
	{
		abort();
	}
	id = class << HANDLE_BITS | handle;
	packed->hash = hash;
	packed->refs = 1;
	packed->next = *bucket;
	memcpy(packed_at(pool, id), packed, len < size ? len : size);
	*bucket = id;
	pool->count++;
	if (pool->count > pool->n_buckets)
	{
		bucket_split(pool);
	}
	return id;
}

void bgp_attr_hold(bgp_attr_pool_t *pool, uint32_t id)
{
	packed_at(pool, id)->refs++;
}

void bgp_attr_release(bgp_attr_pool_t *pool, uint32_t id)
{
	packed_t *packed = packed_at(pool, id);
	uint32_t *link;

	if (--packed->refs)
	{
		return;
	}
	link = bucket_of(pool, packed->hash);
	while (*link != id)
	{
		link = &packed_at(pool, *link)->next;
	}
	*link = packed->next;
	release_hops(pool, packed);
	pool_free(&pool->class[id >> HANDLE_BITS], id & ((1u << HANDLE_BITS) - 1));
	pool->count--;
	if (pool->n_buckets > BUCKETS_MIN && pool->count < pool->n_buckets / 2)
	{
		bucket_merge(pool);
	}
}

const bgp_attrs_t *bgp_attr_get(const bgp_attr_pool_t *pool, uint32_t id)
{
	bgp_attr_pool_t *ring = (bgp_attr_pool_t *)pool;
	bgp_attrs_t *view = &ring->views[ring->view];

	ring->view = (ring->view + 1) % BGP_ATTR_VIEWS;
	unpack(pool, packed_at(pool, id), view);
	return view;
}

void bgp_attr_fetch(const bgp_attr_pool_t *pool, uint32_t id)
{
	if (id)
	{
		__builtin_prefetch(packed_at(pool, id));
	}
}

void bgp_attr_key(const bgp_attr_pool_t *pool, uint32_t id, bgp_attr_key_t *key)
{
	const packed_t *packed = packed_at(pool, id);
	bgp_attrs_t a = {.has = packed->has};
	uint32_t link_local;
	const uint8_t *p = scalars(packed, &a, &link_local);
	uint16_t clusters = 0;

	if (packed->more & 1u << BGP_BLOB_CLUSTER_LIST)
	{
		memcpy(&clusters, p + packed->as_path_len, sizeof(clusters));
	}
	*key = (bgp_attr_key_t){
		.next_hop = packed->next_hop,
		.origin = packed->origin,
		.as_path_hops = packed->as_path_hops,
		.neighbor_as = leftmost(p, packed->as_path_len),
		.local_pref =
			a.has & BGP_HAS_LOCAL_PREF ? a.local_pref : BGP_LOCAL_PREF_DEFAULT,
		.med = a.med,
		.originator_id = a.originator_id,
		.clusters = (uint16_t)(clusters / 4),
	};
}

uint32_t bgp_attr_next_hop(const bgp_attr_pool_t *pool, uint32_t id)
{
	return packed_at(pool, id)->next_hop;
}

size_t bgp_attr_size(const bgp_attr_pool_t *pool, uint32_t id)
{
	return pool->class_size[id >> HANDLE_BITS];
}

size_t bgp_attr_pool_count(const bgp_attr_pool_t *pool)
{
	return pool->count;
}

size_t bgp_attr_pool_memory(const bgp_attr_pool_t *pool)
{
	size_t size =
		sizeof(*pool) + pool->scratch_size + bgp_nexthops_memory(pool->hops) +
		pool->n_segments *
			(sizeof(*pool->segments) + (sizeof(uint32_t) << SEGMENT_BITS));

	for (unsigned i = 0; i < CLASS_COUNT; i++)
	{
		size += pool_memory(&pool->class[i]);
	}
	return size;
}
