/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A gateway's state that never changes, for looking at its views: the speaker
 * and the FIB are tables written by hand behind their public calls, so that
 * every value has its line, also those that are hard to bring about.
 */

#ifndef CYGNET_UNIT_CLI_FAKE_STATE_H
#define CYGNET_UNIT_CLI_FAKE_STATE_H

#include "control/view.h"

/** as view_fetch_t, user is not looked at */
const view_state_t *fake_state(void *user);
void fake_state_free(void);
/** one before there is any configuration */
const view_state_t *fake_state_empty(void);

#endif
