/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Rules of others, as a kernel has listed them (rules/record makes the lists of
 * the rulesets there), and packets of which more or less is known. What is not
 * sure must not be told.
 */

#include "unit/firewall/suites.h"

#include "firewall/foreign.h"
#include "unit/firewall/listed.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>

#include "base/text.h"

#define MESSAGE_MAX 65536
#define HITS_MAX    8

/** "inet filter input drops, ip nat post rewrites", in the ruleset's order */
static void hits_of(const fw_foreign_t *f, const fw_packet_t *p, text_t *out)
{
	fw_hit_t hits[HITS_MAX];
	size_t n = fw_foreign_judge(f, p, hits, HITS_MAX);

	for (size_t i = 0; i < n; i++)
	{
		text_printf(out, "%s%s %s %s %s", i ? ", " : "", hits[i].family,
					hits[i].table, hits[i].chain,
					hits[i].rewrites ? "rewrites" : "drops");
	}
}

typedef struct case_t
{
	const char *rules;
	fw_packet_t packet;
	/** addresses as text; NULL: unknown */
	const char *src;
	const char *dst;
	const char *hits;
} case_t;

#define IN      .way = FW_WAY_IN, .family = FAMILY_IPV4, .in = "wan0", .in_index = 2
#define IN6     .way = FW_WAY_IN, .family = FAMILY_IPV6, .in = "wan0", .in_index = 2
#define OUT     .way = FW_WAY_OUT, .family = FAMILY_IPV4, .out = "wan0"
#define THROUGH .way = FW_WAY_THROUGH, .family = FAMILY_IPV4
#define UDP     .protocol = IPPROTO_UDP
#define TCP     .protocol = IPPROTO_TCP
#define DROPS   "inet filter input drops"

