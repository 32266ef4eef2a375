/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Causes below the tunnel: the way to the peer, IKE's own, the SA. What charon
 * says of a connection counts only while there is no SA: it may be old.
 */

#include "cli/doctor_rows.h"

#include <string.h>

static const char *peer(const doctor_tunnel_t *t)
{
	return t->n_ways ? t->ways[0].peer : "the peer";
}

static bool is_fault(const doctor_tunnel_t *t, const char *name)
{
	return t->connection[0] && !t->has_sa && strcmp(t->fault, name) == 0;
}

static bool no_answer(const doctor_tunnel_t *t)
{
	return is_fault(t, "no-answer") || is_fault(t, "stopped");
}

static bool not_loaded(const doctor_tunnel_t *t, const doctor_host_t *host,
					   text_t *cause, text_t *remedy)
{
	if (!t->connection[0] || t->has_sa || t->loaded)
	{
		return false;
	}
	text_printf(cause, "charon has no connection %s loaded.", t->connection);
	text_printf(remedy,
				"Write it into swanctl.conf if it is not there, then run "
				"`swanctl --load-all`.");
	return true;
}

static bool unresolved(const doctor_tunnel_t *t, const doctor_host_t *host,
					   text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "resolve"))
	{
		return false;
	}
	text_printf(cause,
				"The name in remote_addrs of connection %s has no "
				"address now.",
				t->connection);
	text_add(remedy, "Mend the host's DNS, or write the peer's address itself "
					 "into remote_addrs.");
	return true;
}

static bool stranded(const doctor_tunnel_t *t, const doctor_host_t *host,
					 text_t *cause, text_t *remedy)
{
	if (!t->stranded)
	{
		return false;
	}
	text_add(cause, "The SA is from an address that this host has lost.");
	text_printf(remedy,
				"Give the host the address again, or run `swanctl --initiate "
				"--child %s` once it has another way to the peer.",
				t->connection);
	return true;
}

static bool into_tunnel(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy)
{
	for (unsigned i = 0; i < t->n_ways; i++)
	{
		if (t->ways[i].found && t->ways[i].inside)
		{
			text_printf(cause,
						"The route to the peer's outer address %s leads into "
						"a tunnel, by %s: IKE and ESP cannot go through "
						"themselves.",
						t->ways[i].peer, t->ways[i].link);
			text_printf(remedy,
						"Delete that route (`ip route get %s` shows it), so "
						"that the underlay's is used.",
						t->ways[i].peer);
			return true;
		}
	}
	return false;
}

static bool no_route(const doctor_tunnel_t *t, const doctor_host_t *host,
					 text_t *cause, text_t *remedy)
{
	bool found = !t->n_ways || !t->connection[0];

	for (unsigned i = 0; i < t->n_ways; i++)
	{
		found |= t->ways[i].found;
	}
	if (found)
	{
		return false;
	}
	text_printf(cause, "There is no route to the peer's outer address %s.",
				peer(t));
	text_printf(remedy,
				"Bring up the underlay's link and its default route, or add "
				"one to %s.",
				peer(t));
	return true;
}

static bool udp_refused(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy)
{
	if (!no_answer(t) || t->ike != DOCTOR_REFUSED)
	{
		return false;
	}
	text_printf(cause,
				"%s is reached, but says that nothing listens on its "
				"UDP port 500.",
				peer(t));
	text_add(remedy, "Start the peer's IKE daemon, or put the right address "
					 "into remote_addrs.");
	return true;
}

static bool udp_unreachable(const doctor_tunnel_t *t, const doctor_host_t *host,
							text_t *cause, text_t *remedy)
{
	if (!no_answer(t) || t->ike != DOCTOR_UNREACHABLE)
	{
		return false;
	}
	text_printf(cause,
				"The network says that %s cannot be reached (ICMP "
				"unreachable).",
				peer(t));
	text_printf(remedy,
				"Find with `traceroute %s` who says so: the route ends there, "
				"or a filter rejects UDP 500 there.",
				peer(t));
	return true;
}

