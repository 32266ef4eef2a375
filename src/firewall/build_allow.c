/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Allow lists. As nft shows it:
 *
 *   chain allow-in-N (of tunnel a)
 *       meta nfproto ipv4 ip daddr 10.1.0.0/16 tcp dport 443 return
 *       counter name "allow-in-a" drop
 *   chain allow-forward (forward)
 *       ct state established,related accept
 *       icmp type 3 accept …                      errors
 *       iifname "cyg-a" jump allow-in-N
 *       oifname "cyg-a" jump allow-out-N
 *   chain allow-input (input)
 *       the same, and:
 *       icmpv6 type 130-137 accept …              neighbour discovery
 *       iifname . ip saddr @allow-speakers4 tcp dport 179 accept …
 *       iifname . ip daddr @allow-own4 icmp type 8 accept
 *       iifname "cyg-a" jump allow-in-N
 *
 * What a list returns has yet to pass that of the link on the other side. An
 * accept ends these chains only: other chains are asked all the same.
 */

#include "firewall/batch.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>

#include "firewall/expr.h"

/** transaction ids of the sets, behind those of the NAT's */
#define ID_BASE 0x30000

#define PORT_BGP      179
#define PORT_BFD      3784
#define PORT_BFD_ECHO 3785

enum
{
	SET_SPEAKERS4,
	SET_SPEAKERS6,
	SET_OWN4,
	SET_OWN6,
};

static const char *const sets[] = {
	"allow-speakers4",
	"allow-speakers6",
	"allow-own4",
	"allow-own6",
};

typedef struct types_t
{
	family_t family;
	uint8_t first;
	uint8_t last;
} types_t;

/** unreachable, time exceeded, parameter problem (RFC 792); RFC 4443's errors,
 * of which Packet Too Big is one */
static const types_t errors[] = {
	{FAMILY_IPV4, 3, 3},
	{FAMILY_IPV4, 11, 12},
	{FAMILY_IPV6, 1, 4},
};

/** RFC 2710, 4861 and 3810: a link without them carries nothing */
static const types_t discovery[] = {
	{FAMILY_IPV6, 130, 137},
	{FAMILY_IPV6, 143, 143},
};

/** RFC 792, RFC 4443 */
static const types_t echo[] = {
	{FAMILY_IPV4, 8, 8},
	{FAMILY_IPV6, 128, 128},
};

static void accept_types(fw_batch_t *batch, const char *chain,
						 const types_t *types, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		struct nftnl_rule *r = fw_rule(chain);

		fw_icmp_is(r, types[i].family, types[i].first, types[i].last);
		fw_accept(r);
		fw_batch_rule(batch, r);
	}
}

/** what may always pass */
static void begin(fw_batch_t *batch, const char *chain, uint32_t hook)
{
	struct nftnl_rule *r = fw_rule(chain);

	fw_batch_hook(batch, chain, "filter", hook, FW_PRIORITY);
	fw_known_flow(r);
	fw_accept(r);
	fw_batch_rule(batch, r);
	accept_types(batch, chain, errors, countof(errors));
}

static void speaker(fw_batch_t *batch, unsigned set, bool bgp)
{
	struct nftnl_rule *r = fw_rule("allow-input");
	family_t family = set == SET_SPEAKERS4 ? FAMILY_IPV4 : FAMILY_IPV6;

	fw_family_is(r, family);
	fw_link_source(r, family);
	fw_lookup(r, sets[set], ID_BASE + set, false);
	fw_protocol_is(r, bgp ? IPPROTO_TCP : IPPROTO_UDP);
	fw_port_is(r, bgp ? PORT_BGP : PORT_BFD, bgp ? PORT_BGP : PORT_BFD_ECHO);
	fw_accept(r);
	fw_batch_rule(batch, r);
}

static void pinged(fw_batch_t *batch, unsigned set)
{
	struct nftnl_rule *r = fw_rule("allow-input");
	const types_t *type = &echo[set - SET_OWN4];

	fw_family_is(r, type->family);
	fw_link_destination(r, type->family);
	fw_lookup(r, sets[set], ID_BASE + set, false);
	fw_icmp_is(r, type->family, type->first, type->last);
	fw_accept(r);
	fw_batch_rule(batch, r);
}

