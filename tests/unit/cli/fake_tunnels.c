/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Three tunnels of one bundle: one has every detector in health, one has failed
 * by both and is drained, and one cannot be brought up.
 */

#include "unit/cli/fake_tunnels.h"

#define NOW FAKE_NOW

static config_tunnel_t tunnels[FAKE_TUNNELS];
static view_tunnel_t seen_tunnels[FAKE_TUNNELS];
static config_bundle_t bundle;
static prefix_t static_route;
static ifaddr_t inside;

static void make_tunnel(unsigned i, char *name, char *link)
{
	static const tunnel_fact_t up = {
		.kind = TUNNEL_FACT_SA_UP,
		.sa = 1,
		.info = {.encr = 20,
				 .key_bits = 256,
				 .encap = true,
				 .spi_in = 0xc0ffee01,
				 .spi_out = 0x0badcafe},
	};
	tunnel_fact_t fact = {.kind = TUNNEL_FACT_LOADED};
	tunnel_t *t = tunnel_create(TUNNEL_IPSEC, USEC_PER_SEC);

	tunnel_step(t, &fact, 2 * USEC_PER_SEC);
	fact = up;
	fact.info.local = addr_v4(0xc6336401);
	fact.info.remote = addr_v4(0xcb007101 + i);
	if (i == 1)
	{
		fact.info.encr = 12;
		fact.info.integ = 12;
	}
	if (i < 2)
	{
		tunnel_step(t, &fact, 3600 * USEC_PER_SEC);
	}
	if (i == 0)
	{
		fact = (tunnel_fact_t){.kind = TUNNEL_FACT_LINK_UP};
		tunnel_step(t, &fact, 3600 * USEC_PER_SEC);
	}
	tunnels[i] = (config_tunnel_t){
		.name = name,
		.connection = name,
		.link = link,
		.if_id = i + 1,
		.weight = 1,
	};
	seen_tunnels[i] = (view_tunnel_t){
		.bundle = &bundle,
		.config = &tunnels[i],
		.tunnel = t,
		.link = link,
		.link_index = i + 10,
		.mtu = 1400,
		.if_id = i + 1,
		.stats = {.rx_packets = 1000 - i,
				  .tx_packets = 2000 - i,
				  .rx_bytes = 640000,
				  .tx_bytes = 9876543210,
				  .rx_errors = i,
				  .tx_dropped = 3 * i},
		.active = i < 2,
		.pinned = true,
		.alert = i < 2 ? "" : "no answer\033[2J of the peer",
		.alert_at = i < 2 ? 0 : NOW - 30 * USEC_PER_SEC,
		.members = {i + 1},
		.n_members = 1,
	};
}

/** every detector in health, and every option set */
static void make_watched(void)
{
	tunnels[0].bfd = true;
	tunnels[0].bfd_address = addr_v4(0xa9fe0a01);
	tunnels[0].bfd_auth = CONFIG_BFD_KEYED_SHA1;
	tunnels[0].bfd_password = (char *)(uintptr_t) "never shown";
	tunnels[0].probe = addr_v4(0xa9fe0a01);
	tunnels[0].addresses = &inside;
	tunnels[0].n_addresses = 1;
	seen_tunnels[0].has_bfd = true;
	seen_tunnels[0].bfd = (bfd_info_t){
		.state = BFD_UP,
		.remote_state = BFD_UP,
		.remote_diag = BFD_DIAG_TIME_EXPIRED,
		.discriminator = 7,
		.remote_discriminator = 4096,
		.since = NOW - 3661 * USEC_PER_SEC,
		.tx = 100 * USEC_PER_MSEC,
		.detection = 300 * USEC_PER_MSEC,
		.remote_multiplier = 3,
		.packets_in = 36610,
		.packets_out = 36622,
		.ups = 2,
	};
	seen_tunnels[0].has_probe = true;
	seen_tunnels[0].probe = (probe_info_t){
		.running = true,
		.answered = true,
		.rtt = 12345,
		.jitter = 400,
		.rtt_last = 11999,
		.seen = 10,
		.lost = 1,
		.sent = 7200,
		.received = 7193,
	};
	seen_tunnels[0].has_supervisor = true;
	seen_tunnels[0].supervisor.next = USEC_NEVER;
	seen_tunnels[0].reauth = "due";
	seen_tunnels[0].reauth_at = NOW + 3600 * USEC_PER_SEC;
}

