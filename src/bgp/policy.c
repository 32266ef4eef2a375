/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A rule is two short lists, of matches and of changes. A policy runs over
 * attributes that are read only until the first change: most rules only look,
 * and a copy for each of a million prefixes is worth avoiding.
 */

#include "bgp/policy.h"

#include <stdlib.h>
#include <string.h>

typedef enum match_kind_t
{
	MATCH_PREFIXES,
	MATCH_FAMILY,
	MATCH_LOCAL,
	MATCH_COMMUNITY,
	MATCH_AS,
} match_kind_t;

typedef struct match_t
{
	match_kind_t kind;
	uint32_t value;
	bgp_prefix_match_t *prefixes;
	size_t count;
} match_t;

typedef enum change_kind_t
{
	SET_LOCAL_PREF,
	SET_MED,
	SET_PREPEND,
	ADD_COMMUNITY,
} change_kind_t;

typedef struct change_t
{
	change_kind_t kind;
	uint32_t value;
	unsigned n;
} change_t;

typedef struct rule_t
{
	char *name;
	bgp_verdict_t verdict;
	match_t *matches;
	size_t n_matches;
	change_t *changes;
	size_t n_changes;
} rule_t;

struct bgp_policy_t
{
	char *name;
	rule_t *rules;
	size_t n_rules;
};

bgp_policy_t *bgp_policy_create(const char *name)
{
	bgp_policy_t *policy = mem_alloc(sizeof(*policy));

	policy->name = str_copy(name);
	return policy;
}

