/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What peers are told, one rule at a time, read from the bytes by the codec.
 */

#include "unit/bgp/suites.h"

#include "bgp/message.h"
#include "bgp/policy.h"
#include "bgp/rib_impl.h"

#include <string.h>

#define SPEAKER 65000u

/** what one call of bgp_rib_out_write said */
typedef struct told_t
{
	unsigned messages;
	unsigned withdrawn;
	unsigned announced;
	unsigned eor[2];
	/** withdrawals stood in messages before all announcements */
	bool in_order;
	/** of the last announcement; the blobs are in `set` */
	bgp_attr_set_t set;
	addr_t next_hop;
	addr_t next_hop_ll;
} told_t;

static bgp_rib_t *rib;
static bgp_policy_t *all;
static bgp_rib_peer_t peers[4];
static bgp_peer_config_t config;
static bgp_attr_set_t set;
static bgp_attr_set_t decoded;
static told_t told;

/** 0 and 1: eBGP, 2 and 3: iBGP */
static void start(void)
{
	bgp_config_t speaker = {.asn = SPEAKER, .router_id = 1, .multipath = 1};
	addr_t six;

	config = (bgp_peer_config_t){0};
	rib = bgp_rib_create(&speaker, 1);
	all = bgp_policy_create("all");
	bgp_policy_rule(all, "all", BGP_POLICY_ACCEPT);
	bgp_attr_set_init(&set);
	bgp_attr_set_init(&told.set);
	bgp_attr_set_init(&decoded);
	ck_assert(addr_parse("2001:db8::1", &six));
	for (unsigned i = 0; i < countof(peers); i++)
	{
		peers[i] = (bgp_rib_peer_t){
			.index = (uint16_t)i,
			.name = "peer",
			.ibgp = i >= 2,
			.eligible = true,
			.families = BGP_IPV4 | BGP_IPV6,
			.as4 = true,
			.message_max = BGP_MESSAGE_MAX,
			.local_as = SPEAKER,
			.remote_as = i >= 2 ? SPEAKER : 65531 + i,
			.router_id = 10 + i,
			.address = addr_v4(10 + i),
			.next_hop4 = addr_v4(0xc0000201),
			.next_hop6 = six,
			.weight = 1,
			.import_policy = i >= 2 ? NULL : all,
			.config = &config,
			.export_policy = i >= 2 ? NULL : all,
		};
	}
	ck_assert(bgp_attr_set_prepend(&set, 65531, 1));
	set.a.next_hop = addr_v4(0x0a000001);
}

static void stop(void)
{
	bgp_rib_destroy(rib);
	bgp_policy_destroy(all);
	bgp_attr_set_deinit(&set);
	bgp_attr_set_deinit(&told.set);
	bgp_attr_set_deinit(&decoded);
}

static void work(void)
{
	while (bgp_rib_work(rib, 100))
	{
	}
}

static void announce(unsigned peer, const char *prefix)
{
	uint32_t id = bgp_attr_intern(bgp_rib_attrs(rib), &set.a);
	prefix_t p;

	ck_assert(prefix_parse(prefix, &p));
	ck_assert_int_eq(bgp_rib_announce(rib, &peers[peer], &p, id),
					 BGP_RIB_ENTERED);
	bgp_attr_release(bgp_rib_attrs(rib), id);
}

static void take_back(unsigned peer, const char *prefix)
{
	prefix_t p;

	ck_assert(prefix_parse(prefix, &p));
	bgp_rib_withdraw(rib, &peers[peer], &p);
}

static void originate(const char *prefix)
{
	prefix_t p;

	ck_assert(prefix_parse(prefix, &p));
	bgp_rib_originate(rib, &p, &(bgp_local_t){.source = BGP_SOURCE_ADVERTISE});
}

static unsigned count(bgp_nlri_t nlri)
{
	unsigned n = 0;
	prefix_t p;

	while (bgp_nlri_next(&nlri, &p))
	{
		n++;
	}
	return n;
}

