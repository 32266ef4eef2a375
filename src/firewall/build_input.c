/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What comes to the gateway itself. As nft shows it:
 *
 *   chain port-guard (input)
 *       meta nfproto ipv4 tcp dport 179 iifname @port-links
 *           iifname . ip saddr != @port-peers4 ip saddr != @port-others4
 *           counter name "port-guard" drop
 *       meta nfproto ipv4 tcp dport 179 iifname != @port-links iifname != "lo"
 *           ip saddr != @port-others4 counter name "port-guard" drop
 *   chain ike-guard (input)
 *       udp dport 500 ip saddr != @ike-known4 @th,128,64 0 @th,208,8 34
 *           jump ike-init
 *   chain ike-init
 *       limit rate over N/second burst 2N packets counter name "ike-init" drop
 *
 * The four kinds of request share one limit, hence the jump.
 */

#include "firewall/batch.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/expr.h"

/** transaction ids of the sets; the guards' begin with 1 */
#define ID_BASE 0x10000

#define PORT_BGP      179
#define PORT_BFD      3784
#define PORT_BFD_ECHO 3785
#define PORT_IKE      500
#define PORT_IKE_NAT  4500

/** RFC 7296 section 3.1: the responder's SPI, the exchange type */
#define IKE_SPI_R    8
#define IKE_EXCHANGE 18
#define IKE_SA_INIT  34
#define UDP_HEADER   8
/** in front of IKE on port 4500 (RFC 3948 section 2.2) */
#define NON_ESP_MARKER 4

/** the port guard's sets, and after them IKE's */
enum
{
	SET_LINKS,
	SET_PEERS4,
	SET_PEERS6,
	SET_OTHERS4,
	SET_OTHERS6,
	SET_KNOWN4,
	SET_KNOWN6,
};

static const char *const names[] = {
	"port-links",   "port-peers4", "port-peers6", "port-others4",
	"port-others6", "ike-known4",  "ike-known6",
};

static void lookup(struct nftnl_rule *r, unsigned set, bool inverted)
{
	fw_lookup(r, names[set], ID_BASE + set, inverted);
}

static void speaks(struct nftnl_rule *r, bool bgp)
{
	fw_protocol_is(r, bgp ? IPPROTO_TCP : IPPROTO_UDP);
	fw_port_is(r, bgp ? PORT_BGP : PORT_BFD, bgp ? PORT_BGP : PORT_BFD_ECHO);
}

static struct nftnl_rule *on_ours(family_t family, bool bgp)
{
	struct nftnl_rule *r = fw_rule("port-guard");

	fw_family_is(r, family);
	speaks(r, bgp);
	fw_meta(r, NFT_META_IIFNAME);
	lookup(r, SET_LINKS, false);
	fw_link_source(r, family);
	lookup(r, family == FAMILY_IPV4 ? SET_PEERS4 : SET_PEERS6, true);
	fw_address(r, family, true);
	lookup(r, family == FAMILY_IPV4 ? SET_OTHERS4 : SET_OTHERS6, true);
	fw_count(r, FW_COUNTER_PORTS);
	fw_drop(r);
	return r;
}

static struct nftnl_rule *elsewhere(family_t family, bool bgp)
{
	static const char lo[FW_LINK_NAME_MAX] = "lo";
	struct nftnl_rule *r = fw_rule("port-guard");

	fw_family_is(r, family);
	speaks(r, bgp);
	fw_meta(r, NFT_META_IIFNAME);
	lookup(r, SET_LINKS, true);
	fw_meta(r, NFT_META_IIFNAME);
	fw_compare(r, NFT_CMP_NEQ, lo, sizeof(lo));
	fw_address(r, family, true);
	lookup(r, family == FAMILY_IPV4 ? SET_OTHERS4 : SET_OTHERS6, true);
	fw_count(r, FW_COUNTER_PORTS);
	fw_drop(r);
	return r;
}

