/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The mirror of what is seen, kept by events.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include "kernel/reconcile.h"

#include <stdio.h>
#include <string.h>

static kernel_state_t state;

static void setup(void)
{
	kernel_state_init(&state);
}

static void teardown(void)
{
	kernel_state_deinit(&state);
}

static kernel_link_t link_make(uint32_t index)
{
	kernel_link_t l;

	memset(&l, 0, sizeof(l));
	l.index = index;
	snprintf(l.name, sizeof(l.name), "l%u", index);
	return l;
}

START_TEST(links)
{
	kernel_link_t l;

	for (uint32_t i = 1; i <= 100; i++)
	{
		l = link_make(i);
		ck_assert(kernel_state_link_event(&state, &l, false));
		ck_assert(!kernel_state_link_event(&state, &l, false));
	}
	ck_assert_uint_eq(state.n_links, 100);
	ck_assert_uint_eq(kernel_state_find_link(&state, "l77")->index, 77);
	ck_assert_ptr_null(kernel_state_find_link(&state, "l101"));
	ck_assert_ptr_null(kernel_state_link(&state, 0));
	/* a new name, by its index */
	l = link_make(77);
	strcpy(l.name, "other");
	ck_assert(kernel_state_link_event(&state, &l, false));
	ck_assert_ptr_null(kernel_state_find_link(&state, "l77"));
	ck_assert_str_eq(kernel_state_link(&state, 77)->name, "other");
	for (uint32_t i = 1; i <= 100; i++)
	{
		l = link_make(i);
		ck_assert(kernel_state_link_event(&state, &l, true));
		ck_assert(!kernel_state_link_event(&state, &l, true));
		ck_assert_uint_eq(state.n_links, 100 - i);
	}
}
END_TEST

START_TEST(link_takes_addrs)
{
	kernel_link_t l = link_make(5);
	kernel_addr_t a;

	memset(&a, 0, sizeof(a));
	kernel_state_link_event(&state, &l, false);
	for (unsigned i = 0; i < 6; i++)
	{
		a.link = 5 + i % 2;
		a.ifaddr.addr = addr_v4(i);
		a.ifaddr.len = 32;
		ck_assert(kernel_state_addr_event(&state, &a, false));
	}
	ck_assert(kernel_state_link_event(&state, &l, true));
	ck_assert_uint_eq(state.n_addrs, 3);
	for (size_t i = 0; i < 3; i++)
	{
		ck_assert_uint_eq(state.addrs[i].link, 6);
	}
}
END_TEST

START_TEST(addrs)
{
	kernel_addr_t a, b;

	memset(&a, 0, sizeof(a));
	a.link = 5;
	a.ifaddr.addr = A("192.0.2.1");
	a.ifaddr.len = 24;
	ck_assert(kernel_state_addr_event(&state, &a, false));
	ck_assert(!kernel_state_addr_event(&state, &a, false));
	b = a;
	b.ifaddr.len = 25;
	ck_assert(kernel_state_addr_event(&state, &b, false));
	b = a;
	b.peer = A("192.0.2.2");
	ck_assert(kernel_state_addr_event(&state, &b, false));
	ck_assert_uint_eq(state.n_addrs, 3);
	/* whose it is is kept, and is no difference */
	a.protocol = KERNEL_PROTO;
	ck_assert(!kernel_state_addr_event(&state, &a, false));
	ck_assert_uint_eq(state.addrs[0].protocol, KERNEL_PROTO);
	ck_assert(kernel_state_addr_event(&state, &a, true));
	ck_assert(!kernel_state_addr_event(&state, &a, true));
	ck_assert_uint_eq(state.n_addrs, 2);
	/* in the order in which they came */
	ck_assert_uint_eq(state.addrs[0].ifaddr.len, 25);
	ck_assert(addr_equal(&state.addrs[1].peer, &b.peer));
}
END_TEST

START_TEST(rules)
{
	kernel_rule_t r;

	memset(&r, 0, sizeof(r));
	r.dst = P("192.0.2.1/32");
	r.table = 1;
	r.priority = 1;
	ck_assert(!kernel_state_rule_event(&state, &r, false));
	ck_assert_uint_eq(state.n_rules, 0);
	r.protocol = KERNEL_PROTO;
	ck_assert(kernel_state_rule_event(&state, &r, false));
	ck_assert(!kernel_state_rule_event(&state, &r, false));
	r.priority = 2;
	ck_assert(kernel_state_rule_event(&state, &r, false));
	ck_assert(kernel_state_rule_event(&state, &r, true));
	ck_assert(!kernel_state_rule_event(&state, &r, true));
	ck_assert_uint_eq(state.n_rules, 1);
}
END_TEST

