/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Four neighbours: one in full health, one that a limit stopped and that said
 * what a terminal should not obey, one that a person shut down, and a router
 * of the site's own that never answered. Four prefixes, with a path for each
 * thing that can become of one, and a static route.
 */

#include "unit/cli/fake_state.h"

#include <string.h>

#include "bgp/attr.h"
#include "unit/cli/fake_tunnels.h"

#define NOW FAKE_NOW

#define OFFERED                                                                \
	(BGP_IPV4 | BGP_IPV6 | BGP_CAP_AS4 | BGP_CAP_REFRESH |                     \
	 BGP_CAP_ENHANCED_REFRESH | BGP_CAP_EXTENDED_MESSAGE | BGP_CAP_RESTART |   \
	 BGP_CAP_NOTIFICATION_RESTART)

struct bgp_peer_t
{
	bgp_peer_config_t config;
	bgp_peer_info_t info;
};

struct bgp_t
{
	int unused;
};

struct fib_t
{
	int unused;
};

enum
{
	ALI1,
	ALI2,
	ALI3,
	CORE,
	PEERS,
};

static bgp_peer_t peers[PEERS];
static bgp_t bgp;
static fib_t fib;
/** those of fake_tunnels.c */
static config_bundle_t *bundle;
static config_tunnel_t *tunnels;
static config_neighbor_t neighbors[PEERS];
static config_t config;

/* -- policies -------------------------------------------------------------- */

#define W(text) ((char[]){text})
/** words that are never written to, as the configuration has them */
#define WORDS(...)                                                             \
	{                                                                          \
		.list = (char *[]){__VA_ARGS__},                                       \
		.count = sizeof((char *[]){__VA_ARGS__}) / sizeof(char *),             \
	}

static config_rule_t rules[] = {
	{
		.name = W("not-wanted"),
		.match_keys = WORDS(W("prefixes")),
		.match_values = WORDS(W("0.0.0.0/0, 10.0.0.0/8 ge 25")),
		.verdict = W("reject"),
	},
	{
		.name = W("prefer"),
		.match_keys = WORDS(W("community")),
		.match_values = WORDS(W("65530:120")),
		.except_keys = WORDS(W("family")),
		.except_values = WORDS(W("ipv6")),
		.set_keys = WORDS(W("local_pref"), W("delete_community")),
		.set_values = WORDS(W("200"), W("no-export")),
		.verdict = W("accept"),
	},
};

static config_policy_t policies[] = {
	{.name = W("cloud-in"), .rules = rules, .n_rules = countof(rules)},
};
static view_neighbor_t seen_peers[PEERS];
static view_state_t state;
static bool made;

/* -- attributes ------------------------------------------------------------ */

static const uint8_t path_long[] = {
	2, 2, 0, 0, 0xff, 0xfb, 0, 0, 0xfc, 0x00, /* 65531 64512 */
	1, 2, 0, 0, 0,    1,    0, 0, 0,    2,    /* {1 2} */
};
static const uint8_t path_short[] = {2, 1, 0, 0, 0xff, 0xfb};
static const uint8_t standard[] = {0xff, 0xfa, 0, 120, 0xff, 0xff, 0xff, 0x01};
static const uint8_t extended[] = {0x00, 0x02, 0xff, 0xfa, 0,    0,
								   0,    7,    0x40, 0x04, 0xff, 0xfa,
								   0x4c, 0xee, 0x6b, 0x28};
static const uint8_t large[] = {0, 0, 0xff, 0xfa, 0, 0, 0, 1, 0, 0, 0, 2};
static const uint8_t cluster[] = {10, 0, 0, 9};
static const uint8_t unknown[] = {0xe0, 99, 0, 3, 0xde, 0xad, 0x00};

static bgp_attrs_t rich, plain, accepted, reflected, ours;

