/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Messages of libnftnl's, one behind the other in memory that grows.
 */

#include "firewall/batch.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/object.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>

#include "firewall/intervals.h"

/** room kept for one message: a chunk of elements is far smaller */
#define MESSAGE_MAX  65536
#define ELEMENTS_MAX 256
/** nft's own numbers for set key types, so that it can print them */
#define TYPE_IPADDR  7
#define TYPE_IP6ADDR 8
#define TYPE_IFNAME  41
/** of each part of a key of two */
#define TYPE_BITS 6
/** nft's own number, too */
#define BYTEORDER_HOST 1

void fw_batch_deinit(fw_batch_t *batch)
{
	free(batch->data);
	memset(batch, 0, sizeof(*batch));
}

static size_t aligned(const struct nlmsghdr *nlh)
{
	return (nlh->nlmsg_len + 3u) & ~(size_t)3;
}

/** place for the next message */
static char *room(fw_batch_t *batch)
{
	if (batch->room - batch->len < MESSAGE_MAX)
	{
		batch->room = 2 * batch->room + 2 * MESSAGE_MAX;
		batch->data = mem_resize(batch->data, batch->room, 1);
	}
	return batch->data + batch->len;
}

static struct nlmsghdr *begin(fw_batch_t *batch, uint16_t type, uint16_t flags)
{
	/* every message is acknowledged: the answers stand in the socket as soon
	 * as it is sent, so that nothing is waited for */
	return nftnl_nlmsg_build_hdr(room(batch), type, NFPROTO_INET,
								 flags | NLM_F_ACK, batch->seq++);
}

static void end(fw_batch_t *batch, const struct nlmsghdr *nlh)
{
	batch->len += aligned(nlh);
}

void fw_batch_frame(fw_batch_t *batch, bool first)
{
	char *at = room(batch);

	if (first)
	{
		nftnl_batch_begin(at, batch->seq++);
	}
	else
	{
		nftnl_batch_end(at, batch->seq++);
	}
	batch->len += aligned((const struct nlmsghdr *)(const void *)at);
}

void fw_batch_table(fw_batch_t *batch, uint16_t type, uint16_t flags)
{
	struct nftnl_table *t = nftnl_table_alloc();
	struct nlmsghdr *nlh = begin(batch, type, flags);

	nftnl_table_set_u32(t, NFTNL_TABLE_FAMILY, NFPROTO_INET);
	nftnl_table_set_str(t, NFTNL_TABLE_NAME, FW_TABLE);
	nftnl_table_nlmsg_build_payload(nlh, t);
	end(batch, nlh);
	nftnl_table_free(t);
}

static void chain(fw_batch_t *batch, struct nftnl_chain *c, const char *name)
{
	struct nlmsghdr *nlh = begin(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);

	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, FW_TABLE);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, name);
	nftnl_chain_nlmsg_build_payload(nlh, c);
	end(batch, nlh);
	nftnl_chain_free(c);
}

void fw_batch_hook(fw_batch_t *batch, const char *name, const char *type,
				   uint32_t hook, int32_t priority)
{
	struct nftnl_chain *c = nftnl_chain_alloc();

	nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, type);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, hook);
	nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, priority);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	chain(batch, c, name);
}

void fw_batch_chain(fw_batch_t *batch, const char *name)
{
	chain(batch, nftnl_chain_alloc(), name);
}

static const fw_counter_t *old_counter(const fw_batch_t *batch,
									   const char *name)
{
	for (size_t i = 0; i < batch->n_old; i++)
	{
		if (strcmp(batch->old[i].name, name) == 0)
		{
			return &batch->old[i];
		}
	}
	return NULL;
}

void fw_batch_counter(fw_batch_t *batch, const char *name)
{
	struct nftnl_obj *o = nftnl_obj_alloc();
	const fw_counter_t *old = old_counter(batch, name);
	struct nlmsghdr *nlh = begin(batch, NFT_MSG_NEWOBJ, NLM_F_CREATE);

	nftnl_obj_set_str(o, NFTNL_OBJ_TABLE, FW_TABLE);
	nftnl_obj_set_str(o, NFTNL_OBJ_NAME, name);
	nftnl_obj_set_u32(o, NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
	nftnl_obj_set_u64(o, NFTNL_OBJ_CTR_PKTS, old ? old->packets : 0);
	nftnl_obj_set_u64(o, NFTNL_OBJ_CTR_BYTES, old ? old->bytes : 0);
	nftnl_obj_nlmsg_build_payload(nlh, o);
	end(batch, nlh);
	nftnl_obj_free(o);
}

static struct nftnl_set *set_alloc(const char *name, uint32_t id)
{
	struct nftnl_set *s = nftnl_set_alloc();

	nftnl_set_set_str(s, NFTNL_SET_TABLE, FW_TABLE);
	nftnl_set_set_str(s, NFTNL_SET_NAME, name);
	nftnl_set_set_u32(s, NFTNL_SET_ID, id);
	return s;
}

/** nft prints interface names only of sets that say their key's byte order */
static void host_order(struct nftnl_set *s)
{
	struct nftnl_udata_buf *udata = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);

	nftnl_udata_put_u32(udata, NFTNL_UDATA_SET_KEYBYTEORDER, BYTEORDER_HOST);
	nftnl_set_set_data(s, NFTNL_SET_USERDATA, nftnl_udata_buf_data(udata),
					   nftnl_udata_buf_len(udata));
	nftnl_udata_buf_free(udata);
}

