/* SPDX-License-Identifier: GPL-2.0-or-later */

/** The suites of src/cli, and of the views that it prints. */

#ifndef CYGNET_UNIT_CLI_SUITES_H
#define CYGNET_UNIT_CLI_SUITES_H

#include "unit/unit.h"

Suite *doctor_suite(void);
Suite *foreign_suite(void);
Suite *host_suite(void);
Suite *http_suite(void);
Suite *reply_suite(void);
Suite *table_suite(void);
Suite *views_suite(void);

#endif
