/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Where packets would go: asks the kernel for the route of flows (RTM_GETROUTE
 * with protocol and ports, so that its multipath hash decides), again and
 * again, and prints when something has become so, in monotonic microseconds.
 *
 *   watcher [-6] ROUTES fib DEV DEV LIMIT    all prefixes lead to both
 *   watcher [-6] ROUTES load DEV DEV LIMIT   the same, of a sample alone
 *   watcher [-6] ROUTES there LIMIT          all prefixes lead somewhere
 *   watcher [-6] ROUTES left DEV FLOWS LIMIT no flow goes by DEV any more
 *   watcher [-6] ROUTES gone LIMIT           no prefix is there any more
 *   watcher [-6] ROUTES where FLOWS          how many flows go where, now
 *
 * What is waited for is looked at one by one: the head of those that are not
 * so yet. The last of them is the moment that counts, and nothing else is
 * asked for, so that the watching costs next to nothing. Of large tables, a
 * sample spread over all is waited for; then every prefix is looked at.
 */

#include "routes.h"
#include "rtnl.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define SAMPLE     4096u
#define FIRST_PORT 1024u
/** flows of a prefix until both of two ways were seen: one in 2^32 is missed */
#define TRIES    32u
#define PAUSE_NS 50000
#define NONE     0u
#define DEVS_MAX 1024u

typedef struct watch_t
{
	rtnl_t *nl;
	bool ipv6;
	route_t *routes;
	uint32_t count;
	uint64_t until;
	/** of the last look: there is no route at all, not even to nowhere */
	bool absent;
} watch_t;

static const route_t *sample(const watch_t *w, uint32_t i, uint32_t of)
{
	return &w->routes[(uint64_t)i * (w->count - 1) / (of > 1 ? of - 1 : 1)];
}

/** the link that the flow leaves by; NONE: no route, or one to nowhere */
static uint32_t flow_link(watch_t *w, const route_t *route, uint16_t port)
{
	struct rtmsg *rt = rtnl_begin(w->nl, RTM_GETROUTE, 0, sizeof(*rt));
	uint16_t from = htons((uint16_t)(FIRST_PORT + port)), to = htons(9);
	uint8_t proto = IPPROTO_UDP, addr[16];
	const struct nlmsghdr *nlh;
	const struct rtattr *oif;
	uint32_t link = NONE;
	int error;

	rt->rtm_family = w->ipv6 ? AF_INET6 : AF_INET;
	rt->rtm_dst_len = w->ipv6 ? 128 : 32;
	route_host(route, w->ipv6, addr);
	rtnl_put(w->nl, RTA_DST, addr, w->ipv6 ? 16 : 4);
	rtnl_put(w->nl, RTA_IP_PROTO, &proto, sizeof(proto));
	rtnl_put(w->nl, RTA_SPORT, &from, sizeof(from));
	rtnl_put(w->nl, RTA_DPORT, &to, sizeof(to));
	nlh = rtnl_ask(w->nl, &error);
	w->absent = !nlh && error == -ENETUNREACH;
	if (!nlh)
	{
		if (error != -ENETUNREACH && error != -EHOSTUNREACH &&
			error != -EINVAL && error != -EACCES)
		{
			fprintf(stderr, "route get: %s\n", strerror(-error));
			exit(1);
		}
		return NONE;
	}
	oif = rtnl_attr(nlh, sizeof(*rt), RTA_OIF);
	rt = NLMSG_DATA(nlh);
	if (oif && rt->rtm_type == RTN_UNICAST)
	{
		memcpy(&link, RTA_DATA(oif), sizeof(link));
	}
	return link;
}

static bool has_both(watch_t *w, const route_t *route, const uint32_t *links)
{
	bool seen[2] = {false, false};

	for (uint16_t i = 0; i < TRIES && !(seen[0] && seen[1]); i++)
	{
		uint32_t link = flow_link(w, route, i);

		if (link != links[0] && link != links[1])
		{
			return false;
		}
		seen[link == links[1]] = true;
	}
	return seen[0] && seen[1];
}

static void pause_or_end(const watch_t *w)
{
	const struct timespec moment = {.tv_nsec = PAUSE_NS};

	if (routes_now() > w->until)
	{
		printf("%" PRIu64 " late\n", routes_now());
		exit(3);
	}
	nanosleep(&moment, NULL);
}

static void say(const char *word, uint32_t number)
{
	printf("%" PRIu64 " %s %" PRIu32 "\n", routes_now(), word, number);
	fflush(stdout);
}

