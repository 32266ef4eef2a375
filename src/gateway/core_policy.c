/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * From the configuration's rules to the speaker's policies. The values were
 * checked when the configuration was loaded; here they only change shape.
 * Without a policy of his own, a user gets the default one: `advertise` goes
 * out, and what comes in is taken but for what would hurt him.
 */

#include "gateway/core_private.h"

#include "config/values.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)CONFIG_PROTOCOL_OWN == (int)KERNEL_PROTO,
			   "what is learned is never redistributed");

/** never to be believed from a neighbour: this host, loopback, link-local and
 * multicast (RFC 6890), our own advertised prefixes and the tunnels' networks
 * are added to these */
static const char *const martians[] = {
	"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3",
	"::/8",      "fe80::/10",   "ff00::/8",
};

typedef struct matches_t
{
	bgp_prefix_match_t *list;
	size_t count;
} matches_t;

static void match_add(matches_t *m, const prefix_t *prefix, unsigned ge,
					  unsigned le)
{
	m->list = mem_resize(m->list, m->count + 1, sizeof(*m->list));
	m->list[m->count++] = (bgp_prefix_match_t){
		.prefix = *prefix,
		.ge = (uint8_t)ge,
		.le = (uint8_t)le,
	};
}

static void match_or_longer(matches_t *m, const prefix_t *prefix)
{
	match_add(m, prefix, prefix->len, addr_bits(&prefix->addr));
}

/** the default route, but not what is in it */
static void match_default(matches_t *m, const char *text)
{
	prefix_t prefix;

	prefix_parse(text, &prefix);
	match_add(m, &prefix, 0, 0);
}

static void match_martians(matches_t *m)
{
	for (size_t i = 0; i < countof(martians); i++)
	{
		prefix_t prefix;

		prefix_parse(martians[i], &prefix);
		match_or_longer(m, &prefix);
	}
}

static void match_own(matches_t *m, const config_t *config)
{
	for (size_t i = 0; i < config->advertise.count; i++)
	{
		match_or_longer(m, &config->advertise.list[i]);
	}
	for (size_t b = 0; b < config->n_bundles; b++)
	{
		const config_bundle_t *bundle = &config->bundles[b];

		for (size_t t = 0; t < bundle->n_tunnels; t++)
		{
			const config_tunnel_t *tunnel = &bundle->tunnels[t];

			for (size_t a = 0; a < tunnel->n_addresses; a++)
			{
				prefix_t net = ifaddr_prefix(&tunnel->addresses[a]);

				match_or_longer(m, &net);
			}
		}
	}
}

static bgp_policy_t *default_import(const config_t *config,
									const config_bundle_t *bundle)
{
	bgp_policy_t *policy = bgp_policy_create("default-import");
	matches_t m = {0};

	match_martians(&m);
	match_own(&m, config);
	if (!bundle->accept_default)
	{
		match_default(&m, "0.0.0.0/0");
		match_default(&m, "::/0");
	}
	bgp_policy_rule(policy, "not-wanted", BGP_POLICY_REJECT);
	bgp_policy_match_prefixes(policy, m.list, m.count);
	bgp_policy_rule(policy, "others", BGP_POLICY_ACCEPT);
	free(m.list);
	return policy;
}

static bgp_policy_t *default_export(void)
{
	bgp_policy_t *policy = bgp_policy_create("default-export");

	bgp_policy_rule(policy, "advertise", BGP_POLICY_ACCEPT);
	bgp_policy_match_local(policy);
	return policy;
}

