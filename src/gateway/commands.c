/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Each command is a line in the table and a short function. */

#include "gateway/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gateway/commands_config.h"
#include "gateway/commands_follow.h"
#include "gateway/gateway_private.h"
#include "gateway/policy_test.h"

/** bytes of a Shutdown Communication: RFC 9003, and RFC 8203 before it */
#define SHUTDOWN_TEXT_MAX 255u
#define SHUTDOWN_TEXT_OLD 128u

static const view_state_t *fetch(void *user)
{
	return gateway_view(user);
}

/** with the counters of links */
static const view_state_t *fetch_traffic(void *user)
{
	gateway_t *gateway = user;

	core_view_traffic(gateway->core, gateway->now);
	return gateway_view(gateway);
}

/** and what else the kernel has to be asked for */
static const view_state_t *fetch_all(gateway_t *gateway)
{
	fetch_traffic(gateway);
	core_view_problems(gateway->core, &gateway->view, gateway->now);
	return &gateway->view;
}

static void status(void *user, json_object *args, control_reply_t *reply)
{
	reply->data = view_status(fetch_all(user));
}

static void firewall(void *user, json_object *args, control_reply_t *reply)
{
	reply->data = view_firewall(fetch_all(user));
}

static void doctor(void *user, json_object *args, control_reply_t *reply)
{
	gateway_t *gateway = user;
	const view_state_t *state = fetch_all(gateway);
	view_doctor_t *facts = mem_alloc((state->n_tunnels + 1) * sizeof(*facts));

	core_view_doctor(gateway->core, facts, gateway->now);
	reply->data = view_doctor(state, facts);
	free(facts);
}

static void metrics(void *user, json_object *args, control_reply_t *reply)
{
	reply->list = view_metrics(fetch_all(user), fetch_traffic, user);
	reply->data = json_object_new_object();
}

static void tunnels(void *user, json_object *args, control_reply_t *reply)
{
	reply->data = view_tunnels(fetch_traffic(user));
}

static const char *argument(json_object *args, const char *name)
{
	json_object *value;

	if (args && json_object_object_get_ex(args, name, &value) &&
		json_object_is_type(value, json_type_string))
	{
		return json_object_get_string(value);
	}
	return NULL;
}

static void history(void *user, json_object *args, control_reply_t *reply)
{
	const view_event_t *list[EVENTS_OF_NAMES];
	const char *name = argument(args, "name");
	gateway_t *gateway = user;
	size_t n = name ? events_of(gateway->events, name, list) : 0;

	if (!n)
	{
		reply->error = str_format(
			"nothing is known of a tunnel or neighbor '%.64s': `cygnetctl "
			"status` has their names",
			name ? name : "");
		return;
	}
	reply->data = view_events(list, n);
}

static void neighbors(void *user, json_object *args, control_reply_t *reply)
{
	reply->data = view_neighbors(gateway_view(user));
}

/** the neighbour's name; NULL: it is not given, error set */
static const char *name_of(json_object *args, control_reply_t *reply)
{
	const char *name = argument(args, "name");

	if (!name)
	{
		reply->error = str_copy("give the name of a neighbor: `cygnetctl "
								"neighbors` has them");
	}
	return name;
}

static void no_neighbor(const char *name, control_reply_t *reply)
{
	reply->error = str_format("there is no neighbor '%.64s': see `cygnetctl "
							  "neighbors`",
							  name);
}

static void neighbor(void *user, json_object *args, control_reply_t *reply)
{
	const char *name = name_of(args, reply);

	if (!name)
	{
		return;
	}
	reply->data = view_neighbor(gateway_view(user), name);
	if (!reply->data)
	{
		no_neighbor(name, reply);
	}
}

