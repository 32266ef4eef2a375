/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * rtnetlink messages: what is decoded keeps within its bounds, and what can be
 * encoded again is decoded as the same.
 */

#include "fuzz/fuzz.h"

#include "kernel/netlink.h"

#include <string.h>

static void check_addr(const addr_t *a)
{
	fuzz_check(a->family == FAMILY_NONE || a->family == FAMILY_IPV4 ||
			   a->family == FAMILY_IPV6);
	for (size_t i = addr_size(a); i < sizeof(a->b); i++)
	{
		fuzz_check(!a->b[i]);
	}
}

static void check_prefix(const prefix_t *p)
{
	prefix_t again = prefix_make(&p->addr, p->len);

	check_addr(&p->addr);
	fuzz_check(addr_is_set(&p->addr) && p->len <= addr_bits(&p->addr));
	fuzz_check(prefix_equal(p, &again));
}

static void check_link(const kernel_link_t *l)
{
	fuzz_check(memchr(l->name, '\0', sizeof(l->name)));
	fuzz_check(memchr(l->alias, '\0', sizeof(l->alias)));
	fuzz_check(l->kind == KERNEL_LINK_XFRM || !l->if_id);
}

static void check_rule(const kernel_rule_t *r)
{
	uint32_t buf[NL_REQUEST_MAX / 4];
	struct nlmsghdr *nlh =
		kernel_rule_encode(buf, sizeof(buf), KERNEL_RULE_ADD, r);
	kernel_rule_t again;

	check_prefix(&r->dst);
	if (nlh)
	{
		fuzz_check(kernel_rule_decode(nlh, &again));
		fuzz_check(again.table == r->table && again.priority == r->priority &&
				   prefix_equal(&again.dst, &r->dst));
	}
}

static void check_route(const kernel_route_t *r)
{
	uint32_t buf[NL_REQUEST_MAX / 4];
	struct nlmsghdr *nlh = kernel_route_encode(buf, sizeof(buf), ROUTE_NEW, r);
	kernel_route_t again;

	check_prefix(&r->dst);
	check_addr(&r->gateway);
	check_addr(&r->source);
	if (nlh)
	{
		fuzz_check(kernel_route_decode(nlh, &again));
		fuzz_check(again.table == r->table && again.metric == r->metric &&
				   again.type == r->type && prefix_equal(&again.dst, &r->dst));
		fuzz_check(r->type != KERNEL_UNICAST ||
				   (again.nexthop == r->nexthop && again.link == r->link &&
					addr_equal(&again.gateway, &r->gateway)));
	}
}

static void check_event(const kernel_event_t *e)
{
	switch (e->what)
	{
		case KERNEL_WHAT_LINK:
			check_link(&e->link);
			break;
		case KERNEL_WHAT_ADDR:
			check_addr(&e->addr.ifaddr.addr);
			check_addr(&e->addr.peer);
			fuzz_check(e->addr.ifaddr.len <= addr_bits(&e->addr.ifaddr.addr));
			break;
		case KERNEL_WHAT_NEXTHOP:
			check_addr(&e->nexthop.gateway);
			break;
		case KERNEL_WHAT_GROUP:
			fuzz_check(e->group.count && e->group.count <= KERNEL_GROUP_MAX);
			for (unsigned i = 0; i < e->group.count; i++)
			{
				fuzz_check(e->group.members[i].weight >= 1 &&
						   e->group.members[i].weight <= 256);
			}
			break;
		case KERNEL_WHAT_ROUTE:
			check_route(&e->route);
			break;
		case KERNEL_WHAT_RULE:
			check_rule(&e->rule);
			break;
		case KERNEL_WHAT_TABLE:
			fuzz_check(false);
			break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* allocated, so aligned, and of its own length */
	uint8_t *copy = malloc(size ? size : 1);
	const struct nlmsghdr *nlh = (const void *)copy;
	kernel_event_t event;
	char text[32];
	int left = (int)size;

	if (size)
	{
		memcpy(copy, data, size);
	}
	for (; nl_message_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
	{
		if (kernel_decode(nlh, &event))
		{
			check_event(&event);
		}
		nl_error_text(nlh, text, sizeof(text));
		fuzz_check(memchr(text, '\0', sizeof(text)));
		fuzz_check(nl_error(nlh) <= 0);
	}
	free(copy);
	return 0;
}
