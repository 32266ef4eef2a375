/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Counters that the kernel keeps: a link's by RTM_GETSTATS, which answers for
 * the one link, and those of IPsec, which it shows in a file alone.
 */

#include "kernel/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XFRM_FILE     "/proc/net/xfrm_stat"
#define XFRM_FILE_MAX 4096

/** the counters that older kernels have, too: these are read */
#define STATS64_MIN offsetof(struct rtnl_link_stats64, multicast)

struct nlmsghdr *kernel_stats_encode_get(void *buf, size_t size, uint32_t link)
{
	nlw_t w = nlw_make(buf, size, RTM_GETSTATS, 0);
	struct if_stats_msg spare, *ifsm;

	ifsm = nlw_header(&w, &spare, sizeof(spare));
	ifsm->ifindex = link;
	ifsm->filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
	return nlw_done(&w);
}

bool kernel_stats_decode(const struct nlmsghdr *nlh, kernel_link_stats_t *out)
{
	static const nl_want_t want[] = {
		{IFLA_STATS_LINK_64, STATS64_MIN, UINT16_MAX},
	};
	const struct nlattr *found[countof(want)];
	struct rtnl_link_stats64 stats;

	if (nlh->nlmsg_type != RTM_NEWSTATS ||
		!nl_header(nlh, sizeof(struct if_stats_msg)) ||
		!nl_attrs(nlh, sizeof(struct if_stats_msg), want, countof(want),
				  found) ||
		!found[0])
	{
		return false;
	}
	/* an attribute is aligned to four bytes only */
	memcpy(&stats, mnl_attr_get_payload(found[0]), STATS64_MIN);
	*out = (kernel_link_stats_t){
		.rx_packets = stats.rx_packets,
		.tx_packets = stats.tx_packets,
		.rx_bytes = stats.rx_bytes,
		.tx_bytes = stats.tx_bytes,
		.rx_errors = stats.rx_errors,
		.tx_errors = stats.tx_errors,
		.rx_dropped = stats.rx_dropped,
		.tx_dropped = stats.tx_dropped,
	};
	return true;
}

typedef struct answer_t
{
	kernel_link_stats_t *out;
	bool have;
} answer_t;

static void take(const struct nlmsghdr *nlh, void *user)
{
	answer_t *answer = user;

	answer->have = kernel_stats_decode(nlh, answer->out);
}

int kernel_link_stats(void *self, uint32_t link, kernel_link_stats_t *out)
{
	uint32_t buf[32];
	answer_t answer = {.out = out};
	char text[128];
	int error;

	error = nl_exchange(self, kernel_stats_encode_get(buf, sizeof(buf), link),
						take, &answer, text, sizeof(text));
	return error ? error : answer.have ? 0 : -EPROTO;
}

size_t kernel_xfrm_stat_parse(const char *text, kernel_counter_t *out,
							  size_t max)
{
	size_t n = 0;

	while (*text && n < max)
	{
		size_t line = strcspn(text, "\n"), name = strcspn(text, " \t\n");
		char *end;

		if (name && name < sizeof(out[n].name) && name < line)
		{
			memcpy(out[n].name, text, name);
			out[n].name[name] = '\0';
			out[n].value = strtoull(text + name, &end, 10);
			/* a name without a number is none of ours to count */
			n += end == text + line;
		}
		text += line + (text[line] == '\n');
	}
	return n;
}

int kernel_xfrm_stat(void *self, kernel_counter_t *out, size_t max)
{
	char text[XFRM_FILE_MAX];
	size_t at = 0;
	ssize_t n = 1;
	int error = 0, fd = open(XFRM_FILE, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
	{
		return -errno;
	}
	while (n > 0 && at < sizeof(text) - 1)
	{
		n = read(fd, text + at, sizeof(text) - 1 - at);
		at += n > 0 ? (size_t)n : 0;
	}
	error = n < 0 ? -errno : 0;
	close(fd);
	text[at] = '\0';
	return error ? error : (int)kernel_xfrm_stat_parse(text, out, max);
}
