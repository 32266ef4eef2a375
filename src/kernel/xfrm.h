/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The kernel's security associations and policies, which are charon's: we read
 * them, and delete those that a charon which died has left behind.
 */

#ifndef CYGNET_KERNEL_XFRM_H
#define CYGNET_KERNEL_XFRM_H

#include "base/addr.h"
#include "base/base.h"

struct nlmsghdr;

/** one SA, in one direction */
typedef struct kernel_sa_t
{
	addr_t dst;
	addr_t src;
	/** as ip xfrm shows it */
	uint32_t spi;
	/** IPPROTO_ESP or IPPROTO_AH */
	uint8_t proto;
	/** 0: none */
	uint32_t if_id;
	uint32_t mark;
	uint32_t mark_mask;
	/** inbound: of its replay window, in packets, and how many came too late
	 * for it, or twice */
	uint32_t window;
	uint32_t late;
	/** else it is but a request for one (acquire): charon's policies name an
	 * SPI, so it has the number of the SA that is missing */
	bool keyed;
} kernel_sa_t;

/** one policy, in one direction; who writes it anew keeps its index */
typedef struct kernel_sp_t
{
	uint32_t index;
	/** XFRM_POLICY_IN… */
	uint8_t dir;
	/** 0: none */
	uint32_t if_id;
	uint32_t mark;
	uint32_t mark_mask;
	/** when it was written, in seconds of the kernel's clock */
	uint64_t added;
} kernel_sp_t;

typedef void (*kernel_sa_fn_t)(void *user, const kernel_sa_t *sa);

typedef void (*kernel_sp_fn_t)(void *user, const kernel_sp_t *sp);

/** gives every SA with an if_id; 0 or -errno. A few milliseconds for thousands
 * of them */
int kernel_sa_dump(kernel_sa_fn_t fn, void *user);
/** reads the SA of this dst, spi, proto and mark, which must have an if_id: 0,
 * -ESRCH: it is not there, or -errno. What there is of others does not matter */
int kernel_sa_get(const kernel_sa_t *sa, kernel_sa_t *out);
/** 0 or -errno; one that is gone already is a success */
int kernel_sa_delete(const kernel_sa_t *sa);
/** gives every policy with an if_id; 0 or -errno */
int kernel_sp_dump(kernel_sp_fn_t fn, void *user);
/** by its index, whatever it says now. 0 or -errno; one that is gone already is
 * a success */
int kernel_sp_delete(const kernel_sp_t *sp);

/* codec, for the tests */
/** false: no SA, or not whole */
bool kernel_sa_decode(const struct nlmsghdr *nlh, kernel_sa_t *out);
struct nlmsghdr *kernel_sa_encode_delete(void *buf, size_t size,
										 const kernel_sa_t *sa);
/** its answer is the SA itself */
struct nlmsghdr *kernel_sa_encode_get(void *buf, size_t size,
									  const kernel_sa_t *sa);
/** false: no policy, or not whole */
bool kernel_sp_decode(const struct nlmsghdr *nlh, kernel_sp_t *out);
struct nlmsghdr *kernel_sp_encode_delete(void *buf, size_t size,
										 const kernel_sp_t *sp);

#endif
