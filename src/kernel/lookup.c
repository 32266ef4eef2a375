/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The way to an address by the underlay, leaving out what we installed.
 *
 * The kernel decides, with the user's rules and metrics, and no dump is read:
 * the table may hold a million routes of ours, and a filter cannot say "not".
 * The question is put in the name of KERNEL_RULE_NOBODY, whom our pin rules
 * do not match. If the entry that matches is not ours, that is it. If it is (a
 * learned route covers the peer), the same is asked for each link that is up
 * and no XFRM interface, with RTA_OIF: a lookup bound to a link passes over
 * routes by other links and falls back to less specific ones. The longest
 * answer that is not ours wins, then the smaller metric.
 *
 * With next hop objects IPv4 does not pass over to the next route of the same
 * prefix, only to a shorter one (fib_table_lookup's "goto miss"; IPv6 does).
 * So a default route of somebody else's is hidden behind a learned one, and is
 * looked for in the first piece of a dump, which begins with 0.0.0.0/0.
 *
 * Not found so: in IPv4 another route than the default that has the very
 * prefix of one of ours and a worse metric; a way by a link over which a longer
 * route of ours goes too (an `interface =` tunnel on the underlay's own link);
 * and any way while an unreachable or blackhole route of ours matches longest.
 * The answer is a shorter one or -ENETUNREACH: a pin that stands had better
 * keep standing then.
 */

#include "kernel/netlink.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define LINKS_MAX 256

typedef struct links_t
{
	uint32_t index[LINKS_MAX];
	size_t count;
} links_t;

typedef struct answer_t
{
	kernel_route_t route;
	bool have;
} answer_t;

static void take_route(const struct nlmsghdr *nlh, void *user)
{
	answer_t *answer = user;

	answer->have = nlh->nlmsg_type == RTM_NEWROUTE &&
				   kernel_route_decode(nlh, &answer->route);
}

static int get(kernel_t *kernel, const addr_t *dst, uint32_t out_link,
			   bool match, kernel_route_t *out)
{
	uint32_t buf[NL_REQUEST_MAX / sizeof(uint32_t)];
	answer_t answer = {.have = false};
	struct nlmsghdr *nlh;
	char text[128];
	int error;

	nlh = kernel_route_encode_get(buf, sizeof(buf), dst, out_link, match);
	if (!nlh)
	{
		return -EINVAL;
	}
	error = nl_exchange(&kernel->writer, nlh, take_route, &answer, text,
						sizeof(text));
	if (error)
	{
		return error;
	}
	if (!answer.have || answer.route.type != KERNEL_UNICAST)
	{
		return -ENETUNREACH;
	}
	*out = answer.route;
	return 0;
}

static bool better(const kernel_route_t *a, const kernel_route_t *b)
{
	return a->dst.len > b->dst.len ||
		   (a->dst.len == b->dst.len && a->metric < b->metric);
}

static int get_by_links(kernel_t *kernel, const addr_t *dst,
						const links_t *links, kernel_route_t *out,
						uint32_t *out_link)
{
	kernel_route_t route;
	bool have = false;

	for (size_t i = 0; i < links->count; i++)
	{
		if (!get(kernel, dst, links->index[i], true, &route) &&
			route.protocol != KERNEL_PROTO && (!have || better(&route, out)))
		{
			have = true;
			*out = route;
			*out_link = links->index[i];
		}
	}
	return have ? 0 : -ENETUNREACH;
}

/* up, not ours; of dumped messages as they come */
static void take_link(const struct nlmsghdr *nlh, void *user)
{
	links_t *links = user;
	kernel_link_t link;

	if (nlh->nlmsg_type == RTM_NEWLINK && kernel_link_decode(nlh, &link) &&
		link.up && link.kind != KERNEL_LINK_XFRM && links->count < LINKS_MAX)
	{
		links->index[links->count++] = link.index;
	}
}

/* a small dump on the writer's socket, read to its end */
static int list_links(kernel_t *kernel, links_t *links)
{
	uint32_t buf[32];
	nlw_t w = nlw_make(buf, sizeof(buf), RTM_GETLINK, NLM_F_DUMP);
	const nl_writer_t *writer = &kernel->writer;
	const struct nlmsghdr *nlh;
	struct ifinfomsg spare;
	ssize_t len;
	int left, error;

	nlw_header(&w, &spare, sizeof(spare));
	nlw_u32(&w, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	error = nl_send(&kernel->writer.socket, w.nlh);
	if (error)
	{
		return error;
	}
	while ((len = nl_recv(&writer->socket, writer->answer, NL_DATAGRAM_MAX)) >
		   0)
	{
		nlh = writer->answer;
		left = (int)len;
		for (; nl_message_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		{
			if (nlh->nlmsg_seq != writer->socket.seq)
			{
				continue;
			}
			if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR)
			{
				return nl_error(nlh);
			}
			take_link(nlh, links);
		}
	}
	return len < 0 ? (int)len : -EPROTO;
}

/* 0.0.0.0/0 stands in the first leaf of the trie, behind at most 0.0.0.0/1 to
 * /32; the rest of the dump goes with its socket */
static int default_route(kernel_t *kernel, kernel_route_t *out)
{
	uint32_t buf[32];
	nl_socket_t s = {.mnl = NULL};
	struct nlmsghdr *nlh;
	ssize_t len = 0;
	int left, error;

	error = nl_socket_open(&s, 65536);
	if (error)
	{
		return error;
	}
	nlh = kernel_route_encode_dump(buf, sizeof(buf), FAMILY_IPV4, 0,
								   RT_TABLE_MAIN);
	error = nl_send(&s, nlh);
	if (!error)
	{
		len = nl_recv(&s, kernel->writer.answer, NL_DATAGRAM_MAX);
		error = len < 0 ? (int)len : -ENETUNREACH;
	}
	nlh = kernel->writer.answer;
	left = len > 0 ? (int)len : 0;
	for (; error == -ENETUNREACH && nl_message_ok(nlh, left);
		 nlh = mnl_nlmsg_next(nlh, &left))
	{
		if (nlh->nlmsg_type == RTM_NEWROUTE && kernel_route_is_entry(nlh) &&
			kernel_route_decode(nlh, out) && !out->dst.len &&
			out->type == KERNEL_UNICAST && out->protocol != KERNEL_PROTO)
		{
			error = 0;
		}
	}
	nl_socket_close(&s);
	return error;
}

int kernel_route_get(void *self, const addr_t *dst, kernel_route_t *out)
{
	kernel_t *kernel = self;
	kernel_route_t way;
	uint32_t out_link = 0;
	links_t links = {.count = 0};
	int error;

	error = get(kernel, dst, 0, true, out);
	if (error || out->protocol == KERNEL_PROTO)
	{
		error = list_links(kernel, &links);
		if (!error)
		{
			error = get_by_links(kernel, dst, &links, out, &out_link);
		}
		if (error == -ENETUNREACH && dst->family == FAMILY_IPV4)
		{
			error = default_route(kernel, out);
			out->nexthop = 0;
			return error;
		}
	}
	/* the entry may have many next hops: which one is taken, and from which
	 * address, tells the lookup itself */
	if (!error)
	{
		error = get(kernel, dst, out_link, false, &way);
	}
	if (error)
	{
		return error == -EHOSTUNREACH ? -ENETUNREACH : error;
	}
	out->nexthop = 0;
	out->link = way.link;
	out->gateway = way.gateway;
	out->source = way.source;
	return 0;
}
