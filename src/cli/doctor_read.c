/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a daemon of another age does not tell, is as if it were not so. */

#include "cli/doctor_read.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/reply.h"

/** a quarter of an hour */
#define FLAP_SPAN 900

/** "": not there */
static void copy(json_object *obj, const char *key, char *out, size_t size)
{
	const char *s = reply_get(obj, key) ? reply_str(obj, key) : "";

	snprintf(out, size, "%s", s);
}

#define COPY(obj, key, out) copy(obj, key, out, sizeof(out))

static void read_ways(json_object *list, doctor_tunnel_t *out)
{
	for (size_t i = 0; i < reply_length(list) && i < DOCTOR_WAYS_MAX; i++)
	{
		json_object *o = reply_at(list, i);
		doctor_way_t *w = &out->ways[out->n_ways++];

		COPY(o, "peer", w->peer);
		COPY(o, "source", w->source);
		COPY(o, "link", w->link);
		w->found = reply_bool(o, "found");
		w->inside = reply_bool(o, "inside");
	}
}

static void read_facts(json_object *o, doctor_tunnel_t *out)
{
	COPY(o, "fault", out->fault);
	out->loaded = reply_bool(o, "loaded");
	out->if_id_unique = reply_bool(o, "if_id_unique");
	out->if_id_in = (uint32_t)reply_num(o, "if_id_in");
	out->if_id_out = (uint32_t)reply_num(o, "if_id_out");
	out->link_if_id = (uint32_t)reply_num(o, "link_if_id");
	out->sa_differs = reply_bool(o, "sa_differs");
	out->sa_if_id = (uint32_t)reply_num(o, "sa_if_id");
	out->duplicates = (unsigned)reply_num(o, "duplicates");
	out->oldest = (uint32_t)reply_num(o, "oldest");
	out->outbound_lost = reply_bool(o, "outbound_lost");
	out->policy_gone = reply_bool(o, "policy_gone");
	out->stranded = reply_bool(o, "stranded");
	out->link_up = reply_bool(o, "link_up");
	out->link_lower_up = reply_bool(o, "link_lower_up");
	COPY(o, "missing", out->missing);
	COPY(o, "conflict", out->conflict);
	COPY(o, "xfrm_problem", out->xfrm_problem);
	read_ways(reply_get(o, "ways"), out);
}

static uint64_t both(json_object *obj, const char *key)
{
	json_object *o = reply_get(obj, key);

	return reply_num(o, "ipv4") + reply_num(o, "ipv6");
}

/** the last one, unless the connection has ended another way since */
static void read_notification(json_object *o, doctor_session_t *out)
{
	char number[32];

	snprintf(number, sizeof(number), "(%u/%u)", (unsigned)reply_num(o, "code"),
			 (unsigned)reply_num(o, "subcode"));
	if (out->last_error[0] && !strstr(out->last_error, number))
	{
		return;
	}
	out->code = (unsigned)reply_num(o, "code");
	out->subcode = (unsigned)reply_num(o, "subcode");
	out->sent = strcmp(reply_str(o, "direction"), "sent") == 0;
}

static void read_session(json_object *o, doctor_session_t *out)
{
	json_object *held = reply_get(o, "held");

	COPY(o, "name", out->name);
	COPY(o, "address", out->address);
	COPY(o, "local_address", out->local);
	COPY(o, "state", out->state);
	out->established = strcmp(out->state, "Established") == 0;
	out->shutdown = reply_bool(held, "shutdown");
	COPY(held, "by", out->held);
	out->md5 = reply_bool(o, "md5");
	out->local_as = (uint32_t)reply_num(o, "local_as");
	out->remote_as = (uint32_t)reply_num(o, "remote_as");
	COPY(o, "last_error", out->last_error);
	read_notification(reply_get(o, "last_notification"), out);
	COPY(o, "connect_error", out->connect_error);
	out->hold_time =
		(unsigned)reply_num(reply_get(o, "configured"), "hold_time");
	out->received = both(o, "received");
	out->accepted = both(o, "accepted");
	COPY(reply_get(o, "policies"), "import", out->policy);
	out->max_prefix = reply_num(o, "max_prefix");
	out->told = reply_bool(reply_get(o, "end_of_rib"), "ipv4") ||
				reply_bool(reply_get(o, "end_of_rib"), "ipv6");
}

