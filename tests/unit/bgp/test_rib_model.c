/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The tables, beside a naive model that keeps every path in an array and
 * decides by comparing all with all. What the kernel would hold is rebuilt
 * from the changes alone, and what each peer would hold from the bytes that
 * it is sent, read by the codec.
 */

#include "unit/bgp/suites.h"

#include "bgp/message.h"
#include "bgp/policy.h"
#include "bgp/rib_impl.h"

#include <limits.h>
#include <string.h>

#define PEERS    6
#define PREFIXES 48
#define SETS     14
#define HOPS     4
#define SPEAKER  65000u

typedef struct chosen_t
{
	unsigned best;
	unsigned backup;
	/** best first, then backup: peer (PEERS: ours), set, weight */
	uint32_t peer[2 * BGP_PATHS_MAX];
	uint32_t med[2 * BGP_PATHS_MAX];
	uint32_t weight[2 * BGP_PATHS_MAX];
	bgp_step_t step;
} chosen_t;

typedef struct model_t
{
	prng_t rng;
	bgp_config_t config;
	bgp_rib_t *rib;
	bgp_rib_peer_t peers[PEERS];
	bgp_peer_config_t configs[PEERS];
	bool up[PEERS];
	/** 0: not heard, else number of the set + 1 */
	uint8_t heard[PEERS][PREFIXES];
	/** not heard since stale_begin */
	bool stale[PEERS][PREFIXES];
	bool stale_on[PEERS];
	bool ours[PREFIXES];
	prefix_t prefixes[PREFIXES];
	bgp_attr_set_t sets[SETS];
	uint32_t ids[SETS];
	/** as the table tells, and as it was told since */
	bool used[HOPS];
	bool reachable[HOPS];
	uint32_t metric[HOPS];
	/** policies: accept all, change LOCAL_PREF of some, reject some */
	bgp_policy_t *policies[3];
	/** by the changes */
	chosen_t fib[PREFIXES];
	uint32_t tags[PREFIXES];
	/** by what was sent: 0 nothing, else the MED + 1, and the path's length */
	uint32_t told[PEERS][PREFIXES];
	uint8_t told_path[PEERS][PREFIXES][32];
	uint8_t told_len[PEERS][PREFIXES];
	unsigned eor[PEERS][2];
	/** an import policy changed: what is held follows in slices */
	bool importing;
} model_t;

static addr_t hop_addr(unsigned hop)
{
	return addr_v4(0xa9fe0a01 + hop * 256);
}

static bgp_peer_t *resolve(void *user, uint16_t index)
{
	model_t *m = user;

	ck_assert_uint_lt(index, PEERS);
	/* only its identity is looked at */
	return (bgp_peer_t *)(void *)&m->peers[index];
}

static void watch(void *user, const addr_t *addr, bool used)
{
	model_t *m = user;
	unsigned hop = (addr_to_v4(addr) >> 8 & 255) - 10;

	ck_assert_uint_lt(hop, HOPS);
	ck_assert(m->used[hop] != used);
	m->used[hop] = used;
	m->reachable[hop] = false;
}

static void policies_init(model_t *m)
{
	bgp_prefix_match_t some = {.ge = 0, .le = 128};

	m->policies[0] = bgp_policy_create("all");
	bgp_policy_rule(m->policies[0], "all", BGP_POLICY_ACCEPT);
	m->policies[1] = bgp_policy_create("prefer");
	bgp_policy_rule(m->policies[1], "prefer", BGP_POLICY_NEXT);
	bgp_policy_match_communities(m->policies[1], BGP_BLOB_COMMUNITIES,
								 "\0\1\0\1", NULL);
	bgp_policy_set_local_pref(m->policies[1], 200);
	bgp_policy_rule(m->policies[1], "all", BGP_POLICY_ACCEPT);
	m->policies[2] = bgp_policy_create("half");
	bgp_policy_rule(m->policies[2], "half", BGP_POLICY_ACCEPT);
	ck_assert(prefix_parse("10.0.0.0/12", &some.prefix));
	bgp_policy_match_prefixes(m->policies[2], &some, 1);
}

