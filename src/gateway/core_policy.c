/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Which policy a neighbour has. Without one of his own, a user gets the
 * default: what is the site's goes out, and what comes in is taken but for
 * what would hurt him.
 */

#include "gateway/core_neighbor.h"

#include "config/values.h"
#include "gateway/policy_compile.h"

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
		for (size_t i = 0; i < bundle->netmap.count; i++)
		{
			match_or_longer(m, &bundle->netmap.list[i].inside);
			match_or_longer(m, &bundle->netmap.list[i].mapped);
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

	/* a way to one far side is no offer to the others */
	bgp_policy_rule(policy, "static", BGP_POLICY_REJECT);
	bgp_policy_match_source(policy, BGP_SOURCE_ROUTES);
	bgp_policy_rule(policy, "ours", BGP_POLICY_ACCEPT);
	bgp_policy_match_local(policy);
	return policy;
}

bgp_policy_t *core_policy_named(const config_t *config, const char *name)
{
	const config_policy_t *section =
		name ? config_find_policy(config, name) : NULL;

	return section ? policy_compile(section) : NULL;
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
	/* the tunnel's and the bundle's are filled in */
	bgp_policy_t *policy = core_policy_named(config, neighbor->import_policy);

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
	bgp_policy_t *policy = core_policy_named(config, neighbor->export_policy);

	if (!policy && !internal(config, bundle, neighbor))
	{
		policy = default_export();
	}
	return policy;
}
