/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The tables. Rows stand in the order in which the manual page shows them.
 * A default that a cloud's profile changes is in profile.c.
 */

#include "config/schema.h"

#include "base/suggest.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define IN(scope) (1u << (scope))
/** every section that tells of a BGP neighbour */
#define IN_NEIGHBORS (IN(CONFIG_IN_NEIGHBOR) | IN(CONFIG_IN_PEER))

#define AT(type, member)                                                       \
	.at = offsetof(type, member), .size = sizeof(((type *)NULL)->member)
#define ROOT(member)     AT(config_t, member)
#define BUNDLE(member)   AT(config_bundle_t, member)
#define TUNNEL(member)   AT(config_tunnel_t, member)
#define NEIGHBOR(member) AT(config_neighbor_t, member)

#define ARRAY(type, array, number)                                             \
	.list = offsetof(type, array), .count = offsetof(type, number)
#define ELEMENT(type) .size = sizeof(type), .name_at = offsetof(type, name)

static const config_section_t sections[] = {
	{CONFIG_IN_ROOT, CONFIG_IN_BUNDLE, CONFIG_SHAPE_LIST, "bundles", "BUNDLE",
	 ARRAY(config_t, bundles, n_bundles), .max = CONFIG_TUNNELS_MAX,
	 ELEMENT(config_bundle_t),
	 .text = "Tunnels that are used together towards one far side."},
	{CONFIG_IN_BUNDLE, CONFIG_IN_TUNNEL, CONFIG_SHAPE_LIST, "tunnels", "TUNNEL",
	 ARRAY(config_bundle_t, tunnels, n_tunnels), .max = CONFIG_MEMBERS_MAX,
	 ELEMENT(config_tunnel_t),
	 .text = "The members of the bundle. The section's name is the name of "
			 "its connection in swanctl.conf unless 'connection' or "
			 "'interface' says otherwise; no two tunnels share a name."},
	{CONFIG_IN_TUNNEL, CONFIG_IN_NEIGHBOR, CONFIG_SHAPE_ONE, "neighbor", NULL,
	 ARRAY(config_tunnel_t, neighbors, n_neighbors), .max = 2,
	 ELEMENT(config_neighbor_t),
	 .text = "The BGP neighbour at the far end of the tunnel, reached over "
			 "IPv4 or IPv6. It carries the tunnel's name."},
	{CONFIG_IN_TUNNEL, CONFIG_IN_NEIGHBOR, CONFIG_SHAPE_ONE, "neighbor6", NULL,
	 ARRAY(config_tunnel_t, neighbors, n_neighbors), .max = 2,
	 ELEMENT(config_neighbor_t),
	 .text = "A second session through the same tunnel, over IPv6, with the "
			 "options of 'neighbor'. It is named TUNNEL/6."},
	{CONFIG_IN_ROOT, CONFIG_IN_PEER, CONFIG_SHAPE_LIST, "neighbors", "NEIGHBOR",
	 ARRAY(config_t, neighbors, n_neighbors), .max = CONFIG_TUNNELS_MAX,
	 ELEMENT(config_neighbor_t),
	 .text = "BGP neighbours that are not at the end of a tunnel: the site's "
			 "own routers, a second gateway."},
	{CONFIG_IN_ROOT, CONFIG_IN_POLICY, CONFIG_SHAPE_LIST, "policies", "POLICY",
	 ARRAY(config_t, policies, n_policies), .max = CONFIG_TUNNELS_MAX,
	 ELEMENT(config_policy_t),
	 .text = "Routing policies, used as 'import' and 'export'. The rules are "
			 "the policy's subsections, tried in order; a route that no rule "
			 "decides is rejected."},
	{CONFIG_IN_POLICY, CONFIG_IN_RULE, CONFIG_SHAPE_LIST, "", "RULE",
	 ARRAY(config_policy_t, rules, n_rules), .max = CONFIG_TUNNELS_MAX,
	 ELEMENT(config_rule_t),
	 .text = "One rule: what it matches, what it changes, its verdict."},
	{CONFIG_IN_RULE, CONFIG_IN_MATCH, CONFIG_SHAPE_PART, "match", NULL,
	 .text = "What the rule applies to. All that is written has to hold; an "
			 "empty or missing section matches every route."},
	{CONFIG_IN_RULE, CONFIG_IN_SET, CONFIG_SHAPE_PART, "set", NULL,
	 .text = "What the rule changes in a route that it matches."},
};

