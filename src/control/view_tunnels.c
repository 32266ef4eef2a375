/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `tunnels`: one object a tunnel; `tunnel NAME`: the same, and its static
 * routes. The key of BFD is not in here. */

#include "control/view.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "control/json.h"

typedef struct transform_t
{
	uint16_t number;
	const char *name;
} transform_t;

/** as strongSwan calls them, by IKEv2 number */
static const transform_t encryption[] = {
	{3, "3DES_CBC"},    {11, "NULL"},         {12, "AES_CBC"},
	{13, "AES_CTR"},    {14, "AES_CCM_8"},    {15, "AES_CCM_12"},
	{16, "AES_CCM_16"}, {18, "AES_GCM_8"},    {19, "AES_GCM_12"},
	{20, "AES_GCM_16"}, {23, "CAMELLIA_CBC"}, {28, "CHACHA20_POLY1305"},
};
static const transform_t integrity[] = {
	{1, "HMAC_MD5_96"},        {2, "HMAC_SHA1_96"},
	{5, "AES_XCBC_96"},        {8, "AES_CMAC_96"},
	{12, "HMAC_SHA2_256_128"}, {13, "HMAC_SHA2_384_192"},
	{14, "HMAC_SHA2_512_256"},
};

static void transform(const transform_t *list, size_t count, uint16_t number,
					  text_t *out)
{
	for (size_t i = 0; i < count; i++)
	{
		if (list[i].number == number)
		{
			text_add(out, list[i].name);
			return;
		}
	}
	text_printf(out, "transform %u", number);
}

/** "AES_CBC-256/HMAC_SHA2_256_128" */
static void cipher(json_object *obj, const tunnel_sa_info_t *info)
{
	text_t text;

	text_init(&text);
	transform(encryption, countof(encryption), info->encr, &text);
	if (info->key_bits)
	{
		text_printf(&text, "-%u", info->key_bits);
	}
	if (info->integ)
	{
		text_char(&text, '/');
		transform(integrity, countof(integrity), info->integ, &text);
	}
	put_str(obj, "cipher", text_str(&text));
	text_deinit(&text);
}

static void spi(json_object *obj, const char *key, uint32_t value)
{
	char text[9];

	snprintf(text, sizeof(text), "%08x", value);
	put_str(obj, key, value ? text : NULL);
}

static void sa(json_object *obj, const view_tunnel_t *t)
{
	const tunnel_sa_info_t *info = tunnel_sa_info(t->tunnel);
	json_object *o;

	if (t->config->interface || !info)
	{
		put_str(obj, "sa", NULL);
		return;
	}
	o = put_object(obj, "sa");
	put_num(o, "count", tunnel_sa_count(t->tunnel));
	put_addr(o, "local", &info->local);
	put_addr(o, "remote", &info->remote);
	put_bool(o, "nat_t", info->encap);
	put_num(o, "encryption", info->encr);
	put_num(o, "key_bits", info->key_bits);
	put_num(o, "integrity", info->integ);
	cipher(o, info);
	spi(o, "spi_in", info->spi_in);
	spi(o, "spi_out", info->spi_out);
}

static void addresses(json_object *obj, const config_tunnel_t *config)
{
	json_object *array = put_array(obj, "addresses");

	for (size_t i = 0; i < config->n_addresses; i++)
	{
		char addr[ADDR_STR_MAX], text[ADDR_STR_MAX + 5];

		snprintf(text, sizeof(text), "%s/%u",
				 addr_format(&config->addresses[i].addr, addr),
				 config->addresses[i].len);
		json_object_array_add(array, json_object_new_string(text));
	}
}

static void traffic(json_object *obj, const view_tunnel_t *t)
{
	const struct
	{
		const char *name;
		uint64_t packets, bytes, errors, dropped;
	} ways[] = {
		{"received", t->stats.rx_packets, t->stats.rx_bytes, t->stats.rx_errors,
		 t->stats.rx_dropped},
		{"sent", t->stats.tx_packets, t->stats.tx_bytes, t->stats.tx_errors,
		 t->stats.tx_dropped},
	};
	json_object *both = put_object(obj, "traffic");

	for (size_t i = 0; i < countof(ways); i++)
	{
		json_object *o = put_object(both, ways[i].name);

		put_num(o, "packets", ways[i].packets);
		put_num(o, "bytes", ways[i].bytes);
		put_num(o, "errors", ways[i].errors);
		put_num(o, "dropped", ways[i].dropped);
	}
}

