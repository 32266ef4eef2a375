/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Is the outbound half of a tunnel's SA in the kernel? charon tells of an SA as
 * a whole, and what comes in may be well while nothing can leave: after some
 * collisions of rekeys charon leaves no outbound SA at all, and anybody may
 * delete one. So each tunnel is looked at once a second while it has an SA,
 * which after each rekey is soon enough. Of several SAs of one child one is
 * enough: while a rekey that the peer started is not at its end, the new one's
 * outbound half is known to charon only (strongSwan 5.9.8).
 *
 * Its policy is looked for every 10 s, as all of them have to be dumped.
 *
 * What is missing at two looks makes a tunnel dead, and charon is asked for a
 * rekey, which brings a new pair of SAs. A look at one SA costs some
 * microseconds however many there are; only before one is called missing all
 * are dumped, as an SA with a mark is not found otherwise. An SA without keys is
 * none: the kernel made it to ask charon for one, when a packet found that what
 * the policy names is gone. charon has no trap for it and says no more than
 * that; it makes the SA anew when the kernel gives up, minutes later.
 */

#include "gateway/core_sas.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

#define LOOK (1 * USEC_PER_SEC)
/** between looks at one that is missing, at most: those dump all SAs */
#define LOOK_MAX (8 * USEC_PER_SEC)
/** from one request for a rekey to the next, at first and at most */
#define ASK     (10 * USEC_PER_SEC)
#define ASK_MAX (60 * USEC_PER_SEC)
#define ESP     50
/** XFRM_POLICY_OUT */
#define OUT 1

/** SAs of a connection that a dump has shown, by their place */
typedef struct shown_t
{
	const core_connection_t *connection;
	bool sas[TUNNEL_SAS_MAX];
} shown_t;

static void show(void *user, const kernel_sa_t *sa)
{
	shown_t *shown = user;
	const core_connection_t *c = shown->connection;

	for (unsigned i = 0; i < c->n_sas; i++)
	{
		shown->sas[i] |= sa->keyed && c->sas[i].info.spi_out == sa->spi &&
						 addr_equal(&c->sas[i].info.remote, &sa->dst);
	}
}

/** false: it is known not to be there */
static bool found(const core_t *core, const tunnel_sa_info_t *info)
{
	kernel_sa_t sa = {
		.dst = info->remote,
		.spi = info->spi_out,
		.proto = ESP,
	};
	kernel_sa_t seen;
	int error;

	if (!info->spi_out || !addr_is_set(&info->remote))
	{
		return true;
	}
	error = core->seams.kernel_ops->sa_get(core->seams.kernel, &sa, &seen);
	return error ? error != -ESRCH : seen.keyed;
}

/** the first SA of whose child none is found, as `there` has it; NULL: none */
static const core_sa_t *lacking(const core_connection_t *c, const bool *there)
{
	for (unsigned i = 0; i < c->n_sas; i++)
	{
		bool any = false;

		for (unsigned k = 0; k < c->n_sas && !any; k++)
		{
			any = there[k] && strcmp(c->sas[k].child, c->sas[i].child) == 0;
		}
		if (!any)
		{
			return &c->sas[i];
		}
	}
	return NULL;
}

/** an SA whose child has no outbound one in the kernel; NULL: all is well, or
 * nobody can tell */
static const core_sa_t *missing(const core_t *core, const core_connection_t *c)
{
	shown_t shown = {.connection = c};
	const core_sa_t *lost;

	for (unsigned i = 0; i < c->n_sas; i++)
	{
		shown.sas[i] = found(core, &c->sas[i].info);
	}
	lost = lacking(c, shown.sas);
	if (!lost ||
		core->seams.kernel_ops->sa_dump(core->seams.kernel, show, &shown) != 0)
	{
		return NULL;
	}
	return lacking(c, shown.sas);
}

static void show_policy(void *user, const kernel_sp_t *sp)
{
	core_t *core = user;

	for (size_t i = 0; sp->dir == OUT && i < core->n_tunnels; i++)
	{
		core_tunnel_t *tunnel = core->tunnels[i];

		if (tunnel->connection && tunnel->if_id == sp->if_id)
		{
			tunnel->outbound.policy_seen = true;
			tunnel->outbound.policy_gone = false;
		}
	}
}