static void read_one(rbuf_t r, const bgp_codec_t *codec)
{
	bgp_update_t update = {.attrs = &decoded};
	bgp_fault_t fault;
	unsigned gone, come;

	ck_assert(rbuf_skip(&r, BGP_HEADER_LEN));
	ck_assert(bgp_decode_update(r, codec, &update, &fault));
	ck_assert_msg(fault.verdict == BGP_FAULT_NONE, "%s", fault.what);
	told.messages++;
	if (update.end_of_rib != FAMILY_NONE)
	{
		told.eor[update.end_of_rib == FAMILY_IPV6]++;
		return;
	}
	gone = count(update.withdrawn) + count(update.mp_withdrawn);
	come = count(update.announced) + count(update.mp_announced);
	ck_assert_uint_gt(gone + come, 0);
	told.in_order = told.in_order && !(gone && told.announced);
	told.withdrawn += gone;
	told.announced += come;
	if (come)
	{
		bool mp = rbuf_left(&update.mp_announced.bytes) > 0;

		bgp_attr_set_load(&told.set, &decoded.a);
		told.next_hop = mp ? update.mp_next_hop : decoded.a.next_hop;
		told.next_hop_ll = mp ? update.mp_next_hop_ll : addr_none;
	}
}

/** all that waits, with room for a few messages at a time */
static void listen(unsigned peer)
{
	static uint8_t buf[3 * BGP_MESSAGE_EXTENDED_MAX];
	bgp_codec_t codec = {
		.as4 = true,
		.ibgp = peers[peer].ibgp,
		.families = peers[peer].families,
		.extended_next_hop = peers[peer].extended_next_hop,
		.local_as = peers[peer].remote_as,
		.remote_as = SPEAKER,
		.message_max = peers[peer].message_max,
	};
	bgp_attr_set_t kept = told.set;

	told = (told_t){.set = kept, .in_order = true};
	while (bgp_rib_out_waiting(rib, &peers[peer]))
	{
		wbuf_t w = wbuf_make(buf, 2u * peers[peer].message_max);
		unsigned before = told.messages;
		unsigned n = bgp_rib_out_write(rib, &peers[peer], &w);
		rbuf_t all_of_it = rbuf_make(buf, wbuf_len(&w));

		ck_assert(!w.overflow);
		while (rbuf_left(&all_of_it))
		{
			bgp_fault_t fault;
			bgp_type_t type;
			uint16_t len;
			rbuf_t one;

			ck_assert(bgp_decode_header(all_of_it, peers[peer].message_max,
										&len, &type, &fault));
			ck_assert(rbuf_sub(&all_of_it, len, &one));
			read_one(one, &codec);
		}
		ck_assert_uint_eq(told.messages - before, n);
	}
}

/** the peer is up and has heard what there is */
static void up(unsigned peer)
{
	bgp_rib_peer_up(rib, &peers[peer]);
	work();
	listen(peer);
}

START_TEST(test_own)
{
	start();
	originate("192.168.0.0/24");
	originate("2001:db8:1::/48");
	up(0);
	ck_assert_uint_eq(told.announced, 2);
	ck_assert_uint_eq(told.eor[0], 1);
	ck_assert_uint_eq(told.eor[1], 1);
	ck_assert_uint_eq(told.set.a.as_path_hops, 1);
	ck_assert_uint_eq(told.set.a.neighbor_as, SPEAKER);
	ck_assert_uint_eq(told.set.a.origin, BGP_ORIGIN_IGP);
	ck_assert_uint_eq(told.set.a.has, 0);
	ck_assert(addr_equal(&told.next_hop, &peers[0].next_hop6));
	up(2);
	ck_assert_uint_eq(told.announced, 2);
	ck_assert_uint_eq(told.set.a.as_path_hops, 0);
	ck_assert_uint_eq(told.set.a.has, BGP_HAS_LOCAL_PREF);
	ck_assert_uint_eq(told.set.a.local_pref, 100);
	stop();
}
END_TEST

START_TEST(test_rfc8212)
{
	start();
	peers[1].export_policy = NULL;
	peers[0].import_policy = NULL;
	originate("192.168.0.0/24");
	up(0);
	up(2);
	up(1);
	ck_assert_uint_eq(told.announced, 0);
	ck_assert_uint_eq(told.eor[0], 1);
	/* nor is anything taken */
	announce(0, "10.0.0.0/8");
	work();
	listen(2);
	ck_assert_uint_eq(told.messages, 0);
	ck_assert_uint_eq(peers[0].received[0], 1);
	ck_assert_uint_eq(peers[0].accepted[0], 0);
	/* the policy comes: from what is held, without a word of the peer */
	peers[0].import_policy = all;
	bgp_rib_peer_changed(rib, &peers[0]);
	peers[1].export_policy = all;
	bgp_rib_peer_changed(rib, &peers[1]);
	work();
	listen(2);
	ck_assert_uint_eq(told.announced, 1);
	listen(1);
	ck_assert_uint_eq(told.announced, 2);
	ck_assert_uint_eq(told.eor[0], 0);
	stop();
}
END_TEST

