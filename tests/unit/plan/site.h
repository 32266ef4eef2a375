/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A small site for the tests of desired.c and guard.c: a bundle of two IPsec
 * tunnels and a leased line, peers at 203.0.113.1 and 203.0.113.2 by eth0,
 * inside eth1 with 192.168.0.0/24.
 */

#ifndef CYGNET_UNIT_PLAN_SITE_H
#define CYGNET_UNIT_PLAN_SITE_H

#include "plan/desired.h"

typedef struct site_t
{
	config_t config;
	config_bundle_t bundles[2];
	config_tunnel_t tunnel_configs[3];
	plan_tunnel_t tunnels[3];
	plan_underlay_t underlays[3];
	kernel_addr_t addrs[4];
	addr_t outer[2];
	ifaddr_t inner[2];
	prefix_t protect[2];
	prefix_t advertise[1];
	char *inside[1];
	char *exits[1];
	plan_input_t in;
} site_t;

/** everything is there and forwards; inside and exits are empty */
void site_init(site_t *site);
prefix_t site_prefix(const char *s);
ifaddr_t site_ifaddr(const char *s);

#endif
