/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The suites of the module base, one for each of its source files.
 */

#ifndef CYGNET_UNIT_BASE_SUITES_H
#define CYGNET_UNIT_BASE_SUITES_H

#include "unit/unit.h"

Suite *timer_suite(void);
Suite *trie_suite(void);

#endif