void doctor_read_tunnel(json_object *tunnel, doctor_tunnel_t *out)
{
	json_object *list = reply_get(tunnel, "sessions");

	*out = (doctor_tunnel_t){.n_ways = 0};
	COPY(tunnel, "name", out->name);
	COPY(tunnel, "bundle", out->bundle);
	COPY(tunnel, "connection", out->connection);
	COPY(tunnel, "link", out->link);
	out->link_index = (uint32_t)reply_num(tunnel, "link_index");
	out->mtu = (uint32_t)reply_num(tunnel, "mtu");
	out->if_id = (uint32_t)reply_num(tunnel, "if_id");
	out->has_sa = reply_get(tunnel, "sa") != NULL;
	out->forwarding = reply_bool(tunnel, "forwarding");
	out->drained = reply_get(tunnel, "drain") != NULL;
	COPY(tunnel, "reason", out->reason);
	COPY(tunnel, "alert", out->alert);
	read_facts(reply_get(tunnel, "facts"), out);
	if (reply_length(reply_get(tunnel, "addresses")))
	{
		snprintf(out->inside, sizeof(out->inside), "%s",
				 json_object_get_string(
					 reply_at(reply_get(tunnel, "addresses"), 0)));
	}
	COPY(reply_get(tunnel, "bfd"), "address", out->bfd_address);
	out->bfd_down =
		reply_bool(reply_get(tunnel, "bfd"), "running") &&
		strcmp(reply_str(reply_get(tunnel, "bfd"), "state"), "Up") != 0;
	out->probe_failed = reply_bool(reply_get(tunnel, "probe"), "failed");
	for (size_t i = 0; i < reply_length(list) && i < DOCTOR_SESSIONS_MAX; i++)
	{
		read_session(reply_at(list, i), &out->sessions[out->n_sessions++]);
	}
}

/** seconds since 1970 of "2026-11-22T19:00:00.123Z"; 0: it is none */
static uint64_t moment(const char *text)
{
	struct tm tm = {.tm_isdst = 0};

	return strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) ? (uint64_t)timegm(&tm) : 0;
}

unsigned doctor_read_flaps(json_object *events, uint64_t now)
{
	unsigned count = 0;

	for (size_t i = 0; i < reply_length(events); i++)
	{
		json_object *o = reply_at(events, i);
		uint64_t at = moment(reply_str(o, "time"));

		count += strcmp(reply_str(o, "kind"), "neighbor") == 0 &&
				 strcmp(reply_str(o, "from"), "Established") == 0 &&
				 strstr(reply_str(o, "why"), "Hold Timer Expired") &&
				 at + FLAP_SPAN > now;
	}
	return count;
}

/** sessions whose routes should be the same */
static bool is_like(const doctor_session_t *a, const doctor_session_t *b)
{
	return a->told && b->told && a->established && b->established &&
		   a->remote_as == b->remote_as && strcmp(a->policy, b->policy) == 0 &&
		   !strchr(a->address, ':') == !strchr(b->address, ':');
}

static void compare(doctor_session_t *s, const doctor_tunnel_t *other)
{
	for (unsigned i = 0; i < other->n_sessions; i++)
	{
		const doctor_session_t *o = &other->sessions[i];

		if (is_like(s, o) && o->accepted > s->accepted && o->accepted > s->most)
		{
			s->most = o->accepted;
			memcpy(s->most_of, o->name, sizeof(s->most_of));
		}
	}
}

void doctor_read_compare(doctor_tunnel_t *tunnels, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		for (size_t k = 0; k < n; k++)
		{
			for (unsigned j = 0;
				 strcmp(tunnels[i].bundle, tunnels[k].bundle) == 0 &&
				 j < tunnels[i].n_sessions;
				 j++)
			{
				compare(&tunnels[i].sessions[j], &tunnels[k]);
			}
		}
	}
}

bool doctor_read_dropped(json_object *firewall)
{
	json_object *list = reply_get(firewall, "counters");
	bool any = false;

	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *o = reply_at(list, i);

		any |= reply_bool(o, "drops") && reply_num(o, "packets");
	}
	return any;
}

/** what a counter has more than in a list; a table made anew counts from 0 */
static uint64_t more(json_object *counter, json_object *list)
{
	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *o = reply_at(list, i);

		if (strcmp(reply_str(o, "name"), reply_str(counter, "name")) == 0)
		{
			uint64_t was = reply_num(o, "packets"),
					 is = reply_num(counter, "packets");

			return is > was ? is - was : 0;
		}
	}
	return 0;
}

/** of a tunnel, or its bundle */
static void put_drops(doctor_tunnel_t *t, const char *kind, const char *of,
					  uint64_t packets)
{
	const struct
	{
		const char *kind;
		const char *of;
		uint64_t *out;
	} rows[] = {
		{"leak-guard", t->bundle, &t->leaked},
		{"unmapped", t->bundle, &t->unmapped},
		{"allow-in", t->name, &t->denied_in},
		{"allow-out", t->name, &t->denied_out},
	};

	for (size_t i = 0; i < countof(rows); i++)
	{
		if (strcmp(kind, rows[i].kind) == 0 && strcmp(of, rows[i].of) == 0)
		{
			*rows[i].out = packets;
		}
	}
}

void doctor_read_drops(json_object *before, json_object *after,
					   doctor_tunnel_t *tunnels, size_t n, doctor_host_t *host)
{
	json_object *list = reply_get(after, "counters"),
				*old = reply_get(before, "counters");

	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *o = reply_at(list, i);
		const char *kind = reply_str(o, "kind");
		uint64_t packets = reply_num(o, "packets") ? more(o, old) : 0;

		if (strcmp(kind, "port-guard") == 0)
		{
			host->port_drops = packets;
		}
		if (strcmp(kind, "ike-init") == 0)
		{
			host->ike_drops = packets;
		}
		for (size_t k = 0; packets && k < n; k++)
		{
			put_drops(&tunnels[k], kind, reply_str(o, "of"), packets);
		}
	}
}
