/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Building policies and comparing them. A rule is two short lists, of matches
 * and of changes.
 */

#include "bgp/policy_impl.h"

#include "base/path_regex.h"

#include <stdlib.h>
#include <string.h>

bgp_policy_t *bgp_policy_create(const char *name)
{
	bgp_policy_t *policy = mem_alloc(sizeof(*policy));

	policy->name = str_copy(name);
	return policy;
}

bgp_policy_t *bgp_policy_share(bgp_policy_t *policy)
{
	if (policy)
	{
		policy->owners++;
	}
	return policy;
}

void bgp_policy_destroy(bgp_policy_t *policy)
{
	if (!policy)
	{
		return;
	}
	if (policy->owners)
	{
		policy->owners--;
		return;
	}
	for (size_t i = 0; i < policy->n_rules; i++)
	{
		rule_t *rule = &policy->rules[i];

		for (size_t m = 0; m < rule->n_matches; m++)
		{
			match_t *match = &rule->matches[m];

			free(match->prefixes);
			free(match->text);
			path_regex_destroy(match->regex);
		}
		free(rule->matches);
		free(rule->changes);
		free(rule->name);
	}
	free(policy->rules);
	free(policy->name);
	free(policy);
}

const char *bgp_policy_name(const bgp_policy_t *policy)
{
	return policy->name;
}

static bool text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool match_equal(const match_t *a, const match_t *b)
{
	if (a->kind != b->kind || a->inverted != b->inverted ||
		a->or_next != b->or_next || a->value != b->value ||
		a->high != b->high || a->number != b->number || a->blob != b->blob ||
		a->count != b->count || !text_equal(a->text, b->text) ||
		memcmp(a->community, b->community, COMMUNITY_MAX) != 0 ||
		memcmp(a->mask, b->mask, COMMUNITY_MAX) != 0)
	{
		return false;
	}
	for (size_t i = 0; i < a->count; i++)
	{
		if (!prefix_equal(&a->prefixes[i].prefix, &b->prefixes[i].prefix) ||
			a->prefixes[i].ge != b->prefixes[i].ge ||
			a->prefixes[i].le != b->prefixes[i].le)
		{
			return false;
		}
	}
	return true;
}

static bool change_equal(const change_t *a, const change_t *b)
{
	return a->kind == b->kind && a->value == b->value && a->n == b->n &&
		   addr_equal(&a->addr, &b->addr) && a->blob == b->blob &&
		   memcmp(a->community, b->community, COMMUNITY_MAX) == 0 &&
		   memcmp(a->mask, b->mask, COMMUNITY_MAX) == 0;
}

static bool rule_equal(const rule_t *a, const rule_t *b)
{
	if (!text_equal(a->name, b->name) || a->verdict != b->verdict ||
		a->n_matches != b->n_matches || a->n_changes != b->n_changes)
	{
		return false;
	}
	for (size_t i = 0; i < a->n_matches; i++)
	{
		if (!match_equal(&a->matches[i], &b->matches[i]))
		{
			return false;
		}
	}
	for (size_t i = 0; i < a->n_changes; i++)
	{
		if (!change_equal(&a->changes[i], &b->changes[i]))
		{
			return false;
		}
	}
	return true;
}

bool bgp_policy_equal(const bgp_policy_t *a, const bgp_policy_t *b)
{
	if (a == b)
	{
		return true;
	}
	if (!a || !b || !text_equal(a->name, b->name) || a->n_rules != b->n_rules)
	{
		return false;
	}
	for (size_t i = 0; i < a->n_rules; i++)
	{
		if (!rule_equal(&a->rules[i], &b->rules[i]))
		{
			return false;
		}
	}
	return true;
}

void bgp_policy_rule(bgp_policy_t *policy, const char *name,
					 bgp_verdict_t verdict)
{
	policy->rules =
		mem_resize(policy->rules, policy->n_rules + 1, sizeof(*policy->rules));
	policy->rules[policy->n_rules++] =
		(rule_t){.name = str_copy(name), .verdict = verdict};
}

static match_t *add_match(bgp_policy_t *policy, match_t match)
{
	rule_t *rule = &policy->rules[policy->n_rules - 1];

	rule->matches =
		mem_resize(rule->matches, rule->n_matches + 1, sizeof(*rule->matches));
	rule->matches[rule->n_matches] = match;
	return &rule->matches[rule->n_matches++];
}

static void add_change(bgp_policy_t *policy, change_t change)
{
	rule_t *rule = &policy->rules[policy->n_rules - 1];

	rule->changes =
		mem_resize(rule->changes, rule->n_changes + 1, sizeof(*rule->changes));
	rule->changes[rule->n_changes++] = change;
}

size_t policy_community_size(bgp_blob_id_t kind)
{
	return kind == BGP_BLOB_COMMUNITIES       ? 4
		   : kind == BGP_BLOB_EXT_COMMUNITIES ? 8
											  : 12;
}

/** the value without the bits that do not count, so that a comparison need not
 * mask it */
static void put_masked(uint8_t out[COMMUNITY_MAX],
					   uint8_t out_mask[COMMUNITY_MAX], bgp_blob_id_t kind,
					   const void *value, const void *mask)
{
	size_t size = policy_community_size(kind);

	memset(out_mask, 0xff, size);
	if (mask)
	{
		memcpy(out_mask, mask, size);
	}
	memcpy(out, value, size);
	for (size_t i = 0; i < size; i++)
	{
		out[i] &= out_mask[i];
	}
}

