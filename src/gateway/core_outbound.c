/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Is the outbound half of a tunnel's SA in the kernel? charon tells of an SA as
 * a whole, and what comes in may be well while nothing can leave: after some
 * collisions of rekeys charon leaves no outbound SA at all, and anybody may
 * delete one. So each tunnel is looked at once a second while it has an SA,
 * which after each rekey is soon enough; of many, LOOKS in a second, in turns,
 * so that the price does not grow with their number. Of several SAs of one
 * child one is enough: while a rekey that the peer started is not at its end,
 * the new one's outbound half is known to charon only (strongSwan 5.9.8).
 *
 * Its policy is looked for every 10 s, as all of them have to be dumped.
 *
 * What is missing at two looks makes a tunnel dead, and charon is asked for a
 * rekey, which brings a new pair of SAs. A look at one SA costs some
 * microseconds however many there are; only before some are called missing all
 * are dumped, as an SA with a mark is not found otherwise. An SA without keys is
 * none: the kernel made it to ask charon for one, when a packet found that what
 * the policy names is gone. charon has no trap for it and says no more than
 * that; it makes the SA anew when the kernel gives up, minutes later.
 */

#include "gateway/core_sas.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define LOOK (1 * USEC_PER_SEC)
/** tunnels that are looked at each time */
#define LOOKS 50
/** between looks at one that is missing, at most: those dump all SAs */
#define LOOK_MAX (8 * USEC_PER_SEC)
/** from one request for a rekey to the next, at first and at most */
#define ASK     (10 * USEC_PER_SEC)
#define ASK_MAX (60 * USEC_PER_SEC)
#define ESP     50
/** XFRM_POLICY_OUT */
#define OUT 1

/** a tunnel that is looked at, and which of its SAs are there, by their place */
typedef struct look_t
{
	core_tunnel_t *tunnel;
	bool there[TUNNEL_SAS_MAX];
} look_t;

struct core_looks_t
{
	cyg_timer_t timer;
	/** the tunnel that the next time begins with */
	size_t first;
	/** those of this time */
	look_t list[LOOKS];
	unsigned count;
};

static void show(void *user, const kernel_sa_t *sa)
{
	core_looks_t *looks = user;

	for (unsigned k = 0; k < looks->count && sa->keyed; k++)
	{
		look_t *l = &looks->list[k];
		const core_connection_t *c = l->tunnel->connection;

		for (unsigned i = 0; i < c->n_sas; i++)
		{
			l->there[i] |= c->sas[i].info.spi_out == sa->spi &&
						   addr_equal(&c->sas[i].info.remote, &sa->dst);
		}
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

/** the first SA of whose child none is there; NULL: all is well */
static const core_sa_t *lacking(const look_t *l)
{
	const core_connection_t *c = l->tunnel->connection;

	for (unsigned i = 0; i < c->n_sas; i++)
	{
		bool any = false;

		for (unsigned k = 0; k < c->n_sas && !any; k++)
		{
			any = l->there[k] && strcmp(c->sas[k].child, c->sas[i].child) == 0;
		}
		if (!any)
		{
			return &c->sas[i];
		}
	}
	return NULL;
}

/** asks for each SA; false: some lack, and nobody can tell whether they do */
static bool find(const core_t *core)
{
	core_looks_t *looks = core->looks;
	bool lack = false;

	for (unsigned k = 0; k < looks->count; k++)
	{
		look_t *l = &looks->list[k];
		const core_connection_t *c = l->tunnel->connection;

		for (unsigned i = 0; i < c->n_sas; i++)
		{
			l->there[i] = found(core, &c->sas[i].info);
		}
		lack |= lacking(l) != NULL;
	}
	return !lack || core->seams.kernel_ops->sa_dump(core->seams.kernel, show,
													looks) == 0;
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

		any |= o->watched;
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
	usec_t since = o->since > o->heard ? o->since : o->heard;
	usec_t wait = o->lost ? now - since : LOOK;

	return now + (wait > LOOK_MAX ? LOOK_MAX : wait < LOOK ? LOOK : wait);
}

/** what was found of one of them; sa: what lacks */
static void judge(core_tunnel_t *tunnel, const core_sa_t *sa, usec_t now)
{
	core_outbound_t *o = &tunnel->outbound;
	const core_connection_t *c = tunnel->connection;

	if (sa || o->policy_gone)
	{
		lack(tunnel, sa ? sa : &c->sas[c->n_sas - 1], sa ? "SA" : "policy",
			 now);
		o->due = next_look(o, now);
		return;
	}
	o->since = o->due = 0;
	if (o->lost)
	{
		log_notice("tunnel %s: its outbound SA is there again",
				   tunnel->config->name);
		step(tunnel, false, now);
	}
}

/** those that something was missing of come first, as they wait for their second
 * look, but leave half of the room to the others, who have it in turns */
static void choose(core_t *core, usec_t now)
{
	core_looks_t *looks = core->looks;
	size_t n = core->n_tunnels, first = looks->first;

	for (size_t i = 0; i < 2 * n && looks->count < LOOKS; i++)
	{
		core_tunnel_t *tunnel = core->tunnels[(i + first) % n];
		const core_outbound_t *o = &tunnel->outbound;
		bool missed = i < n;

		if (!o->watched || o->due > now || missed != (o->since != 0) ||
			(missed && looks->count >= LOOKS / 2))
		{
			continue;
		}
		looks->list[looks->count++].tunnel = tunnel;
		looks->first = missed ? looks->first : (i + first + 1) % n;
	}
}

static void look(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;
	core_looks_t *looks = core->looks;
	bool gone = false, sure;

	if (core->stopping)
	{
		return;
	}
	looks->count = 0;
	choose(core, now);
	for (unsigned i = 0; i < looks->count; i++)
	{
		gone |= looks->list[i].tunnel->outbound.policy_gone;
	}
	if (gone)
	{
		core_outbound_audit(core);
	}
	sure = find(core);
	for (unsigned i = 0; i < looks->count; i++)
	{
		const look_t *l = &looks->list[i];

		judge(l->tunnel, sure ? lacking(l) : NULL, now);
	}
	timer_start(core->seams.timers, timer, now + LOOK);
}

void core_outbound_init(core_t *core)
{
	core->looks = mem_alloc(sizeof(*core->looks));
	timer_init(&core->looks->timer, look, core);
}

void core_outbound_free(core_t *core)
{
	timer_stop(core->seams.timers, &core->looks->timer);
	free(core->looks);
}

void core_outbound_update(core_tunnel_t *tunnel, usec_t now)
{
	core_outbound_t *o = &tunnel->outbound;
	core_t *core = tunnel->core;

	if (!tunnel->connection || !tunnel->connection->n_sas ||
		!core->seams.kernel)
	{
		o->watched = false;
		o->since = 0;
		o->policy_seen = o->policy_gone = false;
		if (o->lost)
		{
			step(tunnel, false, now);
		}
		return;
	}
	if (o->lost)
	{
		/* what was missing may have come with this, or comes soon */
		o->heard = now;
		o->due = 0;
	}
	else if (!o->watched)
	{
		o->due = now + LOOK;
	}
	o->watched = true;
	if (!timer_running(&core->looks->timer))
	{
		timer_start(core->seams.timers, &core->looks->timer, now + LOOK);
	}
}
