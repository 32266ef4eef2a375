/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The one table of path attributes: a row says how an attribute is flagged,
 * what a malformed one costs (RFC 7606 section 7, and the RFC that defines
 * it), and who reads and writes it. What is not in it is unknown: passed on
 * if transitive, else dropped (RFC 4271 section 5).
 *
 * LOCAL_PREF has to be there within the AS (RFC 4271 section 5.1.5); without
 * it, the route is treated as withdrawn as if it were of the mandatory ones
 * (RFC 7606 section 3 d). To put a default in its place, as some do, would let
 * two routers of one AS prefer differently, and traffic go round in a loop.
 *
 * MP_REACH and MP_UNREACH reset the session when malformed: the prefixes that
 * would have to be withdrawn are inside (RFC 7606 section 7.11).
 */

#include "bgp/attr_codec.h"

/* flags by kind (RFC 4271 section 5) */
#define WELL_KNOWN     BGP_FLAG_TRANSITIVE
#define TRANSITIVE     (BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE)
#define NON_TRANSITIVE BGP_FLAG_OPTIONAL

const bgp_attr_desc_t bgp_attr_table[] = {
	{
		.type = BGP_ATTR_ORIGIN,
		.flags = WELL_KNOWN,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.name = "ORIGIN",
		.decode = bgp_origin_decode,
		.encode = bgp_origin_encode,
	},
	{
		.type = BGP_ATTR_AS_PATH,
		.flags = WELL_KNOWN,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.may_be_empty = true,
		.name = "AS_PATH",
		.decode = bgp_as_path_decode,
		.encode = bgp_as_path_encode,
	},
	{
		/* written by bgp_encode_attrs: it depends on the family */
		.type = BGP_ATTR_NEXT_HOP,
		.flags = WELL_KNOWN,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.name = "NEXT_HOP",
		.decode = bgp_next_hop_decode,
	},
	{
		.type = BGP_ATTR_MED,
		.flags = NON_TRANSITIVE,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.name = "MULTI_EXIT_DISC",
		.decode = bgp_med_decode,
		.encode = bgp_med_encode,
	},
	{
		.type = BGP_ATTR_LOCAL_PREF,
		.flags = WELL_KNOWN,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.internal = true,
		.name = "LOCAL_PREF",
		.decode = bgp_local_pref_decode,
		.encode = bgp_local_pref_encode,
	},
	{
		.type = BGP_ATTR_ATOMIC_AGGREGATE,
		.flags = WELL_KNOWN,
		.malformed = BGP_FAULT_ATTRIBUTE_DISCARD,
		.may_be_empty = true,
		.name = "ATOMIC_AGGREGATE",
		.decode = bgp_atomic_decode,
		.encode = bgp_atomic_encode,
	},
	{
		.type = BGP_ATTR_AGGREGATOR,
		.flags = TRANSITIVE,
		.malformed = BGP_FAULT_ATTRIBUTE_DISCARD,
		.name = "AGGREGATOR",
		.decode = bgp_aggregator_decode,
		.encode = bgp_aggregator_encode,
	},
	{
		.type = BGP_ATTR_COMMUNITIES,
		.flags = TRANSITIVE,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.name = "COMMUNITIES",
		.decode = bgp_communities_decode,
		.encode = bgp_communities_encode,
	},
	{
		.type = BGP_ATTR_ORIGINATOR_ID,
		.flags = NON_TRANSITIVE,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.internal = true,
		.name = "ORIGINATOR_ID",
		.decode = bgp_originator_decode,
		.encode = bgp_originator_encode,
	},
	{
		.type = BGP_ATTR_CLUSTER_LIST,
		.flags = NON_TRANSITIVE,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.internal = true,
		.name = "CLUSTER_LIST",
		.decode = bgp_cluster_list_decode,
		.encode = bgp_cluster_list_encode,
	},
	{
		.type = BGP_ATTR_MP_REACH,
		.flags = NON_TRANSITIVE,
		.malformed = BGP_FAULT_SESSION_RESET,
		.name = "MP_REACH_NLRI",
		.decode = bgp_mp_reach_decode,
	},
	{
		.type = BGP_ATTR_MP_UNREACH,
		.flags = NON_TRANSITIVE,
		.malformed = BGP_FAULT_SESSION_RESET,
		.name = "MP_UNREACH_NLRI",
		.decode = bgp_mp_unreach_decode,
	},
	{
		.type = BGP_ATTR_EXT_COMMUNITIES,
		.flags = TRANSITIVE,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.name = "EXTENDED_COMMUNITIES",
		.decode = bgp_ext_communities_decode,
		.encode = bgp_ext_communities_encode,
	},
	{
		/* RFC 6793 section 6 */
		.type = BGP_ATTR_AS4_PATH,
		.flags = TRANSITIVE,
		.malformed = BGP_FAULT_ATTRIBUTE_DISCARD,
		.name = "AS4_PATH",
		.decode = bgp_as4_path_decode,
		.encode = bgp_as4_path_encode,
	},
	{
		.type = BGP_ATTR_AS4_AGGREGATOR,
		.flags = TRANSITIVE,
		.malformed = BGP_FAULT_ATTRIBUTE_DISCARD,
		.name = "AS4_AGGREGATOR",
		.decode = bgp_as4_aggregator_decode,
		.encode = bgp_as4_aggregator_encode,
	},
	{
		/* RFC 8092 section 5 */
		.type = BGP_ATTR_LARGE_COMMUNITIES,
		.flags = TRANSITIVE,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.name = "LARGE_COMMUNITIES",
		.decode = bgp_large_communities_decode,
		.encode = bgp_large_communities_encode,
	},
	{
		/* RFC 9234 section 5 */
		.type = BGP_ATTR_OTC,
		.flags = TRANSITIVE,
		.malformed = BGP_FAULT_TREAT_AS_WITHDRAW,
		.name = "ONLY_TO_CUSTOMER",
		.decode = bgp_otc_decode,
		.encode = bgp_otc_encode,
	},
};

const size_t bgp_attr_table_count = countof(bgp_attr_table);

const bgp_attr_desc_t *bgp_attr_desc(uint8_t type)
{
	size_t i;

	for (i = 0; i < countof(bgp_attr_table); i++)
	{
		if (bgp_attr_table[i].type == type)
		{
			return &bgp_attr_table[i];
		}
	}
	return NULL;
}

const char *bgp_attr_name(uint8_t type)
{
	const bgp_attr_desc_t *desc = bgp_attr_desc(type);

	return desc ? desc->name : "unknown";
}
