/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One small function a fault; charon's share the one that takes the SA away. */

#include "unit/cli/fake_doctor.h"

#include "cli/doctor_print.h"
#include "unit/unit.h"

#include <stdio.h>
#include <string.h>

#define SET(field, value) strcpy((field), (value))

void fake_healthy(doctor_tunnel_t *t, doctor_host_t *host)
{
	doctor_session_t *s = &t->sessions[0];

	*host = (doctor_host_t){.looked = true};
	*t = (doctor_tunnel_t){
		.name = "ali-1",
		.bundle = "alibaba",
		.connection = "ali-1",
		.link = "cyg-ali-1",
		.link_index = 7,
		.mtu = 1438,
		.if_id = 1,
		.has_sa = true,
		.forwarding = true,
		.reason = "in use",
		.fault = "none",
		.loaded = true,
		.if_id_in = 1,
		.if_id_out = 1,
		.link_if_id = 1,
		.link_up = true,
		.link_lower_up = true,
		.ways = {{.peer = "203.0.113.1", .link = "wan0", .found = true}},
		.n_ways = 1,
		.inside = "169.254.10.2/30",
		.n_sessions = 1,
		.counted = true,
		.in = 6,
		.out = 6,
	};
	*s = (doctor_session_t){
		.name = "ali-1",
		.address = "169.254.10.1",
		.local = "169.254.10.2",
		.state = "Established",
		.established = true,
		.local_as = 65530,
		.remote_as = 65531,
		.hold_time = 9,
		.received = 2,
		.accepted = 2,
		.max_prefix = 100,
		.told = true,
		.echo = DOCTOR_ANSWERED,
		.big_echo = DOCTOR_ANSWERED,
	};
}

void fake_healthy_link(doctor_tunnel_t *t, doctor_host_t *host)
{
	fake_healthy(t, host);
	t->connection[0] = '\0';
	t->has_sa = false;
	t->loaded = false;
	t->if_id = t->if_id_in = t->if_id_out = t->link_if_id = 0;
	t->n_ways = 0;
	SET(t->link, "eth0.100");
}

/** the session has gone */
static void no_session(doctor_tunnel_t *t)
{
	doctor_session_t *s = &t->sessions[0];

	s->established = false;
	SET(s->state, "Connect");
	s->received = s->accepted = 0;
	s->told = false;
	s->tcp = DOCTOR_SILENT;
}

/** the SA has gone, and all above it with it */
static void no_sa(doctor_tunnel_t *t, const char *fault, const char *alert)
{
	no_session(t);
	t->sessions[0].tcp = t->sessions[0].echo = DOCTOR_UNTRIED;
	t->sessions[0].big_echo = DOCTOR_UNTRIED;
	t->has_sa = t->forwarding = false;
	t->ike = DOCTOR_ANSWERED;
	SET(t->reason, "no SA");
	SET(t->fault, fault);
	SET(t->alert, alert);
}

/** a rule of somebody else's */
static void foreign(doctor_tunnel_t *t, doctor_foreign_kind_t kind,
					const char *what, const char *remedy)
{
	SET(t->foreign[kind].what, what);
	SET(t->foreign[kind].remedy, remedy);
}

static void foreign_ike(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "no-answer", "the peer does not answer");
	t->ike = DOCTOR_SILENT;
	foreign(t, DOCTOR_FOREIGN_IKE,
			"chain input of table inet filter drops IKE from 203.0.113.1",
			"nft insert rule inet filter input ip saddr 203.0.113.1 udp dport "
			"{ 500, 4500 } accept");
}

/** we have not tried */
static void foreign_ike_peer(doctor_tunnel_t *t, doctor_host_t *host)
{
	foreign_ike(t, host);
	SET(t->fault, "none");
	t->ike = DOCTOR_ANSWERED;
}

static void foreign_esp(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->sessions[0].echo = DOCTOR_SILENT;
	t->in = 0;
	foreign(t, DOCTOR_FOREIGN_ESP,
			"chain INPUT of table ip filter drops ESP (where no NAT is "
			"between) from 203.0.113.1",
			"iptables -I INPUT -s 203.0.113.1 -p esp -j ACCEPT");
}

static void foreign_bgp(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	foreign(t, DOCTOR_FOREIGN_BGP,
			"chain input of table inet filter drops BGP that comes in by "
			"cyg-ali-1",
			"nft insert rule inet filter input iifname cyg-ali-1 tcp dport 179 "
			"accept");
}

