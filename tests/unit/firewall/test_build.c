/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The batch as messages: what is in it, in which order, each well-formed as
 * libmnl sees it. What the kernel makes of it is tests/lab/firewall's.
 */

#include "unit/firewall/suites.h"

#include "firewall/build.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <libnftnl/rule.h>

/** letters for the messages, in order: ( begin, T new table, t del table,
 * O counter, S set, E elements, C chain, R rule, ) end */
static char letter(uint16_t type)
{
	switch (type)
	{
		case NFNL_MSG_BATCH_BEGIN:
			return '(';
		case NFNL_MSG_BATCH_END:
			return ')';
		case NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE:
			return 'T';
		case NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE:
			return 't';
		case NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWOBJ:
			return 'O';
		case NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSET:
			return 'S';
		case NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM:
			return 'E';
		case NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN:
			return 'C';
		case NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE:
			return 'R';
		default:
			return '?';
	}
}

static void letters(const fw_batch_t *batch, char *out, size_t size)
{
	const struct nlmsghdr *nlh = (const void *)batch->data;
	int left = (int)batch->len;
	uint32_t seq = nlh->nlmsg_seq;
	size_t n = 0;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
	{
		ck_assert_uint_eq(nlh->nlmsg_seq, seq++);
		ck_assert_uint_lt(n + 1, size);
		out[n++] = letter(nlh->nlmsg_type);
	}
	ck_assert_int_eq(left, 0);
	out[n] = '\0';
}

START_TEST(test_empty)
{
	fw_batch_t batch = {0};
	fw_model_t model;
	char got[64];

	fw_model_init(&model);
	fw_build(&batch, &model, NULL, 0);
	letters(&batch, got, sizeof(got));
	ck_assert_str_eq(got, "(TtTCCCC)");
	ck_assert_uint_eq(batch.rules, 0);
	fw_batch_deinit(&batch);
}
END_TEST

START_TEST(test_remove)
{
	fw_batch_t batch = {0};
	char got[64];

	fw_build_remove(&batch);
	letters(&batch, got, sizeof(got));
	ck_assert_str_eq(got, "(Tt)");
	fw_batch_deinit(&batch);
}
END_TEST

START_TEST(test_full)
{
	fw_batch_t batch = {0};
	fw_model_t model;
	fw_guard_t *guard;
	char got[64];
	prefix_t p;

	fw_model_init(&model);
	fw_model_add_clamp(&model, "cyg-a");
	guard = fw_model_add_guard(&model, "a");
	prefix_parse("10.0.0.0/8", &p);
	fw_prefixes_add(&guard->protect, &p);
	fw_build(&batch, &model, NULL, 0);
	letters(&batch, got, sizeof(got));
	/* five sets, with elements in protect4 and links (the loopback) */
	ck_assert_str_eq(got, "(TtTOSESSSSECCCCRRRRRRRR)");
	ck_assert_uint_eq(batch.rules, 8);
	fw_model_deinit(&model);
	fw_batch_deinit(&batch);
}
END_TEST

START_TEST(test_many_elements)
{
	/* more than one message of elements, and more than one growth */
	fw_batch_t batch = {0};
	fw_model_t model;
	fw_guard_t *guard;
	char got[256];

	fw_model_init(&model);
	guard = fw_model_add_guard(&model, "a");
	for (uint32_t i = 0; i < 5000; i++)
	{
		addr_t a = addr_v4(0x0a000000 + 2 * i);
		prefix_t p = prefix_make(&a, 32);

		fw_prefixes_add(&guard->protect, &p);
	}
	fw_build(&batch, &model, NULL, 0);
	letters(&batch, got, sizeof(got));
	/* 5,000 intervals, 256 a message */
	ck_assert_str_eq(got, "(TtTOSEEEEEEEEEEEEEEEEEEEESSSSECCCCRRRR)");
	fw_model_deinit(&model);
	fw_batch_deinit(&batch);
}
END_TEST

START_TEST(test_counters_carried)
{
	static const fw_counter_t old[] = {{"guard-b", 1, 2},
									   {"guard-a", 0x1122334455667788, 9}};
	uint8_t want[8] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88};
	fw_batch_t batch = {0};
	fw_model_t model;

	fw_model_init(&model);
	fw_model_add_guard(&model, "a");
	fw_build(&batch, &model, old, countof(old));
	ck_assert_ptr_nonnull(memmem(batch.data, batch.len, want, sizeof(want)));
	fw_model_deinit(&model);
	fw_batch_deinit(&batch);
}
END_TEST

