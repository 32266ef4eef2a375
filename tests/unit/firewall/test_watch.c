/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Notifications of nftables: whose table, whose doing, in which order; and
 * each cut and each wrong length.
 */

#include "unit/firewall/suites.h"

#include "firewall/watch.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

#define OWN   77
#define OTHER 4711

typedef struct told_t
{
	unsigned count;
	fw_change_t last;
} told_t;

static void tell(void *user, const fw_change_t *change)
{
	told_t *told = user;

	told->count++;
	told->last = *change;
}

typedef struct message_t
{
	uint32_t data[256];
	size_t len;
} message_t;

static struct nlmsghdr *begin(message_t *m, uint8_t type, uint8_t family,
							  uint32_t port)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header((char *)m->data + m->len);
	struct nfgenmsg *header;

	nlh->nlmsg_type = (uint16_t)((NFNL_SUBSYS_NFTABLES << 8) | type);
	nlh->nlmsg_pid = port;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->nfgen_family = family;
	return nlh;
}

static void end(message_t *m, const struct nlmsghdr *nlh)
{
	m->len += (nlh->nlmsg_len + 3u) & ~3u;
}

static void add_object(message_t *m, uint8_t type, uint8_t family,
					   const char *table, uint32_t port)
{
	struct nlmsghdr *nlh = begin(m, type, family, port);

	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, table);
	mnl_attr_put_u32(nlh, NFTA_TABLE_USE, 1);
	end(m, nlh);
}

static void add_end(message_t *m, uint32_t port, uint32_t pid, const char *name)
{
	struct nlmsghdr *nlh = begin(m, NFT_MSG_NEWGEN, NFPROTO_UNSPEC, port);

	mnl_attr_put_u32(nlh, NFTA_GEN_ID, htonl(9));
	mnl_attr_put_u32(nlh, NFTA_GEN_PROC_PID, htonl(pid));
	mnl_attr_put_strz(nlh, NFTA_GEN_PROC_NAME, name);
	end(m, nlh);
}

static told_t told_of(const message_t *m)
{
	fw_watch_t watch = {.own = OWN};
	told_t told = {0};

	fw_watch_read(&watch, m->data, m->len, tell, &told);
	return told;
}

START_TEST(test_deleted)
{
	message_t m = {0};
	told_t told;

	add_object(&m, NFT_MSG_DELRULE, NFPROTO_INET, "cygnet", OTHER);
	add_object(&m, NFT_MSG_DELTABLE, NFPROTO_INET, "cygnet", OTHER);
	ck_assert_uint_eq(told_of(&m).count, 0);
	add_end(&m, OTHER, 4711, "nft");
	told = told_of(&m);
	ck_assert_uint_eq(told.count, 1);
	ck_assert(told.last.deleted && !told.last.lost);
	ck_assert_uint_eq(told.last.pid, 4711);
	ck_assert_str_eq(told.last.process, "nft");
}
END_TEST

START_TEST(test_touched)
{
	static const uint8_t types[] = {
		NFT_MSG_NEWTABLE,    NFT_MSG_NEWCHAIN,   NFT_MSG_DELCHAIN,
		NFT_MSG_NEWRULE,     NFT_MSG_DELRULE,    NFT_MSG_NEWSET,
		NFT_MSG_DELSET,      NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM,
		NFT_MSG_NEWOBJ,      NFT_MSG_DELOBJ,     NFT_MSG_NEWFLOWTABLE,
		NFT_MSG_DELFLOWTABLE};

	for (size_t i = 0; i < countof(types); i++)
	{
		message_t m = {0};
		told_t told;

		add_object(&m, types[i], NFPROTO_INET, "cygnet", OTHER);
		add_end(&m, OTHER, 1, "x");
		told = told_of(&m);
		ck_assert_uint_eq(told.count, 1);
		ck_assert(!told.last.deleted);
	}
}
END_TEST

START_TEST(test_not_ours)
{
	message_t m = {0};

	add_object(&m, NFT_MSG_DELTABLE, NFPROTO_INET, "cygne", OTHER);
	add_object(&m, NFT_MSG_DELTABLE, NFPROTO_INET, "cygnets", OTHER);
	add_object(&m, NFT_MSG_DELTABLE, NFPROTO_INET, "", OTHER);
	add_object(&m, NFT_MSG_DELTABLE, NFPROTO_IPV4, "cygnet", OTHER);
	/* a traced packet in our table */
	add_object(&m, NFT_MSG_TRACE, NFPROTO_INET, "cygnet", 0);
	add_end(&m, OTHER, 1, "nft");
	ck_assert_uint_eq(told_of(&m).count, 0);
}
END_TEST

START_TEST(test_own)
{
	message_t m = {0};

	add_object(&m, NFT_MSG_DELTABLE, NFPROTO_INET, "cygnet", OWN);
	add_end(&m, OWN, 1, "charon-systemd");
	ck_assert_uint_eq(told_of(&m).count, 0);
	/* the next one is another's, and does not touch ours */
	add_end(&m, OTHER, 2, "nft");
	ck_assert_uint_eq(told_of(&m).count, 0);
}
END_TEST

