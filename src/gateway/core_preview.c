/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What a reload would touch, told before it is done: tunnels and sessions that
 * would end. It asks the same questions as core_configure does.
 */

#include "gateway/core_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void line(config_strings_t *lines, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void line(config_strings_t *lines, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	lines->list =
		mem_resize(lines->list, lines->count + 1, sizeof(*lines->list));
	lines->list[lines->count++] = str_copy(text);
}

/** the neighbour of that name, at the end of the tunnel or beside all */
static const config_neighbor_t *find_neighbor(const config_t *config,
											  const config_tunnel_t *tunnel,
											  const char *name)
{
	const config_neighbor_t *list =
		tunnel ? tunnel->neighbors : config->neighbors;
	size_t n = tunnel ? tunnel->n_neighbors : config->n_neighbors;

	for (size_t i = 0; i < n; i++)
	{
		if (strcmp(list[i].name, name) == 0)
		{
			return &list[i];
		}
	}
	return NULL;
}

static void neighbor_test(const core_neighbor_t *n, const config_t *config,
						  config_strings_t *lines)
{
	const char *tunnel = n->tunnel ? n->tunnel->config->name : NULL;
	const config_tunnel_t *section =
		tunnel ? config_find_tunnel(config, tunnel, NULL) : NULL;
	const config_neighbor_t *other;

	if (tunnel && (!section || !core_same_tunnel(n->tunnel->config, section)))
	{
		return; /* told with the tunnel */
	}
	other = find_neighbor(config, section, n->config->name);
	if (!other)
	{
		line(lines, "neighbor %s: its session and routes go", n->config->name);
	}
	else if (core_neighbor_would_end(n, other, section))
	{
		line(lines, "neighbor %s: its session is reset", n->config->name);
	}
}

static void tunnel_test(const core_tunnel_t *tunnel, const config_t *config,
						config_strings_t *lines)
{
	const config_tunnel_t *c = tunnel->config;
	const config_tunnel_t *other = config_find_tunnel(config, c->name, NULL);

	if (!other)
	{
		line(lines, "tunnel %s: it goes, and its routes with it", c->name);
	}
	else if (!core_same_tunnel(c, other))
	{
		line(lines,
			 "tunnel %s: it is made anew, as its connection or link changes",
			 c->name);
	}
	else if (c->connection && c->if_id && other->if_id != c->if_id &&
			 !(tunnel->connection && tunnel->connection->loaded))
	{
		line(lines, "tunnel %s: its link is made anew with if_id %u", c->name,
			 other->if_id);
	}
	else if (!config_tunnel_equal(c, other))
	{
		line(lines, "tunnel %s: its settings change in place", c->name);
	}
}

void core_configure_test(const core_t *core, const config_t *config,
						 config_strings_t *lines)
{
	if (core->bgp && !core_tables_stay(core->config, config))
	{
		line(lines, "all sessions are reset and all routes learned anew: asn, "
					"router_id, multipath, table, metric, graceful restart or "
					"link_bandwidth changes");
	}
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		tunnel_test(core->tunnels[i], config, lines);
	}
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		neighbor_test(core->neighbors[i], config, lines);
	}
	for (size_t b = 0; b < config->n_bundles; b++)
	{
		for (size_t t = 0; t < config->bundles[b].n_tunnels; t++)
		{
			const char *name = config->bundles[b].tunnels[t].name;

			if (!core_tunnel_find(core, name))
			{
				line(lines, "tunnel %s: it comes", name);
			}
		}
	}
}