static uint32_t address_len(family_t family)
{
	return family == FAMILY_IPV4 ? 4 : 16;
}

static void set_new(fw_batch_t *batch, const char *name, uint32_t id,
					uint32_t type, uint32_t key_len, uint32_t flags)
{
	struct nftnl_set *s = set_alloc(name, id);
	struct nlmsghdr *nlh = begin(batch, NFT_MSG_NEWSET, NLM_F_CREATE);

	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, type);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, key_len);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, flags);
	if (type == TYPE_IFNAME)
	{
		host_order(s);
	}
	nftnl_set_nlmsg_build_payload(nlh, s);
	end(batch, nlh);
	nftnl_set_free(s);
}

static void element(struct nftnl_set *s, const void *key, uint32_t len,
					uint32_t flags)
{
	struct nftnl_set_elem *e = nftnl_set_elem_alloc();

	nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, key, len);
	if (flags)
	{
		nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_FLAGS, flags);
	}
	nftnl_set_elem_add(s, e);
}

static void elements_flush(fw_batch_t *batch, struct nftnl_set *s)
{
	struct nlmsghdr *nlh = begin(batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE);

	nftnl_set_elems_nlmsg_build_payload(nlh, s);
	end(batch, nlh);
	nftnl_set_free(s);
}

void fw_batch_intervals(fw_batch_t *batch, const char *name, uint32_t id,
						const fw_prefixes_t *prefixes, family_t family)
{
	uint32_t len = address_len(family);
	size_t count;
	fw_interval_t *list = fw_intervals(prefixes, family, &count);

	set_new(batch, name, id, family == FAMILY_IPV4 ? TYPE_IPADDR : TYPE_IP6ADDR,
			len, NFT_SET_INTERVAL);
	for (size_t at = 0; at < count; at += ELEMENTS_MAX)
	{
		struct nftnl_set *s = set_alloc(name, id);

		for (size_t i = at; i < count && i < at + ELEMENTS_MAX; i++)
		{
			element(s, list[i].first, len, 0);
			if (!list[i].end_open)
			{
				element(s, list[i].end, len, NFT_SET_ELEM_INTERVAL_END);
			}
		}
		elements_flush(batch, s);
	}
	free(list);
}

void fw_batch_links(fw_batch_t *batch, const char *name, uint32_t id,
					const fw_links_t *links, bool loopback)
{
	struct nftnl_set *s = set_alloc(name, id);
	char lo[FW_LINK_NAME_MAX] = "lo";

	set_new(batch, name, id, TYPE_IFNAME, FW_LINK_NAME_MAX, 0);
	if (loopback)
	{
		element(s, lo, sizeof(lo), 0);
	}
	for (size_t i = 0; i < links->count; i++)
	{
		element(s, links->list[i], FW_LINK_NAME_MAX, 0);
	}
	if (loopback || links->count)
	{
		elements_flush(batch, s);
	}
	else
	{
		nftnl_set_free(s);
	}
}

/** elements ELEMENTS_MAX a message */
static void peers_chunk(fw_batch_t *batch, const char *name, uint32_t id,
						const fw_peers_t *peers, family_t family, size_t *at)
{
	struct nftnl_set *s = set_alloc(name, id);
	uint32_t len = address_len(family), n = 0;
	uint8_t key[FW_LINK_NAME_MAX + 16];

	for (; *at < peers->count && n < ELEMENTS_MAX; (*at)++)
	{
		const fw_peer_t *peer = &peers->list[*at];

		if (peer->addr.family == family)
		{
			memcpy(key, peer->link, FW_LINK_NAME_MAX);
			memcpy(key + FW_LINK_NAME_MAX, peer->addr.b, len);
			element(s, key, FW_LINK_NAME_MAX + len, 0);
			n++;
		}
	}
	if (n)
	{
		elements_flush(batch, s);
	}
	else
	{
		nftnl_set_free(s);
	}
}

void fw_batch_peers(fw_batch_t *batch, const char *name, uint32_t id,
					const fw_peers_t *peers, family_t family)
{
	uint32_t type = family == FAMILY_IPV4 ? TYPE_IPADDR : TYPE_IP6ADDR;

	set_new(batch, name, id, TYPE_IFNAME << TYPE_BITS | type,
			FW_LINK_NAME_MAX + address_len(family), 0);
	for (size_t at = 0; at < peers->count;)
	{
		peers_chunk(batch, name, id, peers, family, &at);
	}
}

void fw_batch_rule(fw_batch_t *batch, struct nftnl_rule *rule)
{
	struct nlmsghdr *nlh =
		begin(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);

	nftnl_rule_nlmsg_build_payload(nlh, rule);
	end(batch, nlh);
	nftnl_rule_free(rule);
	batch->rules++;
}
