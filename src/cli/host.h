/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What can be known of a machine's kernel without root and without changing
 * anything: from /proc/sys, /boot and /lib/modules.
 */

#ifndef CYGNET_CLI_HOST_H
#define CYGNET_CLI_HOST_H

#include "config/config.h"

/** root: the folder that the machine's root is mounted on, "" for this one;
 * copied. The host is host_deinit's to free; of a root without files nothing
 * is known */
void host_init(config_host_t *host, const char *root);
void host_deinit(config_host_t *host);

#endif
