/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * SAs that a charon which died has left in the kernel. They go on carrying
 * traffic until their successors are in, which is what one wants; but no charon
 * knows them any more, so nobody would ever remove them. What is there at our
 * start with an if_id is taken down, and deleted some seconds after its tunnel
 * has an SA of this charon: what is under way by the old ones still arrives.
 * SAs that charon tells of are none of these (the plugin may have been loaded
 * into a charon that runs).
 */

#include "gateway/core_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/** from a tunnel's first SA to the removal of the old ones */
#define SWEEP_WAIT (5 * USEC_PER_SEC)
/** what is taken down at the start; more than that are left alone */
#define STALE_MAX 8192

static void remember(void *user, const kernel_sa_t *sa)
{
	core_t *core = user;

	if (core->n_stale < STALE_MAX)
	{
		core->stale =
			mem_resize(core->stale, core->n_stale + 1, sizeof(*core->stale));
		core->stale[core->n_stale++] = *sa;
	}
}

static bool is_charons(const core_t *core, const kernel_sa_t *sa)
{
	for (size_t i = 0; i < core->n_connections; i++)
	{
		const core_connection_t *c = core->connections[i];

		for (unsigned k = 0; k < c->n_sas; k++)
		{
			const tunnel_sa_info_t *info = &c->sas[k].info;

			if (info->spi_in == sa->spi || info->spi_out == sa->spi)
			{
				return true;
			}
		}
	}
	return false;
}

/** has it an SA of this charon's, for long enough? */
static bool succeeded(const core_tunnel_t *tunnel, usec_t now)
{
	return tunnel_has_sa(tunnel->tunnel) && tunnel->sa_since &&
		   now - tunnel->sa_since >= SWEEP_WAIT;
}

static core_tunnel_t *tunnel_of(const core_t *core, uint32_t if_id)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		if (core->tunnels[i]->connection && core->tunnels[i]->if_id == if_id)
		{
			return core->tunnels[i];
		}
	}
	return NULL;
}

/** true: nothing more to be done about it */
static bool sweep_one(core_t *core, const kernel_sa_t *sa, usec_t now)
{
	const core_tunnel_t *tunnel = tunnel_of(core, sa->if_id);
	int error;

	if (is_charons(core, sa))
	{
		return true;
	}
	if (!tunnel || !succeeded(tunnel, now))
	{
		return false;
	}
	error = core->seams.kernel_ops->sa_delete(core->seams.kernel, sa);
	if (error)
	{
		log_warn("tunnel %s: SA %08x of an earlier run cannot be removed: %s",
				 tunnel->config->name, sa->spi, strerror(-error));
	}
	else
	{
		log_notice("tunnel %s: SA %08x of an earlier run removed",
				   tunnel->config->name, sa->spi);
	}
	return true;
}

static void sweep(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;
	size_t left = 0;

	for (size_t i = 0; i < core->n_stale && !core->stopping; i++)
	{
		if (!sweep_one(core, &core->stale[i], now))
		{
			core->stale[left++] = core->stale[i];
		}
	}
	core->n_stale = left;
}

void core_sweep_start(core_t *core)
{
	int error;

	timer_init(&core->sweep_timer, sweep, core);
	if (!core->seams.kernel)
	{
		return;
	}
	error = core->seams.kernel_ops->sa_dump(core->seams.kernel, remember, core);
	if (error)
	{
		log_debug("no SAs of an earlier run are known: %s", strerror(-error));
	}
}

void core_sweep_sa(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	if (!tunnel_has_sa(tunnel->tunnel))
	{
		tunnel->sa_since = 0;
	}
	else if (!tunnel->sa_since)
	{
		tunnel->sa_since = now;
		if (core->n_stale)
		{
			/* the last tunnel's is late enough for all before it */
			timer_start(core->seams.timers, &core->sweep_timer,
						now + SWEEP_WAIT);
		}
	}
}

void core_sweep_free(core_t *core)
{
	timer_stop(core->seams.timers, &core->sweep_timer);
	free(core->stale);
}
