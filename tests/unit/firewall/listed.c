/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Netlink's messages one behind the other, as rules/record has put them down. */

#include "unit/firewall/listed.h"

#include <stdio.h>
#include <stdlib.h>

#include <libmnl/libmnl.h>

#include "unit/unit.h"

#define LIST_MAX 65536

fw_foreign_t *listed(const char *name)
{
	char *path =
		str_format("%s/tests/unit/firewall/rules/%s.nl", CYGNET_SRCDIR, name);
	FILE *file = fopen(path, "re");
	uint32_t words[LIST_MAX / 4];
	const struct nlmsghdr *nlh = (const void *)words;
	fw_foreign_t *f = fw_foreign_create();
	int left;

	ck_assert_msg(file, "%s is not there", path);
	left = (int)fread(words, 1, sizeof(words), file);
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
	{
		fw_foreign_add(f, nlh);
	}
	ck_assert_int_eq(left, 0);
	fclose(file);
	free(path);
	return f;
}
