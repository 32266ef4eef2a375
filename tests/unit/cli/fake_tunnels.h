/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The tunnels of fake_state.h.
 */

#ifndef CYGNET_UNIT_CLI_FAKE_TUNNELS_H
#define CYGNET_UNIT_CLI_FAKE_TUNNELS_H

#include "control/view.h"

/** the moment at which all is looked at */
#define FAKE_NOW     (86400 * USEC_PER_SEC)
#define FAKE_TUNNELS 3

/** makes them; end it by fake_tunnels_free */
config_bundle_t *fake_bundle(void);
/** as the views see them, once made */
const view_tunnel_t *fake_tunnels(void);
void fake_tunnels_free(void);

#endif
