/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Path attributes (RFC 4271 section 4.3) as a value that can be edited
 * (bgp_attr_set_t), and interned in a pool where equal sets are one
 * (bgp_attrs_t). Codec, policy, RIB and views all speak of these two.
 */

#ifndef CYGNET_BGP_ATTR_H
#define CYGNET_BGP_ATTR_H

#include "bgp/bgp.h"

#define BGP_AS_TRANS           23456u
#define BGP_LOCAL_PREF_DEFAULT 100u

typedef enum bgp_origin_t
{
	BGP_ORIGIN_IGP = 0,
	BGP_ORIGIN_EGP = 1,
	BGP_ORIGIN_INCOMPLETE = 2,
} bgp_origin_t;

/** attribute type codes */
enum
{
	BGP_ATTR_ORIGIN = 1,
	BGP_ATTR_AS_PATH = 2,
	BGP_ATTR_NEXT_HOP = 3,
	BGP_ATTR_MED = 4,
	BGP_ATTR_LOCAL_PREF = 5,
	BGP_ATTR_ATOMIC_AGGREGATE = 6,
	BGP_ATTR_AGGREGATOR = 7,
	BGP_ATTR_COMMUNITIES = 8,
	BGP_ATTR_ORIGINATOR_ID = 9,
	BGP_ATTR_CLUSTER_LIST = 10,
	BGP_ATTR_MP_REACH = 14,
	BGP_ATTR_MP_UNREACH = 15,
	BGP_ATTR_EXT_COMMUNITIES = 16,
	BGP_ATTR_AS4_PATH = 17,
	BGP_ATTR_AS4_AGGREGATOR = 18,
	BGP_ATTR_LARGE_COMMUNITIES = 32,
	BGP_ATTR_OTC = 35,
};

/** which optional scalars are present */
enum
{
	BGP_HAS_MED = 0x01,
	BGP_HAS_LOCAL_PREF = 0x02,
	BGP_HAS_ATOMIC = 0x04,
	BGP_HAS_AGGREGATOR = 0x08,
	BGP_HAS_ORIGINATOR = 0x10,
	BGP_HAS_OTC = 0x20,
};

/** a counted run of bytes inside the set's own memory */
typedef struct bgp_blob_t
{
	const uint8_t *data;
	uint16_t len;
} bgp_blob_t;

/**
 * One set, interned or being edited. The blobs hold wire bytes, network
 * order, always four-octet ASNs, so that they are copied out unchanged:
 * as_path: segments {type, count, asn[count]} (RFC 4271 4.3 b, RFC 6793);
 * communities 4, ext 8, large 12 bytes each, sorted and without doubles;
 * cluster_list 4 each; unknown: whole attributes {flags, type, len16, value}
 * that are optional transitive, in order of type, Partial set.
 */
struct bgp_attrs_t
{
	uint8_t origin;
	/** BGP_HAS_* */
	uint8_t has;
	/** hops for the decision: an AS_SET counts 1, confederations 0 */
	uint16_t as_path_hops;
	/** leftmost AS, 0: the path is empty or starts with a set */
	uint32_t neighbor_as;
	uint32_t med;
	uint32_t local_pref;
	uint32_t aggregator_as;
	uint32_t aggregator_id;
	uint32_t originator_id;
	uint32_t otc;
	/** share among equal paths that a policy set, 0: the peer's. Not a path
	 * attribute: never read from the wire nor written */
	uint16_t weight;
	/** global next hop, and the link-local beside it (RFC 2545) or unset */
	addr_t next_hop;
	addr_t next_hop_ll;
	bgp_blob_t as_path;
	bgp_blob_t communities;
	bgp_blob_t ext_communities;
	bgp_blob_t large_communities;
	bgp_blob_t cluster_list;
	bgp_blob_t unknown;
};

/**
 * A set being made: the fields plus room of its own for the blobs, grown as
 * needed. Blob setters copy. Reuse it with bgp_attr_set_clear.
 */
typedef struct bgp_attr_set_t
{
	bgp_attrs_t a;
	/** memory behind each blob, owned */
	uint8_t *mem[6];
	uint32_t mem_size[6];
} bgp_attr_set_t;

typedef enum bgp_blob_id_t
{
	BGP_BLOB_AS_PATH,
	BGP_BLOB_COMMUNITIES,
	BGP_BLOB_EXT_COMMUNITIES,
	BGP_BLOB_LARGE_COMMUNITIES,
	BGP_BLOB_CLUSTER_LIST,
	BGP_BLOB_UNKNOWN,
} bgp_blob_id_t;

/** the blob of a set by its number, borrowed */
const bgp_blob_t *bgp_attrs_blob(const bgp_attrs_t *a, bgp_blob_id_t id);

void bgp_attr_set_init(bgp_attr_set_t *set);
void bgp_attr_set_deinit(bgp_attr_set_t *set);
void bgp_attr_set_clear(bgp_attr_set_t *set);
/** copies all, blobs too */
void bgp_attr_set_load(bgp_attr_set_t *set, const bgp_attrs_t *from);
/** replaces one blob; as_path also sets as_path_hops and neighbor_as; lists of
 * communities are sorted and rid of doubles. false, and nothing changed: over
 * 65535 bytes, or no whole segments or items */
bool bgp_attr_set_blob(bgp_attr_set_t *set, bgp_blob_id_t id, const void *data,
					   size_t len);
/** puts n times asn before the path; false: it would be too long */
bool bgp_attr_set_prepend(bgp_attr_set_t *set, uint32_t asn, unsigned n);
/** each AS of the path becomes what fn says, 0: it is taken out, and its
 * segment with the last */
void bgp_attr_set_edit_path(bgp_attr_set_t *set,
							uint32_t (*fn)(const void *ctx, uint32_t asn),
							const void *ctx);

/** asn is in the path (loop check, RFC 4271 9.1.2); how often */
unsigned bgp_as_path_count(const bgp_attrs_t *a, uint32_t asn);
/** the AS that originated it, 0: none or a set */
uint32_t bgp_as_path_origin(const bgp_attrs_t *a);
/** some of its ASNs are a set: their order is not known */
bool bgp_as_path_has_set(const bgp_attrs_t *a);
bool bgp_has_community(const bgp_attrs_t *a, uint32_t community);

/** the pool: equal sets are one, counted */
typedef struct bgp_attr_pool_t bgp_attr_pool_t;

bgp_attr_pool_t *bgp_attr_pool_create(uint32_t seed);
/** every set must have been released */
void bgp_attr_pool_destroy(bgp_attr_pool_t *pool);
/** a number for the equal set in the pool, counted once more; never 0 */
uint32_t bgp_attr_intern(bgp_attr_pool_t *pool, const bgp_attrs_t *a);
void bgp_attr_hold(bgp_attr_pool_t *pool, uint32_t id);
void bgp_attr_release(bgp_attr_pool_t *pool, uint32_t id);
/** sets looked at last that stay readable */
#define BGP_ATTR_VIEWS 128
/** borrowed: readable until the last release, or until BGP_ATTR_VIEWS more
 * sets were looked at (they are packed in the pool, and this unpacks one) */
const bgp_attrs_t *bgp_attr_get(const bgp_attr_pool_t *pool, uint32_t id);
size_t bgp_attr_pool_count(const bgp_attr_pool_t *pool);
size_t bgp_attr_pool_memory(const bgp_attr_pool_t *pool);

#endif