static int watch_fib(watch_t *w, char **devs, bool all)
{
	uint32_t links[2] = {if_nametoindex(devs[0]), if_nametoindex(devs[1])};
	uint32_t of = w->count < SAMPLE ? w->count : SAMPLE, missing = 0;

	say("watching", of);
	for (uint32_t i = 0; i < of; i++)
	{
		while (!has_both(w, sample(w, i, of), links))
		{
			pause_or_end(w);
		}
	}
	say("last", of);
	for (uint32_t i = 0; i < w->count && all; i++)
	{
		/* the sample need not have had the very last */
		if (!has_both(w, &w->routes[i], links))
		{
			missing++;
			while (!has_both(w, &w->routes[i], links))
			{
				pause_or_end(w);
			}
		}
	}
	say("checked", missing);
	return 0;
}

/** each has a link */
static bool is_there(watch_t *w, const route_t *route)
{
	return flow_link(w, route, 0) != NONE;
}

/** not even a route to nowhere is left */
static bool is_gone(watch_t *w, const route_t *route)
{
	flow_link(w, route, 0);
	return w->absent;
}

static int watch_all(watch_t *w, bool (*is)(watch_t *, const route_t *))
{
	uint32_t of = w->count < SAMPLE ? w->count : SAMPLE;

	say("watching", of);
	for (uint32_t i = 0; i < of; i++)
	{
		while (!is(w, sample(w, i, of)))
		{
			pause_or_end(w);
		}
	}
	say("last", of);
	return 0;
}

static int watch_left(watch_t *w, const char *dev, uint32_t flows)
{
	uint32_t link = if_nametoindex(dev), *on = calloc(flows, sizeof(*on));
	uint32_t n = 0, back, nowhere = 0;

	for (uint32_t i = 0; i < flows; i++)
	{
		if (flow_link(w, sample(w, i, flows), (uint16_t)i) == link)
		{
			on[n++] = i;
		}
	}
	say("watching", n);
	do
	{
		/* again, until none was found to have come back */
		for (uint32_t i = 0; i < n; i++)
		{
			while (flow_link(w, sample(w, on[i], flows), (uint16_t)on[i]) ==
				   link)
			{
				pause_or_end(w);
			}
		}
		say("left", n);
		back = nowhere = 0;
		for (uint32_t i = 0; i < flows; i++)
		{
			uint32_t at = flow_link(w, sample(w, i, flows), (uint16_t)i);

			back += at == link;
			nowhere += at == NONE;
		}
	} while (back);
	say("nowhere", nowhere);
	free(on);
	return 0;
}

static int where(watch_t *w, uint32_t flows)
{
	static uint32_t counts[DEVS_MAX];
	char name[IF_NAMESIZE];

	for (uint32_t i = 0; i < flows; i++)
	{
		uint32_t link = flow_link(w, sample(w, i, flows), (uint16_t)i);

		counts[link < DEVS_MAX ? link : NONE]++;
	}
	for (uint32_t i = 0; i < DEVS_MAX; i++)
	{
		if (counts[i])
		{
			printf("%s %" PRIu32 "\n", i ? if_indextoname(i, name) : "nowhere",
				   counts[i]);
		}
	}
	return 0;
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	watch_t w = {.ipv6 = argc > 1 && !strcmp(argv[1], "-6")};
	const char *verb;

	argc -= w.ipv6;
	argv += w.ipv6;
	verb = argc > 3 ? argv[2] : "";
	w.count = argc > 1 ? number(argv[1]) : 0;
	w.routes = w.count ? routes_make(w.ipv6, w.count) : NULL;
	w.nl = rtnl_open();
	w.until = routes_now() + UINT64_C(1000000) * number(argv[argc - 1]);
	if (w.routes && argc == 6 &&
		(!strcmp(verb, "fib") || !strcmp(verb, "load")))
	{
		return watch_fib(&w, &argv[3], verb[0] == 'f');
	}
	if (w.routes && argc == 6 && !strcmp(verb, "left"))
	{
		return watch_left(&w, argv[3], number(argv[4]));
	}
	if (w.routes && argc == 4 &&
		(!strcmp(verb, "gone") || !strcmp(verb, "there")))
	{
		return watch_all(&w, verb[0] == 't' ? is_there : is_gone);
	}
	if (w.routes && argc == 4 && !strcmp(verb, "where"))
	{
		return where(&w, number(argv[3]));
	}
	fprintf(stderr, "usage: watcher [-6] ROUTES fib DEV DEV LIMIT | "
					"load DEV DEV LIMIT | there LIMIT | left DEV FLOWS LIMIT | "
					"gone LIMIT | where FLOWS\n");
	return 2;
}
