/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The suites of the module tunnel, one for each of its source files, and
 * charon's sequences of hooks.
 */

#ifndef CYGNET_UNIT_TUNNEL_SUITES_H
#define CYGNET_UNIT_TUNNEL_SUITES_H

#include "unit/unit.h"

Suite *bundle_suite(void);
Suite *mtu_suite(void);
Suite *sequences_suite(void);
Suite *supervisor_suite(void);
Suite *tunnel_suite(void);

#endif