void core_outbound_audit(core_t *core)
{
	bool any = false;

	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core_outbound_t *o = &core->tunnels[i]->outbound;

		any |= timer_running(&o->timer);
		o->policy_gone = o->policy_seen;
	}
	if (any && core->seams.kernel_ops->sp_dump(core->seams.kernel, show_policy,
											   core) == 0)
	{
		return;
	}
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core->tunnels[i]->outbound.policy_gone = false;
	}
}

static void step(core_tunnel_t *tunnel, bool lost, usec_t now)
{
	core_outbound_t *o = &tunnel->outbound;

	o->lost = lost;
	if (!lost)
	{
		o->asked = 0;
	}
	core_tunnel_outbound(tunnel->core, tunnel, lost, now);
}

static void ask(core_tunnel_t *tunnel, const core_sa_t *sa, usec_t now)
{
	const core_seams_t *seams = &tunnel->core->seams;
	core_outbound_t *o = &tunnel->outbound;
	usec_t wait = ASK << (o->asked < 3 ? o->asked : 3);

	if (!seams->rekey || (o->asked && now < o->ask_at))
	{
		return;
	}
	o->asked++;
	o->ask_at = now + (wait > ASK_MAX ? ASK_MAX : wait);
	seams->rekey(seams->user, tunnel->config->connection, sa->child);
}

static void lack(core_tunnel_t *tunnel, const core_sa_t *sa, const char *what,
				 usec_t now)
{
	core_outbound_t *o = &tunnel->outbound;

	if (!o->since)
	{
		o->since = now;
		return;
	}
	if (!o->lost)
	{
		log_warn("tunnel %s: the kernel has no outbound %s (SPI %08x) of its "
				 "CHILD_SA: it cannot send; charon is asked for a rekey",
				 tunnel->config->name, what, sa->info.spi_out);
		step(tunnel, true, now);
	}
	ask(tunnel, sa, now);
}

static usec_t next_look(const core_outbound_t *o, usec_t now)
{
	usec_t wait = o->lost ? now - o->since : LOOK;

	return now + (wait > LOOK_MAX ? LOOK_MAX : wait < LOOK ? LOOK : wait);
}

static void look(cyg_timer_t *timer, void *user, usec_t now)
{
	core_tunnel_t *tunnel = user;
	core_outbound_t *o = &tunnel->outbound;
	const core_connection_t *c = tunnel->connection;
	const core_sa_t *sa;

	if (tunnel->core->stopping)
	{
		return;
	}
	if (o->policy_gone)
	{
		core_outbound_audit(tunnel->core);
	}
	sa = missing(tunnel->core, c);
	if (sa || o->policy_gone)
	{
		lack(tunnel, sa ? sa : &c->sas[c->n_sas - 1], sa ? "SA" : "policy",
			 now);
	}
	else
	{
		o->since = 0;
		if (o->lost)
		{
			log_notice("tunnel %s: its outbound SA is there again",
					   tunnel->config->name);
			step(tunnel, false, now);
		}
	}
	timer_start(tunnel->core->seams.timers, timer, next_look(o, now));
}

void core_outbound_create(core_tunnel_t *tunnel)
{
	timer_init(&tunnel->outbound.timer, look, tunnel);
}

void core_outbound_update(core_tunnel_t *tunnel, usec_t now)
{
	core_outbound_t *o = &tunnel->outbound;
	timers_t *timers = tunnel->core->seams.timers;

	if (!tunnel->connection || !tunnel->connection->n_sas ||
		!tunnel->core->seams.kernel)
	{
		timer_stop(timers, &o->timer);
		o->since = 0;
		o->policy_seen = o->policy_gone = false;
		if (o->lost)
		{
			step(tunnel, false, now);
		}
	}
	else if (!timer_running(&o->timer) || o->lost)
	{
		/* what was missing may have come with this */
		timer_start(timers, &o->timer, now + LOOK);
	}
}

void core_outbound_destroy(core_tunnel_t *tunnel)
{
	timer_stop(tunnel->core->seams.timers, &tunnel->outbound.timer);
}
