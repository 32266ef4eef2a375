/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Neighbours: added, configured, started, stopped, removed, asked. A removed
 * one lingers until the tables have purged its paths, as routes not yet
 * decided anew may still name it.
 */

#include "bgp/speaker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** for the end of a connection of ours to be read before the next comes */
#define START_WAIT USEC_PER_SEC

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
	bgp_refresh_init(peer);
	bgp_open_forget(peer);
	peer->awaited = config->no_graceful_restart ? 0 : bgp->deferred;
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

	for (i = 0; i < bgp->peer_count && bgp->reaping; i++)
	{
		if (bgp->peers[i] && bgp->peers[i]->removed)
		{
			bgp_peer_free(bgp->peers[i]);
		}
	}
	bgp->reaping = false;
}

/** Cease on whatever connections there are. hard: nothing is kept, by no side
 * (RFC 8538 section 5) */
static void stop(bgp_peer_t *peer, uint8_t subcode, const char *text, bool hard,
				 usec_t now)
{
	timer_stop(peer->bgp->timers, &peer->idle_hold);
	if (peer->extra->state != BGP_IDLE)
	{
		bgp_notice_text(&peer->notice, subcode, text);
		peer->notice.hard = hard;
		bgp_machine_event(peer->extra, BGP_EV_MANUAL_STOP, NULL, now);
	}
	bgp_notice_text(&peer->notice, subcode, text);
	peer->notice.hard = hard;
	bgp_machine_event(peer->main, BGP_EV_MANUAL_STOP, NULL, now);
	if (hard)
	{
		bgp_restart_give_up(peer);
	}
}

/** an operator's, or the gateway's: until it is started again */
static void stop_for_good(bgp_peer_t *peer, uint8_t subcode, const char *text,
						  usec_t now)
{
	peer->started = false;
	peer->away = false;
	stop(peer, subcode, text, true, now);
	bgp_connect_error_clear(peer);
	bgp_restart_settle(peer, ~0u);
}

void bgp_peer_remove(bgp_t *bgp, bgp_peer_t *peer, usec_t now)
{
	stop_for_good(peer, BGP_CEASE_DECONFIGURED, NULL, now);
	peer->removed = true;
	peer->user = NULL;
	/* not ours any more */
	peer->config.import_policy = NULL;
	peer->config.export_policy = NULL;
	peer->rib.import_policy = NULL;
	peer->rib.export_policy = NULL;
	bgp->reaping = true;
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
		   a->keepalive != b->keepalive || a->role != b->role ||
		   a->role_strict != b->role_strict ||
		   a->no_graceful_restart != b->no_graceful_restart ||
		   !addr_equal(&a->address, &b->address) ||
		   !addr_equal(&a->next_hop4, &b->next_hop4) ||
		   !addr_equal(&a->next_hop6, &b->next_hop6) ||
		   !addr_equal(&a->next_hop6_ll, &b->next_hop6_ll);
}

/** what comes back is another neighbour, or no longer of the same routes:
 * none are kept over the reset */
static bool is_another(const bgp_peer_config_t *a, const bgp_peer_config_t *b)
{
	return a->remote_as != b->remote_as || a->local_as != b->local_as ||
		   a->families != b->families || !addr_equal(&a->address, &b->address);
}

/** routes were judged by it before they came to the tables: the peer has to
 * tell them again */
static bool needs_routes_anew(const bgp_peer_config_t *a,
							  const bgp_peer_config_t *b)
{
	return a->allowas_in != b->allowas_in ||
		   a->any_first_as != b->any_first_as || a->as_sets != b->as_sets ||
		   a->max_as_path != b->max_as_path ||
		   a->max_communities != b->max_communities;
}

static bool limits_differ(const bgp_peer_config_t *a,
						  const bgp_peer_config_t *b)
{
	return a->max_prefix != b->max_prefix || a->max_memory != b->max_memory ||
		   a->max_prefix_warn_only != b->max_prefix_warn_only;
}

