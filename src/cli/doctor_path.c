/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Causes of the tunnel's own: its if_id, its link, its addresses, and what
 * passes it or does not. A session that is established says that all of the way
 * is right, whoever does not answer echoes.
 */

#include "cli/doctor_rows.h"

#include <string.h>

/** fewer packets than that are somebody's ARP or neighbour discovery */
#define MANY 3

/** something can pass: there is a link, and what it needs below */
static bool carried(const doctor_tunnel_t *t)
{
	return t->link_index && t->link_up && (!t->connection[0] || t->has_sa);
}

static bool is_silent(doctor_reply_t reply)
{
	return reply == DOCTOR_SILENT || reply == DOCTOR_UNREACHABLE;
}

/** a session of which nothing comes; NULL: none. A connection that could not be
 * tried says nothing for it or against it */
static const doctor_session_t *dead(const doctor_tunnel_t *t)
{
	for (unsigned i = 0; carried(t) && i < t->n_sessions; i++)
	{
		const doctor_session_t *s = &t->sessions[i];
		bool tcp = s->tcp == DOCTOR_UNTRIED || is_silent(s->tcp);

		if (!s->established && !s->shutdown && tcp && is_silent(s->echo))
		{
			return s;
		}
	}
	return NULL;
}

static bool if_id_unique(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	if (!t->if_id_unique)
	{
		return false;
	}
	text_printf(cause,
				"Connection %s has if_id %%unique, which is another number "
				"after each restart, and no link's.",
				t->connection);
	text_printf(remedy,
				"Write the same fixed number as if_id_in and if_id_out of "
				"connection %s, then run `swanctl --load-all`.",
				t->connection);
	return true;
}

static bool if_id_mismatch(const doctor_tunnel_t *t, const doctor_host_t *host,
						   text_t *cause, text_t *remedy)
{
	bool ways = t->loaded && t->if_id_in != t->if_id_out;
	bool link = t->link_if_id && t->if_id && t->link_if_id != t->if_id;

	if (!t->connection[0] || t->if_id_unique || (!ways && !link))
	{
		return false;
	}
	if (ways)
	{
		text_printf(cause,
					"The if_ids of connection %s do not match: if_id_in is %u "
					"and if_id_out %u, but there is one link.",
					t->connection, t->if_id_in, t->if_id_out);
	}
	else
	{
		text_printf(cause,
					"The if_ids do not match: that of the link %s is %u, that "
					"of connection %s is %u.",
					t->link, t->link_if_id, t->connection, t->if_id);
	}
	text_printf(remedy,
				"Write the same number as if_id_in and if_id_out of connection "
				"%s, then run `swanctl --load-all` and `swanctl --terminate "
				"--ike %s`.",
				t->connection, t->connection);
	return true;
}

static bool no_if_id(const doctor_tunnel_t *t, const doctor_host_t *host,
					 text_t *cause, text_t *remedy)
{
	if (!t->connection[0] || !t->loaded || t->if_id)
	{
		return false;
	}
	text_printf(cause,
				"Connection %s has no if_id, so that no link belongs to "
				"its SAs.",
				t->connection);
	text_printf(remedy,
				"Write the same fixed number as if_id_in and if_id_out of "
				"connection %s, then run `swanctl --load-all`.",
				t->connection);
	return true;
}

static bool no_xfrm(const doctor_tunnel_t *t, const doctor_host_t *host,
					text_t *cause, text_t *remedy)
{
	if (!t->connection[0] || t->link_index || !t->xfrm_problem[0])
	{
		return false;
	}
	text_printf(cause, "The link %s cannot be made: %s.", t->link,
				t->xfrm_problem);
	text_add(remedy, "Load xfrm_interface (`modprobe xfrm_interface`), or run "
					 "a kernel that has it (CONFIG_XFRM_INTERFACE).");
	return true;
}

static bool link_missing(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	if (t->link_index)
	{
		return false;
	}
	if (t->conflict[0])
	{
		text_printf(cause, "The interface %s cannot be made: %s.", t->link,
					t->conflict);
		text_printf(remedy,
					"Delete what is in its place, or set "
					"interface_name of tunnel %s.",
					t->name);
		return true;
	}
	text_printf(cause,
				"The interface %s is not there: it was deleted, or "
				"never made.",
				t->link);
	if (t->connection[0])
	{
		text_add(remedy, "Find in charon's log who deletes it; Cygnet makes it "
						 "again at once, unless that goes on.");
	}
	else
	{
		text_printf(remedy,
					"Make %s again where it is configured; the tunnel is used "
					"as soon as it is there.",
					t->link);
	}
	return true;
}