START_TEST(test_split_horizon)
{
	start();
	for (unsigned i = 0; i < 4; i++)
	{
		up(i);
	}
	announce(0, "10.0.0.0/8");
	announce(2, "11.0.0.0/8");
	work();
	/* not what it said itself; eBGP gets both of the others */
	listen(0);
	ck_assert_uint_eq(told.announced, 1);
	listen(1);
	ck_assert_uint_eq(told.announced, 2);
	/* of iBGP nothing goes to iBGP */
	listen(2);
	ck_assert_uint_eq(told.announced, 1);
	listen(3);
	ck_assert_uint_eq(told.announced, 1);
	/* 2 now has the better path to what 0 announced: so 0 gets it, and the
	 * other iBGP peer loses it */
	set.a.has = BGP_HAS_LOCAL_PREF;
	set.a.local_pref = 200;
	announce(2, "10.0.0.0/8");
	work();
	listen(0);
	ck_assert_uint_eq(told.announced, 1);
	listen(2);
	ck_assert_uint_eq(told.withdrawn, 1);
	ck_assert_uint_eq(told.announced, 0);
	listen(3);
	ck_assert_uint_eq(told.withdrawn, 1);
	stop();
}
END_TEST

START_TEST(test_ebgp_strips)
{
	start();
	set.a.has = BGP_HAS_MED | BGP_HAS_LOCAL_PREF | BGP_HAS_ORIGINATOR;
	set.a.med = 5;
	set.a.local_pref = 300;
	set.a.originator_id = 9;
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_CLUSTER_LIST, "abcd", 4));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES, "\0\1\0\2", 4));
	bgp_rib_peer_up(rib, &peers[2]);
	announce(2, "10.0.0.0/8");
	up(0);
	ck_assert_uint_eq(told.announced, 1);
	ck_assert_uint_eq(told.set.a.has, 0);
	ck_assert_uint_eq(told.set.a.cluster_list.len, 0);
	ck_assert_uint_eq(told.set.a.communities.len, 4);
	ck_assert_uint_eq(told.set.a.neighbor_as, SPEAKER);
	ck_assert_uint_eq(told.set.a.as_path_hops, 2);
	ck_assert(addr_equal(&told.next_hop, &peers[0].next_hop4));
	stop();
}
END_TEST

START_TEST(test_policy_med)
{
	bgp_policy_t *med = bgp_policy_create("med");

	start();
	bgp_policy_rule(med, "med", BGP_POLICY_ACCEPT);
	bgp_policy_set_med(med, 77);
	bgp_policy_set_prepend(med, 0, 2);
	bgp_policy_set_local_pref(med, 400);
	peers[1].export_policy = med;
	set.a.has = BGP_HAS_MED;
	set.a.med = 77;
	bgp_rib_peer_up(rib, &peers[0]);
	announce(0, "10.0.0.0/8");
	up(1);
	/* set by us, if to the same value: ours to tell */
	ck_assert_uint_eq(told.set.a.has, BGP_HAS_MED);
	ck_assert_uint_eq(told.set.a.med, 77);
	ck_assert_uint_eq(bgp_as_path_count(&told.set.a, SPEAKER), 3);
	stop();
	bgp_policy_destroy(med);
}
END_TEST