static void make_attrs(void)
{
	plain = (bgp_attrs_t){
		.next_hop = addr_v4(0xa9fe0a01),
		.as_path = {path_short, sizeof(path_short)},
		.as_path_hops = 1,
		.neighbor_as = 65531,
	};
	rich = (bgp_attrs_t){
		.origin = BGP_ORIGIN_INCOMPLETE,
		.has = BGP_HAS_MED | BGP_HAS_AGGREGATOR | BGP_HAS_ATOMIC | BGP_HAS_OTC,
		.med = 50,
		.otc = 65531,
		.aggregator_as = 64512,
		.aggregator_id = 0x0a000001,
		.next_hop = addr_v4(0xa9fe0b01),
		.as_path = {path_long, sizeof(path_long)},
		.communities = {standard, sizeof(standard)},
		.ext_communities = {extended, sizeof(extended)},
		.large_communities = {large, sizeof(large)},
		.unknown = {unknown, sizeof(unknown)},
	};
	accepted = rich;
	accepted.has = (uint8_t)(rich.has | BGP_HAS_LOCAL_PREF);
	accepted.local_pref = 200;
	accepted.communities = (bgp_blob_t){standard, 4};
	accepted.weight = 3;
	reflected = plain;
	reflected.has = BGP_HAS_LOCAL_PREF | BGP_HAS_ORIGINATOR;
	reflected.local_pref = 100;
	reflected.originator_id = 0x0a000002;
	reflected.cluster_list = (bgp_blob_t){cluster, sizeof(cluster)};
	reflected.next_hop = addr_v4(0xc0a80001);
	ours = (bgp_attrs_t){.origin = BGP_ORIGIN_IGP};
}

/* -- the table ------------------------------------------------------------- */

typedef struct row_t
{
	const char *prefix;
	int peer;
	const bgp_attrs_t *received;
	const bgp_attrs_t *accepted;
	bgp_source_t source;
	bgp_use_t use;
	bgp_step_t step;
	bool stale;
	const char *rule;
} row_t;

/** in order of prefixes, then of use */
static const row_t rows[] = {
	{"0.0.0.0/0", ALI1, &plain, NULL, BGP_SOURCE_PEER, BGP_USE_REJECTED,
	 BGP_STEP_ONLY, false, "not-wanted"},
	{"10.1.0.0/16", ALI1, &rich, &accepted, BGP_SOURCE_PEER, BGP_USE_BEST,
	 BGP_STEP_ONLY, false, "prefer"},
	{"10.1.0.0/16", ALI2, &rich, &accepted, BGP_SOURCE_PEER, BGP_USE_EQUAL,
	 BGP_STEP_ROUTER_ID, true, "prefer"},
	{"10.1.0.0/16", CORE, &reflected, &reflected, BGP_SOURCE_PEER,
	 BGP_USE_BACKUP, BGP_STEP_LOCAL_PREF, false, NULL},
	{"10.1.0.0/16", ALI3, &plain, &plain, BGP_SOURCE_PEER, BGP_USE_WORSE,
	 BGP_STEP_MED, false, "others"},
	{"10.1.0.0/16", CORE, &reflected, &reflected, BGP_SOURCE_PEER,
	 BGP_USE_NEXT_HOP, BGP_STEP_ONLY, false, NULL},
	{"10.1.0.0/16", ALI3, &plain, &plain, BGP_SOURCE_PEER, BGP_USE_PEER,
	 BGP_STEP_ONLY, false, "others"},
	{"10.1.0.0/16", CORE, &plain, NULL, BGP_SOURCE_PEER, BGP_USE_REJECTED,
	 BGP_STEP_ONLY, false, NULL},
	{"10.9.0.0/16", -1, NULL, &ours, BGP_SOURCE_ROUTES, BGP_USE_BEST,
	 BGP_STEP_ONLY, false, NULL},
	{"10.9.0.0/16", ALI1, &plain, &plain, BGP_SOURCE_PEER, BGP_USE_BACKUP,
	 BGP_STEP_LOCAL_ORIGIN, false, "others"},
	{"192.168.0.0/24", -1, NULL, &ours, BGP_SOURCE_ADVERTISE, BGP_USE_BEST,
	 BGP_STEP_ONLY, false, NULL},
};

static prefix_t prefix_of(const row_t *row)
{
	prefix_t prefix;

	prefix_parse(row->prefix, &prefix);
	return prefix;
}

static bool row_is(const row_t *row, const prefix_t *prefix)
{
	prefix_t p = prefix_of(row);

	return prefix_equal(&p, prefix);
}

static bgp_peer_t *peer_of(const row_t *row)
{
	return row->peer < 0 ? NULL : &peers[row->peer];
}

size_t bgp_paths(const bgp_t *b, const prefix_t *prefix, size_t skip,
				 bgp_path_view_t *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < countof(rows) && n < room; i++)
	{
		const row_t *r = &rows[i];

		if (!row_is(r, prefix) || (skip && skip--))
		{
			continue;
		}
		out[n++] = (bgp_path_view_t){
			.peer = peer_of(r),
			.attrs = r->accepted ? r->accepted : r->received,
			.source = r->source,
			.use = r->use,
			.step = r->step,
			.weight = 1,
			.stale = r->stale,
		};
	}
	return n;
}