/* in the order of the enums of config.h */
static const char *const cares[] = {"check", "set", "ignore", NULL};
static const char *const modes[] = {"active-active", "active-standby", NULL};
static const char *const keeps[] = {"guard", "all", "none", NULL};
static const char *const downs[] = {"withdraw", "unreachable", NULL};
static const char *const lost[] = {"keep", "reset", NULL};
/* kept as text */
static const char *const profiles[] = {"alibaba", "aws", "azure",
									   "gcp",     "oci", NULL};
static const char *const verdicts[] = {"accept", "reject", "next", NULL};

static const config_option_t options[] = {
	/* cygnet */
	{IN(CONFIG_IN_ROOT), "asn", CONFIG_ASN, ROOT(asn),
	 .text = "The site's own autonomous system number, as 65530 or 1.10. "
			 "Required as soon as there is a BGP neighbour."},
	{IN(CONFIG_IN_ROOT), "router_id", CONFIG_ROUTER_ID, ROOT(router_id),
	 .text = "The BGP identifier, written as an IPv4 address: one of this "
			 "gateway's that does not change. Required as soon as there is a "
			 "BGP neighbour. It is never guessed, as a changed one resets "
			 "every session."},
	{IN(CONFIG_IN_ROOT), "advertise", CONFIG_PREFIXES, ROOT(advertise),
	 .text = "The site's prefixes, announced to the neighbours."},
	{IN(CONFIG_IN_ROOT), "inside", CONFIG_LINKS, ROOT(inside),
	 .text = "The links of the site's own side. Without it, all links that "
			 "are neither tunnels nor the way to the peers."},
	{IN(CONFIG_IN_ROOT), "multipath", CONFIG_NUMBER, ROOT(multipath), .min = 1,
	 .max = 16, .fallback = "16",
	 .text = "How many equally good paths to a prefix are used at once."},
	{IN(CONFIG_IN_ROOT), "table", CONFIG_TABLE, ROOT(table), .min = 1,
	 .max = UINT32_MAX, .fallback = "main",
	 .text = "The kernel's routing table for learned routes."},
	{IN(CONFIG_IN_ROOT), "metric", CONFIG_NUMBER, ROOT(metric), .min = 1,
	 .max = UINT32_MAX, .fallback = "20",
	 .text = "The metric of learned routes in the kernel."},
	{IN(CONFIG_IN_ROOT), "keep_on_stop", CONFIG_CHOICE, ROOT(keep_on_stop),
	 .names = keeps, .fallback = "guard",
	 .text = "What stays in the kernel after an orderly stop: 'guard' keeps "
			 "links, addresses and the leak guard, 'all' the routes too."},
	{IN(CONFIG_IN_ROOT), "forwarding", CONFIG_CHOICE, ROOT(forwarding),
	 .names = cares, .fallback = "check",
	 .text = "The kernel's forwarding switches of the families in use: 'set' "
			 "switches them on, 'check' only tells of them in the status."},
	{IN(CONFIG_IN_ROOT), "multipath_hash", CONFIG_CHOICE, ROOT(multipath_hash),
	 .names = cares, .fallback = "set",
	 .text = "The sysctls fib_multipath_hash_policy of both families: 1 "
			 "spreads the flows between two hosts over the tunnels."},
	{IN(CONFIG_IN_ROOT), "nexthop_compat", CONFIG_CHOICE, ROOT(nexthop_compat),
	 .names = cares, .fallback = "set",
	 .text = "The sysctl nexthop_compat_mode: with 0 a lost tunnel costs one "
			 "message instead of one for each route."},
	{IN(CONFIG_IN_ROOT), "leak_guard", CONFIG_BOOL, ROOT(leak_guard),
	 .fallback = "yes",
	 .text = "Drop packets to protected prefixes that would leave outside "
			 "the tunnels."},
	{IN(CONFIG_IN_ROOT), "mss_clamp", CONFIG_BOOL, ROOT(mss_clamp),
	 .fallback = "yes",
	 .text = "Clamp TCP's segment size to what the tunnels can carry."},
	{IN(CONFIG_IN_ROOT), "pin_underlay", CONFIG_BOOL, ROOT(pin_underlay),
	 .fallback = "yes",
	 .text = "Keep the way to the peers' outer addresses out of reach of "
			 "learned routes."},
	/* cygnet.bundles.BUNDLE */
	{IN(CONFIG_IN_BUNDLE), "profile", CONFIG_ONE_OF, BUNDLE(profile),
	 .names = profiles,
	 .text = "The cloud at the far side. It gives defaults and checks what is "
			 "known not to work there; see PROFILES."},
	{IN(CONFIG_IN_BUNDLE), "mode", CONFIG_CHOICE, BUNDLE(mode), .names = modes,
	 .fallback = "active-active",
	 .text = "Use all tunnels at once, or the one of the best priority."},
	{IN(CONFIG_IN_BUNDLE), "when_down", CONFIG_CHOICE, BUNDLE(when_down),
	 .names = downs, .fallback = "withdraw",
	 .text = "When no member is left: only withdraw the routes, or put "
			 "unreachable routes for the protected prefixes in their place."},
	{IN(CONFIG_IN_BUNDLE), "protect", CONFIG_PROTECT, BUNDLE(protect),
	 .count_at = offsetof(config_bundle_t, protect_default),
	 .fallback = "default",
	 .text = "Prefixes that may leave by the members only, 'none', or "
			 "'default': the private ranges (RFC 1918, RFC 4193) less what is "
			 "advertised and the peers' outer addresses that stand in the "
			 "file."},
	{IN(CONFIG_IN_BUNDLE), "exits", CONFIG_LINKS, BUNDLE(exits),
	 .text = "Other links by which protected prefixes may leave."},
	{IN(CONFIG_IN_BUNDLE), "accept_default", CONFIG_BOOL,
	 BUNDLE(accept_default), .fallback = "no",
	 .text =
		 "Take a default route from the neighbours. Other routes that cover a "
		 "peer's outer address are taken if the peer is pinned."},
	{IN(CONFIG_IN_BUNDLE), "import", CONFIG_WORD, BUNDLE(import_policy),
	 .text = "The policy for what the members' neighbours announce. Without "
			 "it, all is taken but this site's own prefixes, the tunnels' "
			 "networks, what is no network (RFC 6890) and, unless "
			 "accept_default says so, a default route."},
	{IN(CONFIG_IN_BUNDLE), "export", CONFIG_WORD, BUNDLE(export_policy),
	 .text = "The policy for what is announced. Without it: what 'advertise' "
			 "says."},
	/* cygnet.bundles.BUNDLE.tunnels.TUNNEL */
	{IN(CONFIG_IN_TUNNEL), "connection", CONFIG_WORD, TUNNEL(connection),
	 .text = "The connection in swanctl.conf. Default: the section's name."},
	{IN(CONFIG_IN_TUNNEL), "interface", CONFIG_LINK, TUNNEL(interface),
	 .text = "An existing link (a VLAN of a leased line, a WireGuard or GRE "
			 "interface) in place of a connection. It is neither made nor "
			 "removed."},
	{IN(CONFIG_IN_TUNNEL), "interface_name", CONFIG_LINK, TUNNEL(link),
	 .text = "The name of the XFRM interface, 15 bytes at most. Default: "
			 "cyg- and the tunnel's name."},
	{IN(CONFIG_IN_TUNNEL), "address", CONFIG_IFADDRS, TUNNEL(addresses),
	 .count_at = offsetof(config_tunnel_t, n_addresses),
	 .text = "Our addresses inside the tunnel, each with its prefix length."},
	{IN(CONFIG_IN_TUNNEL), "mtu", CONFIG_NUMBER, TUNNEL(mtu), .min = 576,
	 .max = 65535, .or_zero = true, .fallback = "0",
	 .text = "The link's MTU in bytes; 0 computes it. At least 1280 with an "
			 "IPv6 address."},
	{IN(CONFIG_IN_TUNNEL), "weight", CONFIG_NUMBER, TUNNEL(weight), .min = 1,
	 .max = 255, .fallback = "1",
	 .text = "The tunnel's share of the flows among its bundle's members."},
	{IN(CONFIG_IN_TUNNEL), "priority", CONFIG_NUMBER, TUNNEL(priority),
	 .min = 0, .max = 255, .fallback = "0",
	 .text = "In an active-standby bundle: the smallest is used first."},
	{IN(CONFIG_IN_TUNNEL), "on_down", CONFIG_CHOICE, TUNNEL(on_down),
	 .names = lost, .fallback = "keep",
	 .text = "The BGP session of a lost tunnel: keep it until its hold time, "
			 "or reset it at once."},
	/* neighbours */
	{IN_NEIGHBORS, "address", CONFIG_ADDRESS, NEIGHBOR(address),
	 .text = "The neighbour's address. Required."},
	{IN_NEIGHBORS, "remote_as", CONFIG_ASN, NEIGHBOR(remote_as),
	 .text = "The neighbour's autonomous system number. Required."},
	{IN_NEIGHBORS, "local_as", CONFIG_ASN, NEIGHBOR(local_as),
	 .text = "Our number towards this neighbour. Default: that of the site."},
	{IN(CONFIG_IN_PEER), "local_address", CONFIG_ADDRESS,
	 NEIGHBOR(local_address),
	 .text = "Our own end of the session. Default: as the kernel routes."},
	{IN_NEIGHBORS, "hold_time", CONFIG_NUMBER, NEIGHBOR(hold_time), .min = 3,
	 .max = 65535, .or_zero = true, .fallback = "90",
	 .text = "Seconds without a message until the session is lost; the lower "
			 "of both sides counts. 0: never (RFC 4271)."},
	{IN_NEIGHBORS, "keepalive", CONFIG_NUMBER, NEIGHBOR(keepalive), .min = 1,
	 .max = 65534, .or_zero = true, .fallback = "0",
	 .text = "Seconds between KEEPALIVE messages; 0: a third of the hold "
			 "time."},
	{IN_NEIGHBORS, "connect_retry", CONFIG_NUMBER, NEIGHBOR(connect_retry),
	 .min = 1, .max = 3600, .fallback = "30",
	 .text = "Seconds between attempts to connect."},
	{IN_NEIGHBORS, "passive", CONFIG_BOOL, NEIGHBOR(passive), .fallback = "no",
	 .text = "Wait for the neighbour to connect."},
	{IN_NEIGHBORS, "ipv4", CONFIG_BOOL, NEIGHBOR(ipv4),
	 .text = "Exchange IPv4 routes. Default: yes if the tunnel has an IPv4 "
			 "address, or the session runs over IPv4."},
	{IN_NEIGHBORS, "ipv6", CONFIG_BOOL, NEIGHBOR(ipv6),
	 .text = "Exchange IPv6 routes. Default: yes if the tunnel has an IPv6 "
			 "address, or the session runs over IPv6."},
	{IN_NEIGHBORS, "next_hop_self", CONFIG_BOOL, NEIGHBOR(next_hop_self),
	 .fallback = "no",
	 .text = "Be the next hop of what is passed on to an iBGP neighbour."},
	{IN_NEIGHBORS, "multihop", CONFIG_NUMBER, NEIGHBOR(multihop), .min = 0,
	 .max = 255, .fallback = "0",
	 .text = "The TTL of a session to a neighbour that is not on link; 0: it "
			 "is."},
	{IN_NEIGHBORS, "max_prefix", CONFIG_NUMBER, NEIGHBOR(max_prefix), .min = 0,
	 .max = UINT32_MAX, .fallback = "1000000",
	 .text = "Prefixes of a family that are taken before the session is ended "
			 "(RFC 4486); 0: no limit."},
	{IN_NEIGHBORS, "max_prefix_restart", CONFIG_NUMBER,
	 NEIGHBOR(max_prefix_restart), .min = 0, .max = 65535, .fallback = "0",
	 .text = "Seconds after which a session ended by max_prefix is tried "
			 "again; 0: not before a person does."},
	{IN_NEIGHBORS, "import", CONFIG_WORD, NEIGHBOR(import_policy),
	 .text = "The policy for what it announces. Default: the bundle's."},
	{IN_NEIGHBORS, "export", CONFIG_WORD, NEIGHBOR(export_policy),
	 .text = "The policy for what it is told. Default: the bundle's."},
	{IN_NEIGHBORS, "password", CONFIG_SECRET, NEIGHBOR(password), .min = 1,
	 .max = 80,
	 .text = "The key of TCP MD5 signatures (RFC 2385), 80 bytes at most."},
	/* cygnet.policies.POLICY.RULE */
	{IN(CONFIG_IN_RULE), "verdict", CONFIG_ONE_OF, AT(config_rule_t, verdict),
	 .names = verdicts, .fallback = "accept",
	 .text = "Accept the route, reject it, or go on with the next rule."},
	{IN(CONFIG_IN_MATCH), "prefixes", CONFIG_RAW_RANGES,
	 .text = "Prefixes, each exact or with the lengths that match within it: "
			 "10.0.0.0/8 ge 16 le 24."},
	{IN(CONFIG_IN_MATCH), "family", CONFIG_RAW_FAMILY,
	 .text = "Routes of one family."},
	{IN(CONFIG_IN_MATCH), "local", CONFIG_RAW_YES,
	 .text = "Only our own prefixes (advertise)."},
	{IN(CONFIG_IN_MATCH), "community", CONFIG_RAW_COMMUNITY,
	 .text = "Routes that carry the community: 65530:120, or a well-known "
			 "name as no-export."},
	{IN(CONFIG_IN_MATCH), "as", CONFIG_RAW_ASN,
	 .text = "Routes whose path goes through the AS."},
	{IN(CONFIG_IN_SET), "local_pref", CONFIG_RAW_NUMBER, .min = 0,
	 .max = UINT32_MAX,
	 .text = "LOCAL_PREF; higher is preferred, 100 is usual."},
	{IN(CONFIG_IN_SET), "med", CONFIG_RAW_NUMBER, .min = 0, .max = UINT32_MAX,
	 .text = "MULTI_EXIT_DISC; lower is preferred."},
	{IN(CONFIG_IN_SET), "prepend", CONFIG_RAW_NUMBER, .min = 1, .max = 10,
	 .text = "Put our AS in front of the path this many times more."},
	{IN(CONFIG_IN_SET), "community", CONFIG_RAW_COMMUNITIES,
	 .text = "Communities to add."},
};