START_TEST(test_next_hops)
{
	addr_t six, ll;

	start();
	ck_assert(addr_parse("2001:db8::9", &six));
	ck_assert(addr_parse("fe80::9", &ll));
	bgp_rib_peer_up(rib, &peers[0]);
	announce(0, "10.0.0.0/8");
	/* iBGP without next-hop-self: as it came */
	up(2);
	ck_assert(addr_equal(&told.next_hop, &set.a.next_hop));
	peers[3].next_hop_self = true;
	up(3);
	ck_assert(addr_equal(&told.next_hop, &peers[3].next_hop4));
	/* none of our own of the family: nothing is sent */
	peers[1].next_hop4 = addr_none;
	up(1);
	ck_assert_uint_eq(told.announced, 0);
	/* RFC 8950 lets an IPv6 one stand in */
	bgp_rib_peer_down(rib, &peers[1]);
	peers[1].extended_next_hop = true;
	peers[1].next_hop6_ll = ll;
	up(1);
	ck_assert_uint_eq(told.announced, 1);
	ck_assert(addr_equal(&told.next_hop, &peers[1].next_hop6));
	ck_assert(addr_equal(&told.next_hop_ll, &ll));
	/* iBGP that cannot have the next hop as it came gets ours */
	set.a.next_hop = six;
	announce(0, "10.0.0.0/8");
	work();
	listen(2);
	ck_assert(addr_equal(&told.next_hop, &peers[2].next_hop4));
	stop();
}
END_TEST

static void announce_many(unsigned peer, unsigned from, unsigned to)
{
	char text[32];

	for (unsigned i = from; i < to; i++)
	{
		snprintf(text, sizeof(text), "10.%u.%u.0/24", i / 256, i % 256);
		announce(peer, text);
	}
}

START_TEST(test_packing)
{
	unsigned wanted;

	start();
	bgp_rib_peer_up(rib, &peers[0]);
	announce_many(0, 0, 3000);
	set.a.origin = BGP_ORIGIN_EGP;
	announce_many(0, 3000, 4000);
	up(1);
	ck_assert_uint_eq(told.announced, 4000);
	ck_assert_uint_eq(peers[1].advertised[0], 4000);
	/* 4 bytes a prefix beside 19 + 4 and the attributes, two End-of-RIB */
	wanted = 3000 * 4 / (4096 - 64) + 1 + 1000 * 4 / (4096 - 64) + 1 + 2;
	ck_assert_uint_eq(told.messages, wanted);
	/* who takes longer messages gets fewer */
	peers[2].message_max = BGP_MESSAGE_EXTENDED_MAX;
	up(2);
	ck_assert_uint_eq(told.announced, 4000);
	ck_assert_uint_eq(told.messages, 4);
	/* the source goes away: withdrawals are packed too */
	bgp_rib_peer_down(rib, &peers[0]);
	work();
	listen(1);
	ck_assert_uint_eq(told.withdrawn, 4000);
	ck_assert_uint_eq(told.messages, 4000 * 4 / (4096 - 23) + 1);
	ck_assert_uint_eq(peers[1].advertised[0], 0);
	stop();
}
END_TEST

START_TEST(test_last_word)
{
	start();
	up(0);
	up(1);
	/* there and gone before it was written: not a byte */
	announce(0, "10.0.0.0/8");
	work();
	take_back(0, "10.0.0.0/8");
	work();
	ck_assert(!bgp_rib_out_waiting(rib, &peers[1]));
	/* changed and changed back */
	announce(0, "11.0.0.0/8");
	work();
	listen(1);
	set.a.origin = BGP_ORIGIN_EGP;
	announce(0, "11.0.0.0/8");
	work();
	ck_assert(bgp_rib_out_waiting(rib, &peers[1]));
	set.a.origin = BGP_ORIGIN_IGP;
	announce(0, "11.0.0.0/8");
	work();
	ck_assert(!bgp_rib_out_waiting(rib, &peers[1]));
	/* gone and there again with other attributes: no withdrawal */
	take_back(0, "11.0.0.0/8");
	work();
	set.a.origin = BGP_ORIGIN_EGP;
	announce(0, "11.0.0.0/8");
	announce(0, "12.0.0.0/8");
	work();
	listen(1);
	ck_assert_uint_eq(told.withdrawn, 0);
	ck_assert_uint_eq(told.announced, 2);
	ck_assert_uint_eq(told.messages, 1);
	/* withdrawals go first */
	announce(0, "13.0.0.0/8");
	take_back(0, "11.0.0.0/8");
	work();
	listen(1);
	ck_assert_uint_eq(told.withdrawn, 1);
	ck_assert_uint_eq(told.announced, 1);
	ck_assert(told.in_order);
	stop();
}
END_TEST

