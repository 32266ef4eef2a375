/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Neighbours: added, configured, started, stopped, removed, asked. A removed
 * one lingers until the tables have purged its paths, as routes not yet
 * decided anew may still name it.
 */

#include "bgp/speaker.h"

#include <stdlib.h>
#include <string.h>

static void copy_config(bgp_peer_t *peer, const bgp_peer_config_t *config)
{
	const char *name = peer->config.name;

	peer->config = *config;
	peer->config.name = name ? name : str_copy(config->name);
	if (!peer->config.connect_retry)
	{
		peer->config.connect_retry = 1;
	}
}

bgp_peer_t *bgp_peer_add(bgp_t *bgp, const bgp_peer_config_t *config)
{
	bgp_peer_t *peer;
	size_t i;

	if (bgp_peer_find(bgp, config->name))
	{
		return NULL;
	}
	for (i = 0; i < bgp->peer_count && bgp->peers[i]; i++)
	{
	}
	if (i == BGP_PEERS_MAX)
	{
		return NULL;
	}
	if (i == bgp->peer_count)
	{
		bgp->peers =
			mem_resize(bgp->peers, ++bgp->peer_count, sizeof(bgp->peers[0]));
	}
	peer = mem_alloc(sizeof(*peer));
	bgp->peers[i] = peer;
	peer->bgp = bgp;
	peer->rib.index = (uint16_t)i;
	peer->rib.config = &peer->config;
	peer->rib.eligible = true;
	list_init(&peer->conns);
	copy_config(peer, config);
	bgp_machine_init(&peer->machines[0], peer);
	bgp_machine_init(&peer->machines[1], peer);
	peer->main = &peer->machines[0];
	peer->extra = &peer->machines[1];
	bgp_peer_timers_init(peer);
	bgp_restart_init(peer);
	return peer;
}

void bgp_peer_free(bgp_peer_t *peer)
{
	bgp_t *bgp = peer->bgp;

	bgp_peer_timers_stop(peer);
	bgp_rib_peer_forget(bgp->rib, &peer->rib);
	list_each_safe(&peer->conns, conn, bgp_conn_t, link)
	{
		/* closing; the caller still has it */
		conn->peer = NULL;
		list_remove(&conn->link);
	}
	bgp->peers[peer->rib.index] = NULL;
	free((char *)(uintptr_t)peer->config.name);
	free(peer);
}

void bgp_peers_reap(bgp_t *bgp)
{
	size_t i;

	for (i = 0; i < bgp->peer_count; i++)
	{
		if (bgp->peers[i] && bgp->peers[i]->removed)
		{
			bgp_peer_free(bgp->peers[i]);
		}
	}
}

/** Cease on whatever connections there are */
static void stop(bgp_peer_t *peer, uint8_t subcode, const char *text,
				 usec_t now)
{
	timer_stop(peer->bgp->timers, &peer->idle_hold);
	if (peer->extra->state != BGP_IDLE)
	{
		bgp_notice_text(&peer->notice, subcode, text);
		bgp_machine_event(peer->extra, BGP_EV_MANUAL_STOP, NULL, now);
	}
	bgp_notice_text(&peer->notice, subcode, text);
	bgp_machine_event(peer->main, BGP_EV_MANUAL_STOP, NULL, now);
	bgp_restart_give_up(peer);
}

void bgp_peer_remove(bgp_t *bgp, bgp_peer_t *peer, usec_t now)
{
	peer->started = false;
	stop(peer, BGP_CEASE_DECONFIGURED, NULL, now);
	peer->removed = true;
	peer->user = NULL;
	/* not ours any more */
	peer->config.import_policy = NULL;
	peer->config.export_policy = NULL;
	peer->rib.import_policy = NULL;
	peer->rib.export_policy = NULL;
	if (!peer->established)
	{
		bgp_peer_free(peer);
	}
	bgp_tell(bgp, now);
}

/** what the session was made with */
static bool needs_reset(const bgp_peer_config_t *a, const bgp_peer_config_t *b)
{
	return a->remote_as != b->remote_as || a->local_as != b->local_as ||
		   a->families != b->families || a->hold_time != b->hold_time ||
		   a->keepalive != b->keepalive ||
		   a->next_hop_self != b->next_hop_self ||
		   !addr_equal(&a->address, &b->address) ||
		   !addr_equal(&a->next_hop4, &b->next_hop4) ||
		   !addr_equal(&a->next_hop6, &b->next_hop6) ||
		   !addr_equal(&a->next_hop6_ll, &b->next_hop6_ll);
}

/** passive or not has changed, without a session: stop dialling, or begin */
static void apply_passive(bgp_peer_t *peer, usec_t now)
{
	if (peer->config.passive)
	{
		timer_stop(peer->bgp->timers, &peer->retry);
	}
	else if (peer->main->state == BGP_ACTIVE)
	{
		bgp_machine_event(peer->main, BGP_EV_CONNECT_RETRY_EXPIRES,
						  "passive no more", now);
	}
}

bool bgp_peer_configure(bgp_t *bgp, bgp_peer_t *peer,
						const bgp_peer_config_t *config, usec_t now)
{
	bool reset = needs_reset(&peer->config, config);
	bool running = peer->main->state != BGP_IDLE;
	bool passive = peer->config.passive;

	if (reset && running)
	{
		stop(peer, BGP_CEASE_CONFIG_CHANGE, NULL, now);
	}
	copy_config(peer, config);
	peer->rib.weight = config->weight;
	peer->rib.import_policy = config->import_policy;
	peer->rib.export_policy = config->export_policy;
	peer->rib.max_prefix = config->max_prefix;
	if (reset)
	{
		if (peer->started)
		{
			bgp_peer_start(bgp, peer, now);
		}
	}
	else if (passive != config->passive)
	{
		apply_passive(peer, now);
	}
	if (!reset && peer->established)
	{
		bgp_rib_peer_changed(bgp->rib, &peer->rib);
	}
	bgp_tell(bgp, now);
	return reset && running;
}

