/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `tunnels`: one object a tunnel. */

#include "control/view.h"

#include <stdio.h>

#include "control/json.h"

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
		put_str(o, "state", bgp_state_name(info.state));
	}
}

static void tunnel(json_object *array, const view_state_t *state,
				   const view_tunnel_t *t)
{
	json_object *obj = put_item(array);
	const config_tunnel_t *config = t->config;

	put_str(obj, "name", config->name);
	put_str(obj, "bundle", t->bundle->name);
	put_str(obj, "connection", config->connection);
	put_str(obj, "state", tunnel_state_name(tunnel_state(t->tunnel)));
	put_str(obj, "reason", tunnel_reason(t->tunnel));
	put_since(obj, "since", state->now, tunnel_since(t->tunnel));
	put_bool(obj, "forwarding", tunnel_forwarding(t->tunnel));
	put_bool(obj, "active", t->active);
	put_str(obj, "link", t->link);
	put_num(obj, "link_index", t->link_index);
	put_num(obj, "if_id", t->if_id);
	put_num(obj, "mtu", t->mtu);
	addresses(obj, config);
	put_bool(obj, "pinned", t->pinned);
	put_num(obj, "weight", config->weight);
	put_num(obj, "priority", config->priority);
	put_num(obj, "ups", tunnel_ups(t->tunnel));
	put_num(obj, "downs", tunnel_downs(t->tunnel));
	sa(obj, t);
	put_str(obj, "alert", t->alert && t->alert[0] ? t->alert : NULL);
	put_since(obj, "alert_since", state->now, t->alert_at);
	neighbors(obj, state, t);
}

json_object *view_tunnels(const view_state_t *state)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		tunnel(array, state, &state->tunnels[i]);
	}
	return array;
}