static bool link_down(const doctor_tunnel_t *t, const doctor_host_t *host,
					  text_t *cause, text_t *remedy)
{
	if (!t->link_index || (t->link_up && t->link_lower_up))
	{
		return false;
	}
	text_printf(cause, "The interface %s %s.", t->link,
				t->link_up ? "has no carrier" : "is set down");
	if (t->link_up)
	{
		text_printf(remedy, "See what %s stands on: cable, modem or VLAN.",
					t->link);
	}
	else
	{
		text_printf(remedy, "Run `ip link set %s up`.", t->link);
	}
	return true;
}

static bool address_missing(const doctor_tunnel_t *t, const doctor_host_t *host,
							text_t *cause, text_t *remedy)
{
	if (!t->link_index || !t->missing[0])
	{
		return false;
	}
	text_printf(cause, "The inside address %s is configured, but not on %s.",
				t->missing, t->link);
	text_printf(remedy,
				"%s `ip address add` it to %s, or correct `address` of "
				"tunnel %s.",
				t->connection[0] ? "Find who takes it away, and"
								 : "The link is its owner's:",
				t->link, t->name);
	return true;
}

static bool xfrm_drops(const doctor_tunnel_t *t, const doctor_host_t *host,
					   text_t *cause, text_t *remedy)
{
	if (!dead(t) || !t->connection[0] || !host->xfrm_drops)
	{
		return false;
	}
	text_printf(cause,
				"The kernel's IPsec dropped %llu packets while we looked, as "
				"%s in /proc/net/xfrm_stat.",
				(unsigned long long)host->xfrm_drops, host->xfrm_reason);
	text_printf(remedy,
				"Run `swanctl --terminate --ike %s`, so that both ends make "
				"their SAs and policies anew.",
				t->connection);
	return true;
}

/** the link counts as sent only what the layers below took: what a rule drops on
 * its way out is missing there, whatever comes in */
static bool refused_here(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	if (!dead(t) || !t->connection[0] || !t->counted || t->refused < MANY)
	{
		return false;
	}
	text_printf(cause,
				"%llu packets that %s had to send while we looked were refused "
				"by this host itself: a rule of its firewall may drop ESP on "
				"the way out.",
				(unsigned long long)t->refused, t->link);
	text_printf(remedy,
				"Accept ESP (protocol 50) and UDP 500 and 4500 to %s in this "
				"host's output rules; `nft list ruleset` shows them.",
				t->n_ways ? t->ways[0].peer : "the peer");
	return true;
}

/** a session hears its own link alone */
static bool asymmetric(const doctor_tunnel_t *t, const doctor_host_t *host,
					   text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = dead(t);

	if (!s || !s->aside[0])
	{
		return false;
	}
	text_printf(cause,
				"What %s answers comes back by %s instead of %s (asymmetric "
				"return): the far side's way to %s leads into another tunnel.",
				s->address, s->aside, t->link, s->local[0] ? s->local : "us");
	text_printf(remedy,
				"Have the far side send to %s by this tunnel, by a route of "
				"its own to that address.",
				s->local[0] ? s->local : t->inside);
	return true;
}

/** the neighbour's own packets come in, so that its addresses are right */
static bool unheard(const doctor_tunnel_t *t, const doctor_host_t *host,
					text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = dead(t);

	if (!s || !s->heard)
	{
		return false;
	}
	text_printf(cause,
				"%s is heard by the tunnel, but answers nothing of what we "
				"send: that is lost on its way%s.",
				s->address,
				t->connection[0] ? ", as ESP is filtered towards the peer, or "
								   "the peer's IPsec drops it"
								 : ", or the far side drops it");
	text_printf(remedy, "%s the far side lets in what comes from %s.",
				t->connection[0] ? "Allow ESP (protocol 50, or UDP 4500) "
								   "towards the peer, then see whether"
								 : "See whether",
				s->local[0] ? s->local : "us");
	return true;
}

static bool wrong_inside(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = dead(t);

	if (!s || (s->echo != DOCTOR_UNREACHABLE && s->tcp != DOCTOR_UNREACHABLE &&
			   !(t->counted && t->in)))
	{
		return false;
	}
	text_printf(cause,
				"The inside addresses do not fit: %s does not answer %s, "
				"though %s%s%s%s.",
				s->address, t->inside[0] ? t->inside : "us",
				t->counted && t->in ? "packets come in by the tunnel"
									: "the link is up",
				t->strangers[0] ? " (BGP from " : "", t->strangers,
				t->strangers[0] ? ")" : "");
	text_printf(remedy,
				"Compare `address` (%s) and the neighbor's `address` (%s) of "
				"tunnel %s with what the far side has: they are its mirror "
				"image.",
				t->inside[0] ? t->inside : "none", s->address, t->name);
	return true;
}