static void peers_init(model_t *m)
{
	static const char *names[PEERS] = {"p0", "p1", "p2", "p3", "p4", "p5"};

	for (unsigned i = 0; i < PEERS; i++)
	{
		bgp_rib_peer_t *p = &m->peers[i];

		m->configs[i].resolve_next_hop = i == 1 || i >= 4;
		*p = (bgp_rib_peer_t){
			.index = (uint16_t)i,
			.name = names[i],
			.ibgp = i >= 4,
			.eligible = true,
			.families = i == 1 ? BGP_IPV4 : BGP_IPV4 | BGP_IPV6,
			.as4 = true,
			.message_max = BGP_MESSAGE_MAX,
			.local_as = SPEAKER,
			.remote_as = i >= 4 ? SPEAKER : 65531 + i / 2,
			/* two of one id: the address decides */
			.router_id = 100 - i / 2,
			.address = addr_v4(0x0a000001 + i),
			.next_hop4 = addr_v4(0xc0a80001 + i),
			.next_hop_self = i == 4,
			.weight = 1,
			.import_policy = i >= 4 ? NULL : m->policies[0],
			.config = &m->configs[i],
			.export_policy = i >= 4 ? NULL : m->policies[0],
		};
		p->next_hop6 = addr_v6((const uint8_t *)"0123456789abcde");
		p->next_hop6.b[15] = (uint8_t)i;
	}
}

/** set s: enough difference for each step of the decision to decide */
static void sets_init(model_t *m)
{
	for (unsigned s = 0; s < SETS; s++)
	{
		bgp_attr_set_t *set = &m->sets[s];
		/* 1:1, and NO_EXPORT or NO_ADVERTISE */
		uint8_t no_export[8] = {0,    1,    0,    1,
								0xff, 0xff, 0xff, s == 8 ? 0x02 : 0x01};

		bgp_attr_set_init(set);
		set->a.origin = s == 3 ? BGP_ORIGIN_INCOMPLETE : BGP_ORIGIN_IGP;
		set->a.has = BGP_HAS_MED;
		/* tells the sets apart: 1 to 3 decide, the rest is one value */
		set->a.med = 10 + s;
		set->a.next_hop = hop_addr(s % HOPS);
		ck_assert(bgp_attr_set_prepend(set, 64000 + s, s == 4 ? 3 : 1));
		ck_assert(bgp_attr_set_prepend(set, 65531 + s % 2, 1));
		if (s == 5)
		{
			set->a.has |= BGP_HAS_LOCAL_PREF;
			set->a.local_pref = 150;
		}
		if (s >= 6 && s <= 8)
		{
			ck_assert(bgp_attr_set_blob(set, BGP_BLOB_COMMUNITIES, no_export,
										s == 6 ? 4 : 8));
		}
		m->ids[s] = bgp_attr_intern(bgp_rib_attrs(m->rib), &set->a);
	}
}

static void model_init(model_t *m, uint64_t seed)
{
	memset(m, 0, sizeof(*m));
	prng_seed(&m->rng, seed);
	m->config = (bgp_config_t){
		.asn = SPEAKER,
		.router_id = 1,
		.multipath = 1 + (unsigned)prng_below(&m->rng, 4),
		.multipath_relax = prng_below(&m->rng, 2),
		.always_compare_med = prng_below(&m->rng, 4) == 0,
	};
	m->rib = bgp_rib_create(&m->config, (uint32_t)seed);
	/* in half of the worlds peers soon have too many paths for a list */
	if (seed % 2)
	{
		m->rib->listed_max = 12;
	}
	bgp_rib_set_resolver(m->rib, resolve, m);
	bgp_rib_set_watch(m->rib, watch, m);
	policies_init(m);
	peers_init(m);
	sets_init(m);
	for (unsigned i = 0; i < PREFIXES; i++)
	{
		char text[64];

		snprintf(text, sizeof(text),
				 i % 3 ? "10.%u.0.0/16" : "2001:db8:%u::/48", i);
		ck_assert(prefix_parse(text, &m->prefixes[i]));
	}
}

static void model_deinit(model_t *m)
{
	for (unsigned s = 0; s < SETS; s++)
	{
		bgp_attr_release(bgp_rib_attrs(m->rib), m->ids[s]);
		bgp_attr_set_deinit(&m->sets[s]);
	}
	bgp_rib_destroy(m->rib);
	for (unsigned i = 0; i < 3; i++)
	{
		bgp_policy_destroy(m->policies[i]);
	}
}

