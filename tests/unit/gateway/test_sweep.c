/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * SAs that an earlier charon has left: when they go, and which do not.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"

static world_t *w;

static void put(uint32_t spi, uint32_t if_id)
{
	w->sas[w->n_sas++] = (kernel_sa_t){.spi = spi, .proto = 50, .if_id = if_id};
}

static void put_policy(uint32_t index, uint32_t if_id, uint64_t added)
{
	w->sps[w->n_sps++] = (kernel_sp_t){
		.index = index, .dir = index & 7, .if_id = if_id, .added = added};
}

static kernel_sp_t *policy(uint32_t index)
{
	for (unsigned i = 0; i < w->n_sps; i++)
	{
		if (w->sps[i].index == index)
		{
			return &w->sps[i];
		}
	}
	return NULL;
}

static bool has(uint32_t spi)
{
	for (unsigned i = 0; i < w->n_sas; i++)
	{
		if (w->sas[i].spi == spi)
		{
			return true;
		}
	}
	return false;
}

/** the gateway starts again, with what stands in the kernel */
static void restart(void)
{
	core_seams_t seams;
	char *text = world_config(w->n, NULL, NULL), *error;

	core_destroy(w->core, w->now);
	seams = world_seams(w);
	w->core = core_create(&seams, NULL, 2, w->now);
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, USEC_PER_SEC);
}

static void begin(void)
{
	w = world_create(2);
	put(0x101, 1);
	put(0x102, 1);
	put(0x201, 2);
	put(0x901, 9);
	restart();
}

START_TEST(old_ones_go_after_their_successors)
{
	begin();
	world_run(w, 60 * USEC_PER_SEC);
	/* nothing has come in their place: they carry on */
	ck_assert_uint_eq(w->n_sas, 4);
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 100, 0);
	put(0xc0000064, 1);
	put(0xd0000064, 1);
	world_run(w, 4 * USEC_PER_SEC);
	ck_assert(has(0x101) && has(0x102));
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert(!has(0x101) && !has(0x102));
	/* of this charon, of a tunnel that is not back, and nobody's we know */
	ck_assert(has(0xc0000064) && has(0xd0000064) && has(0x201) && has(0x901));
	world_fact(w, 1, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 1, FACT_CHILD_UP, 101, 0);
	world_run(w, 6 * USEC_PER_SEC);
	ck_assert(!has(0x201) && has(0x901));
	world_destroy(w);
}
END_TEST

START_TEST(an_sa_that_is_lost_again_is_no_successor)
{
	begin();
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 100, 0);
	world_run(w, 3 * USEC_PER_SEC);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 30 * USEC_PER_SEC);
	ck_assert(has(0x101) && has(0x102));
	world_fact(w, 0, FACT_CHILD_UP, 102, 0);
	world_run(w, 6 * USEC_PER_SEC);
	ck_assert(!has(0x101) && !has(0x102));
	world_destroy(w);
}
END_TEST

START_TEST(charons_own_stay)
{
	w = world_create(1);
	/* the plugin was loaded into a charon that runs */
	put(0xc0000064, 1);
	put(0xd0000064, 1);
	restart();
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 100, 0);
	world_run(w, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(w->n_sas, 2);
	world_destroy(w);
}
END_TEST

/* selectors that stayed: written anew in the same place; those that did not */
START_TEST(policies_that_nobody_wrote_anew)
{
	w = world_create(2);
	put(0x101, 1);
	put_policy(8, 1, 1000);
	put_policy(9, 1, 1000);
	put_policy(17, 1, 1000);
	put_policy(25, 2, 1000);
	put_policy(33, 9, 1000);
	restart();
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 100, 0);
	policy(8)->added = 1007;
	policy(9)->added = 1007;
	put_policy(41, 1, 1007);
	world_run(w, 4 * USEC_PER_SEC);
	ck_assert_uint_eq(w->n_sps, 6);
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_ptr_null(policy(17));
	/* new or anew, of a tunnel that is not back, and of nobody we know */
	ck_assert(policy(8) && policy(9) && policy(41) && policy(25) && policy(33));
	world_fact(w, 1, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 1, FACT_CHILD_UP, 101, 0);
	world_run(w, 6 * USEC_PER_SEC);
	ck_assert(!policy(25) && policy(8) && policy(33));
	world_destroy(w);
}
END_TEST

START_TEST(charons_own_policies_stay)
{
	w = world_create(1);
	put(0xc0000064, 1);
	put_policy(8, 1, 1000);
	put_policy(9, 1, 1000);
	restart();
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 100, 0);
	world_run(w, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(w->n_sps, 2);
	world_destroy(w);
}
END_TEST

/* the tunnel was taken out of the file while nobody ran */
START_TEST(what_had_a_link_that_is_removed)
{
	w = world_create(2);
	put(0x101, 1);
	put(0x201, 2);
	put(0x901, 9);
	put_policy(8, 1, 1000);
	put_policy(16, 2, 1000);
	put_policy(24, 9, 1000);
	restart();
	ck_assert_uint_eq(w->n_sas, 3);
	w->n = 1;
	restart();
	ck_assert(has(0x101) && !has(0x201) && has(0x901));
	ck_assert(policy(8) && !policy(16) && policy(24));
	world_destroy(w);
}
END_TEST

Suite *sweep_suite(void)
{
	Suite *s = suite_create("sweep");

	unit_add(s, "successors", old_ones_go_after_their_successors);
	unit_add(s, "lost again", an_sa_that_is_lost_again_is_no_successor);
	unit_add(s, "own", charons_own_stay);
	unit_add(s, "policies", policies_that_nobody_wrote_anew);
	unit_add(s, "own policies", charons_own_policies_stay);
	unit_add(s, "a link gone", what_had_a_link_that_is_removed);
	return s;
}
