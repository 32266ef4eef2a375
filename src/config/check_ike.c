/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What in the connections of the file makes a tunnel lose packets. All of it
 * works for somebody, so all are warnings. Read in the sources of strongSwan
 * 5.9.8: vici_config.c, ike_sa_manager.c.
 */

#include "config/check.h"

#include "config/values.h"

#include <stdlib.h>
#include <string.h>

bool check_is_time(const char *text)
{
	return text && strtod(text, NULL) > 0;
}

bool check_is_on(const char *text, bool otherwise)
{
	bool on = otherwise;

	if (text)
	{
		config_parse_bool(text, &on);
	}
	return on;
}

/** names below a path become paths */
typedef struct collect_t
{
	const char *parent;
	config_strings_t *paths;
} collect_t;

static bool collect(void *user, const char *name)
{
	const collect_t *collect = user;

	strings_adopt(collect->paths, str_format("%s.%s", collect->parent, name));
	return true;
}

config_strings_t connection_children(const config_source_t *source,
									 const char *path)
{
	config_strings_t children = {.count = 0};
	char *parent = str_format("%s.children", path);
	collect_t below = {.parent = parent, .paths = &children};

	source->sections(source, parent, collect, &below);
	free(parent);
	return children;
}

static void check_dead_peer(config_load_t *load, const char *path)
{
	const config_source_t *source = load->source;
	const char *version = source->value(source, path, "version");

	if (!check_is_time(source->value(source, path, "dpd_delay")))
	{
		report_warning(load->report, path, "dpd_delay",
					   "is 0: of a far side that was restarted nothing is "
					   "noticed before the next rekeying, and the tunnel stays "
					   "away so long; write dpd_delay = 10s");
	}
	if (source->value(source, path, "dpd_timeout") &&
		(!version || strcmp(version, "1") != 0))
	{
		report_warning(load->report, path, "dpd_timeout",
					   "has no effect with IKEv2: a dead far side is given up "
					   "after charon's retransmissions, 165 s by default; bfd "
					   "or probe in the tunnel takes it out in time");
	}
}

/** an action of a child leaves a trap, whose packets initiate, too */
static void check_trap(config_load_t *load, const char *child, const char *key)
{
	const char *value = load->source->value(load->source, child, key);

	if (value && (strstr(value, "trap") || strstr(value, "route")))
	{
		report_warning(
			load->report, child, key,
			"sets a trap, upon which packets initiate the "
			"connection while Cygnet does: that makes doubled "
			"CHILD_SAs; write none, or supervise = no in the tunnel");
	}
}

static void check_actions(config_load_t *load, const char *child,
						  const config_tunnel_t *tunnel)
{
	const config_source_t *source = load->source;

	if (tunnel->supervise)
	{
		check_trap(load, child, "start_action");
		check_trap(load, child, "close_action");
		check_trap(load, child, "dpd_action");
	}
	if (check_is_time(source->value(source, child, "inactivity")))
	{
		report_warning(load->report, child, "inactivity",
					   "closes the SA of a quiet tunnel: leave it out");
	}
}

/** the SAs of the link carry what the link is given */
static void check_sa(config_load_t *load, const char *child)
{
	const config_source_t *source = load->source;
	const char *mode = source->value(source, child, "mode");
	static const char *const marks[] = {"mark_in", "mark_out"};
	char quote[REPORT_QUOTE_MAX];

	if (mode && strcmp(mode, "tunnel") != 0)
	{
		report_warning(load->report, child, "mode",
					   "%s does not carry what is routed into the tunnel's "
					   "link: leave it out",
					   report_quote(mode, quote));
	}
	if (!check_is_on(source->value(source, child, "policies"), true))
	{
		report_warning(load->report, child, "policies",
					   "is off: without policies the tunnel's link drops all");
	}
	for (size_t i = 0; i < countof(marks); i++)
	{
		if (source->value(source, child, marks[i]))
		{
			report_warning(load->report, child, marks[i],
						   "lets packets with this mark alone through the "
						   "tunnel's link: if_ids are enough, leave it out");
		}
	}
}

