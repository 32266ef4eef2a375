/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * SAs of what was replaced last longer than charon's word, all others as long as
 * it says.
 */

#include "cygnet_late.h"

#include "fake_charon.h"
#include "fake_gateway.h"
#include "suites.h"

static cygnet_late_t *late;
static host_t *src, *dst, *other;

static void setup(void)
{
	fake_charon_init();
	late = cygnet_late_create();
	src = host_create_from_string("203.0.113.1", 500);
	dst = host_create_from_string("192.0.2.1", 500);
	other = host_create_from_string("192.0.2.2", 500);
	late->start(late);
}

static void teardown(void)
{
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	lib->scheduler->flush(lib->scheduler);
	late->destroy(late);
	src->destroy(src);
	dst->destroy(dst);
	other->destroy(other);
	fake_charon_deinit();
}

/** as charon removes it */
static void removed(host_t *to, uint32_t spi)
{
	kernel_ipsec_sa_id_t id = {
		.src = src,
		.dst = to,
		.spi = spi,
		.proto = IPPROTO_ESP,
		.if_id = 7,
	};
	kernel_ipsec_del_sa_t data = {.cpi = 3};

	ck_assert_int_eq(charon->kernel->del_sa(charon->kernel, &id, &data),
					 SUCCESS);
}

static void set_delay(int delay)
{
	lib->settings->set_int(lib->settings, "%s.delete_rekeyed_delay", delay,
						   lib->ns);
}

START_TEST(test_named_is_kept)
{
	fake_in_hook = TRUE;
	late->keep(late, dst, 1, TRUE);
	late->keep(late, dst, 2, TRUE);
	fake_in_hook = FALSE;
	/* the other one's SPI, by chance */
	removed(other, 1);
	ck_assert_uint_eq(fake_n_removed, 1);
	ck_assert_str_eq(fake_removed_ends, "203.0.113.1 192.0.2.2 7 3");
	/* one that nobody has named */
	removed(dst, 3);
	ck_assert_uint_eq(fake_n_removed, 2);
	removed(dst, 1);
	removed(dst, 2);
	ck_assert_uint_eq(fake_n_removed, 2);
	/* another SA by then */
	removed(dst, 1);
	ck_assert_uint_eq(fake_n_removed, 3);
	/* as it was named, with all that charon said */
	fake_removed_ends[0] = '\0';
	late->stop(late);
	ck_assert_uint_eq(fake_n_removed, 5);
	ck_assert_uint_eq(fake_removed, 2);
	ck_assert_str_eq(fake_removed_ends, "203.0.113.1 192.0.2.1 7 3");
	/* charon is left to itself */
	late->keep(late, dst, 4, TRUE);
	removed(dst, 4);
	ck_assert_uint_eq(fake_n_removed, 6);
}
END_TEST

START_TEST(test_kept_is_removed_later)
{
	set_delay(1);
	late->keep(late, dst, 1, TRUE);
	late->keep(late, dst, 2, TRUE);
	removed(dst, 2);
	removed(dst, 1);
	ck_assert_uint_eq(fake_n_removed, 0);
	/* the scheduler's, and one for jobs */
	lib->processor->set_threads(lib->processor, 2);
	ck_assert(fake_wait(&fake_n_removed, 2));
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	/* nothing is removed twice */
	late->stop(late);
	ck_assert_uint_eq(fake_n_removed, 2);
}
END_TEST

START_TEST(test_no_delay)
{
	set_delay(0);
	late->keep(late, dst, 1, TRUE);
	removed(dst, 1);
	ck_assert_uint_eq(fake_n_removed, 1);
	/* its name is forgotten */
	set_delay(1);
	removed(dst, 1);
	ck_assert_uint_eq(fake_n_removed, 2);
	late->stop(late);
	ck_assert_uint_eq(fake_n_removed, 2);
}
END_TEST

/** that is for inbound ones */
START_TEST(test_outbound)
{
	set_delay(0);
	late->keep(late, dst, 1, FALSE);
	removed(dst, 1);
	ck_assert_uint_eq(fake_n_removed, 0);
	lib->processor->set_threads(lib->processor, 2);
	ck_assert(fake_wait(&fake_n_removed, 1));
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	late->stop(late);
	ck_assert_uint_eq(fake_n_removed, 1);
}
END_TEST

/** those that charon has not come to are not kept for ever */
START_TEST(test_too_many)
{
	uint32_t spi;

	for (spi = 1; spi <= 65; spi++)
	{
		late->keep(late, dst, spi, TRUE);
	}
	removed(dst, 1);
	ck_assert_uint_eq(fake_n_removed, 1);
	removed(dst, 2);
	removed(dst, 65);
	ck_assert_uint_eq(fake_n_removed, 1);
	late->stop(late);
	ck_assert_uint_eq(fake_n_removed, 3);
}
END_TEST

Suite *late_suite(void)
{
	Suite *suite = suite_create("late");
	TCase *tcase = tcase_create("late");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_named_is_kept);
	tcase_add_test(tcase, test_kept_is_removed_later);
	tcase_add_test(tcase, test_no_delay);
	tcase_add_test(tcase, test_outbound);
	tcase_add_test(tcase, test_too_many);
	suite_add_tcase(suite, tcase);
	return suite;
}
