/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The insides of a speaker: peers, their machines and connections. Inside
 * src/bgp only; the files below share it:
 *
 *   bgp.c      the speaker, and the covers of the tables
 *   peer.c     neighbours: configuration, start and stop, what they tell
 *   conn.c     connections: bytes in and out
 *   session.c  the machine's actions and timers
 *   open.c     OPEN: ours, the peer's, what is agreed on; collisions
 *   receive.c  messages of the peer's, once there is a session; what may be
 *              used of them is import.c's to say
 *   refresh.c  routes told again, both ways
 *   restart.c  restarts, of a peer's and of our own
 *   limit.c    what a peer may take
 *   notice.c   errors in words
 */

#ifndef CYGNET_BGP_SPEAKER_H
#define CYGNET_BGP_SPEAKER_H

#include "base/list.h"
#include "bgp/fsm.h"
#include "bgp/rib.h"
#include "bgp/wire.h"

/** hold time until OPEN has come (RFC 4271 section 8.2.2) */
#define BGP_HOLD_LARGE (240 * USEC_PER_SEC)
/** RFC 9687 section 5: at least */
#define BGP_SEND_HOLD_MIN (480 * USEC_PER_SEC)
/** between the first two tries to connect; then it doubles, up to the
 * configured time */
#define BGP_RETRY_MIN (1 * USEC_PER_SEC)
/** waits in Idle: the first failure may be a slip, as of a far end whose BFD
 * stood still, but FRR drops who comes while it forgets our routes; then they
 * double from the second to the third. A session that stood for the fourth
 * begins anew */
#define BGP_IDLE_HOLD_ONE (200 * USEC_PER_MSEC)
#define BGP_IDLE_HOLD_MIN (1 * USEC_PER_SEC)
#define BGP_IDLE_HOLD_MAX (120 * USEC_PER_SEC)
#define BGP_STABLE        (60 * USEC_PER_SEC)

/** a second OPEN that soon after the session began may be of a collision */
#define BGP_COLLISION_SPAN (10 * USEC_PER_SEC)
/** stale routes are dropped that long after their peer is back, or began to
 * tell them anew, whether it said the end or not */
#define BGP_STALE_MAX (360 * USEC_PER_SEC)

/** what both sides can do */
typedef struct bgp_agreed_t
{
	uint32_t router_id;
	uint16_t hold_time;
	uint16_t keepalive;
	unsigned families;
	bool as4;
	bool route_refresh;
	bool enhanced_refresh;
	bool extended_message;
	bool extended_next_hop;
	/** the peer speaks it, at least for End-of-RIB */
	bool graceful_restart;
	/** both outlive NOTIFICATIONs and hold timers (RFC 8538) */
	bool notification_restart;
	/** its capability whole */
	bgp_caps_t caps;
} bgp_agreed_t;

/** one finite state machine and its connection */
typedef struct bgp_machine_t
{
	bgp_peer_t *peer;
	bgp_state_t state;
	/** NULL: none */
	bgp_conn_t *conn;
	/** capabilities of our OPEN on it: the next may have others */
	bgp_caps_t said;
	bgp_agreed_t agreed;
	cyg_timer_t hold;
	cyg_timer_t keepalive;
	cyg_timer_t send_hold;
} bgp_machine_t;

/** a NOTIFICATION to be sent, or the data of one */
typedef struct bgp_notice_t
{
	uint8_t code;
	uint8_t subcode;
	uint8_t attr;
	/** sent or received as Cease, Hard Reset, if both know it: nothing is to
	 * be kept (RFC 8538 section 5) */
	bool hard;
	/** words beside the code's name, NULL: none; borrowed */
	const char *what;
	size_t len;
	uint8_t data[256];
} bgp_notice_t;

