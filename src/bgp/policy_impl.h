/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the files of policies share: policy.c (building, comparing) and
 * policy_run.c (matching, changing).
 */

#ifndef CYGNET_BGP_POLICY_IMPL_H
#define CYGNET_BGP_POLICY_IMPL_H

#include "base/path_regex.h"
#include "bgp/policy.h"

/** largest community */
#define COMMUNITY_MAX 12

typedef enum match_kind_t
{
	MATCH_PREFIXES,
	MATCH_FAMILY,
	MATCH_LOCAL,
	MATCH_SOURCE,
	MATCH_COMMUNITIES,
	MATCH_AS,
	MATCH_ORIGIN_AS,
	MATCH_AS_PATH,
	MATCH_NUMBER,
	MATCH_NEXT_HOP,
	MATCH_NEIGHBOR,
} match_kind_t;

typedef struct match_t
{
	match_kind_t kind;
	/** it holds if the rest does not */
	bool inverted;
	/** the next one is an alternative */
	bool or_next;
	/** by kind: family, AS, low of a range; bgp_policy_number_t */
	uint32_t value;
	uint32_t high;
	bgp_policy_number_t number;
	/** name or expression, owned */
	char *text;
	/** compiled, owned */
	path_regex_t *regex;
	/** owned */
	bgp_prefix_match_t *prefixes;
	size_t count;
	bgp_blob_id_t blob;
	uint8_t community[COMMUNITY_MAX];
	uint8_t mask[COMMUNITY_MAX];
} match_t;

typedef enum change_kind_t
{
	SET_LOCAL_PREF,
	SET_MED,
	SET_PREPEND,
	SET_WEIGHT,
	SET_ORIGIN,
	SET_NEXT_HOP,
	ADD_COMMUNITY,
	DELETE_COMMUNITY,
} change_kind_t;

typedef struct change_t
{
	change_kind_t kind;
	uint32_t value;
	unsigned n;
	addr_t addr;
	bgp_blob_id_t blob;
	uint8_t community[COMMUNITY_MAX];
	uint8_t mask[COMMUNITY_MAX];
} change_t;

typedef struct rule_t
{
	char *name;
	bgp_verdict_t verdict;
	match_t *matches;
	size_t n_matches;
	/** a match is MATCH_AS_PATH */
	bool expressions;
	change_t *changes;
	size_t n_changes;
} rule_t;

struct bgp_policy_t
{
	char *name;
	rule_t *rules;
	size_t n_rules;
	/** besides the first */
	unsigned owners;
};

/** bytes of one community of the kind */
size_t policy_community_size(bgp_blob_id_t kind);

#endif