static void bfd(json_object *obj, const view_state_t *state,
				const view_tunnel_t *t)
{
	const config_tunnel_t *c = t->config;
	const bfd_info_t *info = &t->bfd;
	json_object *o;

	if (!c->bfd)
	{
		put_str(obj, "bfd", NULL);
		return;
	}
	o = put_object(obj, "bfd");
	put_addr(o, "address", &c->bfd_address);
	put_bool(o, "strict", c->bfd_strict);
	put_bool(o, "authenticated", c->bfd_auth != CONFIG_BFD_NONE);
	put_bool(o, "running", t->has_bfd);
	if (!t->has_bfd)
	{
		return;
	}
	put_str(o, "state", bfd_state_name(info->state));
	put_since(o, "since", state->now, info->since);
	put_str(o, "remote_state", bfd_state_name(info->remote_state));
	put_str(o, "diagnostic", bfd_diag_name(info->diag));
	put_str(o, "remote_diagnostic", bfd_diag_name(info->remote_diag));
	put_num(o, "discriminator", info->discriminator);
	put_num(o, "remote_discriminator", info->remote_discriminator);
	put_span(o, "interval", info->tx);
	put_span(o, "detection_time", info->detection);
	put_num(o, "remote_multiplier", info->remote_multiplier);
	put_num(o, "received", info->packets_in);
	put_num(o, "sent", info->packets_out);
	put_num(o, "dropped", info->dropped);
	put_num(o, "unauthentic", info->unauthentic);
	put_num(o, "ups", info->ups);
}

static void probe(json_object *obj, const view_state_t *state,
				  const view_tunnel_t *t)
{
	const config_tunnel_t *c = t->config;
	const probe_info_t *info = &t->probe;
	json_object *o;

	if (!addr_is_set(&c->probe))
	{
		put_str(obj, "probe", NULL);
		return;
	}
	o = put_object(obj, "probe");
	put_addr(o, "address", &c->probe);
	put_bool(o, "running", t->has_probe);
	if (!t->has_probe)
	{
		return;
	}
	put_bool(o, "failed", info->failed);
	put_bool(o, "answered", info->answered);
	put_since(o, "since", state->now, info->since);
	put_span(o, "rtt", info->rtt);
	put_span(o, "jitter", info->jitter);
	put_span(o, "rtt_last", info->rtt_last);
	put_num(o, "lost", info->lost);
	put_num(o, "window", info->seen);
	put_num(o, "sent", info->sent);
	put_num(o, "received", info->received);
}

static void supervisor(json_object *obj, const view_state_t *state,
					   const view_tunnel_t *t)
{
	json_object *o;

	if (!t->has_supervisor)
	{
		put_str(obj, "supervisor", NULL);
		return;
	}
	o = put_object(obj, "supervisor");
	put_num(o, "tries", t->supervisor.tries);
	put_until(o, "next", state->now, t->supervisor.next);
}

static void drain(json_object *obj, const view_state_t *state,
				  const view_tunnel_t *t)
{
	json_object *o;

	if (!t->drained_at)
	{
		put_str(obj, "drain", NULL);
		return;
	}
	o = put_object(obj, "drain");
	put_since(o, "since", state->now, t->drained_at);
	put_bool(o, "withdrawn", t->withdrawn);
	put_until(o, "withdrawn_in", state->now,
			  t->withdrawn ? USEC_NEVER : t->withdraw_at);
}

static void reauth(json_object *obj, const view_state_t *state,
				   const view_tunnel_t *t)
{
	json_object *o;

	if (!t->reauth)
	{
		put_str(obj, "reauth", NULL);
		return;
	}
	o = put_object(obj, "reauth");
	put_str(o, "state", t->reauth);
	put_until(o, "in", state->now,
			  t->reauth_at > state->now ? t->reauth_at : USEC_NEVER);
}

static void unused(json_object *obj, const view_state_t *state,
				   const view_tunnel_t *t)
{
	static const char *const names[] = {
		[VIEW_UNUSED_MIN_LINKS] = "min_links",
		[VIEW_UNUSED_PREEMPT_DELAY] = "preempt_delay",
		[VIEW_UNUSED_STANDBY] = "standby",
	};
	json_object *o;

	if (t->unused == VIEW_UNUSED_NOT)
	{
		put_str(obj, "unused", NULL);
		return;
	}
	o = put_object(obj, "unused");
	put_str(o, "by", names[t->unused]);
	put_until(o, "remaining", state->now,
			  t->unused == VIEW_UNUSED_PREEMPT_DELAY ? t->unused_until
													 : USEC_NEVER);
}

