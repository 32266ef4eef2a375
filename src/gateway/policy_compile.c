/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One row a key, in `match` and `except` on the one hand and `set` on the
 * other. Elements of a list are alternatives in `match`; in `except` each is
 * turned round, and all of them have to hold.
 */

#include "gateway/policy_compile.h"

#include "base/log.h"
#include "config/values.h"

#include <stdlib.h>
#include <string.h>

/** a key's matches, one after the other */
typedef struct matcher_t
{
	bgp_policy_t *policy;
	bool except;
	/** there is one already */
	bool begun;
} matcher_t;

/** where the next match goes */
static bgp_policy_t *next_match(matcher_t *m)
{
	if (m->begun && m->except)
	{
		bgp_policy_match_not(m->policy);
	}
	else if (m->begun)
	{
		bgp_policy_match_or(m->policy);
	}
	m->begun = true;
	return m->policy;
}

static void match_prefixes(matcher_t *m, const char *value)
{
	bgp_prefix_match_t *list = NULL;
	char item[CONFIG_ITEM_MAX];
	config_range_t range;
	size_t count = 0;

	while (config_next_item(&value, item))
	{
		if (config_parse_range(item, &range))
		{
			list = mem_resize(list, count + 1, sizeof(*list));
			list[count++] = (bgp_prefix_match_t){
				.prefix = range.prefix,
				.ge = range.ge,
				.le = range.le,
			};
		}
	}
	bgp_policy_match_prefixes(next_match(m), list, count);
	free(list);
}

static void match_family(matcher_t *m, const char *item)
{
	family_t family;

	if (config_parse_family(item, &family))
	{
		bgp_policy_match_family(next_match(m), family);
	}
}

static void match_local(matcher_t *m, const char *item)
{
	bgp_policy_match_local(next_match(m));
}

bgp_source_t policy_source(config_route_source_t source)
{
	switch (source)
	{
		case CONFIG_SOURCE_NEIGHBOR:
			return BGP_SOURCE_PEER;
		case CONFIG_SOURCE_ADVERTISE:
			return BGP_SOURCE_ADVERTISE;
		case CONFIG_SOURCE_CONNECTED:
			return BGP_SOURCE_CONNECTED;
		case CONFIG_SOURCE_STATIC:
			return BGP_SOURCE_STATIC;
		case CONFIG_SOURCE_OTHER:
			return BGP_SOURCE_OTHER;
		case CONFIG_SOURCE_AGGREGATE:
			return BGP_SOURCE_AGGREGATE;
		case CONFIG_SOURCE_ROUTES:
			return BGP_SOURCE_ROUTES;
	}
	return BGP_SOURCE_PEER;
}

static void match_source(matcher_t *m, const char *item)
{
	config_route_source_t source;

	if (config_parse_source(item, &source))
	{
		bgp_policy_match_source(next_match(m), policy_source(source));
	}
}

static void match_neighbor(matcher_t *m, const char *item)
{
	bgp_policy_match_neighbor(next_match(m), item);
}

static void match_neighbor_as(matcher_t *m, const char *item)
{
	uint32_t asn;

	if (config_parse_asn(item, &asn))
	{
		bgp_policy_match_number(next_match(m), BGP_NUMBER_NEIGHBOR_AS, asn,
								asn);
	}
}

static void match_as(matcher_t *m, const char *item)
{
	uint32_t asn;

	if (config_parse_asn(item, &asn))
	{
		bgp_policy_match_as(next_match(m), asn);
	}
}

static void match_origin_as(matcher_t *m, const char *item)
{
	uint32_t asn;

	if (config_parse_asn(item, &asn))
	{
		bgp_policy_match_origin_as(next_match(m), asn);
	}
}

static void match_as_path(matcher_t *m, const char *value)
{
	char error[128];

	if (!bgp_policy_match_as_path(next_match(m), value, error, sizeof(error)))
	{
		/* the load's check is by the same code: memory at most */
		log_error("policy %s: as_path: %s", bgp_policy_name(m->policy), error);
		bgp_policy_match_prefixes(m->policy, NULL, 0);
	}
}

static void match_interval(matcher_t *m, bgp_policy_number_t number,
						   const char *item)
{
	config_interval_t interval;

	if (config_parse_interval(item, &interval))
	{
		bgp_policy_match_number(next_match(m), number, interval.low,
								interval.high);
	}
}

static void match_length(matcher_t *m, const char *item)
{
	match_interval(m, BGP_NUMBER_AS_PATH_LENGTH, item);
}

static void match_med(matcher_t *m, const char *item)
{
	match_interval(m, BGP_NUMBER_MED, item);
}

static void match_local_pref(matcher_t *m, const char *item)
{
	match_interval(m, BGP_NUMBER_LOCAL_PREF, item);
}

