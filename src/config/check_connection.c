/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The connections in the file that tunnels use. What runs is what charon has
 * loaded, from this file or elsewhere: a connection that is not here is no
 * error. One that is here is read as strongSwan would read it.
 */

#include "config/check.h"

#include "config/profile.h"
#include "config/values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *path_connection(char buf[static CONFIG_PATH_MAX],
								   const config_connection_t *connection)
{
	snprintf(buf, CONFIG_PATH_MAX, "connections.%s", connection->name);
	return buf;
}

/** a number that no connection in the file has, for the error's remedy */
static uint32_t free_if_id(const config_t *config)
{
	uint32_t highest = 0;

	for (size_t i = 0; i < config->n_connections; i++)
	{
		const config_connection_t *connection = &config->connections[i];
		const char *texts[] = {connection->if_id_in, connection->if_id_out};

		for (size_t j = 0; j < countof(texts); j++)
		{
			unsigned long value = texts[j] ? strtoul(texts[j], NULL, 0) : 0;

			if (value < UINT32_MAX - 2 && value > highest)
			{
				highest = (uint32_t)value;
			}
		}
	}
	return highest + 1;
}

/** one direction: there, fixed, a number */
static bool check_if_id(config_load_t *load, const char *path, const char *key,
						const char *text)
{
	char quote[REPORT_QUOTE_MAX];
	unsigned long long value;
	char *end;

	if (!text)
	{
		report_error(load->report, path, key,
					 "is missing: write a number of this connection's own in "
					 "if_id_in and if_id_out, for example %" PRIu32,
					 free_if_id(load->config));
		return false;
	}
	if (!strncmp(text, "%unique", 7))
	{
		report_error(load->report, path, key,
					 "%s will not do: strongSwan counts it anew at each "
					 "restart and reauthentication, so the link would lose its "
					 "SAs; write a number, for example %" PRIu32,
					 report_quote(text, quote), free_if_id(load->config));
		return false;
	}
	value = strtoull(text, &end, 0);
	if (*text < '0' || *text > '9' || *end || !value || value > UINT32_MAX - 2)
	{
		report_error(load->report, path, key,
					 "%s is not a number of 1 to 4294967293",
					 report_quote(text, quote));
		return false;
	}
	return true;
}

static void check_if_ids(config_load_t *load, const char *path,
						 const config_connection_t *connection)
{
	bool in = check_if_id(load, path, "if_id_in", connection->if_id_in);
	bool out = check_if_id(load, path, "if_id_out", connection->if_id_out);

	if (in && out &&
		strtoull(connection->if_id_in, NULL, 0) !=
			strtoull(connection->if_id_out, NULL, 0))
	{
		report_error(load->report, path, "if_id_out",
					 "%s differs from if_id_in = %s: one link takes both "
					 "directions, so both have its number",
					 connection->if_id_out, connection->if_id_in);
	}
}

/** a child's own if_ids win over the connection's: they would go elsewhere */
static void check_child_if_id(config_load_t *load, const char *path,
							  const char *key, const char *connection)
{
	const char *text = load->source->value(load->source, path, key);
	char quote[REPORT_QUOTE_MAX];
	bool same;

	if (!text)
	{
		return;
	}
	same = connection && text[0] != '%' &&
		   strtoull(text, NULL, 0) == strtoull(connection, NULL, 0);
	if (!same)
	{
		report_error(load->report, path, key,
					 "%s overrides the connection's: write if_ids in the "
					 "connection alone",
					 report_quote(text, quote));
	}
}

/** a selector of strongSwan: PREFIX or ADDRESS or FROM-TO, maybe with
 * [protocol/port], or dynamic. What is not understood is taken to contain it */
static bool selector_contains(const char *selector, const addr_t *addr)
{
	char item[CONFIG_ITEM_MAX];
	prefix_t prefix;
	addr_t alone;

	snprintf(item, sizeof(item), "%s", selector);
	if (strchr(item, '['))
	{
		return false; /* not all of the traffic */
	}
	if (!strcmp(item, "dynamic"))
	{
		return false; /* the outer address, or a virtual one */
	}
	if (addr_parse(item, &alone))
	{
		return addr_equal(&alone, addr);
	}
	return !prefix_parse(item, &prefix) || prefix_contains_addr(&prefix, addr);
}

static bool child_carries(const config_load_t *load, const char *path,
						  const char *key, const addr_t *addr)
{
	const char *value = load->source->value(load->source, path, key);
	const char *rest = value ? value : "dynamic";
	char item[CONFIG_ITEM_MAX];

	while (config_next_item(&rest, item))
	{
		if (selector_contains(item, addr))
		{
			return true;
		}
	}
	return false;
}

