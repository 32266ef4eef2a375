/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A gateway: the host stays when the process dies. Node 0 is the hub, it has
 * tunnels to each of the others.
 */

#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text_source.h"

#define ASN 65530

/* -- names and addresses ---------------------------------------------------------- */

unsigned node_side(const sim_node_t *node, const sim_tunnel_t *t)
{
	return t->end[1].node == node;
}

bool node_has(const sim_node_t *node, const sim_tunnel_t *t)
{
	return t->end[0].node == node || t->end[1].node == node;
}

const sim_bundle_t *tunnel_bundle(const sim_tunnel_t *t)
{
	return &t->sim->bundles[t->end[1].node->number];
}

const prefix_t *node_prefix(unsigned number, unsigned i, bool six)
{
	static prefix_t known[SIM_NODES][SIM_PREFIXES][2];
	prefix_t *prefix = &known[number][i][six];
	char text[64];

	if (!addr_is_set(&prefix->addr))
	{
		if (i == SIM_AGGREGATE)
		{
			snprintf(text, sizeof(text), six ? "fd10:%x::/32" : "10.%u.0.0/16",
					 number + 1);
		}
		else
		{
			snprintf(text, sizeof(text),
					 six ? "fd10:%x:%x::/48" : "10.%u.%u.0/24", number + 1, i);
		}
		if (!prefix_parse(text, prefix))
		{
			abort();
		}
	}
	return prefix;
}

/** it has it to announce */
static bool originates(const sim_node_t *node, unsigned i)
{
	return i < SIM_ADVERTISED ? (node->advertised & (1u << i)) != 0
							  : i < SIM_AGGREGATE && site_has(node, i);
}

bool node_announces(const sim_node_t *node, unsigned i)
{
	bool any = false;

	for (unsigned k = 0; k < SIM_AGGREGATE; k++)
	{
		any |= originates(node, k);
	}
	if (i == SIM_AGGREGATE)
	{
		return node->aggregates && any;
	}
	return originates(node, i) && !(node->aggregates && node->summary_only);
}

bgp_state_t node_session(const sim_node_t *node, const sim_tunnel_t *t)
{
	char name[3] = {'t', (char)('1' + t->number), '\0'};
	bgp_peer_t *peer;
	bgp_peer_info_t info;

	peer = node->core && core_bgp(node->core)
			   ? bgp_peer_find(core_bgp(node->core), name)
			   : NULL;
	if (!peer)
	{
		return BGP_IDLE;
	}
	bgp_peer_info(peer, &info);
	return info.state;
}

/* -- the configuration -------------------------------------------------------------- */

static void append(char **text, const char *more)
{
	char *next = str_format("%s%s", *text, more);

	free(*text);
	free((char *)more);
	*text = next;
}

static char *prefix_list(unsigned number, unsigned bits, bool six)
{
	char *text = str_copy("");

	for (unsigned i = 0; i < SIM_ADVERTISED; i++)
	{
		for (unsigned f = 0; f < 1u + six; f++)
		{
			char p[PREFIX_STR_MAX];
			const prefix_t *prefix = node_prefix(number, i, f);

			if (bits & (1u << i))
			{
				append(&text, str_format("%s%s", *text ? ", " : "",
										 prefix_format(prefix, p)));
			}
		}
	}
	return text;
}

static void add_connection(char **text, const sim_tunnel_t *t, unsigned side)
{
	char a[ADDR_STR_MAX];
	addr_t outer = charon_outer(t, !side, t->end[side].remote);

	append(text, str_format(" t%u {\n remote_addrs = %s\n if_id_in = %u\n"
							" if_id_out = %u\n mobike = no\n }\n",
							t->number + 1, addr_format(&outer, a),
							t->number + 1, t->number + 1));
}

static void add_addresses(char **text, const sim_tunnel_t *t, unsigned side)
{
	unsigned n = t->number, here = side ? 1 : 2;

	append(text,
		   str_format(t->plain ? "  t%u {\n interface = con-t%u\n address = "
							   : "  t%u {\n address = ",
					  n + 1, n + 1));
	if (!t->only_six)
	{
		append(text,
			   str_format("169.254.%u.%u/30%s", n, here, t->six ? ", " : "\n"));
	}
	if (t->six)
	{
		append(text, str_format("fd00:%x::%u/64\n", n, here));
	}
}

static void add_bfd(char **text, const sim_tunnel_t *t, const char *far,
					unsigned interval)
{
	append(text, str_format(" bfd = yes\n bfd_interval = %u\n"
							" bfd_address = %s\n",
							interval, far));
	if (t->bfd_auth)
	{
		append(text, str_format(" bfd_auth = %s\n bfd_key_id = 1\n"
								" bfd_password = t%u\n",
								t->bfd_auth, t->number));
	}
}

