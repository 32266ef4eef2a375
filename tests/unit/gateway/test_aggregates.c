/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Aggregates from the configuration to the far side and the kernel.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"

#include <string.h>

#define NOT UINT32_MAX

static const char aggregate[] =
	"aggregates {\n a {\n prefix = 10.0.0.0/16\n summary_only = yes\n }\n"
	" b {\n prefix = 10.1.0.0/16\n }\n }\n"
	"redistribute {\n s {\n from = static\n }\n }\n";

static void load(world_t *w, const char *more)
{
	char *text = world_config(w->n, more, NULL), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, 3 * USEC_PER_SEC);
}

static void route(world_t *w, const char *prefix, bool there)
{
	world_foreign(w, prefix, 4, 254, 0, WORLD_EXTERNAL, "192.0.2.254", there);
	world_run(w, USEC_PER_SEC);
}

/** an unreachable route of ours stands there */
static bool ends(const world_t *w, const char *text)
{
	prefix_t prefix;

	ck_assert(prefix_parse(text, &prefix));
	for (size_t i = 0; i < w->state.n_routes; i++)
	{
		if (prefix_equal(&w->state.routes[i].dst, &prefix) &&
			w->state.routes[i].type == KERNEL_UNREACHABLE)
		{
			return true;
		}
	}
	return false;
}

START_TEST(test_comes_and_goes)
{
	world_t *w = world_create(1);

	load(w, aggregate);
	world_up(w);
	ck_assert_uint_eq(world_told(w, 0, "10.0.0.0/16"), NOT);
	ck_assert(!ends(w, "10.0.0.0/16"));
	route(w, "10.0.5.0/24", true);
	route(w, "10.1.5.0/24", true);
	ck_assert_uint_ne(world_told(w, 0, "10.0.0.0/16"), NOT);
	ck_assert_uint_ne(world_told(w, 0, "10.1.0.0/16"), NOT);
	/* summary_only is of the first */
	ck_assert_uint_eq(world_told(w, 0, "10.0.5.0/24"), NOT);
	ck_assert_uint_eq(world_told(w, 0, "10.1.5.0/24"), 0);
	ck_assert(ends(w, "10.0.0.0/16"));
	ck_assert(ends(w, "10.1.0.0/16"));
	route(w, "10.0.5.0/24", false);
	ck_assert_uint_eq(world_told(w, 0, "10.0.0.0/16"), NOT);
	ck_assert(!ends(w, "10.0.0.0/16"));
	ck_assert(ends(w, "10.1.0.0/16"));
	world_destroy(w);
}
END_TEST

START_TEST(test_a_route_of_its_own)
{
	world_t *w = world_create(1);

	load(w, aggregate);
	world_up(w);
	route(w, "10.1.5.0/24", true);
	ck_assert(ends(w, "10.1.0.0/16"));
	/* the kernel's own route of the very prefix says where it goes */
	route(w, "10.1.0.0/16", true);
	ck_assert_uint_ne(world_told(w, 0, "10.1.0.0/16"), NOT);
	ck_assert(!ends(w, "10.1.0.0/16"));
	route(w, "10.1.0.0/16", false);
	ck_assert_uint_ne(world_told(w, 0, "10.1.0.0/16"), NOT);
	ck_assert(ends(w, "10.1.0.0/16"));
	world_destroy(w);
}
END_TEST

START_TEST(test_reload)
{
	world_t *w = world_create(1);
	char *text = str_copy(aggregate);

	load(w, aggregate);
	world_up(w);
	route(w, "10.0.5.0/24", true);
	ck_assert_uint_eq(world_told(w, 0, "10.0.5.0/24"), NOT);
	/* what is suppressed comes out when nothing suppresses it any more */
	memcpy(strstr(text, "= yes"), "= no ", 5);
	load(w, text);
	ck_assert_uint_eq(world_told(w, 0, "10.0.5.0/24"), 0);
	ck_assert_uint_ne(world_told(w, 0, "10.0.0.0/16"), NOT);
	load(w, strstr(text, "redistribute"));
	ck_assert_uint_eq(world_told(w, 0, "10.0.5.0/24"), 0);
	ck_assert_uint_eq(world_told(w, 0, "10.0.0.0/16"), NOT);
	ck_assert(!ends(w, "10.0.0.0/16"));
	free(text);
	world_destroy(w);
}
END_TEST

Suite *aggregates_suite(void)
{
	Suite *s = suite_create("aggregates");

	unit_add(s, "comes and goes", test_comes_and_goes);
	unit_add(s, "a route of its own", test_a_route_of_its_own);
	unit_add(s, "reload", test_reload);
	return s;
}
