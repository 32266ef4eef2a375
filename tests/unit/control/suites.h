/* SPDX-License-Identifier: GPL-2.0-or-later */

/** The suites of src/control. */

#ifndef CYGNET_UNIT_CONTROL_SUITES_H
#define CYGNET_UNIT_CONTROL_SUITES_H

#include "unit/unit.h"

Suite *server_suite(void);

#endif