static void add_tunnel(char **text, const sim_node_t *node,
					   const sim_tunnel_t *t)
{
	unsigned side = node_side(node, t), n = t->number;
	const sim_bundle_t *b = tunnel_bundle(t);
	addr_t there = wire_inner(t, !side);
	char far[ADDR_STR_MAX], gateway[ADDR_STR_MAX];

	addr_format(&there, far);
	snprintf(gateway, sizeof(gateway), t->six ? "fd00:%x::%u" : "169.254.%u.%u",
			 n, side ? 2 : 1);
	add_addresses(text, t, side);
	append(text, str_format(" weight = %u\n priority = %u\n on_down = %s\n",
							t->weight, n, b->reset ? "reset" : "keep"));
	if (t->bfd)
	{
		add_bfd(text, t, far, t->bfd_interval + node->edition % 2 * 50);
	}
	if (t->plain)
	{
		append(text, str_format(" gateway = %s\n", gateway));
	}
	if (t->probe)
	{
		append(text, str_format(" probe = %s\n probe_interval = 500\n", far));
	}
	if (t->bgp)
	{
		append(text, str_format(" neighbor {\n address = %s\n"
								" remote_as = %u\n hold_time = 9\n"
								" connect_retry = 10\n ipv4 = yes\n"
								" ipv6 = %s\n }\n",
								far, ASN + t->end[!side].node->number,
								t->six ? "yes" : "no"));
	}
	append(text, str_copy(" }\n"));
}

static void add_bundle(char **text, const sim_node_t *node,
					   const sim_node_t *peer)
{
	const sim_t *sim = node->sim;
	unsigned spoke = node->number ? node->number : peer->number;
	const sim_bundle_t *b = &sim->bundles[spoke];

	append(text,
		   str_format(" b%u {\n mode = %s\n min_links = %u\n"
					  " preempt_delay = %u\n drain_time = 2\n when_down = %s\n"
					  " resilient = %s\n",
					  peer->number,
					  b->standby ? "active-standby" : "active-active",
					  b->min_links, b->preempt_delay,
					  b->unreachable ? "unreachable" : "withdraw",
					  b->resilient ? "yes" : "no"));
	if (!b->default_guard)
	{
		append(text, str_format(" protect = 10.%u.0.0/16\n", peer->number + 1));
	}
	if (b->statics)
	{
		char *list = prefix_list(peer->number, 1, b->six);

		append(text, str_format(" routes = %s\n", list));
		free(list);
	}
	append(text, str_copy(" tunnels {\n"));
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		const sim_tunnel_t *t = &sim->tunnels[i];

		if (node_has(node, t) && node_has(peer, t) &&
			!t->end[node_side(node, t)].absent)
		{
			add_tunnel(text, node, t);
		}
	}
	append(text, str_copy(" }\n }\n"));
}

static void add_origins(char **text, const sim_node_t *node)
{
	if (node->redistributes)
	{
		append(text, str_copy(" redistribute {\n hand { from = static }\n"
							  " lan { from = connected }\n }\n"));
	}
	if (node->aggregates)
	{
		char four[PREFIX_STR_MAX], six[PREFIX_STR_MAX];
		const char *only = node->summary_only ? "yes" : "no";

		prefix_format(node_prefix(node->number, SIM_AGGREGATE, false), four);
		prefix_format(node_prefix(node->number, SIM_AGGREGATE, true), six);
		append(text,
			   str_format(" aggregates {\n"
						  " a4 {\n prefix = %s\n summary_only = %s\n }\n"
						  " a6 {\n prefix = %s\n summary_only = %s\n }\n }\n",
						  four, only, six, only));
	}
}

static char *configuration(const sim_node_t *node)
{
	const sim_t *sim = node->sim;
	char *text = str_copy("connections {\n"), *list;

	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		const sim_tunnel_t *t = &sim->tunnels[i];

		if (node_has(node, t) && !t->plain)
		{
			add_connection(&text, t, node_side(node, t));
		}
	}
	list = prefix_list(node->number, node->advertised, true);
	append(&text,
		   str_format("}\ncygnet {\n asn = %u\n router_id = 10.255.0.%u\n"
					  " keep_on_stop = %s\n graceful_restart = %u\n",
					  ASN + node->number, node->number + 1,
					  sim->keep_all ? "all" : "guard", sim->restart_time));
	append(&text, *list ? str_format(" advertise = %s\n", list) : str_copy(""));
	add_origins(&text, node);
	append(&text, str_copy(" bundles {\n"));
	free(list);
	for (unsigned i = 0; i < sim->n_nodes; i++)
	{
		if (i != node->number && (!i || !node->number))
		{
			add_bundle(&text, node, &sim->nodes[i]);
		}
	}
	append(&text, str_copy(" }\n}\n"));
	return text;
}

void node_reload(sim_node_t *node)
{
	char *text = configuration(node);
	config_source_t *source = text_source_create(text);
	config_report_t report;
	config_t *config = source ? config_load(source, &report) : NULL;

	if (!config)
	{
		printf("%s\n%s\n", text,
			   source && report.errors.count ? report.errors.list[0] : "?");
		abort();
	}
	source->destroy(source);
	config_report_deinit(&report);
	free(text);
	core_configure(node->core, config, node->sim->now);
	node->poked = true;
}

/* -- life ---------------------------------------------------------------------------- */

