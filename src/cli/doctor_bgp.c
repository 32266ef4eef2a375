/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Causes above the tunnel: BGP's connection, its session, what it brings, and
 * what keeps the tunnel from being used. NOTIFICATIONs are judged by number
 * (RFC 4271, 4486).
 */

#include "cli/doctor_rows.h"

#define OPEN_ERROR   2
#define BAD_PEER_AS  2
#define HOLD_TIMER   4
#define CEASE        6
#define MAX_PREFIXES 1
/** packets that are more than a stray one, and those that are a stream */
#define MANY 3
#define MUCH 10
/** sessions lost in a quarter of an hour that make a flap */
#define FLAPS 2

typedef bool (*is_t)(const doctor_tunnel_t *t, const doctor_host_t *host,
					 const doctor_session_t *s);

/** the first session that it is true of; NULL: none, or nothing can pass */
static const doctor_session_t *session(const doctor_tunnel_t *t,
									   const doctor_host_t *host, is_t is)
{
	bool carried =
		t->link_index && t->link_up && (!t->connection[0] || t->has_sa);

	for (unsigned i = 0; carried && i < t->n_sessions; i++)
	{
		if (is(t, host, &t->sessions[i]))
		{
			return &t->sessions[i];
		}
	}
	return NULL;
}

static bool is_shut(const doctor_tunnel_t *t, const doctor_host_t *host,
					const doctor_session_t *s)
{
	return s->shutdown;
}

static bool shut_down(const doctor_tunnel_t *t, const doctor_host_t *host,
					  text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_shut);

	if (!s)
	{
		return false;
	}
	text_printf(cause, "A person shut the session with %s down.", s->name);
	text_printf(remedy, "Run `cygnetctl neighbor %s start`.", s->name);
	return true;
}

/** BGP said something by itself: TCP is not what is wrong */
static bool spoke(const doctor_session_t *s)
{
	return s->code && (s->code != HOLD_TIMER || s->established);
}

static bool is_md5(const doctor_tunnel_t *t, const doctor_host_t *host,
				   const doctor_session_t *s)
{
	bool counted = s->md5 ? host->md5_failures || host->md5_missing
						  : host->md5_unexpected > 0;

	/* one without a password is answered by a far side that has one, too: not
	 * at all */
	return !s->established && !s->shutdown &&
		   ((s->tcp == DOCTOR_SILENT && s->echo == DOCTOR_ANSWERED &&
			 (s->md5 || counted)) ||
			(s->md5 && s->tcp == DOCTOR_ANSWERED && !spoke(s)));
}

static bool md5_mismatch(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_md5);

	if (!s)
	{
		return false;
	}
	text_printf(cause, "TCP MD5 does not match with %s: ", s->name);
	if (!s->md5)
	{
		text_add(cause, "it signs its segments, and no password is configured "
						"here.");
	}
	else if (s->tcp == DOCTOR_ANSWERED || host->md5_missing)
	{
		text_add(cause, "a password is configured here, and it uses none.");
	}
	else if (host->md5_failures)
	{
		text_add(cause, "the passwords differ.");
	}
	else
	{
		text_add(cause, "it answers pings, but no segment of ours; the "
						"passwords differ, or port 179 is filtered.");
	}
	text_printf(remedy,
				"Write the same `password` for neighbor %s on both sides, then "
				"run `cygnetctl reload`.",
				s->name);
	return true;
}

static bool is_filtered(const doctor_tunnel_t *t, const doctor_host_t *host,
						const doctor_session_t *s)
{
	return !s->established && !s->shutdown && !s->md5 &&
		   s->tcp == DOCTOR_SILENT && s->echo == DOCTOR_ANSWERED;
}

static bool tcp_filtered(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_filtered);

	if (!s)
	{
		return false;
	}
	text_printf(cause,
				"%s answers pings, but nothing on TCP port 179: it is "
				"filtered.",
				s->address);
	text_printf(remedy,
				"Allow TCP port 179 between %s and %s at the far side, and in "
				"this host's own rules.",
				s->local[0] ? s->local : "us", s->address);
	return true;
}

/** somebody else's BGP came in by the link, and the guard dropped some */
static bool is_stranger(const doctor_tunnel_t *t, const doctor_host_t *host,
						const doctor_session_t *s)
{
	return !s->established && !s->shutdown && s->tcp != DOCTOR_SILENT &&
		   (s->tcp == DOCTOR_REFUSED || !spoke(s)) && t->strangers[0] &&
		   host->port_drops;
}

