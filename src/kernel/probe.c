/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Whether the kernel can make XFRM interfaces, by asking it for one that it
 * must refuse (no if_id, an MTU of 1). It looks up the kind first, loading the
 * module if it has to, and says EOPNOTSUPP if there is none; any other
 * complaint is about our mistakes, so the kind is known. No link, namespace or
 * thread is made on the way. Resilient groups are known where a question about a
 * bucket of no group is understood.
 */

#include "kernel/netlink.h"

#include "base/log.h"

#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>

int kernel_probe_xfrm(kernel_t *kernel)
{
	uint32_t buf[NL_REQUEST_MAX / sizeof(uint32_t)];
	struct nlmsghdr *nlh = kernel_link_encode_probe(buf, sizeof(buf));
	char text[128];
	int error;

	error = nl_exchange(&kernel->writer, nlh, NULL, NULL, text, sizeof(text));
	switch (-error)
	{
		case EINVAL:
		case ERANGE:
			return 0;
		case 0:
			log_error(
				"the kernel made an impossible XFRM interface: remove the one "
				"with if_id 0");
			return -EPROTO;
		case EOPNOTSUPP:
			log_error("this kernel has no XFRM interfaces "
					  "(CONFIG_XFRM_INTERFACE): %s",
					  text[0] ? text : strerror(-error));
			return error;
		default:
			log_error("cannot tell whether the kernel has XFRM interfaces: "
					  "%s%s%s",
					  strerror(-error), text[0] ? ": " : "", text);
			return error;
	}
}

int kernel_probe_resilient(kernel_t *kernel)
{
	uint32_t buf[32];
	nlw_t w = nlw_make(buf, sizeof(buf), RTM_GETNEXTHOPBUCKET, 0);
	struct nhmsg spare;
	char text[128];
	int error;

	nlw_header(&w, &spare, sizeof(spare));
	error = nl_exchange(&kernel->writer, w.nlh, NULL, NULL, text, sizeof(text));
	return error == -EOPNOTSUPP ? error : 0;
}