static void foreign_bfd(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->bfd_down = true;
	t->forwarding = false;
	SET(t->reason, "BFD failed");
	foreign(t, DOCTOR_FOREIGN_BFD,
			"chain input of table inet filter drops BFD that comes in by "
			"cyg-ali-1",
			"nft insert rule inet filter input iifname cyg-ali-1 udp dport "
			"3784 accept");
}

static void foreign_forward(doctor_tunnel_t *t, doctor_host_t *host)
{
	foreign(t, DOCTOR_FOREIGN_FORWARD,
			"chain FORWARD of table ip filter drops what is forwarded into "
			"cyg-ali-1",
			"iptables -I FORWARD -o cyg-ali-1 -j ACCEPT");
}

static void foreign_rewrite(doctor_tunnel_t *t, doctor_host_t *host)
{
	foreign(t, DOCTOR_FOREIGN_REWRITE,
			"chain post of table ip nat rewrites the source of what is "
			"forwarded into cyg-ali-1",
			"nft insert rule ip nat post oifname cyg-ali-1 accept");
}

static void not_loaded(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "none", "");
	t->loaded = false;
}

static void into_tunnel(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "no-answer", "the peer does not answer");
	t->ways[0].inside = true;
	SET(t->ways[0].link, "cyg-ali-2");
	t->ike = DOCTOR_SILENT;
}

static void no_route(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "no-answer", "the peer does not answer");
	t->ways[0].found = false;
	t->ike = DOCTOR_UNREACHABLE;
}

static void stranded(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->stranded = true;
}

static void unresolved(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "resolve", "the peer's address cannot be resolved");
	t->n_ways = 0;
}

/** its peer may have any address */
static void rate_limit(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "none", "");
	t->n_ways = 0;
	t->ike = DOCTOR_UNTRIED;
	host->ike_drops = 190;
}

static void udp_refused(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "no-answer", "the peer does not answer");
	t->ike = DOCTOR_REFUSED;
}

static void udp_unreachable(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "no-answer", "the peer does not answer");
	t->ike = DOCTOR_UNREACHABLE;
}

static void udp_blocked(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "no-answer", "the peer has not answered yet");
	t->ike = DOCTOR_SILENT;
}

/** of one that worked until it stopped */
static void udp_stopped(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "stopped", "the peer stopped answering");
	t->ike = DOCTOR_SILENT;
}

static void ike_ignored(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "no-answer", "the peer does not answer");
}

static void auth_blocked(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "auth-no-answer", "the peer does not answer");
}

static void ike_proposal(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "proposal-ike",
		  "no common IKE proposal: the peer refused ours, "
		  "IKE:AES_CBC_128/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_2048");
}

static void own_cert(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "own-cert-time",
		  "the certificate of 'CN=site' is good from Jan 01 to Jan 02 only");
}

static void peer_cert(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "cert-time",
		  "the certificate of 'CN=cloud' is good from Jan 01 to Jan 02 only");
}

static void cert_trust(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "cert-trust", "a certificate's issuer is not known");
}

static void identity(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "identity",
		  "no connection here fits a peer that calls itself 'cloud'");
}

static void no_secret(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "no-secret", "no shared key found for 'site' - 'cloud'");
}

static void psk(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "psk",
		  "the pre-shared key differs: tried 1 shared key for 'site' - "
		  "'cloud', but MAC mismatched");
}

static void refused(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "refused", "the peer refused our authentication");
}

static void peer_auth(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "peer-auth", "the peer's authentication failed");
}

static void child_proposal(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "proposal-child", "no common ESP proposal");
}

static void selectors(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "selectors", "no common traffic selectors");
}

static void kernel(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "kernel", "the kernel refused the SA");
}

static void unique(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "unique", "refused: there is an IKE_SA of the same peer");
}

/** of before the connection got another one: the kernel has none for the link */
static void sa_if_id(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->forwarding = false;
	t->outbound_lost = true;
	t->sa_differs = true;
	t->sa_if_id = 9;
}

static void duplicate(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->duplicates = 2;
	t->oldest = 4;
}

static void outbound(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->forwarding = false;
	t->outbound_lost = true;
	t->policy_gone = true;
}

static void other_ike(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_sa(t, "other", "no virtual IP address");
}

static void if_id_unique(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->if_id_unique = true;
	t->if_id = 0;
}

