/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Rules: RTM_NEWRULE and RTM_DELRULE, of KERNEL_PROTO. A rule of ours matches
 * every user but KERNEL_RULE_NOBODY (uidrange; the kernel's own packets, ESP
 * among them, count as root's). So RTM_GETROUTE in that user's name is
 * answered as if our pins were not there, which is how a pin finds out that
 * the underlay has changed below it.
 */

#include "kernel/codec.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

struct nlmsghdr *kernel_rule_encode(void *buf, size_t size,
									kernel_op_kind_t kind,
									const kernel_rule_t *rule)
{
	bool add = kind == KERNEL_RULE_ADD;
	nlw_t w = nlw_make(buf, size, add ? RTM_NEWRULE : RTM_DELRULE,
					   add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	struct fib_rule_uid_range users = {.start = 0,
									   .end = KERNEL_RULE_NOBODY - 1};
	struct fib_rule_hdr spare, *frh;

	if (!addr_is_set(&rule->dst.addr) ||
		rule->dst.len > addr_bits(&rule->dst.addr) || !rule->table ||
		!rule->priority)
	{
		return NULL;
	}
	frh = nlw_header(&w, &spare, sizeof(spare));
	frh->family = nl_af(rule->dst.addr.family);
	frh->dst_len = rule->dst.len;
	frh->table = rule->table < 256 ? (uint8_t)rule->table : RT_TABLE_UNSPEC;
	frh->action = FR_ACT_TO_TBL;
	nlw_u32(&w, FRA_TABLE, rule->table);
	nlw_u32(&w, FRA_PRIORITY, rule->priority);
	nlw_u8(&w, FRA_PROTOCOL, KERNEL_PROTO);
	nlw_bytes(&w, FRA_UID_RANGE, &users, sizeof(users));
	if (rule->dst.len)
	{
		nlw_addr(&w, FRA_DST, &rule->dst.addr);
	}
	return nlw_done(&w);
}

enum
{
	U_DST,
	U_TABLE,
	U_PRIORITY,
	U_PROTOCOL,
	U_COUNT,
};

static const nl_want_t rule_want[U_COUNT] = {
	[U_DST] = {FRA_DST, 4, 16},
	[U_TABLE] = {FRA_TABLE, 4, 4},
	[U_PRIORITY] = {FRA_PRIORITY, 4, 4},
	[U_PROTOCOL] = {FRA_PROTOCOL, 1, 1},
};

bool kernel_rule_decode(const struct nlmsghdr *nlh, kernel_rule_t *out)
{
	const struct fib_rule_hdr *frh = nl_header(nlh, sizeof(*frh));
	const struct nlattr *found[U_COUNT];
	family_t family;
	addr_t dst;

	memset(out, 0, sizeof(*out));
	if (!frh || !nl_family(frh->family, &family) ||
		!nl_attrs(nlh, sizeof(*frh), rule_want, U_COUNT, found) ||
		!nl_addr(found[U_DST], family, &dst))
	{
		return false;
	}
	if (!addr_is_set(&dst))
	{
		dst.family = (uint8_t)family;
		if (frh->dst_len)
		{
			return false;
		}
	}
	if (frh->dst_len > addr_bits(&dst))
	{
		return false;
	}
	out->dst = prefix_make(&dst, frh->dst_len);
	out->table = found[U_TABLE] ? nl_u32(found[U_TABLE]) : frh->table;
	out->priority = nl_u32(found[U_PRIORITY]);
	if (found[U_PROTOCOL])
	{
		out->protocol = mnl_attr_get_u8(found[U_PROTOCOL]);
	}
	return true;
}