static void add_match(bgp_policy_t *policy, const char *key, const char *value)
{
	char item[CONFIG_ITEM_MAX];
	matches_t m = {0};
	config_range_t range;
	family_t family;
	uint32_t number;

	while (config_next_item(&value, item))
	{
		if (strcmp(key, "prefixes") == 0 && config_parse_range(item, &range))
		{
			match_add(&m, &range.prefix, range.ge, range.le);
		}
		else if (strcmp(key, "family") == 0 &&
				 config_parse_family(item, &family))
		{
			bgp_policy_match_family(policy, family);
		}
		else if (strcmp(key, "local") == 0)
		{
			bgp_policy_match_local(policy);
		}
		else if (strcmp(key, "community") == 0 &&
				 config_parse_community(item, &number))
		{
			bgp_policy_match_community(policy, number);
		}
		else if (strcmp(key, "as") == 0 && config_parse_asn(item, &number))
		{
			bgp_policy_match_as(policy, number);
		}
	}
	if (m.count)
	{
		bgp_policy_match_prefixes(policy, m.list, m.count);
	}
	free(m.list);
}

static void add_set(bgp_policy_t *policy, const char *key, const char *value)
{
	char item[CONFIG_ITEM_MAX];
	uint32_t community;

	while (config_next_item(&value, item))
	{
		uint32_t number = (uint32_t)strtoul(item, NULL, 10);

		if (strcmp(key, "local_pref") == 0)
		{
			bgp_policy_set_local_pref(policy, number);
		}
		else if (strcmp(key, "med") == 0)
		{
			bgp_policy_set_med(policy, number);
		}
		else if (strcmp(key, "prepend") == 0)
		{
			bgp_policy_set_prepend(policy, 0, number);
		}
		else if (strcmp(key, "community") == 0 &&
				 config_parse_community(item, &community))
		{
			bgp_policy_add_community(policy, community);
		}
	}
}

static bgp_policy_t *compile(const config_policy_t *section)
{
	bgp_policy_t *policy = bgp_policy_create(section->name);

	for (size_t i = 0; i < section->n_rules; i++)
	{
		const config_rule_t *rule = &section->rules[i];

		bgp_policy_rule(policy, rule->name,
						strcmp(rule->verdict, "accept") == 0 ? BGP_POLICY_ACCEPT
						: strcmp(rule->verdict, "next") == 0
							? BGP_POLICY_NEXT
							: BGP_POLICY_REJECT);
		for (size_t k = 0; k < rule->match_keys.count; k++)
		{
			add_match(policy, rule->match_keys.list[k],
					  rule->match_values.list[k]);
		}
		for (size_t k = 0; k < rule->set_keys.count; k++)
		{
			add_set(policy, rule->set_keys.list[k], rule->set_values.list[k]);
		}
	}
	return policy;
}

bgp_policy_t *core_policy_named(const config_t *config, const char *name)
{
	const config_policy_t *section =
		name ? config_find_policy(config, name) : NULL;

	return section ? compile(section) : NULL;
}

/** a router of the site's own, to whom we speak as one of them */
static bool internal(const config_t *config, const config_bundle_t *bundle,
					 const config_neighbor_t *neighbor)
{
	uint32_t local = neighbor->local_as ? neighbor->local_as : config->asn;

	return !bundle && neighbor->remote_as == local;
}

bgp_policy_t *core_policy_import(const config_t *config,
								 const config_bundle_t *bundle,
								 const config_neighbor_t *neighbor)
{
	const char *name = neighbor->import_policy ? neighbor->import_policy
					   : bundle                ? bundle->import_policy
											   : NULL;
	bgp_policy_t *policy = core_policy_named(config, name);

	/* a tunnel's far side is there for its routes; another AS beside tunnels
	 * gives nothing unasked (RFC 8212) */
	if (!policy && bundle)
	{
		policy = default_import(config, bundle);
	}
	return policy;
}

bgp_policy_t *core_policy_export(const config_t *config,
								 const config_bundle_t *bundle,
								 const config_neighbor_t *neighbor)
{
	const char *name = neighbor->export_policy ? neighbor->export_policy
					   : bundle                ? bundle->export_policy
											   : NULL;
	bgp_policy_t *policy = core_policy_named(config, name);

	if (!policy && !internal(config, bundle, neighbor))
	{
		policy = default_export();
	}
	return policy;
}