static bool is_v6(const model_t *m, unsigned prefix)
{
	return m->prefixes[prefix].addr.family == FAMILY_IPV6;
}

/* -- the naive decision ----------------------------------------------------- */

typedef struct naive_t
{
	unsigned peer;
	unsigned set;
	uint32_t local_pref;
	uint32_t med;
	uint32_t hops;
	uint32_t as;
	uint32_t metric;
	bool ebgp;
	bool gone;
} naive_t;

/** LOCAL_PREF after import, 0: rejected */
static uint32_t naive_import(const model_t *m, const bgp_rib_peer_t *p,
							 unsigned prefix, unsigned set)
{
	const bgp_attrs_t *a = &m->sets[set].a;
	uint32_t pref = a->has & BGP_HAS_LOCAL_PREF ? a->local_pref : 100;

	if (!p->import_policy)
	{
		return p->ibgp ? pref : 0;
	}
	if (p->import_policy == m->policies[1])
	{
		return set >= 6 && set <= 8 ? 200 : pref;
	}
	if (p->import_policy == m->policies[2])
	{
		return !is_v6(m, prefix) && prefix < 16 ? pref : 0;
	}
	return pref;
}

static bool beats(const model_t *m, const naive_t *a, const naive_t *b,
				  int stage)
{
	const bgp_attrs_t *x = &m->sets[a->set].a, *y = &m->sets[b->set].a;

	switch (stage)
	{
		case 0:
			if ((a->peer == PEERS) != (b->peer == PEERS))
			{
				return a->peer == PEERS;
			}
			return a->local_pref > b->local_pref;
		case 1:
			return a->hops < b->hops;
		case 2:
			return a->peer != PEERS && x->origin < y->origin;
		case 3:
			return (m->config.always_compare_med || a->as == b->as) &&
				   a->med < b->med;
		case 4:
			return a->ebgp && !b->ebgp;
		case 5:
			return a->metric < b->metric;
	}
	return false;
}

/** marks the chosen by moving them to out; how many */
static unsigned naive_pick(const model_t *m, naive_t *c, unsigned n,
						   naive_t *out)
{
	bool lost[PEERS + 1] = {false};
	unsigned chosen = 0;

	for (int stage = 0; stage < 6; stage++)
	{
		bool now[PEERS + 1] = {false};

		for (unsigned i = 0; i < n; i++)
		{
			for (unsigned j = 0; j < n; j++)
			{
				now[i] |=
					!lost[j] && !c[j].gone && beats(m, &c[j], &c[i], stage);
			}
		}
		for (unsigned i = 0; i < n; i++)
		{
			lost[i] |= now[i];
		}
	}
	while (chosen < m->config.multipath)
	{
		naive_t *next = NULL;

		for (unsigned i = 0; i < n; i++)
		{
			if (lost[i] || c[i].gone ||
				(chosen &&
				 (out[0].peer == PEERS ||
				  (!m->config.multipath_relax && out[0].as != c[i].as))))
			{
				continue;
			}
			/* higher numbers have lower ids; of one id, the lower address */
			if (!next || (c[i].peer != PEERS && c[i].peer / 2 > next->peer / 2))
			{
				next = &c[i];
			}
		}
		if (!next)
		{
			break;
		}
		out[chosen++] = *next;
		next->gone = true;
	}
	return chosen;
}

