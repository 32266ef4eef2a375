/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One tunnel's state. It is a function of what is known (loaded, SAs, link,
 * detectors, drain) and of nothing else: a fact changes the knowledge, and the
 * state is derived anew. So no order of facts can leave it in a wrong state,
 * and a fact told twice is told once.
 *
 * SAs are counted by identity. Of the orders in which charon tells:
 * - a rekey: the successor is announced by SA_UP, by SA_REKEYED, or by both in
 *   either order, before or after the old one's SA_DOWN (5.9.8 as responder
 *   installs it inbound at once and tells of the outbound half never);
 * - a collision names two successors of one SA; the loser gets an SA_DOWN;
 * - an IKE rekey and a MOBIKE update move SAs: nothing, or SA_UP anew with new
 *   data;
 * - reauthentication: ups before downs (make-before-break) or the reverse.
 * An SA_REKEYED may come after its successor is down (a collision, told late).
 * Such a successor would count for ever, so the ids that went down lately are
 * remembered.
 */

#include "tunnel/tunnel.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define DETECTORS_MAX 8

typedef struct counted_t
{
	uint32_t id;
	/** info is the SA's own or its predecessor's */
	bool told;
	/** it was named as a successor */
	bool succeeds;
	tunnel_sa_info_t info;
} counted_t;

typedef enum link_t
{
	LINK_UNKNOWN,
	LINK_THERE,
	LINK_GONE,
} link_t;

struct tunnel_t
{
	tunnel_kind_t kind;
	bool loaded;
	bool drained;
	link_t link;
	/** no outbound SA */
	bool mute;
	/** bit for each detector that has failed */
	uint8_t failed;
	/** oldest first */
	counted_t sas[TUNNEL_SAS_MAX];
	unsigned n_sas;
	/** told that there are too many */
	bool warned;
	/** ring of the last ids that went down, 0: free */
	uint32_t gone[TUNNEL_SAS_MAX];
	unsigned gone_at;
	tunnel_state_t state;
	usec_t since;
	const char *reason;
	uint32_t ups;
	uint32_t downs;
	uint32_t rekeys;
};

const char *tunnel_state_name(tunnel_state_t state)
{
	switch (state)
	{
		case TUNNEL_WAITING:
			return "waiting";
		case TUNNEL_DOWN:
			return "down";
		case TUNNEL_DEAD:
			return "dead";
		case TUNNEL_DRAINED:
			return "drained";
		case TUNNEL_FORWARDING:
			return "forwarding";
	}
	return "?";
}

static counted_t *sa_find(tunnel_t *tunnel, uint32_t id)
{
	for (unsigned i = 0; i < tunnel->n_sas; i++)
	{
		if (tunnel->sas[i].id == id)
		{
			return &tunnel->sas[i];
		}
	}
	return NULL;
}

static void sa_remove(tunnel_t *tunnel, counted_t *sa)
{
	size_t after = (size_t)(&tunnel->sas[tunnel->n_sas] - (sa + 1));

	memmove(sa, sa + 1, after * sizeof(*sa));
	tunnel->n_sas--;
}

/**
 * The entry of an SA, made if absent. When all are taken the oldest is
 * forgotten: it is the likeliest to be an orphan, and were the newest ones
 * ignored, a full set would run empty rekey by rekey.
 */
static counted_t *sa_count(tunnel_t *tunnel, uint32_t id)
{
	counted_t *sa = sa_find(tunnel, id);

	if (!sa)
	{
		if (tunnel->n_sas == TUNNEL_SAS_MAX)
		{
			if (!tunnel->warned)
			{
				log_warn("more than %d SAs in one tunnel: the oldest are "
						 "not counted, look for orphans",
						 TUNNEL_SAS_MAX);
			}
			tunnel->warned = true;
			sa_remove(tunnel, &tunnel->sas[0]);
		}
		sa = &tunnel->sas[tunnel->n_sas++];
		*sa = (counted_t){.id = id};
	}
	return sa;
}

