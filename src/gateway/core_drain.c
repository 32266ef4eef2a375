/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Taking a tunnel out of use without loss, before maintenance. What we send
 * moves to other tunnels at once, by their groups. What the far side sends is
 * asked to move: by the GRACEFUL_SHUTDOWN community first (RFC 8326 section
 * 4.2), and after `drain_time`, as many know nothing of it, by a withdrawal.
 * The sessions and the SA stay: what still comes in is passed on.
 *
 * A person's drains are kept by the tunnel's name, as shutdowns are: they outlive
 * reloads, and end with undrain or with the daemon.
 */

#include "gateway/core_drain.h"
#include "gateway/core_neighbor.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/** a person took the tunnel of this name out of use */
typedef struct core_drain_t
{
	char *name;
	usec_t at;
} core_drain_t;

struct core_drains_t
{
	/** by name, as a reload may make a tunnel anew */
	core_drain_t *list;
	size_t n;
	/** the policy of a drained tunnel's neighbours, NULL: never needed */
	bgp_policy_t *tell_nothing;
};

static size_t place_of(const core_t *core, const char *name)
{
	size_t i = 0;

	while (i < core->drains->n && strcmp(core->drains->list[i].name, name) != 0)
	{
		i++;
	}
	return i;
}

usec_t core_drained_at(const core_t *core, const char *name)
{
	size_t at = place_of(core, name);

	return at < core->drains->n ? core->drains->list[at].at : 0;
}

void core_drains_init(core_t *core)
{
	core->drains = mem_alloc(sizeof(*core->drains));
}

void core_drains_free(core_t *core)
{
	for (size_t i = 0; i < core->drains->n; i++)
	{
		free(core->drains->list[i].name);
	}
	free(core->drains->list);
	bgp_policy_destroy(core->drains->tell_nothing);
	free(core->drains);
}

/** what the neighbours are told follows the tunnel's drain */
static void tell(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	for (size_t i = 0; i < countof(tunnel->neighbors); i++)
	{
		core_neighbor_t *n = tunnel->neighbors[i];

		if (n)
		{
			core_neighbor_configure(core, n, n->config, now);
		}
	}
}

static void withdraw(cyg_timer_t *timer, void *user, usec_t now)
{
	core_tunnel_t *tunnel = user;

	tunnel->withdrawn = true;
	log_notice("tunnel %s is drained: its neighbours are told of no route",
			   tunnel->config->name);
	tell(tunnel->core, tunnel, now);
}

void core_drain_create(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	timer_init(&tunnel->drain_timer, withdraw, tunnel);
	if (core_drained_at(core, tunnel->config->name))
	{
		tunnel->drained = true;
		tunnel->withdrawn = true;
		core_tunnel_drain(core, tunnel, true, now);
	}
}

void core_drain_destroy(core_t *core, core_tunnel_t *tunnel)
{
	timer_stop(core->seams.timers, &tunnel->drain_timer);
}

void core_drain_config(const core_tunnel_t *tunnel, bgp_peer_config_t *out)
{
	core_t *core = tunnel->core;

	if (!tunnel->drained)
	{
		return;
	}
	out->graceful_shutdown = true;
	if (tunnel->withdrawn)
	{
		if (!core->drains->tell_nothing)
		{
			/* no rule decides: all is rejected */
			core->drains->tell_nothing = bgp_policy_create("drained");
		}
		out->export_policy = core->drains->tell_nothing;
	}
}

core_tunnel_t *core_tunnel_find(const core_t *core, const char *name)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		if (strcmp(core->tunnels[i]->config->name, name) == 0)
		{
			return core->tunnels[i];
		}
	}
	return NULL;
}

void core_drain_begin(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	if (!tunnel->drained)
	{
		tunnel->drained = true;
		tunnel->drain_untold = true;
		core_tunnel_drain(core, tunnel, true, now);
		timer_start(core->seams.timers, &tunnel->drain_timer,
					now + tunnel->bundle->drain_time * USEC_PER_SEC);
	}
}

void core_drain_end(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	if (tunnel->drained && !core_drained_at(core, tunnel->config->name))
	{
		timer_stop(core->seams.timers, &tunnel->drain_timer);
		tunnel->drained = false;
		tunnel->withdrawn = false;
		tunnel->drain_untold = true;
		core_tunnel_drain(core, tunnel, false, now);
	}
}

void core_drains_tell(core_t *core, usec_t now)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		if (core->tunnels[i]->drain_untold)
		{
			core->tunnels[i]->drain_untold = false;
			tell(core, core->tunnels[i], now);
		}
	}
}

bool core_drain(core_t *core, const char *name, usec_t now)
{
	core_tunnel_t *tunnel = core_tunnel_find(core, name);

	if (!tunnel)
	{
		return false;
	}
	if (!core_drained_at(core, name))
	{
		log_notice("tunnel %s is drained by a person", name);
		core->drains->list = mem_resize(core->drains->list, core->drains->n + 1,
										sizeof(*core->drains->list));
		core->drains->list[core->drains->n++] = (core_drain_t){
			.name = str_copy(name),
			.at = now,
		};
		core_drain_begin(core, tunnel, now);
	}
	return true;
}

bool core_undrain(core_t *core, const char *name, usec_t now)
{
	core_tunnel_t *tunnel = core_tunnel_find(core, name);
	size_t at = place_of(core, name);

	if (at < core->drains->n)
	{
		free(core->drains->list[at].name);
		core->drains->list[at] = core->drains->list[--core->drains->n];
	}
	if (!tunnel)
	{
		return false;
	}
	if (tunnel->drained)
	{
		log_notice("tunnel %s is used again by a person's word", name);
		core_reauth_leave(core, tunnel);
		core_drain_end(core, tunnel, now);
	}
	return true;
}
