/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The bridge from Cygnet's log lines into charon's log.
 */

#ifndef CYGNET_PLUGIN_LOG_H
#define CYGNET_PLUGIN_LOG_H

/**
 * Send log lines to charon from now on: errors, warnings and changes of state
 * in the group net at level 0, which is always logged unless the group is
 * silenced; the rest at level 1, charon's default. Which are made at all is
 * `charon.plugins.cygnet.log_level`.
 */
void cygnet_log_open(void);

/**
 * Stop it; lines go to stderr as without charon.
 */
void cygnet_log_close(void);

#endif
