/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The site, filled in by hand: what the configuration's reader would give.
 */

#include "unit/plan/site.h"
#include "unit/unit.h"

#include <string.h>

prefix_t site_prefix(const char *s)
{
	prefix_t p;

	ck_assert_msg(prefix_parse(s, &p), "not a prefix: %s", s);
	return p;
}

ifaddr_t site_ifaddr(const char *s)
{
	ifaddr_t a;

	ck_assert_msg(ifaddr_parse(s, &a), "not an address: %s", s);
	return a;
}

static void init_tunnels(site_t *s)
{
	static char names[][8] = {"ali-1", "ali-2", "leased"};
	static char links[][12] = {"cyg-ali-1", "cyg-ali-2", "eth7.100"};

	for (unsigned i = 0; i < 3; i++)
	{
		s->tunnel_configs[i] = (config_tunnel_t){
			.name = names[i],
			.connection = i < 2 ? names[i] : NULL,
			.interface = i < 2 ? NULL : links[i],
			.link = links[i],
			.addresses = s->inner,
			.n_addresses = 2,
		};
		s->tunnels[i] = (plan_tunnel_t){
			.bundle = &s->bundles[0],
			.config = &s->tunnel_configs[i],
			.link = 10 + i,
			.if_id = i < 2 ? 1 + i : 0,
			.mtu = 1400,
			.forwarding = true,
			.outer = i < 2 ? &s->outer[i] : NULL,
			.n_outer = i < 2 ? 1 : 0,
		};
	}
}

static void init_underlay(site_t *s)
{
	for (unsigned i = 0; i < 2; i++)
	{
		s->underlays[i] = (plan_underlay_t){
			.peer = s->outer[i],
			.found = true,
			.link = 2,
			.link_name = "eth0",
			.gateway = addr_v4(0xc6336401),
			.source = addr_v4(0xc6336402),
		};
	}
	s->addrs[0] =
		(kernel_addr_t){.link = 2, .ifaddr = site_ifaddr("198.51.100.2/24")};
	s->addrs[1] =
		(kernel_addr_t){.link = 3, .ifaddr = site_ifaddr("10.9.0.1/24")};
	s->addrs[2] =
		(kernel_addr_t){.link = 10, .ifaddr = site_ifaddr("169.254.10.2/30")};
	s->addrs[3] =
		(kernel_addr_t){.link = 3, .ifaddr = site_ifaddr("10.9.0.2/24")};
}

void site_init(site_t *s)
{
	static char inside[] = "eth1", exit_link[] = "eth2";
	static char alibaba[] = "alibaba", spare[] = "spare";

	memset(s, 0, sizeof(*s));
	s->outer[0] = addr_v4(0xcb007101);
	s->outer[1] = addr_v4(0xcb007102);
	s->inner[0] = site_ifaddr("169.254.10.2/30");
	s->inner[1] = site_ifaddr("fd00::2/126");
	s->protect[0] = site_prefix("10.0.0.0/8");
	s->protect[1] = site_prefix("fc00::/7");
	s->advertise[0] = site_prefix("192.168.0.0/24");
	s->inside[0] = inside;
	s->exits[0] = exit_link;
	s->bundles[0] = (config_bundle_t){
		.name = alibaba,
		.protect = {s->protect, 2},
		.tunnels = s->tunnel_configs,
		.n_tunnels = 3,
	};
	s->bundles[1] = (config_bundle_t){.name = spare};
	s->config = (config_t){
		.present = true,
		.table = 254,
		.advertise = {s->advertise, 1},
		.leak_guard = true,
		.mss_clamp = true,
		.pin_underlay = true,
		.bundles = s->bundles,
		.n_bundles = 1,
	};
	init_tunnels(s);
	init_underlay(s);
	s->in = (plan_input_t){
		.config = &s->config,
		.tunnels = s->tunnels,
		.n_tunnels = 3,
		.underlays = s->underlays,
		.n_underlays = 2,
		.addrs = s->addrs,
		.n_addrs = 4,
	};
}