static void naive_decide(const model_t *m, unsigned prefix, chosen_t *chosen)
{
	naive_t c[PEERS + 1], out[PEERS + 1];
	unsigned n = 0;

	memset(chosen, 0, sizeof(*chosen));
	for (unsigned i = 0; i < PEERS; i++)
	{
		unsigned set = m->heard[i][prefix] - 1u;
		uint32_t pref;

		if (!m->heard[i][prefix] || !m->up[i] || !m->peers[i].eligible ||
			(m->configs[i].resolve_next_hop && !m->reachable[set % HOPS]))
		{
			continue;
		}
		pref = naive_import(m, &m->peers[i], prefix, set);
		if (pref)
		{
			c[n++] = (naive_t){
				.peer = i,
				.set = set,
				.local_pref = pref,
				.med = m->sets[set].a.med,
				.hops = set == 4 ? 4 : 2,
				.as = 65531 + set % 2,
				.metric =
					m->configs[i].resolve_next_hop ? m->metric[set % HOPS] : 0,
				.ebgp = i < 4,
			};
		}
	}
	if (m->ours[prefix])
	{
		c[n++] = (naive_t){.peer = PEERS, .local_pref = 100};
	}
	chosen->best = naive_pick(m, c, n, out);
	chosen->backup = naive_pick(m, c, n, out + chosen->best);
	for (unsigned i = 0; i < chosen->best + chosen->backup; i++)
	{
		chosen->peer[i] = out[i].peer;
		chosen->med[i] = out[i].peer == PEERS ? 0 : out[i].med;
		chosen->weight[i] =
			out[i].peer == PEERS ? 1 : m->peers[out[i].peer].weight;
	}
}

/* -- comparing --------------------------------------------------------------- */

static void take(model_t *m, const bgp_path_t *paths, unsigned count,
				 chosen_t *chosen, unsigned at)
{
	for (unsigned i = 0; i < count; i++)
	{
		chosen->peer[at + i] =
			paths[i].peer
				? (uint32_t)((bgp_rib_peer_t *)(void *)paths[i].peer - m->peers)
				: PEERS;
		chosen->med[at + i] = paths[i].attrs->med;
		chosen->weight[at + i] = paths[i].weight;
		ck_assert(!paths[i].peer ||
				  addr_equal(bgp_rib_next_hop_addr(m->rib, paths[i].next_hop),
							 &paths[i].attrs->next_hop));
	}
}

static void from_route(model_t *m, const bgp_route_t *route, chosen_t *chosen)
{
	memset(chosen, 0, sizeof(*chosen));
	chosen->best = route->n_best;
	chosen->backup = route->n_backup;
	take(m, route->best, route->n_best, chosen, 0);
	take(m, route->backup, route->n_backup, chosen, route->n_best);
}

static unsigned prefix_number(const model_t *m, const prefix_t *prefix)
{
	for (unsigned i = 0; i < PREFIXES; i++)
	{
		if (prefix_equal(&m->prefixes[i], prefix))
		{
			return i;
		}
	}
	ck_abort_msg("a prefix that nobody announced");
	return 0;
}

static bool work(model_t *m, unsigned budget)
{
	bool more = bgp_rib_work(m->rib, budget);

	m->importing = m->importing && more;
	return more;
}

static void take_change(model_t *m)
{
	static bgp_route_t route;
	size_t waiting = bgp_rib_changes_waiting(m->rib);
	unsigned i;

	if (!bgp_rib_next_change(m->rib, &route))
	{
		ck_assert_uint_eq(waiting, 0);
		return;
	}
	ck_assert_uint_eq(bgp_rib_changes_waiting(m->rib), waiting - 1);
	i = prefix_number(m, &route.prefix);
	from_route(m, &route, &m->fib[i]);
	ck_assert_uint_eq(route.tag, m->tags[i]);
	/* the tag goes with the last path, sometimes a while after */
	if (route.n_best == 0 ? prng_below(&m->rng, 4) : prng_below(&m->rng, 2))
	{
		m->tags[i] = route.n_best ? 1 + (uint32_t)prng_below(&m->rng, 9) : 0;
		bgp_rib_set_tag(m->rib, &route.prefix, m->tags[i]);
	}
}

/** the views are right at any time, also between an event and its slices; but
 * for a new import policy */
static void check_views(model_t *m, unsigned i)
{
	static bgp_route_t route;
	chosen_t want, got;
	bool there;

	if (m->importing)
	{
		return;
	}
	naive_decide(m, i, &want);
	there = bgp_rib_get(m->rib, &m->prefixes[i], &route);
	ck_assert(there == (want.best > 0));
	if (there)
	{
		from_route(m, &route, &got);
		ck_assert_msg(memcmp(&got, &want, sizeof(got)) == 0,
					  "prefix %u: %u+%u chosen, want %u+%u; first %u, want %u",
					  i, got.best, got.backup, want.best, want.backup,
					  got.peer[0], want.peer[0]);
	}
}