static const case_t cases[] = {
	/* a host's own firewall */
	{"stateful", {IN, UDP, .dport = 500}, "203.0.113.1", NULL, ""},
	{"stateful", {IN, UDP, .dport = 500}, "203.0.113.2", NULL, DROPS},
	{"stateful", {IN, UDP, .dport = 500}, NULL, NULL, ""},
	{"stateful", {IN, UDP, .dport = 501}, NULL, NULL, DROPS},
	{"stateful", {IN, UDP, .dport = 4500}, "203.0.113.2", NULL, ""},
	{"stateful", {IN, UDP, .established = true}, "203.0.113.2", NULL, ""},
	{"stateful", {IN, UDP}, "203.0.113.2", NULL, ""},
	{"stateful", {IN}, "203.0.113.2", NULL, ""},
	{"stateful",
	 {.way = FW_WAY_IN, .family = FAMILY_IPV4, UDP, .dport = 501},
	 "203.0.113.2",
	 NULL,
	 ""},
	{"stateful", {IN, .protocol = IPPROTO_ESP}, "203.0.113.255", NULL, ""},
	{"stateful", {IN, .protocol = IPPROTO_ESP}, "203.0.114.0", NULL, DROPS},
	{"stateful", {IN, .protocol = IPPROTO_ESP}, "203.0.112.255", NULL, DROPS},
	{"stateful", {IN, .protocol = IPPROTO_ESP}, "198.51.100.7", NULL, ""},
	{"stateful", {IN, .protocol = IPPROTO_ESP}, "198.51.100.8", NULL, DROPS},
	{"stateful", {IN, .protocol = IPPROTO_ESP}, NULL, NULL, ""},
	{"stateful", {IN6, .protocol = IPPROTO_ESP}, "2001:db8::1", NULL, DROPS},
	{"stateful", {IN, TCP, .dport = 80}, NULL, NULL, ""},
	{"stateful", {IN, TCP, .dport = 179}, NULL, NULL, DROPS},
	{"stateful", {IN6, .protocol = IPPROTO_ICMPV6}, NULL, NULL, ""},
	{"stateful",
	 {OUT, UDP, .dport = 500},
	 NULL,
	 "203.0.113.9",
	 "inet filter output drops"},
	{"stateful", {OUT, UDP, .dport = 500}, NULL, "203.0.113.8", ""},
	{"stateful", {THROUGH, .in = "lan0", .out = "cyg-a"}, NULL, NULL, ""},
	/* zones, and a router's rules beside them */
	{"zones", {THROUGH, .in = "lan0", .out = "cyg-a"}, NULL, NULL, ""},
	{"zones",
	 {THROUGH, .in = "lan0", .out = "cyg-b"},
	 NULL,
	 NULL,
	 "inet firewalld filter_FORWARD drops"},
	{"zones",
	 {THROUGH, .in = "cyg-a", .out = "lan0"},
	 NULL,
	 NULL,
	 "inet firewalld filter_FORWARD drops"},
	{"zones",
	 {THROUGH, .in = "cyg-a", .out = "lan0", .established = true},
	 NULL,
	 NULL,
	 ""},
	{"zones", {THROUGH, .out = "cyg-b"}, NULL, NULL, ""},
	{"zones",
	 {.way = FW_WAY_THROUGH,
	  .family = FAMILY_IPV6,
	  .in = "cyg-a",
	  .out = "lan0"},
	 NULL,
	 "2001:db8::1",
	 "inet firewalld filter_FORWARD drops"},
	/* translation */
	{"nat", {THROUGH, .in = "lan0", .out = "cyg-a"}, "10.1.2.3", NULL, ""},
	{"nat",
	 {THROUGH, .in = "lan0", .out = "cyg-a"},
	 "172.31.255.255",
	 NULL,
	 "ip nat post rewrites"},
	{"nat", {THROUGH, .in = "lan0", .out = "wan0"}, "172.31.255.255", NULL, ""},
	{"nat", {THROUGH, .in = "lan0", .out = "cyg-a"}, "172.32.0.0", NULL, ""},
	{"nat", {THROUGH, .in = "lan0", .out = "cyg-c"}, "192.168.7.9", NULL, ""},
	{"nat",
	 {THROUGH, .in = "lan0", .out = "cyg-c"},
	 "192.168.8.9",
	 NULL,
	 "ip nat post rewrites"},
	{"nat",
	 {THROUGH, .in = "lan0", .out = "cyg-c", .established = true},
	 "192.168.8.9",
	 NULL,
	 ""},
	{"nat",
	 {THROUGH, .out = "cyg-a", UDP, .dport = 4500},
	 "192.0.2.127",
	 NULL,
	 "ip nat post rewrites"},
	{"nat",
	 {THROUGH, .out = "cyg-a", UDP, .dport = 4501},
	 "192.0.2.127",
	 NULL,
	 ""},
	{"nat",
	 {THROUGH, .out = "cyg-a", UDP, .dport = 500},
	 "192.0.2.128",
	 NULL,
	 ""},
	{"nat", {THROUGH, .out = "cyg-a", UDP, .dport = 500}, NULL, NULL, ""},
	{"nat", {THROUGH, .out = "cyg-a", UDP}, "192.0.2.1", NULL, ""},
	{"nat",
	 {THROUGH, .out = "cyg-d"},
	 "192.168.1.9",
	 "10.8.0.1",
	 "ip nat post rewrites"},
	{"nat", {THROUGH, .out = "cyg-d"}, "192.168.1.9", "10.9.0.1", ""},
	{"nat", {THROUGH, .out = "cyg-d"}, "192.168.1.9", NULL, ""},
	{"nat", {THROUGH, .out = "cyg-d"}, "192.168.1.10", "10.8.0.1", ""},
	/* before connections are tracked, their state is not known */
	{"nat", {IN6, UDP, .dport = 3784}, "2001:db8::1", NULL, ""},
	{"nat", {IN6, UDP, .dport = 500}, "2001:db8::1", NULL, "ip6 raw pre drops"},
	{"nat", {IN6, TCP, .dport = 179}, "2001:db8::1", NULL, ""},
	{"nat", {IN6, TCP, .dport = 179}, "2001:db8::2", NULL, "ip6 raw pre drops"},
	/* what is asleep, or ours, does nothing */
	{"nat", {IN, TCP, .dport = 179}, "192.0.2.1", NULL, ""},
	/* iptables */
	{"iptables",
	 {IN, UDP, .sport = 500, .dport = 500},
	 "203.0.113.2",
	 NULL,
	 "ip filter INPUT drops"},
	{"iptables", {IN, UDP, .dport = 500}, "203.0.113.1", NULL, ""},
	{"iptables", {IN, UDP, .dport = 500}, "203.0.113.2", NULL, ""},
	{"iptables", {IN, UDP, .sport = 53}, "203.0.113.2", NULL, ""},
	{"iptables",
	 {IN, UDP, .sport = 500, .dport = 4500},
	 "203.0.113.2",
	 NULL,
	 "ip filter INPUT drops"},
	{"iptables", {IN, UDP, .established = true}, "203.0.113.2", NULL, ""},
	{"iptables", {IN, TCP, .dport = 22}, NULL, NULL, ""},
	{"iptables", {IN, TCP, .dport = 85}, NULL, NULL, ""},
	{"iptables", {IN, TCP, .dport = 91}, NULL, NULL, "ip filter INPUT drops"},
	{"iptables", {IN, TCP, .dport = 3128}, NULL, NULL, "ip filter INPUT drops"},
	{"iptables",
	 {IN, .protocol = IPPROTO_ESP},
	 NULL,
	 NULL,
	 "ip filter INPUT drops"},
	{"iptables",
	 {IN6, .protocol = IPPROTO_ESP},
	 NULL,
	 NULL,
	 "ip6 filter INPUT drops"},
	{"iptables",
	 {THROUGH, .in = "lan0", .out = "cyg-a"},
	 "192.168.0.9",
	 NULL,
	 "ip nat POSTROUTING rewrites"},
	{"iptables",
	 {THROUGH, .in = "lan0", .out = "cyg-a"},
	 "192.168.1.9",
	 NULL,
	 ""},
	{"iptables", {THROUGH, .in = "cyg-a", .out = "lan0"}, NULL, NULL, ""},
	{"iptables",
	 {THROUGH, TCP, .in = "cyg-a", .out = "lan0"},
	 NULL,
	 NULL,
	 "ip filter FORWARD drops"},
	{"iptables",
	 {THROUGH, UDP, .in = "lan0", .out = "docker0"},
	 "192.168.0.9",
	 NULL,
	 "ip filter FORWARD drops"},
};

