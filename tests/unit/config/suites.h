/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The suites of the module config: one for each source file, but for the
 * checks and profiles, whose whole output is held by the golden files.
 */

#ifndef CYGNET_UNIT_CONFIG_SUITES_H
#define CYGNET_UNIT_CONFIG_SUITES_H

#include "unit/unit.h"

Suite *check_host_suite(void);
Suite *check_ike_suite(void);
Suite *config_suite(void);
Suite *derive_suite(void);
Suite *diff_suite(void);
Suite *golden_suite(void);
Suite *load_suite(void);
Suite *option_suite(void);
Suite *report_suite(void);
Suite *schema_suite(void);
Suite *values_suite(void);
Suite *values_community_suite(void);

#endif
