/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The nftables table `inet cygnet`, replaced as a whole in one transaction
 * (libnftnl over a netlink socket of its own): it holds either the old or the
 * new rules, never none and never a mix. Other tables are not touched.
 */

#ifndef CYGNET_FIREWALL_H
#define CYGNET_FIREWALL_H

#include "firewall/model.h"

#define FW_TABLE "cygnet"

typedef struct firewall_t firewall_t;

/* names of counters; what ends in a dash is followed by the name of a bundle or,
 * of allow lists, a tunnel */
#define FW_COUNTER_GUARD     "guard-"
#define FW_COUNTER_NETMAP    "netmap-"
#define FW_COUNTER_UNMAPPED  "unmapped-"
#define FW_COUNTER_ALLOW_IN  "allow-in-"
#define FW_COUNTER_ALLOW_OUT "allow-out-"
#define FW_COUNTER_PORTS     "port-guard"
#define FW_COUNTER_IKE       "ike-init"
#define FW_COUNTER_MAX       (FW_NAME_MAX + 16)

typedef struct fw_counter_t
{
	char name[FW_COUNTER_MAX];
	uint64_t packets;
	uint64_t bytes;
} fw_counter_t;

/** TASK_COMM_LEN */
#define FW_PROCESS_MAX 16

/** a transaction of somebody else's that has touched our table */
typedef struct fw_change_t
{
	/** the table was deleted; else something in it came, changed or went */
	bool deleted;
	/** notifications were lost: whether anything was touched is not known */
	bool lost;
	/** who, as the kernel tells; 0 and "": it does not. Printable */
	uint32_t pid;
	char process[FW_PROCESS_MAX];
} fw_change_t;

/** the change is borrowed */
typedef void (*fw_changed_t)(void *user, const fw_change_t *change);

/** the seam: tests give a fake */
typedef struct fw_ops_t
{
	/** one transaction; 0 or -errno, then nothing has changed. Counters of
	 * guards that stay keep their values */
	int (*apply)(void *firewall, const fw_model_t *model);
	/** 1 there is a table of our name, 0 or -errno */
	int (*present)(void *firewall);
	/** removes the table; 0 also when there is none */
	int (*remove)(void *firewall);
	/** values of the named counters, at most max; count or -errno */
	int (*counters)(void *firewall, fw_counter_t *out, size_t max);
	/** the kernel's table is as last applied (its handle and generation): false
	 * if somebody deleted or changed it. 0/1 or -errno */
	int (*intact)(void *firewall);
} fw_ops_t;

/** NULL with *error -errno and a line in the log with the remedy */
firewall_t *firewall_open(int *error);
void firewall_close(firewall_t *firewall);
/** descriptor to poll for reading: what is done to nftables. -1: it cannot be
 * heard of (said in the log), and `intact` has to be asked now and then */
int firewall_fd(const firewall_t *firewall);
/** reads what is there, at most about `budget` messages, and calls changed for
 * what others did to our table; it may call the operations. true: more waits */
bool firewall_read(firewall_t *firewall, unsigned budget, fw_changed_t changed,
				   void *user);
extern const fw_ops_t firewall_nftables_ops;

#endif
