/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Links by getifaddrs, which is rtnetlink's; the others from /proc/net. */

#include "cli/doctor_counts.h"

#include <ifaddrs.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/** what a link counts; 32 bits are enough for differences */
typedef struct counts_t
{
	uint32_t in;
	uint32_t out;
	uint32_t refused;
} counts_t;

static bool link_counts(const struct ifaddrs *list, const char *link,
						counts_t *counts)
{
	for (const struct ifaddrs *i = list; i; i = i->ifa_next)
	{
		/* an XFRM link has no address of its own, but data as all links */
		if ((!i->ifa_addr || i->ifa_addr->sa_family == AF_PACKET) &&
			i->ifa_data && strcmp(i->ifa_name, link) == 0)
		{
			const struct rtnl_link_stats *stats = i->ifa_data;

			counts->in = stats->rx_packets;
			counts->out = stats->tx_packets;
			/* an XFRM link's: what came back from below with an error */
			counts->refused = stats->tx_aborted_errors;
			return true;
		}
	}
	return false;
}

bool doctor_here(const doctor_tunnel_t *t)
{
	return t->link_index && if_nametoindex(t->link) == t->link_index;
}

void doctor_counts_links(doctor_tunnel_t *tunnels, size_t n, bool after)
{
	struct ifaddrs *list;
	counts_t now;

	if (getifaddrs(&list) < 0)
	{
		return;
	}
	for (size_t i = 0; i < n; i++)
	{
		doctor_tunnel_t *t = &tunnels[i];

		if (!doctor_here(t) || !link_counts(list, t->link, &now))
		{
			t->counted = false;
			continue;
		}
		t->in = (uint32_t)(now.in - (after ? t->in : 0));
		t->out = (uint32_t)(now.out - (after ? t->out : 0));
		t->refused = (uint32_t)(now.refused - (after ? t->refused : 0));
		t->counted = !after || t->counted;
	}
	freeifaddrs(list);
}

/** the value below a name in a file of two lines each, as of /proc/net/netstat */
static uint64_t netstat(const char *name)
{
	char names[8192], values[8192], *at_name, *at_value, *n, *v;
	FILE *file = fopen("/proc/net/netstat", "re");
	uint64_t found = 0;

	while (file && fgets(names, sizeof(names), file) &&
		   fgets(values, sizeof(values), file))
	{
		n = strtok_r(names, " \n", &at_name);
		v = strtok_r(values, " \n", &at_value);
		while (n && v)
		{
			if (strcmp(n, name) == 0)
			{
				found = strtoull(v, NULL, 10);
			}
			n = strtok_r(NULL, " \n", &at_name);
			v = strtok_r(NULL, " \n", &at_value);
		}
	}
	if (file)
	{
		fclose(file);
	}
	return found;
}

size_t doctor_counts_xfrm(doctor_xfrm_t out[static DOCTOR_XFRM_MAX])
{
	FILE *file = fopen("/proc/net/xfrm_stat", "re");
	size_t n = 0;

	while (file && n < DOCTOR_XFRM_MAX &&
		   fscanf(file, "%31s %" SCNu64, out[n].name, &out[n].value) == 2)
	{
		n++;
	}
	if (file)
	{
		fclose(file);
	}
	return n;
}

void doctor_counts_host(const doctor_xfrm_t *before, size_t n,
						doctor_host_t *host)
{
	doctor_xfrm_t after[DOCTOR_XFRM_MAX];
	size_t m = doctor_counts_xfrm(after);
	uint64_t most = 0;

	for (size_t i = 0; i < n && i < m; i++)
	{
		uint64_t more = after[i].value - before[i].value;

		host->xfrm_drops += more;
		if (more > most)
		{
			most = more;
			memcpy(host->xfrm_reason, after[i].name, sizeof(after[i].name));
		}
	}
	host->md5_failures = netstat("TCPMD5Failure");
	host->md5_missing = netstat("TCPMD5NotFound");
	host->md5_unexpected = netstat("TCPMD5Unexpected");
}