static bool port_guard(const doctor_tunnel_t *t, const doctor_host_t *host,
					   text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_stranger);

	if (!s)
	{
		return false;
	}
	text_printf(cause,
				"The port guard dropped %llu packets while we looked: BGP "
				"comes in by %s from an address that is not the neighbor's "
				"(%s).",
				(unsigned long long)host->port_drops, t->link, t->strangers);
	text_printf(remedy,
				"Have the far side speak from %s, or correct `address` of "
				"neighbor %s.",
				s->address, s->name);
	return true;
}

static bool is_refused(const doctor_tunnel_t *t, const doctor_host_t *host,
					   const doctor_session_t *s)
{
	return !s->established && !s->shutdown && !spoke(s) &&
		   s->tcp == DOCTOR_REFUSED;
}

static bool tcp_refused(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_refused);

	if (!s)
	{
		return false;
	}
	text_printf(cause,
				"%s refuses TCP port 179: no BGP daemon listens there, "
				"or it does not know us.",
				s->address);
	text_printf(remedy,
				"Configure BGP at the far side, with neighbor %s in AS %u.",
				s->local[0] ? s->local : "us", s->local_as);
	return true;
}

static bool is_wrong_as(const doctor_tunnel_t *t, const doctor_host_t *host,
						const doctor_session_t *s)
{
	return !s->established && s->code == OPEN_ERROR &&
		   s->subcode == BAD_PEER_AS;
}

static bool wrong_as(const doctor_tunnel_t *t, const doctor_host_t *host,
					 text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_wrong_as);

	if (!s)
	{
		return false;
	}
	if (s->sent)
	{
		text_printf(cause,
					"The far side is in another AS than remote_as = %u "
					"(%s).",
					s->remote_as, s->last_error);
		text_printf(remedy,
					"Correct remote_as of neighbor %s, then run `cygnetctl "
					"reload`.",
					s->name);
	}
	else
	{
		text_printf(cause, "The far side expects another AS than ours, %u.",
					s->local_as);
		text_printf(remedy,
					"Correct `asn` here (or local_as of neighbor %s), or have "
					"the far side expect AS %u.",
					s->name, s->local_as);
	}
	return true;
}

static bool is_open(const doctor_tunnel_t *t, const doctor_host_t *host,
					const doctor_session_t *s)
{
	return !s->established && s->code == OPEN_ERROR;
}

static bool open_refused(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_open);

	if (!s)
	{
		return false;
	}
	text_printf(cause,
				"The two ends of session %s do not agree on its OPEN: "
				"%s.",
				s->name, s->last_error);
	text_printf(remedy,
				"Change what it names, in neighbor %s or at the far "
				"side.",
				s->name);
	return true;
}

static bool is_limit(const doctor_tunnel_t *t, const doctor_host_t *host,
					 const doctor_session_t *s)
{
	return !s->established && s->code == CEASE && s->subcode == MAX_PREFIXES;
}

static bool prefix_limit(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_limit);

	if (!s)
	{
		return false;
	}
	if (s->sent)
	{
		text_printf(cause,
					"%s announced more prefixes than max_prefix = %llu "
					"(prefix limit), and its session was ended.",
					s->name, (unsigned long long)s->max_prefix);
		text_printf(remedy,
					"Have it announce fewer, or raise max_prefix of neighbor "
					"%s and run `cygnetctl neighbor %s start`.",
					s->name, s->name);
	}
	else
	{
		text_printf(cause,
					"We announce more prefixes than %s takes (its "
					"prefix limit), and it ended the session.",
					s->name);
		text_printf(remedy,
					"Announce fewer, by `aggregates` or an export policy of "
					"neighbor %s; `cygnetctl neighbor %s advertised` lists "
					"them.",
					s->name, s->name);
	}
	return true;
}

static bool is_flap(const doctor_tunnel_t *t, const doctor_host_t *host,
					const doctor_session_t *s)
{
	return s->flaps >= FLAPS;
}

