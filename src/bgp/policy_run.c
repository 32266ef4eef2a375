/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Running policies. The attributes are read only until the first change: most
 * rules only look, and a copy for each of a million prefixes is worth
 * avoiding.
 */

#include "bgp/policy_impl.h"

#include "base/rbuf.h"
#include "base/wbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** one AS as text, and the spaces and braces around it */
#define AS_TEXT_MAX 14

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

static const bgp_blob_t *communities_of(const bgp_attrs_t *a,
										bgp_blob_id_t kind)
{
	return kind == BGP_BLOB_COMMUNITIES       ? &a->communities
		   : kind == BGP_BLOB_EXT_COMMUNITIES ? &a->ext_communities
											  : &a->large_communities;
}

static bool community_equal(const uint8_t *p, size_t size, const uint8_t *value,
							const uint8_t *mask)
{
	for (size_t i = 0; i < size; i++)
	{
		if ((p[i] & mask[i]) != value[i])
		{
			return false;
		}
	}
	return true;
}

static bool match_communities(const match_t *match, const bgp_attrs_t *a)
{
	const bgp_blob_t *blob = communities_of(a, match->blob);
	size_t size = policy_community_size(match->blob);

	for (size_t i = 0; i < blob->len; i += size)
	{
		if (community_equal(blob->data + i, size, match->community,
							match->mask))
		{
			return true;
		}
	}
	return false;
}

/** "65531 64512 {1 2}"; to be freed */
static char *path_text(const bgp_attrs_t *a)
{
	size_t size = (size_t)a->as_path.len / 2 * AS_TEXT_MAX + 1, len = 0;
	rbuf_t r = rbuf_make(a->as_path.data, a->as_path.len), asns;
	char *text = mem_alloc(size);
	uint8_t type, count;

	while (rbuf_u8(&r, &type) && rbuf_u8(&r, &count) &&
		   rbuf_sub(&r, (size_t)count * 4, &asns))
	{
		bool set = type == 1;
		const char *before = set ? "{" : "";
		uint32_t asn;

		if (len && count)
		{
			text[len++] = ' ';
		}
		while (rbuf_u32(&asns, &asn))
		{
			len +=
				(size_t)snprintf(text + len, size - len, "%s%u", before, asn);
			before = " ";
		}
		if (set && count)
		{
			text[len++] = '}';
		}
	}
	text[len] = '\0';
	return text;
}

static bool match_as_path(const match_t *match, const bgp_attrs_t *a)
{
	char *text = path_text(a);
	bool holds = path_regex_match(match->regex, text);

	free(text);
	return holds;
}

static uint32_t number_of(bgp_policy_number_t number,
						  const bgp_policy_input_t *input, const bgp_attrs_t *a)
{
	switch (number)
	{
		case BGP_NUMBER_AS_PATH_LENGTH:
			return a->as_path_hops;
		case BGP_NUMBER_MED:
			return a->has & BGP_HAS_MED ? a->med : 0;
		case BGP_NUMBER_LOCAL_PREF:
			return a->has & BGP_HAS_LOCAL_PREF ? a->local_pref
											   : BGP_LOCAL_PREF_DEFAULT;
		case BGP_NUMBER_ORIGIN:
			return a->origin;
		case BGP_NUMBER_NEIGHBOR_AS:
			return input->neighbor_as;
		case BGP_NUMBER_COMMUNITIES:
			return a->communities.len / 4u;
	}
	return 0;
}

static bool match_number(const match_t *match, const bgp_policy_input_t *input,
						 const bgp_attrs_t *a)
{
	uint32_t n = number_of(match->number, input, a);

	return n >= match->value && n <= match->high;
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
			return input->source != BGP_SOURCE_PEER;
		case MATCH_SOURCE:
			return input->source == match->value;
		case MATCH_COMMUNITIES:
			return match_communities(match, a);
		case MATCH_AS:
			return bgp_as_path_count(a, match->value) > 0;
		case MATCH_ORIGIN_AS:
			return bgp_as_path_origin(a) == match->value;
		case MATCH_AS_PATH:
			return match_as_path(match, a);
		case MATCH_NUMBER:
			return match_number(match, input, a);
		case MATCH_NEXT_HOP:
			return addr_is_set(&a->next_hop) &&
				   prefix_contains_addr(&match->prefixes[0].prefix,
										&a->next_hop);
		case MATCH_NEIGHBOR:
			return input->neighbor && strcmp(input->neighbor, match->text) == 0;
	}
	return false;
}

static void add_community(const change_t *change, bgp_attr_set_t *set)
{
	const bgp_blob_t *blob = communities_of(&set->a, change->blob);
	size_t size = policy_community_size(change->blob), len = blob->len;
	uint8_t *buf = mem_alloc(len + size);

	if (len)
	{
		memcpy(buf, blob->data, len);
	}
	memcpy(buf + len, change->community, size);
	bgp_attr_set_blob(set, change->blob, buf, len + size);
	free(buf);
}

static void delete_communities(const change_t *change, bgp_attr_set_t *set)
{
	const bgp_blob_t *blob = communities_of(&set->a, change->blob);
	size_t size = policy_community_size(change->blob), len = 0;
	uint8_t *buf = mem_alloc(blob->len + 1u);

	for (size_t i = 0; i < blob->len; i += size)
	{
		if (!community_equal(blob->data + i, size, change->community,
							 change->mask))
		{
			memcpy(buf + len, blob->data + i, size);
			len += size;
		}
	}
	bgp_attr_set_blob(set, change->blob, buf, len);
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
		case SET_WEIGHT:
			set->a.weight = (uint16_t)change->value;
			break;
		case SET_ORIGIN:
			set->a.origin = (uint8_t)change->value;
			break;
		case SET_NEXT_HOP:
			set->a.next_hop = change->addr;
			set->a.next_hop_ll = addr_none;
			result->next_hop_set = true;
			break;
		case ADD_COMMUNITY:
			add_community(change, set);
			break;
		case DELETE_COMMUNITY:
			delete_communities(change, set);
			break;
	}
}

static bool rule_holds(const rule_t *rule, const bgp_policy_input_t *input,
					   const bgp_attrs_t *a)
{
	bool holds = false;

	for (size_t i = 0; i < rule->n_matches; i++)
	{
		const match_t *match = &rule->matches[i];

		/* in a run of alternatives the first that holds is enough */
		holds = holds || match_holds(match, input, a) != match->inverted;
		if (match->or_next && i + 1 < rule->n_matches)
		{
			continue;
		}
		if (!holds)
		{
			return false;
		}
		holds = false;
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

		if (rule->expressions && now->as_path.len > BGP_POLICY_PATH_MAX)
		{
			result->rule = rule->name;
			return BGP_POLICY_REJECT;
		}
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
