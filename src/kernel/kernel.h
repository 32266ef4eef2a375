/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The kernel behind one seam, kernel_ops_t: write operations, ask for a dump,
 * hear of changes. kernel_open gives the real one (rtnetlink through libmnl,
 * one file per object); tests give a fake.
 */

#ifndef CYGNET_KERNEL_H
#define CYGNET_KERNEL_H

#include "kernel/object.h"
#include "kernel/xfrm.h"

/** what a dump or a notification is about */
typedef enum kernel_what_t
{
	KERNEL_WHAT_LINK,
	KERNEL_WHAT_ADDR,
	KERNEL_WHAT_NEXTHOP,
	KERNEL_WHAT_GROUP,
	KERNEL_WHAT_ROUTE,
	KERNEL_WHAT_RULE,
	/** of kernel_ops_t.dump_table alone: its events are of ROUTE */
	KERNEL_WHAT_TABLE,
} kernel_what_t;

typedef struct kernel_event_t
{
	kernel_what_t what;
	/** it is gone, else it is there as given */
	bool gone;
	/** part of a dump, else a notification of a change */
	bool dump;
	/** of ours by mark: alias, id range, or protocol */
	bool ours;
	/** who did it as far as netlink tells: port id, 0 the kernel, our own
	 * changes have own = true (before Linux 6.2 not those of links). Our own
	 * changes of routes with a next hop id are not reported at all: the kernel
	 * drops them in a socket filter, or a full table would come back to us
	 * one by one */
	uint32_t port;
	bool own;
	/** KERNEL_WHAT_ROUTE not ours: it took the place of another of the same
	 * prefix, table and metric, which was perhaps ours (NLM_F_REPLACE) */
	bool replaced;
	union
	{
		kernel_link_t link;
		kernel_addr_t addr;
		kernel_nexthop_t nexthop;
		kernel_group_t group;
		kernel_route_t route;
		kernel_rule_t rule;
	};
} kernel_event_t;

/** called from kernel_read, and from no other */
typedef struct kernel_sink_t
{
	void (*event)(void *user, const kernel_event_t *event);
	/** the dump asked for is complete; error: -errno, ask again */
	void (*dumped)(void *user, kernel_what_t what, int error);
	/** notifications were lost (ENOBUFS): dump again what you rely on */
	void (*lost)(void *user);
} kernel_sink_t;

#define KERNEL_WHO_MAX 48

/** result of one operation: 0 or -errno */
typedef struct kernel_ops_t
{
	/** writes n operations in order as few system calls as can be, waits for
	 * the kernel's answers (it works in our context, this is not waiting
	 * for somebody), and puts 0 or -errno of each into errors. A failed one
	 * does not stop the later. Returns the number of failed ones. Failures
	 * are logged here with the kernel's own words (extended ack), but those
	 * that ask for what is so already: EEXIST on add (but of links and
	 * routes, where something foreign is in the way), ENOENT, ESRCH and
	 * ENODEV on delete, which count as success */
	unsigned (*write)(void *kernel, const kernel_op_t *ops, size_t n,
					  int *errors);
	/** hands operations on routes over, to be written beside the caller: a call
	 * into the kernel may take 100 ms where it lays out a large table anew. ops
	 * and errors are lent until write_end, and there is only one such batch at a
	 * time; what is written meanwhile must not need it, nor it that. false, or
	 * NULL: nobody takes them, `write` does */
	bool (*write_begin)(void *kernel, const kernel_op_t *ops, size_t n,
						int *errors);
	/** the batch that was handed over is written, errors are there, and *failed
	 * is their number. false: not yet (kernel_written_fd tells when);
	 * with wait it waits for that */
	bool (*write_end)(void *kernel, bool wait, unsigned *failed);
	/** starts a dump; what it finds comes as events, in slices. Routes: only
	 * ours (KERNEL_PROTO), of all tables and both families. Next hops: groups
	 * too; groups: groups alone. 0 or -errno;
	 * -EBUSY while one runs */
	int (*dump)(void *kernel, kernel_what_t what);
	/** starts a dump of somebody else's routes of a protocol (RTPROT_*) in a
	 * table, both families, in slices as above; `dumped` tells of
	 * KERNEL_WHAT_TABLE. A table that is not there is empty */
	int (*dump_table)(void *kernel, uint32_t table, uint8_t protocol);
	/** route to an address as the kernel would choose now, for underlay pins,
	 * leaving out our own and our pins. out has the prefix that matched, and
	 * link, gateway and source of the way itself. 0 or -errno,
	 * -ENETUNREACH: none */
	int (*route_get)(void *kernel, const addr_t *dst, kernel_route_t *out);
	/** reads a sysctl into value; 0 or -errno */
	int (*sysctl_get)(void *kernel, const char *path, char value[static 24]);
	/** SAs with an if_id, one of them, and its end; see kernel/xfrm.h */
	int (*sa_dump)(void *kernel, kernel_sa_fn_t fn, void *user);
	int (*sa_get)(void *kernel, const kernel_sa_t *sa, kernel_sa_t *out);
	int (*sa_delete)(void *kernel, const kernel_sa_t *sa);
	/** policies with an if_id, and the end of one */
	int (*sp_dump)(void *kernel, kernel_sp_fn_t fn, void *user);
	int (*sp_delete)(void *kernel, const kernel_sp_t *sp);
	/** the counters of each link, by its name; waits for nobody. 0 or -errno.
	 * NULL: nobody can */
	int (*links_stats)(void *kernel, kernel_link_stats_fn_t fn, void *user);
	/** packets that IPsec has dropped, by the kernel's names for why
	 * (/proc/net/xfrm_stat), at most max; count or -errno. NULL: nobody can */
	int (*xfrm_stat)(void *kernel, kernel_counter_t *out, size_t max);
	/** words on whose port id it is (kernel_event_t.port), "ip (pid 4711)", as
	 * far as can be told without waiting. NULL: nobody can */
	void (*who)(void *kernel, uint32_t port, char out[static KERNEL_WHO_MAX]);
} kernel_ops_t;

typedef struct kernel_t kernel_t;

/** NULL with *error -errno and a line in the log that says what to do
 * (missing capability). sink is copied */
kernel_t *kernel_open(const kernel_sink_t *sink, void *user, int *error);
void kernel_close(kernel_t *kernel);
extern const kernel_ops_t kernel_rtnetlink_ops;
/** descriptors to poll for reading: monitor and dump */
void kernel_fds(const kernel_t *kernel, int fds[static 2]);
/** and the one that is readable until write_end takes a batch that is written */
int kernel_written_fd(const kernel_t *kernel);
/** reads what is there, at most about `budget` messages. true: more waits */
bool kernel_read(kernel_t *kernel, unsigned budget);
/** what writing took so far, but for write_begin's: the kernel works within our calls, and waits in
 * them for others who hold its locks */
typedef struct kernel_spent_t
{
	usec_t wall;
	/** of our thread's processor time */
	usec_t cpu;
	/** the longest single call */
	usec_t longest;
} kernel_spent_t;

kernel_spent_t kernel_spent(const kernel_t *kernel);
/** the kernel can make XFRM interfaces; 0, or -errno of trying (tries once in
 * a way that leaves nothing behind) */
int kernel_probe_xfrm(kernel_t *kernel);
/** the kernel knows resilient groups (Linux 5.13); 0 or -errno of asking for a
 * bucket */
int kernel_probe_resilient(kernel_t *kernel);

#endif