static void check_received(model_t *m)
{
	static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};

	for (unsigned i = 0; i < PEERS; i++)
	{
		uint32_t count[2] = {0, 0}, accepted[2] = {0, 0};
		uint32_t want[2] = {0, 0}, want_accepted[2] = {0, 0};

		for (unsigned f = 0; f < 2; f++)
		{
			const bgp_attrs_t *received, *after;
			prefix_t prefix, *at = NULL;

			while (bgp_rib_received_next(m->rib, &m->peers[i], families[f], at,
										 &prefix, &received, &after))
			{
				unsigned n = prefix_number(m, &prefix);

				ck_assert_ptr_nonnull(received);
				ck_assert_uint_ne(m->heard[i][n], 0);
				ck_assert_uint_eq(received->med, 9u + m->heard[i][n]);
				count[f]++;
				accepted[f] += after != NULL;
				at = &prefix;
			}
		}
		for (unsigned n = 0; n < PREFIXES; n++)
		{
			want[is_v6(m, n)] += m->heard[i][n] != 0;
			want_accepted[is_v6(m, n)] +=
				m->heard[i][n] &&
				naive_import(m, &m->peers[i], n, m->heard[i][n] - 1u);
		}
		for (unsigned f = 0; f < 2; f++)
		{
			ck_assert_uint_eq(count[f], want[f]);
			ck_assert_uint_eq(m->peers[i].received[f], want[f]);
			ck_assert_uint_eq(accepted[f], want_accepted[f]);
			ck_assert_uint_eq(m->peers[i].accepted[f], want_accepted[f]);
		}
	}
}

/* -- what peers are told ----------------------------------------------------- */

static void told_prefixes(model_t *m, unsigned peer, bgp_nlri_t nlri,
						  const bgp_attrs_t *a, const addr_t *next_hop)
{
	prefix_t prefix;

	while (bgp_nlri_next(&nlri, &prefix))
	{
		unsigned n = prefix_number(m, &prefix);

		/* never a withdrawal of what was never told */
		ck_assert(a || m->told[peer][n]);
		m->told[peer][n] = a ? 1 + (a->has & BGP_HAS_MED ? a->med : 0) : 0;
		if (!a)
		{
			continue;
		}
		ck_assert_uint_le(a->as_path.len, sizeof(m->told_path[0][0]));
		if (a->as_path.len)
		{
			memcpy(m->told_path[peer][n], a->as_path.data, a->as_path.len);
		}
		m->told_len[peer][n] = (uint8_t)a->as_path.len;
		ck_assert(((a->has & BGP_HAS_LOCAL_PREF) != 0) == m->peers[peer].ibgp);
		/* p5 alone gets next hops as they are */
		if (peer != 5)
		{
			ck_assert(addr_equal(next_hop, is_v6(m, n)
											   ? &m->peers[peer].next_hop6
											   : &m->peers[peer].next_hop4));
		}
	}
}

static unsigned read_updates(model_t *m, unsigned peer, const wbuf_t *w)
{
	rbuf_t all = rbuf_make(w->start, wbuf_len(w));
	bgp_codec_t codec = {
		.as4 = true,
		.ibgp = m->peers[peer].ibgp,
		.families = m->peers[peer].families,
		.local_as = m->peers[peer].remote_as,
		.remote_as = SPEAKER,
		.message_max = BGP_MESSAGE_MAX,
	};
	bgp_attr_set_t set;
	unsigned count = 0;

	bgp_attr_set_init(&set);
	for (; rbuf_left(&all); count++)
	{
		bgp_update_t update = {.attrs = &set};
		bgp_fault_t fault;
		bgp_type_t type;
		uint16_t len;
		rbuf_t one;

		ck_assert(bgp_decode_header(all, BGP_MESSAGE_MAX, &len, &type, &fault));
		ck_assert_int_eq(type, BGP_UPDATE);
		ck_assert(rbuf_sub(&all, len, &one) && rbuf_skip(&one, BGP_HEADER_LEN));
		ck_assert(bgp_decode_update(one, &codec, &update, &fault));
		ck_assert_msg(fault.verdict == BGP_FAULT_NONE, "%s", fault.what);
		if (update.end_of_rib != FAMILY_NONE)
		{
			m->eor[peer][update.end_of_rib == FAMILY_IPV6]++;
			continue;
		}
		told_prefixes(m, peer, update.withdrawn, NULL, NULL);
		told_prefixes(m, peer, update.mp_withdrawn, NULL, NULL);
		told_prefixes(m, peer, update.announced, &set.a, &set.a.next_hop);
		told_prefixes(m, peer, update.mp_announced, &set.a,
					  &update.mp_next_hop);
	}
	bgp_attr_set_deinit(&set);
	return count;
}