START_TEST(test_case)
{
	const case_t *c = &cases[_i];
	fw_foreign_t *f = listed(c->rules);
	fw_packet_t p = c->packet;
	text_t got = {0};

	ck_assert(!c->src || addr_parse(c->src, &p.src));
	ck_assert(!c->dst || addr_parse(c->dst, &p.dst));
	hits_of(f, &p, &got);
	ck_assert_str_eq(text_str(&got), c->hits);
	text_deinit(&got);
	fw_foreign_destroy(f);
}
END_TEST

/* what is made here, is a ruleset of one table and few chains */

static char message[MESSAGE_MAX];

static struct nlmsghdr *begin(uint16_t type)
{
	return nftnl_nlmsg_build_hdr(message, type, NFPROTO_IPV4, 0, 0);
}

/** its policy is to drop; "in" is called for what comes in */
static void chain(fw_foreign_t *f, const char *name)
{
	struct nftnl_chain *c = nftnl_chain_alloc();
	struct nlmsghdr *nlh = begin(NFT_MSG_NEWCHAIN);

	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, "t");
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, name);
	if (strcmp(name, "in") == 0)
	{
		nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, "filter");
		nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, NF_INET_LOCAL_IN);
		nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, 0);
		nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_DROP);
	}
	nftnl_chain_nlmsg_build_payload(nlh, c);
	fw_foreign_add(f, nlh);
	nftnl_chain_free(c);
}

static struct nftnl_rule *rule(const char *in_chain)
{
	struct nftnl_rule *r = nftnl_rule_alloc();

	nftnl_rule_set_str(r, NFTNL_RULE_TABLE, "t");
	nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, in_chain);
	return r;
}

static void verdict(struct nftnl_rule *r, int code, const char *to)
{
	struct nftnl_expr *e = nftnl_expr_alloc("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)code);
	if (to)
	{
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, to);
	}
	nftnl_rule_add_expr(r, e);
}

static void add(fw_foreign_t *f, struct nftnl_rule *r)
{
	struct nlmsghdr *nlh = begin(NFT_MSG_NEWRULE);

	nftnl_rule_nlmsg_build_payload(nlh, r);
	fw_foreign_add(f, nlh);
	nftnl_rule_free(r);
}

static void add_verdict(fw_foreign_t *f, const char *in_chain, int code,
						const char *to)
{
	struct nftnl_rule *r = rule(in_chain);

	verdict(r, code, to);
	add(f, r);
}

static size_t dropped(const fw_foreign_t *f)
{
	const fw_packet_t p = {IN, UDP, .dport = 500};
	fw_hit_t hits[HITS_MAX];

	return fw_foreign_judge(f, &p, hits, HITS_MAX);
}

/** chains "a", "b"… each of which goes on to the next; the last one accepts.
 * The packet is dropped for sure if it comes back */
