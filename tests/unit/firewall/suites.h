/* SPDX-License-Identifier: GPL-2.0-or-later */

/** The suites of src/firewall, one for each source file. */

#ifndef CYGNET_UNIT_FIREWALL_SUITES_H
#define CYGNET_UNIT_FIREWALL_SUITES_H

#include "unit/unit.h"

Suite *build_suite(void);
Suite *foreign_suite(void);
Suite *intervals_suite(void);
Suite *model_suite(void);
Suite *script_suite(void);
Suite *watch_suite(void);

#endif