START_TEST(routes)
{
	kernel_route_t r;

	memset(&r, 0, sizeof(r));
	r.dst = P("2001:db8::1/128");
	r.table = KERNEL_PIN_TABLE;
	r.link = 3;
	ck_assert(!kernel_state_route_event(&state, &r, false));
	r.protocol = KERNEL_PROTO;
	r.nexthop = KERNEL_NH_FIRST;
	ck_assert(!kernel_state_route_event(&state, &r, false));
	r.nexthop = 0;
	ck_assert(kernel_state_route_event(&state, &r, false));
	ck_assert(!kernel_state_route_event(&state, &r, false));
	/* another way to the same place is the same route */
	r.gateway = A("fe80::1");
	ck_assert(kernel_state_route_event(&state, &r, false));
	ck_assert_uint_eq(state.n_routes, 1);
	r.metric = 1024;
	ck_assert(!kernel_state_route_event(&state, &r, false));
	r.metric = 1023;
	ck_assert(kernel_state_route_event(&state, &r, false));
	ck_assert_uint_eq(state.n_routes, 2);
	ck_assert(kernel_state_route_event(&state, &r, true));
	ck_assert(!kernel_state_route_event(&state, &r, true));
	/* the way of what goes nowhere is the kernel's affair */
	r.metric = 0;
	r.type = KERNEL_UNREACHABLE;
	ck_assert(kernel_state_route_event(&state, &r, false));
	r.link = 1;
	ck_assert(!kernel_state_route_event(&state, &r, false));
}
END_TEST

START_TEST(missing)
{
	kernel_state_t dump;
	kernel_link_t l = link_make(5);
	kernel_addr_t a;
	kernel_rule_t u;
	kernel_route_t r;

	memset(&a, 0, sizeof(a));
	memset(&u, 0, sizeof(u));
	memset(&r, 0, sizeof(r));
	kernel_state_init(&dump);
	for (unsigned i = 1; i <= 3; i++)
	{
		l.index = i;
		a.link = i;
		u.priority = i;
		r.metric = i;
		kernel_state_add_link(&state, &l);
		kernel_state_add_addr(&state, &a);
		kernel_state_add_rule(&state, &u);
		kernel_state_add_route(&state, &r);
		if (i == 2)
		{
			continue;
		}
		/* changed where that is no other object */
		l.mtu = 9;
		r.link = 9;
		a.protocol = 9;
		kernel_state_add_link(&dump, &l);
		kernel_state_add_addr(&dump, &a);
		kernel_state_add_rule(&dump, &u);
		kernel_state_add_route(&dump, &r);
	}
	ck_assert_uint_eq(kernel_state_missing_link(&state, &dump)->index, 2);
	ck_assert_uint_eq(kernel_state_missing_addr(&state, &dump)->link, 2);
	ck_assert_uint_eq(kernel_state_missing_rule(&state, &dump)->priority, 2);
	ck_assert_uint_eq(kernel_state_missing_route(&state, &dump)->metric, 2);
	/* more in the dump is nothing missing */
	ck_assert_ptr_null(kernel_state_missing_link(&dump, &state));
	ck_assert_ptr_null(kernel_state_missing_addr(&dump, &state));
	ck_assert_ptr_null(kernel_state_missing_rule(&dump, &state));
	ck_assert_ptr_null(kernel_state_missing_route(&dump, &state));
	kernel_state_deinit(&dump);
}
END_TEST

START_TEST(forget)
{
	kernel_route_t r = {.table = 9, .protocol = KERNEL_PROTO};

	for (unsigned i = 0; i < 9; i++)
	{
		r.metric = i;
		r.link = i % 3;
		r.type = i < 8 ? KERNEL_UNICAST : KERNEL_UNREACHABLE;
		kernel_state_add_route(&state, &r);
	}
	/* link 0 is no link, and what goes nowhere stands on none */
	ck_assert(!kernel_state_forget_routes(&state, 0));
	ck_assert(kernel_state_forget_routes(&state, 2));
	ck_assert_uint_eq(state.n_routes, 7);
	ck_assert(!kernel_state_forget_routes(&state, 2));
	ck_assert(kernel_state_forget_routes(&state, 1));
	ck_assert_uint_eq(state.n_routes, 4);
}
END_TEST

START_TEST(lists)
{
	kernel_ops_list_t list;

	kernel_ops_list_init(&list);
	for (unsigned i = 0; i < 1000; i++)
	{
		kernel_op_t *op = kernel_ops_list_add(&list, KERNEL_LINK_SET);

		ck_assert_uint_eq(op->link.index, 0);
		op->link.index = i;
	}
	ck_assert_uint_eq(list.count, 1000);
	ck_assert_uint_eq(list.ops[999].link.index, 999);
	kernel_ops_list_deinit(&list);
	ck_assert_uint_eq(list.count, 0);
	kernel_state_add_sysctl(&state, "net/x", "1");
	ck_assert_str_eq(state.sysctls[0].path, "net/x");
}
END_TEST

Suite *state_suite(void)
{
	const struct
	{
		const char *name;
		const TTest *test;
	} tests[] = {
		{"links", links},   {"link_takes_addrs", link_takes_addrs},
		{"addrs", addrs},   {"rules", rules},
		{"routes", routes}, {"missing", missing},
		{"lists", lists},   {"forget", forget},
	};
	Suite *s = suite_create("state");

	for (size_t i = 0; i < countof(tests); i++)
	{
		TCase *tcase = tcase_create(tests[i].name);

		tcase_add_checked_fixture(tcase, setup, teardown);
		tcase_add_test(tcase, tests[i].test);
		suite_add_tcase(s, tcase);
	}
	return s;
}