static void if_ids(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->if_id_out = 2;
}

static void link_if_id(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->link_if_id = 9;
}

static void no_if_id(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->if_id = t->if_id_in = t->if_id_out = t->link_if_id = 0;
	t->link_index = 0;
}

static void no_xfrm(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->link_index = 0;
	SET(t->xfrm_problem, "this kernel has no XFRM interfaces");
}

static void deleted(doctor_tunnel_t *t, doctor_host_t *host)
{
	fake_healthy_link(t, host);
	no_session(t);
	t->link_index = 0;
	t->link_up = t->link_lower_up = false;
	t->forwarding = false;
}

static void conflict(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->link_index = 0;
	SET(t->conflict, "link cyg-ali-1 is there already and is not ours");
}

static void set_down(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->link_up = false;
}

static void no_carrier(doctor_tunnel_t *t, doctor_host_t *host)
{
	fake_healthy_link(t, host);
	no_session(t);
	t->link_lower_up = false;
}

static void address_missing(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	SET(t->missing, "169.254.10.2");
}

/** nothing comes back */
static void dead(doctor_tunnel_t *t)
{
	no_session(t);
	t->sessions[0].echo = t->sessions[0].big_echo = DOCTOR_SILENT;
	t->in = 0;
}

static void xfrm_drops(doctor_tunnel_t *t, doctor_host_t *host)
{
	dead(t);
	host->xfrm_drops = 7;
	SET(host->xfrm_reason, "XfrmInNoPols");
}

static void asymmetric(doctor_tunnel_t *t, doctor_host_t *host)
{
	dead(t);
	SET(t->sessions[0].aside, "cyg-ali-2");
}

/** of the two ways that which leads there is broken */
static void unheard(doctor_tunnel_t *t, doctor_host_t *host)
{
	dead(t);
	t->in = 4;
	t->sessions[0].heard = true;
}

static void stranger_inside(doctor_tunnel_t *t, doctor_host_t *host)
{
	dead(t);
	t->in = 4;
	SET(t->strangers, "169.254.10.9 to 169.254.10.10");
}

static void wrong_inside(doctor_tunnel_t *t, doctor_host_t *host)
{
	dead(t);
	t->in = 4;
}

static void nobody_there(doctor_tunnel_t *t, doctor_host_t *host)
{
	fake_healthy_link(t, host);
	dead(t);
	t->sessions[0].echo = DOCTOR_UNREACHABLE;
}

static void one_way(doctor_tunnel_t *t, doctor_host_t *host)
{
	dead(t);
}

/** no connection could be tried, but the pings tell */
static void one_way_pings(doctor_tunnel_t *t, doctor_host_t *host)
{
	dead(t);
	t->sessions[0].tcp = DOCTOR_UNTRIED;
}

/** what is refused is not counted as sent, and the far side is heard */
static void refused_here(doctor_tunnel_t *t, doctor_host_t *host)
{
	dead(t);
	t->out = 0;
	t->in = 4;
	t->refused = 6;
}

static void bfd_down(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->bfd_down = true;
	t->forwarding = false;
	SET(t->reason, "a detector failed");
}

static void bfd_guarded(doctor_tunnel_t *t, doctor_host_t *host)
{
	bfd_down(t, host);
	host->port_drops = 12;
}

static void probe_failed(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->probe_failed = true;
	t->forwarding = false;
}

static void mtu_hole(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->sessions[0].big_echo = DOCTOR_SILENT;
}

static void shut_down(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->sessions[0].shutdown = true;
	t->sessions[0].tcp = DOCTOR_UNTRIED;
}

static void md5_differs(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->sessions[0].md5 = true;
	host->md5_failures = 3;
}

/** nothing has come in that could be counted */
static void md5_silent(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->sessions[0].md5 = true;
}

static void md5_ours_alone(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->sessions[0].md5 = true;
	t->sessions[0].tcp = DOCTOR_ANSWERED;
}

static void md5_theirs_alone(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	host->md5_unexpected = 3;
}

static void filtered(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
}

/** by whoever has the neighbour's address, and another one speaks */
static void guarded(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->sessions[0].tcp = DOCTOR_REFUSED;
	SET(t->strangers, "169.254.10.5 to 169.254.10.2");
	host->port_drops = 3;
}

static void tcp_refused(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->sessions[0].tcp = DOCTOR_REFUSED;
}