static bool hold_flap(const doctor_tunnel_t *t, const doctor_host_t *host,
					  text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_flap);

	if (!s)
	{
		return false;
	}
	text_printf(cause,
				"Session %s is lost by its hold time again and again (%u times "
				"in 15 minutes): packets or keepalives are lost.",
				s->name, s->flaps);
	text_printf(remedy,
				"Look for loss with `cygnetctl top` and at the far side's "
				"load, or raise hold_time of neighbor %s (%u s now).",
				s->name, s->hold_time);
	return true;
}

static bool is_down(const doctor_tunnel_t *t, const doctor_host_t *host,
					const doctor_session_t *s)
{
	return !s->established;
}

static bool not_established(const doctor_tunnel_t *t, const doctor_host_t *host,
							text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_down);
	const char *why;

	if (!s)
	{
		return false;
	}
	why = s->held[0]            ? s->held
		  : s->connect_error[0] ? s->connect_error
								: s->last_error;
	text_printf(cause, "Session %s is %s%s%s.", s->name,
				s->state[0] ? s->state : "down", why[0] ? ": " : "", why);
	if (s->held[0])
	{
		text_printf(remedy,
					"Mend that, then run `cygnetctl neighbor %s "
					"start`.",
					s->name);
	}
	else
	{
		text_printf(remedy,
					"See the far side's BGP for neighbor %s; `cygnetctl "
					"history %s` has what happened here.",
					s->local[0] ? s->local : "us", s->name);
	}
	return true;
}

static bool is_rejected(const doctor_tunnel_t *t, const doctor_host_t *host,
						const doctor_session_t *s)
{
	return s->established && s->received && !s->accepted;
}

static bool all_rejected(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_rejected);

	if (!s)
	{
		return false;
	}
	text_printf(cause, "%s announced %llu prefixes, and all are rejected (by ",
				s->name, (unsigned long long)s->received);
	if (s->policy[0])
	{
		text_printf(cause, "import policy %s).", s->policy);
	}
	else
	{
		text_add(cause, "the default import policy, or as invalid).");
	}
	text_printf(remedy,
				"See why by `cygnetctl neighbor %s received`, and correct the "
				"import policy.",
				s->name);
	return true;
}

static bool is_empty(const doctor_tunnel_t *t, const doctor_host_t *host,
					 const doctor_session_t *s)
{
	return s->established && s->told && !s->received;
}

static bool nothing_announced(const doctor_tunnel_t *t,
							  const doctor_host_t *host, text_t *cause,
							  text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_empty);

	if (!s)
	{
		return false;
	}
	text_printf(cause,
				"Session %s is up, but the far side announces no "
				"prefix.",
				s->name);
	text_add(remedy, "Have the far side announce its networks, and look at its "
					 "export policy.");
	return true;
}

/** of what others of the bundle have; 1% may just be under way */
static bool is_short(const doctor_tunnel_t *t, const doctor_host_t *host,
					 const doctor_session_t *s)
{
	return s->established && s->told && s->accepted && s->most > s->accepted &&
		   s->most - s->accepted > s->most / 100;
}

static bool prefixes_missing(const doctor_tunnel_t *t,
							 const doctor_host_t *host, text_t *cause,
							 text_t *remedy)
{
	const doctor_session_t *s = session(t, host, is_short);

	if (!s)
	{
		return false;
	}
	text_printf(cause,
				"%s brings %llu prefixes, and %s of the same bundle %llu: some "
				"do not have this tunnel as a way.",
				s->name, (unsigned long long)s->accepted, s->most_of,
				(unsigned long long)s->most);
	text_printf(remedy,
				"Compare `cygnetctl neighbor %s received` with that of %s, and "
				"have the far side announce the same by both.",
				s->name, s->most_of);
	return true;
}

/** while the tunnel works: else it is a consequence */
static bool leak_guard(const doctor_tunnel_t *t, const doctor_host_t *host,
					   text_t *cause, text_t *remedy)
{
	if (!t->forwarding || t->leaked < MANY)
	{
		return false;
	}
	text_printf(cause,
				"The leak guard of bundle %s dropped %llu packets while we "
				"looked, to protected networks to which no route leads by a "
				"tunnel.",
				t->bundle, (unsigned long long)t->leaked);
	text_printf(remedy,
				"Have the far side announce these networks (`cygnetctl routes "
				"ADDRESS` tells which are known), or name the link that they "
				"may leave by in `exits` of bundle %s.",
				t->bundle);
	return true;
}

