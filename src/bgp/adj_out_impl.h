/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the files of the adj-RIB-out share: adj_out.c (what a peer is to be
 * told, sliced work), adj_out_export.c (the rules of what may go out, and
 * how), adj_out_write.c (UPDATEs).
 */

#ifndef CYGNET_BGP_ADJ_OUT_IMPL_H
#define CYGNET_BGP_ADJ_OUT_IMPL_H

#include "base/hash.h"
#include "bgp/message.h"
#include "bgp/rib_impl.h"

enum
{
	ENTRY_USED = 0x01,
	/** stands in a bucket */
	ENTRY_WAITS = 0x02,
	/** goes out also if the peer has it already */
	ENTRY_AGAIN = 0x04,
};

/** 24 bytes with an IPv4 address, 36 with IPv6 */
typedef struct entry_t
{
	/** attributes that the peer has, and is to have; held, 0: none */
	uint32_t sent;
	uint32_t want;
	/** in the bucket */
	uint32_t next;
	uint32_t prev;
	uint8_t len;
	uint8_t flags;
	uint8_t pad[2];
	uint8_t addr[];
} entry_t;

_Static_assert(sizeof(entry_t) == 20, "an IPv4 entry is to take 24 bytes");

/** entries that wait for the same attributes */
typedef struct bucket_t
{
	hash_node_t node;
	list_t link;
	uint32_t attrs;
	int f;
	uint32_t first;
	uint32_t last;
} bucket_t;

struct bgp_rib_out_t
{
	/** NULL: it is being taken apart */
	bgp_rib_peer_t *peer;
	/** peers of one class are told the same */
	uint32_t class;
	bgp_codec_t codec;
	hash_t buckets;
	/** buckets as they began */
	list_t order;
	struct
	{
		trie_t *trie;
		pool_t entries;
		bucket_t withdraws;
		size_t waiting;
		/** nets from dump_at on are to be looked at */
		bool dump;
		uint32_t dump_at;
		/** entries from resend_at on are to be sent again */
		bool resend;
		uint32_t resend_at;
		/** End-of-RIB goes when all that is above is done */
		bool eor;
	} fam[2];
	/** in outs_t.dying */
	list_t dying;
};

/** the attributes of the net's best path as this class of peers is told them,
 * held; 0: nothing */
uint32_t export_attrs(bgp_rib_t *rib, const bgp_rib_peer_t *peer, int f,
					  const net_t *net);
/** same result of export_attrs for each net */
bool export_is_same(const bgp_rib_peer_t *a, const bgp_rib_peer_t *b);

entry_t *entry_at(const bgp_rib_out_t *out, int f, uint32_t handle);
prefix_t entry_prefix(int f, const entry_t *entry);
/** takes it from its bucket; the bucket goes with its last */
void entry_unqueue(bgp_rib_out_t *out, int f, uint32_t handle);
/** the peer has it now as it is to have it */
void entry_sent(bgp_rib_t *rib, bgp_rib_out_t *out, int f, uint32_t handle);
/** what the entry is to be; takes over the hold on want */
void entry_want(bgp_rib_t *rib, bgp_rib_out_t *out, int f, uint32_t handle,
				uint32_t want);

#endif
