/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * IKEv2 reauthenticates by a new IKE_SA. With `make_before_break = no`, charon
 * deletes the old one before it makes the new: what is under way then is lost.
 * With `yes`, the peer sends by the new SA as soon as it has made it, and all of
 * that is lost until its answer is here: the kernel knows the SPI, but no key
 * (XfrmAcquireError; 4 packets of 400/s in an emulated guest, in the field what
 * is sent in half a round trip and more). Charon tells when, so we come before
 * it: the tunnel is drained onto others of its bundle, charon is asked to
 * reauthenticate when it is idle, and it is used again with the new SA. One of
 * a bundle at a time, and none that is the last.
 *
 * What the far side starts, or a person by `swanctl --rekey --reauth`, no hook
 * tells beforehand: flows then leave with the first sign of the end.
 */

#include "gateway/core_drain.h"
#include "gateway/core_neighbor.h"

#include "base/log.h"

/** from the withdrawal until what the far side sends has moved */
#define SETTLE (2 * USEC_PER_SEC)
/** we are done before charon begins, which counts whole seconds */
#define AHEAD (3 * USEC_PER_SEC)
/** how far a moment that is told again may be off */
#define ROUNDING (2 * USEC_PER_SEC)
/** until another one of the bundle is done, or can carry */
#define AGAIN USEC_PER_SEC
/** charon puts it off by up to 15 s while a CHILD_SA is rekeyed */
#define ASKED_MAX (60 * USEC_PER_SEC)

static bool has_phase(const core_tunnel_t *tunnel)
{
	return tunnel->reauth.phase == CORE_REAUTH_DRAINING ||
		   tunnel->reauth.phase == CORE_REAUTH_ASKED;
}

/** another one of the same bundle */
static bool is_sibling(const core_tunnel_t *tunnel, const core_tunnel_t *other)
{
	return other != tunnel && other->bundle == tunnel->bundle;
}

/** how many prefixes its neighbours have told us of; *sessions: all stand */
static uint32_t told(const core_tunnel_t *tunnel, bool *sessions)
{
	bgp_peer_info_t info;
	uint32_t n = 0;

	*sessions = true;
	for (unsigned i = 0; i < countof(tunnel->neighbors); i++)
	{
		if (tunnel->neighbors[i])
		{
			bgp_peer_info(tunnel->neighbors[i]->peer, &info);
			*sessions &= info.state == BGP_ESTABLISHED;
			n += info.accepted[0] + info.accepted[1];
		}
	}
	return n;
}

/** it is used, and its far side has told us routes if that of `instead_of` has:
 * one that is drained there has a session, and no routes */
static bool carries(const core_tunnel_t *tunnel,
					const core_tunnel_t *instead_of)
{
	bool sessions;
	uint32_t need = told(instead_of, &sessions) ? 1 : 0;

	return tunnel_forwarding(tunnel->tunnel) &&
		   told(tunnel, &sessions) >= need && sessions;
}

/** enough others carry, and none of them has its turn */
static bool others_carry(const core_t *core, const core_tunnel_t *tunnel)
{
	unsigned n = 0;

	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		const core_tunnel_t *other = core->tunnels[i];

		if (is_sibling(tunnel, other))
		{
			if (has_phase(other))
			{
				return false;
			}
			n += carries(other, tunnel);
		}
	}
	return n && n >= tunnel->bundle->min_links;
}

/** what one turn takes */
static usec_t turn(const core_tunnel_t *tunnel)
{
	return tunnel->bundle->drain_time * USEC_PER_SEC + SETTLE;
}

/** plans for charon's moment: early enough for each of the bundle to have its
 * turn, should all be due at once */
static void plan(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	core_reauth_t *r = &tunnel->reauth;
	usec_t at = tunnel->connection ? tunnel->connection->reauth_at : 0;
	usec_t lead = turn(tunnel) + AHEAD;

	if (!core->seams.reauthenticate || at <= now)
	{
		r->phase = CORE_REAUTH_IDLE;
		timer_stop(core->seams.timers, &r->timer);
		return;
	}
	if (r->phase == CORE_REAUTH_DUE && at < r->at + ROUNDING &&
		r->at < at + ROUNDING)
	{
		return;
	}
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		if (is_sibling(tunnel, core->tunnels[i]) &&
			core->tunnels[i]->connection)
		{
			/* and its SA is made, and the next one looks */
			lead += turn(tunnel) + 2 * AGAIN;
		}
	}
	/* a short lifetime is not spent on draining */
	if (lead > (at - now) / 2)
	{
		lead = (at - now) / 2;
	}
	r->phase = CORE_REAUTH_DUE;
	r->at = at;
	timer_start(core->seams.timers, &r->timer, at - lead);
}

static void drain(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	log_notice("tunnel %s is drained: its connection is to be reauthenticated",
			   tunnel->config->name);
	tunnel->reauth.phase = CORE_REAUTH_DRAINING;
	core_drain_begin(core, tunnel, now);
	timer_start(core->seams.timers, &tunnel->reauth.timer, now + turn(tunnel));
}

static void ask(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	const core_connection_t *c = tunnel->connection;
	core_reauth_t *r = &tunnel->reauth;

	r->phase = CORE_REAUTH_ASKED;
	r->last_sa = 0;
	for (unsigned i = 0; i < c->n_sas; i++)
	{
		if (c->sas[i].id > r->last_sa)
		{
			r->last_sa = c->sas[i].id;
		}
	}
	timer_start(core->seams.timers, &r->timer, now + ASKED_MAX);
	log_info("tunnel %s: charon is asked to reauthenticate connection %s",
			 tunnel->config->name, c->name);
	core->seams.reauthenticate(core->seams.user, c->name);
}

