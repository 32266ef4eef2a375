/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Bundle modes over every combination of three members' states, and time.
 */

#include "unit/tunnel/suites.h"

#include "tunnel/bundle.h"

#define NOW (1000 * USEC_PER_SEC)

static const bundle_rules_t all_at_once = {.mode = BUNDLE_ACTIVE_ACTIVE};
static const bundle_rules_t one_at_a_time = {.mode = BUNDLE_ACTIVE_STANDBY};

static unsigned choose(const bundle_rules_t *rules, bundle_member_t *m,
					   size_t count)
{
	usec_t again;
	unsigned active = bundle_select(rules, m, count, NOW, &again);

	ck_assert_uint_eq(again, USEC_NEVER);
	return active;
}

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
	ck_assert_uint_eq(choose(&all_at_once, m, 3), want);
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
	ck_assert_uint_eq(choose(&one_at_a_time, m, 3), _i ? 1 : 0);
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

	ck_assert_uint_eq(choose(&one_at_a_time, m, 3), 1);
	ck_assert(!m[0].active && m[1].active && !m[2].active);
	/* what works is left alone */
	m[0].forwarding = true;
	ck_assert_uint_eq(choose(&one_at_a_time, m, 3), 1);
	ck_assert(!m[0].active && m[1].active && !m[2].active);
	ck_assert_uint_eq(choose(&one_at_a_time, NULL, 0), 0);
	ck_assert_uint_eq(choose(&all_at_once, NULL, 0), 0);
}
END_TEST

START_TEST(test_preemption_waits)
{
	bundle_rules_t rules = {
		.mode = BUNDLE_ACTIVE_STANDBY,
		.preempt_delay = 30 * USEC_PER_SEC,
	};
	bundle_member_t m[2] = {
		{.priority = 1, .forwarding = true, .since = NOW},
		{.priority = 2, .forwarding = true, .active = true},
	};
	usec_t again;

	bundle_select(&rules, m, 2, NOW, &again);
	ck_assert(!m[0].active && m[1].active);
	ck_assert_uint_eq(again, NOW + 30 * USEC_PER_SEC);
	ck_assert_uint_eq(m[0].takes_over, again);
	ck_assert_uint_eq(m[1].takes_over, USEC_NEVER);
	bundle_select(&rules, m, 2, again - 1, &again);
	ck_assert(!m[0].active && m[1].active);
	ck_assert_uint_eq(again, NOW + 30 * USEC_PER_SEC);
	bundle_select(&rules, m, 2, again, &again);
	ck_assert(m[0].active && !m[1].active);
	ck_assert_uint_eq(again, USEC_NEVER);
	ck_assert_uint_eq(m[0].takes_over, USEC_NEVER);
	/* the way back is not waited for when the better one is lost */
	m[0].forwarding = false;
	bundle_select(&rules, m, 2, NOW, &again);
	ck_assert(!m[0].active && m[1].active);
	/* nor the first choice when nothing is in use */
	m[0].forwarding = true;
	m[0].since = NOW;
	m[1].active = false;
	bundle_select(&rules, m, 2, NOW, &again);
	ck_assert(m[0].active && !m[1].active);
	/* nor when what was in use is lost meanwhile */
	m[0].active = false;
	m[1].active = true;
	m[1].forwarding = false;
	bundle_select(&rules, m, 2, NOW, &again);
	ck_assert(m[0].active && !m[1].active);
}
END_TEST

START_TEST(test_min_links)
{
	bundle_rules_t rules = {.mode = BUNDLE_ACTIVE_ACTIVE, .min_links = 2};
	bundle_member_t m[3] = {{.forwarding = true}, {.forwarding = true}};

	ck_assert_uint_eq(choose(&rules, m, 3), 2);
	m[1].forwarding = false;
	ck_assert_uint_eq(choose(&rules, m, 3), 0);
	ck_assert(!m[0].active);
	rules.mode = BUNDLE_ACTIVE_STANDBY;
	ck_assert_uint_eq(choose(&rules, m, 3), 0);
	m[2].forwarding = true;
	ck_assert_uint_eq(choose(&rules, m, 3), 1);
}
END_TEST

Suite *bundle_suite(void)
{
	Suite *suite = suite_create("bundle");

	unit_add_loop(suite, "active-active", test_active_active, 8);
	unit_add_loop(suite, "active-standby", test_active_standby, 8);
	unit_add(suite, "equal priorities", test_equal_priorities);
	unit_add(suite, "preemption", test_preemption_waits);
	unit_add(suite, "min links", test_min_links);
	return suite;
}