/* -- matches --------------------------------------------------------------- */

void bgp_policy_match_prefixes(bgp_policy_t *policy,
							   const bgp_prefix_match_t *list, size_t count)
{
	add_match(
		policy,
		(match_t){
			.kind = MATCH_PREFIXES,
			.count = count,
			.prefixes = count ? mem_copy(list, count * sizeof(*list)) : NULL,
		});
}

void bgp_policy_match_family(bgp_policy_t *policy, family_t family)
{
	add_match(policy, (match_t){.kind = MATCH_FAMILY, .value = family});
}

void bgp_policy_match_local(bgp_policy_t *policy)
{
	add_match(policy, (match_t){.kind = MATCH_LOCAL});
}

void bgp_policy_match_source(bgp_policy_t *policy, bgp_source_t source)
{
	add_match(policy, (match_t){.kind = MATCH_SOURCE, .value = source});
}

void bgp_policy_match_communities(bgp_policy_t *policy, bgp_blob_id_t kind,
								  const void *value, const void *mask)
{
	match_t *match =
		add_match(policy, (match_t){.kind = MATCH_COMMUNITIES, .blob = kind});

	put_masked(match->community, match->mask, kind, value, mask);
}

void bgp_policy_match_as(bgp_policy_t *policy, uint32_t asn)
{
	add_match(policy, (match_t){.kind = MATCH_AS, .value = asn});
}

void bgp_policy_match_origin_as(bgp_policy_t *policy, uint32_t asn)
{
	add_match(policy, (match_t){.kind = MATCH_ORIGIN_AS, .value = asn});
}

bool bgp_policy_match_as_path(bgp_policy_t *policy, const char *expression,
							  char *error, size_t error_size)
{
	path_regex_t *regex =
		path_regex_create(expression, error, error ? error_size : 0);

	if (!regex)
	{
		return false;
	}
	add_match(policy, (match_t){
						  .kind = MATCH_AS_PATH,
						  .text = str_copy(expression),
						  .regex = regex,
					  });
	policy->rules[policy->n_rules - 1].expressions = true;
	return true;
}

void bgp_policy_match_number(bgp_policy_t *policy, bgp_policy_number_t number,
							 uint32_t low, uint32_t high)
{
	add_match(policy, (match_t){
						  .kind = MATCH_NUMBER,
						  .number = number,
						  .value = low,
						  .high = high,
					  });
}

void bgp_policy_match_next_hop(bgp_policy_t *policy, const prefix_t *prefix)
{
	bgp_prefix_match_t one = {.prefix = *prefix};

	add_match(policy, (match_t){
						  .kind = MATCH_NEXT_HOP,
						  .count = 1,
						  .prefixes = mem_copy(&one, sizeof(one)),
					  });
}

void bgp_policy_match_neighbor(bgp_policy_t *policy, const char *name)
{
	add_match(policy,
			  (match_t){.kind = MATCH_NEIGHBOR, .text = str_copy(name)});
}

static match_t *last_match(bgp_policy_t *policy)
{
	rule_t *rule = &policy->rules[policy->n_rules - 1];

	return rule->n_matches ? &rule->matches[rule->n_matches - 1] : NULL;
}

void bgp_policy_match_not(bgp_policy_t *policy)
{
	match_t *match = last_match(policy);

	if (match)
	{
		match->inverted = !match->inverted;
	}
}

void bgp_policy_match_or(bgp_policy_t *policy)
{
	match_t *match = last_match(policy);

	if (match)
	{
		match->or_next = true;
	}
}

/* -- changes --------------------------------------------------------------- */

void bgp_policy_set_local_pref(bgp_policy_t *policy, uint32_t value)
{
	add_change(policy, (change_t){.kind = SET_LOCAL_PREF, .value = value});
}

void bgp_policy_set_med(bgp_policy_t *policy, uint32_t value)
{
	add_change(policy, (change_t){.kind = SET_MED, .value = value});
}

void bgp_policy_set_prepend(bgp_policy_t *policy, uint32_t asn, unsigned n)
{
	add_change(policy, (change_t){.kind = SET_PREPEND, .value = asn, .n = n});
}

void bgp_policy_set_weight(bgp_policy_t *policy, uint16_t weight)
{
	add_change(policy, (change_t){.kind = SET_WEIGHT, .value = weight});
}

void bgp_policy_set_origin(bgp_policy_t *policy, bgp_origin_t origin)
{
	add_change(policy, (change_t){.kind = SET_ORIGIN, .value = origin});
}

void bgp_policy_set_next_hop(bgp_policy_t *policy, const addr_t *next_hop)
{
	add_change(policy, (change_t){.kind = SET_NEXT_HOP, .addr = *next_hop});
}

void bgp_policy_add_communities(bgp_policy_t *policy, bgp_blob_id_t kind,
								const void *value)
{
	change_t change = {.kind = ADD_COMMUNITY, .blob = kind};

	put_masked(change.community, change.mask, kind, value, NULL);
	add_change(policy, change);
}

void bgp_policy_delete_communities(bgp_policy_t *policy, bgp_blob_id_t kind,
								   const void *value, const void *mask)
{
	change_t change = {.kind = DELETE_COMMUNITY, .blob = kind};

	put_masked(change.community, change.mask, kind, value, mask);
	add_change(policy, change);
}