static void done(core_t *core, core_tunnel_t *tunnel, const char *words,
				 usec_t now)
{
	log_notice("tunnel %s is used again: %s", tunnel->config->name, words);
	tunnel->reauth.phase = CORE_REAUTH_IDLE;
	core_drain_end(core, tunnel, now);
	plan(core, tunnel, now);
}

static void due(cyg_timer_t *timer, void *user, usec_t now)
{
	core_tunnel_t *tunnel = user;
	core_t *core = tunnel->core;

	if (core->stopping)
	{
		return;
	}
	switch (tunnel->reauth.phase)
	{
		case CORE_REAUTH_IDLE:
			break;
		case CORE_REAUTH_DUE:
			/* one that a person drained has nothing to lose */
			if (tunnel_forwarding(tunnel->tunnel) && others_carry(core, tunnel))
			{
				drain(core, tunnel, now);
			}
			else if (now + AGAIN < tunnel->reauth.at)
			{
				timer_start(core->seams.timers, timer, now + AGAIN);
			}
			else
			{
				tunnel->reauth.phase = CORE_REAUTH_IDLE;
			}
			break;
		case CORE_REAUTH_DRAINING:
			ask(core, tunnel, now);
			break;
		case CORE_REAUTH_ASKED:
			done(core, tunnel, "charon did not reauthenticate", now);
			break;
	}
}

void core_reauth_create(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	timer_init(&tunnel->reauth.timer, due, tunnel);
	plan(core, tunnel, now);
}

void core_reauth_destroy(core_t *core, core_tunnel_t *tunnel)
{
	timer_stop(core->seams.timers, &tunnel->reauth.timer);
}

/** there are SAs, and none of those that were there when charon was asked */
static bool is_renewed(const core_tunnel_t *tunnel)
{
	const core_connection_t *c = tunnel->connection;

	for (unsigned i = 0; i < c->n_sas; i++)
	{
		if (c->sas[i].id <= tunnel->reauth.last_sa)
		{
			return false;
		}
	}
	return c->n_sas > 0;
}

void core_reauth_fact(core_t *core, core_tunnel_t *tunnel, const fact_t *fact,
					  usec_t now)
{
	core_reauth_t *r = &tunnel->reauth;

	switch (r->phase)
	{
		case CORE_REAUTH_IDLE:
		case CORE_REAUTH_DUE:
			if (fact->kind == FACT_CHILD_UP)
			{
				plan(core, tunnel, now);
			}
			break;
		case CORE_REAUTH_DRAINING:
			if (!tunnel_has_sa(tunnel->tunnel))
			{
				done(core, tunnel, "its SA ended before", now);
			}
			break;
		case CORE_REAUTH_ASKED:
			if (is_renewed(tunnel))
			{
				done(core, tunnel, "reauthenticated", now);
			}
			break;
	}
}

void core_reauth_check(core_t *core, usec_t now)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core_tunnel_t *tunnel = core->tunnels[i];
		unsigned others = 0;

		if (!has_phase(tunnel) || !tunnel->drained ||
			core_drained_at(core, tunnel->config->name))
		{
			continue;
		}
		for (size_t k = 0; k < core->n_tunnels; k++)
		{
			others += is_sibling(tunnel, core->tunnels[k]) &&
					  carries(core->tunnels[k], tunnel);
		}
		if (!others || others < tunnel->bundle->min_links)
		{
			/* said when the groups are replaced, by its state */
			core_reauth_leave(core, tunnel);
			core_drain_end(core, tunnel, now);
		}
	}
}

void core_reauth_leave(core_t *core, core_tunnel_t *tunnel)
{
	if (has_phase(tunnel))
	{
		tunnel->reauth.phase = CORE_REAUTH_IDLE;
		timer_stop(core->seams.timers, &tunnel->reauth.timer);
	}
}

bool core_reauth(core_t *core, const char *name, const char **words, usec_t now)
{
	core_tunnel_t *tunnel = core_tunnel_find(core, name);

	if (!tunnel)
	{
		return false;
	}
	if (!core->seams.reauthenticate || !tunnel->connection ||
		!tunnel_has_sa(tunnel->tunnel))
	{
		*words = "nothing to reauthenticate: it has no SA";
	}
	else if (has_phase(tunnel))
	{
		*words = "it is being reauthenticated already";
	}
	else if (!tunnel_forwarding(tunnel->tunnel))
	{
		ask(core, tunnel, now);
		*words = "charon is asked to reauthenticate it at once: it is not used";
	}
	else if (!others_carry(core, tunnel))
	{
		ask(core, tunnel, now);
		*words =
			"charon is asked to reauthenticate it at once: no other tunnel "
			"of its bundle can take its flows";
	}
	else
	{
		drain(core, tunnel, now);
		*words = "it is drained, then reauthenticated, then used again";
	}
	return true;
}

const char *core_reauth_phase(const core_tunnel_t *tunnel)
{
	switch (tunnel->reauth.phase)
	{
		case CORE_REAUTH_DUE:
			return "due";
		case CORE_REAUTH_DRAINING:
			return "draining";
		case CORE_REAUTH_ASKED:
			return "asked";
		case CORE_REAUTH_IDLE:
			break;
	}
	return NULL;
}