/** both have failed, and a person took it out of use */
static void make_failed(void)
{
	tunnel_t *t = (tunnel_t *)(uintptr_t)seen_tunnels[1].tunnel;
	tunnel_fact_t fact = {.kind = TUNNEL_FACT_LINK_UP};

	tunnel_step(t, &fact, 3600 * USEC_PER_SEC);
	fact.kind = TUNNEL_FACT_DETECTOR_FAILED;
	tunnel_step(t, &fact, NOW - 42 * USEC_PER_SEC);
	tunnels[1].bfd = true;
	tunnels[1].bfd_address = addr_v4(0xa9fe0b01);
	tunnels[1].probe = addr_v4(0xa9fe0b01);
	seen_tunnels[1].active = false;
	seen_tunnels[1].has_bfd = true;
	seen_tunnels[1].bfd = (bfd_info_t){
		.state = BFD_DOWN,
		.remote_state = BFD_DOWN,
		.diag = BFD_DIAG_TIME_EXPIRED,
		.discriminator = 8,
		.since = NOW - 42 * USEC_PER_SEC,
		.tx = USEC_PER_SEC,
		.packets_in = 100,
		.packets_out = 200,
		.dropped = 3,
		.unauthentic = 4,
		.ups = 1,
	};
	seen_tunnels[1].has_probe = true;
	seen_tunnels[1].probe = (probe_info_t){
		.running = true,
		.failed = true,
		.answered = true,
		.since = NOW - 41 * USEC_PER_SEC,
		.rtt = 1800000,
		.jitter = 900000,
		.rtt_last = 1900000,
		.lost = 10,
		.seen = 10,
		.sent = 20,
		.received = 10,
	};
	seen_tunnels[1].drained_at = NOW - 60 * USEC_PER_SEC;
	seen_tunnels[1].withdraw_at = NOW + 15 * USEC_PER_SEC;
	seen_tunnels[1].reauth = "asked";
	seen_tunnels[1].reauth_at = NOW;
}

/** its detectors cannot run */
static void make_down(void)
{
	tunnels[2].bfd = true;
	tunnels[2].bfd_address = addr_v4(0xa9fe0c01);
	tunnels[2].bfd_strict = true;
	tunnels[2].probe = addr_v4(0xa9fe0c01);
	seen_tunnels[2].detector_problem = "BFD cannot run on cyg-ali-3: no";
	seen_tunnels[2].has_supervisor = true;
	seen_tunnels[2].supervisor = (supervisor_info_t){
		.next = NOW + 12 * USEC_PER_SEC,
		.tries = 5,
	};
}

config_bundle_t *fake_bundle(void)
{
	bundle.name = (char *)(uintptr_t) "alibaba";
	bundle.profile = (char *)(uintptr_t) "alibaba";
	bundle.tunnels = tunnels;
	bundle.n_tunnels = countof(tunnels);
	bundle.min_links = 2;
	bundle.resilient = true;
	bundle.resilient_idle_timer = 10;
	prefix_parse("10.9.0.0/16", &static_route);
	bundle.routes = (config_prefixes_t){&static_route, 1};
	inside.addr = addr_v4(0xa9fe0a02);
	inside.len = 30;
	make_tunnel(0, (char *)(uintptr_t) "ali-1",
				(char *)(uintptr_t) "cyg-ali-1");
	make_tunnel(1, (char *)(uintptr_t) "ali-2",
				(char *)(uintptr_t) "cyg-ali-2");
	make_tunnel(2, (char *)(uintptr_t) "ali-3",
				(char *)(uintptr_t) "cyg-ali-3");
	make_watched();
	make_failed();
	make_down();
	return &bundle;
}

const view_tunnel_t *fake_tunnels(void)
{
	return seen_tunnels;
}

void fake_tunnels_free(void)
{
	for (size_t i = 0; i < FAKE_TUNNELS; i++)
	{
		tunnel_destroy((tunnel_t *)(uintptr_t)seen_tunnels[i].tunnel);
	}
}
