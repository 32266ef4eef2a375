/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The suites of the plugin's test program.
 */

#ifndef CYGNET_PLUGIN_SUITES_H
#define CYGNET_PLUGIN_SUITES_H

#include "unit/unit.h"

Suite *child_suite(void);
Suite *reader_suite(void);
Suite *facts_suite(void);
Suite *initiator_suite(void);
Suite *late_suite(void);
Suite *listener_suite(void);
Suite *log_suite(void);
Suite *peers_suite(void);
Suite *plugin_suite(void);
Suite *rekeyer_suite(void);
Suite *settler_suite(void);

#endif