static void match_origin(matcher_t *m, const char *item)
{
	uint8_t origin;

	if (config_parse_origin(item, &origin))
	{
		bgp_policy_match_number(next_match(m), BGP_NUMBER_ORIGIN, origin,
								origin);
	}
}

static void match_next_hop(matcher_t *m, const char *item)
{
	prefix_t network;

	if (config_parse_network(item, &network))
	{
		bgp_policy_match_next_hop(next_match(m), &network);
	}
}

static bgp_blob_id_t blob_of(config_community_t kind)
{
	switch (kind)
	{
		case CONFIG_COMMUNITY:
			return BGP_BLOB_COMMUNITIES;
		case CONFIG_EXT_COMMUNITY:
			return BGP_BLOB_EXT_COMMUNITIES;
		case CONFIG_LARGE_COMMUNITY:
			break;
	}
	return BGP_BLOB_LARGE_COMMUNITIES;
}

static void match_communities(matcher_t *m, config_community_t kind,
							  const char *item)
{
	config_pattern_t pattern[CONFIG_PATTERNS_MAX];
	size_t count = config_parse_pattern(kind, item, pattern);

	for (size_t i = 0; i < count; i++)
	{
		bgp_policy_match_communities(next_match(m), blob_of(kind),
									 pattern[i].value, pattern[i].mask);
	}
}

static void match_community(matcher_t *m, const char *item)
{
	match_communities(m, CONFIG_COMMUNITY, item);
}

static void match_ext_community(matcher_t *m, const char *item)
{
	match_communities(m, CONFIG_EXT_COMMUNITY, item);
}

static void match_large_community(matcher_t *m, const char *item)
{
	match_communities(m, CONFIG_LARGE_COMMUNITY, item);
}

static const struct
{
	const char *key;
	/** the value is looked at as a whole, else each of its elements */
	bool whole;
	void (*add)(matcher_t *m, const char *item);
} matches[] = {
	{"prefixes", true, match_prefixes},
	{"family", true, match_family},
	{"local", true, match_local},
	{"source", false, match_source},
	{"neighbor", false, match_neighbor},
	{"neighbor_as", false, match_neighbor_as},
	{"as", false, match_as},
	{"origin_as", false, match_origin_as},
	{"as_path", true, match_as_path},
	{"as_path_length", false, match_length},
	{"med", false, match_med},
	{"local_pref", false, match_local_pref},
	{"origin", false, match_origin},
	{"next_hop", false, match_next_hop},
	{"community", false, match_community},
	{"ext_community", false, match_ext_community},
	{"large_community", false, match_large_community},
};

static void add_match(bgp_policy_t *policy, const char *key, const char *value,
					  bool except)
{
	matcher_t m = {.policy = policy, .except = except};
	char item[CONFIG_ITEM_MAX];

	for (size_t i = 0; i < countof(matches); i++)
	{
		if (strcmp(matches[i].key, key) != 0)
		{
			continue;
		}
		if (matches[i].whole)
		{
			matches[i].add(&m, value);
			break;
		}
		while (config_next_item(&value, item))
		{
			matches[i].add(&m, item);
		}
	}
	if (m.begun && except)
	{
		bgp_policy_match_not(policy);
	}
}

/** what a key of `set` is in the rule; NULL: it does not stand there */
static const char *set_value(const config_rule_t *rule, const char *key)
{
	for (size_t i = 0; i < rule->set_keys.count; i++)
	{
		if (strcmp(rule->set_keys.list[i], key) == 0)
		{
			return rule->set_values.list[i];
		}
	}
	return NULL;
}

static uint32_t number_of(const char *value)
{
	uint64_t number = 0;

	config_parse_number(value, 0, UINT32_MAX, &number);
	return (uint32_t)number;
}

static void set_local_pref(bgp_policy_t *policy, const config_rule_t *rule,
						   const char *value)
{
	bgp_policy_set_local_pref(policy, number_of(value));
}

static void set_med(bgp_policy_t *policy, const config_rule_t *rule,
					const char *value)
{
	bgp_policy_set_med(policy, number_of(value));
}

static void set_weight(bgp_policy_t *policy, const config_rule_t *rule,
					   const char *value)
{
	bgp_policy_set_weight(policy, (uint16_t)number_of(value));
}

static void set_next_hop(bgp_policy_t *policy, const config_rule_t *rule,
						 const char *value)
{
	addr_t next_hop;

	if (addr_parse(value, &next_hop))
	{
		bgp_policy_set_next_hop(policy, &next_hop);
	}
}

static void set_origin(bgp_policy_t *policy, const config_rule_t *rule,
					   const char *value)
{
	uint8_t origin;

	if (config_parse_origin(value, &origin))
	{
		bgp_policy_set_origin(policy, (bgp_origin_t)origin);
	}
}