static void write_to(model_t *m, unsigned peer)
{
	static uint8_t buf[2 * BGP_MESSAGE_MAX];
	wbuf_t w = wbuf_make(buf, sizeof(buf));
	bool waiting = bgp_rib_out_waiting(m->rib, &m->peers[peer]);
	unsigned count = bgp_rib_out_write(m->rib, &m->peers[peer], &w);

	ck_assert(!w.overflow);
	ck_assert(waiting || count == 0);
	ck_assert_uint_eq(read_updates(m, peer, &w), count);
}

/** what the peer is to have: 0 or the MED + 1 */
static uint32_t naive_export(const model_t *m, unsigned peer, unsigned n)
{
	const bgp_rib_peer_t *p = &m->peers[peer];
	chosen_t chosen;
	uint32_t source;

	naive_decide(m, n, &chosen);
	source = chosen.peer[0];
	if (!m->up[peer] || !chosen.best || source == peer ||
		!(p->families & (is_v6(m, n) ? BGP_IPV6 : BGP_IPV4)) ||
		(p->ibgp && source != PEERS && m->peers[source].ibgp) ||
		(!p->ibgp && !p->export_policy))
	{
		return 0;
	}
	if (p->export_policy == m->policies[2] && (is_v6(m, n) || n >= 16))
	{
		return 0;
	}
	if (source != PEERS)
	{
		unsigned set = m->heard[source][n] - 1u;

		if (set == 8 || (set == 7 && !p->ibgp))
		{
			return 0;
		}
	}
	return 1 + (p->ibgp ? chosen.med[0] : 0);
}

static void check_told(model_t *m)
{
	for (unsigned i = 0; i < PEERS; i++)
	{
		uint32_t count[2] = {0, 0};

		for (unsigned n = 0; n < PREFIXES; n++)
		{
			uint32_t want = naive_export(m, i, n);
			chosen_t chosen;
			uint8_t path[32] = {2, 0};
			uint8_t hops = 0;

			ck_assert_msg(m->told[i][n] == want,
						  "peer %u, prefix %u: told %u, want %u", i, n,
						  m->told[i][n], want);
			if (!want)
			{
				continue;
			}
			count[is_v6(m, n)]++;
			/* our AS before the path, for eBGP alone */
			naive_decide(m, n, &chosen);
			if (!m->peers[i].ibgp)
			{
				memcpy(path + 2, "\0\0\xfd\xe8", 4);
				hops++;
			}
			if (chosen.peer[0] != PEERS)
			{
				const bgp_blob_t *b = &m->sets[chosen.med[0] - 10].a.as_path;

				memcpy(path + 2 + hops * 4, b->data + 2, b->len - 2u);
				hops = (uint8_t)(hops + (b->len - 2u) / 4);
			}
			path[1] = hops;
			ck_assert_uint_eq(m->told_len[i][n], hops ? 2u + hops * 4u : 0);
			ck_assert_int_eq(
				memcmp(path, m->told_path[i][n], m->told_len[i][n]), 0);
		}
		for (unsigned f = 0; f < 2 && m->up[i]; f++)
		{
			prefix_t prefix, *at = NULL;
			const bgp_attrs_t *attrs;
			unsigned listed = 0;

			ck_assert_uint_eq(m->peers[i].advertised[f], count[f]);
			ck_assert_uint_eq(m->eor[i][f],
							  (m->peers[i].families & (1u << f)) != 0);
			for (; bgp_rib_advertised_next(m->rib, &m->peers[i], f ? 6 : 4, at,
										   &prefix, &attrs);
				 at = &prefix)
			{
				listed++;
			}
			ck_assert_uint_eq(listed, count[f]);
		}
	}
}