const config_section_t *config_schema_sections(size_t *count)
{
	*count = countof(sections);
	return sections;
}

const config_option_t *config_schema_options(size_t *count)
{
	*count = countof(options);
	return options;
}

const config_option_t *config_schema_option(config_scope_t scope,
											const char *key)
{
	for (size_t i = 0; i < countof(options); i++)
	{
		if (options[i].scopes & IN(scope) && !strcmp(options[i].key, key))
		{
			return &options[i];
		}
	}
	return NULL;
}

const config_section_t *config_schema_section(config_scope_t parent,
											  const char *name)
{
	for (size_t i = 0; i < countof(sections); i++)
	{
		if (sections[i].parent == parent && !strcmp(sections[i].name, name))
		{
			return &sections[i];
		}
	}
	return NULL;
}

const char *config_schema_suggest(config_scope_t scope, const char *word)
{
	suggest_t suggest;

	suggest_init(&suggest, word);
	for (size_t i = 0; i < countof(options); i++)
	{
		if (options[i].scopes & IN(scope))
		{
			suggest_offer(&suggest, options[i].key);
		}
	}
	for (size_t i = 0; i < countof(sections); i++)
	{
		if (sections[i].parent == scope && *sections[i].name)
		{
			suggest_offer(&suggest, sections[i].name);
		}
	}
	return suggest.best;
}

