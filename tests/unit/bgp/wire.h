/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Speakers on wires in memory, with scripted time: two of them, or one and a
 * raw peer whose bytes the test writes and reads itself.
 */

#ifndef CYGNET_UNIT_BGP_WIRE_H
#define CYGNET_UNIT_BGP_WIRE_H

#include "bgp/bgp.h"
#include "bgp/message.h"
#include "bgp/policy.h"

#define WIRE_CONNS 16

typedef struct wire_t wire_t;
typedef struct wire_speaker_t wire_speaker_t;

/** one end of a connection */
typedef struct wire_conn_t
{
	wire_t *wire;
	/** NULL: the end of a raw peer */
	wire_speaker_t *owner;
	bgp_conn_t *conn;
	/** the other end, NULL: closed */
	struct wire_conn_t *other;
	bool used;
	bool want_output;
	bool closing;
	/** raw: what has come, and that the other side closed */
	uint8_t got[200000];
	size_t got_len;
	bool closed;
} wire_conn_t;

struct wire_speaker_t
{
	wire_t *wire;
	bgp_t *bgp;
	bgp_peer_t *peer;
	addr_t address;
	bool dial_wanted;
	/** dialled, whatever came of it */
	unsigned dials;
	/** states in order, as told */
	bgp_state_t states[256];
	unsigned state_count;
	char reason[600];
};

struct wire_t
{
	usec_t now;
	timers_t *timers;
	wire_speaker_t speaker[2];
	bgp_policy_t *accept_all;
	wire_conn_t conns[WIRE_CONNS];
	/** dialling reaches the other speaker at once */
	bool auto_dial;
	/** bytes for each bgp_input */
	size_t chunk;
	/** nothing passes: output waits */
	bool blocked;
};

/** asn[1] 0: the second speaker is a raw peer of AS raw_asn */
wire_t *wire_create(uint32_t asn0, uint32_t asn1);
wire_t *wire_create_raw(uint32_t asn, uint32_t raw_asn);
/** the same of 65001 and 65002, the speaker with a restart time of 120 seconds,
 * and with RFC 8538 or without */
wire_t *wire_create_restarter(bool notification_restart);
/** as it would be configured for the other side; edit, then bgp_peer_add */
bgp_peer_config_t wire_config(const wire_t *w, unsigned side, uint32_t asn);
void wire_destroy(wire_t *w);
/** all that can happen now does */
void wire_run(wire_t *w);
/** time passes, timers run */
void wire_advance(wire_t *w, usec_t span);
/** both start and get to Established */
void wire_establish(wire_t *w);
bgp_state_t wire_state(const wire_t *w, unsigned side);
/** the dialling of a side arrives: both ends are there */
void wire_dial(wire_t *w, unsigned side);
/** the connection is lost */
void wire_cut(wire_conn_t *c);
/** an end of a speaker's that is open, NULL: none */
wire_conn_t *wire_end(wire_t *w, unsigned side);

/* the raw peer */
/** answers the speaker's dialling */
wire_conn_t *raw_answer(wire_t *w);
/** dials the speaker; NULL: refused */
wire_conn_t *raw_dial(wire_t *w);
void raw_send(wire_conn_t *c, const void *data, size_t len);
/** a message of this type with the body in hex, spaces allowed */
void raw_message(wire_conn_t *c, uint8_t type, const char *hex);
/** an OPEN of the raw peer's with the usual capabilities */
void raw_open(wire_conn_t *c, uint32_t asn, uint16_t hold, uint32_t id);
/** takes the next message that came: its type, 0 if none; body in *body */
uint8_t raw_take(wire_conn_t *c, rbuf_t *body);
/** the next message is of this type and body, in hex */
void raw_expect(wire_conn_t *c, uint8_t type, const char *hex);
/** a NOTIFICATION comes and the connection is closed */
void raw_expect_end(wire_conn_t *c, const char *hex);
/** to Established, the speaker dialling; all messages so far are taken */
wire_conn_t *raw_establish(wire_t *w);
/** the same with an OPEN whose body is given */
wire_conn_t *raw_establish_by(wire_t *w, const char *open);
/** forgets what has come */
void raw_drain(wire_conn_t *c);
/** starts the speaker and answers its dialling; its OPEN is taken */
wire_conn_t *raw_in_opensent(wire_t *w);

/** what a prefix is originated with where it does not matter */
extern const bgp_local_t wire_own;

/** bytes of hex text with spaces; returns their number */
size_t unhex(const char *hex, uint8_t *out, size_t room);

#endif