bool bgp_route_get(const bgp_t *b, const prefix_t *prefix, bgp_route_t *out)
{
	*out = (bgp_route_t){.prefix = *prefix};
	for (size_t i = 0; i < countof(rows); i++)
	{
		const row_t *r = &rows[i];
		bool best = r->use == BGP_USE_BEST || r->use == BGP_USE_EQUAL;
		bgp_path_t path = {
			.peer = peer_of(r),
			.attrs = r->accepted,
			.source = r->source,
			.weight = best ? 3 : 1,
		};

		if (!row_is(r, prefix))
		{
			continue;
		}
		if (best)
		{
			out->best[out->n_best++] = path;
			out->tag = r->peer >= 0 || r->source == BGP_SOURCE_ROUTES;
		}
		else if (r->use == BGP_USE_BACKUP)
		{
			out->backup[out->n_backup++] = path;
			out->step = r->step;
		}
	}
	return out->n_best > 0;
}

bool bgp_prefix_next(const bgp_t *b, family_t family, const prefix_t *after,
					 prefix_t *prefix)
{
	for (size_t i = 0; i < countof(rows) && family == FAMILY_IPV4; i++)
	{
		*prefix = prefix_of(&rows[i]);
		if (!after || prefix_cmp(prefix, after) > 0)
		{
			return true;
		}
	}
	return false;
}

bool bgp_route_next(const bgp_t *b, family_t family, const prefix_t *after,
					bgp_route_t *out)
{
	prefix_t prefix, at;

	while (bgp_prefix_next(b, family, after, &prefix))
	{
		if (bgp_route_get(b, &prefix, out))
		{
			return true;
		}
		at = prefix;
		after = &at;
	}
	return false;
}

bool bgp_route_lookup(const bgp_t *b, const addr_t *addr, bgp_route_t *out)
{
	prefix_t prefix = prefix_make(addr, 16);

	return bgp_route_get(b, &prefix, out);
}

bool bgp_received_get(const bgp_t *b, const bgp_peer_t *peer,
					  const prefix_t *prefix, const bgp_attrs_t **received,
					  const bgp_attrs_t **taken)
{
	for (size_t i = 0; i < countof(rows); i++)
	{
		if (row_is(&rows[i], prefix) && peer_of(&rows[i]) == peer)
		{
			*received = rows[i].received;
			*taken = rows[i].accepted;
			return true;
		}
	}
	return false;
}

const char *bgp_import_rule(bgp_t *b, const bgp_peer_t *peer,
							const prefix_t *prefix, const bgp_attrs_t *received)
{
	for (size_t i = 0; i < countof(rows); i++)
	{
		if (row_is(&rows[i], prefix) && peer_of(&rows[i]) == peer)
		{
			return rows[i].rule;
		}
	}
	return NULL;
}

bool bgp_advertised_next(bgp_t *b, const bgp_peer_t *peer, family_t family,
						 const prefix_t *after, prefix_t *prefix,
						 const bgp_attrs_t **attrs)
{
	static bgp_attrs_t sent;
	static const uint8_t path[] = {2, 1, 0, 0, 0xff, 0xfa};

	prefix_parse("192.168.0.0/24", prefix);
	sent = ours;
	sent.next_hop = addr_v4(0xa9fe0a02);
	sent.as_path = (bgp_blob_t){path, sizeof(path)};
	*attrs = &sent;
	return family == FAMILY_IPV4 && (!after || prefix_cmp(prefix, after) > 0);
}

const char *bgp_peer_name(const bgp_peer_t *peer)
{
	return peer->config.name;
}

const bgp_peer_config_t *bgp_peer_config(const bgp_peer_t *peer)
{
	return &peer->config;
}

void bgp_peer_info(const bgp_peer_t *peer, bgp_peer_info_t *info)
{
	*info = peer->info;
}

size_t bgp_route_count(const bgp_t *b, family_t family)
{
	return family == FAMILY_IPV4 ? 3 : 0;
}

size_t bgp_changes_waiting(const bgp_t *b)
{
	return 1;
}

size_t bgp_memory(const bgp_t *b)
{
	return 123456;
}

/* -- the FIB ----------------------------------------------------------------- */

uint32_t fib_tag_group(const fib_t *f, uint32_t tag)
{
	return 1124073472;
}