struct bgp_peer_t
{
	bgp_t *bgp;
	/** name is our copy */
	bgp_peer_config_t config;
	void *user;
	/** an operator wants it up */
	bool started;
	/** removed, waits for its paths to be purged */
	bool removed;
	/** stopped by a limit: what the next wait in Idle is, or never */
	bool over_limit;
	/** in Idle until a person starts it */
	bool held;
	/** why it does not run, "" if it does or nobody is to know */
	char held_by[160];
	/** ended for a restart of ours: its routes stay */
	bool away;
	/** what it would not have in our OPEN (RFC 5492): some capabilities, or
	 * the whole parameter */
	bgp_caps_t refused;
	bool refused_all;
	/** a collision ended the connection: wait for the peer's, do not fail */
	bool collided;
	/** the peer's own machine, and that of a second connection: pointers, as
	 * the survivor of a collision becomes the first */
	bgp_machine_t *main;
	bgp_machine_t *extra;
	bgp_machine_t machines[2];
	/** dialling is under way */
	bool dialling;
	cyg_timer_t retry;
	cyg_timer_t idle_hold;
	/** failures in a row, for the wait in Idle */
	unsigned failures;
	/** connections that failed in a row, for the first waits between tries */
	unsigned tries;
	/** ConnectRetryCounter */
	unsigned retry_counter;
	/** as last told */
	bgp_state_t state;
	usec_t since;
	/** in the tables since, 0: not */
	usec_t up_since;
	bgp_rib_peer_t rib;
	/** how this session's UPDATEs are read */
	bgp_codec_t codec;
	/** families whose routes are kept from before a restart of the peer's */
	unsigned stale;
	/** until it must be back, then until it must have told all */
	cyg_timer_t restart;
	/** families that the peer asked for before it was told them once; whose
	 * refresh is to be ended by EoRR (RFC 7313); that the peer tells anew, and
	 * until when at most */
	unsigned asked;
	unsigned eorr;
	unsigned refreshing;
	cyg_timer_t refresh;
	unsigned eor;
	/** families whose End-of-RIB our own restart waits for */
	unsigned awaited;
	/** the NOTIFICATION of the event being worked on */
	bgp_notice_t notice;
	uint64_t messages_in, messages_out;
	uint64_t updates_in, updates_out;
	uint32_t established;
	uint8_t last_code, last_subcode;
	bool last_sent;
	uint64_t treated_as_withdraw;
	uint64_t discarded_attributes;
	/** but those that policy rejected, which the tables count */
	uint64_t dropped[BGP_DROP_COUNT];
	char last_error[512];
	usec_t last_error_at;
	char connect_error[128];
	usec_t connect_error_at;
	/** words on the OPEN being judged */
	char words[96];
	/** bgp_conn_t.link */
	list_t conns;
};

struct bgp_conn_t
{
	bgp_t *bgp;
	/** NULL: closing, no more input */
	bgp_machine_t *machine;
	/** NULL: the peer was removed */
	bgp_peer_t *peer;
	list_t link;
	void *user;
	/** the peer dialled */
	bool incoming;
	/** it is gone, sink.close is not to be called */
	bool closed;
	/** sink.output was called, and bgp_output has not given all since */
	bool told;
	addr_t local;
	/** a message in part */
	uint8_t *in;
	size_t in_len, in_room;
	/** control messages, whole: they go before UPDATEs */
	uint8_t *out;
	size_t out_pos, out_len, out_room;
};

struct bgp_t
{
	bgp_config_t config;
	timers_t *timers;
	bgp_sink_t sink;
	void *user;
	prng_t rng;
	bgp_rib_t *rib;
	/** our restart: families forwarded throughout, those still held back, and
	 * until when at most */
	unsigned preserved;
	unsigned deferred;
	cyg_timer_t deferral;
	/** by index; NULL: free */
	bgp_peer_t **peers;
	size_t peer_count;
	/** some were removed, and wait for the tables to purge their paths */
	bool reaping;
	/** the end of a refresh may have to be told to some */
	bool refreshed;
	/** attributes of the UPDATE being read */
	bgp_attr_set_t set;
};

/* session.c */
void bgp_machine_init(bgp_machine_t *m, bgp_peer_t *peer);
/** runs the machine: steps, acts, tells. reason NULL: the event's name */
void bgp_machine_event(bgp_machine_t *m, bgp_event_t event, const char *reason,
					   usec_t now);
/** sends one NOTIFICATION's worth of fault, then the event */
void bgp_machine_fault(bgp_machine_t *m, bgp_event_t event,
					   const bgp_fault_t *fault, usec_t now);
void bgp_peer_timers_init(bgp_peer_t *peer);
void bgp_peer_timers_stop(bgp_peer_t *peer);
/** the machine whose session stands, NULL: none */
bgp_machine_t *bgp_peer_session(const bgp_peer_t *peer);
/** (re)starts or stops the send hold timer as bytes wait or not */
void bgp_send_hold_update(bgp_machine_t *m, bool waits, usec_t now);
/** 75 to 100 percent (RFC 4271 section 10) */
usec_t bgp_jitter(bgp_t *bgp, usec_t span);

/* open.c */
uint32_t bgp_peer_local_as(const bgp_peer_t *peer);
void bgp_open_build(const bgp_peer_t *peer, bgp_open_t *open);
/** the peer's NOTIFICATION on our OPEN: what the next is to leave out */
void bgp_open_refused(bgp_peer_t *peer, uint8_t subcode, rbuf_t data);
/** the next OPEN is to have all again */
void bgp_open_forget(bgp_peer_t *peer);
/** a role by its number on the wire (RFC 9234 section 4.1) */
bgp_role_t bgp_role_of(uint8_t number);
/** an OPEN has come in OpenSent */
void bgp_open_receive(bgp_machine_t *m, rbuf_t body, usec_t now);

/* ahead.c */
/** has the processor fetch what the whole UPDATEs that r begins with will need
 * of the tables. How many prefixes were looked for */
