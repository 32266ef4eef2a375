/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The gateway: one thread that owns everything and wires it up. The plugin
 * gives it facts and a configuration; it has no other way in but the control
 * socket. gateway_post may be called from any thread, under any lock: it
 * copies, queues and wakes the thread, and never waits for it.
 */

#ifndef CYGNET_GATEWAY_H
#define CYGNET_GATEWAY_H

#include "config/config.h"
#include "tunnel/ike_fault.h"
#include "tunnel/tunnel.h"

#define FACT_ADDRS_MAX 4
#define FACT_TEXT_MAX  256
/** facts that wait; one more is dropped with an error in the log, as the
 * thread must be stuck then */
#define GATEWAY_QUEUE_MAX 65536

typedef struct gateway_t gateway_t;

typedef enum fact_kind_t
{
	/** charon has the connection `name`: if_ids and remote addresses */
	FACT_CONNECTION_LOADED,
	FACT_CONNECTION_UNLOADED,
	/** a CHILD_SA of connection `name` with identity `sa` is installed */
	FACT_CHILD_UP,
	/** it is gone, for whatever reason */
	FACT_CHILD_DOWN,
	/** it is replaced by `successor` (which has its own CHILD_UP) */
	FACT_CHILD_REKEYED,
	/** outer addresses or NAT state of the SA changed: `info` is new */
	FACT_CHILD_CHANGED,
	/** a peer that began another IKE_SA of `name` has authenticated itself: a
	 * CHILD_SA is about to be installed, by which we send before the peer can
	 * receive */
	FACT_CHILD_COMING,
	/** words from charon about `name` for status and log (authentication
	 * failed, no proposal chosen, …) in `text`, and their kind in `fault`.
	 * name "": of a peer that no connection was found for yet, `info.remote` */
	FACT_ALERT,
	/** charon was told to stop, its SAs still work: what is to be said through
	 * the tunnels is said now, and the CHILD_DOWNs that follow are its doing */
	FACT_SHUTDOWN,
} fact_kind_t;

/** a value: copied by gateway_post */
typedef struct fact_t
{
	fact_kind_t kind;
	char name[CONFIG_NAME_MAX + 1];
	uint32_t sa;
	uint32_t successor;
	/** its child in the connection; with CHILD_UP */
	char child[CONFIG_NAME_MAX + 1];
	/** with CONNECTION_LOADED and CHILD_UP; 0: none */
	uint32_t if_id_in;
	uint32_t if_id_out;
	/** the connection is `%unique`: no fixed if_id */
	bool if_id_unique;
	bool mobike;
	/** with CHILD_UP: seconds until charon reauthenticates the connection by
	 * another IKE_SA; 0: never */
	uint32_t reauth;
	tunnel_sa_info_t info;
	/** remote addresses of the connection that are literal */
	addr_t remote[FACT_ADDRS_MAX];
	unsigned n_remote;
	char text[FACT_TEXT_MAX];
	ike_fault_t fault;
} fact_t;

typedef struct gateway_options_t
{
	/** control socket's path, NULL: CONTROL_SOCKET */
	const char *socket;
	/** ids of the groups that may look, and that may change things, too; -1:
	 * none */
	int socket_group;
	int admin_group;
	/** folder of what is kept from one run to the next (gateway/state.h), NULL:
	 * STATE_DIR */
	const char *state_dir;
	/** charon installs routes or follows ours: more than 1,000 routes are
	 * refused then, with these words in status; NULL: all is well */
	const char *charon_routes;
	/** version words for status, borrowed */
	const char *charon_version;
	/**
	 * Reads the configuration anew, or another file (NULL: its own) for
	 * `cygnetctl diff`; called in the gateway's thread, and must not wait for
	 * charon. Fills what config_load fills; error lines safe for a client. The
	 * report is given initialised by it in every case.
	 */
	config_t *(*load)(void *user, const char *file, config_report_t *report);
	/**
	 * Initiates the connection, unless charon is about it already; called in
	 * the gateway's thread, and must not wait for charon. NULL: nobody can
	 */
	void (*initiate)(void *user, const char *connection);
	/** The same where its SAs are from an address that this host has not any
	 * more, so that charon's words do not reach the peer: these go, untold */
	void (*renew)(void *user, const char *connection);
	/** Reauthenticates the connection, as charon would when its time has come;
	 * as above */
	void (*reauthenticate)(void *user, const char *connection);
	/** Rekeys the newest CHILD_SA of a child of the connection; likewise */
	void (*rekey)(void *user, const char *connection, const char *child);
	/** Packets pass again after a silence: what IKE asked meanwhile, either
	 * end of the other, is settled before it runs out of retransmissions;
	 * likewise */
	void (*settle)(void *user, const char *connection);
	/** SHA-1 by a library, for BFD's authentication; in the gateway's thread.
	 * NULL: there is none */
	void (*sha1)(void *user, const uint8_t *data, size_t len,
				 uint8_t digest[20]);
	void *user;
} gateway_options_t;

/**
 * Starts the thread and takes the first configuration through options->load
 * (a bad or absent one: it runs, says so, and waits for a reload). Lacking
 * rights or kernel features are told in the log and in status and do not fail
 * here. options is copied, its strings too. NULL with *error -errno if the
 * thread cannot be made.
 */
gateway_t *gateway_create(const gateway_options_t *options, int *error);
/** orderly stop by keep_on_stop; waits for the thread (bounded: 5 s) */
void gateway_destroy(gateway_t *gateway);
void gateway_post(gateway_t *gateway, const fact_t *fact);
/** posts FACT_SHUTDOWN, and waits until the peers have been told (bounded:
 * 0.5 s): charon ends the SAs next, and nothing reaches them after that. May be
 * called under any lock that logging does not take */
void gateway_shutdown(gateway_t *gateway);
/** asks for a reload; what comes of it is in the log */
void gateway_reload(gateway_t *gateway);

#endif
