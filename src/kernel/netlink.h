/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The rtnetlink sockets of a kernel_t and what stands behind
 * kernel_rtnetlink_ops, one file for each job. Inner header of this folder.
 */

#ifndef CYGNET_KERNEL_NETLINK_H
#define CYGNET_KERNEL_NETLINK_H

#include "kernel/codec.h"
#include "kernel/courier.h"

/** a datagram of the kernel's: dumps come in 32 KiB, a link with all its
 * statistics and virtual functions may have more than a page */
#define NL_DATAGRAM_MAX 65536

typedef struct nl_socket_t
{
	struct mnl_socket *mnl;
	uint32_t port;
	uint32_t seq;
	/** in the kernel, see kernel_spent */
	kernel_spent_t spent;
} nl_socket_t;

/** requests and their answers, of one thread */
typedef struct nl_writer_t
{
	nl_socket_t socket;
	/** what is written, and the answers to it: NL_DATAGRAM_MAX each */
	void *out;
	void *answer;
} nl_writer_t;

typedef struct kernel_dump_t
{
	bool active;
	kernel_what_t what;
	/** KERNEL_WHAT_TABLE */
	uint32_t table;
	uint8_t protocol;
	/** of the family that is being dumped now */
	family_t family;
	/** rest of the dump is not to be trusted: first -errno */
	int error;
} kernel_dump_t;

struct kernel_t
{
	kernel_sink_t sink;
	void *user;
	nl_writer_t writer;
	/** writes routes in a thread of its own, by a writer of its own */
	courier_t *courier;
	nl_writer_t beside;
	nl_socket_t monitor;
	nl_socket_t dumper;
	kernel_dump_t dump;
	/** what is read by kernel_read: apart from the writer's, since a sink may
	 * write */
	void *in;
	kernel_event_t event;
};

/* netlink.c */

/** opens, binds, asks for strict checks and extended acks. 0 or -errno */
int nl_socket_open(nl_socket_t *s, int buffer);
void nl_socket_close(nl_socket_t *s);
int nl_socket_fd(const nl_socket_t *s);
/** a socket of its own, with room for 512 errors and their texts. 0 or -errno;
 * in either case closed by the caller */
int nl_writer_open(nl_writer_t *w);
void nl_writer_close(nl_writer_t *w);
/** sends what is encoded: the kernel works meanwhile, and this is timed. 0 or
 * -errno */
int nl_write(nl_socket_t *s, const void *data, size_t len);
/** sends one request with a new sequence number. 0 or -errno */
int nl_send(nl_socket_t *s, struct nlmsghdr *nlh);
/** one datagram of the kernel's: its length, 0 if none waits, or -errno
 * (-EMSGSIZE: it was cut, -ENOBUFS: some were lost) */
ssize_t nl_recv(const nl_socket_t *s, void *buf, size_t size);
/** error of an NLMSG_ERROR or NLMSG_DONE: 0 or -errno */
int nl_error(const struct nlmsghdr *nlh);
/** the kernel's own words in an NLMSG_ERROR, or "" */
void nl_error_text(const struct nlmsghdr *nlh, char *out, size_t size);
/** one request, one answer: calls each for every message that answers it. 0,
 * or -errno with the kernel's words in text */
int nl_exchange(nl_writer_t *w, struct nlmsghdr *nlh,
				void (*each)(const struct nlmsghdr *nlh, void *user),
				void *user, char *text, size_t size);

/* write.c */
/** kernel_ops_t.write, by this writer */
unsigned nl_write_ops(nl_writer_t *w, const kernel_op_t *ops, size_t n,
					  int *errors);

/* monitor.c */
int monitor_open(kernel_t *kernel);
/** handles about `budget` messages and takes them off it; true: more waits */
bool monitor_read(kernel_t *kernel, unsigned *budget);

/* dump.c */
int kernel_dump(void *kernel, kernel_what_t what);
int kernel_dump_table(void *kernel, uint32_t table, uint8_t protocol);
bool dump_read(kernel_t *kernel, unsigned *budget);

/* lookup.c */
int kernel_route_get(void *kernel, const addr_t *dst, kernel_route_t *out);

/* stats.c */
int kernel_links_stats(void *kernel, kernel_link_stats_fn_t fn, void *user);
int kernel_xfrm_stat(void *kernel, kernel_counter_t *out, size_t max);

#endif
