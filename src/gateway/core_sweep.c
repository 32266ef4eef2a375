/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * SAs and policies that a charon which died has left in the kernel. They go on
 * carrying traffic until their successors are in, which is what one wants; but
 * no charon knows them any more, so nobody would ever remove them. What is
 * there at our start with an if_id is taken down, and deleted some seconds
 * after its tunnel has an SA of this charon: what is under way by the old ones
 * still arrives. SAs that charon tells of are none of these (the plugin may
 * have been loaded into a charon that runs), and the policies beside them
 * neither. What had the if_id of a link that is not configured any more goes
 * with the link.
 *
 * A policy with the selectors of the one before takes its place, and its index;
 * only the time tells. One with selectors that are no longer configured stays,
 * and would hold its traffic for SAs that are gone.
 */

#include "gateway/core_sas.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/** from a tunnel's first SA to the removal of the old ones */
#define SWEEP_WAIT (5 * USEC_PER_SEC)
/** what is taken down at the start of either; more than that are left alone */
#define STALE_MAX 8192

/** a policy that was there at the start */
typedef struct core_stale_sp_t
{
	kernel_sp_t sp;
	/** it still is, as it was */
	bool there;
} core_stale_sp_t;

/** SAs and policies that were there at the start */
struct core_sweep_t
{
	kernel_sa_t *stale;
	size_t n_stale;
	core_stale_sp_t *stale_sps;
	size_t n_stale_sps;
	cyg_timer_t timer;
};

static void remember(void *user, const kernel_sa_t *sa)
{
	core_t *core = user;

	if (core->sweep->n_stale < STALE_MAX)
	{
		core->sweep->stale =
			mem_resize(core->sweep->stale, core->sweep->n_stale + 1,
					   sizeof(*core->sweep->stale));
		core->sweep->stale[core->sweep->n_stale++] = *sa;
	}
}

