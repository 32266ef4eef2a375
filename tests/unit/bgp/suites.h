/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The suites of the module bgp, one for each of its source files.
 */

#ifndef CYGNET_UNIT_BGP_SUITES_H
#define CYGNET_UNIT_BGP_SUITES_H

#include "unit/unit.h"

/* wire and sessions */
Suite *ahead_suite(void);
Suite *as_path_codec_suite(void);
Suite *attr_codec_suite(void);
Suite *bgp_suite(void);
Suite *error_suite(void);
Suite *fsm_suite(void);
Suite *limit_suite(void);
Suite *message_suite(void);
Suite *notification_suite(void);
Suite *open_suite(void);
Suite *receive_suite(void);
Suite *restart_suite(void);
Suite *rfc7606_suite(void);
Suite *session_suite(void);
Suite *update_suite(void);

/* attributes, tables, policy */
Suite *adj_out_suite(void);
Suite *adj_out_member_suite(void);
Suite *aggregate_suite(void);
Suite *attr_suite(void);
Suite *attr_pool_suite(void);
Suite *decide_suite(void);
Suite *export_suite(void);
Suite *import_suite(void);
Suite *nexthop_suite(void);
Suite *policy_suite(void);
Suite *pool_suite(void);
Suite *rib_suite(void);
Suite *rib_limits_suite(void);
Suite *rib_model_suite(void);
Suite *rib_step_suite(void);
Suite *weigh_suite(void);

#endif
