/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Back after a crash, or a stop that kept the routes: the kernel forwards by
 * the routes of before, and the far sides keep ours for a while (RFC 4724
 * section 4.1). Sessions wait for the dump that tells which families have such
 * routes, so that the OPENs can say so; the speaker then holds routes back
 * until the neighbours have told theirs, and what nobody told again is removed.
 *
 * Neighbours that cannot even be dialled (their tunnel has no SA) are waited
 * for only a moment: the kernel's old groups may lead flows into that tunnel.
 */

#include "gateway/core_private.h"

#include "base/log.h"

/** the old routes are swept after this, tables or not: longer than charon's
 * retransmissions and a hold time, as in RFC 4724 */
#define ADOPT_MAX (180 * USEC_PER_SEC)
/** sessions start without knowing the kernel's routes after this */
#define DUMP_MAX (10 * USEC_PER_SEC)
/** neighbours that cannot be dialled are not waited for any longer */
#define ABSENT_MAX (30 * USEC_PER_SEC)

bool core_restart_ready(core_t *core, usec_t now)
{
	unsigned time = core->config ? core->config->graceful_restart : 0;

	if (core->restart_told)
	{
		return true;
	}
	/* our End-of-RIB tells the far sides to forget what is not announced by
	 * then, redistributed routes too */
	if (core->seams.kernel &&
		!(core_kernel_ready(core) && core_redistribute_settled(core)) &&
		now < core->started + DUMP_MAX)
	{
		return false;
	}
	core->restart_told = true;
	core->restart_at = now;
	if (core->kept_families && time && core->n_neighbors)
	{
		core->restart_deferred = true;
		bgp_restarting(core->bgp, core->kept_families,
					   now + time * USEC_PER_SEC);
		log_notice("routes of an earlier run are kept until the neighbours "
				   "have told theirs, %u s at most",
				   time);
	}
	return true;
}

/** has told all that it has, or has no end to tell */
static bool settled(const core_neighbor_t *n)
{
	bgp_peer_info_t info;

	bgp_peer_info(n->peer, &info);
	return info.state == BGP_ESTABLISHED &&
		   (info.eor & info.families) == info.families;
}

/** absent: those that do not run count as settled */
static bool all_settled(const core_t *core, bool absent)
{
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		const core_neighbor_t *n = core->neighbors[i];

		if (!(absent && !n->running) && !settled(n))
		{
			return false;
		}
	}
	return core->n_neighbors > 0 || core->n_statics > 0;
}

/** static routes are there again; those whose tunnels do not come are waited
 * for as neighbours are that cannot be dialled */
static bool statics_settled(const core_t *core, usec_t now)
{
	return core_statics_alive(core) || now >= core->restart_at + ABSENT_MAX;
}

/** the neighbours' tables are in, or waited for long enough */
static void check(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;
	bool absent = core->restart_told && now >= core->restart_at + ABSENT_MAX;
	bool late = now >= core->adopt_until ||
				(core->restart_deferred &&
				 now >= core->restart_at +
							core->config->graceful_restart * USEC_PER_SEC);

	if (core->bgp && bgp_deferring(core->bgp) && absent &&
		all_settled(core, true))
	{
		/* nobody else is waited for */
		bgp_restarting(core->bgp, 0, now);
	}
	/* the speaker does not wait for neighbours that restart, too (RFC 4724
	 * section 4.1); the kernel's routes by them can */
	if (core->bgp && core->restart_told && !bgp_deferring(core->bgp) &&
		(late || (statics_settled(core, now) &&
				  all_settled(core, core->restart_deferred && absent))))
	{
		core->adopt_ending = true;
		return;
	}
	timer_start(core->seams.timers, timer, now + USEC_PER_SEC);
}

void core_restart_init(core_t *core)
{
	core->adopting = true;
	timer_init(&core->adopt_timer, check, core);
}

void core_restart_watch(core_t *core, usec_t now)
{
	if (core->adopting && core->fib && !timer_running(&core->adopt_timer))
	{
		core->adopt_until = now + ADOPT_MAX;
		timer_start(core->seams.timers, &core->adopt_timer, now + USEC_PER_SEC);
	}
}

void core_restart_worked(core_t *core)
{
	if (!core->adopt_ending)
	{
		return;
	}
	core->adopt_ending = false;
	core->adopting = false;
	fib_adopt_end(core->fib);
	log_info("routes of an earlier run that nobody announced again are "
			 "removed now");
}
