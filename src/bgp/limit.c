/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What a peer may take, as the tables tell: prefixes by family, and memory.
 * Going over ends the session (RFC 4271 section 6.7, RFC 4486 section 4) for
 * a time, or until a person starts it; or it only warns.
 */

#include "bgp/speaker.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>

static const char *family_name(family_t family)
{
	return family == FAMILY_IPV6 ? "IPv6" : "IPv4";
}

static void warn(bgp_peer_t *peer, family_t family, const char *what,
				 usec_t now)
{
	char why[120];

	snprintf(why, sizeof(why), "%" PRIu32 " %s prefixes, %s %" PRIu32,
			 peer->rib.received[family == FAMILY_IPV6], family_name(family),
			 what, peer->config.max_prefix);
	bgp_error_record(peer, "warning: ", why, now);
	log_warn("neighbor %s: %s", peer->config.name, why);
}

static void too_many(bgp_peer_t *peer, family_t family)
{
	uint8_t data[7];
	wbuf_t w = wbuf_make(data, sizeof(data));

	wbuf_u16(&w, bgp_family_afi(family));
	wbuf_u8(&w, BGP_SAFI_UNICAST);
	wbuf_u32(&w, peer->config.max_prefix);
	bgp_notice_set(&peer->notice, BGP_ERR_CEASE, BGP_CEASE_MAX_PREFIXES, data,
				   wbuf_len(&w));
	snprintf(peer->held_by, sizeof(peer->held_by),
			 "more than %" PRIu32 " %s prefixes", peer->config.max_prefix,
			 family_name(family));
}

static void too_much(bgp_peer_t *peer)
{
	bgp_notice_set(&peer->notice, BGP_ERR_CEASE, BGP_CEASE_RESOURCES, NULL, 0);
	snprintf(peer->held_by, sizeof(peer->held_by),
			 "routes of more than %" PRIu64 " bytes", peer->config.max_memory);
}

/** held_by stays while it waits */
static void stop(bgp_machine_t *m, usec_t now)
{
	bgp_peer_t *peer = m->peer;

	log_warn("neighbor %s: session ended: %s", peer->config.name,
			 peer->held_by);
	peer->over_limit = true;
	/* it is not to forward by ours while we have none of its */
	peer->notice.hard = true;
	bgp_machine_event(m, BGP_EV_AUTOMATIC_STOP, peer->held_by, now);
}

bool bgp_limit_verdict(bgp_machine_t *m, family_t family,
					   bgp_rib_verdict_t verdict, usec_t now)
{
	bgp_peer_t *peer = m->peer;

	switch (verdict)
	{
		case BGP_RIB_ENTERED:
			return true;
		case BGP_RIB_WARN:
			warn(peer, family, "near the limit of", now);
			return true;
		case BGP_RIB_WARN_OVER:
			warn(peer, family, "over the limit of", now);
			return true;
		case BGP_RIB_MAX_PREFIX:
			too_many(peer, family);
			break;
		case BGP_RIB_MAX_MEMORY:
			too_much(peer);
			break;
	}
	stop(m, now);
	return false;
}

/** a limit that was lowered holds for what is there, too */
void bgp_limit_changed(bgp_machine_t *m, usec_t now)
{
	static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};
	bgp_peer_t *peer = m->peer;
	const bgp_peer_config_t *config = &peer->config;
	size_t i;

	for (i = 0; i < countof(families); i++)
	{
		if (config->max_prefix && !config->max_prefix_warn_only &&
			peer->rib.received[i] > config->max_prefix)
		{
			bgp_limit_verdict(m, families[i], BGP_RIB_MAX_PREFIX, now);
			return;
		}
	}
	if (config->max_memory &&
		peer->rib.memory[0] + peer->rib.memory[1] > config->max_memory)
	{
		bgp_limit_verdict(m, FAMILY_IPV4, BGP_RIB_MAX_MEMORY, now);
	}
}
