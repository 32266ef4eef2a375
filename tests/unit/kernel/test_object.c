/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Operations in words, the mark of links, paths of sysctls.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include <errno.h>
#include <string.h>

START_TEST(formats)
{
	char line[KERNEL_OP_STR_MAX];
	kernel_op_t op;

	for (kernel_op_kind_t kind = KERNEL_LINK_ADD; kind <= KERNEL_SYSCTL_SET;
		 kind++)
	{
		ck_assert_str_ne(kernel_op_name(kind), "?");
		/* the fullest that there can be */
		memset(&op, 'x', sizeof(op));
		op.kind = kind;
		if (kind <= KERNEL_LINK_DEL)
		{
			op.link.name[sizeof(op.link.name) - 1] = '\0';
		}
		else if (kind == KERNEL_SYSCTL_SET)
		{
			op.sysctl.path[sizeof(op.sysctl.path) - 1] = '\0';
			op.sysctl.value[sizeof(op.sysctl.value) - 1] = '\0';
		}
		else
		{
			memset(&op, 0, sizeof(op));
			op.kind = kind;
		}
		ck_assert_ptr_eq(kernel_op_format(&op, line), line);
		ck_assert_int_eq(
			strncmp(line, kernel_op_name(kind), strlen(kernel_op_name(kind))),
			0);
	}
	memset(&op, 0, sizeof(op));
	op.kind = KERNEL_ROUTE_SET;
	op.route.dst = P("10.0.0.0/24");
	op.route.table = 254;
	op.route.metric = 20;
	op.route.nexthop = 7;
	ck_assert_str_eq(kernel_op_format(&op, line),
					 "route set 10.0.0.0/24 table 254 metric 20 nhid 7");
}
END_TEST

START_TEST(mark)
{
	kernel_link_t l = {.kind = KERNEL_LINK_XFRM, .alias = "cygnet b/t"};

	ck_assert(kernel_link_is_ours(&l));
	l.kind = KERNEL_LINK_OTHER;
	ck_assert(!kernel_link_is_ours(&l));
	l.kind = KERNEL_LINK_XFRM;
	strcpy(l.alias, "cygnet");
	ck_assert(!kernel_link_is_ours(&l));
	strcpy(l.alias, "cygnets ");
	ck_assert(!kernel_link_is_ours(&l));
	l.alias[0] = '\0';
	ck_assert(!kernel_link_is_ours(&l));
}
END_TEST

START_TEST(sysctl_paths)
{
	static const char *const bad[] = {"kernel/hostname",
									  "net/../kernel/hostname", "/net/x", "",
									  "net/ipv4/../../x"};
	kernel_sysctl_t s;
	char value[24];

	memset(&s, 0, sizeof(s));
	for (size_t i = 0; i < countof(bad); i++)
	{
		strcpy(s.path, bad[i]);
		ck_assert_int_eq(kernel_sysctl_write(&s), -EINVAL);
		ck_assert_int_eq(kernel_sysctl_read(bad[i], value), -EINVAL);
		ck_assert_str_eq(value, "");
	}
	ck_assert_int_eq(kernel_sysctl_read("net/ipv4/no_such", value), -ENOENT);
	ck_assert_int_eq(kernel_sysctl_read("net/ipv4/ip_forward", value), 0);
	ck_assert_uint_eq(strlen(value), 1);
}
END_TEST

Suite *object_suite(void)
{
	Suite *s = suite_create("object");

	unit_add(s, "formats", formats);
	unit_add(s, "mark", mark);
	unit_add(s, "sysctl_paths", sysctl_paths);
	return s;
}
