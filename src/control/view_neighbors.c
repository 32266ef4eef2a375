/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `neighbors`, and one `neighbor` in full. The password is not in here. */

#include "control/view.h"

#include <string.h>

#include "control/json.h"

static void prefixes(json_object *obj, const char *key, const uint32_t count[2])
{
	json_object *o = put_object(obj, key);

	put_num(o, "ipv4", count[0]);
	put_num(o, "ipv6", count[1]);
}

static const char *held_by(const view_neighbor_t *n,
						   const bgp_peer_info_t *info)
{
	return n->shutdown                         ? "a person"
		   : info->held_by && info->held_by[0] ? info->held_by
											   : "failures in a row";
}

/** null, or why it does not try to connect now, and for how long */
static void held(json_object *obj, const view_state_t *state,
				 const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	bool wait = info->idle_until == USEC_NEVER || info->idle_until > state->now;
	json_object *o;

	if (!n->shutdown && !wait)
	{
		put_str(obj, "held", NULL);
		return;
	}
	o = put_object(obj, "held");
	put_str(o, "by", held_by(n, info));
	put_bool(o, "shutdown", n->shutdown);
	put_str(o, "text",
			n->shutdown && n->shutdown_text[0] ? n->shutdown_text : NULL);
	put_since(o, "since", state->now, n->shutdown ? n->shutdown_at : 0);
	/* null: until a person starts it */
	put_until(o, "remaining", state->now,
			  n->shutdown ? USEC_NEVER : info->idle_until);
}

static json_object *brief(const view_state_t *state, const view_neighbor_t *n,
						  const bgp_peer_info_t *info)
{
	const bgp_peer_config_t *config = bgp_peer_config(n->peer);
	json_object *obj = json_object_new_object();

	put_str(obj, "name", config->name);
	put_str(obj, "tunnel", n->tunnel ? n->tunnel->name : NULL);
	put_addr(obj, "address", &config->address);
	put_num(obj, "remote_as", config->remote_as);
	put_str(obj, "state", bgp_state_name(info->state));
	put_since(obj, "since", state->now, info->since);
	held(obj, state, n, info);
	prefixes(obj, "received", info->received);
	prefixes(obj, "accepted", info->accepted);
	prefixes(obj, "advertised", info->advertised);
	put_str(obj, "last_error",
			info->last_error && info->last_error[0] ? info->last_error : NULL);
	put_str(obj, "connect_error",
			info->connect_error && info->connect_error[0] ? info->connect_error
														  : NULL);
	return obj;
}

/** the session's two ends */
static void ends(json_object *obj, const view_state_t *state,
				 const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	const bgp_peer_config_t *config = bgp_peer_config(n->peer);
	uint32_t local_as = config->local_as ? config->local_as
						: state->config  ? state->config->asn
										 : 0;
	addr_t id = addr_v4(info->router_id);
	char buf[ADDR_STR_MAX];

	put_addr(obj, "local_address", &n->local);
	put_num(obj, "local_as", local_as);
	put_bool(obj, "internal", local_as == config->remote_as);
	put_str(obj, "link", n->link && n->link[0] ? n->link : NULL);
	put_num(obj, "ttl", n->ttl);
	put_num(obj, "ttl_minimum", n->ttl_min);
	put_bool(obj, "md5", n->config->password != NULL);
	put_bool(obj, "passive", config->passive);
	put_str(obj, "socket_problem", n->problem[0] ? n->problem : NULL);
	put_str(obj, "router_id", info->router_id ? addr_format(&id, buf) : NULL);
}

static void timers(json_object *obj, const bgp_peer_config_t *config,
				   const bgp_peer_info_t *info)
{
	json_object *o;

	/* as negotiated, 0 without a session */
	put_num(obj, "hold_time", info->hold_time);
	put_num(obj, "keepalive", info->keepalive);
	o = put_object(obj, "configured");
	put_num(o, "hold_time", config->hold_time);
	put_num(o, "keepalive", config->keepalive);
	put_num(o, "connect_retry", config->connect_retry);
}

/** what our OPEN offers, what the neighbour's had, and what is in use by it */
static void capabilities(json_object *obj, const bgp_peer_info_t *info)
{
	const struct
	{
		const char *name;
		unsigned bit;
		bool used;
	} known[] = {
		{"ipv4", BGP_IPV4, info->families & BGP_IPV4},
		{"ipv6", BGP_IPV6, info->families & BGP_IPV6},
		{"four_octet_as", BGP_CAP_AS4, info->as4},
		{"route_refresh", BGP_CAP_REFRESH, info->route_refresh},
		{"enhanced_route_refresh", BGP_CAP_ENHANCED_REFRESH,
		 info->enhanced_refresh},
		{"extended_message", BGP_CAP_EXTENDED_MESSAGE, info->extended_message},
		{"extended_next_hop", BGP_CAP_EXTENDED_NEXT_HOP,
		 info->extended_next_hop},
		{"graceful_restart", BGP_CAP_RESTART, info->graceful_restart},
		{"notification_restart", BGP_CAP_NOTIFICATION_RESTART,
		 info->notification_restart},
		{"role", BGP_CAP_ROLE, info->offered & info->announced & BGP_CAP_ROLE},
	};
	json_object *ours = put_object(obj, "offered");
	json_object *theirs = put_object(obj, "announced");
	json_object *both = put_object(obj, "capabilities");

	for (size_t i = 0; i < countof(known); i++)
	{
		put_bool(ours, known[i].name, info->offered & known[i].bit);
		put_bool(theirs, known[i].name, info->announced & known[i].bit);
		put_bool(both, known[i].name, known[i].used);
	}
}

