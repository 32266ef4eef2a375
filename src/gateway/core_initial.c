/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The first writing: where nothing of ours forwards yet, routes wait for a
 * moment, until the neighbours that are up have told all of theirs. A prefix
 * that all of them have is then written once, with all of its next hops,
 * instead of once for each neighbour. Nothing is delayed that forwards: a
 * session that opens beside routes that stand is not waited for.
 */

#include "gateway/core_routes.h"

#include <stdlib.h>

/** a neighbour that has told nothing for so long has no more to tell, whether
 * it says so (End-of-RIB, RFC 4724 section 2) or not */
#define IDLE_MAX USEC_PER_SEC
/** the same where only few prefixes wait, and to write them twice is nothing */
#define IDLE_FEW (100 * USEC_PER_MSEC)
#define FEW      1024
/** it is looked at whether nobody told anything */
#define TICK (20 * USEC_PER_MSEC)

typedef enum core_initial_state_t
{
	CORE_INITIAL_NOT,
	/** a neighbour came up, and nothing is told yet */
	CORE_INITIAL_OPENED,
	CORE_INITIAL_HELD,
} core_initial_state_t;

/** the wait before the first writing */
struct core_initial_t
{
	core_initial_state_t state;
	usec_t until;
	/** UPDATEs of all, and when there was a new one */
	uint64_t told;
	usec_t told_at;
	cyg_timer_t timer;
};

/** routes of ours stand in the kernel, or of an earlier run */
static bool forwards(const core_t *core)
{
	fib_stats_t stats = {0};

	if (core->fib)
	{
		fib_stats(core->fib, &stats);
	}
	return stats.routes[0] || stats.routes[1] || core->n_statics ||
		   core_restart_keeps_any(core);
}

/** those that are up, or are opening, have told all; *told: UPDATEs so far */
static bool all_told(const core_t *core, uint64_t *told)
{
	bool all = true;

	*told = 0;
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		bgp_peer_info_t info;

		bgp_peer_info(core->neighbors[i]->peer, &info);
		*told += info.updates_in;
		if (info.state == BGP_ESTABLISHED)
		{
			all = all && (info.eor & info.families) == info.families;
		}
		else if (info.state == BGP_OPENSENT || info.state == BGP_OPENCONFIRM)
		{
			all = false;
		}
	}
	return all;
}

void core_initial_end(core_t *core)
{
	core->initial->state = CORE_INITIAL_NOT;
	timer_stop(core->seams.timers, &core->initial->timer);
}

static void look(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;
	core_initial_t *initial = core->initial;
	usec_t idle = bgp_changes_waiting(core->bgp) <= FEW ? IDLE_FEW : IDLE_MAX;
	uint64_t told;
	bool all = all_told(core, &told);

	if (told != initial->told)
	{
		initial->told = told;
		initial->told_at = now;
	}
	if (all || now >= initial->until || now >= initial->told_at + idle)
	{
		core_initial_end(core);
		return;
	}
	timer_start(core->seams.timers, timer, now + TICK);
}

void core_initial_init(core_t *core)
{
	core->initial = mem_alloc(sizeof(*core->initial));
	timer_init(&core->initial->timer, look, core);
}

void core_initial_free(core_t *core)
{
	core_initial_end(core);
	free(core->initial);
}

void core_initial_opened(core_t *core)
{
	if (core->initial->state == CORE_INITIAL_NOT && !forwards(core) &&
		core->config->initial_hold)
	{
		core->initial->state = CORE_INITIAL_OPENED;
	}
}

bool core_initial_holds(core_t *core, usec_t now)
{
	core_initial_t *initial = core->initial;

	switch (initial->state)
	{
		case CORE_INITIAL_NOT:
			return false;
		case CORE_INITIAL_OPENED:
			if (!bgp_changes_waiting(core->bgp))
			{
				return false;
			}
			if (forwards(core))
			{
				initial->state = CORE_INITIAL_NOT;
				return false;
			}
			initial->state = CORE_INITIAL_HELD;
			initial->told_at = now;
			initial->until = now + core->config->initial_hold * USEC_PER_SEC;
			break;
		case CORE_INITIAL_HELD:
			break;
	}
	look(&initial->timer, core, now);
	return initial->state == CORE_INITIAL_HELD;
}
