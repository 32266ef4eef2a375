/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Path attributes on the wire: the one table of them, and the reading and
 * writing of a whole list. Inside src/bgp only.
 */

#ifndef CYGNET_BGP_ATTR_CODEC_H
#define CYGNET_BGP_ATTR_CODEC_H

#include "bgp/wire.h"

#define BGP_FLAG_OPTIONAL   0x80u
#define BGP_FLAG_TRANSITIVE 0x40u
#define BGP_FLAG_PARTIAL    0x20u
#define BGP_FLAG_EXTENDED   0x10u

/** different unknown attributes kept of one UPDATE */
#define BGP_UNKNOWN_MAX 64

/** the work of reading one UPDATE's attributes */
typedef struct bgp_attr_decoder_t
{
	const bgp_codec_t *codec;
	bgp_update_t *update;
	bgp_fault_t *fault;
	/** the UPDATE has plain NLRI: NEXT_HOP counts */
	bool plain_nlri;
	/** MP_REACH has prefixes, be it of a family that is passed over */
	bool mp_nlri;
	/** types seen, a bit each */
	uint32_t seen[8];
	/** AS_PATH of two octets, AS4_PATH, AS4_AGGREGATOR: from a peer of two
	 * octets, merged at the end (RFC 6793 section 4.2.3) */
	rbuf_t as_path2;
	rbuf_t as4_path;
	uint32_t as4_aggregator_as;
	uint32_t as4_aggregator_id;
	/** unknown optional transitive ones, by type */
	unsigned unknown_count;
	struct
	{
		uint8_t type;
		uint8_t flags;
		rbuf_t value;
	} unknown[BGP_UNKNOWN_MAX];
} bgp_attr_decoder_t;

/** 0, or the subcode of UPDATE Message Error that tells what is wrong */
typedef uint8_t (*bgp_attr_decode_t)(bgp_attr_decoder_t *d, rbuf_t value);
/** writes the attribute whole, if the set has it and it is for this peer */
typedef void (*bgp_attr_encode_t)(wbuf_t *w, const bgp_attrs_t *attrs,
								  const bgp_codec_t *codec);

typedef struct bgp_attr_desc_t
{
	uint8_t type;
	/** Optional and Transitive as they must be */
	uint8_t flags;
	/** what a malformed one costs (RFC 7606 section 7) */
	bgp_fault_verdict_t malformed;
	/** from an external peer it is discarded unread */
	bool internal;
	/** it may be of length 0 (RFC 7606 section 4) */
	bool may_be_empty;
	const char *name;
	bgp_attr_decode_t decode;
	/** NULL: written elsewhere */
	bgp_attr_encode_t encode;
} bgp_attr_desc_t;

/** in order of type */
extern const bgp_attr_desc_t bgp_attr_table[];
extern const size_t bgp_attr_table_count;

/** NULL: unknown */
const bgp_attr_desc_t *bgp_attr_desc(uint8_t type);
/** "AS_PATH"; "unknown" without a row */
const char *bgp_attr_name(uint8_t type);

/** a fault of this attribute, unless a stronger one is there */
void bgp_attr_fault(bgp_attr_decoder_t *d, bgp_fault_verdict_t verdict,
					uint8_t subcode, uint8_t type, const char *what,
					rbuf_t data);
/** the next attribute's parts; false: cut short */
bool bgp_attr_next(rbuf_t *r, uint8_t *flags, uint8_t *type, rbuf_t *value,
				   rbuf_t *whole);
/** reads a list of attributes into d->update; faults into d->fault. false:
 * the session is to be reset */
bool bgp_decode_attrs(bgp_attr_decoder_t *d, rbuf_t r);
/** writes all attributes but MP_REACH and MP_UNREACH. mp: the next hop goes
 * with MP_REACH, no NEXT_HOP. Returns the offset of NEXT_HOP's value, 0: none */
size_t bgp_encode_attrs(wbuf_t *w, const bgp_codec_t *codec,
						const bgp_attrs_t *attrs, bool mp);
/** the head of an attribute */
void bgp_encode_attr_head(wbuf_t *w, uint8_t flags, uint8_t type, size_t len);

/* the functions of the table's rows, attr_codec.c and attr_encode.c */
uint8_t bgp_origin_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_next_hop_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_med_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_local_pref_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_atomic_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_aggregator_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_communities_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_originator_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_cluster_list_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_ext_communities_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_as4_aggregator_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_large_communities_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_otc_decode(bgp_attr_decoder_t *d, rbuf_t v);
void bgp_origin_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c);
void bgp_med_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c);
void bgp_local_pref_encode(wbuf_t *w, const bgp_attrs_t *a,
						   const bgp_codec_t *c);
void bgp_atomic_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c);
void bgp_aggregator_encode(wbuf_t *w, const bgp_attrs_t *a,
						   const bgp_codec_t *c);
void bgp_communities_encode(wbuf_t *w, const bgp_attrs_t *a,
							const bgp_codec_t *c);
void bgp_originator_encode(wbuf_t *w, const bgp_attrs_t *a,
						   const bgp_codec_t *c);
void bgp_cluster_list_encode(wbuf_t *w, const bgp_attrs_t *a,
							 const bgp_codec_t *c);
void bgp_ext_communities_encode(wbuf_t *w, const bgp_attrs_t *a,
								const bgp_codec_t *c);
void bgp_as4_aggregator_encode(wbuf_t *w, const bgp_attrs_t *a,
							   const bgp_codec_t *c);
void bgp_large_communities_encode(wbuf_t *w, const bgp_attrs_t *a,
								  const bgp_codec_t *c);
void bgp_otc_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c);

/* as_path_codec.c */
uint8_t bgp_as_path_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_as4_path_decode(bgp_attr_decoder_t *d, rbuf_t v);
void bgp_as_path_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c);
void bgp_as4_path_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c);
/** sets the path of a peer of two octets, with AS4_PATH if it is used */
void bgp_as_path_merge(bgp_attr_decoder_t *d);

/* mp.c: the multiprotocol attributes (RFC 4760) */
uint8_t bgp_mp_reach_decode(bgp_attr_decoder_t *d, rbuf_t v);
uint8_t bgp_mp_unreach_decode(bgp_attr_decoder_t *d, rbuf_t v);

/** a host may have it (RFC 4271 section 6.3) */
bool bgp_next_hop_is_host(const addr_t *a);
/** every prefix in r is whole and of a length that the family has */
bool bgp_nlri_check(rbuf_t r, family_t family);

#endif
