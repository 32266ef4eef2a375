/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A charon made of the few methods that the plugin may call: each other one is
 * NULL, so that calling it fails the test. `fake_in_hook` is set while a hook
 * runs, and what takes a lock or waits in the real charon aborts then.
 */

#ifndef CYGNET_FAKE_CHARON_H
#define CYGNET_FAKE_CHARON_H

#include <daemon.h>

#define FAKE_LINES_MAX 64

typedef struct fake_child_t fake_child_t;
typedef struct fake_ike_t fake_ike_t;
typedef struct fake_peer_t fake_peer_t;

struct fake_child_t
{
	child_sa_t public;
	uint32_t id;
	char *name;
	child_sa_state_t state;
	uint32_t if_id_in;
	uint32_t if_id_out;
	bool encap;
	proposal_t *proposal;
	action_t close_action;
	fake_ike_t *ike;
};

struct fake_ike_t
{
	ike_sa_t public;
	ike_sa_id_t sa_id;
	/** ours; TRUE until a test says otherwise */
	bool initiator;
	/** of the peer; 0: it has not answered */
	uint64_t responder_spi;
	uint32_t id;
	ike_sa_state_t state;
	char *name;
	/** NULL: none yet, as of a responder before IKE_AUTH */
	peer_cfg_t *peer;
	host_t *me;
	host_t *other;
	/** borrowed from the test */
	identification_t *other_id;
	linked_list_t *children;
	/** task_t that are active, and that are queued */
	linked_list_t *active;
	linked_list_t *queued;
	ike_cfg_t *ike_cfg;
	/** STAT_REAUTH, 0: never */
	time_t reauth;
	/** STAT_ESTABLISHED */
	time_t established;
	ike_version_t version;
	bool mobike;
	/** our address is one of local_addrs */
	bool configured;
};

/** a child of a connection */
typedef struct fake_child_cfg_t
{
	child_cfg_t public;
	uint32_t if_id_in;
	uint32_t if_id_out;
	/** the test's and those that the plugin took */
	int refs;
} fake_child_cfg_t;

struct fake_peer_t
{
	peer_cfg_t public;
	ike_cfg_t ike_cfg;
	char *name;
	char *remote;
	uint32_t if_id_in;
	uint32_t if_id_out;
	bool mobike;
	/** fake_child_cfg_t */
	linked_list_t *children;
	/** the test's and those that the plugin took */
	int refs;
};

typedef struct fake_line_t
{
	debug_t group;
	level_t level;
	char text[256];
} fake_line_t;

/** lines that went to charon's log */
extern fake_line_t fake_lines[FAKE_LINES_MAX];
extern unsigned fake_n_lines;
/** the registered listener, NULL: none */
extern listener_t *fake_listener;
/** the registered logger, NULL: none */
extern logger_t *fake_logger;
/** what create_peer_cfg_enumerator gives: fake_peer_t */
extern linked_list_t *fake_peers;
/** how often it was asked */
extern volatile unsigned fake_looks;
/** what create_enumerator of the IKE_SA manager gives: fake_ike_t */
extern linked_list_t *fake_ikes;
extern bool fake_in_hook;
/** what the controller was asked to initiate, by if_id of the children; which
 * connection, and how often in all */
extern char *fake_initiated;
extern volatile unsigned fake_n_initiated;
/** the ids of IKE_SAs that were to go without a word, as bits; each goes */
extern volatile unsigned fake_terminated;
/** what charon's job rekeys: inbound SPI in host order, and how often */
extern volatile uint32_t fake_rekeyed;
extern volatile unsigned fake_n_rekeyed;

/** how many jobs were made that reauthenticate, and for which of fake_ikes */
extern volatile unsigned fake_n_reauths;
extern uint32_t fake_reauth;
/** the ids of IKE_SAs that charon's jobs rekey, as bits, and how many jobs */
extern volatile unsigned fake_ike_rekeys;
extern volatile unsigned fake_n_ike_rekeys;
/** rekey_time of every connection */
extern uint32_t fake_rekey_time;
/** packets that were sent, as "DATA SOURCE DESTINATION" of the last */
extern char fake_sent[128];
extern unsigned fake_n_sent;

/** SAs that the kernel was asked to remove, and the last one's SPI and ends */
extern volatile unsigned fake_n_removed;
extern uint32_t fake_removed;
extern char fake_removed_ends[128];

/** libstrongswan and the fake daemon, in front of each test */
void fake_charon_init(void);
void fake_charon_deinit(void);

fake_ike_t *fake_ike_create(uint32_t id, char *name);
void fake_ike_destroy(fake_ike_t *ike);
/** in state CREATED, added to the IKE_SA */
fake_child_t *fake_child_create(fake_ike_t *ike, uint32_t id);
void fake_child_destroy(fake_child_t *child);
void fake_child_move(fake_child_t *child, fake_ike_t *ike);
fake_peer_t *fake_peer_create(char *name);
void fake_peer_add_child(fake_peer_t *peer, uint32_t in, uint32_t out);
void fake_peer_destroy(fake_peer_t *peer);

/** a task of the type that the IKE_SA works on or has queued */
void fake_ike_add_task(fake_ike_t *ike, task_type_t type, bool active);

/* as charon: the hook first, then the field */
void fake_ike_set_state(fake_ike_t *ike, ike_sa_state_t state);
void fake_child_set_state(fake_child_t *child, child_sa_state_t state);
/* the hooks alone */
void fake_child_updown(fake_child_t *child, bool up);
void fake_ike_updown(fake_ike_t *ike, bool up);
void fake_child_rekey(fake_child_t *old, fake_child_t *new);
void fake_ike_rekey(fake_ike_t *old, fake_ike_t *new);
void fake_ike_update(fake_ike_t *ike, host_t *me, host_t *other);
void fake_authorize(fake_ike_t *ike, bool final);
void fake_alert(fake_ike_t *ike, alert_t alert, ...);
/** a line of charon's, to the logger */
void fake_line(fake_ike_t *ike, const char *format, ...);

#endif