static void set_prepend(bgp_policy_t *policy, const config_rule_t *rule,
						const char *value)
{
	const char *whose = set_value(rule, "prepend_as");
	uint32_t asn = 0;

	if (whose)
	{
		config_parse_asn(whose, &asn);
	}
	bgp_policy_set_prepend(policy, asn, number_of(value));
}

static void set_prepend_as(bgp_policy_t *policy, const config_rule_t *rule,
						   const char *value)
{
	uint32_t asn;

	if (!set_value(rule, "prepend") && config_parse_asn(value, &asn))
	{
		bgp_policy_set_prepend(policy, asn, 1);
	}
}

static void add_communities(bgp_policy_t *policy, config_community_t kind,
							const char *value)
{
	uint8_t community[CONFIG_COMMUNITY_MAX];
	char item[CONFIG_ITEM_MAX];

	while (config_next_item(&value, item))
	{
		if (config_parse_community(kind, item, community))
		{
			bgp_policy_add_communities(policy, blob_of(kind), community);
		}
	}
}

static void delete_communities(bgp_policy_t *policy, config_community_t kind,
							   const char *value)
{
	config_pattern_t pattern[CONFIG_PATTERNS_MAX];
	char item[CONFIG_ITEM_MAX];

	while (config_next_item(&value, item))
	{
		size_t count = config_parse_pattern(kind, item, pattern);

		for (size_t i = 0; i < count; i++)
		{
			bgp_policy_delete_communities(policy, blob_of(kind),
										  pattern[i].value, pattern[i].mask);
		}
	}
}

static void replace_communities(bgp_policy_t *policy, config_community_t kind,
								const char *value)
{
	delete_communities(policy, kind, "*");
	add_communities(policy, kind, value);
}

/** in the order in which they are done */
static const struct
{
	const char *key;
	void (*set)(bgp_policy_t *policy, const config_rule_t *rule,
				const char *value);
} sets[] = {
	{"local_pref", set_local_pref}, {"med", set_med},
	{"weight", set_weight},         {"next_hop", set_next_hop},
	{"origin", set_origin},         {"prepend", set_prepend},
	{"prepend_as", set_prepend_as},
};

/** the same of communities, after those */
static const struct
{
	const char *key;
	config_community_t kind;
	void (*set)(bgp_policy_t *policy, config_community_t kind,
				const char *value);
} community_sets[] = {
	{"replace_community", CONFIG_COMMUNITY, replace_communities},
	{"replace_ext_community", CONFIG_EXT_COMMUNITY, replace_communities},
	{"replace_large_community", CONFIG_LARGE_COMMUNITY, replace_communities},
	{"delete_community", CONFIG_COMMUNITY, delete_communities},
	{"delete_ext_community", CONFIG_EXT_COMMUNITY, delete_communities},
	{"delete_large_community", CONFIG_LARGE_COMMUNITY, delete_communities},
	{"community", CONFIG_COMMUNITY, add_communities},
	{"ext_community", CONFIG_EXT_COMMUNITY, add_communities},
	{"large_community", CONFIG_LARGE_COMMUNITY, add_communities},
};

static void add_sets(bgp_policy_t *policy, const config_rule_t *rule)
{
	const char *value;

	for (size_t i = 0; i < countof(sets); i++)
	{
		value = set_value(rule, sets[i].key);
		if (value)
		{
			sets[i].set(policy, rule, value);
		}
	}
	for (size_t i = 0; i < countof(community_sets); i++)
	{
		value = set_value(rule, community_sets[i].key);
		if (value)
		{
			community_sets[i].set(policy, community_sets[i].kind, value);
		}
	}
}

static bgp_verdict_t verdict_of(const config_rule_t *rule)
{
	if (strcmp(rule->verdict, "accept") == 0)
	{
		return BGP_POLICY_ACCEPT;
	}
	return strcmp(rule->verdict, "next") == 0 ? BGP_POLICY_NEXT
											  : BGP_POLICY_REJECT;
}

bgp_policy_t *policy_compile(const config_policy_t *section)
{
	bgp_policy_t *policy = bgp_policy_create(section->name);

	for (size_t i = 0; i < section->n_rules; i++)
	{
		const config_rule_t *rule = &section->rules[i];

		bgp_policy_rule(policy, rule->name, verdict_of(rule));
		for (size_t k = 0; k < rule->match_keys.count; k++)
		{
			add_match(policy, rule->match_keys.list[k],
					  rule->match_values.list[k], false);
		}
		for (size_t k = 0; k < rule->except_keys.count; k++)
		{
			add_match(policy, rule->except_keys.list[k],
					  rule->except_values.list[k], true);
		}
		add_sets(policy, rule);
	}
	return policy;
}
