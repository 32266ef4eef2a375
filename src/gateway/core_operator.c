/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What a person says to a neighbour. A shutdown is kept by the neighbour's name
 * and not in the configuration: it outlives reloads, and ends with a start or
 * with the daemon.
 */

#include "gateway/core_neighbor.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/** subcodes of Cease (RFC 4486) */
#define CEASE_SHUTDOWN 2
#define CEASE_RESET    4

static core_shutdown_t *shutdown_of(const core_t *core, const char *name)
{
	for (size_t i = 0; i < core->n_shutdowns; i++)
	{
		if (strcmp(core->shutdowns[i].name, name) == 0)
		{
			return &core->shutdowns[i];
		}
	}
	return NULL;
}

const core_shutdown_t *core_shutdown_of(const core_t *core, const char *name)
{
	return shutdown_of(core, name);
}

static void shutdown_free(core_shutdown_t *s)
{
	free(s->name);
	free(s->text);
}

void core_shutdowns_free(core_t *core)
{
	for (size_t i = 0; i < core->n_shutdowns; i++)
	{
		shutdown_free(&core->shutdowns[i]);
	}
	free(core->shutdowns);
}

static void shutdown_add(core_t *core, const char *name, const char *text,
						 usec_t now)
{
	core_shutdown_t *s = shutdown_of(core, name);

	if (s)
	{
		shutdown_free(s);
	}
	else
	{
		core->shutdowns = mem_resize(core->shutdowns, core->n_shutdowns + 1,
									 sizeof(*core->shutdowns));
		s = &core->shutdowns[core->n_shutdowns++];
	}
	*s = (core_shutdown_t){
		.name = str_copy(name),
		.text = str_copy(text ? text : ""),
		.at = now,
	};
}

static void shutdown_remove(core_t *core, const char *name)
{
	core_shutdown_t *s = shutdown_of(core, name);

	if (s)
	{
		shutdown_free(s);
		*s = core->shutdowns[--core->n_shutdowns];
	}
}

static core_neighbor_t *find(core_t *core, const char *name)
{
	bgp_peer_t *peer = core->bgp ? bgp_peer_find(core->bgp, name) : NULL;

	return peer ? bgp_peer_user(peer) : NULL;
}

bool core_neighbor_refresh(core_t *core, const char *name, usec_t now)
{
	core_neighbor_t *n = find(core, name);

	if (!n)
	{
		return false;
	}
	bgp_peer_refresh(core->bgp, n->peer, now);
	return true;
}

bool core_neighbor_reset(core_t *core, const char *name, const char *text,
						 usec_t now)
{
	core_neighbor_t *n = find(core, name);

	if (!n)
	{
		return false;
	}
	log_notice("neighbor %s is reset by a person", name);
	if (n->running)
	{
		bgp_peer_stop(core->bgp, n->peer, CEASE_RESET, text, now);
		bgp_peer_start(core->bgp, n->peer, now);
	}
	return true;
}

bool core_neighbor_shutdown(core_t *core, const char *name, const char *text,
							usec_t now)
{
	core_neighbor_t *n = find(core, name);

	if (!n)
	{
		return false;
	}
	log_notice("neighbor %s is shut down by a person", name);
	shutdown_add(core, name, text, now);
	if (n->running)
	{
		core->seams.net_ops->unlisten(core->seams.net, n->peer);
		bgp_peer_stop(core->bgp, n->peer, CEASE_SHUTDOWN, text, now);
		n->running = false;
	}
	return true;
}

bool core_neighbor_start(core_t *core, const char *name, usec_t now)
{
	core_neighbor_t *n = find(core, name);

	if (!n)
	{
		return false;
	}
	log_notice("neighbor %s is started by a person", name);
	shutdown_remove(core, name);
	core->peers_dirty = true;
	if (n->running)
	{
		/* a limit had stopped it, or it waits */
		bgp_peer_start(core->bgp, n->peer, now);
	}
	return true;
}
