/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Back after a crash, or a stop that kept the routes: the kernel forwards by
 * the routes of before, and the far sides keep ours for a while (RFC 4724
 * section 4.1). Sessions wait for the dump that tells which families have such
 * routes, so that the OPENs can say so; the speaker then holds routes back
 * until the neighbours have told theirs, and what nobody told again is removed.
 *
 * Two waits are told apart. For routes to be chosen, and ours to be announced,
 * a neighbour without a session is waited for a few times as long as the others
 * took: a far side that kept nothing of ours gets nothing meanwhile, and the
 * kernel's old groups may lead flows into that tunnel. What only such a neighbour
 * could tell again stays in the kernel for longer: its SAs of before may work.
 */

#include "gateway/core_kernel.h"
#include "gateway/core_origins.h"
#include "gateway/core_routes.h"

#include <stdlib.h>

#include "base/log.h"

/** the old routes are swept after this, tables or not: longer than charon's
 * retransmissions and a hold time, as in RFC 4724 */
#define ADOPT_MAX (180 * USEC_PER_SEC)
/** sessions start without knowing the kernel's routes after this */
#define DUMP_MAX (10 * USEC_PER_SEC)
/** neighbours that cannot be dialled are not waited for any longer */
#define ABSENT_MAX (30 * USEC_PER_SEC)
/** what the others have told is not held back for one without a session any
 * longer than this, or than so many times what the others needed */
#define WAIT_MIN   (10 * USEC_PER_SEC)
#define WAIT_TIMES 3
/** one that says no End-of-RIB has told all after this */
#define TELL_MAX (30 * USEC_PER_SEC)

struct core_restart_t
{
	/** see core_restart_adopting() */
	bool adopting;
	bool ending;
	/** families (BGP_IPV4…) of which there are such routes */
	unsigned kept;
	/** the speaker knows of them, since */
	bool told;
	/** it holds routes back, or did */
	bool deferred;
	usec_t at;
	/** the most neighbours that were heard since, and when they were */
	size_t heard;
	usec_t heard_at;
	usec_t until;
	cyg_timer_t timer;
};

bool core_restart_ready(core_t *core, usec_t now)
{
	unsigned time = core->config ? core->config->graceful_restart : 0;

	if (core->restart->told)
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
	core->restart->told = true;
	core->restart->at = now;
	if (core->restart->kept && time && core->n_neighbors)
	{
		core->restart->deferred = true;
		bgp_restarting(core->bgp, core->restart->kept,
					   now + time * USEC_PER_SEC);
		log_notice("routes of an earlier run are kept until the neighbours "
				   "have told theirs, %u s at most",
				   time);
	}
	return true;
}

static bgp_peer_info_t info_of(const core_neighbor_t *n)
{
	bgp_peer_info_t info;

	bgp_peer_info(n->peer, &info);
	return info;
}

/** has told all that it has, or was long enough there to, if it does not say */
static bool settled(const core_neighbor_t *n, usec_t now)
{
	bgp_peer_info_t info = info_of(n);

	return info.state == BGP_ESTABLISHED &&
		   ((info.eor & info.families) == info.families ||
			(!info.graceful_restart && now >= info.since + TELL_MAX));
}

/** the speaker has not to wait for it: it is settled, or says no end */
static bool heard(const core_neighbor_t *n, usec_t now)
{
	bgp_peer_info_t info = info_of(n);

	return settled(n, now) ||
		   (info.state == BGP_ESTABLISHED && !info.graceful_restart);
}

/** absent: those that do not run count as settled */
static bool all_settled(const core_t *core, bool absent, usec_t now)
{
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		const core_neighbor_t *n = core->neighbors[i];

		if (!(absent && !n->running) && !settled(n, now))
		{
			return false;
		}
	}
	return core->n_neighbors > 0 || core->n_statics > 0;
}

