/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * From the configuration's rules to the speaker's policies. The values were
 * checked when the configuration was loaded; here they only change shape.
 * Without a policy of his own, a user gets the default one: `advertise` goes
 * out, and what comes in is taken but for what would hurt him.
 */

#include "gateway/core_private.h"

#include <stdlib.h>
#include <string.h>

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
	if (!bundle || !bundle->accept_default)
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

/** "a, b" one by one, trimmed, in place of copies */
static char *next_word(char **rest)
{
	char *word, *end;

	while (*rest && (word = strsep(rest, ",")))
	{
		word += strspn(word, " \t");
		end = word + strlen(word);
		while (end > word && (end[-1] == ' ' || end[-1] == '\t'))
		{
			*--end = '\0';
		}
		if (*word)
		{
			return word;
		}
	}
	return NULL;
}

/** "10.0.0.0/8", "10.0.0.0/8+", "10.0.0.0/8{16,24}" */
static void match_text(matches_t *m, char *word)
{
	unsigned ge = 0, le = 0;
	char *range = strchr(word, '{');
	size_t len = strlen(word);
	bool longer = !range && len && word[len - 1] == '+';
	prefix_t prefix;

	if (range)
	{
		*range++ = '\0';
		ge = (unsigned)strtoul(range, &range, 10);
		le = *range == ',' ? (unsigned)strtoul(range + 1, NULL, 10) : ge;
	}
	if (longer)
	{
		word[len - 1] = '\0';
	}
	if (!prefix_parse(word, &prefix))
	{
		return;
	}
	if (longer)
	{
		match_or_longer(m, &prefix);
	}
	else
	{
		match_add(m, &prefix, range ? ge : prefix.len, range ? le : prefix.len);
	}
}

static uint32_t community(const char *text)
{
	char *end;
	unsigned long high = strtoul(text, &end, 10);

	if (strcmp(text, "no-export") == 0)
	{
		return 0xffffff01;
	}
	if (strcmp(text, "no-advertise") == 0)
	{
		return 0xffffff02;
	}
	if (strcmp(text, "graceful-shutdown") == 0)
	{
		return 0xffff0000;
	}
	return (uint32_t)(high << 16 |
					  (*end == ':' ? strtoul(end + 1, NULL, 10) : 0));
}

static void add_match(bgp_policy_t *policy, const char *key, const char *value)
{
	char *copy = str_copy(value), *rest = copy, *word;
	matches_t m = {0};

	while ((word = next_word(&rest)))
	{
		if (strcmp(key, "prefixes") == 0)
		{
			match_text(&m, word);
		}
		else if (strcmp(key, "family") == 0)
		{
			bgp_policy_match_family(
				policy, strcmp(word, "ipv6") == 0 ? FAMILY_IPV6 : FAMILY_IPV4);
		}
		else if (strcmp(key, "local") == 0 && strcmp(word, "yes") == 0)
		{
			bgp_policy_match_local(policy);
		}
		else if (strcmp(key, "community") == 0)
		{
			bgp_policy_match_community(policy, community(word));
		}
		else if (strcmp(key, "as") == 0)
		{
			bgp_policy_match_as(policy, (uint32_t)strtoul(word, NULL, 10));
		}
	}
	if (m.count)
	{
		bgp_policy_match_prefixes(policy, m.list, m.count);
	}
	free(m.list);
	free(copy);
}

static void add_set(bgp_policy_t *policy, const char *key, const char *value)
{
	char *copy = str_copy(value), *rest = copy, *word;

	while ((word = next_word(&rest)))
	{
		uint32_t number = (uint32_t)strtoul(word, NULL, 10);

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
		else if (strcmp(key, "community") == 0)
		{
			bgp_policy_add_community(policy, community(word));
		}
	}
	free(copy);
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

static bgp_policy_t *named(const config_t *config, const char *name)
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
	bgp_policy_t *policy = named(config, name);

	if (!policy && !internal(config, bundle, neighbor))
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
	bgp_policy_t *policy = named(config, name);

	if (!policy && !internal(config, bundle, neighbor))
	{
		policy = default_export();
	}
	return policy;
}
