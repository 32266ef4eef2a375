/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Dumps, one at a time, on a socket of their own. The kernel makes the next
 * piece (32 KiB) when we have read one, so a reader that stops for a while
 * stops the dump with it: that is the slicing. Strict checking makes the
 * kernel pick routes by our protocol itself. Routes and rules are dumped one
 * family after the other. Whatever cast a doubt on the dump (NLM_F_DUMP_INTR: it
 * changed meanwhile; a datagram cut or lost) is told at its end, and the
 * owner asks anew.
 */

#include "kernel/netlink.h"

#include "base/log.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>

static struct nlmsghdr *encode_links(nlw_t *w)
{
	struct ifinfomsg spare;

	nlw_header(w, &spare, sizeof(spare));
	nlw_u32(w, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return nlw_done(w);
}

static struct nlmsghdr *encode_addrs(nlw_t *w, uint8_t af)
{
	struct ifaddrmsg spare, *ifa;

	ifa = nlw_header(w, &spare, sizeof(spare));
	ifa->ifa_family = af;
	return nlw_done(w);
}

static struct nlmsghdr *encode_nexthops(nlw_t *w, bool groups)
{
	struct nhmsg spare;

	nlw_header(w, &spare, sizeof(spare));
	if (groups)
	{
		nlw_flag(w, NHA_GROUPS);
	}
	return nlw_done(w);
}

static struct nlmsghdr *encode_rules(nlw_t *w, uint8_t af)
{
	struct fib_rule_hdr spare, *frh;

	frh = nlw_header(w, &spare, sizeof(spare));
	frh->family = af;
	return nlw_done(w);
}

static int ask(kernel_t *kernel)
{
	uint32_t buf[64];
	uint8_t af = nl_af(kernel->dump.family);
	struct nlmsghdr *nlh = NULL;
	nlw_t w;

	switch (kernel->dump.what)
	{
		case KERNEL_WHAT_LINK:
			w = nlw_make(buf, sizeof(buf), RTM_GETLINK, NLM_F_DUMP);
			nlh = encode_links(&w);
			break;
		case KERNEL_WHAT_ADDR:
			w = nlw_make(buf, sizeof(buf), RTM_GETADDR, NLM_F_DUMP);
			nlh = encode_addrs(&w, af);
			break;
		case KERNEL_WHAT_NEXTHOP:
		case KERNEL_WHAT_GROUP:
			w = nlw_make(buf, sizeof(buf), RTM_GETNEXTHOP, NLM_F_DUMP);
			nlh = encode_nexthops(&w, kernel->dump.what == KERNEL_WHAT_GROUP);
			break;
		case KERNEL_WHAT_ROUTE:
			nlh = kernel_route_encode_dump(
				buf, sizeof(buf), kernel->dump.family, KERNEL_PROTO, 0);
			break;
		case KERNEL_WHAT_RULE:
			w = nlw_make(buf, sizeof(buf), RTM_GETRULE, NLM_F_DUMP);
			nlh = encode_rules(&w, af);
			break;
		case KERNEL_WHAT_TABLE:
			nlh = kernel_route_encode_dump(
				buf, sizeof(buf), kernel->dump.family, kernel->dump.protocol,
				kernel->dump.table);
			break;
	}
	return nlh ? nl_send(&kernel->dumper, nlh) : -EINVAL;
}

/* links and next hops come for all families at once */
static bool by_family(kernel_what_t what)
{
	return what == KERNEL_WHAT_ADDR || what == KERNEL_WHAT_ROUTE ||
		   what == KERNEL_WHAT_RULE || what == KERNEL_WHAT_TABLE;
}

int kernel_dump(void *self, kernel_what_t what)
{
	kernel_t *kernel = self;
	int error;

	if (kernel->dump.active)
	{
		return -EBUSY;
	}
	kernel->dump.what = what;
	kernel->dump.family = by_family(what) ? FAMILY_IPV4 : FAMILY_NONE;
	kernel->dump.error = 0;
	error = ask(kernel);
	kernel->dump.active = !error;
	return error;
}

int kernel_dump_table(void *self, uint32_t table, uint8_t protocol)
{
	kernel_t *kernel = self;

	if (!kernel->dump.active)
	{
		kernel->dump.table = table;
		kernel->dump.protocol = protocol;
	}
	return kernel_dump(self, KERNEL_WHAT_TABLE);
}

static void doubt(kernel_t *kernel, int error)
{
	if (!kernel->dump.error)
	{
		kernel->dump.error = error;
	}
}

static void finish(kernel_t *kernel, int error)
{
	kernel_dump_t *dump = &kernel->dump;

	/* nobody has made the table so far: the kernel says so for IPv4 */
	doubt(kernel,
		  dump->what == KERNEL_WHAT_TABLE && error == -ENOENT ? 0 : error);
	if (!dump->error && dump->family == FAMILY_IPV4)
	{
		dump->family = FAMILY_IPV6;
		doubt(kernel, ask(kernel));
		if (!dump->error)
		{
			return;
		}
	}
	dump->active = false;
	kernel->sink.dumped(kernel->user, dump->what, dump->error);
}

static bool asked_for(const kernel_dump_t *dump, const kernel_event_t *event)
{
	if (event->what == KERNEL_WHAT_GROUP)
	{
		/* the kernel gives all next hops, among them groups */
		return dump->what == KERNEL_WHAT_GROUP ||
			   dump->what == KERNEL_WHAT_NEXTHOP;
	}
	/* one that does not filter routes would give all */
	if (dump->what == KERNEL_WHAT_TABLE)
	{
		return event->what == KERNEL_WHAT_ROUTE && !event->ours &&
			   event->route.table == dump->table &&
			   event->route.protocol == dump->protocol;
	}
	return event->what == dump->what &&
		   (event->what != KERNEL_WHAT_ROUTE || event->ours);
}

static void found(kernel_t *kernel, const struct nlmsghdr *nlh)
{
	kernel_event_t *event = &kernel->event;

	if (kernel_decode(nlh, event) && asked_for(&kernel->dump, event))
	{
		event->dump = true;
		event->port = 0;
		kernel->sink.event(kernel->user, event);
	}
}

static void handle(kernel_t *kernel, const struct nlmsghdr *nlh)
{
	/* rest of a dump that was given up */
	if (!kernel->dump.active || nlh->nlmsg_seq != kernel->dumper.seq)
	{
		return;
	}
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
	{
		doubt(kernel, -EINTR);
	}
	if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR)
	{
		finish(kernel, nl_error(nlh));
		return;
	}
	found(kernel, nlh);
}

bool dump_read(kernel_t *kernel, unsigned *budget)
{
	const struct nlmsghdr *nlh;
	ssize_t len;
	int left;

	while (*budget)
	{
		len = nl_recv(&kernel->dumper, kernel->in, NL_DATAGRAM_MAX);
		if (!len)
		{
			return false;
		}
		if (len == -EMSGSIZE)
		{
			doubt(kernel, -EMSGSIZE);
			--*budget;
			continue;
		}
		if (len < 0)
		{
			/* the end may be among what was lost */
			--*budget;
			if (kernel->dump.active)
			{
				kernel->dump.family = FAMILY_NONE;
				finish(kernel, (int)len);
			}
			continue;
		}
		nlh = kernel->in;
		left = (int)len;
		for (; nl_message_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		{
			*budget -= *budget > 0;
			handle(kernel, nlh);
		}
	}
	return true;
}