static bool udp_blocked(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy)
{
	if (!no_answer(t) || t->ike == DOCTOR_ANSWERED)
	{
		return false;
	}
	text_printf(cause,
				"%s does not answer IKE: UDP 500 is blocked on the way, "
				"or the peer is down.",
				peer(t));
	text_printf(remedy,
				"Allow UDP 500 and 4500 (and ESP) to and from %s in every "
				"firewall between, and see whether the peer runs.",
				peer(t));
	return true;
}

static bool ike_ignored(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy)
{
	if (!no_answer(t) || t->ike != DOCTOR_ANSWERED)
	{
		return false;
	}
	text_printf(cause,
				"%s answers on UDP 500, but not what charon sends: it "
				"ignores this host's requests, or answers another port.",
				peer(t));
	text_add(remedy, "Look into the peer's log for this host's address: rate "
					 "limits, blocked half-open IKE_SAs, and another "
					 "local_port are the usual reasons.");
	return true;
}

static bool auth_blocked(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "auth-no-answer"))
	{
		return false;
	}
	text_printf(cause,
				"%s answers IKE_SA_INIT on UDP 500, but IKE_AUTH gets "
				"no answer: UDP 4500 or large IKE packets are lost on "
				"the way.",
				peer(t));
	text_add(remedy, "Allow UDP 4500 and IP fragments both ways, and keep "
					 "`fragmentation = yes` in the connection.");
	return true;
}

static bool ike_proposal(const doctor_tunnel_t *t, const doctor_host_t *host,
						 text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "proposal-ike"))
	{
		return false;
	}
	text_printf(cause, "The two ends have no IKE proposal in common (%s).",
				t->alert);
	text_printf(remedy,
				"Write into `proposals` of connection %s one that the peer "
				"has, the same cipher, PRF and group.",
				t->connection);
	return true;
}

static bool own_cert(const doctor_tunnel_t *t, const doctor_host_t *host,
					 text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "own-cert-time"))
	{
		return false;
	}
	text_printf(cause,
				"Our own certificate is expired or not valid yet by "
				"this host's clock: %s.",
				t->alert);
	text_add(remedy, "Set the clock right (`timedatectl`), else renew our "
					 "certificate and run `swanctl --load-all`.");
	return true;
}

static bool peer_cert(const doctor_tunnel_t *t, const doctor_host_t *host,
					  text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "cert-time"))
	{
		return false;
	}
	text_printf(cause,
				"A certificate of the peer's is expired or not valid "
				"yet by this host's clock: %s.",
				t->alert);
	text_add(remedy, "Set the clock right (`timedatectl`), else have the "
					 "peer's certificate renewed.");
	return true;
}

static bool cert_trust(const doctor_tunnel_t *t, const doctor_host_t *host,
					   text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "cert-trust"))
	{
		return false;
	}
	text_printf(cause, "The peer's certificate is not trusted: %s.", t->alert);
	text_add(remedy, "Put the CA certificate that signed it into "
					 "/etc/swanctl/x509ca, then run `swanctl --load-creds`.");
	return true;
}

static bool identity(const doctor_tunnel_t *t, const doctor_host_t *host,
					 text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "identity"))
	{
		return false;
	}
	text_printf(cause, "The identities do not match: %s.", t->alert);
	text_printf(remedy,
				"Make `remote.id` of connection %s what the peer calls itself, "
				"and `local.id` what the peer expects.",
				t->connection);
	return true;
}

static bool no_secret(const doctor_tunnel_t *t, const doctor_host_t *host,
					  text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "no-secret"))
	{
		return false;
	}
	text_printf(cause, "There is no pre-shared key for these identities: %s.",
				t->alert);
	text_add(remedy, "Write a section ike-… with both ids and the secret into "
					 "`secrets`, then run `swanctl --load-creds`.");
	return true;
}

static bool wrong_psk(const doctor_tunnel_t *t, const doctor_host_t *host,
					  text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "psk"))
	{
		return false;
	}
	text_printf(cause, "The pre-shared keys of the two ends differ (%s).",
				t->alert);
	text_printf(remedy,
				"Write the same `secret` for connection %s on both sides, then "
				"run `swanctl --load-creds`.",
				t->connection);
	return true;
}

