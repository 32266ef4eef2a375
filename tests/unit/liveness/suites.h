/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The suites of the module liveness, one for each of its source files.
 */

#ifndef CYGNET_UNIT_LIVENESS_SUITES_H
#define CYGNET_UNIT_LIVENESS_SUITES_H

#include "unit/unit.h"

Suite *bfd_packet_suite(void);
Suite *bfd_suite(void);
Suite *probe_suite(void);

#endif