/** the words of a shutdown or reset, NULL: none; false: not to be sent */
static bool shutdown_text(json_object *args, const char **text,
						  control_reply_t *reply)
{
	*text = argument(args, "text");
	for (const char *s = *text; s && *s; s++)
	{
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
		{
			reply->error = str_copy("the text has control characters: a line "
									"of plain words is wanted");
			return false;
		}
	}
	if (*text && strlen(*text) > SHUTDOWN_TEXT_MAX)
	{
		reply->error = str_format("the text has %zu bytes, %u are the most "
								  "(RFC 9003): shorten it",
								  strlen(*text), SHUTDOWN_TEXT_MAX);
		return false;
	}
	return true;
}

/** runs what was asked for at once, and says in words what comes of it */
static void told(gateway_t *gateway, const char *words, control_reply_t *reply)
{
	core_apply(gateway->core, gateway->now);
	reply->data = json_object_new_object();
	json_object_object_add(reply->data, "done", json_object_new_string(words));
}

/** the same for what is said to a neighbour */
static void done(gateway_t *gateway, const char *name, bool good,
				 control_reply_t *reply, const char *words)
{
	if (!good)
	{
		no_neighbor(name, reply);
	}
	else
	{
		told(gateway, words, reply);
	}
}

static void neighbor_refresh(void *user, json_object *args,
							 control_reply_t *reply)
{
	gateway_t *gateway = user;
	const char *name = name_of(args, reply);
	const view_neighbor_t *n;
	bgp_peer_info_t info;

	if (!name)
	{
		return;
	}
	n = view_neighbor_find(gateway_view(gateway), name);
	if (!n)
	{
		no_neighbor(name, reply);
		return;
	}
	bgp_peer_info(n->peer, &info);
	if (info.state != BGP_ESTABLISHED)
	{
		reply->error = str_format("neighbor %s is %s: without a session there "
								  "is nothing to refresh; see `cygnetctl "
								  "neighbor %s`",
								  name, bgp_state_name(info.state), name);
		return;
	}
	done(gateway, name,
		 core_neighbor_refresh(gateway->core, name, gateway->now), reply,
		 info.route_refresh ? "the neighbor was asked for its routes anew"
							: "the neighbor knows no route refresh: policy "
							  "runs anew over the routes held");
}

static void neighbor_reset(void *user, json_object *args,
						   control_reply_t *reply)
{
	gateway_t *gateway = user;
	const char *name = name_of(args, reply), *text;

	if (name && shutdown_text(args, &text, reply))
	{
		done(gateway, name,
			 core_neighbor_reset(gateway->core, name, text, gateway->now),
			 reply, "the session was ended and is connected anew");
	}
}

static void neighbor_shutdown(void *user, json_object *args,
							  control_reply_t *reply)
{
	gateway_t *gateway = user;
	const char *name = name_of(args, reply), *text;

	if (name && shutdown_text(args, &text, reply))
	{
		done(gateway, name,
			 core_neighbor_shutdown(gateway->core, name, text, gateway->now),
			 reply,
			 text && strlen(text) > SHUTDOWN_TEXT_OLD
				 ? "shut down until `start`, or a restart of the daemon; the "
				   "text is over 128 bytes, which a neighbor of RFC 8203 does "
				   "not show"
				 : "shut down until `start`, or a restart of the daemon");
	}
}

static bool established(const view_state_t *state, const char *name)
{
	bgp_peer_info_t info;

	for (size_t i = 0; i < state->n_neighbors; i++)
	{
		if (strcmp(bgp_peer_name(state->neighbors[i].peer), name) == 0)
		{
			bgp_peer_info(state->neighbors[i].peer, &info);
			return info.state == BGP_ESTABLISHED;
		}
	}
	return false;
}

static void neighbor_start(void *user, json_object *args,
						   control_reply_t *reply)
{
	gateway_t *gateway = user;
	const char *name = name_of(args, reply);
	bool up = name && established(gateway_view(gateway), name);

	if (name)
	{
		done(gateway, name,
			 core_neighbor_start(gateway->core, name, gateway->now), reply,
			 up ? "nothing to start: its session is Established"
				: "started: it connects as soon as its tunnel is up");
	}
}