static void ports(fw_batch_t *batch, const fw_ports_t *ports)
{
	static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};

	fw_batch_counter(batch, FW_COUNTER_PORTS);
	fw_batch_links(batch, names[SET_LINKS], ID_BASE + SET_LINKS, &ports->links,
				   false);
	for (unsigned i = 0; i < countof(families); i++)
	{
		fw_batch_peers(batch, names[SET_PEERS4 + i], ID_BASE + SET_PEERS4 + i,
					   &ports->peers, families[i]);
		fw_batch_intervals(batch, names[SET_OTHERS4 + i],
						   ID_BASE + SET_OTHERS4 + i, &ports->others,
						   families[i]);
	}
	fw_batch_hook(batch, "port-guard", "filter", NF_INET_LOCAL_IN, FW_PRIORITY);
	for (unsigned i = 0; i < 2 * countof(families); i++)
	{
		fw_batch_rule(batch, on_ours(families[i / 2], i % 2 == 0));
	}
	for (unsigned i = 0; ports->strict && i < 2 * countof(families); i++)
	{
		fw_batch_rule(batch, elsewhere(families[i / 2], i % 2 == 0));
	}
}

static struct nftnl_rule *request(family_t family, uint16_t port)
{
	static const uint8_t none[8], type = IKE_SA_INIT;
	struct nftnl_rule *r = fw_rule("ike-guard");
	uint32_t ike =
		UDP_HEADER + (port == PORT_IKE_NAT ? (uint32_t)NON_ESP_MARKER : 0);

	fw_family_is(r, family);
	fw_protocol_is(r, IPPROTO_UDP);
	fw_port_is(r, port, port);
	fw_address(r, family, true);
	lookup(r, family == FAMILY_IPV4 ? SET_KNOWN4 : SET_KNOWN6, true);
	if (port == PORT_IKE_NAT)
	{
		fw_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, UDP_HEADER, NON_ESP_MARKER);
		fw_compare(r, NFT_CMP_EQ, none, NON_ESP_MARKER);
	}
	fw_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, ike + IKE_SPI_R, sizeof(none));
	fw_compare(r, NFT_CMP_EQ, none, sizeof(none));
	fw_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, ike + IKE_EXCHANGE, 1);
	fw_compare(r, NFT_CMP_EQ, &type, 1);
	fw_jump(r, "ike-init");
	return r;
}

static void limit(fw_batch_t *batch, const fw_ike_t *ike)
{
	struct nftnl_rule *r = fw_rule("ike-init");

	fw_batch_counter(batch, FW_COUNTER_IKE);
	fw_batch_intervals(batch, names[SET_KNOWN4], ID_BASE + SET_KNOWN4,
					   &ike->known, FAMILY_IPV4);
	fw_batch_intervals(batch, names[SET_KNOWN6], ID_BASE + SET_KNOWN6,
					   &ike->known, FAMILY_IPV6);
	fw_batch_chain(batch, "ike-init");
	fw_over(r, ike->rate, 2 * ike->rate);
	fw_count(r, FW_COUNTER_IKE);
	fw_drop(r);
	fw_batch_rule(batch, r);
	fw_batch_hook(batch, "ike-guard", "filter", NF_INET_LOCAL_IN, FW_PRIORITY);
	fw_batch_rule(batch, request(FAMILY_IPV4, PORT_IKE));
	fw_batch_rule(batch, request(FAMILY_IPV4, PORT_IKE_NAT));
	fw_batch_rule(batch, request(FAMILY_IPV6, PORT_IKE));
	fw_batch_rule(batch, request(FAMILY_IPV6, PORT_IKE_NAT));
}

void fw_build_input(fw_batch_t *batch, const fw_model_t *model)
{
	if (fw_model_guards_ports(model))
	{
		ports(batch, &model->ports);
	}
	if (model->ike.rate)
	{
		limit(batch, &model->ike);
	}
}
