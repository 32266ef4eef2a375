/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Bundle modes over every combination of three members' states.
 */

#include "unit/tunnel/suites.h"

#include "tunnel/bundle.h"

START_TEST(test_active_active)
{
	bundle_member_t m[3] = {{.active = true}, {.active = true}};
	unsigned want = 0;

	for (unsigned i = 0; i < 3; i++)
	{
		m[i].forwarding = _i >> i & 1;
		m[i].priority = (uint8_t)(3 - i);
		want += m[i].forwarding;
	}
	ck_assert_uint_eq(bundle_select(BUNDLE_ACTIVE_ACTIVE, m, 3), want);
	for (unsigned i = 0; i < 3; i++)
	{
		ck_assert_int_eq(m[i].active, m[i].forwarding);
	}
}
END_TEST

START_TEST(test_active_standby)
{
	/* who is used, by bits of who forwards: order is 1, then 2, then 0 */
	static const int want[8] = {-1, 0, 1, 1, 2, 2, 1, 1};
	bundle_member_t m[3] = {
		{.priority = 9, .active = true},
		{.priority = 1, .active = true},
		{.priority = 5, .active = true},
	};

	for (unsigned i = 0; i < 3; i++)
	{
		m[i].forwarding = _i >> i & 1;
	}
	ck_assert_uint_eq(bundle_select(BUNDLE_ACTIVE_STANDBY, m, 3), _i ? 1 : 0);
	for (int i = 0; i < 3; i++)
	{
		ck_assert_int_eq(m[i].active, i == want[_i]);
	}
}
END_TEST

START_TEST(test_equal_priorities)
{
	bundle_member_t m[3] = {
		{.forwarding = false}, {.forwarding = true}, {.forwarding = true}};

	ck_assert_uint_eq(bundle_select(BUNDLE_ACTIVE_STANDBY, m, 3), 1);
	ck_assert(!m[0].active && m[1].active && !m[2].active);
	ck_assert_uint_eq(bundle_select(BUNDLE_ACTIVE_STANDBY, NULL, 0), 0);
	ck_assert_uint_eq(bundle_select(BUNDLE_ACTIVE_ACTIVE, NULL, 0), 0);
}
END_TEST

Suite *bundle_suite(void)
{
	Suite *suite = suite_create("bundle");

	unit_add_loop(suite, "active-active", test_active_active, 8);
	unit_add_loop(suite, "active-standby", test_active_standby, 8);
	unit_add(suite, "equal priorities", test_equal_priorities);
	return suite;
}