size_t fib_group_members(const fib_t *f, uint32_t group, uint32_t *out,
						 size_t max)
{
	out[0] = 1;
	out[1] = 2;
	return 2;
}

void fib_stats(const fib_t *f, fib_stats_t *stats)
{
	stats->routes[0] = 1;
	stats->groups = 1;
	stats->route_writes = 3;
	stats->group_writes = 2;
}

size_t fib_waiting(const fib_t *f)
{
	return 0;
}

/* -- making it ----------------------------------------------------------------- */

static void make_peer(unsigned i, char *name, uint32_t address, uint32_t asn)
{
	neighbors[i] = (config_neighbor_t){
		.name = name,
		.address = addr_v4(address),
		.remote_as = asn,
	};
	peers[i] = (bgp_peer_t){
		.config =
			{
				.name = name,
				.address = addr_v4(address),
				.remote_as = asn,
				.families = BGP_IPV4 | BGP_IPV6,
				.hold_time = 90,
				.connect_retry = 10,
			},
		.info = {.last_error = "", .held_by = "", .offered = OFFERED},
	};
	seen_peers[i] = (view_neighbor_t){
		.config = &neighbors[i],
		.peer = &peers[i],
		.tunnel = i < 3 ? &tunnels[i] : NULL,
		.local = addr_v4(address + 1),
		.link = i < 3 ? tunnels[i].link : "",
		.ttl = i < 3 ? 1 : 64,
		.import_policy = "default-import",
		.export_policy = "default-export",
		.shutdown_text = "",
		.problem = "",
	};
}

/** all is well, and every option is set */
static void make_ali1(void)
{
	bgp_peer_config_t *c = &peers[ALI1].config;
	bgp_peer_info_t *info = &peers[ALI1].info;

	c->max_prefix = 1000;
	c->max_prefix_warn = 80;
	c->max_prefix_restart = 300;
	c->max_memory = 4 << 20;
	c->max_as_path = 64;
	c->max_communities = 100;
	c->role = BGP_ROLE_CUSTOMER;
	c->role_strict = true;
	c->allowas_in = 1;
	c->as_override = true;
	c->private_as = BGP_PRIVATE_AS_REMOVE;
	c->graceful_shutdown = true;
	*info = (bgp_peer_info_t){
		.state = BGP_ESTABLISHED,
		.since = NOW - 7500 * USEC_PER_SEC,
		.router_id = 0x0a00000a,
		.hold_time = 90,
		.keepalive = 30,
		.families = BGP_IPV4,
		.as4 = true,
		.route_refresh = true,
		.graceful_restart = true,
		.notification_restart = true,
		.restart_time = 120,
		.received = {820, 0},
		.accepted = {819, 0},
		.advertised = {3, 0},
		.eor = BGP_IPV4,
		.messages_in = 1234,
		.messages_out = 987,
		.updates_in = 640,
		.updates_out = 2,
		.established = 2,
		.last_error = "routes treated as withdrawn: ORIGIN: not 0 to 2: bytes "
					  "40 01 01 07",
		.last_error_at = NOW - 61 * USEC_PER_SEC,
		.treated_as_withdraw = 1,
		.discarded_attributes = 4,
		.dropped = {[BGP_DROP_AS_LOOP] = 12,
					[BGP_DROP_MALFORMED] = 2,
					[BGP_DROP_POLICY] = 1},
		.remote_role = BGP_ROLE_PROVIDER,
		.held_by = "",
		.memory = 1 << 20,
		.offered = OFFERED | BGP_CAP_ROLE,
		.announced = BGP_IPV4 | BGP_CAP_AS4 | BGP_CAP_REFRESH |
					 BGP_CAP_EXTENDED_NEXT_HOP | BGP_CAP_RESTART |
					 BGP_CAP_NOTIFICATION_RESTART | BGP_CAP_ROLE,
	};
	neighbors[ALI1].password = (char *)(uintptr_t) "never shown";
	seen_peers[ALI1].ttl = 255;
	seen_peers[ALI1].ttl_min = 255;
	seen_peers[ALI1].import_policy = "cloud-in";
}