static void notified(doctor_tunnel_t *t, unsigned code, unsigned subcode,
					 bool sent, const char *words)
{
	doctor_session_t *s = &t->sessions[0];

	no_session(t);
	s->tcp = DOCTOR_ANSWERED;
	s->code = code;
	s->subcode = subcode;
	s->sent = sent;
	SET(s->last_error, words);
}

static void our_as(doctor_tunnel_t *t, doctor_host_t *host)
{
	notified(t, 2, 2, false, "received OPEN Message Error/Bad Peer AS (2/2)");
}

static void their_as(doctor_tunnel_t *t, doctor_host_t *host)
{
	notified(t, 2, 2, true, "sent OPEN Message Error/Bad Peer AS (2/2): 64999");
}

static void open_refused(doctor_tunnel_t *t, doctor_host_t *host)
{
	notified(t, 2, 6, true,
			 "sent OPEN Message Error/Unacceptable Hold Time (2/6)");
}

static void our_limit(doctor_tunnel_t *t, doctor_host_t *host)
{
	notified(t, 6, 1, true,
			 "sent Cease/Maximum Number of Prefixes Reached (6/1)");
	SET(t->sessions[0].held, "more than 100 IPv4 prefixes");
}

static void their_limit(doctor_tunnel_t *t, doctor_host_t *host)
{
	notified(t, 6, 1, false,
			 "received Cease/Maximum Number of Prefixes Reached (6/1)");
}

/** just now it is up */
static void flap(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->sessions[0].code = 4;
	t->sessions[0].flaps = 3;
}

static void session_down(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->sessions[0].tcp = DOCTOR_ANSWERED;
	SET(t->sessions[0].connect_error, "the peer closed the connection");
}

static void held(doctor_tunnel_t *t, doctor_host_t *host)
{
	no_session(t);
	t->sessions[0].tcp = DOCTOR_ANSWERED;
	SET(t->sessions[0].held, "5 failures in a row");
}

static void all_rejected(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->sessions[0].accepted = 0;
	SET(t->sessions[0].policy, "cloud-in");
}

static void nothing_announced(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->sessions[0].received = t->sessions[0].accepted = 0;
}

static void prefixes_missing(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->sessions[0].most = 3;
	SET(t->sessions[0].most_of, "ali-2");
}

static void leaking(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->leaked = 5;
}

static void untranslated(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->unmapped = 5;
}

static void denied_in(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->in = 80;
	t->denied_in = 40;
}

static void denied_out(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->out = 40;
	t->denied_out = 40;
}

static void drained(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->drained = true;
	t->forwarding = false;
}

static void unused(doctor_tunnel_t *t, doctor_host_t *host)
{
	t->forwarding = false;
	SET(t->reason, "min_links");
}

