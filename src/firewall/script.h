/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The guards of a model as a script for nft, which a person can read: what is
 * loaded at boot, before any gateway runs.
 */

#ifndef CYGNET_FIREWALL_SCRIPT_H
#define CYGNET_FIREWALL_SCRIPT_H

#include "base/text.h"
#include "firewall/model.h"

/** there are guards, and each knows where it drops: one that has no link to
 * drop on yet is not worth keeping in place of an older one */
bool fw_script_worth(const fw_model_t *model);
/** links by their names, which need not be there; MSS clamps are left out */
void fw_script(const fw_model_t *model, text_t *out);

#endif
