/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Names of operations, for the log, and the mark that makes a link ours.
 */

#include "kernel/object.h"

#include <stdio.h>
#include <string.h>

const char *kernel_op_name(kernel_op_kind_t kind)
{
	switch (kind)
	{
		case KERNEL_LINK_ADD:
			return "link add";
		case KERNEL_LINK_SET:
			return "link set";
		case KERNEL_LINK_DEL:
			return "link del";
		case KERNEL_ADDR_ADD:
			return "address add";
		case KERNEL_ADDR_DEL:
			return "address del";
		case KERNEL_NEXTHOP_SET:
			return "nexthop set";
		case KERNEL_NEXTHOP_DEL:
			return "nexthop del";
		case KERNEL_GROUP_SET:
			return "group set";
		case KERNEL_ROUTE_SET:
			return "route set";
		case KERNEL_ROUTE_DEL:
			return "route del";
		case KERNEL_RULE_ADD:
			return "rule add";
		case KERNEL_RULE_DEL:
			return "rule del";
		case KERNEL_SYSCTL_SET:
			return "sysctl set";
	}
	return "?";
}

bool kernel_link_is_ours(const kernel_link_t *link)
{
	static const char mark[] = "cygnet ";

	return link->kind == KERNEL_LINK_XFRM &&
		   !strncmp(link->alias, mark, sizeof(mark) - 1);
}

static void format_nexthop(const kernel_nexthop_t *n, char *buf, size_t size)
{
	char gateway[ADDR_STR_MAX] = "-";

	if (addr_is_set(&n->gateway))
	{
		addr_format(&n->gateway, gateway);
	}
	snprintf(buf, size, "id %u link %u via %s%s", n->id, n->link, gateway,
			 n->blackhole ? " blackhole" : "");
}

static void format_route(const kernel_route_t *r, char *buf, size_t size)
{
	char dst[PREFIX_STR_MAX], gateway[ADDR_STR_MAX] = "-";

	prefix_format(&r->dst, dst);
	if (r->nexthop)
	{
		snprintf(buf, size, "%s table %u metric %u nhid %u", dst, r->table,
				 r->metric, r->nexthop);
		return;
	}
	if (addr_is_set(&r->gateway))
	{
		addr_format(&r->gateway, gateway);
	}
	snprintf(buf, size, "%s table %u metric %u link %u via %s", dst, r->table,
			 r->metric, r->link, gateway);
}

static void format_what(const kernel_op_t *op, char *buf, size_t size)
{
	char text[PREFIX_STR_MAX];

	buf[0] = '\0';
	switch (op->kind)
	{
		case KERNEL_LINK_ADD:
		case KERNEL_LINK_SET:
		case KERNEL_LINK_DEL:
			snprintf(buf, size, "%s index %u if_id %u", op->link.name,
					 op->link.index, op->link.if_id);
			break;
		case KERNEL_ADDR_ADD:
		case KERNEL_ADDR_DEL:
			snprintf(buf, size, "%s/%u link %u",
					 addr_format(&op->addr.ifaddr.addr, text),
					 op->addr.ifaddr.len, op->addr.link);
			break;
		case KERNEL_NEXTHOP_SET:
		case KERNEL_NEXTHOP_DEL:
			format_nexthop(&op->nexthop, buf, size);
			break;
		case KERNEL_GROUP_SET:
			snprintf(buf, size, "id %u of %u%s", op->group.id, op->group.count,
					 op->group.buckets.count ? " resilient" : "");
			break;
		case KERNEL_ROUTE_SET:
		case KERNEL_ROUTE_DEL:
			format_route(&op->route, buf, size);
			break;
		case KERNEL_RULE_ADD:
		case KERNEL_RULE_DEL:
			snprintf(buf, size, "to %s priority %u table %u",
					 prefix_format(&op->rule.dst, text), op->rule.priority,
					 op->rule.table);
			break;
		case KERNEL_SYSCTL_SET:
			snprintf(buf, size, "%s = %s", op->sysctl.path, op->sysctl.value);
			break;
	}
}

const char *kernel_op_format(const kernel_op_t *op,
							 char buf[static KERNEL_OP_STR_MAX])
{
	char what[KERNEL_OP_STR_MAX - 16];

	format_what(op, what, sizeof(what));
	snprintf(buf, KERNEL_OP_STR_MAX, "%s %s", kernel_op_name(op->kind), what);
	return buf;
}