/* -- events ------------------------------------------------------------------- */

static void peer_down(model_t *m, unsigned i)
{
	bgp_rib_peer_down(m->rib, &m->peers[i]);
	m->up[i] = false;
	m->stale_on[i] = false;
	memset(m->heard[i], 0, sizeof(m->heard[i]));
	memset(m->told[i], 0, sizeof(m->told[i]));
}

static void peer_up(model_t *m, unsigned i)
{
	bgp_rib_peer_up(m->rib, &m->peers[i]);
	m->up[i] = true;
	memset(m->eor[i], 0, sizeof(m->eor[i]));
}

static void stale(model_t *m, unsigned i)
{
	if (!m->stale_on[i])
	{
		bgp_rib_stale_begin(m->rib, &m->peers[i], FAMILY_IPV4);
		bgp_rib_stale_begin(m->rib, &m->peers[i], FAMILY_IPV6);
		memset(m->stale[i], true, sizeof(m->stale[i]));
		m->stale_on[i] = true;
		return;
	}
	bgp_rib_stale_end(m->rib, &m->peers[i], FAMILY_IPV4);
	bgp_rib_stale_end(m->rib, &m->peers[i], FAMILY_IPV6);
	m->stale_on[i] = false;
	for (unsigned n = 0; n < PREFIXES; n++)
	{
		m->heard[i][n] = m->stale[i][n] ? 0 : m->heard[i][n];
	}
}

static void peer_change(model_t *m, unsigned i)
{
	bgp_rib_peer_t *p = &m->peers[i];

	switch (prng_below(&m->rng, 5))
	{
		case 0:
			p->eligible = !p->eligible;
			break;
		case 1:
			p->weight = (uint8_t)(1 + prng_below(&m->rng, 3));
			break;
		case 2:
			p->import_policy = prng_below(&m->rng, 4)
								   ? m->policies[prng_below(&m->rng, 3)]
								   : NULL;
			m->importing = true;
			break;
		case 3:
			p->export_policy = prng_below(&m->rng, 4)
								   ? m->policies[prng_below(&m->rng, 3)]
								   : NULL;
			break;
		case 4:
			m->configs[i].resolve_next_hop = !m->configs[i].resolve_next_hop;
			m->importing = true;
			break;
	}
	bgp_rib_peer_changed(m->rib, p);
}

static void rare_event(model_t *m)
{
	unsigned i = (unsigned)prng_below(&m->rng, PEERS);
	unsigned hop = (unsigned)prng_below(&m->rng, HOPS);
	addr_t addr = hop_addr(hop);

	switch (prng_below(&m->rng, 6))
	{
		case 0:
			m->up[i] ? peer_down(m, i) : peer_up(m, i);
			break;
		case 1:
			if (m->up[i])
			{
				peer_down(m, i);
				peer_up(m, i);
			}
			break;
		case 2:
			if (m->up[i])
			{
				stale(m, i);
			}
			break;
		case 3:
			peer_change(m, i);
			break;
		case 4:
			m->metric[hop] = (uint32_t)prng_below(&m->rng, 2);
			/* what is said of an address out of use is not heard */
			m->reachable[hop] = prng_below(&m->rng, 4) > 0;
			bgp_rib_next_hop_set(m->rib, &addr, m->reachable[hop],
								 m->metric[hop]);
			m->reachable[hop] = m->reachable[hop] && m->used[hop];
			break;
		case 5:
			bgp_rib_peer_resend(m->rib, &m->peers[i],
								prng_below(&m->rng, 2) ? 4 : 6);
			break;
	}
}

static void route_event(model_t *m)
{
	unsigned i = (unsigned)prng_below(&m->rng, PEERS + 1);
	unsigned n = (unsigned)prng_below(&m->rng, PREFIXES);
	unsigned set = (unsigned)prng_below(&m->rng, SETS);

	if (i == PEERS)
	{
		m->ours[n] = prng_below(&m->rng, 3) == 0;
		m->ours[n]
			? bgp_rib_originate(m->rib, &m->prefixes[n],
								&(bgp_local_t){.source = BGP_SOURCE_ADVERTISE})
			: bgp_rib_unoriginate(m->rib, &m->prefixes[n]);
	}
	else if (m->up[i] && prng_below(&m->rng, 3))
	{
		ck_assert_int_eq(bgp_rib_announce(m->rib, &m->peers[i], &m->prefixes[n],
										  m->ids[set]),
						 BGP_RIB_ENTERED);
		m->heard[i][n] = (uint8_t)(set + 1);
		m->stale[i][n] = false;
	}
	else if (m->up[i])
	{
		bgp_rib_withdraw(m->rib, &m->peers[i], &m->prefixes[n]);
		m->heard[i][n] = 0;
	}
}