void node_create(sim_t *sim, unsigned number)
{
	sim_node_t *node = &sim->nodes[number];

	node->sim = sim;
	node->number = number;
	node->host = world_host_create();
	node->advertised = (1u << SIM_ADVERTISED) - 1;
	node->redistributes = sim_chance(sim, 60);
	node->aggregates = sim_chance(sim, 30);
	node->host->beside = sim_chance(sim, 50) ? sim_random(sim, 5 * MSEC) : 0;
	node->summary_only = sim_chance(sim, 50);
	site_create(node);
}

/** no hash that anybody should use, but each byte counts in it */
static void sum(void *user, const uint8_t *data, size_t len,
				uint8_t digest[BFD_SHA1_SIZE])
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len + BFD_SHA1_SIZE; i++)
	{
		h = (h ^ (i < len ? data[i] : 0)) * 0x100000001b3u;
		if (i >= len)
		{
			digest[i - len] = (uint8_t)(h >> 32);
		}
	}
}

void node_start(sim_node_t *node)
{
	sim_t *sim = node->sim;
	core_seams_t seams = world_host_seams(node->host);

	seams.net_ops = &stream_ops;
	seams.net = node;
	seams.datagram_ops = &wire_datagrams;
	seams.datagrams = node;
	seams.sha1 = sum;
	seams.initiate = charon_asked;
	seams.rekey = charon_asked_rekey;
	seams.reauthenticate = charon_asked_reauth;
	xfrm_seams(node, &seams);
	seams.user = node;
	sim_trace(sim, "n%u: starts", node->number);
	node->epoch++;
	node->next_sa = 1;
	node->started = sim->now;
	node->stopping = node->dying = false;
	node->host->now = sim->now;
	node->host->n_events = 0;
	node->core = core_create(&seams, NULL, prng_next(&sim->rng), sim->now);
	node->host->core = node->core;
	node_reload(node);
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		if (node_has(node, &sim->tunnels[i]))
		{
			sim_end_t *end =
				&sim->tunnels[i].end[node_side(node, &sim->tunnels[i])];

			/* a person's words end with the daemon */
			end->drained = end->shutdown = false;
		}
	}
}

static void gone(sim_node_t *node)
{
	core_destroy(node->core, node->sim->now);
	node->core = node->host->core = NULL;
	node->host->n_events = 0;
	node->host->dumps = 0;
	node->host->table_wanted = false;
	stream_forget(node);
	wire_forget(node);
	if (timers_next(node->host->timers) != USEC_NEVER)
	{
		sim_fail(node->sim, "n%u: a timer runs that is nobody's", node->number);
	}
}

void node_kill(sim_node_t *node)
{
	sim_trace(node->sim, "n%u: is killed", node->number);
	node->dying = true;
	charon_forget(node, false);
	gone(node);
}

static void stop_ends(sim_t *sim, void *user, uint64_t epoch, uint64_t b)
{
	sim_node_t *node = user;

	if (node->epoch == epoch && node->core)
	{
		node_finish(node);
	}
}

void node_stop(sim_node_t *node)
{
	fact_t fact = {.kind = FACT_SHUTDOWN};

	sim_trace(node->sim, "n%u: stops", node->number);
	core_fact(node->core, &fact, node->sim->now);
	node->stopping = true;
	node->poked = true;
	charon_goodbye(node);
	sim_at(node->sim, 500 * MSEC, stop_ends, node, node->epoch, 0);
}

/** at the end groups go with their routes */
static void forget_wrongs(sim_node_t *node)
{
	fake_kernel_counts(node->host->kernel)->wrongs = 0;
}

void node_finish(sim_node_t *node)
{
	sim_trace(node->sim, "n%u: has stopped", node->number);
	core_stop(node->core, node->sim->now);
	forget_wrongs(node);
	charon_forget(node, true);
	gone(node);
}

void node_destroy(sim_node_t *node)
{
	if (node->core)
	{
		node->dying = true;
		gone(node);
	}
	world_host_destroy(node->host);
}

static void poke(sim_t *sim, void *user, uint64_t a, uint64_t b)
{
	((sim_node_t *)user)->poked = true;
}

void node_turn(sim_node_t *node)
{
	world_t *host = node->host;
	usec_t now = node->sim->now;
	bool more = true;

	host->now = now;
	node->poked = false;
	for (unsigned i = 0; more && node->core; i++)
	{
		world_kernel_step(host);
		core_apply(node->core, now);
		more = timers_run(host->timers, now) > 0;
		core_apply(node->core, now);
		more |= stream_turn(node);
		more |= core_work(node->core, now);
		more |= stream_turn(node);
		core_apply(node->core, now);
		more |= host->n_events > 0 || host->dumps || host->table_wanted;
		if (host->beside_due)
		{
			/* the descriptor that tells of it */
			sim_at(node->sim, host->beside_due - now, poke, node, 0, 0);
		}
		if (more && node->slow)
		{
			sim_at(node->sim, MSEC, poke, node, 0, 0);
			return;
		}
		if (i == 2000)
		{
			sim_fail(node->sim, "n%u: its loop never ends", node->number);
			return;
		}
	}
}