/** a child's selectors let all of the family pass */
static bool child_is_whole(const config_load_t *load, const char *path,
						   const char *key, family_t family)
{
	const char *rest = load->source->value(load->source, path, key);
	char item[CONFIG_ITEM_MAX];
	prefix_t prefix;

	while (rest && config_next_item(&rest, item))
	{
		if (prefix_parse(item, &prefix) && !prefix.len &&
			prefix.addr.family == family)
		{
			return true;
		}
	}
	return false;
}

/** what BGP learns may be any prefix of the family */
static void check_whole(config_load_t *load, const char *path,
						const config_strings_t *children, family_t family)
{
	for (size_t i = 0; i < children->count; i++)
	{
		const char *child = children->list[i];

		if (child_is_whole(load, child, "local_ts", family) &&
			child_is_whole(load, child, "remote_ts", family))
		{
			return;
		}
	}
	report_warning(load->report, path, NULL,
				   "no child's local_ts and remote_ts are all of %s: what "
				   "routes learned lead into the tunnel beyond them is "
				   "dropped; write %s in both",
				   family == FAMILY_IPV4 ? "IPv4" : "IPv6",
				   family == FAMILY_IPV4 ? "0.0.0.0/0" : "::/0");
}

/** the session to the neighbour fits a child's selectors, and so does what is
 * learned by it; children are paths */
static void check_selectors(config_load_t *load, const char *path,
							const config_strings_t *children,
							const config_tunnel_t *tunnel,
							const config_neighbor_t *neighbor)
{
	const ifaddr_t *own = tunnel_address(tunnel, neighbor->address.family);
	char text[ADDR_STR_MAX];
	bool carried = false;

	for (size_t i = 0; i < children->count && !carried; i++)
	{
		const char *child = children->list[i];

		carried = child_carries(load, child, "remote_ts", &neighbor->address) &&
				  (!own || child_carries(load, child, "local_ts", &own->addr));
	}
	if (!carried)
	{
		report_warning(load->report, path, NULL,
					   "no child's local_ts and remote_ts carry the session "
					   "to %s: 0.0.0.0/0 and ::/0 leave the choice to the "
					   "routes",
					   addr_format(&neighbor->address, text));
		return;
	}
	if (neighbor->ipv4)
	{
		check_whole(load, path, children, FAMILY_IPV4);
	}
	if (neighbor->ipv6)
	{
		check_whole(load, path, children, FAMILY_IPV6);
	}
}

/** a static route into the tunnel leads to what a child carries */
static void check_routes(config_load_t *load, const char *path,
						 const config_strings_t *children,
						 const config_prefixes_t *routes)
{
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < routes->count; i++)
	{
		bool carried = false;

		for (size_t j = 0; j < children->count && !carried; j++)
		{
			carried = child_carries(load, children->list[j], "remote_ts",
									&routes->list[i].addr);
		}
		if (!carried)
		{
			report_warning(load->report, path, NULL,
						   "no child's remote_ts carries the static route %s: "
						   "what it leads into the tunnel is dropped",
						   prefix_format(&routes->list[i], text));
		}
	}
}

static void check_children(config_load_t *load, const char *path,
						   const config_connection_t *connection,
						   const config_bundle_t *bundle,
						   const config_tunnel_t *tunnel)
{
	config_strings_t children = connection_children(load->source, path);

	for (size_t i = 0; i < children.count; i++)
	{
		check_child_if_id(load, children.list[i], "if_id_in",
						  connection->if_id_in);
		check_child_if_id(load, children.list[i], "if_id_out",
						  connection->if_id_out);
	}
	for (size_t i = 0; i < tunnel->n_neighbors && children.count; i++)
	{
		if (addr_is_set(&tunnel->neighbors[i].address))
		{
			check_selectors(load, path, &children, tunnel,
							&tunnel->neighbors[i]);
		}
	}
	if (!children.count)
	{
		report_warning(load->report, path, NULL,
					   "has no children, so no traffic can pass");
		return;
	}
	check_routes(load, path, &children, &bundle->routes);
	check_routes(load, path, &children, &tunnel->routes);
	strings_deinit(&children);
}

static void check_mobike(config_load_t *load, const char *path,
						 const config_connection_t *connection)
{
	bool on = true;

	if (connection->mobike)
	{
		config_parse_bool(connection->mobike, &on);
	}
	if (on)
	{
		report_warning(load->report, path, "mobike",
					   "is on: a site's tunnel could move to another address; "
					   "write mobike = no");
	}
}