bool check_is_small_window(unsigned long window)
{
	return window && window < 1024;
}

/** where none is written, config_check_strongswan looks at strongswan.conf's */
static void check_replay_window(config_load_t *load, const char *child)
{
	const char *value =
		load->source->value(load->source, child, "replay_window");
	unsigned long window = value ? strtoul(value, NULL, 10) : 0;

	if (check_is_small_window(window))
	{
		report_warning(load->report, child, "replay_window",
					   "is %lu: a packet that so many others overtake is "
					   "dropped; write 1024",
					   window);
	}
}

static void check_unique(config_load_t *load, const char *path)
{
	const char *value = load->source->value(load->source, path, "unique");

	if (value && !strcmp(value, "keep"))
	{
		report_warning(load->report, path, "unique",
					   "keep refuses a far side that comes back by another "
					   "address or port until its old SA is found dead: write "
					   "no or replace");
	}
}

/** a value of the first section below path whose name begins so: of `local`
 * and `remote`, that of the first round of authentication */
typedef struct round_t
{
	const char *name;
	char *path;
} round_t;

static bool find_round(void *user, const char *name)
{
	round_t *round = user;
	bool found = !strncmp(name, round->name, strlen(round->name));

	if (found)
	{
		round->path = str_format("%s.%s", round->path, name);
	}
	return !found;
}

static const char *identity(const config_source_t *source,
							const config_connection_t *connection,
							const char *side)
{
	char *path = str_format("connections.%s", connection->name);
	round_t round = {.name = side, .path = path};
	const char *id;

	source->sections(source, path, find_round, &round);
	id = round.path != path ? source->value(source, round.path, "id") : NULL;
	if (round.path != path)
	{
		free(round.path);
	}
	if (!id && !strcmp(side, "local"))
	{
		/* charon takes the address, which is found by the route */
		id = source->value(source, path, "local_addrs");
		id = id ? id : "";
	}
	free(path);
	return id;
}

/** who the two sides say that they are; has to be there of the far side, as it
 * is not known else */
static bool same_identities(const config_source_t *source,
							const config_connection_t *a,
							const config_connection_t *b)
{
	const char *far_a = identity(source, a, "remote");
	const char *far_b = identity(source, b, "remote");

	return far_a && far_b && !strcmp(far_a, far_b) &&
		   !strcmp(identity(source, a, "local"), identity(source, b, "local"));
}

static bool is_never_unique(const config_source_t *source,
							const config_connection_t *connection)
{
	char *path = str_format("connections.%s", connection->name);
	const char *value = source->value(source, path, "unique");

	free(path);
	return value && !strcmp(value, "never");
}

void check_identities(config_load_t *load, const config_tunnel_t *tunnel)
{
	const config_t *config = load->config;
	const config_connection_t *own =
		connection_find(config, tunnel->connection);
	char *path;

	for (const config_connection_t *other = config->connections;
		 own && other < own; other++)
	{
		if (same_identities(load->source, own, other) &&
			!is_never_unique(load->source, own))
		{
			path = str_format("connections.%s", own->name);
			report_warning(load->report, path, NULL,
						   "has both identities of connections.%s: charon "
						   "takes its INITIAL_CONTACT to be the other's and "
						   "ends that; give each a remote id of its own, or "
						   "write unique = never in both, on both sides",
						   other->name);
			free(path);
			return;
		}
	}
}

void check_ike(config_load_t *load, const char *path,
			   const config_tunnel_t *tunnel)
{
	config_strings_t children = connection_children(load->source, path);

	check_dead_peer(load, path);
	check_unique(load, path);
	check_lifetimes(load, path, &children, tunnel);
	for (size_t i = 0; i < children.count; i++)
	{
		check_actions(load, children.list[i], tunnel);
		check_sa(load, children.list[i]);
		check_replay_window(load, children.list[i]);
	}
	strings_deinit(&children);
}