static bool one_way(const doctor_tunnel_t *t, const doctor_host_t *host,
					text_t *cause, text_t *remedy)
{
	const doctor_session_t *s = dead(t);

	if (!s || !t->counted || t->out < MANY || t->in)
	{
		return false;
	}
	text_printf(cause,
				"%llu packets went out by %s while we looked and none came "
				"back: the return way is broken%s.",
				(unsigned long long)t->out, t->link,
				t->connection[0]
					? ", ESP is filtered, or the far side answers by another "
					  "tunnel"
					: "");
	text_printf(remedy,
				"%s that the far side sends to %s by this tunnel, and that its "
				"inside address is %s.",
				t->connection[0] ? "Allow ESP (protocol 50, or UDP 4500) both "
								   "ways, then see"
								 : "See",
				t->inside[0] ? t->inside : "us", s->address);
	return true;
}

/** of a session, the guard would stop its neighbour alone */
static bool port_guard_bfd(const doctor_tunnel_t *t, const doctor_host_t *host,
						   text_t *cause, text_t *remedy)
{
	if (!carried(t) || !t->bfd_down || t->forwarding || dead(t) ||
		!host->port_drops)
	{
		return false;
	}
	text_printf(cause,
				"BFD over the tunnel is down, and the port guard dropped %llu "
				"packets of BFD or BGP while we looked that come from no "
				"neighbor's address.",
				(unsigned long long)host->port_drops);
	text_printf(remedy,
				"Have the far side run BFD from the address that the neighbor "
				"of tunnel %s has here, or correct the neighbor's `address`.",
				t->name);
	return true;
}

static bool bfd_down(const doctor_tunnel_t *t, const doctor_host_t *host,
					 text_t *cause, text_t *remedy)
{
	if (!carried(t) || !t->bfd_down || t->forwarding || dead(t))
	{
		return false;
	}
	text_printf(cause,
				"BFD over the tunnel is down, and takes it out of use "
				"(%s).",
				t->reason);
	text_add(remedy, "Have the far side run BFD to our inside address, with "
					 "the same authentication, or set bfd = no.");
	return true;
}

static bool probe_failed(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	if (!carried(t) || !t->probe_failed || dead(t))
	{
		return false;
	}
	text_add(cause, "The probe gets no answers, and takes the tunnel out of "
					"use.");
	text_add(remedy, "See whether the probed address answers ping from here; "
					 "if it never does, probe another one.");
	return true;
}

static bool mtu_hole(const doctor_tunnel_t *t, const doctor_host_t *host,
					 text_t *cause, text_t *remedy)
{
	for (unsigned i = 0; carried(t) && i < t->n_sessions; i++)
	{
		const doctor_session_t *s = &t->sessions[i];

		if (s->echo == DOCTOR_ANSWERED &&
			(s->big_echo == DOCTOR_SILENT || s->big_echo == DOCTOR_TOO_BIG))
		{
			text_printf(cause,
						"Packets of %u bytes, the MTU of %s, are lost on the "
						"way to %s while small ones pass (MTU hole).",
						t->mtu, t->link, s->address);
			text_printf(remedy,
						"Set `mtu` of tunnel %s lower (1360 passes nearly "
						"everywhere), or let ICMP \"fragmentation needed\" "
						"pass on the underlay.",
						t->name);
			return true;
		}
	}
	return false;
}

const doctor_row_t doctor_rows_path[] = {
	{"if-id-unique", DOCTOR_STEP_LINK, false, if_id_unique},
	{"if-id-mismatch", DOCTOR_STEP_LINK, false, if_id_mismatch},
	{"no-if-id", DOCTOR_STEP_LINK, false, no_if_id},
	{"no-xfrm-interfaces", DOCTOR_STEP_LINK, false, no_xfrm},
	{"interface-missing", DOCTOR_STEP_LINK, false, link_missing},
	{"interface-down", DOCTOR_STEP_LINK, false, link_down},
	{"inside-address-missing", DOCTOR_STEP_LINK, false, address_missing},
	{"foreign-firewall", DOCTOR_STEP_PATH, false, doctor_foreign_esp},
	{"ipsec-drops", DOCTOR_STEP_PATH, false, xfrm_drops},
	{"refused-here", DOCTOR_STEP_PATH, false, refused_here},
	{"asymmetric-return", DOCTOR_STEP_PATH, false, asymmetric},
	{"not-heard", DOCTOR_STEP_PATH, false, unheard},
	{"wrong-inside-address", DOCTOR_STEP_PATH, false, wrong_inside},
	{"one-way", DOCTOR_STEP_PATH, false, one_way},
	{"foreign-firewall", DOCTOR_STEP_PATH, false, doctor_foreign_bfd},
	{"port-guard", DOCTOR_STEP_PATH, false, port_guard_bfd},
	{"bfd-down", DOCTOR_STEP_PATH, false, bfd_down},
	{"probe-failed", DOCTOR_STEP_PATH, false, probe_failed},
	{"mtu-hole", DOCTOR_STEP_MTU, false, mtu_hole},
	{0},
};