/** does the text stand in the batch, with its NUL? */
static bool holds(const fw_batch_t *batch, const char *text)
{
	return memmem(batch->data, batch->len, text, strlen(text) + 1);
}

static void fill_ports(fw_model_t *model)
{
	addr_t four = addr_v4(0x0a000001), six;

	addr_parse("fe80::1", &six);
	fw_links_add(&model->ports.links, "cyg-a");
	fw_peers_add(&model->ports.peers, "cyg-a", &four);
	fw_peers_add(&model->ports.peers, "cyg-a", &six);
}

START_TEST(test_ports)
{
	/* the key of a peer: the link's name, the address behind it */
	static const uint8_t key[20] = "cyg-a\0\0\0\0\0\0\0\0\0\0\0\x0a\0\0\1";
	fw_batch_t batch = {0};
	fw_model_t model;
	char got[64];

	fw_model_init(&model);
	fill_ports(&model);
	model.ports.strict = _i;
	fw_build(&batch, &model, NULL, 0);
	letters(&batch, got, sizeof(got));
	/* the links, and peers and others of both families; four rules, and as
	 * many for all other links */
	ck_assert_str_eq(got, _i ? "(TtTCCCCOSESESSESCRRRRRRRR)"
							 : "(TtTCCCCOSESESSESCRRRR)");
	ck_assert_uint_eq(batch.rules, _i ? 8 : 4);
	ck_assert_ptr_nonnull(memmem(batch.data, batch.len, key, sizeof(key)));
	ck_assert(holds(&batch, "port-guard"));
	fw_model_deinit(&model);
	fw_batch_deinit(&batch);
}
END_TEST

START_TEST(test_many_peers)
{
	fw_batch_t batch = {0};
	fw_model_t model;
	char got[64];

	fw_model_init(&model);
	fw_links_add(&model.ports.links, "cyg-a");
	for (uint32_t i = 0; i < 257; i++)
	{
		addr_t a = addr_v4(0x0a000000 + i);

		fw_peers_add(&model.ports.peers, "cyg-a", &a);
	}
	fw_build(&batch, &model, NULL, 0);
	letters(&batch, got, sizeof(got));
	ck_assert_str_eq(got, "(TtTCCCCOSESEESSSCRRRR)");
	fw_model_deinit(&model);
	fw_batch_deinit(&batch);
}
END_TEST

