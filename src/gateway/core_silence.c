/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * IKE after a silence of the way. A request that went into it is sent again a
 * few times, at growing distances, and once more is waited before the peer is
 * given up: by charon's defaults from 90 to 165 s after the request. If packets
 * pass again in that time, nothing else is sent that could be answered, and a
 * tunnel that works is taken away under its traffic, by us or by the peer. So
 * charon is asked, as soon as packets pass, to send ours again and to rekey the
 * IKE_SA: what is open at the peer ends with the old one (RFC 7296 section
 * 2.18). CHILD_SAs are not touched.
 */

#include "gateway/core_liveness.h"
#include "gateway/core_neighbor.h"

#include "base/log.h"
#include "bgp/message.h"

/** no request is at stake yet */
#define SHORT USEC_PER_SEC
/** a way that comes and goes is not rekeyed each time */
#define AGAIN (10 * USEC_PER_SEC)

void core_silence_detector(core_tunnel_t *tunnel, unsigned detector,
						   bool failed)
{
	unsigned bit = 1u << detector;

	if (detector != CORE_DETECTOR_BFD && detector != CORE_DETECTOR_PROBE)
	{
		return;
	}
	if (failed)
	{
		tunnel->silence.failed |= bit;
	}
	else if (tunnel->silence.failed & bit)
	{
		tunnel->silence.failed &= ~bit;
		/* it knows before the session does */
		for (unsigned i = 0; i < countof(tunnel->neighbors); i++)
		{
			if (tunnel->neighbors[i])
			{
				tunnel->neighbors[i]->timed_out = false;
			}
		}
	}
}

bool core_silence_ended_session(const bgp_peer_info_t *info)
{
	return info->last_error_at == info->since &&
		   (info->last_code == BGP_ERR_HOLD ||
			info->last_code == BGP_ERR_SEND_HOLD);
}

static bool is_silent(const core_tunnel_t *tunnel)
{
	bool silent = tunnel->silence.failed != 0;

	for (unsigned i = 0; i < countof(tunnel->neighbors); i++)
	{
		silent |= tunnel->neighbors[i] && tunnel->neighbors[i]->timed_out;
	}
	return silent;
}

/** there is an SA that was there before */
static bool has_old_sa(const core_connection_t *c, usec_t since)
{
	for (unsigned i = 0; c && i < c->n_sas; i++)
	{
		if (c->sas[i].since < since)
		{
			return true;
		}
	}
	return false;
}

void core_silence_update(core_tunnel_t *tunnel, usec_t now)
{
	core_silence_t *s = &tunnel->silence;
	const core_seams_t *seams = &tunnel->core->seams;
	usec_t since = s->since;

	if (is_silent(tunnel))
	{
		s->since = since ? since : now;
		return;
	}
	s->since = 0;
	if (since && now - since >= SHORT && seams->settle &&
		has_old_sa(tunnel->connection, since) &&
		(!s->asked || now - s->asked >= AGAIN))
	{
		s->asked = now;
		log_info("tunnel %s: packets pass again: charon is asked to settle "
				 "what IKE of connection %s has open",
				 tunnel->config->name, tunnel->connection->name);
		seams->settle(seams->user, tunnel->connection->name);
	}
}
