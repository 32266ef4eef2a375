/* SPDX-License-Identifier: GPL-2.0-or-later */

/** What a kernel has listed of the rulesets in rules/. */

#ifndef CYGNET_UNIT_FIREWALL_LISTED_H
#define CYGNET_UNIT_FIREWALL_LISTED_H

#include "firewall/foreign.h"

/** that of rules/NAME.nl, the caller's to destroy */
fw_foreign_t *listed(const char *name);

#endif