static size_t dropped_over(unsigned depth, int code)
{
	fw_foreign_t *f = fw_foreign_create();
	char name[8], next[8];
	size_t got;

	chain(f, "in");
	add_verdict(f, "in", code, "c0");
	for (unsigned i = 0; i < depth; i++)
	{
		snprintf(name, sizeof(name), "c%u", i);
		snprintf(next, sizeof(next), "c%u", i + 1);
		chain(f, name);
		if (i + 1 < depth)
		{
			add_verdict(f, name, code, next);
		}
	}
	got = dropped(f);
	fw_foreign_destroy(f);
	return got;
}

START_TEST(test_depth)
{
	/* as deep as the kernel lets chains be, and one more */
	ck_assert_uint_eq(dropped_over(16, NFT_JUMP), 1);
	ck_assert_uint_eq(dropped_over(17, NFT_JUMP), 0);
	ck_assert_uint_eq(dropped_over(16, NFT_GOTO), 1);
}
END_TEST

START_TEST(test_endless)
{
	/* the kernel has none: whatever is told, there is an end */
	fw_foreign_t *f = fw_foreign_create();

	chain(f, "in");
	chain(f, "loop");
	add_verdict(f, "in", NFT_JUMP, "loop");
	for (unsigned i = 0; i < 10; i++)
	{
		add_verdict(f, "loop", NFT_JUMP, "loop");
	}
	ck_assert_uint_eq(dropped(f), 0);
	fw_foreign_destroy(f);
}
END_TEST

START_TEST(test_nowhere)
{
	fw_foreign_t *f = fw_foreign_create();

	chain(f, "in");
	ck_assert_uint_eq(dropped(f), 1);
	add_verdict(f, "in", NFT_JUMP, "nowhere");
	ck_assert_uint_eq(dropped(f), 0);
	fw_foreign_destroy(f);
}
END_TEST

/** an expression that nobody knows, before a rule that accepts, or a drop */
START_TEST(test_unknown)
{
	for (int accepts = 0; accepts <= 1; accepts++)
	{
		fw_foreign_t *f = fw_foreign_create();
		struct nftnl_rule *r = rule("in");

		chain(f, "in");
		nftnl_rule_add_expr(r, nftnl_expr_alloc("osf"));
		verdict(r, accepts ? NF_ACCEPT : NF_DROP, NULL);
		add(f, r);
		ck_assert_uint_eq(dropped(f), accepts ? 0 : 1);
		fw_foreign_destroy(f);
	}
}
END_TEST

START_TEST(test_rules_limit)
{
	fw_foreign_t *f = fw_foreign_create();

	chain(f, "other");
	chain(f, "in");
	for (size_t i = 0; i < FW_FOREIGN_RULES_MAX; i++)
	{
		add(f, rule("other"));
	}
	/* all are known, and do not stand in the way of the policy */
	ck_assert_uint_eq(dropped(f), 1);
	/* it might accept, whatever it is */
	add(f, rule("in"));
	ck_assert_uint_eq(dropped(f), 0);
	fw_foreign_destroy(f);
}
END_TEST

/** a set of UDP ports, port 1 and so on */
static void set(fw_foreign_t *f, uint32_t key_len, size_t count)
{
	struct nftnl_set *s = nftnl_set_alloc();

	nftnl_set_set_str(s, NFTNL_SET_TABLE, "t");
	nftnl_set_set_str(s, NFTNL_SET_NAME, "ports");
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, NFPROTO_IPV4);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, 0);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, key_len);
	nftnl_set_nlmsg_build_payload(begin(NFT_MSG_NEWSET), s);
	fw_foreign_add(f, (const void *)message);
	nftnl_set_free(s);
	/* one a message: libnftnl numbers more of them, as the kernel does not */
	for (size_t i = 1; i <= count; i++)
	{
		struct nftnl_set_elem *e = nftnl_set_elem_alloc();
		uint32_t port = htonl((uint32_t)i << 16);

		s = nftnl_set_alloc();
		nftnl_set_set_str(s, NFTNL_SET_TABLE, "t");
		nftnl_set_set_str(s, NFTNL_SET_NAME, "ports");
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, &port, 2);
		nftnl_set_elem_add(s, e);
		nftnl_set_elems_nlmsg_build_payload(begin(NFT_MSG_NEWSETELEM), s);
		fw_foreign_add(f, (const void *)message);
		nftnl_set_free(s);
	}
}

/** UDP ports of the set are accepted */
static void accept_ports(fw_foreign_t *f)
{
	struct nftnl_rule *r = rule("in");
	struct nftnl_expr *load = nftnl_expr_alloc("payload");
	struct nftnl_expr *lookup = nftnl_expr_alloc("lookup");

	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_BASE,
					   NFT_PAYLOAD_TRANSPORT_HEADER);
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_OFFSET, 2);
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_LEN, 2);
	nftnl_rule_add_expr(r, load);
	nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(lookup, NFTNL_EXPR_LOOKUP_SET, "ports");
	nftnl_rule_add_expr(r, lookup);
	verdict(r, NF_ACCEPT, NULL);
	add(f, r);
}

