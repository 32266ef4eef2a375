/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Names of NOTIFICATION errors.
 */

#include "unit/bgp/suites.h"

#include "bgp/message.h"

START_TEST(test_known)
{
	ck_assert_str_eq(bgp_error_name(BGP_ERR_UPDATE, BGP_UPDATE_BAD_AS_PATH),
					 "UPDATE Message Error/Malformed AS_PATH");
	ck_assert_str_eq(bgp_error_name(BGP_ERR_CEASE, BGP_CEASE_BFD_DOWN),
					 "Cease/BFD Down");
	ck_assert_str_eq(bgp_error_name(BGP_ERR_HOLD, 0), "Hold Timer Expired");
}
END_TEST

START_TEST(test_unknown)
{
	/* deprecated or of tomorrow: the code alone */
	ck_assert_str_eq(bgp_error_name(BGP_ERR_OPEN, 5), "OPEN Message Error");
	ck_assert_str_eq(bgp_error_name(BGP_ERR_CEASE, 255), "Cease");
	ck_assert_str_eq(bgp_error_name(BGP_ERR_HOLD, 9), "Hold Timer Expired");
	ck_assert_str_eq(bgp_error_name(0, 0), "Unknown Error");
	ck_assert_str_eq(bgp_error_name(200, 1), "Unknown Error");
}
END_TEST

Suite *error_suite(void)
{
	Suite *suite = suite_create("error");

	unit_add(suite, "known", test_known);
	unit_add(suite, "unknown", test_unknown);
	return suite;
}