void bgp_peer_apply(bgp_peer_t *peer)
{
	const bgp_peer_config_t *config = &peer->config;
	bgp_rib_peer_t *rib = &peer->rib;

	rib->next_hop_self = config->next_hop_self;
	rib->weight = config->weight;
	rib->import_policy = config->import_policy;
	rib->export_policy = config->export_policy;
	rib->max_prefix = config->max_prefix;
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

/** what can be applied to a session that goes on, or to none */
static void configure_in_place(bgp_peer_t *peer, bgp_peer_config_t *old,
							   usec_t now)
{
	bgp_t *bgp = peer->bgp;
	const bgp_peer_config_t *config = &peer->config;
	bgp_machine_t *m = bgp_peer_session(peer);

	if (old->passive != config->passive)
	{
		apply_passive(peer, now);
	}
	if (m && needs_routes_anew(old, config))
	{
		bgp_refresh_ask(m, now);
	}
	if (!limits_differ(old, config))
	{
		return;
	}
	if (m)
	{
		bgp_limit_changed(m, now);
	}
	else if (peer->held && peer->started)
	{
		/* a limit held it that is another now */
		bgp_peer_start(bgp, peer, now);
	}
}

bool bgp_peer_would_reset(const bgp_peer_t *peer,
						  const bgp_peer_config_t *config)
{
	const bgp_machine_t *m = bgp_peer_session(peer);

	return peer->main->state != BGP_IDLE &&
		   (needs_reset(&peer->config, config) ||
			(m && !m->agreed.route_refresh &&
			 needs_routes_anew(&peer->config, config)));
}

bool bgp_peer_would_refresh(const bgp_peer_t *peer,
							const bgp_peer_config_t *config)
{
	const bgp_machine_t *m = bgp_peer_session(peer);

	return m && m->agreed.route_refresh &&
		   needs_routes_anew(&peer->config, config);
}

bool bgp_peer_configure(bgp_t *bgp, bgp_peer_t *peer,
						const bgp_peer_config_t *config, usec_t now)
{
	bgp_peer_config_t old = peer->config;
	bgp_machine_t *m = bgp_peer_session(peer);
	bool running = peer->main->state != BGP_IDLE;
	bool reset = needs_reset(&old, config) || (m && !m->agreed.route_refresh &&
											   needs_routes_anew(&old, config));

	if (reset && running)
	{
		stop(peer, BGP_CEASE_CONFIG_CHANGE, NULL, is_another(&old, config),
			 now);
	}
	copy_config(peer, config);
	bgp_peer_apply(peer);
	/* routes may be kept over a reset, too */
	if (peer->established)
	{
		bgp_rib_peer_changed(bgp->rib, &peer->rib);
	}
	if (config->no_graceful_restart)
	{
		bgp_restart_settle(peer, ~0u);
	}
	if (!reset)
	{
		configure_in_place(peer, &old, now);
	}
	else if (peer->started)
	{
		bgp_peer_start(bgp, peer, now);
	}
	bgp_tell(bgp, now);
	return reset && running;
}

void bgp_peer_start(bgp_t *bgp, bgp_peer_t *peer, usec_t now)
{
	bgp_machine_t *m = peer->main;

	peer->started = true;
	peer->failures = 0;
	peer->tries = 0;
	if (timer_running(&peer->idle_hold) &&
		peer->idle_hold.at <= now + BGP_IDLE_HOLD_ONE)
	{
		/* a session has just ended: it is about to begin */
		return;
	}
	timer_stop(bgp->timers, &peer->idle_hold);
	if (peer->away)
	{
		/* we did not go after all */
		peer->away = false;
		timer_start(bgp->timers, &peer->restart, now + BGP_STALE_MAX);
	}
	if (m->state == BGP_IDLE && !list_empty(&peer->conns) &&
		!peer->config.passive)
	{
		/* one that has just been ended: the peer is to read the NOTIFICATION
		 * first. With graceful restart, a new connection before it would be
		 * our restart, and the old one dropped unread (RFC 4724 section 4.2) */
		bgp_open_forget(peer);
		peer->held = false;
		snprintf(peer->held_by, sizeof(peer->held_by),
				 "the end of the connection before");
		timer_start(bgp->timers, &peer->idle_hold, now + START_WAIT);
	}
	else if (m->state == BGP_IDLE)
	{
		bgp_open_forget(peer);
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
	stop_for_good(peer, subcode, text, now);
	peer->held = subcode == BGP_CEASE_SHUTDOWN;
	if (peer->held)
	{
		snprintf(peer->held_by, sizeof(peer->held_by), "%s%s%s",
				 bgp_error_name(BGP_ERR_CEASE, subcode), text ? ": " : "",
				 text ? text : "");
	}
	bgp_tell(bgp, now);
}

void bgp_peer_stop_for_restart(bgp_t *bgp, bgp_peer_t *peer, usec_t now)
{
	bgp_machine_t *m = bgp_peer_session(peer), *other;

	if (!m || !m->agreed.graceful_restart || !bgp->config.restart_time)
	{
		bgp_peer_stop(bgp, peer, BGP_CEASE_CONFIG_CHANGE, NULL, now);
		return;
	}
	peer->started = false;
	peer->away = true;
	other = m == peer->main ? peer->extra : peer->main;
	if (other->state != BGP_IDLE)
	{
		bgp_notice_text(&peer->notice, BGP_CEASE_CONFIG_CHANGE, NULL);
		bgp_machine_event(other, BGP_EV_MANUAL_STOP, NULL, now);
	}
	if (m->agreed.notification_restart)
	{
		bgp_notice_text(&peer->notice, BGP_CEASE_RESET, NULL);
		bgp_machine_event(m, BGP_EV_MANUAL_STOP, NULL, now);
	}
	else
	{
		/* a NOTIFICATION would end the routes, too (RFC 4724 section 4) */
		bgp_machine_event(m, BGP_EV_TCP_FAILS, "restarting", now);
	}
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
	bgp_machine_t *m = bgp_peer_session(peer);

	if (m && m->agreed.route_refresh)
	{
		bgp_refresh_ask(m, now);
	}
	else if (m)
	{
		bgp_rib_peer_changed(bgp->rib, &peer->rib);
		bgp_tell(bgp, now);
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

static usec_t idle_until(const bgp_peer_t *peer)
{
	if (peer->main->state != BGP_IDLE)
	{
		return 0;
	}
	if (timer_running(&peer->idle_hold))
	{
		return peer->idle_hold.at;
	}
	return peer->held ? USEC_NEVER : 0;
}

void bgp_peer_info(const bgp_peer_t *peer, bgp_peer_info_t *info)
{
	const bgp_machine_t *m =
		peer->extra->state > peer->main->state ? peer->extra : peer->main;
	const bgp_agreed_t *agreed = &m->agreed;
	bgp_open_t ours;

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
	info->last_error_at = peer->last_error_at;
	info->connect_error = peer->connect_error;
	info->connect_error_at = peer->connect_error_at;
	info->treated_as_withdraw = peer->treated_as_withdraw;
	info->discarded_attributes = peer->discarded_attributes;
	memcpy(info->dropped, peer->dropped, sizeof(info->dropped));
	info->dropped[BGP_DROP_POLICY] = peer->rib.rejected;
	info->idle_until = idle_until(peer);
	info->held_by = peer->held_by;
	info->notification_restart = agreed->notification_restart;
	info->extended_next_hop = agreed->extended_next_hop;
	bgp_open_build(peer, &ours);
	info->offered = bgp_caps_bits(&ours.caps);
	if (agreed->router_id)
	{
		info->announced = bgp_caps_bits(&agreed->caps);
		info->remote_role = bgp_role_of(agreed->caps.role);
		info->restart_time =
			agreed->graceful_restart ? agreed->caps.restart_time : 0;
	}
}