static bool sa_is_gone(const tunnel_t *tunnel, uint32_t id)
{
	for (size_t i = 0; i < countof(tunnel->gone); i++)
	{
		if (tunnel->gone[i] == id)
		{
			return true;
		}
	}
	return false;
}

static void sa_up(tunnel_t *tunnel, const tunnel_fact_t *fact)
{
	counted_t *sa = sa_count(tunnel, fact->sa);

	sa->told = true;
	sa->info = fact->info;
}

static void sa_down(tunnel_t *tunnel, uint32_t id)
{
	counted_t *sa = sa_find(tunnel, id);

	if (sa)
	{
		sa_remove(tunnel, sa);
	}
	if (!sa_is_gone(tunnel, id))
	{
		tunnel->gone[tunnel->gone_at] = id;
		tunnel->gone_at = (tunnel->gone_at + 1) % countof(tunnel->gone);
	}
}

static void sa_rekeyed(tunnel_t *tunnel, uint32_t old_id, uint32_t new_id)
{
	counted_t *old = sa_find(tunnel, old_id), *successor;
	counted_t from = old ? *old : (counted_t){0};

	if (!new_id || new_id == old_id || sa_is_gone(tunnel, new_id))
	{
		return;
	}
	successor = sa_count(tunnel, new_id);
	tunnel->rekeys += !successor->succeeds;
	successor->succeeds = true;
	if (!successor->told && from.told)
	{
		/* its own data come with its SA_UP, if ever */
		successor->told = true;
		successor->info = from.info;
	}
}

static void learn(tunnel_t *tunnel, const tunnel_fact_t *fact)
{
	switch (fact->kind)
	{
		case TUNNEL_FACT_LOADED:
			tunnel->loaded = true;
			break;
		case TUNNEL_FACT_UNLOADED:
			tunnel->loaded = false;
			break;
		case TUNNEL_FACT_SA_UP:
			sa_up(tunnel, fact);
			break;
		case TUNNEL_FACT_SA_DOWN:
			sa_down(tunnel, fact->sa);
			break;
		case TUNNEL_FACT_SA_REKEYED:
			sa_rekeyed(tunnel, fact->sa, fact->successor);
			break;
		case TUNNEL_FACT_SA_RESET:
			/* a new charon counts its ids from the start */
			tunnel->n_sas = 0;
			memset(tunnel->gone, 0, sizeof(tunnel->gone));
			break;
		case TUNNEL_FACT_LINK_UP:
			tunnel->link = LINK_THERE;
			break;
		case TUNNEL_FACT_LINK_DOWN:
			tunnel->link = LINK_GONE;
			break;
		case TUNNEL_FACT_DETECTOR_FAILED:
			if (fact->detector < DETECTORS_MAX)
			{
				tunnel->failed |= (uint8_t)(1u << fact->detector);
			}
			break;
		case TUNNEL_FACT_DETECTOR_OK:
			if (fact->detector < DETECTORS_MAX)
			{
				tunnel->failed &= (uint8_t) ~(1u << fact->detector);
			}
			break;
		case TUNNEL_FACT_OUTBOUND_LOST:
			tunnel->mute = true;
			break;
		case TUNNEL_FACT_OUTBOUND_OK:
			tunnel->mute = false;
			break;
		case TUNNEL_FACT_DRAIN:
			tunnel->drained = true;
			break;
		case TUNNEL_FACT_UNDRAIN:
			tunnel->drained = false;
			break;
	}
	/* what the next SA has is not known yet */
	tunnel->mute = tunnel->mute && tunnel->n_sas > 0;
}

/** the state that follows from what is known, and why. A connection that was
 * unloaded while its SAs live keeps them: charon does not delete them */