const fake_fault_t fake_faults[] = {
	{"not-loaded", not_loaded},
	{"underlay-into-tunnel", into_tunnel},
	{"no-route", no_route},
	{"address-lost", stranded},
	{"peer-unresolved", unresolved},
	{"ike-rate-limit", rate_limit},
	{"udp-refused", udp_refused},
	{"foreign-firewall", foreign_ike},
	{"foreign-firewall", foreign_ike_peer},
	{"foreign-firewall", foreign_esp},
	{"foreign-firewall", foreign_bgp},
	{"foreign-firewall", foreign_bfd},
	{"udp-unreachable", udp_unreachable},
	{"udp-blocked", udp_blocked},
	{"udp-blocked", udp_stopped},
	{"ike-ignored", ike_ignored},
	{"udp-4500-blocked", auth_blocked},
	{"ike-proposal", ike_proposal},
	{"own-certificate-expired", own_cert},
	{"certificate-expired", peer_cert},
	{"certificate-untrusted", cert_trust},
	{"identity-mismatch", identity},
	{"no-psk", no_secret},
	{"wrong-psk", psk},
	{"authentication-refused", refused},
	{"peer-authentication", peer_auth},
	{"esp-proposal", child_proposal},
	{"traffic-selectors", selectors},
	{"kernel-refused", kernel},
	{"unique", unique},
	{"if-id-mismatch", sa_if_id},
	{"duplicate-child-sa", duplicate},
	{"outbound-lost", outbound},
	{"no-sa", other_ike},
	{"if-id-unique", if_id_unique},
	{"if-id-mismatch", if_ids},
	{"if-id-mismatch", link_if_id},
	{"no-if-id", no_if_id},
	{"no-xfrm-interfaces", no_xfrm},
	{"interface-missing", deleted},
	{"interface-missing", conflict},
	{"interface-down", set_down},
	{"interface-down", no_carrier},
	{"inside-address-missing", address_missing},
	{"ipsec-drops", xfrm_drops},
	{"refused-here", refused_here},
	{"asymmetric-return", asymmetric},
	{"not-heard", unheard},
	{"wrong-inside-address", stranger_inside},
	{"wrong-inside-address", wrong_inside},
	{"wrong-inside-address", nobody_there},
	{"one-way", one_way},
	{"one-way", one_way_pings},
	{"port-guard", bfd_guarded},
	{"bfd-down", bfd_down},
	{"probe-failed", probe_failed},
	{"mtu-hole", mtu_hole},
	{"session-shut-down", shut_down},
	{"md5-mismatch", md5_differs},
	{"md5-mismatch", md5_silent},
	{"md5-mismatch", md5_ours_alone},
	{"md5-mismatch", md5_theirs_alone},
	{"tcp-179-filtered", filtered},
	{"port-guard", guarded},
	{"tcp-179-refused", tcp_refused},
	{"wrong-as", our_as},
	{"wrong-as", their_as},
	{"open-refused", open_refused},
	{"prefix-limit", our_limit},
	{"prefix-limit", their_limit},
	{"hold-time-flap", flap},
	{"session-down", session_down},
	{"session-down", held},
	{"policy-rejects-all", all_rejected},
	{"no-prefixes", nothing_announced},
	{"prefixes-missing", prefixes_missing},
	{"leak-guard", leaking},
	{"drained", drained},
	{"untranslated", untranslated},
	{"allow-list", denied_in},
	{"allow-list", denied_out},
	{"foreign-forward", foreign_forward},
	{"foreign-masquerade", foreign_rewrite},
	{"not-forwarding", unused},
};
const size_t fake_n_faults = countof(fake_faults);

static void add(json_object *array, const doctor_tunnel_t *t,
				const doctor_host_t *host)
{
	doctor_verdict_t verdict;

	doctor_judge(t, host, &verdict);
	doctor_json_add(array, t, &verdict);
	doctor_verdict_deinit(&verdict);
}

json_object *fake_doctor(void)
{
	json_object *array = json_object_new_array();
	doctor_tunnel_t t;
	doctor_host_t host;

	fake_healthy(&t, &host);
	add(array, &t, &host);
	SET(t.name, "ali-2");
	psk(&t, &host);
	add(array, &t, &host);
	fake_healthy_link(&t, &host);
	SET(t.name, "line");
	/* nobody could ask */
	t.sessions[0].echo = t.sessions[0].big_echo = DOCTOR_UNTRIED;
	t.link_up = true;
	t.n_sessions = 0;
	t.forwarding = true;
	add(array, &t, &host);
	return array;
}

/** one in health and so many more with the fault */
static void add_many(json_object *array, const char *prefix, unsigned n,
					 void (*make)(doctor_tunnel_t *t, doctor_host_t *host))
{
	doctor_tunnel_t t;
	doctor_host_t host;

	for (unsigned i = 0; i <= n; i++)
	{
		fake_healthy(&t, &host);
		snprintf(t.name, sizeof(t.name), "%s-%u", prefix, i);
		snprintf(t.connection, sizeof(t.connection), "%s-%u", prefix, i);
		if (i)
		{
			make(&t, &host);
		}
		add(array, &t, &host);
	}
}

json_object *fake_doctor_many(void)
{
	json_object *array = json_object_new_array();

	add_many(array, "site", 40, udp_blocked);
	add_many(array, "shop", 3, psk);
	add_many(array, "line", 4, no_route);
	return array;
}

json_object *fake_doctor_well(void)
{
	json_object *array = json_object_new_array();

	for (unsigned i = 0; i < 50; i++)
	{
		add_many(array, "site", 0, NULL);
	}
	return array;
}

json_object *fake_doctor_causes(void)
{
	json_object *array = json_object_new_array();
	doctor_tunnel_t t;
	doctor_host_t host;

	for (size_t i = 0; i < fake_n_faults; i++)
	{
		fake_healthy(&t, &host);
		fake_faults[i].make(&t, &host);
		add(array, &t, &host);
	}
	return array;
}
