/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Routing policy: named lists of rules, tried in order. A rule has matches
 * that must all hold, changes, and a verdict. What no rule decides is
 * rejected. The configuration builds these through the calls below; the
 * tables run them. A policy is immutable once handed to a peer.
 */

#ifndef CYGNET_BGP_POLICY_H
#define CYGNET_BGP_POLICY_H

#include "bgp/attr.h"

typedef enum bgp_verdict_t
{
	BGP_POLICY_REJECT,
	BGP_POLICY_ACCEPT,
	/** go on with the next rule, changes are kept */
	BGP_POLICY_NEXT,
} bgp_verdict_t;

/** a prefix and the lengths that match within it; exact: ge = le = len */
typedef struct bgp_prefix_match_t
{
	prefix_t prefix;
	uint8_t ge;
	uint8_t le;
} bgp_prefix_match_t;

/** what a policy sees beside the attributes */
typedef struct bgp_policy_input_t
{
	prefix_t prefix;
	/** the path's source; NULL: our own origin */
	const char *neighbor;
	uint32_t neighbor_as;
	bool ibgp;
	/** BGP_SOURCE_PEER, or where our own comes from */
	bgp_source_t source;
	/** the AS that prepends use by default */
	uint32_t local_as;
} bgp_policy_input_t;

bgp_policy_t *bgp_policy_create(const char *name);
/** one owner more, who destroys it too; a policy that is shared is not changed
 * any more. NULL gives NULL */
bgp_policy_t *bgp_policy_share(bgp_policy_t *policy);
/** NULL is allowed; it goes with its last owner */
void bgp_policy_destroy(bgp_policy_t *policy);
const char *bgp_policy_name(const bgp_policy_t *policy);
/** equal by content, names too: a reload keeps the old one then. NULL equals
 * NULL */
bool bgp_policy_equal(const bgp_policy_t *a, const bgp_policy_t *b);

/** appends a rule; matches and changes are then added to the last rule */
void bgp_policy_rule(bgp_policy_t *policy, const char *name,
					 bgp_verdict_t verdict);
/* matches of the last rule */
void bgp_policy_match_prefixes(bgp_policy_t *policy,
							   const bgp_prefix_match_t *list, size_t count);
void bgp_policy_match_family(bgp_policy_t *policy, family_t family);
/** our own origin only */
void bgp_policy_match_local(bgp_policy_t *policy);
/** routes of the source only */
void bgp_policy_match_source(bgp_policy_t *policy, bgp_source_t source);
/** a community of the kind (COMMUNITIES, EXT_ or LARGE_) equals value in the
 * bits of mask, both as on the wire: 4, 8 or 12 bytes. mask NULL: all bits */
void bgp_policy_match_communities(bgp_policy_t *policy, bgp_blob_id_t kind,
								  const void *value, const void *mask);
/** the AS is anywhere in the path */
void bgp_policy_match_as(bgp_policy_t *policy, uint32_t asn);
/** the AS that originated the route; 0: none, or a set */
void bgp_policy_match_origin_as(bgp_policy_t *policy, uint32_t asn);
/** octets of a path (4 an AS) that expressions look at */
#define BGP_POLICY_PATH_MAX 8192
/** POSIX extended expression over the path as text, "65531 64512 {1 2}", where
 * _ stands for a border: the begin, the end, a space, a brace, within the
 * bounds of base/path_regex.h. What it costs grows with the path's length alone, and a path of
 * more than BGP_POLICY_PATH_MAX octets, which none from a message of 4096 has,
 * is rejected by the rule that would look at it. false: not an expression,
 * error (may be NULL) says why, nothing is added */
bool bgp_policy_match_as_path(bgp_policy_t *policy, const char *expression,
							  char *error, size_t error_size);

/** numbers that can be matched by range */
typedef enum bgp_policy_number_t
{
	/** hops of the path, as the decision counts */
	BGP_NUMBER_AS_PATH_LENGTH,
	/** absent: 0 */
	BGP_NUMBER_MED,
	/** absent: 100 */
	BGP_NUMBER_LOCAL_PREF,
	/** bgp_origin_t */
	BGP_NUMBER_ORIGIN,
	/** of the path's source */
	BGP_NUMBER_NEIGHBOR_AS,
	/** how many standard communities there are */
	BGP_NUMBER_COMMUNITIES,
} bgp_policy_number_t;

void bgp_policy_match_number(bgp_policy_t *policy, bgp_policy_number_t number,
							 uint32_t low, uint32_t high);
/** the next hop is in the prefix */
void bgp_policy_match_next_hop(bgp_policy_t *policy, const prefix_t *prefix);
/** the path's source by name */
void bgp_policy_match_neighbor(bgp_policy_t *policy, const char *name);
/** turns the last match round */
void bgp_policy_match_not(bgp_policy_t *policy);
/** the next match is an alternative to the last: one of a run suffices */
void bgp_policy_match_or(bgp_policy_t *policy);
/* changes of the last rule */
void bgp_policy_set_local_pref(bgp_policy_t *policy, uint32_t value);
void bgp_policy_set_med(bgp_policy_t *policy, uint32_t value);
/** asn 0: our own */
void bgp_policy_set_prepend(bgp_policy_t *policy, uint32_t asn, unsigned n);
/** share among equal paths, 1 to 65535; ours alone, never on the wire */
void bgp_policy_set_weight(bgp_policy_t *policy, uint16_t weight);
void bgp_policy_set_origin(bgp_policy_t *policy, bgp_origin_t origin);
/** goes before next-hop-self */
void bgp_policy_set_next_hop(bgp_policy_t *policy, const addr_t *next_hop);
/** adds to, or takes away from, the communities of the kind; as in
 * bgp_policy_match_communities. What is over 65535 bytes is not added */
void bgp_policy_add_communities(bgp_policy_t *policy, bgp_blob_id_t kind,
								const void *value);
void bgp_policy_delete_communities(bgp_policy_t *policy, bgp_blob_id_t kind,
								   const void *value, const void *mask);

/** what a run of a policy found out beside the verdict */
typedef struct bgp_policy_result_t
{
	/** the attributes differ from those that came in */
	bool changed;
	/** a rule set the MED, so it is ours and may leave the AS */
	bool med_set;
	/** a rule set the next hop: it stays */
	bool next_hop_set;
	/** name of the deciding rule, NULL if none did; borrowed */
	const char *rule;
} bgp_policy_result_t;

/** leaves `in` alone: if a change was made, what came out is in scratch.
 * scratch is overwritten only then */
bgp_verdict_t bgp_policy_run(const bgp_policy_t *policy,
							 const bgp_policy_input_t *input,
							 const bgp_attrs_t *in, bgp_attr_set_t *scratch,
							 bgp_policy_result_t *result);

/** edits set in place. changed (may be NULL): a change was made. rule (may be
 * NULL): name of the deciding rule, NULL if none did; borrowed */
bgp_verdict_t bgp_policy_apply(const bgp_policy_t *policy,
							   const bgp_policy_input_t *input,
							   bgp_attr_set_t *set, bool *changed,
							   const char **rule);

#endif
