/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What is kept on disk from one run to the next: the leak guard as it was last
 * in force, for cygnet-guard.service to load at boot. No secrets.
 */

#ifndef CYGNET_GATEWAY_STATE_H
#define CYGNET_GATEWAY_STATE_H

#include "base/base.h"

/** if charon.plugins.cygnet.state_dir does not say another */
#define STATE_DIR "/var/lib/cygnet"

/** the guard's file in a folder; the caller's to free */
char *state_guard_path(const char *dir);
/** puts text there in one step, mode 0600, making the folder (0700) if need be;
 * NULL takes the file away. 0 or -errno */
int state_guard_save(const char *dir, const char *text);

/** puts the histories of tunnels and neighbours there in one step, likewise */
int state_history_save(const char *dir, const char *text);
/** as they were kept; the caller's to free. NULL: there are none, or it is no
 * file of that size */
char *state_history_load(const char *dir);

#endif