size_t bgp_read_ahead(const bgp_rib_t *rib, rbuf_t r);

/* receive.c */
/** a whole message, header checked */
void bgp_receive(bgp_machine_t *m, bgp_type_t type, rbuf_t body, usec_t now);
/** the session stands: enter the tables; it is lost: leave them */
void bgp_session_up(bgp_machine_t *m, usec_t now);
void bgp_session_down(bgp_machine_t *m, bgp_event_t event, usec_t now);

/* refresh.c */
void bgp_refresh_init(bgp_peer_t *peer);
/** a session begins or ends */
void bgp_refresh_reset(bgp_peer_t *peer);
/** asks for all that is agreed on */
void bgp_refresh_ask(bgp_machine_t *m, usec_t now);
/** ROUTE-REFRESH of a family that is agreed on */
void bgp_refresh_receive(bgp_machine_t *m, family_t family, uint8_t subtype,
						 usec_t now);
/** behind the tables' output: what marks an end, or may begin now */
void bgp_refresh_output(bgp_machine_t *m, wbuf_t *w, usec_t now);

/* restart.c */
void bgp_restart_init(bgp_peer_t *peer);
/** the peer would keep its forwarding over a restart, and we its routes */
bool bgp_restart_expected(const bgp_machine_t *m);
/** its routes stay over this end of the session */
bool bgp_restart_survives(const bgp_machine_t *m, bgp_event_t event);
/** the session ended: routes become stale */
void bgp_restart_begin(bgp_machine_t *m, usec_t now);
/** there is a session again */
void bgp_restart_back(bgp_machine_t *m, usec_t now);
/** End-of-RIB */
void bgp_restart_heard(bgp_peer_t *peer, family_t family);
/** stale routes go at once */
void bgp_restart_give_up(bgp_peer_t *peer);
void bgp_deferral_init(bgp_t *bgp);
/** our own restart waits no more for these families of the peer's */
void bgp_restart_settle(bgp_peer_t *peer, unsigned families);

/* limit.c */
/** what the table said of a route: warns, or ends the session. false: it is
 * over */
bool bgp_limit_verdict(bgp_machine_t *m, family_t family,
					   bgp_rib_verdict_t verdict, usec_t now);
/** ends the session if limits configured anew are under what it has */
void bgp_limit_changed(bgp_machine_t *m, usec_t now);

/* conn.c */
bgp_conn_t *bgp_conn_create(bgp_peer_t *peer, const addr_t *local,
							bool incoming);
/** the machine lets go of it: rest is sent, then it is closed */
void bgp_conn_drop(bgp_conn_t *conn);
void bgp_conn_free(bgp_conn_t *conn);
/** a writer behind the control messages; bgp_conn_queued when written */
wbuf_t bgp_conn_queue(bgp_conn_t *conn, size_t room);
void bgp_conn_queued(bgp_conn_t *conn, const wbuf_t *w, usec_t now);
/** UPDATEs or control messages wait */
bool bgp_conn_waiting(const bgp_conn_t *conn);
void bgp_conn_tell(bgp_conn_t *conn, usec_t now);

/* notice.c */
void bgp_notice_set(bgp_notice_t *n, uint8_t code, uint8_t subcode,
					const void *data, size_t len);
/** RFC 9003: text behind its length, cut at a character */
void bgp_notice_text(bgp_notice_t *n, uint8_t subcode, const char *text);
/** notes it as the last error, in words */
void bgp_notice_record(bgp_peer_t *peer, const bgp_notice_t *n, bool sent,
					   usec_t now);
void bgp_notice_received(bgp_peer_t *peer, uint8_t code, uint8_t subcode,
						 rbuf_t data, usec_t now);
/** a fault that cost no session (RFC 7606) */
void bgp_fault_record(bgp_peer_t *peer, const bgp_fault_t *fault, usec_t now);

/** a session lost without one, or a limit's */
void bgp_error_record(bgp_peer_t *peer, const char *what, const char *why,
					  usec_t now);
/** no connection: apart, as it comes with each attempt and would wipe out why
 * the session before it ended */
void bgp_connect_error_record(bgp_peer_t *peer, const char *what,
							  const char *why, usec_t now);
/** there is one, or none is wanted */
void bgp_connect_error_clear(bgp_peer_t *peer);

/* peer.c */
/** what of the configuration is applied in place goes to the tables' view */
void bgp_peer_apply(bgp_peer_t *peer);
void bgp_peer_free(bgp_peer_t *peer);
/** frees removed peers; their paths are purged */
void bgp_peers_reap(bgp_t *bgp);

/* bgp.c */
/** tables may have changed: tell of work and of output that waits */
void bgp_tell(bgp_t *bgp, usec_t now);
/** output of the tables' that a peer's connection was not told of */
void bgp_tell_output(bgp_t *bgp, usec_t now);

#endif