static void make_others(void)
{
	peers[ALI2].config.max_prefix = 10;
	peers[ALI2].info = (bgp_peer_info_t){
		.state = BGP_IDLE,
		.since = NOW - 5 * USEC_PER_SEC,
		.established = 1,
		.last_code = 6,
		.last_subcode = 1,
		.last_sent = true,
		/* C0, DEL and C1, as no speaker of ours would let through */
		.last_error = "sent Cease\033]0;owned\007\177\302\233m",
		.last_error_at = NOW - 5 * USEC_PER_SEC,
		.idle_until = NOW + 295 * USEC_PER_SEC,
		.held_by = "more than 10 IPv4 prefixes",
		.offered = OFFERED,
	};
	peers[ALI3].config.passive = true;
	peers[ALI3].info.restarting = true;
	seen_peers[ALI3].shutdown = true;
	seen_peers[ALI3].shutdown_text = "new router";
	seen_peers[ALI3].shutdown_at = NOW - 3600 * USEC_PER_SEC;
	seen_peers[CORE].import_policy = NULL;
	seen_peers[CORE].export_policy = NULL;
	seen_peers[CORE].problem = "port 179 is taken by another process";
	peers[CORE].config.no_graceful_restart = true;
	peers[CORE].info.last_error =
		"received Cease/Administrative Reset (6/4): \"new cables\"";
	peers[CORE].info.last_error_at = NOW - 86390 * USEC_PER_SEC;
	peers[CORE].info.connect_error = "connecting failed: Connection refused";
	peers[CORE].info.connect_error_at = NOW - 3 * USEC_PER_SEC;
	peers[CORE].info.state = BGP_ACTIVE;
	peers[CORE].info.since = NOW - 86390 * USEC_PER_SEC;
}

static void make(void)
{
	static const char *const problems[] = {
		"neighbor ali-2: stopped: max_prefix",
		"the configuration is refused:\ncygnet.asn: not a number",
	};
	static const fw_counter_t counters[] = {
		{"guard-alibaba", 7, 420},   {"port-guard", 2, 120},
		{"ike-init", 195, 5460},     {"netmap-alibaba", 31, 1860},
		{"unmapped-alibaba", 1, 40}, {"allow-in-ali-1", 12, 720},
		{"allow-out-ali-1", 0, 0},
	};
	static const kernel_counter_t xfrm[] = {{"XfrmInNoStates", 17},
											{"XfrmOutStateExpired", 0}};
	static const uint64_t turns[VIEW_TURN_BUCKETS] = {100, 20, 3};
	static const uint64_t own[VIEW_TURN_BUCKETS] = {121, 2};

	bundle = fake_bundle();
	tunnels = bundle->tunnels;
	make_peer(ALI1, tunnels[0].name, 0xa9fe0a01, 65531);
	make_peer(ALI2, tunnels[1].name, 0xa9fe0b01, 65531);
	make_peer(ALI3, tunnels[2].name, 0xa9fe0c01, 65531);
	make_peer(CORE, (char *)(uintptr_t) "core", 0xc0a80001, 65530);
	make_ali1();
	make_others();
	make_attrs();
	config = (config_t){
		.present = true,
		.asn = 65530,
		.router_id = 0xc0a832d8,
		.bundles = bundle,
		.n_bundles = 1,
		.neighbors = &neighbors[CORE],
		.n_neighbors = 1,
		.policies = policies,
		.n_policies = countof(policies),
	};
	state = (view_state_t){
		.now = NOW,
		.confirm_until = NOW + 42 * USEC_PER_SEC,
		.wall = 1795000000 * USEC_PER_SEC,
		.started = NOW - 86400 * USEC_PER_SEC + 1,
		.version = "0.0",
		.charon_version = "5.9.8",
		.config = &config,
		.tunnels = fake_tunnels(),
		.n_tunnels = FAKE_TUNNELS,
		.neighbors = seen_peers,
		.n_neighbors = PEERS,
		.bgp = &bgp,
		.fib = &fib,
		.n_statics = 1,
		.n_statics_used = 1,
		.problems = problems,
		.n_problems = countof(problems),
		.firewall = VIEW_FIREWALL_CURRENT,
		.counters = counters,
		.n_counters = countof(counters),
		.turns = turns,
		.xfrm = xfrm,
		.n_xfrm = countof(xfrm),
		.turns_sum = 123456,
		.turn_max = 4200,
		.own = own,
		.own_max = 1100,
		.kernel_total = 70000,
		.kernel_max = 3900,
	};
	made = true;
}

const view_state_t *fake_state(void *user)
{
	if (!made)
	{
		make();
	}
	return &state;
}

const view_state_t *fake_state_empty(void)
{
	static const view_state_t empty = {
		.now = NOW, .started = 1, .version = "0.0", .charon_version = "5.9.8"};

	return &empty;
}

void fake_state_free(void)
{
	if (made)
	{
		fake_tunnels_free();
	}
	made = false;
}
