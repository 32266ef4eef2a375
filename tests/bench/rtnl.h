/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * rtnetlink without a library, for the programs that measure: messages into a
 * buffer, and their answers.
 */

#ifndef CYGNET_TESTS_BENCH_RTNL_H
#define CYGNET_TESTS_BENCH_RTNL_H

#include <linux/netlink.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#define RTNL_BUFFER 131072

typedef struct rtnl_t
{
	int fd;
	uint32_t sequence;
	/** messages that wait to be sent */
	uint8_t out[RTNL_BUFFER];
	size_t len;
	struct nlmsghdr *last;
	/** the latest answers */
	uint8_t in[RTNL_BUFFER];
} rtnl_t;

/** ends the program if it cannot */
rtnl_t *rtnl_open(void);
/** a message with room for its own header behind; its body */
void *rtnl_begin(rtnl_t *nl, uint16_t type, uint16_t flags, size_t body);
/** an attribute of the message begun last */
void rtnl_put(rtnl_t *nl, uint16_t type, const void *data, size_t len);
void rtnl_put_u32(rtnl_t *nl, uint16_t type, uint32_t value);
/** sends what waits, asks for an ack of the last, reads until it is there; the
 * first error, as -errno, or 0 */
int rtnl_flush(rtnl_t *nl);
/** sends what waits, and reads one answer; NULL and *error: it was that */
const struct nlmsghdr *rtnl_ask(rtnl_t *nl, int *error);
/** NULL: the answer has no such attribute */
const struct rtattr *rtnl_attr(const struct nlmsghdr *nlh, size_t body,
							   uint16_t type);

#endif