/** "a, b or c" */
static void add_names(text_t *text, const char *const *names)
{
	for (size_t i = 0; names[i]; i++)
	{
		text_printf(text, "%s%s",
					!i             ? ""
					: names[i + 1] ? ", "
								   : " or ",
					names[i]);
	}
}

char *config_schema_values(const config_option_t *option)
{
	text_t text = {.len = 0};

	switch (option->type)
	{
		case CONFIG_BOOL:
			text_add(&text, "yes or no");
			break;
		case CONFIG_RAW_YES:
			text_add(&text, "yes");
			break;
		case CONFIG_NUMBER:
		case CONFIG_RAW_NUMBER:
			text_printf(&text, "%s%" PRIu64 " to %" PRIu64,
						option->or_zero ? "0, or " : "", option->min,
						option->max);
			break;
		case CONFIG_CHOICE:
		case CONFIG_ONE_OF:
			add_names(&text, option->names);
			break;
		case CONFIG_ASN:
		case CONFIG_RAW_ASN:
			text_add(&text, "AS number");
			break;
		case CONFIG_ROUTER_ID:
			text_add(&text, "IPv4 address");
			break;
		case CONFIG_TABLE:
			text_add(&text, "main, or 1 to 4294967295");
			break;
		case CONFIG_ADDRESS:
			text_add(&text, "address");
			break;
		case CONFIG_IFADDRS:
			text_add(&text, "ADDRESS/LENGTH, ...");
			break;
		case CONFIG_PREFIXES:
			text_add(&text, "prefixes");
			break;
		case CONFIG_PROTECT:
			text_add(&text, "default, none, or prefixes");
			break;
		case CONFIG_LINKS:
			text_add(&text, "links");
			break;
		case CONFIG_LINK:
			text_add(&text, "link");
			break;
		case CONFIG_WORD:
			text_add(&text, "name");
			break;
		case CONFIG_SECRET:
			text_add(&text, "secret");
			break;
		case CONFIG_RAW_RANGES:
			text_add(&text, "PREFIX [ge N] [le N], ...");
			break;
		case CONFIG_RAW_FAMILY:
			text_add(&text, "ipv4 or ipv6");
			break;
		case CONFIG_RAW_COMMUNITY:
			text_add(&text, "community");
			break;
		case CONFIG_RAW_COMMUNITIES:
			text_add(&text, "communities");
			break;
	}
	return text_take(&text);
}