START_TEST(test_several)
{
	message_t m = {0};
	told_t told;

	add_object(&m, NFT_MSG_DELTABLE, NFPROTO_INET, "cygnet", OTHER);
	add_end(&m, OTHER, 1, "nft");
	add_object(&m, NFT_MSG_NEWRULE, NFPROTO_INET, "cygnet", OTHER + 1);
	add_end(&m, OTHER + 1, 2, "firewalld");
	add_end(&m, OTHER + 2, 3, "idle");
	told = told_of(&m);
	ck_assert_uint_eq(told.count, 2);
	ck_assert(!told.last.deleted);
	ck_assert_str_eq(told.last.process, "firewalld");
}
END_TEST

START_TEST(test_lost)
{
	fw_watch_t watch = {.own = OWN};
	message_t half = {0}, rest = {0};
	told_t told = {0};

	add_object(&half, NFT_MSG_DELTABLE, NFPROTO_INET, "cygnet", OTHER);
	fw_watch_read(&watch, half.data, half.len, tell, &told);
	fw_watch_lost(&watch, tell, &told);
	ck_assert_uint_eq(told.count, 1);
	ck_assert(told.last.lost && !told.last.deleted);
	/* what was told by half is in the loss */
	add_end(&rest, OTHER, 1, "nft");
	fw_watch_read(&watch, rest.data, rest.len, tell, &told);
	ck_assert_uint_eq(told.count, 1);
}
END_TEST

START_TEST(test_names)
{
	message_t m = {0}, bare = {0};
	struct nlmsghdr *nlh;
	told_t told;

	add_object(&m, NFT_MSG_NEWRULE, NFPROTO_INET, "cygnet", OTHER);
	add_end(&m, OTHER, 1, "a\nb \x7f\xff and much longer than that");
	told = told_of(&m);
	ck_assert_str_eq(told.last.process, "a?b????and?much");
	/* a kernel that does not tell */
	add_object(&bare, NFT_MSG_NEWRULE, NFPROTO_INET, "cygnet", OTHER);
	nlh = begin(&bare, NFT_MSG_NEWGEN, NFPROTO_UNSPEC, OTHER);
	mnl_attr_put_u16(nlh, NFTA_GEN_PROC_PID, 1);
	end(&bare, nlh);
	told = told_of(&bare);
	ck_assert_uint_eq(told.count, 1);
	ck_assert_uint_eq(told.last.pid, 0);
	ck_assert_str_eq(told.last.process, "");
}
END_TEST

/** in memory of its own length, so that reading past it is seen */
static unsigned read_copy(const message_t *m, size_t len)
{
	char *copy = malloc(len ? len : 1);
	fw_watch_t watch = {.own = OWN};
	told_t told = {0};

	memcpy(copy, m->data, len);
	fw_watch_read(&watch, copy, len, tell, &told);
	free(copy);
	return told.count;
}

START_TEST(test_cut)
{
	message_t m = {0};

	add_object(&m, NFT_MSG_DELTABLE, NFPROTO_INET, "cygnet", OTHER);
	add_end(&m, OTHER, 1, "nft");
	for (size_t len = 0; len < m.len; len++)
	{
		ck_assert_uint_eq(read_copy(&m, len), 0);
	}
	ck_assert_uint_eq(read_copy(&m, m.len), 1);
}
END_TEST

START_TEST(test_lengths)
{
	message_t m = {0};
	struct nlmsghdr *nlh = (void *)m.data;
	struct nlattr *attr;
	uint16_t right;

	add_object(&m, NFT_MSG_DELTABLE, NFPROTO_INET, "cygnet", OTHER);
	add_end(&m, OTHER, 1, "nft");
	attr = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct nfgenmsg));
	right = attr->nla_len;
	for (uint32_t len = 0; len < 64; len++)
	{
		attr->nla_len = (uint16_t)len;
		/* with the name's terminator, without, and with what follows, as far
		 * as the message goes */
		ck_assert_uint_eq(read_copy(&m, m.len), len >= right - 1u && len <= 20);
	}
	attr->nla_len = right;
	nlh->nlmsg_len = 0x80000010;
	ck_assert_uint_eq(read_copy(&m, m.len), 0);
	nlh->nlmsg_len = sizeof(struct nlmsghdr);
	read_copy(&m, m.len);
}
END_TEST

Suite *watch_suite(void)
{
	Suite *s = suite_create("watch");

	unit_add(s, "deleted", test_deleted);
	unit_add(s, "touched", test_touched);
	unit_add(s, "not ours", test_not_ours);
	unit_add(s, "own", test_own);
	unit_add(s, "several", test_several);
	unit_add(s, "lost", test_lost);
	unit_add(s, "names", test_names);
	unit_add(s, "cut", test_cut);
	unit_add(s, "lengths", test_lengths);
	return s;
}
