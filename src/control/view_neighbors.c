/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `neighbors`, and one `neighbor` in full. The password is not in here. */

#include "control/view.h"

#include <stdio.h>
#include <string.h>

#include "control/json.h"

static void prefixes(json_object *obj, const char *key, const uint32_t count[2])
{
	json_object *o = put_object(obj, key);

	put_num(o, "ipv4", count[0]);
	put_num(o, "ipv6", count[1]);
}

static json_object *brief(const view_state_t *state, const bgp_peer_t *peer,
						  const char *tunnel, const bgp_peer_info_t *info)
{
	const bgp_peer_config_t *config = bgp_peer_config(peer);
	json_object *obj = json_object_new_object();

	put_str(obj, "name", config->name);
	put_str(obj, "tunnel", tunnel);
	put_addr(obj, "address", &config->address);
	put_num(obj, "remote_as", config->remote_as);
	put_str(obj, "state", bgp_state_name(info->state));
	put_since(obj, "since", state->now, info->since);
	prefixes(obj, "received", info->received);
	prefixes(obj, "accepted", info->accepted);
	prefixes(obj, "advertised", info->advertised);
	put_str(obj, "last_error",
			info->last_error && info->last_error[0] ? info->last_error : NULL);
	return obj;
}

static void details(json_object *obj, const bgp_peer_t *peer,
					const bgp_peer_info_t *info)
{
	const bgp_peer_config_t *config = bgp_peer_config(peer);
	addr_t id = addr_v4(info->router_id);
	char buf[ADDR_STR_MAX];
	json_object *o;

	put_str(obj, "router_id", info->router_id ? addr_format(&id, buf) : NULL);
	put_num(obj, "hold_time", info->hold_time);
	put_num(obj, "keepalive", info->keepalive);
	put_bool(obj, "passive", config->passive);
	put_num(obj, "max_prefix", config->max_prefix);
	o = put_object(obj, "capabilities");
	put_bool(o, "ipv4", info->families & BGP_IPV4);
	put_bool(o, "ipv6", info->families & BGP_IPV6);
	put_bool(o, "four_octet_as", info->as4);
	put_bool(o, "route_refresh", info->route_refresh);
	put_bool(o, "enhanced_route_refresh", info->enhanced_refresh);
	put_bool(o, "extended_message", info->extended_message);
	put_bool(o, "graceful_restart", info->graceful_restart);
	o = put_object(obj, "end_of_rib");
	put_bool(o, "ipv4", info->eor & BGP_IPV4);
	put_bool(o, "ipv6", info->eor & BGP_IPV6);
	o = put_object(obj, "messages");
	put_num(o, "received", info->messages_in);
	put_num(o, "sent", info->messages_out);
	put_num(o, "updates_received", info->updates_in);
	put_num(o, "updates_sent", info->updates_out);
	put_num(obj, "established", info->established);
	put_num(obj, "treated_as_withdraw", info->treated_as_withdraw);
	put_num(obj, "discarded_attributes", info->discarded_attributes);
	if (info->last_code)
	{
		o = put_object(obj, "last_notification");
		put_num(o, "code", info->last_code);
		put_num(o, "subcode", info->last_subcode);
		put_str(o, "direction", info->last_sent ? "sent" : "received");
	}
	else
	{
		put_str(obj, "last_notification", NULL);
	}
}

typedef bool (*visit_t)(const view_state_t *state, const bgp_peer_t *peer,
						const char *tunnel, void *user);

static void each_peer(const view_state_t *state, visit_t visit, void *user)
{
	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		const view_tunnel_t *t = &state->tunnels[i];

		for (unsigned k = 0; t->peers && k < 2; k++)
		{
			if (t->peers[k] &&
				!visit(state, t->peers[k], t->config->name, user))
			{
				return;
			}
		}
	}
	for (size_t i = 0;
		 state->bgp && state->config && i < state->config->n_neighbors; i++)
	{
		if (state->neighbors && state->neighbors[i] &&
			!visit(state, state->neighbors[i], NULL, user))
		{
			return;
		}
	}
}

static bool add(const view_state_t *state, const bgp_peer_t *peer,
				const char *tunnel, void *user)
{
	bgp_peer_info_t info;

	bgp_peer_info(peer, &info);
	json_object_array_add(user, brief(state, peer, tunnel, &info));
	return true;
}

json_object *view_neighbors(const view_state_t *state)
{
	json_object *array = json_object_new_array();

	each_peer(state, add, array);
	return array;
}

typedef struct wanted_t
{
	const char *name;
	json_object *found;
} wanted_t;

static bool pick(const view_state_t *state, const bgp_peer_t *peer,
				 const char *tunnel, void *user)
{
	wanted_t *wanted = user;
	bgp_peer_info_t info;

	if (strcmp(bgp_peer_name(peer), wanted->name) != 0)
	{
		return true;
	}
	bgp_peer_info(peer, &info);
	wanted->found = brief(state, peer, tunnel, &info);
	details(wanted->found, peer, &info);
	return false;
}

json_object *view_neighbor(const view_state_t *state, const char *name)
{
	wanted_t wanted = {.name = name};

	each_peer(state, pick, &wanted);
	return wanted.found;
}
