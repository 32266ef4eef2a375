/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the files of the adj-RIB-out share: adj_out.c (a group's table),
 * adj_out_member.c (who is in which group), adj_out_work.c (sliced work),
 * adj_out_export.c (what may go out, and how), adj_out_write.c (UPDATEs). How
 * it works stands at the head of adj_out.c.
 */

#ifndef CYGNET_BGP_ADJ_OUT_IMPL_H
#define CYGNET_BGP_ADJ_OUT_IMPL_H

#include "base/hash.h"
#include "bgp/message.h"
#include "bgp/rib_impl.h"

/** a peer's index, or that of nobody */
#define NOBODY UINT16_MAX

enum
{
	ENTRY_USED = 0x01,
	/** stands in a bucket */
	ENTRY_WAITS = 0x02,
	/** stands in the log */
	ENTRY_LOGGED = 0x04,
};

/** which log an entry stands in */
enum
{
	LOG_GONE,
	LOG_TOLD,
	LOGS,
};

/** 40 bytes with an IPv4 address, 52 with IPv6 */
typedef struct entry_t
{
	/** attributes that the members in step were told, and that all are to
	 * have; held, 0: none */
	uint32_t sent;
	uint32_t want;
	/** in the bucket */
	uint32_t next;
	uint32_t prev;
	/** in the log */
	uint32_t log_next;
	uint32_t log_prev;
	/** the group's seq when it was told: 48 bits */
	uint32_t seq_low;
	uint16_t seq_high;
	/** whose route was told, and is to be: that peer hears nothing of it */
	uint16_t source;
	uint16_t want_source;
	uint8_t len;
	uint8_t flags;
	uint8_t addr[];
} entry_t;

_Static_assert(sizeof(entry_t) == 36, "an IPv4 entry is to take 40 bytes");

/** entries that wait for the same words to the same members */
typedef struct bucket_t
{
	hash_node_t node;
	list_t link;
	uint32_t attrs;
	/** the routes' peer: not told. If only is somebody, it alone is told */
	uint16_t except;
	uint16_t only;
	/** the one to be left out has heard of it, and is told that it is gone */
	bool swaps;
	int f;
	uint32_t first;
	uint32_t last;
} bucket_t;

/** an UPDATE as it is told, but for each member's own next hop */
typedef struct message_t
{
	list_t link;
	uint64_t seq;
	/** members that still have to write it */
	unsigned refs;
	uint16_t except;
	uint16_t only;
	/** the member's own next hop goes there: FAMILY_NONE, it has none */
	family_t hop;
	size_t hop_at;
	size_t len;
	uint8_t bytes[];
} message_t;

typedef struct log_t
{
	uint32_t first;
	uint32_t last;
} log_t;

/** peers that are told the same, but for the split horizon and next hops of
 * their own */
typedef struct group_t
{
	/** in outs_t */
	list_t link;
	/** member_t.link: those that are told, and those that left */
	list_t members;
	unsigned count;
	/** member_t.walk: those not in step */
	list_t walks;
	/** members that have messages to write */
	unsigned behind;
	/** Ends-of-RIB that members still have to be told */
	unsigned eors;
	/** counts up with each message */
	uint64_t seq;
	bgp_codec_t codec;
	hash_t buckets;
	/** bucket_t.link: what withdraws, then all else, as they began */
	list_t order[2];
	list_t messages;
	struct
	{
		trie_t *trie;
		pool_t entries;
		log_t log[LOGS];
		size_t waiting;
		/** entries told, and those of them that are of a peer's, by index */
		uint32_t told;
		uint32_t *own;
		uint32_t n_own;
		/** nets from dump_at on are to be looked at */
		bool dump;
		uint32_t dump_at;
	} fam[2];
	/** entries from here on are to be let go of */
	uint32_t reap_at;
} group_t;

/** a peer in a group */
typedef struct bgp_rib_out_t
{
	list_t link;
	group_t *group;
	bgp_rib_peer_t *peer;
	uint16_t index;
	/** has all messages, or gets them */
	bool in_step;
	/** its export changed: is it in the right group? */
	bool changed;
	/** is told by another group now, which has to know what it has heard */
	bool left;
	/** what is to be written next, NULL: nothing; and how much it is */
	message_t *next;
	size_t lag;
	/* not in step: */
	list_t walk;
	/** it was in step until `since` */
	bool knew;
	uint64_t since;
	struct
	{
		/** where it is in the logs, 0: at the end */
		uint32_t at[LOGS];
		/** begins anew with what was told */
		bool resend;
		/** End-of-RIB goes when all else is done */
		bool eor;
		/** a bit an entry: heard of since, or `knew` does not say */
		uint8_t *heard;
		uint32_t heard_size;
	} fam[2];
	/** where it was before; from there on it is to be told what it knows */
	struct bgp_rib_out_t *from;
	uint32_t from_at[2];
} member_t;

/* adj_out.c */
entry_t *entry_at(const group_t *g, int f, uint32_t handle);
prefix_t entry_prefix(int f, const entry_t *entry);
/** enters it with nothing told and wanted if it is not there */
uint32_t entry_enter(group_t *g, int f, const prefix_t *prefix);
/** what all are to have; takes over the hold on want */
void entry_want(bgp_rib_t *rib, group_t *g, int f, uint32_t handle,
				uint32_t want, uint16_t source);
/** it is told: in the log it is the last, if anybody needs it there */
void entry_commit(bgp_rib_t *rib, group_t *g, int f, uint32_t handle);
/** a log does without it, it is forgotten if nobody needs it */
void entry_settle(group_t *g, int f, uint32_t handle);
/** the bucket that it stands in */
bucket_t *bucket_of(const group_t *g, int f, uint32_t handle);
void log_remove(group_t *g, int f, uint32_t handle);
void log_append(group_t *g, int f, uint32_t handle);
group_t *group_create(outs_t *outs, const bgp_rib_peer_t *like);
void group_free(group_t *g);
size_t group_memory(const group_t *g);

/* adj_out_member.c */
/** the group's member of this number that is in step, NULL: none */
member_t *member_in_step(const bgp_rib_t *rib, const group_t *g,
						 uint16_t index);
/** the member has heard of the entry and was not told that it is gone */
bool member_heard(const member_t *m, int f, uint32_t handle);
void member_hear(member_t *m, int f, uint32_t handle, bool heard);
/** goes on alone from here: those that write messages leave it out */
void member_detach(member_t *m);
/** in step again, if nothing is left that it has to see */
void member_settle(member_t *m);
/** the group tells as this one's export says; NULL: nobody is told */
member_t *group_model(const group_t *g);
/** brings members whose export changed into their groups */
void outs_regroup(bgp_rib_t *rib);
/** carries over what it heard in the group before; returns what is left of the
 * budget */
unsigned member_move(bgp_rib_t *rib, member_t *m, unsigned budget);
bool member_is_carried(const member_t *m);
/** if all is carried over, and what waited there written, the move is over */
void member_moved(bgp_rib_t *rib, member_t *m);
/** those in step have this many now */
void group_count(group_t *g, int f);

/* adj_out_write.c */
void message_release(group_t *g, message_t *message);
/** the next that the member is to write, after this one */
message_t *message_after(const member_t *m, const message_t *message);

/** passes at most budget entries that say nothing to the member; returns what
 * is left of it */
unsigned walk_skip(member_t *m, unsigned budget);
/** there are some */
bool walk_idles(const member_t *m);

/* adj_out_export.c */
/** the attributes of the net's best path as this class of peers is told them,
 * held; 0: nothing. A next hop of the peer's own is the unspecified address */
uint32_t export_attrs(bgp_rib_t *rib, const bgp_rib_peer_t *peer, int f,
					  const net_t *net);
/** same result of export_attrs for each net, and same bytes */
bool export_is_same(const bgp_rib_peer_t *a, const bgp_rib_peer_t *b);
/** puts the peer's own next hop in */
bgp_attrs_t export_hop(const bgp_rib_peer_t *peer, const bgp_attrs_t *attrs);

#endif
