/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What rules of others do to tunnels, and the commands that mend it, in words. The
 * rules are those that the tests of src/firewall have recorded.
 */

#include "unit/cli/suites.h"

#include "cli/foreign.h"
#include "unit/firewall/listed.h"

#include <string.h>

static foreign_link_t link_of(const char *name)
{
	foreign_link_t link = {.index = 9};

	strcpy(link.name, name);
	return link;
}

static foreign_way_t way(const char *link, const char *local,
						 const char *remote)
{
	foreign_way_t w = {.link = link_of(link)};

	addr_parse(local, &w.local);
	addr_parse(remote, &w.remote);
	return w;
}

static foreign_network_t network(const char *prefix)
{
	foreign_network_t n = {.link = link_of("lan0")};

	prefix_parse(prefix, &n.prefix);
	return n;
}

/** by IPsec, with BFD */
static foreign_tunnel_t tunnel(const char *name, const char *link,
							   const char *peer)
{
	foreign_tunnel_t t = {
		.name = name, .link = link_of(link), .n_peers = 1, .n_sessions = 1};

	t.peers[0] = way("wan0", "198.51.100.2", peer);
	t.sessions[0] = way(link, "169.254.10.2", "169.254.10.1");
	t.bfd = t.sessions[0];
	return t;
}

/** "what\n  command\n" of each finding */
static void words_of(const char *rules, const foreign_tunnel_t *tunnels,
					 size_t n, const foreign_network_t *networks,
					 size_t n_networks, text_t *out)
{
	fw_foreign_t *f = listed(rules);
	foreign_findings_t findings = {.list = NULL};

	for (size_t i = 0; i < n; i++)
	{
		foreign_find(f, &tunnels[i], networks, n_networks, &findings);
	}
	for (size_t i = 0; i < findings.count; i++)
	{
		foreign_what(&findings.list[i], out);
		text_printf(out, " [%s]\n  ", text_str(&findings.list[i].tunnels));
		foreign_remedy(&findings.list[i], out);
		text_char(out, '\n');
	}
	foreign_findings_deinit(&findings);
	fw_foreign_destroy(f);
}

START_TEST(test_stateful)
{
	foreign_tunnel_t tunnels[] = {
		tunnel("a", "cyg-a", "203.0.113.1"),
		tunnel("b", "cyg-b", "203.0.114.9"),
		tunnel("c", "cyg-c", "203.0.113.9"),
	};
	text_t got = {0};

	words_of("stateful", tunnels, 3, NULL, 0, &got);
	ck_assert_str_eq(
		text_str(&got),
		"chain input of table inet filter drops BGP that comes in by cyg-a, "
		"cyg-b, cyg-c [a, b, c]\n"
		"  nft insert rule inet filter input iifname { cyg-a, cyg-b, cyg-c } "
		"tcp dport 179 accept\n"
		"chain input of table inet filter drops BFD that comes in by cyg-a, "
		"cyg-b, cyg-c [a, b, c]\n"
		"  nft insert rule inet filter input iifname { cyg-a, cyg-b, cyg-c } "
		"udp dport 3784 accept\n"
		"chain input of table inet filter drops IKE from 203.0.114.9, "
		"203.0.113.9 [b, c]\n"
		"  nft insert rule inet filter input ip saddr { 203.0.114.9, "
		"203.0.113.9 } udp dport { 500, 4500 } accept\n"
		"chain input of table inet filter drops ESP (where no NAT is between) "
		"from 203.0.114.9 [b]\n"
		"  nft insert rule inet filter input ip saddr 203.0.114.9 meta l4proto "
		"esp accept\n"
		"chain output of table inet filter drops IKE to 203.0.113.9 [c]\n"
		"  nft insert rule inet filter output ip daddr 203.0.113.9 udp dport { "
		"500, 4500 } accept\n");
	text_deinit(&got);
}
END_TEST