void bgp_policy_destroy(bgp_policy_t *policy)
{
	if (!policy)
	{
		return;
	}
	for (size_t i = 0; i < policy->n_rules; i++)
	{
		rule_t *rule = &policy->rules[i];

		for (size_t m = 0; m < rule->n_matches; m++)
		{
			free(rule->matches[m].prefixes);
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
	if (a->kind != b->kind || a->value != b->value || a->count != b->count)
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
		if (a->changes[i].kind != b->changes[i].kind ||
			a->changes[i].value != b->changes[i].value ||
			a->changes[i].n != b->changes[i].n)
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

static match_t *add_match(bgp_policy_t *policy, match_kind_t kind,
						  uint32_t value)
{
	rule_t *rule = &policy->rules[policy->n_rules - 1];

	rule->matches =
		mem_resize(rule->matches, rule->n_matches + 1, sizeof(*rule->matches));
	rule->matches[rule->n_matches] = (match_t){.kind = kind, .value = value};
	return &rule->matches[rule->n_matches++];
}

static void add_change(bgp_policy_t *policy, change_t change)
{
	rule_t *rule = &policy->rules[policy->n_rules - 1];

	rule->changes =
		mem_resize(rule->changes, rule->n_changes + 1, sizeof(*rule->changes));
	rule->changes[rule->n_changes++] = change;
}

void bgp_policy_match_prefixes(bgp_policy_t *policy,
							   const bgp_prefix_match_t *list, size_t count)
{
	match_t *match = add_match(policy, MATCH_PREFIXES, 0);

	match->count = count;
	match->prefixes = count ? mem_copy(list, count * sizeof(*list)) : NULL;
}

void bgp_policy_match_family(bgp_policy_t *policy, family_t family)
{
	add_match(policy, MATCH_FAMILY, family);
}

void bgp_policy_match_local(bgp_policy_t *policy)
{
	add_match(policy, MATCH_LOCAL, 0);
}

void bgp_policy_match_community(bgp_policy_t *policy, uint32_t community)
{
	add_match(policy, MATCH_COMMUNITY, community);
}

void bgp_policy_match_as(bgp_policy_t *policy, uint32_t asn)
{
	add_match(policy, MATCH_AS, asn);
}

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

void bgp_policy_add_community(bgp_policy_t *policy, uint32_t community)
{
	add_change(policy, (change_t){.kind = ADD_COMMUNITY, .value = community});
}

static bool match_prefixes(const match_t *match, const prefix_t *prefix)
{
	for (size_t i = 0; i < match->count; i++)
	{
		const bgp_prefix_match_t *m = &match->prefixes[i];

		if (prefix->len >= m->ge && prefix->len <= m->le &&
			prefix_contains(&m->prefix, prefix))
		{
			return true;
		}
	}
	return false;
}

static bool match_holds(const match_t *match, const bgp_policy_input_t *input,
						const bgp_attrs_t *a)
{
	switch (match->kind)
	{
		case MATCH_PREFIXES:
			return match_prefixes(match, &input->prefix);
		case MATCH_FAMILY:
			return input->prefix.addr.family == match->value;
		case MATCH_LOCAL:
			return input->local;
		case MATCH_COMMUNITY:
			return bgp_has_community(a, match->value);
		case MATCH_AS:
			return bgp_as_path_count(a, match->value) > 0;
	}
	return false;
}

static void add_community(bgp_attr_set_t *set, uint32_t community)
{
	size_t len = set->a.communities.len;
	uint8_t *buf = mem_alloc(len + 4);

	if (len)
	{
		memcpy(buf, set->a.communities.data, len);
	}
	for (unsigned i = 0; i < 4; i++)
	{
		buf[len + i] = (uint8_t)(community >> (24 - 8 * i));
	}
	/* no room for one more of 16383: it stays out */
	bgp_attr_set_blob(set, BGP_BLOB_COMMUNITIES, buf, len + 4);
	free(buf);
}

static void make_change(const change_t *change, const bgp_policy_input_t *input,
						bgp_attr_set_t *set, bgp_policy_result_t *result)
{
	result->changed = true;
	switch (change->kind)
	{
		case SET_LOCAL_PREF:
			set->a.local_pref = change->value;
			set->a.has |= BGP_HAS_LOCAL_PREF;
			break;
		case SET_MED:
			set->a.med = change->value;
			set->a.has |= BGP_HAS_MED;
			result->med_set = true;
			break;
		case SET_PREPEND:
			bgp_attr_set_prepend(
				set, change->value ? change->value : input->local_as,
				change->n);
			break;
		case ADD_COMMUNITY:
			add_community(set, change->value);
			break;
	}
}

static bool rule_holds(const rule_t *rule, const bgp_policy_input_t *input,
					   const bgp_attrs_t *a)
{
	for (size_t i = 0; i < rule->n_matches; i++)
	{
		if (!match_holds(&rule->matches[i], input, a))
		{
			return false;
		}
	}
	return true;
}

bgp_verdict_t bgp_policy_run(const bgp_policy_t *policy,
							 const bgp_policy_input_t *input,
							 const bgp_attrs_t *in, bgp_attr_set_t *scratch,
							 bgp_policy_result_t *result)
{
	const bgp_attrs_t *now = in;

	*result = (bgp_policy_result_t){0};
	for (size_t i = 0; i < policy->n_rules; i++)
	{
		const rule_t *rule = &policy->rules[i];

		if (!rule_holds(rule, input, now))
		{
			continue;
		}
		if (rule->n_changes && rule->verdict != BGP_POLICY_REJECT &&
			now != &scratch->a)
		{
			bgp_attr_set_load(scratch, in);
			now = &scratch->a;
		}
		for (size_t c = 0;
			 c < rule->n_changes && rule->verdict != BGP_POLICY_REJECT; c++)
		{
			make_change(&rule->changes[c], input, scratch, result);
		}
		if (rule->verdict != BGP_POLICY_NEXT)
		{
			result->rule = rule->name;
			return rule->verdict;
		}
	}
	return BGP_POLICY_REJECT;
}

bgp_verdict_t bgp_policy_apply(const bgp_policy_t *policy,
							   const bgp_policy_input_t *input,
							   bgp_attr_set_t *set, bool *changed,
							   const char **rule)
{
	bgp_policy_result_t result;
	bgp_verdict_t verdict =
		bgp_policy_run(policy, input, &set->a, set, &result);

	if (changed)
	{
		*changed = result.changed;
	}
	if (rule)
	{
		*rule = result.rule;
	}
	return verdict;
}