/** a path that no longer fits into a message of the peer's */
START_TEST(test_too_long)
{
	start();
	up(0);
	up(1);
	peers[2].message_max = BGP_MESSAGE_EXTENDED_MAX;
	up(2);
	announce(0, "10.0.0.0/8");
	work();
	listen(1);
	listen(2);
	ck_assert(bgp_attr_set_prepend(&set, 65531, 1100));
	announce(0, "10.0.0.0/8");
	announce(0, "11.0.0.0/8");
	work();
	listen(1);
	/* not what was true once */
	ck_assert_uint_eq(told.withdrawn, 1);
	ck_assert_uint_eq(told.announced, 0);
	ck_assert_uint_eq(peers[1].advertised[0], 0);
	listen(2);
	ck_assert_uint_eq(told.announced, 2);
	ck_assert_uint_eq(told.set.a.as_path_hops, 1101);
	stop();
}
END_TEST

START_TEST(test_resend)
{
	start();
	up(0);
	announce_many(0, 0, 10);
	announce(0, "2001:db8:1::/48");
	up(1);
	ck_assert_uint_eq(told.announced, 11);
	bgp_rib_peer_resend(rib, &peers[1], FAMILY_IPV4);
	ck_assert(bgp_rib_out_busy(rib, &peers[1]));
	work();
	ck_assert(!bgp_rib_out_busy(rib, &peers[1]));
	/* one goes and one changes meanwhile */
	take_back(0, "10.0.0.0/24");
	set.a.origin = BGP_ORIGIN_EGP;
	announce(0, "10.0.1.0/24");
	announce(0, "10.0.2.0/24");
	work();
	/* changed back to what the peer has, it is owed all the same */
	set.a.origin = BGP_ORIGIN_IGP;
	announce(0, "10.0.2.0/24");
	work();
	listen(1);
	ck_assert_uint_eq(told.announced, 9);
	ck_assert_uint_eq(told.withdrawn, 1);
	ck_assert_uint_eq(told.eor[0], 0);
	ck_assert_uint_eq(peers[1].advertised[0], 9);
	ck_assert_uint_eq(peers[1].advertised[1], 1);
	stop();
}
END_TEST

/** End-of-RIB comes after the table as it was when the peer came up, though
 * the peer is written to all the time */
START_TEST(test_end_of_rib)
{
	unsigned announced = 0, eor = 0;

	start();
	bgp_rib_peer_up(rib, &peers[0]);
	announce_many(0, 0, 500);
	work();
	bgp_rib_peer_up(rib, &peers[1]);
	ck_assert(!bgp_rib_out_waiting(rib, &peers[1]));
	for (bool more = true; more;)
	{
		more = bgp_rib_work(rib, 16);
		listen(1);
		announced += told.announced;
		if (told.eor[0])
		{
			ck_assert_uint_eq(announced, 500);
		}
		eor += told.eor[0];
	}
	ck_assert_uint_eq(announced, 500);
	ck_assert_uint_eq(eor, 1);
	stop();
}
END_TEST

/** what is exported to a peer that left is let go of */
START_TEST(test_gone)
{
	size_t before, sets;

	start();
	bgp_rib_peer_up(rib, &peers[0]);
	announce_many(0, 0, 2000);
	work();
	before = bgp_rib_memory(rib);
	sets = bgp_attr_pool_count(bgp_rib_attrs(rib));
	up(1);
	ck_assert_uint_gt(bgp_rib_memory(rib), before + 2000 * 24);
	bgp_rib_peer_down(rib, &peers[1]);
	ck_assert_uint_eq(peers[1].advertised[0], 0);
	ck_assert(!bgp_rib_out_waiting(rib, &peers[1]));
	work();
	ck_assert_uint_le(bgp_rib_memory(rib), before + 20000);
	ck_assert_uint_eq(bgp_attr_pool_count(bgp_rib_attrs(rib)), sets);
	stop();
}
END_TEST

