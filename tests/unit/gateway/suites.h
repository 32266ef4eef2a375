/* SPDX-License-Identifier: GPL-2.0-or-later */

/** The suites of src/gateway. */

#ifndef CYGNET_UNIT_GATEWAY_SUITES_H
#define CYGNET_UNIT_GATEWAY_SUITES_H

#include "unit/unit.h"

Suite *beat_suite(void);
Suite *commands_suite(void);
Suite *events_suite(void);
Suite *aggregates_suite(void);
Suite *confirm_suite(void);
Suite *core_suite(void);
Suite *core_policy_suite(void);
Suite *flush_suite(void);
Suite *found_suite(void);
Suite *heal_suite(void);
Suite *idle_suite(void);
Suite *batch_suite(void);
Suite *initial_suite(void);
Suite *lines_suite(void);
Suite *linger_suite(void);
Suite *liveness_suite(void);
Suite *nexthops_suite(void);
Suite *pains_suite(void);
Suite *peers_suite(void);
Suite *policy_compile_suite(void);
Suite *policy_test_suite(void);
Suite *preview_suite(void);
Suite *problems_suite(void);
Suite *queue_suite(void);
Suite *reauth_suite(void);
Suite *redistribute_suite(void);
Suite *reload_suite(void);
Suite *resilient_suite(void);
Suite *restart_suite(void);
Suite *hold_suite(void);
Suite *outbound_suite(void);
Suite *silence_suite(void);
Suite *supervised_suite(void);
Suite *sweep_suite(void);

#endif