static void remember_policy(void *user, const kernel_sp_t *sp)
{
	core_t *core = user;

	if (core->sweep->n_stale_sps < STALE_MAX)
	{
		core->sweep->stale_sps =
			mem_resize(core->sweep->stale_sps, core->sweep->n_stale_sps + 1,
					   sizeof(*core->sweep->stale_sps));
		core->sweep->stale_sps[core->sweep->n_stale_sps++] =
			(core_stale_sp_t){.sp = *sp, .there = false};
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

/** has its time come? orphan: an if_id that has no tunnel any more, or 0 */
static bool is_due(const core_t *core, uint32_t if_id, uint32_t orphan,
				   usec_t now)
{
	const core_tunnel_t *tunnel = tunnel_of(core, if_id);

	return if_id == orphan || (tunnel && succeeded(tunnel, now));
}

static void tell(const core_t *core, uint32_t if_id, const char *what,
				 uint32_t number, int error)
{
	const core_tunnel_t *tunnel = tunnel_of(core, if_id);
	const char *name = tunnel ? tunnel->config->name : "that is gone";

	if (error)
	{
		log_warn("tunnel %s: %s %08x of an earlier run cannot be removed: %s",
				 name, what, number, strerror(-error));
	}
	else
	{
		log_notice("tunnel %s: %s %08x of an earlier run removed", name, what,
				   number);
	}
}

/** the policies of an if_id are charon's, too */
static void forget_policies(core_t *core, uint32_t if_id)
{
	size_t left = 0;

	for (size_t i = 0; i < core->sweep->n_stale_sps; i++)
	{
		if (core->sweep->stale_sps[i].sp.if_id != if_id)
		{
			core->sweep->stale_sps[left++] = core->sweep->stale_sps[i];
		}
	}
	core->sweep->n_stale_sps = left;
}

static void sweep_sas(core_t *core, uint32_t orphan, usec_t now)
{
	size_t left = 0;

	for (size_t i = 0; i < core->sweep->n_stale; i++)
	{
		const kernel_sa_t *sa = &core->sweep->stale[i];

		if (is_charons(core, sa))
		{
			forget_policies(core, sa->if_id);
		}
		else if (is_due(core, sa->if_id, orphan, now))
		{
			tell(core, sa->if_id, "SA", sa->spi,
				 core->seams.kernel_ops->sa_delete(core->seams.kernel, sa));
		}
		else
		{
			core->sweep->stale[left++] = *sa;
		}
	}
	core->sweep->n_stale = left;
}

/** marks the one that is as it was at the start */
static void still_there(void *user, const kernel_sp_t *sp)
{
	core_t *core = user;

	for (size_t i = 0; i < core->sweep->n_stale_sps; i++)
	{
		core_stale_sp_t *old = &core->sweep->stale_sps[i];

		old->there |= old->sp.index == sp->index && old->sp.dir == sp->dir &&
					  old->sp.if_id == sp->if_id && old->sp.added == sp->added;
	}
}

static bool look_at_policies(core_t *core, uint32_t orphan, usec_t now)
{
	bool any = false;

	for (size_t i = 0; i < core->sweep->n_stale_sps; i++)
	{
		core->sweep->stale_sps[i].there = false;
		any |= is_due(core, core->sweep->stale_sps[i].sp.if_id, orphan, now);
	}
	return any && core->seams.kernel_ops->sp_dump(core->seams.kernel,
												  still_there, core) == 0;
}

static void sweep_policies(core_t *core, uint32_t orphan, usec_t now)
{
	size_t left = 0;

	if (!look_at_policies(core, orphan, now))
	{
		return;
	}
	for (size_t i = 0; i < core->sweep->n_stale_sps; i++)
	{
		const core_stale_sp_t *old = &core->sweep->stale_sps[i];

		if (!is_due(core, old->sp.if_id, orphan, now))
		{
			core->sweep->stale_sps[left++] = *old;
		}
		else if (old->there)
		{
			tell(core, old->sp.if_id, "policy", old->sp.index,
				 core->seams.kernel_ops->sp_delete(core->seams.kernel,
												   &old->sp));
		}
	}
	core->sweep->n_stale_sps = left;
}

static void sweep(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;

	if (!core->stopping)
	{
		sweep_sas(core, 0, now);
		sweep_policies(core, 0, now);
	}
}

/** by charon, or as the file has it */
static bool is_configured(const core_t *core, uint32_t if_id)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		if (core->tunnels[i]->if_id == if_id ||
			core->tunnels[i]->config->if_id == if_id)
		{
			return true;
		}
	}
	return false;
}

void core_sweep_orphan(core_t *core, uint32_t if_id, usec_t now)
{
	if (!is_configured(core, if_id))
	{
		sweep_sas(core, if_id, now);
		sweep_policies(core, if_id, now);
	}
}

void core_sweep_start(core_t *core)
{
	int error;

	core->sweep = mem_alloc(sizeof(*core->sweep));
	timer_init(&core->sweep->timer, sweep, core);
	if (!core->seams.kernel)
	{
		return;
	}
	error = core->seams.kernel_ops->sa_dump(core->seams.kernel, remember, core);
	if (!error)
	{
		error = core->seams.kernel_ops->sp_dump(core->seams.kernel,
												remember_policy, core);
	}
	if (error)
	{
		log_debug("not all SAs and policies of an earlier run are known: %s",
				  strerror(-error));
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
		if (core->sweep->n_stale || core->sweep->n_stale_sps)
		{
			/* the last tunnel's is late enough for all before it */
			timer_start(core->seams.timers, &core->sweep->timer,
						now + SWEEP_WAIT);
		}
	}
}

void core_sweep_free(core_t *core)
{
	timer_stop(core->seams.timers, &core->sweep->timer);
	free(core->sweep->stale);
	free(core->sweep->stale_sps);
	free(core->sweep);
}
