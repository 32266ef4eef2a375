/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What of a gateway's kernel is neither ours nor charon's: links, their
 * addresses, and the routes that others put there.
 */

#ifndef CYGNET_SIM_SITE_H
#define CYGNET_SIM_SITE_H

#include "sim.h"

/** an address with its length, in words */
#define SITE_TEXT_MAX 64

/* site.c */

/** index and the rest of what the kernel gives are made here */
void site_link_make(sim_node_t *node, kernel_link_t *link);
void site_link_set(sim_node_t *node, const kernel_link_t *link, bool up,
				   bool carrier);
/** unless it stands */
void site_address(sim_node_t *node, uint32_t link, const char *ifaddr);
/** the LAN, with networks and routes behind it */
void site_create(sim_node_t *node);
/** something happens to it */
void site_step(sim_node_t *node);
/** to the underlay: another gateway by DHCP */
void site_renumber(sim_node_t *node);
void site_restore(sim_node_t *node);
/** the prefix, SIM_STATIC or SIM_CONNECTED, can be announced by what the
 * kernel has */
bool site_has(const sim_node_t *node, unsigned prefix);

/* plain.c */

void plain_create(sim_tunnel_t *tunnel);
/** the carrier, at both ends */
void plain_light(sim_tunnel_t *tunnel, bool on);
void plain_dark(sim_tunnel_t *tunnel, usec_t span);
/** the side's link is deleted or set down, for a while */
void plain_tamper(sim_tunnel_t *tunnel, unsigned side, bool remove,
				  usec_t span);
/** the side's link is up */
bool plain_stands(const sim_tunnel_t *tunnel, unsigned side);
void plain_restore(sim_tunnel_t *tunnel);

#endif
