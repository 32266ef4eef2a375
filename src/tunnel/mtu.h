/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The MTU of a tunnel's link: the largest inner packet that, as ESP in
 * tunnel mode (RFC 4303), fits the underlay's MTU.
 */

#ifndef CYGNET_TUNNEL_MTU_H
#define CYGNET_TUNNEL_MTU_H

#include "tunnel/tunnel.h"

/** used until an SA tells its cipher: fits every cipher with NAT-T in 1500 */
#define TUNNEL_MTU_DEFAULT 1400
/** the kernel drops IPv6 addresses from a link below it (RFC 8200) */
#define TUNNEL_MTU_MIN 1280

/** underlay_mtu: bytes of the path's outer IP packets. The outer family is
 * that of info->remote. TUNNEL_MTU_DEFAULT for a cipher it does not know;
 * never under TUNNEL_MTU_MIN */
uint16_t tunnel_mtu(const tunnel_sa_info_t *info, unsigned underlay_mtu);
/** TCP MSS of a family for a link MTU */
uint16_t tunnel_mss(uint16_t mtu, family_t family);

#endif
