/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What is wrong with a tunnel, from what was found about it: a pure function. The
 * causes are judged from the underlay up, and the lowest one is named: what
 * stands above it may be its consequence.
 */

#ifndef CYGNET_CLI_DOCTOR_JUDGE_H
#define CYGNET_CLI_DOCTOR_JUDGE_H

#include "base/addr.h"
#include "base/text.h"

/** what came of asking a far end something */
typedef enum doctor_reply_t
{
	/** nobody asked, or could */
	DOCTOR_UNTRIED,
	DOCTOR_ANSWERED,
	/** it says no: a reset, or port unreachable */
	DOCTOR_REFUSED,
	/** there is no way to it, or nobody has the address */
	DOCTOR_UNREACHABLE,
	DOCTOR_SILENT,
	/** it does not fit into the way that is known */
	DOCTOR_TOO_BIG,
} doctor_reply_t;

#define DOCTOR_WAYS_MAX     4
#define DOCTOR_SESSIONS_MAX 2
#define DOCTOR_NAME_MAX     128
#define DOCTOR_WORDS_MAX    320

typedef struct doctor_way_t
{
	char peer[ADDR_STR_MAX];
	/** our address on it, "": not known */
	char source[ADDR_STR_MAX];
	char link[32];
	bool found;
	/** through a tunnel */
	bool inside;
} doctor_way_t;

/** a BGP session at the tunnel's end */
typedef struct doctor_session_t
{
	char name[DOCTOR_NAME_MAX];
	char address[ADDR_STR_MAX];
	/** our end, "": unknown */
	char local[ADDR_STR_MAX];
	/** BGP's name for it; and it is the last one */
	char state[16];
	bool established;
	bool shutdown;
	/** "": nothing holds it */
	char held[DOCTOR_WORDS_MAX];
	bool md5;
	uint32_t local_as;
	uint32_t remote_as;
	/** the last NOTIFICATION, 0: none */
	unsigned code;
	unsigned subcode;
	bool sent;
	char last_error[DOCTOR_WORDS_MAX];
	char connect_error[DOCTOR_WORDS_MAX];
	/** it was taken from us within minutes, by its hold time */
	unsigned flaps;
	unsigned hold_time;
	uint64_t received;
	uint64_t accepted;
	char policy[DOCTOR_NAME_MAX];
	uint64_t max_prefix;
	/** it has told all that it has */
	bool told;
	/** what another one of its bundle and import policy had accepted of it, the
	 * most of all, and its name; 0: no more than this one */
	uint64_t most;
	char most_of[DOCTOR_NAME_MAX];
	/** echoes of few bytes, and of the link's MTU */
	doctor_reply_t echo;
	doctor_reply_t big_echo;
	/** TCP port 179; not tried while it is established */
	doctor_reply_t tcp;
	/** packets from its address to ours came in by the link while we looked */
	bool heard;
	/** its answers came by this link, "": by no other than the tunnel's */
	char aside[32];
} doctor_session_t;

/** what rules of others drop or rewrite */
typedef enum doctor_foreign_kind_t
{
	DOCTOR_FOREIGN_IKE,
	DOCTOR_FOREIGN_ESP,
	DOCTOR_FOREIGN_BGP,
	DOCTOR_FOREIGN_BFD,
	DOCTOR_FOREIGN_FORWARD,
	DOCTOR_FOREIGN_REWRITE,
	DOCTOR_FOREIGN_KINDS,
} doctor_foreign_kind_t;

typedef struct doctor_foreign_t
{
	/** "chain input of table inet filter drops …"; "": nothing */
	char what[DOCTOR_WORDS_MAX];
	/** commands, between semicolons */
	char remedy[2 * DOCTOR_WORDS_MAX];
} doctor_foreign_t;