static bool unmapped(const doctor_tunnel_t *t, const doctor_host_t *host,
					 text_t *cause, text_t *remedy)
{
	if (!t->forwarding || t->unmapped < MANY)
	{
		return false;
	}
	text_printf(cause,
				"netmap of bundle %s dropped %llu packets while we looked that "
				"would have crossed untranslated.",
				t->bundle, (unsigned long long)t->unmapped);
	text_printf(remedy,
				"Have both sides speak to each other's translated networks, or "
				"add what is missing to `netmap` of bundle %s.",
				t->bundle);
	return true;
}

/** an allow list is there to drop, but not most of what it sees */
static bool is_most(uint64_t dropped, uint64_t all)
{
	return dropped >= MUCH && dropped * 2 >= all;
}

static bool allow_list(const doctor_tunnel_t *t, const doctor_host_t *host,
					   text_t *cause, text_t *remedy)
{
	/* what comes in is counted by the link before, what leaves after */
	bool in = is_most(t->denied_in, t->in),
		 out = is_most(t->denied_out, t->out + t->denied_out);
	const char *option = in ? "allow_in" : "allow_out";

	if (!t->counted || (!in && !out))
	{
		return false;
	}
	text_printf(cause,
				"%s of tunnel %s dropped %llu packets while we looked, most of "
				"what %s.",
				option, t->name,
				(unsigned long long)(in ? t->denied_in : t->denied_out),
				in ? "came in by it" : "was to leave by it");
	text_printf(remedy,
				"If they are wanted, add them to `%s` of tunnel %s and run "
				"`cygnetctl reload`; else stop who sends them.",
				option, t->name);
	return true;
}

static bool drained(const doctor_tunnel_t *t, const doctor_host_t *host,
					text_t *cause, text_t *remedy)
{
	if (!t->drained)
	{
		return false;
	}
	text_add(cause, "A person took the tunnel out of use (drain).");
	text_printf(remedy, "Run `cygnetctl undrain %s`.", t->name);
	return true;
}

static bool unused(const doctor_tunnel_t *t, const doctor_host_t *host,
				   text_t *cause, text_t *remedy)
{
	if (t->forwarding)
	{
		return false;
	}
	text_printf(cause, "The tunnel does not forward: %s.", t->reason);
	text_printf(remedy, "See `cygnetctl tunnel %s` and `cygnetctl history %s`.",
				t->name, t->name);
	return true;
}

const doctor_row_t doctor_rows_bgp[] = {
	{"session-shut-down", DOCTOR_STEP_TCP, false, shut_down},
	{"foreign-firewall", DOCTOR_STEP_TCP, false, doctor_foreign_bgp},
	{"md5-mismatch", DOCTOR_STEP_TCP, false, md5_mismatch},
	{"tcp-179-filtered", DOCTOR_STEP_TCP, false, tcp_filtered},
	{"port-guard", DOCTOR_STEP_TCP, false, port_guard},
	{"tcp-179-refused", DOCTOR_STEP_TCP, false, tcp_refused},
	{"wrong-as", DOCTOR_STEP_BGP, false, wrong_as},
	{"open-refused", DOCTOR_STEP_BGP, false, open_refused},
	{"prefix-limit", DOCTOR_STEP_BGP, false, prefix_limit},
	{"hold-time-flap", DOCTOR_STEP_BGP, false, hold_flap},
	{"session-down", DOCTOR_STEP_BGP, true, not_established},
	{"policy-rejects-all", DOCTOR_STEP_ROUTES, false, all_rejected},
	{"no-prefixes", DOCTOR_STEP_ROUTES, false, nothing_announced},
	{"prefixes-missing", DOCTOR_STEP_ROUTES, false, prefixes_missing},
	{"leak-guard", DOCTOR_STEP_ROUTES, false, leak_guard},
	{"drained", DOCTOR_STEP_USE, false, drained},
	{"untranslated", DOCTOR_STEP_USE, false, unmapped},
	{"allow-list", DOCTOR_STEP_USE, false, allow_list},
	{"foreign-forward", DOCTOR_STEP_USE, false, doctor_foreign_forward},
	{"foreign-masquerade", DOCTOR_STEP_USE, false, doctor_foreign_rewrite},
	{"not-forwarding", DOCTOR_STEP_USE, true, unused},
	{0},
};