/** RFC 4360: non-transitive ones of others stay here, our own policy's go */
START_TEST(test_non_transitive)
{
	static const char width[] = "\x40\x04\xff\xfb\x4c\xee\x6b\x28";
	bgp_policy_t *add = bgp_policy_create("add");
	addr_t hop = addr_v4(0x0a0a0a0a);

	start();
	bgp_policy_rule(add, "add", BGP_POLICY_ACCEPT);
	bgp_policy_add_communities(add, BGP_BLOB_EXT_COMMUNITIES,
							   "\x40\x04\xff\xfa\x4c\xee\x6b\x28");
	bgp_policy_set_next_hop(add, &hop);
	bgp_rib_peer_up(rib, &peers[2]);
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_EXT_COMMUNITIES, width, 8));
	announce(2, "10.0.0.0/8");
	up(1);
	ck_assert_uint_eq(told.announced, 1);
	ck_assert_uint_eq(told.set.a.ext_communities.len, 0);
	peers[1].export_policy = add;
	bgp_rib_peer_changed(rib, &peers[1]);
	work();
	listen(1);
	ck_assert_uint_eq(told.announced, 1);
	ck_assert_uint_eq(told.set.a.ext_communities.len, 8);
	ck_assert_uint_eq(told.set.a.ext_communities.data[3], 0xfa);
	/* and the next hop that a policy sets goes before our own */
	ck_assert(addr_equal(&told.next_hop, &hop));
	stop();
	bgp_policy_destroy(add);
}
END_TEST

/** a route of a peer that is not up is nobody's */
START_TEST(test_not_up)
{
	start();
	announce(0, "10.0.0.0/8");
	ck_assert_uint_eq(peers[0].received[0], 0);
	up(0);
	bgp_rib_peer_down(rib, &peers[0]);
	announce(0, "10.0.0.0/8");
	up(1);
	ck_assert_uint_eq(told.announced, 0);
	stop();
}
END_TEST

START_TEST(test_defer)
{
	start();
	bgp_rib_defer(rib, BGP_IPV4);
	up(0);
	/* the other family alone is done */
	ck_assert_uint_eq(told.eor[0], 0);
	ck_assert_uint_eq(told.eor[1], 1);
	up(1);
	announce(1, "10.0.0.0/8");
	announce(1, "2001:db8::/32");
	work();
	listen(0);
	ck_assert_uint_eq(told.announced, 1);
	ck_assert_uint_eq(peers[0].advertised[0], 0);
	ck_assert(bgp_rib_out_busy(rib, &peers[0]));
	bgp_rib_defer(rib, 0);
	work();
	listen(0);
	ck_assert_uint_eq(told.announced, 1);
	ck_assert_uint_eq(told.eor[0], 1);
	ck_assert_uint_eq(peers[0].advertised[0], 1);
	ck_assert(!bgp_rib_out_busy(rib, &peers[0]));
	listen(1);
	ck_assert_uint_eq(told.eor[0], 1);
	stop();
}
END_TEST

START_TEST(test_slices)
{
	unsigned budget = (unsigned)_i + 1, before;
	char text[32];

	start();
	for (unsigned i = 0; i < countof(peers); i++)
	{
		up(i);
	}
	for (unsigned i = 0; i < 60; i++)
	{
		snprintf(text, sizeof(text), "10.%u.0.0/16", i);
		announce(0, text);
	}
	/* a net costs one and one for each group, of eBGP and of iBGP; a part of
	 * that is enough */
	do
	{
		before = (unsigned)rib->exports[0].count;
		bgp_rib_work(rib, budget);
		ck_assert_uint_gt(before, rib->exports[0].count);
		ck_assert_uint_le(before - rib->exports[0].count, budget / 3 + 1);
	} while (rib->exports[0].count);
	stop();
}
END_TEST

Suite *adj_out_suite(void)
{
	Suite *suite = suite_create("adj_out");

	unit_add(suite, "own", test_own);
	unit_add(suite, "RFC 8212", test_rfc8212);
	unit_add(suite, "split horizon", test_split_horizon);
	unit_add(suite, "eBGP strips", test_ebgp_strips);
	unit_add(suite, "policy MED", test_policy_med);
	unit_add(suite, "next hops", test_next_hops);
	unit_add(suite, "packing", test_packing);
	unit_add(suite, "last word", test_last_word);
	unit_add(suite, "too long", test_too_long);
	unit_add(suite, "resend", test_resend);
	unit_add(suite, "End-of-RIB", test_end_of_rib);
	unit_add(suite, "gone", test_gone);
	unit_add(suite, "non-transitive", test_non_transitive);
	unit_add(suite, "defer", test_defer);
	unit_add_loop(suite, "slices", test_slices, 12);
	unit_add(suite, "not up", test_not_up);
	return suite;
}