static void role(json_object *obj, const bgp_peer_config_t *config,
				 const bgp_peer_info_t *info)
{
	json_object *o = put_object(obj, "role");

	put_str(o, "ours", config->role ? bgp_role_name(config->role) : NULL);
	put_str(o, "neighbors",
			info->remote_role ? bgp_role_name(info->remote_role) : NULL);
	put_bool(o, "strict", config->role_strict);
}

static void restart(json_object *obj, const bgp_peer_info_t *info)
{
	json_object *o = put_object(obj, "graceful_restart");

	put_num(o, "restart_time", info->restart_time);
	/* RFC 8538 */
	put_bool(o, "notification", info->notification_restart);
	put_bool(o, "restarting", info->restarting);
	o = put_object(obj, "end_of_rib");
	put_bool(o, "ipv4", info->eor & BGP_IPV4);
	put_bool(o, "ipv6", info->eor & BGP_IPV6);
}

static void percent(json_object *obj, const char *key, uint64_t used,
					uint64_t limit)
{
	if (limit)
	{
		put_num(obj, key, used * 100 / limit);
	}
	else
	{
		put_str(obj, key, NULL);
	}
}

static void limits(json_object *obj, const bgp_peer_config_t *config,
				   const bgp_peer_info_t *info)
{
	json_object *o, *used;

	put_num(obj, "max_prefix", config->max_prefix);
	o = put_object(obj, "limits");
	put_num(o, "max_prefix", config->max_prefix);
	put_str(o, "max_prefix_action",
			config->max_prefix_warn_only ? "warn" : "stop");
	put_num(o, "max_prefix_warn", config->max_prefix_warn);
	put_num(o, "max_prefix_restart", config->max_prefix_restart);
	used = put_object(o, "max_prefix_used");
	percent(used, "ipv4", info->received[0], config->max_prefix);
	percent(used, "ipv6", info->received[1], config->max_prefix);
	put_num(o, "max_memory", config->max_memory);
	put_num(o, "memory", info->memory);
	percent(o, "max_memory_used", info->memory, config->max_memory);
	put_num(o, "max_as_path", config->max_as_path);
	put_num(o, "max_communities", config->max_communities);
}

static void errors(json_object *obj, const view_state_t *state,
				   const bgp_peer_info_t *info)
{
	json_object *o;

	put_since(obj, "last_error_since", state->now, info->last_error_at);
	put_since(obj, "connect_error_since", state->now, info->connect_error_at);
	/* RFC 7606 */
	put_num(obj, "treated_as_withdraw", info->treated_as_withdraw);
	put_num(obj, "discarded_attributes", info->discarded_attributes);
	o = put_object(obj, "dropped");
	for (bgp_drop_t i = BGP_DROP_NONE + 1; i < BGP_DROP_COUNT; i++)
	{
		put_num(o, bgp_drop_name(i), info->dropped[i]);
	}
	if (!info->last_code)
	{
		put_str(obj, "last_notification", NULL);
		return;
	}
	o = put_object(obj, "last_notification");
	put_num(o, "code", info->last_code);
	put_num(o, "subcode", info->last_subcode);
	put_str(o, "direction", info->last_sent ? "sent" : "received");
}

static void policies(json_object *obj, const view_neighbor_t *n)
{
	const bgp_peer_config_t *config = bgp_peer_config(n->peer);
	json_object *o = put_object(obj, "policies");

	put_str(o, "import", n->import_policy);
	put_str(o, "export", n->export_policy);
	put_num(o, "allowas_in", config->allowas_in);
	put_bool(o, "reject_as_sets", !config->as_sets);
	put_bool(o, "as_override", config->as_override);
	put_str(o, "private_as",
			config->private_as == BGP_PRIVATE_AS_REMOVE    ? "remove"
			: config->private_as == BGP_PRIVATE_AS_REPLACE ? "replace"
														   : "keep");
	put_bool(o, "graceful_shutdown", config->graceful_shutdown);
}

static void details(json_object *obj, const view_state_t *state,
					const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	const bgp_peer_config_t *config = bgp_peer_config(n->peer);
	json_object *o;

	ends(obj, state, n, info);
	role(obj, config, info);
	timers(obj, config, info);
	capabilities(obj, info);
	restart(obj, info);
	limits(obj, config, info);
	o = put_object(obj, "messages");
	put_num(o, "received", info->messages_in);
	put_num(o, "sent", info->messages_out);
	put_num(o, "updates_received", info->updates_in);
	put_num(o, "updates_sent", info->updates_out);
	put_num(obj, "established", info->established);
	errors(obj, state, info);
	policies(obj, n);
}

json_object *view_neighbors(const view_state_t *state)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < state->n_neighbors; i++)
	{
		bgp_peer_info_t info;

		bgp_peer_info(state->neighbors[i].peer, &info);
		json_object_array_add(array, brief(state, &state->neighbors[i], &info));
	}
	return array;
}

const view_neighbor_t *view_neighbor_find(const view_state_t *state,
										  const char *name)
{
	for (size_t i = 0; i < state->n_neighbors; i++)
	{
		if (strcmp(bgp_peer_name(state->neighbors[i].peer), name) == 0)
		{
			return &state->neighbors[i];
		}
	}
	return NULL;
}

json_object *view_neighbor(const view_state_t *state, const char *name)
{
	const view_neighbor_t *n = view_neighbor_find(state, name);
	bgp_peer_info_t info;
	json_object *obj;

	if (!n)
	{
		return NULL;
	}
	bgp_peer_info(n->peer, &info);
	obj = brief(state, n, &info);
	details(obj, state, n, &info);
	return obj;
}