/** IKE does not tell the initiator which of the two it is */
static bool refused(const doctor_tunnel_t *t, const doctor_host_t *host,
					text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "refused"))
	{
		return false;
	}
	text_printf(cause,
				"%s refused our authentication: the pre-shared key is wrong, "
				"or it does not know the identities that we use (IKE does not "
				"tell the initiator which).",
				peer(t));
	text_printf(remedy,
				"Compare `secret`, `local.id` and `remote.id` of connection %s "
				"with the peer's, whose log says which; or have the peer "
				"initiate, and ask again.",
				t->connection);
	return true;
}

static bool peer_auth(const doctor_tunnel_t *t, const doctor_host_t *host,
					  text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "peer-auth"))
	{
		return false;
	}
	text_printf(cause, "We refuse the peer's authentication: %s.", t->alert);
	text_printf(remedy,
				"Compare the section `remote` of connection %s (auth, id, "
				"certs) with what the peer uses; charon's log has the line "
				"before it.",
				t->connection);
	return true;
}

static bool child_proposal(const doctor_tunnel_t *t, const doctor_host_t *host,
						   text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "proposal-child"))
	{
		return false;
	}
	text_printf(cause, "The two ends have no ESP proposal in common (%s).",
				t->alert);
	text_printf(remedy,
				"Write into `esp_proposals` of connection %s one that the peer "
				"has, with the same group if it uses PFS.",
				t->connection);
	return true;
}

static bool selectors(const doctor_tunnel_t *t, const doctor_host_t *host,
					  text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "selectors"))
	{
		return false;
	}
	text_add(cause, "The two ends have no traffic selectors in common.");
	text_printf(remedy,
				"Write local_ts = 0.0.0.0/0, ::/0 and the same remote_ts into "
				"the child of connection %s, and have the peer do so.",
				t->connection);
	return true;
}

static bool kernel_refused(const doctor_tunnel_t *t, const doctor_host_t *host,
						   text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "kernel"))
	{
		return false;
	}
	text_printf(cause, "This host's kernel does not take the SA: %s.",
				t->alert);
	text_add(remedy, "Look with `dmesg` and in charon's log for what is "
					 "missing: a cipher, ESP, or XFRM interfaces in the "
					 "kernel.");
	return true;
}

static bool unique(const doctor_tunnel_t *t, const doctor_host_t *host,
				   text_t *cause, text_t *remedy)
{
	if (!is_fault(t, "unique"))
	{
		return false;
	}
	text_printf(cause, "Two IKE_SAs of one peer do not get on: %s.", t->alert);
	text_printf(remedy,
				"Give each connection to the peer identities of its own, or "
				"write unique = never into connection %s.",
				t->connection);
	return true;
}

static bool rate_limit(const doctor_tunnel_t *t, const doctor_host_t *host,
					   text_t *cause, text_t *remedy)
{
	/* a peer whose address is known may ask as often as it likes */
	if (!t->connection[0] || t->has_sa || !t->loaded || t->n_ways ||
		!host->ike_drops)
	{
		return false;
	}
	text_printf(cause,
				"%llu requests for IKE_SAs were dropped while we looked, more "
				"than ike_init_rate allows, and the peer of connection %s has "
				"no fixed address that would be let through.",
				(unsigned long long)host->ike_drops, t->connection);
	text_printf(remedy,
				"Write the peer's address into remote_addrs of connection %s, "
				"or raise `ike_init_rate`.",
				t->connection);
	return true;
}

static bool no_sa(const doctor_tunnel_t *t, const doctor_host_t *host,
				  text_t *cause, text_t *remedy)
{
	if (!t->connection[0] || t->has_sa || !t->loaded)
	{
		return false;
	}
	text_printf(cause, "There is no SA, %s%s.",
				t->alert[0] ? "and charon says: "
							: "and charon tells of no failure",
				t->alert);
	text_printf(remedy,
				"Run `swanctl --initiate --child %s` and read what it says; a "
				"tunnel that is passive waits for its peer.",
				t->connection);
	return true;
}

static bool duplicate(const doctor_tunnel_t *t, const doctor_host_t *host,
					  text_t *cause, text_t *remedy)
{
	if (t->duplicates < 2)
	{
		return false;
	}
	text_printf(cause,
				"%u CHILD_SAs of one child stand side by side (duplicate "
				"CHILD_SA): both ends initiate.",
				t->duplicates);
	text_printf(remedy,
				"End the oldest by `swanctl --terminate --child-id %u`, and "
				"let one end alone initiate (start_action = none at the "
				"other).",
				t->oldest);
	return true;
}