void bgp_peer_start(bgp_t *bgp, bgp_peer_t *peer, usec_t now)
{
	bgp_machine_t *m = peer->main;

	peer->started = true;
	if (m->state == BGP_IDLE)
	{
		timer_stop(bgp->timers, &peer->idle_hold);
		peer->failures = 0;
		bgp_machine_event(m,
						  peer->config.passive ? BGP_EV_MANUAL_START_PASSIVE
											   : BGP_EV_MANUAL_START,
						  NULL, now);
	}
	else if (!peer->config.passive &&
			 (m->state == BGP_ACTIVE || m->state == BGP_CONNECT))
	{
		bgp_machine_event(m, BGP_EV_CONNECT_RETRY_EXPIRES, "started anew", now);
	}
}

void bgp_peer_stop(bgp_t *bgp, bgp_peer_t *peer, uint8_t subcode,
				   const char *text, usec_t now)
{
	peer->started = false;
	stop(peer, subcode, text, now);
	bgp_tell(bgp, now);
}

void bgp_peer_set_eligible(bgp_t *bgp, bgp_peer_t *peer, bool eligible)
{
	if (peer->rib.eligible != eligible)
	{
		peer->rib.eligible = eligible;
		bgp_rib_peer_changed(bgp->rib, &peer->rib);
		bgp->sink.work(bgp->user);
	}
}

void bgp_peer_refresh(bgp_t *bgp, bgp_peer_t *peer, usec_t now)
{
	static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};
	bgp_machine_t *m = bgp_peer_session(peer);
	size_t i;
	wbuf_t w;

	if (!m)
	{
		return;
	}
	if (!m->agreed.route_refresh)
	{
		bgp_rib_peer_changed(bgp->rib, &peer->rib);
		bgp_tell(bgp, now);
		return;
	}
	for (i = 0; i < countof(families); i++)
	{
		if (m->agreed.families & bgp_family_bit(families[i]))
		{
			w = bgp_conn_queue(m->conn, BGP_HEADER_LEN + 4);
			bgp_encode_refresh(&w, families[i], 0);
			bgp_conn_queued(m->conn, &w, now);
		}
	}
}

/* -- looking --------------------------------------------------------------- */

void bgp_peer_set_user(bgp_peer_t *peer, void *user)
{
	peer->user = user;
}

void *bgp_peer_user(const bgp_peer_t *peer)
{
	return peer->user;
}

const char *bgp_peer_name(const bgp_peer_t *peer)
{
	return peer->config.name;
}

const bgp_peer_config_t *bgp_peer_config(const bgp_peer_t *peer)
{
	return &peer->config;
}

uint16_t bgp_peer_index(const bgp_peer_t *peer)
{
	return peer->rib.index;
}

bgp_peer_t *bgp_peer_by_index(const bgp_t *bgp, uint16_t index)
{
	return index < bgp->peer_count ? bgp->peers[index] : NULL;
}

bgp_peer_t *bgp_peer_next(const bgp_t *bgp, const bgp_peer_t *peer)
{
	size_t i = peer ? peer->rib.index + 1u : 0;

	for (; i < bgp->peer_count; i++)
	{
		if (bgp->peers[i] && !bgp->peers[i]->removed)
		{
			return bgp->peers[i];
		}
	}
	return NULL;
}

bgp_peer_t *bgp_peer_find(const bgp_t *bgp, const char *name)
{
	bgp_peer_t *peer = NULL;

	while ((peer = bgp_peer_next(bgp, peer)) != NULL)
	{
		if (strcmp(peer->config.name, name) == 0)
		{
			return peer;
		}
	}
	return NULL;
}

void bgp_peer_info(const bgp_peer_t *peer, bgp_peer_info_t *info)
{
	const bgp_machine_t *m =
		peer->extra->state > peer->main->state ? peer->extra : peer->main;
	const bgp_agreed_t *agreed = &m->agreed;

	memset(info, 0, sizeof(*info));
	info->state = peer->state;
	info->since = peer->since;
	info->router_id = agreed->router_id;
	info->hold_time = agreed->hold_time;
	info->keepalive = agreed->keepalive;
	info->families = agreed->families;
	info->as4 = agreed->as4;
	info->route_refresh = agreed->route_refresh;
	info->enhanced_refresh = agreed->enhanced_refresh;
	info->extended_message = agreed->extended_message;
	info->graceful_restart = agreed->graceful_restart;
	info->restarting = !peer->up_since && peer->stale;
	memcpy(info->received, peer->rib.received, sizeof(info->received));
	memcpy(info->accepted, peer->rib.accepted, sizeof(info->accepted));
	info->memory = peer->rib.memory[0] + peer->rib.memory[1];
	memcpy(info->advertised, peer->rib.advertised, sizeof(info->advertised));
	info->eor = peer->up_since ? peer->eor : 0;
	info->messages_in = peer->messages_in;
	info->messages_out = peer->messages_out;
	info->updates_in = peer->updates_in;
	info->updates_out = peer->updates_out;
	info->established = peer->established;
	info->last_code = peer->last_code;
	info->last_subcode = peer->last_subcode;
	info->last_sent = peer->last_sent;
	info->last_error = peer->last_error;
	info->treated_as_withdraw = peer->treated_as_withdraw;
	info->discarded_attributes = peer->discarded_attributes;
}
