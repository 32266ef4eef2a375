/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The tables. Rows stand in the order in which the manual page shows them.
 * A default that a cloud's profile changes is in profile.c.
 */

#include "config/schema.h"

#include <stddef.h>

#define IN(scope) (1u << (scope))
/** what may be matched, and what may be left out of that */
#define IN_MATCHES (IN(CONFIG_IN_MATCH) | IN(CONFIG_IN_EXCEPT))
/** every section that tells of a BGP neighbour */
#define IN_NEIGHBORS (IN(CONFIG_IN_NEIGHBOR) | IN(CONFIG_IN_PEER))

#define AT(type, member)                                                       \
	.at = offsetof(type, member), .size = sizeof(((type *)NULL)->member)
#define ROOT(member)         AT(config_t, member)
#define BUNDLE(member)       AT(config_bundle_t, member)
#define TUNNEL(member)       AT(config_tunnel_t, member)
#define NEIGHBOR(member)     AT(config_neighbor_t, member)
#define REDISTRIBUTE(member) AT(config_redistribute_t, member)

#define ARRAY(type, array, number)                                             \
	.list = offsetof(type, array), .count = offsetof(type, number)
#define ELEMENT(type) .size = sizeof(type), .name_at = offsetof(type, name)

static const config_section_t sections[] = {
	{CONFIG_IN_ROOT, CONFIG_IN_BUNDLE, CONFIG_SHAPE_LIST, "bundles", "BUNDLE",
	 ARRAY(config_t, bundles, n_bundles), .max = CONFIG_TUNNELS_MAX,
	 ELEMENT(config_bundle_t),
	 .text = "Tunnels that are used together towards one far side."},
	{CONFIG_IN_BUNDLE, CONFIG_IN_TUNNEL, CONFIG_SHAPE_LIST, "tunnels", "TUNNEL",
	 ARRAY(config_bundle_t, tunnels, n_tunnels), .max = CONFIG_MEMBERS_MAX,
	 ELEMENT(config_tunnel_t),
	 .text = "The members of the bundle. The section's name is the name of "
			 "its connection in swanctl.conf unless 'connection' or "
			 "'interface' says otherwise; no two tunnels share a name."},
	{CONFIG_IN_TUNNEL, CONFIG_IN_NEIGHBOR, CONFIG_SHAPE_ONE, "neighbor", NULL,
	 ARRAY(config_tunnel_t, neighbors, n_neighbors), .max = 2,
	 ELEMENT(config_neighbor_t),
	 .text = "The BGP neighbour at the far end of the tunnel, reached over "
			 "IPv4 or IPv6. It carries the tunnel's name."},
	{CONFIG_IN_TUNNEL, CONFIG_IN_NEIGHBOR, CONFIG_SHAPE_ONE, "neighbor6", NULL,
	 ARRAY(config_tunnel_t, neighbors, n_neighbors), .max = 2,
	 ELEMENT(config_neighbor_t),
	 .text = "A second session through the same tunnel, over IPv6, with the "
			 "options of 'neighbor'. It is named TUNNEL/6."},
	{CONFIG_IN_ROOT, CONFIG_IN_PEER, CONFIG_SHAPE_LIST, "neighbors", "NEIGHBOR",
	 ARRAY(config_t, neighbors, n_neighbors), .max = CONFIG_TUNNELS_MAX,
	 ELEMENT(config_neighbor_t),
	 .text = "BGP neighbours that are not at the end of a tunnel: the site's "
			 "own routers, a second gateway."},
	{CONFIG_IN_ROOT, CONFIG_IN_REDISTRIBUTE, CONFIG_SHAPE_LIST, "redistribute",
	 "NAME", ARRAY(config_t, redistribute, n_redistribute),
	 .max = CONFIG_TUNNELS_MAX, ELEMENT(config_redistribute_t),
	 .text = "Routes of the kernel's that are announced as ours, beside "
			 "'advertise'. A route that several sections take is looked at in "
			 "their order."},
	{CONFIG_IN_ROOT, CONFIG_IN_AGGREGATE, CONFIG_SHAPE_LIST, "aggregates",
	 "NAME", ARRAY(config_t, aggregates, n_aggregates),
	 .max = CONFIG_TUNNELS_MAX, ELEMENT(config_aggregate_t),
	 .text = "Prefixes that are announced as ours as long as there is a route "
			 "to something within them (RFC 4271 section 9.2.2.2)."},
	{CONFIG_IN_ROOT, CONFIG_IN_POLICY, CONFIG_SHAPE_LIST, "policies", "POLICY",
	 ARRAY(config_t, policies, n_policies), .max = CONFIG_TUNNELS_MAX,
	 ELEMENT(config_policy_t),
	 .text = "Routing policies, used as 'import' and 'export', and as 'policy' "
			 "of what is redistributed. The rules are the policy's "
			 "subsections, tried in order; a route that no rule decides is "
			 "rejected."},
	{CONFIG_IN_POLICY, CONFIG_IN_RULE, CONFIG_SHAPE_LIST, "", "RULE",
	 ARRAY(config_policy_t, rules, n_rules), .max = CONFIG_TUNNELS_MAX,
	 ELEMENT(config_rule_t),
	 .text = "One rule: what it matches, what it changes, its verdict."},
	{CONFIG_IN_RULE, CONFIG_IN_MATCH, CONFIG_SHAPE_PART, "match", NULL,
	 .text = "What the rule applies to. All that is written has to hold, and "
			 "of a list one element; an empty or missing section matches "
			 "every route."},
	{CONFIG_IN_RULE, CONFIG_IN_EXCEPT, CONFIG_SHAPE_PART, "except", NULL,
	 .text = "What the rule leaves alone: a route for which any of this "
			 "holds. The options are those of 'match'."},
	{CONFIG_IN_RULE, CONFIG_IN_SET, CONFIG_SHAPE_PART, "set", NULL,
	 .text = "What the rule changes in a route that it matches. Of "
			 "communities, replacing comes before deleting and that before "
			 "adding."},
};