START_TEST(test_iptables)
{
	foreign_tunnel_t tunnels[] = {
		tunnel("a", "cyg-a", "203.0.113.2"),
		tunnel("b", "cyg-b", "203.0.113.3"),
		{.name = "six", .n_peers = 1},
	};
	foreign_network_t networks[] = {network("192.168.0.0/24"),
									network("192.168.1.0/24")};
	text_t got = {0};

	tunnels[2].peers[0] = way("wan0", "2001:db8::1", "2001:db8::2");
	words_of("iptables", tunnels, 2, networks, 2, &got);
	ck_assert_str_eq(
		text_str(&got),
		"chain INPUT of table ip filter drops IKE from 203.0.113.2, "
		"203.0.113.3 [a, b]\n"
		"  iptables -I INPUT -s 203.0.113.2,203.0.113.3 -p udp -m multiport "
		"--dports 500,4500 -j ACCEPT\n"
		"chain INPUT of table ip filter drops ESP (where no NAT is between) "
		"from 203.0.113.2, 203.0.113.3 [a, b]\n"
		"  iptables -I INPUT -s 203.0.113.2,203.0.113.3 -p esp -j ACCEPT\n"
		"chain INPUT of table ip filter drops BGP that comes in by cyg-a, "
		"cyg-b [a, b]\n"
		"  iptables -I INPUT -i cyg-a -p tcp --dport 179 -j ACCEPT; iptables "
		"-I INPUT -i cyg-b -p tcp --dport 179 -j ACCEPT\n"
		"chain INPUT of table ip filter drops BFD that comes in by cyg-a, "
		"cyg-b [a, b]\n"
		"  iptables -I INPUT -i cyg-a -p udp --dport 3784 -j ACCEPT; iptables "
		"-I INPUT -i cyg-b -p udp --dport 3784 -j ACCEPT\n"
		"chain POSTROUTING of table ip nat rewrites the source of what is "
		"forwarded into cyg-a, cyg-b [a, b]\n"
		"  iptables -t nat -I POSTROUTING -o cyg-a -j ACCEPT; iptables -t nat "
		"-I POSTROUTING -o cyg-b -j ACCEPT\n"
		"chain FORWARD of table ip filter drops answers that are forwarded "
		"from cyg-a, cyg-b [a, b]\n"
		"  iptables -I FORWARD -i cyg-a -j ACCEPT; iptables -I FORWARD -i "
		"cyg-b -j ACCEPT\n");
	text_clear(&got);
	words_of("iptables", &tunnels[2], 1, NULL, 0, &got);
	ck_assert_str_eq(
		text_str(&got),
		"chain INPUT of table ip6 filter drops ESP (where no NAT is between) "
		"from 2001:db8::2 [six]\n"
		"  ip6tables -I INPUT -s 2001:db8::2 -p esp -j ACCEPT\n");
	text_deinit(&got);
}
END_TEST

START_TEST(test_forwarded)
{
	foreign_tunnel_t tunnels[] = {
		{.name = "a", .link = link_of("cyg-a")},
		{.name = "b", .link = link_of("cyg-b")},
		{.name = "c", .link = link_of("cyg-c")},
	};
	foreign_network_t networks[] = {network("192.168.8.0/24"),
									network("fd00::/64")};
	text_t got = {0};

	/* the router's table has a mark that is not known */
	words_of("zones", tunnels, 2, networks, 2, &got);
	ck_assert_str_eq(
		text_str(&got),
		"chain filter_FORWARD of table inet firewalld drops what is forwarded "
		"into cyg-b [b]\n"
		"  nft insert rule inet firewalld filter_FORWARD oifname cyg-b "
		"accept\n");
	text_clear(&got);
	words_of("nat", tunnels, 3, networks, 1, &got);
	ck_assert_str_eq(
		text_str(&got),
		"chain post of table ip nat rewrites the source of what is forwarded "
		"into cyg-c [c]\n"
		"  nft insert rule ip nat post oifname cyg-c accept\n");
	text_deinit(&got);
}
END_TEST

START_TEST(test_nothing)
{
	foreign_tunnel_t t = tunnel("a", "cyg-a", "203.0.113.1");
	fw_foreign_t *f = fw_foreign_create();
	foreign_findings_t findings = {.list = NULL};

	foreign_find(f, &t, NULL, 0, &findings);
	ck_assert_uint_eq(findings.count, 0);
	foreign_findings_deinit(&findings);
	fw_foreign_destroy(f);
}
END_TEST

/** names in the kernel may be anything: what is printed may go to a terminal */
START_TEST(test_names)
{
	foreign_finding_t f = {
		.kind = FOREIGN_BGP_IN,
		.hit = {.family = "inet", .table = "a\033[2J b", .chain = "c\n"}};
	text_t got = {0};

	foreign_what(&f, &got);
	text_char(&got, '|');
	foreign_remedy(&f, &got);
	ck_assert_str_eq(text_str(&got),
					 "chain c? of table inet a?[2J?b drops BGP that comes in "
					 "by any peer|nft insert rule inet a?[2J?b c? tcp dport "
					 "179 accept");
	text_deinit(&got);
}
END_TEST

Suite *foreign_suite(void)
{
	Suite *s = suite_create("foreign");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, test_stateful);
	tcase_add_test(tc, test_iptables);
	tcase_add_test(tc, test_forwarded);
	tcase_add_test(tc, test_nothing);
	tcase_add_test(tc, test_names);
	suite_add_tcase(s, tc);
	return s;
}
