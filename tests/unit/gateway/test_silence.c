/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * IKE is settled once packets pass again: after a hold time that ran out, for an
 * SA that was there before, and not for every end of a session. What detectors
 * say of a silence is tested with them.
 */

#include "unit/gateway/suites.h"

#include <stdlib.h>
#include <string.h>

#include "unit/gateway/world.h"

#define SEC USEC_PER_SEC

static world_t *w;
static unsigned settled[WORLD_TUNNELS_MAX];

static void settle(void *user, const char *connection)
{
	settled[connection[1] - '1']++;
}

static void begin(void)
{
	char *text = world_config(2, NULL, NULL), *error;

	memset(settled, 0, sizeof(settled));
	world_extra = (core_seams_t){.settle = settle};
	w = world_create(2);
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, SEC);
	world_up(w);
	world_run(w, 3 * SEC);
}

static void end(void)
{
	world_destroy(w);
	world_extra = (core_seams_t){0};
}

/** nothing passes for so long; the hold time is 9 s */
static void silence(unsigned seconds)
{
	w->cut[0] = true;
	world_run(w, seconds * SEC);
	w->cut[0] = false;
}

START_TEST(settled_when_the_session_is_back)
{
	begin();
	silence(12);
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(settled[0], 0);
	world_run(w, 60 * SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(settled[0], 1);
	ck_assert_uint_eq(settled[1], 0);
	/* and after the next one */
	silence(12);
	world_run(w, 60 * SEC);
	ck_assert_uint_eq(settled[0], 2);
	end();
}
END_TEST

START_TEST(not_for_a_session_that_is_ended)
{
	begin();
	ck_assert(core_neighbor_shutdown(w->core, "t1", NULL, w->now));
	world_run(w, 5 * SEC);
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert(core_neighbor_start(w->core, "t1", w->now));
	world_run(w, 60 * SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(settled[0], 0);
	end();
}
END_TEST

/** what was open ended with the old one */
START_TEST(not_for_a_new_sa)
{
	begin();
	w->cut[0] = true;
	world_run(w, 12 * SEC);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_fact(w, 0, FACT_CHILD_UP, 110, 0);
	w->cut[0] = false;
	world_run(w, 60 * SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(settled[0], 0);
	end();
}
END_TEST

Suite *silence_suite(void)
{
	Suite *s = suite_create("silence");

	unit_add(s, "session back", settled_when_the_session_is_back);
	unit_add(s, "session ended", not_for_a_session_that_is_ended);
	unit_add(s, "new sa", not_for_a_new_sa);
	return s;
}
