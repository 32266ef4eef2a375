/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * All objects of nftables name their table in attribute 1. A message of our
 * table is of ours by family and name; whose doing it is tells the port id in
 * its header, and NFT_MSG_NEWGEN at the end of the transaction by process.
 */

#include "firewall/watch.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include <libmnl/libmnl.h>

#define HEADER (sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg))

typedef struct search_t
{
	uint16_t type;
	const struct nlattr *found;
} search_t;

static int attr_cb(const struct nlattr *attr, void *data)
{
	search_t *s = data;

	if (mnl_attr_get_type(attr) == s->type)
	{
		s->found = attr;
	}
	return MNL_CB_OK;
}

static const struct nlattr *attr_of(const struct nlmsghdr *nlh, uint16_t type)
{
	search_t s = {.type = type};

	/* not mnl_attr_parse: it rounds the message's length up, past its end */
	mnl_attr_parse_payload(
		mnl_nlmsg_get_payload_offset(nlh, sizeof(struct nfgenmsg)),
		nlh->nlmsg_len - HEADER, attr_cb, &s);
	return s.found;
}

static bool is_text(const struct nlattr *attr, const char *text)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;
	const char *payload = attr ? mnl_attr_get_payload(attr) : "";

	return attr && strnlen(payload, len) == strlen(text) &&
		   memcmp(payload, text, strlen(text)) == 0;
}

/** a process may name itself as it likes: the name goes into the log */
static void process_name(const struct nlattr *attr,
						 char out[static FW_PROCESS_MAX])
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;
	const char *text = attr ? mnl_attr_get_payload(attr) : "";

	len = strnlen(text, len);
	len = len < FW_PROCESS_MAX ? len : FW_PROCESS_MAX - 1;
	for (size_t i = 0; i < len; i++)
	{
		out[i] = text[i] > ' ' && text[i] <= '~' ? text[i] : '?';
	}
	out[len] = '\0';
}

/** the transaction ends */
static void generation(fw_watch_t *watch, const struct nlmsghdr *nlh,
					   fw_changed_t changed, void *user)
{
	fw_change_t change = {.deleted = watch->deleted};
	const struct nlattr *pid;

	if (!watch->touched)
	{
		return;
	}
	watch->touched = watch->deleted = false;
	pid = attr_of(nlh, NFTA_GEN_PROC_PID);
	if (pid && mnl_attr_get_payload_len(pid) == sizeof(change.pid))
	{
		change.pid = ntohl(mnl_attr_get_u32(pid));
	}
	process_name(attr_of(nlh, NFTA_GEN_PROC_NAME), change.process);
	changed(user, &change);
}

static void message(fw_watch_t *watch, const struct nlmsghdr *nlh,
					fw_changed_t changed, void *user)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_len < HEADER ||
		nlh->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
		nlh->nlmsg_pid == watch->own)
	{
		return;
	}
	switch (nlh->nlmsg_type & 0xff)
	{
		case NFT_MSG_NEWGEN:
			generation(watch, nlh, changed, user);
			return;
		case NFT_MSG_TRACE:
			return;
		default:
			break;
	}
	if (header->nfgen_family == NFPROTO_INET &&
		is_text(attr_of(nlh, NFTA_TABLE_NAME), FW_TABLE))
	{
		watch->touched = true;
		/* it may be there again by now, and empty */
		watch->deleted |= (nlh->nlmsg_type & 0xff) == NFT_MSG_DELTABLE;
	}
}

unsigned fw_watch_read(fw_watch_t *watch, const void *data, size_t len,
					   fw_changed_t changed, void *user)
{
	const struct nlmsghdr *nlh = data;
	int left = (int)len;
	unsigned n = 0;

	/* libmnl takes a length of 2^31 and more for a negative one */
	while (mnl_nlmsg_ok(nlh, left) && nlh->nlmsg_len <= (uint32_t)left)
	{
		message(watch, nlh, changed, user);
		nlh = mnl_nlmsg_next(nlh, &left);
		n++;
	}
	return n;
}

void fw_watch_lost(fw_watch_t *watch, fw_changed_t changed, void *user)
{
	const fw_change_t change = {.lost = true};

	watch->touched = watch->deleted = false;
	changed(user, &change);
}
