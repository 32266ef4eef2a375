/* SPDX-License-Identifier: GPL-2.0-or-later */

/** What the files of the world share. */

#ifndef CYGNET_UNIT_GATEWAY_WORLD_IMPL_H
#define CYGNET_UNIT_GATEWAY_WORLD_IMPL_H

#include "unit/gateway/world.h"

/** the option's default */
#define METRIC 20

extern const kernel_ops_t world_kernel_ops;
extern const fw_ops_t world_fw_ops;
/** told to the core at the next step */
void world_event(world_t *w, kernel_event_t e);
void world_link_event(world_t *w, const kernel_link_t *link, bool gone,
					  bool own);

#endif