static void neighbors(json_object *obj, const view_state_t *state,
					  const view_tunnel_t *t)
{
	json_object *array = put_array(obj, "neighbors");

	for (size_t i = 0; i < state->n_neighbors; i++)
	{
		const view_neighbor_t *n = &state->neighbors[i];
		bgp_peer_info_t info;
		json_object *o;

		if (n->tunnel != t->config)
		{
			continue;
		}
		bgp_peer_info(n->peer, &info);
		o = put_item(array);
		put_str(o, "name", bgp_peer_name(n->peer));
		put_addr(o, "address", &n->config->address);
		put_str(o, "state", bgp_state_name(info.state));
		put_since(o, "since", state->now, info.since);
	}
}

static void resilient(json_object *obj, const config_bundle_t *bundle)
{
	json_object *o;

	if (!bundle->resilient)
	{
		put_str(obj, "resilient", NULL);
		return;
	}
	o = put_object(obj, "resilient");
	put_num(o, "idle_timer", bundle->resilient_idle_timer);
	put_num(o, "unbalanced_timer", bundle->resilient_unbalanced_timer);
}

static json_object *tunnel(const view_state_t *state, const view_tunnel_t *t)
{
	json_object *obj = json_object_new_object();
	const config_tunnel_t *config = t->config;

	put_str(obj, "name", config->name);
	put_str(obj, "bundle", t->bundle->name);
	put_str(obj, "connection", config->connection);
	put_str(obj, "state", tunnel_state_name(tunnel_state(t->tunnel)));
	put_str(obj, "reason", tunnel_reason(t->tunnel));
	put_since(obj, "since", state->now, tunnel_since(t->tunnel));
	put_bool(obj, "forwarding", tunnel_forwarding(t->tunnel));
	put_bool(obj, "active", t->active);
	unused(obj, state, t);
	put_str(obj, "link", t->link);
	put_num(obj, "link_index", t->link_index);
	put_num(obj, "if_id", t->if_id);
	put_num(obj, "mtu", t->mtu);
	addresses(obj, config);
	put_bool(obj, "pinned", t->pinned);
	put_num(obj, "weight", config->weight);
	put_num(obj, "priority", config->priority);
	resilient(obj, t->bundle);
	put_num(obj, "ups", tunnel_ups(t->tunnel));
	put_num(obj, "downs", tunnel_downs(t->tunnel));
	put_num(obj, "rekeys", tunnel_rekeys(t->tunnel));
	traffic(obj, t);
	sa(obj, t);
	put_str(obj, "alert", t->alert && t->alert[0] ? t->alert : NULL);
	put_since(obj, "alert_since", state->now, t->alert_at);
	bfd(obj, state, t);
	probe(obj, state, t);
	put_str(obj, "detector_problem",
			t->detector_problem && t->detector_problem[0] ? t->detector_problem
														  : NULL);
	supervisor(obj, state, t);
	drain(obj, state, t);
	reauth(obj, state, t);
	neighbors(obj, state, t);
	return obj;
}

json_object *view_tunnels(const view_state_t *state)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		json_object_array_add(array, tunnel(state, &state->tunnels[i]));
	}
	return array;
}

bool view_tunnel_has(const view_tunnel_t *t, uint32_t member)
{
	for (unsigned i = 0; i < t->n_members; i++)
	{
		if (t->members[i] == member)
		{
			return true;
		}
	}
	return false;
}

/** the kernel sends by it, as the route is the static one */
static bool carries(const view_state_t *state, const view_tunnel_t *t,
					const prefix_t *prefix)
{
	uint32_t members[FIB_SET_MAX], group;
	bgp_route_t route;
	size_t n;

	if (!state->bgp || !bgp_route_get(state->bgp, prefix, &route) ||
		route.best[0].source != BGP_SOURCE_ROUTES)
	{
		return false;
	}
	n = view_route_members(state, &route, members, &group);
	for (size_t i = 0; i < n; i++)
	{
		if (view_tunnel_has(t, members[i]))
		{
			return true;
		}
	}
	return false;
}

static void statics(json_object *array, const view_state_t *state,
					const view_tunnel_t *t, const config_prefixes_t *list)
{
	for (size_t i = 0; i < list->count; i++)
	{
		json_object *o = put_item(array);
		char text[PREFIX_STR_MAX];

		put_str(o, "prefix", prefix_format(&list->list[i], text));
		put_bool(o, "used", carries(state, t, &list->list[i]));
	}
}

json_object *view_tunnel(const view_state_t *state, const char *name)
{
	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		const view_tunnel_t *t = &state->tunnels[i];
		json_object *obj, *array;

		if (strcmp(t->config->name, name) == 0)
		{
			obj = tunnel(state, t);
			array = put_array(obj, "static_routes");
			statics(array, state, t, &t->bundle->routes);
			statics(array, state, t, &t->config->routes);
			return obj;
		}
	}
	return NULL;
}