/** the tunnel's name; NULL: it is not given, error set */
static const char *tunnel_of(json_object *args, control_reply_t *reply)
{
	const char *name = argument(args, "name");

	if (!name)
	{
		reply->error = str_copy("give the name of a tunnel: `cygnetctl "
								"tunnels` has them");
	}
	return name;
}

static void no_tunnel(const char *name, control_reply_t *reply)
{
	reply->error = str_format("there is no tunnel '%.64s': see `cygnetctl "
							  "tunnels`",
							  name);
}

static void tunnel(void *user, json_object *args, control_reply_t *reply)
{
	const char *name = tunnel_of(args, reply);

	if (!name)
	{
		return;
	}
	reply->data = view_tunnel(fetch_traffic(user), name);
	if (!reply->data)
	{
		no_tunnel(name, reply);
	}
}

/** drain or undrain a tunnel */
static void drain_or_not(gateway_t *gateway, json_object *args, bool drain,
						 control_reply_t *reply, const char *words)
{
	const char *name = tunnel_of(args, reply);

	if (!name)
	{
		return;
	}
	if (!(drain ? core_drain(gateway->core, name, gateway->now)
				: core_undrain(gateway->core, name, gateway->now)))
	{
		no_tunnel(name, reply);
	}
	else
	{
		told(gateway, words, reply);
	}
}

static void drain(void *user, json_object *args, control_reply_t *reply)
{
	drain_or_not(user, args, true, reply,
				 "drained until `undrain`, or a restart of the daemon: what we "
				 "send goes other ways, and the far side is asked to do so");
}

static bool drained(const view_state_t *state, const char *name)
{
	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		if (strcmp(state->tunnels[i].config->name, name) == 0)
		{
			return state->tunnels[i].drained_at;
		}
	}
	return false;
}

static void undrain(void *user, json_object *args, control_reply_t *reply)
{
	const char *name = argument(args, "name");

	drain_or_not(user, args, false, reply,
				 name && drained(gateway_view(user), name)
					 ? "in use again"
					 : "nothing to undo: it was not drained");
}

static void reauth(void *user, json_object *args, control_reply_t *reply)
{
	const char *name = tunnel_of(args, reply), *words;
	gateway_t *gateway = user;

	if (name && core_reauth(gateway->core, name, &words, gateway->now))
	{
		told(gateway, words, reply);
	}
	else if (name)
	{
		no_tunnel(name, reply);
	}
}

/** the prefix asked for: given false: none; false: it is not one */
static bool prefix_of(json_object *args, prefix_t *prefix, bool *given,
					  control_reply_t *reply)
{
	const char *text = argument(args, "prefix");
	char buf[PREFIX_STR_MAX];
	ifaddr_t ifaddr;
	addr_t addr;

	*given = text != NULL;
	if (!text || prefix_parse(text, prefix))
	{
		return true;
	}
	if (ifaddr_parse(text, &ifaddr))
	{
		*prefix = ifaddr_prefix(&ifaddr);
		reply->error = str_format("'%.64s' has host bits, did you mean %s?",
								  text, prefix_format(prefix, buf));
		return false;
	}
	if (!addr_parse(text, &addr))
	{
		reply->error = str_format("'%.64s' is not a prefix such as "
								  "10.0.0.0/8, nor an address",
								  text);
		return false;
	}
	*prefix = prefix_make(&addr, addr_bits(&addr));
	return true;
}

static bool longer_of(json_object *args)
{
	json_object *value;

	return args && json_object_object_get_ex(args, "longer", &value) &&
		   json_object_get_boolean(value);
}

static void routes(void *user, json_object *args, control_reply_t *reply)
{
	prefix_t prefix;
	bool given;

	if (prefix_of(args, &prefix, &given, reply))
	{
		reply->list =
			view_routes(fetch, user, given ? &prefix : NULL, longer_of(args));
		reply->data = json_object_new_object();
	}
}