START_TEST(test_ike)
{
	static const fw_counter_t old[] = {{"ike-init", 0x0102030405060708, 9}};
	static const uint8_t want[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	fw_batch_t batch = {0};
	fw_model_t model;
	char got[64];

	fw_model_init(&model);
	model.ike.rate = 10;
	fw_build(&batch, &model, old, countof(old));
	letters(&batch, got, sizeof(got));
	ck_assert_str_eq(got, "(TtTCCCCOSSCRCRRRR)");
	ck_assert_uint_eq(batch.rules, 5);
	ck_assert_ptr_nonnull(memmem(batch.data, batch.len, want, sizeof(want)));
	fw_model_deinit(&model);
	fw_batch_deinit(&batch);
}
END_TEST

/** the rules of the transaction with their expressions, as libnftnl tells them
 */
static void expressions(const fw_batch_t *batch, FILE *out)
{
	const struct nlmsghdr *nlh = (const void *)batch->data;
	int left = (int)batch->len;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
	{
		struct nftnl_rule *r;
		char text[4096];

		if (letter(nlh->nlmsg_type) != 'R')
		{
			continue;
		}
		r = nftnl_rule_alloc();
		ck_assert_int_eq(nftnl_rule_nlmsg_parse(nlh, r), 0);
		nftnl_rule_snprintf(text, sizeof(text), r, NFTNL_OUTPUT_DEFAULT, 0);
		fprintf(out, "%s\n", text);
		nftnl_rule_free(r);
	}
}

/** it is what tests/golden/firewall/NAME has; CYGNET_GOLDEN=write writes that */
static void check_golden(const fw_batch_t *batch, const char *name)
{
	static char want[65536];
	const char *mode = getenv("CYGNET_GOLDEN");
	char path[512];
	char *got;
	size_t size;
	FILE *f = open_memstream(&got, &size);

	ck_assert_ptr_nonnull(f);
	expressions(batch, f);
	fclose(f);
	snprintf(path, sizeof(path), CYGNET_SRCDIR "/tests/golden/firewall/%s",
			 name);
	if (mode && strcmp(mode, "write") == 0)
	{
		f = fopen(path, "we");
		ck_assert_ptr_nonnull(f);
		fputs(got, f);
		fclose(f);
	}
	f = fopen(path, "re");
	ck_assert_msg(f != NULL, "cannot read %s", path);
	want[fread(want, 1, sizeof(want) - 1, f)] = '\0';
	fclose(f);
	ck_assert_str_eq(got, want);
	free(got);
}

/** with room that is zeroed: libnftnl writes the names of counters without their
 * NUL and reads on: none here has a length that is a multiple of four */
static fw_batch_t zeroed(void)
{
	fw_batch_t batch = {.room = 1 << 20};

	batch.data = calloc(1, batch.room);
	ck_assert_ptr_nonnull(batch.data);
	return batch;
}

START_TEST(test_netmap)
{
	fw_batch_t batch = zeroed();
	prefix_t inside, mapped;
	fw_netmap_t *netmap;
	fw_model_t model;
	char got[64];

	fw_model_init(&model);
	netmap = fw_model_add_netmap(&model, "far1");
	fw_links_add(&netmap->links, "cyg-a");
	fw_links_add(&netmap->links, "cyg-b");
	prefix_parse("10.0.0.0/24", &inside);
	prefix_parse("10.200.0.0/24", &mapped);
	fw_netmap_add(netmap, &inside, &mapped);
	prefix_parse("fd00:1::/50", &inside);
	prefix_parse("fd00:2::/50", &mapped);
	fw_netmap_add(netmap, &inside, &mapped);
	fw_build(&batch, &model, NULL, 0);
	letters(&batch, got, sizeof(got));
	ck_assert_str_eq(got, "(TtTCCCCCCCCOOSERRRRRRRR)");
	check_golden(&batch, "netmap.txt");
	ck_assert(holds(&batch, "netmap-far1"));
	ck_assert(holds(&batch, "unmapped-far1"));
	ck_assert(holds(&batch, "nat"));
	fw_model_deinit(&model);
	fw_batch_deinit(&batch);
}
END_TEST

static void fill_allow(fw_model_t *model)
{
	fw_allow_t *allow = fw_model_add_allow(model, "a", "cyg-a", true);
	fw_pass_t pass = {.protocol = IPPROTO_TCP, .port_first = 443};
	addr_t addr = addr_v4(0xa9fe0a01);

	pass.port_last = 443;
	prefix_parse("10.1.0.0/16", &pass.to);
	fw_allow_add(allow, &pass);
	pass = (fw_pass_t){.protocol = IPPROTO_ICMP};
	fw_allow_add(allow, &pass);
	prefix_parse("fd00::/16", &pass.from);
	fw_allow_add(allow, &pass);
	fw_model_add_allow(model, "a", "cyg-a", false);
	fw_peers_add(&model->speakers, "cyg-a", &addr);
	fw_peers_add(&model->own, "cyg-a", &addr);
}

START_TEST(test_allow)
{
	fw_batch_t batch = zeroed();
	fw_model_t model;
	char got[64];

	fw_model_init(&model);
	fill_allow(&model);
	fw_build(&batch, &model, NULL, 0);
	letters(&batch, got, sizeof(got));
	/* a list in, one out; forward: four that always may, two jumps; input:
	 * the same but for the list out, and what is spoken with us */
	ck_assert_str_eq(got, "(TtTCCCCOCRRRRROCRCRRRRRRCRRRRSESESSRRRRRRRRR)");
	check_golden(&batch, "allow.txt");
	fw_model_deinit(&model);
	fw_batch_deinit(&batch);
}
END_TEST

Suite *build_suite(void)
{
	Suite *s = suite_create("build");

	unit_add(s, "empty", test_empty);
	unit_add(s, "remove", test_remove);
	unit_add(s, "full", test_full);
	unit_add(s, "many elements", test_many_elements);
	unit_add(s, "counters carried", test_counters_carried);
	unit_add_loop(s, "ports", test_ports, 2);
	unit_add(s, "many peers", test_many_peers);
	unit_add(s, "IKE", test_ike);
	unit_add(s, "netmap", test_netmap);
	unit_add(s, "allow lists", test_allow);
	return s;
}