static void own_traffic(fw_batch_t *batch, const fw_model_t *model)
{
	static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};

	for (unsigned i = 0; i < countof(families); i++)
	{
		fw_batch_peers(batch, sets[SET_SPEAKERS4 + i],
					   ID_BASE + SET_SPEAKERS4 + i, &model->speakers,
					   families[i]);
		fw_batch_peers(batch, sets[SET_OWN4 + i], ID_BASE + SET_OWN4 + i,
					   &model->own, families[i]);
	}
	accept_types(batch, "allow-input", discovery, countof(discovery));
	for (unsigned i = 0; i < countof(families); i++)
	{
		speaker(batch, SET_SPEAKERS4 + i, true);
		speaker(batch, SET_SPEAKERS4 + i, false);
		pinged(batch, SET_OWN4 + i);
	}
}

/** family: of the prefixes, or NONE where there are none; protocol: 0: any */
static void pass(fw_batch_t *batch, const char *chain, const fw_pass_t *pass,
				 family_t family, uint8_t protocol)
{
	struct nftnl_rule *r = fw_rule(chain);

	if (family != FAMILY_NONE)
	{
		fw_family_is(r, family);
	}
	if (addr_is_set(&pass->to.addr))
	{
		fw_prefix_is(r, &pass->to, false);
	}
	if (addr_is_set(&pass->from.addr))
	{
		fw_prefix_is(r, &pass->from, true);
	}
	if (protocol)
	{
		fw_protocol_is(r, protocol);
	}
	if (pass->port_first)
	{
		fw_port_is(r, pass->port_first, pass->port_last);
	}
	fw_return(r);
	fw_batch_rule(batch, r);
}

/** ICMP has a number for each family */
static void passes(fw_batch_t *batch, const char *chain, const fw_pass_t *p)
{
	family_t family =
		(family_t)(addr_is_set(&p->to.addr) ? p->to.addr.family
											: p->from.addr.family);

	if (p->protocol != IPPROTO_ICMP || family != FAMILY_IPV6)
	{
		pass(batch, chain, p, family, p->protocol);
	}
	if (p->protocol == IPPROTO_ICMP && family != FAMILY_IPV4)
	{
		pass(batch, chain, p, family, IPPROTO_ICMPV6);
	}
}

#define CHAIN_MAX 32

static void chain_name(const fw_allow_t *allow, size_t n,
					   char out[static CHAIN_MAX])
{
	snprintf(out, CHAIN_MAX, "allow-%s-%zu", allow->incoming ? "in" : "out", n);
}

static void list(fw_batch_t *batch, const fw_allow_t *allow, size_t n)
{
	char name[FW_COUNTER_MAX], chain[CHAIN_MAX];
	struct nftnl_rule *r;

	snprintf(name, sizeof(name), "%s%s",
			 allow->incoming ? FW_COUNTER_ALLOW_IN : FW_COUNTER_ALLOW_OUT,
			 allow->name);
	chain_name(allow, n, chain);
	fw_batch_counter(batch, name);
	fw_batch_chain(batch, chain);
	for (size_t i = 0; i < allow->n_passes; i++)
	{
		passes(batch, chain, &allow->passes[i]);
	}
	r = fw_rule(chain);
	fw_count(r, name);
	fw_drop(r);
	fw_batch_rule(batch, r);
}

static void jumps(fw_batch_t *batch, const char *from, const fw_model_t *model,
				  bool to_us)
{
	for (size_t i = 0; i < model->n_allows; i++)
	{
		const fw_allow_t *allow = &model->allows[i];
		struct nftnl_rule *r;
		char chain[CHAIN_MAX];

		if (to_us && !allow->incoming)
		{
			continue;
		}
		chain_name(allow, i, chain);
		r = fw_rule(from);
		fw_link_is(r, allow->incoming, allow->link);
		fw_jump(r, chain);
		fw_batch_rule(batch, r);
	}
}

void fw_build_allow(fw_batch_t *batch, const fw_model_t *model)
{
	if (!model->n_allows)
	{
		return;
	}
	for (size_t i = 0; i < model->n_allows; i++)
	{
		list(batch, &model->allows[i], i);
	}
	begin(batch, "allow-forward", NF_INET_FORWARD);
	jumps(batch, "allow-forward", model, false);
	begin(batch, "allow-input", NF_INET_LOCAL_IN);
	own_traffic(batch, model);
	jumps(batch, "allow-input", model, true);
}