static void neighbor_routes(void *user, json_object *args,
							control_reply_t *reply)
{
	static const char *const tables[] = {
		[VIEW_RECEIVED] = "received",
		[VIEW_ACCEPTED] = "accepted",
		[VIEW_ADVERTISED] = "advertised",
	};
	const char *name = name_of(args, reply), *table = argument(args, "table");
	unsigned at = 0;
	prefix_t prefix;
	bool given;

	if (!name)
	{
		return;
	}
	while (at < countof(tables) && (!table || strcmp(tables[at], table) != 0))
	{
		at++;
	}
	if (at == countof(tables))
	{
		reply->error = str_copy("\"table\" has to be received, accepted or "
								"advertised");
	}
	else if (!view_neighbor_find(gateway_view(user), name))
	{
		no_neighbor(name, reply);
	}
	else if (prefix_of(args, &prefix, &given, reply))
	{
		reply->list =
			view_neighbor_routes(fetch, user, name, (view_table_t)at,
								 given ? &prefix : NULL, longer_of(args));
		reply->data = json_object_new_object();
	}
}

static void policies(void *user, json_object *args, control_reply_t *reply)
{
	reply->data = view_policies(gateway_view(user));
}

static void policy(void *user, json_object *args, control_reply_t *reply)
{
	const char *name = argument(args, "name");

	if (!name)
	{
		reply->error = str_copy("give the name of a policy: `cygnetctl policy "
								"list` has them");
		return;
	}
	reply->data = view_policy(gateway_view(user), name);
	if (!reply->data)
	{
		reply->error = str_format("there is no policy '%.64s' in the "
								  "configuration: see `cygnetctl policy list`",
								  name);
	}
}

static void policy_run(void *user, json_object *args, control_reply_t *reply)
{
	const view_state_t *state = gateway_view(user);
	const char *name = argument(args, "neighbor");
	const view_neighbor_t *n = name ? view_neighbor_find(state, name) : NULL;
	policy_test_live_t live = {0};
	const bgp_attrs_t *accepted;
	prefix_t prefix;
	bool given;

	if (!state->config)
	{
		reply->error = str_copy("there is no configuration yet: test a file by "
								"--file");
		return;
	}
	if (n)
	{
		live.import_policy = bgp_peer_config(n->peer)->import_policy;
		live.export_policy = bgp_peer_config(n->peer)->export_policy;
	}
	if (n && prefix_of(args, &prefix, &given, reply) && given &&
		!bgp_received_get(state->bgp, n->peer, &prefix, &live.received,
						  &accepted))
	{
		live.received = NULL;
	}
	if (!reply->error)
	{
		reply->data = policy_test(state->config, args, &live, &reply->error);
	}
}

const control_command_t gateway_commands[] = {
	{"status", false, status},
	{"firewall", false, firewall},
	{"doctor", false, doctor},
	{"watch", false, command_watch},
	{"log", false, command_log},
	{"history", false, history},
	{"metrics", false, metrics},
	{"tunnels", false, tunnels},
	{"tunnel", false, tunnel},
	{"neighbors", false, neighbors},
	{"neighbor", false, neighbor},
	{"drain", true, drain},
	{"undrain", true, undrain},
	{"reauth", true, reauth},
	{"neighbor-refresh", true, neighbor_refresh},
	{"neighbor-reset", true, neighbor_reset},
	{"neighbor-shutdown", true, neighbor_shutdown},
	{"neighbor-routes", false, neighbor_routes},
	{"neighbor-start", true, neighbor_start},
	{"policies", false, policies},
	{"policy", false, policy},
	{"policy-test", false, policy_run},
	{"routes", false, routes},
	{"diff", true, command_diff},
	{"reload", true, command_reload},
	{"confirm", true, command_confirm},
	{"rollback", true, command_rollback},
	{NULL, false, NULL},
};