/** how long a neighbour that has no session yet is waited for */
static usec_t patience(const core_t *core, const core_neighbor_t *n)
{
	usec_t others = core->restart->heard_at - core->restart->at;
	usec_t wait = WAIT_MIN;

	if (n->running && !info_of(n).connect_error[0])
	{
		/* one that knows no graceful restart, and took no notice of our end,
		 * does so when its KEEPALIVE is answered by a reset */
		wait += n->config->hold_time * USEC_PER_SEC / 3;
	}
	return wait < WAIT_TIMES * others ? WAIT_TIMES * others : wait;
}

/** Every other neighbour was heard, and these have had as much time and more:
 * what all the others have told is not held back for them any longer (the
 * Selection_Deferral_Timer is ours to choose) */
static bool others_waited(core_t *core, usec_t now)
{
	size_t n_heard = 0;

	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		n_heard += heard(core->neighbors[i], now);
	}
	if (n_heard > core->restart->heard)
	{
		core->restart->heard = n_heard;
		core->restart->heard_at = now;
	}
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		const core_neighbor_t *n = core->neighbors[i];

		if (!heard(n, now) &&
			(info_of(n).state == BGP_ESTABLISHED || !n_heard ||
			 now < core->restart->at + patience(core, n)))
		{
			return false;
		}
	}
	return n_heard > 0;
}

/** static routes are there again; those whose tunnels do not come are waited
 * for as neighbours are that cannot be dialled */
static bool statics_settled(const core_t *core, usec_t now)
{
	return core_statics_alive(core) || now >= core->restart->at + ABSENT_MAX;
}

/** the neighbours' tables are in, or waited for long enough */
static void check(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;
	bool absent = core->restart->told && now >= core->restart->at + ABSENT_MAX;
	bool late = now >= core->restart->until ||
				(core->restart->deferred &&
				 now >= core->restart->at +
							core->config->graceful_restart * USEC_PER_SEC);

	if (core->bgp && bgp_deferring(core->bgp) &&
		(others_waited(core, now) || (absent && all_settled(core, true, now))))
	{
		log_info("routes are chosen anew: nobody else is waited for");
		bgp_restarting(core->bgp, 0, now);
	}
	/* the speaker does not wait for neighbours that restart, too (RFC 4724
	 * section 4.1); the kernel's routes by them can */
	if (core->bgp && core->restart->told && !bgp_deferring(core->bgp) &&
		(late || (statics_settled(core, now) &&
				  all_settled(core, core->restart->deferred && absent, now))))
	{
		core->restart->ending = true;
		return;
	}
	timer_start(core->seams.timers, timer, now + USEC_PER_SEC);
}

void core_restart_init(core_t *core)
{
	core->restart = mem_alloc(sizeof(*core->restart));
	core->restart->adopting = true;
	timer_init(&core->restart->timer, check, core);
}

void core_restart_drop(core_t *core)
{
	timer_stop(core->seams.timers, &core->restart->timer);
	core->restart->ending = core->restart->deferred = false;
}

void core_restart_free(core_t *core)
{
	timer_stop(core->seams.timers, &core->restart->timer);
	free(core->restart);
}

bool core_restart_adopting(const core_t *core)
{
	return core->restart->adopting;
}

void core_restart_keeps(core_t *core, family_t family)
{
	core->restart->kept |= family == FAMILY_IPV4 ? BGP_IPV4 : BGP_IPV6;
}

bool core_restart_keeps_any(const core_t *core)
{
	return core->restart->adopting && core->restart->kept;
}

void core_restart_watch(core_t *core, usec_t now)
{
	if (core->restart->adopting && core->fib &&
		!timer_running(&core->restart->timer))
	{
		core->restart->until = now + ADOPT_MAX;
		timer_start(core->seams.timers, &core->restart->timer,
					now + USEC_PER_SEC);
	}
}

void core_restart_worked(core_t *core)
{
	if (!core->restart->ending)
	{
		return;
	}
	core->restart->ending = false;
	core->restart->adopting = false;
	fib_adopt_end(core->fib);
	log_info("routes of an earlier run that nobody announced again are "
			 "removed now");
}
