/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The suites of the module kernel: codec.c with the object files, state.c and
 * reconcile.c, object.c, sysctl.c, courier.c. What needs a kernel is in tests/lab/kernel.
 */

#ifndef CYGNET_UNIT_KERNEL_SUITES_H
#define CYGNET_UNIT_KERNEL_SUITES_H

#include "unit/unit.h"

Suite *addr_codec_suite(void);
Suite *codec_suite(void);
Suite *courier_suite(void);
Suite *link_codec_suite(void);
Suite *nexthop_codec_suite(void);
Suite *object_suite(void);
Suite *reconcile_suite(void);
Suite *route_codec_suite(void);
Suite *rule_codec_suite(void);
Suite *state_suite(void);
Suite *stats_suite(void);
Suite *xfrm_suite(void);
Suite *who_suite(void);

#endif