static void check_used(const model_t *m)
{
	bool used[HOPS] = {false};

	for (unsigned i = 0; i < PEERS; i++)
	{
		for (unsigned n = 0; n < PREFIXES; n++)
		{
			unsigned set = m->heard[i][n] - 1u;

			if (m->heard[i][n] && m->configs[i].resolve_next_hop &&
				naive_import(m, &m->peers[i], n, set))
			{
				used[set % HOPS] = true;
			}
		}
	}
	ck_assert_mem_eq(used, m->used, sizeof(used));
}

/** all slices done, all changes taken, all peers written to: then what was
 * told and what holds are one */
static void settle(model_t *m)
{
	size_t count[2] = {0, 0};

	while (work(m, 7))
	{
	}
	while (bgp_rib_changes_waiting(m->rib))
	{
		take_change(m);
	}
	while (work(m, 7))
	{
	}
	/* what one writes may make another wait: they share it */
	for (unsigned i = 0; i < PEERS; i++)
	{
		if (bgp_rib_out_waiting(m->rib, &m->peers[i]))
		{
			write_to(m, i);
			while (work(m, 7))
			{
			}
			i = UINT_MAX;
		}
	}
	ck_assert_uint_eq(bgp_rib_changes_waiting(m->rib), 0);
	for (unsigned n = 0; n < PREFIXES; n++)
	{
		chosen_t want;

		naive_decide(m, n, &want);
		count[is_v6(m, n)] += want.best > 0;
		ck_assert_msg(memcmp(&want, &m->fib[n], sizeof(want)) == 0,
					  "prefix %u: changes say %u+%u, want %u+%u", n,
					  m->fib[n].best, m->fib[n].backup, want.best, want.backup);
	}
	ck_assert_uint_eq(bgp_rib_count(m->rib, FAMILY_IPV4), count[0]);
	ck_assert_uint_eq(bgp_rib_count(m->rib, FAMILY_IPV6), count[1]);
	check_used(m);
	check_received(m);
	check_told(m);
}

START_TEST(test_model)
{
	static model_t m;

	model_init(&m, 1000 + (uint64_t)_i);
	for (unsigned step = 0; step < 3000; step++)
	{
		if (prng_below(&m.rng, 12) == 0)
		{
			rare_event(&m);
		}
		else
		{
			route_event(&m);
		}
		if (prng_below(&m.rng, 3) == 0)
		{
			work(&m, 1 + (unsigned)prng_below(&m.rng, 20));
		}
		if (prng_below(&m.rng, 3) == 0)
		{
			take_change(&m);
		}
		if (prng_below(&m.rng, 6) == 0)
		{
			write_to(&m, (unsigned)prng_below(&m.rng, PEERS));
		}
		check_views(&m, (unsigned)prng_below(&m.rng, PREFIXES));
		if (step % 100 == 99)
		{
			settle(&m);
		}
	}
	/* all goes: nothing is left but what was there at first */
	for (unsigned i = 0; i < PEERS; i++)
	{
		if (m.up[i])
		{
			peer_down(&m, i);
		}
		bgp_rib_peer_forget(m.rib, &m.peers[i]);
	}
	for (unsigned n = 0; n < PREFIXES; n++)
	{
		m.ours[n] = false;
		bgp_rib_unoriginate(m.rib, &m.prefixes[n]);
	}
	settle(&m);
	ck_assert_uint_eq(bgp_attr_pool_count(bgp_rib_attrs(m.rib)), SETS);
	model_deinit(&m);
}
END_TEST

Suite *rib_model_suite(void)
{
	Suite *suite = suite_create("rib_model");

	unit_add_loop(suite, "model", test_model, 24);
	return suite;
}