static void check_connection(config_load_t *load, const config_bundle_t *bundle,
							 const config_tunnel_t *tunnel)
{
	const config_connection_t *connection;
	char path[CONFIG_PATH_MAX];
	char quote[REPORT_QUOTE_MAX];

	connection = connection_find(load->config, tunnel->connection);
	if (!connection)
	{
		report_warning(load->report, path_tunnel(path, bundle, tunnel), NULL,
					   "there is no connection %s in this file: the tunnel "
					   "waits until charon has loaded one",
					   report_quote(tunnel->connection, quote));
		return;
	}
	path_connection(path, connection);
	check_if_ids(load, path, connection);
	check_children(load, path, connection, bundle, tunnel);
	check_mobike(load, path, connection);
	check_ike(load, path, tunnel);
	profile_check_connection(load, bundle, path);
}

/** a tunnel uses the connection */
static bool is_used(const config_t *config,
					const config_connection_t *connection)
{
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		const config_bundle_t *bundle = &config->bundles[i];

		for (size_t j = 0; j < bundle->n_tunnels; j++)
		{
			const char *name = bundle->tunnels[j].connection;

			if (name && !strcmp(name, connection->name))
			{
				return true;
			}
		}
	}
	return false;
}

/** who has an if_id, in the connection or in a child of its */
typedef struct owner_t
{
	const config_connection_t *connection;
	bool used;
	uint32_t if_id;
} owner_t;

typedef struct owners_t
{
	owner_t *list;
	size_t count;
} owners_t;

static void add_owner(owners_t *owners, const config_connection_t *connection,
					  bool used, const char *text)
{
	unsigned long long if_id = text ? strtoull(text, NULL, 0) : 0;
	const owner_t *last =
		owners->count ? &owners->list[owners->count - 1] : NULL;

	/* mostly in and out are the same */
	if (!if_id || if_id > UINT32_MAX ||
		(last && last->connection == connection && last->if_id == if_id))
	{
		return;
	}
	owners->list =
		mem_resize(owners->list, owners->count + 1, sizeof(*owners->list));
	owners->list[owners->count++] = (owner_t){
		.connection = connection, .used = used, .if_id = (uint32_t)if_id};
}

static owners_t list_owners(const config_load_t *load)
{
	const config_source_t *source = load->source;
	const config_t *config = load->config;
	owners_t owners = {.count = 0};

	for (size_t i = 0; i < config->n_connections; i++)
	{
		const config_connection_t *connection = &config->connections[i];
		config_strings_t children;
		char path[CONFIG_PATH_MAX];
		bool used = is_used(config, connection);

		add_owner(&owners, connection, used, connection->if_id_in);
		add_owner(&owners, connection, used, connection->if_id_out);
		path_connection(path, connection);
		children = connection_children(source, path);
		for (size_t j = 0; j < children.count; j++)
		{
			const char *child = children.list[j];

			add_owner(&owners, connection, used,
					  source->value(source, child, "if_id_in"));
			add_owner(&owners, connection, used,
					  source->value(source, child, "if_id_out"));
		}
		strings_deinit(&children);
	}
	return owners;
}

/** each tunnel's if_id is its alone; a connection that no tunnel uses may not
 * have it either, as its SAs would arrive on the tunnel's link */
static void check_doubled(config_load_t *load, const owners_t *owners,
						  const config_tunnel_t *tunnel)
{
	const config_t *config = load->config;
	const config_connection_t *own =
		connection_find(config, tunnel->connection);
	const config_connection_t *told = NULL;
	char path[CONFIG_PATH_MAX];

	for (size_t i = 0; i < owners->count && tunnel->if_id; i++)
	{
		const owner_t *owner = &owners->list[i];
		const config_connection_t *other = owner->connection;

		/* of two tunnels', the one that stands later is told */
		if (owner->if_id != tunnel->if_id || other == own || other == told ||
			(other > own && owner->used))
		{
			continue;
		}
		told = other;
		report_error(load->report, path_connection(path, own), NULL,
					 "if_id %" PRIu32 " is that of connections.%s as well: "
					 "each needs its own, for example %" PRIu32,
					 tunnel->if_id, other->name, free_if_id(config));
	}
}

void check_connections(config_load_t *load)
{
	const config_t *config = load->config;
	owners_t owners = list_owners(load);

	for (size_t i = 0; i < config->n_bundles; i++)
	{
		const config_bundle_t *bundle = &config->bundles[i];

		for (size_t j = 0; j < bundle->n_tunnels; j++)
		{
			const config_tunnel_t *tunnel = &bundle->tunnels[j];

			if (tunnel->connection)
			{
				check_connection(load, bundle, tunnel);
				check_doubled(load, &owners, tunnel);
				check_identities(load, tunnel);
			}
		}
	}
	free(owners.list);
}
