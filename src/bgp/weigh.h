/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Shares of traffic among equal paths. Inside src/bgp only.
 */

#ifndef CYGNET_BGP_WEIGH_H
#define CYGNET_BGP_WEIGH_H

#include "bgp/attr.h"

/**
 * Edits the weights of a set of equal paths, which come in as their peers'. A
 * weight that a policy set holds for its path. If none of the set has one,
 * link_bandwidth is on, and each path carries a link bandwidth community
 * (draft-ietf-idr-link-bandwidth), they share by that: the widest has 65535,
 * the others their part of it, rounded, and 1 at least.
 */
void bgp_weigh(bgp_path_t *paths, unsigned count, bool link_bandwidth);

#endif
