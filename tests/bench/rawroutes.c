/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the kernel itself needs for a table, as the measure of all daemons: one
 * process, the routes as they will stand in the end (by a group of both next
 * hops), batches of 512 with one ack each. Prints the moments, in monotonic
 * microseconds: "T first", "T done".
 *
 *   rawroutes ROUTES4 ROUTES6 DEV GATEWAY4 GATEWAY6 DEV GATEWAY4 GATEWAY6
 */

#include "routes.h"
#include "rtnl.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 512
/** ids: a next hop is family's base plus its number from 1, a group the base */
#define BASE4 100u
#define BASE6 200u

static void must(rtnl_t *nl, const char *what)
{
	int error = rtnl_flush(nl);

	if (error)
	{
		fprintf(stderr, "%s: %s\n", what, strerror(-error));
		exit(1);
	}
}

static void nexthop(rtnl_t *nl, bool ipv6, uint32_t id, const char *dev,
					const char *gateway)
{
	struct nhmsg *nh =
		rtnl_begin(nl, RTM_NEWNEXTHOP, NLM_F_CREATE, sizeof(*nh));
	uint8_t addr[16] = {0};

	nh->nh_family = ipv6 ? AF_INET6 : AF_INET;
	nh->nh_protocol = RTPROT_STATIC;
	inet_pton(nh->nh_family, gateway, addr);
	rtnl_put_u32(nl, NHA_ID, id);
	rtnl_put_u32(nl, NHA_OIF, if_nametoindex(dev));
	rtnl_put(nl, NHA_GATEWAY, addr, ipv6 ? 16 : 4);
	must(nl, "next hop");
}

static void group(rtnl_t *nl, uint32_t base)
{
	struct nhmsg *nh =
		rtnl_begin(nl, RTM_NEWNEXTHOP, NLM_F_CREATE, sizeof(*nh));
	struct nexthop_grp members[2] = {{.id = base + 1}, {.id = base + 2}};

	nh->nh_protocol = RTPROT_STATIC;
	rtnl_put_u32(nl, NHA_ID, base);
	rtnl_put(nl, NHA_GROUP, members, sizeof(members));
	must(nl, "group");
}

static void write_table(rtnl_t *nl, bool ipv6, uint32_t count)
{
	route_t *routes = routes_make(ipv6, count);

	for (uint32_t i = 0; i < count; i++)
	{
		struct rtmsg *rt = rtnl_begin(nl, RTM_NEWROUTE,
									  NLM_F_CREATE | NLM_F_EXCL, sizeof(*rt));

		rt->rtm_family = ipv6 ? AF_INET6 : AF_INET;
		rt->rtm_dst_len = routes[i].len;
		rt->rtm_table = RT_TABLE_MAIN;
		rt->rtm_protocol = RTPROT_STATIC;
		rt->rtm_scope = RT_SCOPE_UNIVERSE;
		rt->rtm_type = RTN_UNICAST;
		rtnl_put(nl, RTA_DST, routes[i].bytes, ipv6 ? 16 : 4);
		rtnl_put_u32(nl, RTA_NH_ID, ipv6 ? BASE6 : BASE4);
		if (i % BATCH == BATCH - 1)
		{
			must(nl, "routes");
		}
	}
	must(nl, "routes");
	free(routes);
}

int main(int argc, char **argv)
{
	uint32_t count[2];
	rtnl_t *nl;

	if (argc != 9)
	{
		fprintf(stderr, "usage: rawroutes ROUTES4 ROUTES6 DEV GATEWAY4 "
						"GATEWAY6 DEV GATEWAY4 GATEWAY6\n");
		return 2;
	}
	nl = rtnl_open();
	for (unsigned i = 0; i < 2; i++)
	{
		uint32_t base = i ? BASE6 : BASE4;

		count[i] = (uint32_t)strtoul(argv[1 + i], NULL, 10);
		if (count[i] > ROUTES_MAX)
		{
			return 2;
		}
		if (count[i])
		{
			nexthop(nl, i, base + 1, argv[3], argv[4 + i]);
			nexthop(nl, i, base + 2, argv[6], argv[7 + i]);
			group(nl, base);
		}
	}
	printf("%" PRIu64 " first\n", routes_now());
	fflush(stdout);
	write_table(nl, false, count[0]);
	write_table(nl, true, count[1]);
	printf("%" PRIu64 " done\n", routes_now());
	free(nl);
	return 0;
}