typedef struct doctor_tunnel_t
{
	char name[DOCTOR_NAME_MAX];
	char bundle[DOCTOR_NAME_MAX];
	/** "": it is over a link that is there already */
	char connection[DOCTOR_NAME_MAX];
	char link[32];
	uint32_t link_index;
	uint32_t mtu;
	uint32_t if_id;
	bool has_sa;
	bool forwarding;
	bool drained;
	char reason[DOCTOR_WORDS_MAX];
	char alert[DOCTOR_WORDS_MAX];
	/* as view_doctor_t has them */
	char fault[32];
	bool loaded;
	bool if_id_unique;
	uint32_t if_id_in;
	uint32_t if_id_out;
	uint32_t link_if_id;
	/** an SA has this one instead of the connection's */
	bool sa_differs;
	uint32_t sa_if_id;
	unsigned duplicates;
	uint32_t oldest;
	bool outbound_lost;
	bool policy_gone;
	bool stranded;
	bool link_up;
	bool link_lower_up;
	char missing[ADDR_STR_MAX];
	char conflict[DOCTOR_WORDS_MAX];
	char xfrm_problem[DOCTOR_WORDS_MAX];
	doctor_way_t ways[DOCTOR_WAYS_MAX];
	unsigned n_ways;
	/** of our addresses inside: the first, "": none */
	char inside[ADDR_STR_MAX + 4];
	bool bfd_down;
	/** "": none */
	char bfd_address[ADDR_STR_MAX];
	bool probe_failed;
	doctor_session_t sessions[DOCTOR_SESSIONS_MAX];
	unsigned n_sessions;
	/* what was seen from here */
	/** to the peer's UDP port 500 */
	doctor_reply_t ike;
	/** packets on the link while we looked */
	bool counted;
	uint64_t in;
	uint64_t out;
	/** what an XFRM link could not send since a layer below refused it */
	uint64_t refused;
	/** whose BGP came in by the link that is of no session, "": nobody's */
	char strangers[2 * ADDR_STR_MAX + 8];
	/* packets that our firewall dropped meanwhile */
	/** of its bundle: by the leak guard, and untranslated */
	uint64_t leaked;
	uint64_t unmapped;
	/** by allow_in and allow_out */
	uint64_t denied_in;
	uint64_t denied_out;
	doctor_foreign_t foreign[DOCTOR_FOREIGN_KINDS];
} doctor_tunnel_t;

/** what concerns all of them */
typedef struct doctor_host_t
{
	/** we could look at the system */
	bool looked;
	/** segments with a wrong MD5 signature, without one, and with one that
	 * nobody asked for, since boot */
	uint64_t md5_failures;
	uint64_t md5_missing;
	uint64_t md5_unexpected;
	/** packets that IPsec dropped while we looked, and the kernel's name for
	 * why of the most of them */
	uint64_t xfrm_drops;
	char xfrm_reason[32];
	/** what our firewall dropped meanwhile: BGP and BFD of no neighbour, and
	 * requests for IKE_SAs over the rate */
	uint64_t port_drops;
	uint64_t ike_drops;
} doctor_host_t;

typedef enum doctor_step_t
{
	DOCTOR_STEP_UNDERLAY,
	DOCTOR_STEP_IKE,
	DOCTOR_STEP_AUTH,
	DOCTOR_STEP_SA,
	DOCTOR_STEP_LINK,
	DOCTOR_STEP_PATH,
	DOCTOR_STEP_MTU,
	DOCTOR_STEP_TCP,
	DOCTOR_STEP_BGP,
	DOCTOR_STEP_ROUTES,
	DOCTOR_STEP_USE,
	DOCTOR_STEPS,
} doctor_step_t;

typedef enum doctor_mark_t
{
	DOCTOR_MARK_OK,
	DOCTOR_MARK_FAULT,
	/** could not be told */
	DOCTOR_MARK_UNKNOWN,
	/** a tunnel of its kind has no such step */
	DOCTOR_MARK_NONE,
} doctor_mark_t;

typedef struct doctor_verdict_t
{
	/** OK: healthy; UNKNOWN: no fault, but not all could be looked at */
	doctor_mark_t mark;
	/** the lowest fault: "wrong-psk", and its words; NULL and empty: none */
	const char *id;
	text_t cause;
	text_t remedy;
	doctor_mark_t steps[DOCTOR_STEPS];
	/** the lowest fault of each step, NULL: none */
	const char *faults[DOCTOR_STEPS];
} doctor_verdict_t;

const char *doctor_step_name(doctor_step_t step);
/** "ok", "fault", "unknown", "none" */
const char *doctor_mark_name(doctor_mark_t mark);
/** verdict is for doctor_verdict_deinit */
void doctor_judge(const doctor_tunnel_t *tunnel, const doctor_host_t *host,
				  doctor_verdict_t *verdict);
void doctor_verdict_deinit(doctor_verdict_t *verdict);

#endif