static tunnel_state_t derive(const tunnel_t *tunnel, const char **reason)
{
	if (tunnel->kind == TUNNEL_LINK)
	{
		if (tunnel->link != LINK_THERE)
		{
			*reason = tunnel->link == LINK_UNKNOWN
						  ? "the interface is not there yet"
						  : "the interface is down or has no carrier";
			return tunnel->link == LINK_UNKNOWN ? TUNNEL_WAITING : TUNNEL_DOWN;
		}
	}
	else if (!tunnel->n_sas)
	{
		if (!tunnel->loaded)
		{
			*reason = "the connection is not loaded";
			return TUNNEL_WAITING;
		}
		if (tunnel->link != LINK_THERE)
		{
			*reason = "the link is not there";
			return TUNNEL_WAITING;
		}
		*reason = "no CHILD_SA is installed";
		return TUNNEL_DOWN;
	}
	else if (tunnel->link != LINK_THERE)
	{
		*reason = "a CHILD_SA is installed, but the link is not there";
		return TUNNEL_WAITING;
	}
	if (tunnel->kind == TUNNEL_IPSEC && tunnel->mute)
	{
		*reason = "the kernel has no outbound SA or policy";
		return TUNNEL_DEAD;
	}
	if (tunnel->failed)
	{
		*reason = "a detector has failed";
		return TUNNEL_DEAD;
	}
	if (tunnel->drained)
	{
		*reason = "drained";
		return TUNNEL_DRAINED;
	}
	*reason = "it works";
	return TUNNEL_FORWARDING;
}

tunnel_t *tunnel_create(tunnel_kind_t kind, usec_t now)
{
	tunnel_t *tunnel = mem_alloc(sizeof(*tunnel));

	tunnel->kind = kind;
	tunnel->since = now;
	tunnel->state = derive(tunnel, &tunnel->reason);
	return tunnel;
}

void tunnel_destroy(tunnel_t *tunnel)
{
	free(tunnel);
}

static void set_state(tunnel_t *tunnel, tunnel_state_t state, usec_t now)
{
	if (state == TUNNEL_FORWARDING)
	{
		tunnel->ups++;
	}
	if (tunnel->state == TUNNEL_FORWARDING)
	{
		tunnel->downs++;
	}
	tunnel->state = state;
	tunnel->since = now;
}

bool tunnel_step(tunnel_t *tunnel, const tunnel_fact_t *fact, usec_t now)
{
	tunnel_state_t state;

	learn(tunnel, fact);
	state = derive(tunnel, &tunnel->reason);
	if (state == tunnel->state)
	{
		return false;
	}
	set_state(tunnel, state, now);
	return true;
}

tunnel_state_t tunnel_state(const tunnel_t *tunnel)
{
	return tunnel->state;
}

usec_t tunnel_since(const tunnel_t *tunnel)
{
	return tunnel->since;
}

const char *tunnel_reason(const tunnel_t *tunnel)
{
	return tunnel->reason;
}

bool tunnel_has_sa(const tunnel_t *tunnel)
{
	return tunnel->kind == TUNNEL_LINK ? tunnel->link == LINK_THERE
									   : tunnel->n_sas > 0;
}

bool tunnel_forwarding(const tunnel_t *tunnel)
{
	return tunnel->state == TUNNEL_FORWARDING;
}

unsigned tunnel_sa_count(const tunnel_t *tunnel)
{
	return tunnel->n_sas;
}

const tunnel_sa_info_t *tunnel_sa_info(const tunnel_t *tunnel)
{
	if (!tunnel->n_sas)
	{
		return NULL;
	}
	for (unsigned i = tunnel->n_sas; i > 0; i--)
	{
		if (tunnel->sas[i - 1].told)
		{
			return &tunnel->sas[i - 1].info;
		}
	}
	return &tunnel->sas[tunnel->n_sas - 1].info;
}

uint32_t tunnel_ups(const tunnel_t *tunnel)
{
	return tunnel->ups;
}

uint32_t tunnel_downs(const tunnel_t *tunnel)
{
	return tunnel->downs;
}

uint32_t tunnel_rekeys(const tunnel_t *tunnel)
{
	return tunnel->rekeys;
}