/* in the order of the enums of config.h */
static const char *const cares[] = {"check", "set", "ignore", NULL};
static const char *const port_guards[] = {"no", "yes", "strict", NULL};
static const char *const modes[] = {"active-active", "active-standby", NULL};
static const char *const keeps[] = {"guard", "all", "none", NULL};
static const char *const downs[] = {"withdraw", "unreachable", "keep", NULL};
static const char *const lost[] = {"keep", "reset", NULL};
static const char *const bfd_auths[] = {"none", "keyed-sha1", "meticulous-sha1",
										NULL};
static const char *const limits[] = {"stop", "warn", NULL};
static const char *const roles[] = {
	"none", "provider", "rs-server", "rs-client", "customer", "peer", NULL};
static const char *const private_as[] = {"no", "yes", "replace", NULL};
static const char *const next_hops[] = {"device", "strict", NULL};
/* kept as text */
static const char *const profiles[] = {"alibaba", "aws", "azure",
									   "gcp",     "oci", NULL};
static const char *const verdicts[] = {"accept", "reject", "next", NULL};

static const config_option_t options[] = {
	/* cygnet */
	{IN(CONFIG_IN_ROOT), "asn", CONFIG_ASN, ROOT(asn),
	 .text = "The site's own autonomous system number, as 65530 or 1.10. "
			 "Required as soon as there is a BGP neighbour."},
	{IN(CONFIG_IN_ROOT), "router_id", CONFIG_ROUTER_ID, ROOT(router_id),
	 .text = "The BGP identifier, written as an IPv4 address: one of this "
			 "gateway's that does not change. Required as soon as there is a "
			 "BGP neighbour. It is never guessed, as a changed one resets "
			 "every session."},
	{IN(CONFIG_IN_ROOT), "advertise", CONFIG_PREFIXES, ROOT(advertise),
	 .text = "The site's prefixes, announced to the neighbours."},
	{IN(CONFIG_IN_ROOT), "inside", CONFIG_LINKS, ROOT(inside),
	 .text = "The links of the site's own side. Without it, all links that "
			 "are neither tunnels nor the way to the peers."},
	{IN(CONFIG_IN_ROOT), "multipath", CONFIG_NUMBER, ROOT(multipath), .min = 1,
	 .max = 16, .fallback = "16",
	 .text = "How many equally good paths to a prefix are used at once."},
	{IN(CONFIG_IN_ROOT), "table", CONFIG_TABLE, ROOT(table), .min = 1,
	 .max = UINT32_MAX, .fallback = "main",
	 .text = "The kernel's routing table for learned routes."},
	{IN(CONFIG_IN_ROOT), "metric", CONFIG_NUMBER, ROOT(metric), .min = 1,
	 .max = UINT32_MAX, .fallback = "20",
	 .text = "The metric of learned routes in the kernel."},
	{IN(CONFIG_IN_ROOT), "keep_on_stop", CONFIG_CHOICE, ROOT(keep_on_stop),
	 .names = keeps, .fallback = "guard",
	 .text =
		 "What stays in the kernel after an orderly stop: 'guard' keeps "
		 "links, addresses and the leak guard, 'all' the routes too, 'none' "
		 "nothing; see cygnet(8)."},
	{IN(CONFIG_IN_ROOT), "forwarding", CONFIG_CHOICE, ROOT(forwarding),
	 .names = cares, .fallback = "check",
	 .text = "The kernel's forwarding switches of the families in use: 'set' "
			 "switches them on, 'check' only tells of them in the status."},
	{IN(CONFIG_IN_ROOT), "multipath_hash", CONFIG_CHOICE, ROOT(multipath_hash),
	 .names = cares, .fallback = "set",
	 .text = "The sysctls fib_multipath_hash_policy of both families: 1 "
			 "spreads the flows between two hosts over the tunnels."},
	{IN(CONFIG_IN_ROOT), "nexthop_compat", CONFIG_CHOICE, ROOT(nexthop_compat),
	 .names = cares, .fallback = "set",
	 .text = "The sysctl nexthop_compat_mode: with 0 a lost tunnel costs one "
			 "message instead of one for each route."},
	{IN(CONFIG_IN_ROOT), "graceful_restart", CONFIG_NUMBER,
	 ROOT(graceful_restart), .min = 0, .max = 4095, .fallback = "120",
	 .text = "Seconds that neighbours with graceful restart (RFC 4724) keep "
			 "our routes while we restart; 0 only helps them over theirs."},
	{IN(CONFIG_IN_ROOT), "graceful_restart_notification", CONFIG_BOOL,
	 ROOT(graceful_restart_notification), .fallback = "no",
	 .text = "Neighbours' routes also outlive errors and hold timers (RFC "
			 "8538). Over tunnels a hold timer expires as packets are lost; "
			 "routes then lead there until restart times end."},
	{IN(CONFIG_IN_ROOT), "initial_hold", CONFIG_NUMBER, ROOT(initial_hold),
	 .min = 0, .max = 60, .fallback = "5",
	 .text = "Where nothing forwards yet, routes are written when the "
			 "neighbours that are up have told all of theirs (End-of-RIB), or "
			 "nothing for a second, and after so many seconds at most: each "
			 "prefix once, with all of its next hops. 0 writes at once."},
	{IN(CONFIG_IN_ROOT), "link_bandwidth", CONFIG_BOOL, ROOT(link_bandwidth),
	 .fallback = "yes",
	 .text = "Share equal paths by their link bandwidth communities if each "
			 "of them has one."},
	{IN(CONFIG_IN_ROOT), "leak_guard", CONFIG_BOOL, ROOT(leak_guard),
	 .fallback = "yes",
	 .text = "Drop packets to protected prefixes that would leave outside "
			 "the tunnels."},
	{IN(CONFIG_IN_ROOT), "mss_clamp", CONFIG_BOOL, ROOT(mss_clamp),
	 .fallback = "yes",
	 .text = "Clamp TCP's segment size to what the tunnels can carry."},
	{IN(CONFIG_IN_ROOT), "port_guard", CONFIG_CHOICE, ROOT(port_guard),
	 .names = port_guards, .fallback = "yes",
	 .text = "Drop BGP (TCP 179) and BFD (UDP 3784 and 3785) that come to this "
			 "machine by a tunnel from others than its neighbours. 'strict': "
			 "by all other links, too, from others than those in 'neighbors', "
			 "which another routing daemon's peers may be."},
	{IN(CONFIG_IN_ROOT), "ike_init_rate", CONFIG_NUMBER, ROOT(ike_init_rate),
	 .min = 0, .max = 10000, .fallback = "0",
	 .text = "Requests for a new IKE_SA (IKE_SA_INIT on ports 500 and 4500) "
			 "that are let through each second, after a burst of twice as "
			 "many; what is over is dropped. The peers of tunnels, and "
			 "addresses in remote_addrs of any connection, are not limited. "
			 "0: no limit."},
	{IN(CONFIG_IN_ROOT), "pin_underlay", CONFIG_BOOL, ROOT(pin_underlay),
	 .fallback = "yes",
	 .text = "Keep the way to the peers' outer addresses out of reach of "
			 "learned routes."},
	/* cygnet.bundles.BUNDLE */
	{IN(CONFIG_IN_BUNDLE), "profile", CONFIG_ONE_OF, BUNDLE(profile),
	 .names = profiles,
	 .text = "The cloud at the far side. It gives defaults and checks what is "
			 "known not to work there; see PROFILES."},
	{IN(CONFIG_IN_BUNDLE), "mode", CONFIG_CHOICE, BUNDLE(mode), .names = modes,
	 .fallback = "active-active",
	 .text = "Use all tunnels at once, or the one of the best priority. One "
			 "that works is left for a better one only, not for an equal one."},
	{IN(CONFIG_IN_BUNDLE), "min_links", CONFIG_NUMBER, BUNDLE(min_links),
	 .min = 1, .max = 64, .fallback = "1",
	 .text = "With fewer tunnels that work, the bundle is not used at all, so "
			 "that another way of enough width is."},
	{IN(CONFIG_IN_BUNDLE), "preempt_delay", CONFIG_NUMBER,
	 BUNDLE(preempt_delay), .min = 0, .max = 3600, .fallback = "0",
	 .text = "In an active-standby bundle: seconds that a tunnel of a better "
			 "priority has to work before it is used in the place of one that "
			 "works."},
	{IN(CONFIG_IN_BUNDLE), "resilient", CONFIG_BOOL, BUNDLE(resilient),
	 .fallback = "no",
	 .text =
		 "Flows stay on their tunnel as long as it works, whatever becomes "
		 "of the others: resilient next-hop groups (Linux 5.13). 'no': a "
		 "hash over the tunnels that work now; of three or more, some flows "
		 "of all change their tunnel when one is lost or comes back."},
	{IN(CONFIG_IN_BUNDLE), "resilient_idle_timer", CONFIG_NUMBER,
	 BUNDLE(resilient_idle_timer), .min = 1, .max = 3600, .fallback = "10",
	 .text = "With 'resilient': a tunnel that comes back, and finds its flows "
			 "with others, gets those that have been silent for so many "
			 "seconds, and new ones."},
	{IN(CONFIG_IN_BUNDLE), "resilient_unbalanced_timer", CONFIG_NUMBER,
	 BUNDLE(resilient_unbalanced_timer), .min = 0, .max = 3600, .fallback = "0",
	 .text = "With 'resilient': after so many seconds with less than its share "
			 "it gets flows that are not silent too. 0: never."},
	{IN(CONFIG_IN_BUNDLE), "routes", CONFIG_PREFIXES, BUNDLE(routes),
	 .text = "Static routes: prefixes behind the far side that are reached "
			 "over all its tunnels that work, without BGP. They go before what "
			 "neighbours announce; of two bundles with the same prefix the "
			 "first in the file is used, the other stands by."},
	{IN(CONFIG_IN_BUNDLE), "drain_time", CONFIG_NUMBER, BUNDLE(drain_time),
	 .min = 0, .max = 3600, .fallback = "10",
	 .text = "Seconds from `cygnetctl drain`, when a tunnel's neighbours are "
			 "asked to use other ways (RFC 8326), until its routes are "
			 "withdrawn from those that did not."},
	{IN(CONFIG_IN_BUNDLE), "when_down", CONFIG_CHOICE, BUNDLE(when_down),
	 .names = downs, .fallback = "withdraw",
	 .text = "When no member is left: only withdraw the routes, or put "
			 "unreachable routes for the protected prefixes in their place, or "
			 "keep them over the members that have an SA, though a detector "
			 "says no, as long as no tunnel of any bundle works. 'keep' is not "
			 "for where a second gateway takes over."},
	{IN(CONFIG_IN_BUNDLE), "protect", CONFIG_PROTECT, BUNDLE(protect),
	 .count_at = offsetof(config_bundle_t, protect_default),
	 .fallback = "default",
	 .text = "Prefixes that may leave by the members only, 'none', or "
			 "'default': the private ranges (RFC 1918, RFC 4193) less what is "
			 "advertised and the peers' outer addresses that stand in the "
			 "file; they may leave by other bundles' members, too. The "
			 "networks of the tunnels themselves go with either."},
	{IN(CONFIG_IN_BUNDLE), "exits", CONFIG_LINKS, BUNDLE(exits),
	 .text = "Other links by which protected prefixes may leave."},
	{IN(CONFIG_IN_BUNDLE), "netmap", CONFIG_NETMAP, BUNDLE(netmap),
	 .text = "NAT, address by address, for sites whose networks overlap, as "
			 "'10.0.0.0/24 to "
			 "10.200.0.0/24': hosts of the first prefix, which is here, are "
			 "known on the far side by the second, which 'advertise' has to "
			 "announce. The host's part of an address stays. Sources are "
			 "translated on the way out of the tunnels, destinations on the "
			 "way in, by any member alike."},
	{IN(CONFIG_IN_BUNDLE), "accept_default", CONFIG_BOOL,
	 BUNDLE(accept_default), .fallback = "no",
	 .text =
		 "Take a default route from the neighbours. Other routes that cover a "
		 "peer's outer address are taken if the peer is pinned."},
	{IN(CONFIG_IN_BUNDLE), "import", CONFIG_WORD, BUNDLE(import_policy),
	 .text = "The policy for what the members' neighbours announce. Without "
			 "it, all is taken but this site's own prefixes, the tunnels' "
			 "networks, what is no network (RFC 6890) and, unless "
			 "accept_default says so, a default route."},
	{IN(CONFIG_IN_BUNDLE), "export", CONFIG_WORD, BUNDLE(export_policy),
	 .text = "The policy for what is announced. Without it: what 'advertise', "
			 "'redistribute' and 'aggregates' say."},
	/* cygnet.bundles.BUNDLE.tunnels.TUNNEL */
	{IN(CONFIG_IN_TUNNEL), "connection", CONFIG_WORD, TUNNEL(connection),
	 .text = "The connection in swanctl.conf. Default: the section's name."},
	{IN(CONFIG_IN_TUNNEL), "interface", CONFIG_LINK, TUNNEL(interface),
	 .text = "An existing link (a VLAN of a leased line, a WireGuard or GRE "
			 "interface) in place of a connection. It is neither made nor "
			 "removed, and its addresses are put on it by its owner."},
	{IN(CONFIG_IN_TUNNEL), "interface_name", CONFIG_LINK, TUNNEL(link),
	 .text = "The name of the XFRM interface, 15 bytes at most. Default: "
			 "cyg- and the tunnel's name."},
	{IN(CONFIG_IN_TUNNEL), "address", CONFIG_IFADDRS, TUNNEL(addresses),
	 .count_at = offsetof(config_tunnel_t, n_addresses),
	 .text = "Our addresses inside the tunnel, each with its prefix length. "
			 "With 'interface', those of it that are the tunnel's."},
	{IN(CONFIG_IN_TUNNEL), "mtu", CONFIG_NUMBER, TUNNEL(mtu), .min = 576,
	 .max = 65535, .or_zero = true, .fallback = "0",
	 .text = "The link's MTU in bytes; 0 computes it. At least 1280 with an "
			 "IPv6 address."},
	{IN(CONFIG_IN_TUNNEL), "weight", CONFIG_NUMBER, TUNNEL(weight), .min = 1,
	 .max = 255, .fallback = "1",
	 .text = "The tunnel's share of the flows among its bundle's members."},
	{IN(CONFIG_IN_TUNNEL), "priority", CONFIG_NUMBER, TUNNEL(priority),
	 .min = 0, .max = 255, .fallback = "0",
	 .text = "In an active-standby bundle: the smallest is used first."},
	{IN(CONFIG_IN_TUNNEL), "on_down", CONFIG_CHOICE, TUNNEL(on_down),
	 .names = lost, .fallback = "keep",
	 .text = "The BGP session of a lost tunnel: keep it until its hold time, "
			 "or reset it at once."},
	{IN(CONFIG_IN_TUNNEL), "routes", CONFIG_PREFIXES, TUNNEL(routes),
	 .text = "Static routes over this tunnel, beside those of its bundle."},
	{IN(CONFIG_IN_TUNNEL), "gateway", CONFIG_ADDRESS, TUNNEL(gateway),
	 .text = "The next hop of static routes where 'interface' is no "
			 "point-to-point link. Default: the neighbour's address."},
	{IN(CONFIG_IN_TUNNEL), "allow_in", CONFIG_ALLOW, TUNNEL(allow_in),
	 .text = "What the far side may begin through the tunnel, as '10.1.0.0/16 "
			 "tcp 443, any from 10.9.0.0/16 icmp': destination or 'any', "
			 "source, protocol, destination ports (80 or 8000-8080). All else "
			 "is dropped and counted, but answers, ICMP errors, echo requests "
			 "to the tunnel's own addresses, and the neighbours' BGP and BFD. "
			 "'none': nothing. Without it: everything."},
	{IN(CONFIG_IN_TUNNEL), "allow_out", CONFIG_ALLOW, TUNNEL(allow_out),
	 .text = "What may be begun from here through the tunnel, likewise; what "
			 "the gateway itself sends always may."},
	{IN(CONFIG_IN_TUNNEL), "supervise", CONFIG_BOOL, TUNNEL(supervise),
	 .fallback = "yes",
	 .text = "Initiate the connection whenever it has no SA, at growing waits "
			 "and for ever. 'no' leaves it to charon or to the far side."},
	{IN(CONFIG_IN_TUNNEL), "retry_max", CONFIG_NUMBER, TUNNEL(retry_max),
	 .min = 1, .max = 86400, .fallback = "60",
	 .text = "Seconds that the waits between two initiations grow to."},
	{IN(CONFIG_IN_TUNNEL), "bfd", CONFIG_BOOL, TUNNEL(bfd), .fallback = "no",
	 .text = "Watch the tunnel by BFD (RFC 5880, 5881): it is not used while "
			 "the session, once up, is down, be it over another SA."},
	{IN(CONFIG_IN_TUNNEL), "bfd_address", CONFIG_ADDRESS, TUNNEL(bfd_address),
	 .text = "The far end of the BFD session. Default: the neighbour's "
			 "address."},
	{IN(CONFIG_IN_TUNNEL), "bfd_interval", CONFIG_NUMBER, TUNNEL(bfd_interval),
	 .min = 10, .max = 60000, .fallback = "300",
	 .text = "Milliseconds between BFD packets that we want to send and are "
			 "ready to receive."},
	{IN(CONFIG_IN_TUNNEL), "bfd_multiplier", CONFIG_NUMBER,
	 TUNNEL(bfd_multiplier), .min = 1, .max = 255, .fallback = "3",
	 .text = "Packets that may be missing before the far side takes us for "
			 "dead."},
	{IN(CONFIG_IN_TUNNEL), "bfd_strict", CONFIG_BOOL, TUNNEL(bfd_strict),
	 .fallback = "no",
	 .text = "Do not use the tunnel before its BFD session is up."},
	{IN(CONFIG_IN_TUNNEL), "bfd_auth", CONFIG_CHOICE, TUNNEL(bfd_auth),
	 .names = bfd_auths, .fallback = "none",
	 .text = "The authentication of BFD packets (RFC 5880 section 6.7)."},
	{IN(CONFIG_IN_TUNNEL), "bfd_key_id", CONFIG_NUMBER, TUNNEL(bfd_key_id),
	 .min = 0, .max = 255, .fallback = "1",
	 .text = "The key's number on both sides."},
	{IN(CONFIG_IN_TUNNEL), "bfd_password", CONFIG_SECRET, TUNNEL(bfd_password),
	 .min = 1, .max = 80,
	 .text = "The key of BFD's authentication, 20 bytes at most."},
	{IN(CONFIG_IN_TUNNEL), "probe", CONFIG_ADDRESS, TUNNEL(probe),
	 .text = "Watch the tunnel by echo requests (ICMP, ICMPv6) to this "
			 "address beyond it: it is not used while they, once answered, "
			 "are lost."},
	{IN(CONFIG_IN_TUNNEL), "probe_interval", CONFIG_NUMBER,
	 TUNNEL(probe_interval), .min = 50, .max = 60000, .fallback = "1000",
	 .text = "Milliseconds between two requests, and the longest time that an "
			 "answer may take; the last of 'probe_fail' lost in a row is "
			 "waited for only as long as answers took so far, and a quarter "
			 "of this."},
	{IN(CONFIG_IN_TUNNEL), "probe_fail", CONFIG_NUMBER, TUNNEL(probe_fail),
	 .min = 1, .max = 64, .fallback = "3",
	 .text = "Requests of the last 'probe_window' that have to be lost for the "
			 "tunnel to be dead."},
	{IN(CONFIG_IN_TUNNEL), "probe_window", CONFIG_NUMBER, TUNNEL(probe_window),
	 .min = 1, .max = 64, .fallback = "3",
	 .text = "How many of the last requests are looked at. As many as "
			 "'probe_fail': only losses in a row count."},
	{IN(CONFIG_IN_TUNNEL), "probe_recover", CONFIG_NUMBER,
	 TUNNEL(probe_recover), .min = 1, .max = 64, .fallback = "5",
	 .text = "Answers in a row that bring a dead tunnel back."},
	{IN(CONFIG_IN_TUNNEL), "import", CONFIG_WORD, TUNNEL(import_policy),
	 .text = "The policy for what its neighbours announce. Default: the "
			 "bundle's."},
	{IN(CONFIG_IN_TUNNEL), "export", CONFIG_WORD, TUNNEL(export_policy),
	 .text = "The policy for what its neighbours are told. Default: the "
			 "bundle's."},
	/* neighbours */
	{IN_NEIGHBORS, "address", CONFIG_ADDRESS, NEIGHBOR(address),
	 .text = "The neighbour's address. Required. At the end of a tunnel a "
			 "link-local one (fe80::/10) is that of the tunnel's link; "
			 "beside tunnels it needs 'interface'."},
	{IN_NEIGHBORS, "remote_as", CONFIG_ASN, NEIGHBOR(remote_as),
	 .text = "The neighbour's autonomous system number. Required."},
	{IN_NEIGHBORS, "local_as", CONFIG_ASN, NEIGHBOR(local_as),
	 .text = "Our number towards this neighbour. Default: that of the site."},
	{IN(CONFIG_IN_PEER), "local_address", CONFIG_ADDRESS,
	 NEIGHBOR(local_address),
	 .text = "Our own end of the session. Default: as the kernel routes."},
	{IN(CONFIG_IN_PEER), "interface", CONFIG_LINK, NEIGHBOR(interface),
	 .text = "The link that the neighbour is on. Required with a link-local "
			 "address. Default: any."},
	{IN(CONFIG_IN_PEER), "weight", CONFIG_NUMBER, NEIGHBOR(weight), .min = 1,
	 .max = 255, .fallback = "1",
	 .text = "The neighbour's share of the flows among equal paths."},
	{IN_NEIGHBORS, "hold_time", CONFIG_NUMBER, NEIGHBOR(hold_time), .min = 3,
	 .max = 65535, .or_zero = true, .fallback = "90",
	 .text = "Seconds without a message until the session is lost; the lower "
			 "of both sides counts. 0: never (RFC 4271)."},
	{IN_NEIGHBORS, "keepalive", CONFIG_NUMBER, NEIGHBOR(keepalive), .min = 1,
	 .max = 65534, .or_zero = true, .fallback = "0",
	 .text = "Seconds between KEEPALIVE messages; 0: a third of the hold "
			 "time."},
	{IN_NEIGHBORS, "connect_retry", CONFIG_NUMBER, NEIGHBOR(connect_retry),
	 .min = 1, .max = 3600, .fallback = "30",
	 .text = "Seconds between attempts to connect; the first few are 1, 2, 4 "
			 "and so on apart."},
	{IN_NEIGHBORS, "passive", CONFIG_BOOL, NEIGHBOR(passive), .fallback = "no",
	 .text = "Wait for the neighbour to connect."},
	{IN_NEIGHBORS, "ipv4", CONFIG_BOOL, NEIGHBOR(ipv4),
	 .text = "Exchange IPv4 routes. Default: yes if the tunnel has an IPv4 "
			 "address, or the session runs over IPv4."},
	{IN_NEIGHBORS, "ipv6", CONFIG_BOOL, NEIGHBOR(ipv6),
	 .text = "Exchange IPv6 routes. Default: yes if the tunnel has an IPv6 "
			 "address, or the session runs over IPv6."},
	{IN_NEIGHBORS, "next_hop_self", CONFIG_BOOL, NEIGHBOR(next_hop_self),
	 .fallback = "no",
	 .text = "Be the next hop of what is passed on to an iBGP neighbour."},
	{IN_NEIGHBORS, "multihop", CONFIG_NUMBER, NEIGHBOR(multihop), .min = 0,
	 .max = 255, .fallback = "0",
	 .text = "The TTL of a session to a neighbour that is not on link; 0: it "
			 "is."},
	{IN_NEIGHBORS, "ttl_security", CONFIG_NUMBER, NEIGHBOR(ttl_security),
	 .min = 1, .max = 254, .or_zero = true, .fallback = "0",
	 .text = "Hops to the neighbour at most, 1 if it is on link: packets that "
			 "came farther are dropped (GTSM, RFC 5082), and the neighbour "
			 "has to have the same. 0: off. In the place of 'multihop'."},
	{IN(CONFIG_IN_NEIGHBOR), "next_hop", CONFIG_CHOICE, NEIGHBOR(next_hop),
	 .names = next_hops, .fallback = "device",
	 .text = "Its routes go into the tunnel whatever next hop it says "
			 "('device'), or a next hop has to be reachable, by another of "
			 "its routes or by the kernel's ('strict')."},
	{IN_NEIGHBORS, "enforce_first_as", CONFIG_BOOL, NEIGHBOR(enforce_first_as),
	 .fallback = "yes",
	 .text = "Paths of a neighbour of another AS begin with its number; 'no' "
			 "is for route servers (RFC 7947)."},
	{IN_NEIGHBORS, "reject_as_sets", CONFIG_BOOL, NEIGHBOR(reject_as_sets),
	 .fallback = "yes",
	 .text = "Routes with a set of ASes in their path are treated as withdrawn "
			 "(RFC 9774); 'no' is for a neighbour that makes such aggregates "
			 "still."},
	{IN_NEIGHBORS, "allowas_in", CONFIG_NUMBER, NEIGHBOR(allowas_in), .min = 0,
	 .max = 10, .fallback = "0",
	 .text = "How often our own AS may stand in paths that it announces, for "
			 "sites of one AS on both sides of another."},
	{IN_NEIGHBORS, "as_override", CONFIG_BOOL, NEIGHBOR(as_override),
	 .fallback = "no",
	 .text = "Put our AS in the place of the neighbour's own in paths that it "
			 "is told, which it would refuse otherwise."},
	{IN_NEIGHBORS, "remove_private_as", CONFIG_CHOICE,
	 NEIGHBOR(remove_private_as), .names = private_as, .fallback = "no",
	 .text = "Private AS numbers (RFC 6996) in paths told to a neighbour of "
			 "another AS: take them out, or 'replace' each by ours."},
	{IN_NEIGHBORS, "role", CONFIG_CHOICE, NEIGHBOR(role), .names = roles,
	 .fallback = "none",
	 .text = "What we are to the neighbour (RFC 9234): routes that would leak "
			 "from one provider or peer to another are marked and refused. "
			 "Towards our provider that is 'customer'."},
	{IN_NEIGHBORS, "role_strict", CONFIG_BOOL, NEIGHBOR(role_strict),
	 .fallback = "no", .text = "Refuse a neighbour that says no role."},
	{IN_NEIGHBORS, "graceful_restart", CONFIG_BOOL, NEIGHBOR(graceful_restart),
	 .fallback = "yes",
	 .text = "Keep its routes while it restarts, and have it keep ours (RFC "
			 "4724)."},
	{IN_NEIGHBORS, "graceful_shutdown", CONFIG_BOOL,
	 NEIGHBOR(graceful_shutdown), .fallback = "no",
	 .text = "Under maintenance (RFC 8326): what it is told carries the "
			 "community graceful-shutdown, and what it announces is the last "
			 "choice."},
	{IN_NEIGHBORS, "max_prefix", CONFIG_NUMBER, NEIGHBOR(max_prefix), .min = 0,
	 .max = UINT32_MAX, .fallback = "1000000",
	 .text = "Prefixes of a family that are taken before the session is ended "
			 "(RFC 4486); 0: no limit."},
	{IN_NEIGHBORS, "max_prefix_warn", CONFIG_NUMBER, NEIGHBOR(max_prefix_warn),
	 .min = 0, .max = 100, .fallback = "75",
	 .text = "Percent of max_prefix at which a warning is logged; 0: none."},
	{IN_NEIGHBORS, "max_prefix_action", CONFIG_CHOICE,
	 NEIGHBOR(max_prefix_action), .names = limits, .fallback = "stop",
	 .text = "Going over max_prefix ends the session, or only warns and takes "
			 "the prefixes."},
	{IN_NEIGHBORS, "max_prefix_restart", CONFIG_NUMBER,
	 NEIGHBOR(max_prefix_restart), .min = 0, .max = 65535, .fallback = "0",
	 .text = "Seconds after which a session ended by max_prefix or "
			 "max_memory is tried again; 0: not before a person does."},
	{IN_NEIGHBORS, "max_memory", CONFIG_NUMBER, NEIGHBOR(max_memory), .min = 0,
	 .max = 1048576, .fallback = "0",
	 .text = "MiB that its paths may take before the session is ended; 0: no "
			 "limit."},
	{IN_NEIGHBORS, "max_as_path", CONFIG_NUMBER, NEIGHBOR(max_as_path),
	 .min = 0, .max = 65535, .fallback = "1000",
	 .text = "Hops in the AS path of a route; one with more is treated as "
			 "withdrawn. 0: no limit."},
	{IN_NEIGHBORS, "max_communities", CONFIG_NUMBER, NEIGHBOR(max_communities),
	 .min = 0, .max = 65535, .fallback = "1000",
	 .text = "Communities of a route, of all kinds together; one with more is "
			 "treated as withdrawn. 0: no limit."},
	{IN_NEIGHBORS, "import", CONFIG_WORD, NEIGHBOR(import_policy),
	 .text = "The policy for what it announces. Default: the tunnel's. Beside "
			 "tunnels: all of a neighbour of our AS, nothing of another's "
			 "(RFC 8212)."},
	{IN_NEIGHBORS, "export", CONFIG_WORD, NEIGHBOR(export_policy),
	 .text = "The policy for what it is told. Default: the tunnel's. Beside "
			 "tunnels: everything to a neighbour of our AS, what is ours to "
			 "another's."},
	{IN_NEIGHBORS, "password", CONFIG_SECRET, NEIGHBOR(password), .min = 1,
	 .max = 80,
	 .text = "The key of TCP MD5 signatures (RFC 2385), 80 bytes at most."},
	/* cygnet.redistribute.NAME */
	{IN(CONFIG_IN_REDISTRIBUTE), "from", CONFIG_PROTOCOLS,
	 REDISTRIBUTE(protocols),
	 .text = "Whose routes: 'connected' (the networks of links that are up), "
			 "'static' (written by hand or at boot), or the name or number of "
			 "a routing protocol as in ip-route(8): bird, ospf, zebra, 42. "
			 "Required."},
	{IN(CONFIG_IN_REDISTRIBUTE), "table", CONFIG_TABLE, REDISTRIBUTE(table),
	 .min = 1, .max = UINT32_MAX, .fallback = "main",
	 .text = "The kernel's routing table that they are in."},
	{IN(CONFIG_IN_REDISTRIBUTE), "policy", CONFIG_WORD, REDISTRIBUTE(policy),
	 .text = "The policy that says which of them, and with what attributes. "
			 "Default: all."},
	/* cygnet.aggregates.NAME */
	{IN(CONFIG_IN_AGGREGATE), "prefix", CONFIG_PREFIX,
	 AT(config_aggregate_t, prefix),
	 .text = "The prefix that is announced. Required."},
	{IN(CONFIG_IN_AGGREGATE), "summary_only", CONFIG_BOOL,
	 AT(config_aggregate_t, summary_only), .fallback = "no",
	 .text = "Announce nothing within the prefix beside it."},
	/* cygnet.policies.POLICY.RULE */
	{IN(CONFIG_IN_RULE), "verdict", CONFIG_ONE_OF, AT(config_rule_t, verdict),
	 .names = verdicts, .fallback = "accept",
	 .text = "Accept the route, reject it, or go on with the next rule."},
	{IN_MATCHES, "prefixes", CONFIG_RAW_RANGES,
	 .text = "Prefixes, each exact or with the lengths that match within it: "
			 "10.0.0.0/8 ge 16 le 24."},
	{IN_MATCHES, "family", CONFIG_RAW_FAMILY, .text = "Routes of one family."},
	{IN_MATCHES, "local", CONFIG_RAW_YES,
	 .text = "Only routes of our own: 'advertise', 'redistribute' and "
			 "'aggregates'."},
	{IN_MATCHES, "source", CONFIG_RAW_SOURCES,
	 .text = "Where the route is from: 'advertise', 'aggregate', "
			 "redistributed as 'connected', 'static' or 'other', or a "
			 "'neighbor'. Any of the list."},
	{IN_MATCHES, "neighbor", CONFIG_RAW_NEIGHBORS,
	 .text = "Routes of these neighbours, by name: the tunnel's, TUNNEL/6 for "
			 "its neighbor6, or that in 'neighbors'."},
	{IN_MATCHES, "neighbor_as", CONFIG_RAW_ASNS,
	 .text = "Routes of neighbours in one of these ASes."},
	{IN_MATCHES, "as", CONFIG_RAW_ASNS,
	 .text = "Routes whose path goes through one of the ASes."},
	{IN_MATCHES, "origin_as", CONFIG_RAW_ASNS,
	 .text = "Routes that one of the ASes originated: the last of the path."},
	{IN_MATCHES, "as_path", CONFIG_RAW_AS_PATH,
	 .text = "A POSIX extended expression over the path, which reads as 65531 "
			 "64512 with sets in braces; '_' is a border: the begin, the end, "
			 "a space, a brace. ^65531_ is learned from AS 65531, _64512$ "
			 "originated by 64512, ^$ the empty path. The whole value is one "
			 "expression, of at most 255 characters, or 512 with {n,m} written "
			 "out and each border as seven."},
	{IN_MATCHES, "as_path_length", CONFIG_RAW_INTERVALS,
	 .text = "Hops of the path, a set counting as one."},
	{IN_MATCHES, "med", CONFIG_RAW_INTERVALS,
	 .text = "MULTI_EXIT_DISC, 0 where there is none."},
	{IN_MATCHES, "local_pref", CONFIG_RAW_INTERVALS,
	 .text = "LOCAL_PREF, 100 where there is none."},
	{IN_MATCHES, "community", CONFIG_RAW_PATTERNS,
	 .text = "Routes that carry one of the communities: 65530:120, 65530:*, "
			 "or a well-known name as no-export, no-advertise, no-peer, "
			 "blackhole, graceful-shutdown."},
	{IN_MATCHES, "ext_community", CONFIG_RAW_EXT_PATTERNS,
	 .text = "Routes that carry one of the extended communities: "
			 "rt:65530:120, rt:192.0.2.1:*, soo:65530:1, rt:*, "
			 "bandwidth:65530:*, or 0x and 16 digits."},
	{IN_MATCHES, "large_community", CONFIG_RAW_LARGE_PATTERNS,
	 .text = "Routes that carry one of the large communities: 65530:1:2, "
			 "65530:1:*."},
	{IN_MATCHES, "next_hop", CONFIG_RAW_NETWORKS,
	 .text = "Routes whose next hop is in one of the prefixes."},
	{IN_MATCHES, "origin", CONFIG_RAW_ORIGINS,
	 .text = "Routes of one of the origins."},
	{IN(CONFIG_IN_SET), "local_pref", CONFIG_RAW_NUMBER, .min = 0,
	 .max = UINT32_MAX,
	 .text = "LOCAL_PREF; higher is preferred, 100 is usual."},
	{IN(CONFIG_IN_SET), "med", CONFIG_RAW_NUMBER, .min = 0, .max = UINT32_MAX,
	 .text = "MULTI_EXIT_DISC; lower is preferred."},
	{IN(CONFIG_IN_SET), "weight", CONFIG_RAW_NUMBER, .min = 1, .max = 65535,
	 .text = "The route's share of the flows among equal paths, in the place "
			 "of its tunnel's or neighbour's. It stays here."},
	{IN(CONFIG_IN_SET), "next_hop", CONFIG_RAW_ADDRESS,
	 .text = "The next hop, in the place of ours too."},
	{IN(CONFIG_IN_SET), "origin", CONFIG_RAW_ORIGIN, .text = "The origin."},
	{IN(CONFIG_IN_SET), "prepend", CONFIG_RAW_NUMBER, .min = 1, .max = 10,
	 .text = "Put our AS in front of the path this many times more."},
	{IN(CONFIG_IN_SET), "prepend_as", CONFIG_RAW_ASN,
	 .text = "Prepend this AS in the place of ours; once without 'prepend'."},
	{IN(CONFIG_IN_SET), "replace_community", CONFIG_RAW_COMMUNITIES,
	 .text = "These communities in the place of all that there are."},
	{IN(CONFIG_IN_SET), "delete_community", CONFIG_RAW_PATTERNS,
	 .text = "Take these communities away: no-export, 65530:*, or * for all."},
	{IN(CONFIG_IN_SET), "community", CONFIG_RAW_COMMUNITIES,
	 .text = "Add these communities."},
	{IN(CONFIG_IN_SET), "replace_ext_community", CONFIG_RAW_EXT_COMMUNITIES,
	 .text = "These extended communities in the place of all that there are."},
	{IN(CONFIG_IN_SET), "delete_ext_community", CONFIG_RAW_EXT_PATTERNS,
	 .text = "Take these extended communities away: rt:*, bandwidth:65530:*, "
			 "or * for all."},
	{IN(CONFIG_IN_SET), "ext_community", CONFIG_RAW_EXT_COMMUNITIES,
	 .text = "Add these extended communities. A link bandwidth is in bytes a "
			 "second or with a unit, as bandwidth:65530:100Mbit (kbit, Mbit, "
			 "Gbit)."},
	{IN(CONFIG_IN_SET), "replace_large_community", CONFIG_RAW_LARGE_COMMUNITIES,
	 .text = "These large communities in the place of all that there are."},
	{IN(CONFIG_IN_SET), "delete_large_community", CONFIG_RAW_LARGE_PATTERNS,
	 .text = "Take these large communities away: 65530:1:*, or * for all."},
	{IN(CONFIG_IN_SET), "large_community", CONFIG_RAW_LARGE_COMMUNITIES,
	 .text = "Add these large communities."},
};

const config_section_t *config_schema_sections(size_t *count)
{
	*count = countof(sections);
	return sections;
}

const config_option_t *config_schema_options(size_t *count)
{
	*count = countof(options);
	return options;
}