/** before what it leads to: the kernel has no SA of the link's if_id */
static bool sa_if_id(const doctor_tunnel_t *t, const doctor_host_t *host,
					 text_t *cause, text_t *remedy)
{
	if (!t->has_sa || !t->sa_differs || t->if_id_unique)
	{
		return false;
	}
	text_printf(cause,
				"The if_ids do not match: the SA was made with %u, and "
				"connection %s and its link have %u.",
				t->sa_if_id, t->connection, t->if_id);
	text_printf(
		remedy,
		"Run `swanctl --terminate --ike %s`: the SAs made after it have "
		"the if_id of the connection.",
		t->connection);
	return true;
}

static bool outbound_lost(const doctor_tunnel_t *t, const doctor_host_t *host,
						  text_t *cause, text_t *remedy)
{
	if (!t->outbound_lost)
	{
		return false;
	}
	text_printf(cause,
				"charon has an SA, but the kernel has no outbound %s of it: "
				"nothing can be sent.",
				t->policy_gone ? "policy" : "SA");
	text_printf(remedy,
				"Run `swanctl --rekey --child %s`, and find who flushes XFRM "
				"(`ip xfrm monitor`).",
				t->connection);
	return true;
}

const doctor_row_t doctor_rows_ike[] = {
	{"not-loaded", DOCTOR_STEP_IKE, false, not_loaded},
	{"underlay-into-tunnel", DOCTOR_STEP_UNDERLAY, false, into_tunnel},
	{"no-route", DOCTOR_STEP_UNDERLAY, false, no_route},
	{"address-lost", DOCTOR_STEP_UNDERLAY, false, stranded},
	{"peer-unresolved", DOCTOR_STEP_UNDERLAY, false, unresolved},
	{"ike-rate-limit", DOCTOR_STEP_IKE, false, rate_limit},
	{"foreign-firewall", DOCTOR_STEP_IKE, false, doctor_foreign_ike},
	{"udp-refused", DOCTOR_STEP_IKE, false, udp_refused},
	{"udp-unreachable", DOCTOR_STEP_IKE, false, udp_unreachable},
	{"udp-blocked", DOCTOR_STEP_IKE, false, udp_blocked},
	{"ike-ignored", DOCTOR_STEP_IKE, false, ike_ignored},
	{"udp-4500-blocked", DOCTOR_STEP_IKE, false, auth_blocked},
	{"ike-proposal", DOCTOR_STEP_IKE, false, ike_proposal},
	{"own-certificate-expired", DOCTOR_STEP_AUTH, false, own_cert},
	{"certificate-expired", DOCTOR_STEP_AUTH, false, peer_cert},
	{"certificate-untrusted", DOCTOR_STEP_AUTH, false, cert_trust},
	{"identity-mismatch", DOCTOR_STEP_AUTH, false, identity},
	{"no-psk", DOCTOR_STEP_AUTH, false, no_secret},
	{"wrong-psk", DOCTOR_STEP_AUTH, false, wrong_psk},
	{"authentication-refused", DOCTOR_STEP_AUTH, false, refused},
	{"peer-authentication", DOCTOR_STEP_AUTH, false, peer_auth},
	{"esp-proposal", DOCTOR_STEP_SA, false, child_proposal},
	{"traffic-selectors", DOCTOR_STEP_SA, false, selectors},
	{"kernel-refused", DOCTOR_STEP_SA, false, kernel_refused},
	{"unique", DOCTOR_STEP_SA, false, unique},
	{"if-id-mismatch", DOCTOR_STEP_SA, false, sa_if_id},
	{"duplicate-child-sa", DOCTOR_STEP_SA, false, duplicate},
	{"outbound-lost", DOCTOR_STEP_SA, false, outbound_lost},
	{"foreign-firewall", DOCTOR_STEP_IKE, true, doctor_foreign_ike_rest},
	{"no-sa", DOCTOR_STEP_SA, true, no_sa},
	{0},
};