static size_t dropped_with(uint32_t key_len, size_t elements)
{
	fw_foreign_t *f = fw_foreign_create();
	size_t got;

	chain(f, "in");
	set(f, key_len, elements);
	accept_ports(f);
	got = dropped(f);
	fw_foreign_destroy(f);
	return got;
}

START_TEST(test_elements_limit)
{
	ck_assert_uint_eq(dropped_with(2, 499), 1);
	ck_assert_uint_eq(dropped_with(2, 500), 0);
}
END_TEST

START_TEST(test_elements_over)
{
	fw_foreign_t *f = fw_foreign_create();

	chain(f, "in");
	/* the same few ports again and again, as many as are kept */
	set(f, 2, 499);
	for (size_t i = 499; i < FW_FOREIGN_ELEMENTS_MAX; i += 64)
	{
		set(f, 2,
			FW_FOREIGN_ELEMENTS_MAX - i < 64 ? FW_FOREIGN_ELEMENTS_MAX - i
											 : 64);
	}
	accept_ports(f);
	ck_assert_uint_eq(dropped(f), 1);
	/* one more may be any */
	set(f, 2, 1);
	ck_assert_uint_eq(dropped(f), 0);
	fw_foreign_destroy(f);
}
END_TEST

START_TEST(test_key_limit)
{
	/* the kernel's own limit; of more, nothing is known */
	ck_assert_uint_eq(dropped_with(64, 0), 1);
	ck_assert_uint_eq(dropped_with(65, 0), 0);
}
END_TEST

START_TEST(test_chains_limit)
{
	fw_foreign_t *f = fw_foreign_create();

	for (size_t i = 1; i < FW_FOREIGN_CHAINS_MAX; i++)
	{
		chain(f, "other");
	}
	chain(f, "in");
	ck_assert_uint_eq(dropped(f), 1);
	chain(f, "more");
	add_verdict(f, "in", NFT_JUMP, "more");
	/* an empty one would lead back to the policy */
	ck_assert_uint_eq(dropped(f), 0);
	fw_foreign_destroy(f);
}
END_TEST

START_TEST(test_hits_limit)
{
	fw_foreign_t *f = fw_foreign_create();

	for (unsigned i = 0; i <= HITS_MAX; i++)
	{
		chain(f, "in");
	}
	ck_assert_uint_eq(dropped(f), HITS_MAX);
	fw_foreign_destroy(f);
}
END_TEST

START_TEST(test_not_ours)
{
	fw_foreign_t *f = fw_foreign_create();
	struct nlmsghdr *nlh = begin(NFT_MSG_NEWCHAIN);

	/* shorter than its header, of another subsystem, and nothing in it */
	nlh->nlmsg_len = sizeof(*nlh);
	fw_foreign_add(f, nlh);
	nlh = begin(NFT_MSG_NEWCHAIN);
	nlh->nlmsg_type = 0;
	fw_foreign_add(f, nlh);
	fw_foreign_add(f, begin(NFT_MSG_NEWCHAIN));
	fw_foreign_add(f, begin(NFT_MSG_NEWRULE));
	fw_foreign_add(f, begin(NFT_MSG_NEWSET));
	fw_foreign_add(f, begin(NFT_MSG_NEWSETELEM));
	fw_foreign_add(f, begin(NFT_MSG_NEWTABLE));
	ck_assert_uint_eq(dropped(f), 0);
	fw_foreign_destroy(f);
	fw_foreign_destroy(NULL);
}
END_TEST

Suite *foreign_suite(void)
{
	Suite *s = suite_create("foreign");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, test_case, 0, countof(cases));
	tcase_add_test(tc, test_depth);
	tcase_add_test(tc, test_endless);
	tcase_add_test(tc, test_nowhere);
	tcase_add_test(tc, test_unknown);
	tcase_add_test(tc, test_rules_limit);
	tcase_add_test(tc, test_elements_limit);
	tcase_add_test(tc, test_elements_over);
	tcase_add_test(tc, test_key_limit);
	tcase_add_test(tc, test_chains_limit);
	tcase_add_test(tc, test_hits_limit);
	tcase_add_test(tc, test_not_ours);
	suite_add_tcase(s, tc);
	return s;
}
