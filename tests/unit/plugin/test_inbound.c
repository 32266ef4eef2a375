/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Inbound SAs of what was replaced last longer than charon's word, all others as
 * long as it says.
 */

#include "cygnet_inbound.h"

#include "fake_charon.h"
#include "fake_gateway.h"
#include "suites.h"

static cygnet_inbound_t *inbound;
static host_t *src, *dst, *other;

static void setup(void)
{
	fake_charon_init();
	inbound = cygnet_inbound_create();
	src = host_create_from_string("203.0.113.1", 500);
	dst = host_create_from_string("192.0.2.1", 500);
	other = host_create_from_string("192.0.2.2", 500);
	inbound->start(inbound);
}

static void teardown(void)
{
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	lib->scheduler->flush(lib->scheduler);
	inbound->destroy(inbound);
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
	inbound->keep(inbound, dst, 1);
	inbound->keep(inbound, dst, 2);
	fake_in_hook = FALSE;
	/* the other one's SPI, by chance */
	removed(other, 1);
	ck_assert_uint_eq(fake_n_removed, 1);
	ck_assert_str_eq(fake_removed_ends, "203.0.113.1 192.0.2.2 7 3");
	/* the outbound half */
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
	inbound->stop(inbound);
	ck_assert_uint_eq(fake_n_removed, 5);
	ck_assert_uint_eq(fake_removed, 2);
	ck_assert_str_eq(fake_removed_ends, "203.0.113.1 192.0.2.1 7 3");
	/* charon is left to itself */
	inbound->keep(inbound, dst, 4);
	removed(dst, 4);
	ck_assert_uint_eq(fake_n_removed, 6);
}
END_TEST

START_TEST(test_kept_is_removed_later)
{
	set_delay(1);
	inbound->keep(inbound, dst, 1);
	inbound->keep(inbound, dst, 2);
	removed(dst, 2);
	removed(dst, 1);
	ck_assert_uint_eq(fake_n_removed, 0);
	/* the scheduler's, and one for jobs */
	lib->processor->set_threads(lib->processor, 2);
	ck_assert(fake_wait(&fake_n_removed, 2));
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	/* nothing is removed twice */
	inbound->stop(inbound);
	ck_assert_uint_eq(fake_n_removed, 2);
}
END_TEST

START_TEST(test_no_delay)
{
	set_delay(0);
	inbound->keep(inbound, dst, 1);
	removed(dst, 1);
	ck_assert_uint_eq(fake_n_removed, 1);
	/* its name is forgotten */
	set_delay(1);
	removed(dst, 1);
	ck_assert_uint_eq(fake_n_removed, 2);
	inbound->stop(inbound);
	ck_assert_uint_eq(fake_n_removed, 2);
}
END_TEST

Suite *inbound_suite(void)
{
	Suite *suite = suite_create("inbound");
	TCase *tcase = tcase_create("inbound");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_named_is_kept);
	tcase_add_test(tcase, test_kept_is_removed_later);
	tcase_add_test(tcase, test_no_delay);
	suite_add_tcase(suite, tcase);
	return suite;
}
