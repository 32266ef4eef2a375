/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The rules, as nft shows them:
 *
 *   meta nfproto ipv4 iifname "cyg-a" tcp flags & (syn|rst) == syn
 *       tcp option maxseg size > N tcp option maxseg size set N
 *   meta nfproto ipv4 ip daddr @protect4-0 ip daddr != @except4-0
 *       oifname != @links-0 counter name "guard-a" drop
 */

#include "firewall/rules.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>
#include <stdio.h>

#include "firewall/expr.h"

#define TCP_FLAGS_OFFSET 13
#define TCP_SYN          0x02
#define TCP_RST          0x04

void fw_rule_sets(fw_rule_sets_t *sets, unsigned guard)
{
	sets->id = guard * 8 + 1;
	for (unsigned i = 0; i < 2; i++)
	{
		snprintf(sets->protect[i], sizeof(sets->protect[i]), "protect%u-%u",
				 i ? 6u : 4u, guard);
		snprintf(sets->except[i], sizeof(sets->except[i]), "except%u-%u",
				 i ? 6u : 4u, guard);
	}
	snprintf(sets->links, sizeof(sets->links), "links-%u", guard);
}

struct nftnl_rule *fw_rule_clamp(const char *chain, const fw_clamp_t *clamp,
								 bool incoming, family_t family)
{
	struct nftnl_rule *r = fw_rule(chain);
	const uint8_t flags = TCP_SYN | TCP_RST, syn = TCP_SYN;
	uint16_t mss = htons(family == FAMILY_IPV4 ? clamp->mss4 : clamp->mss6);

	fw_family_is(r, family);
	fw_link_is(r, incoming, clamp->link);
	fw_protocol_is(r, IPPROTO_TCP);
	fw_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS_OFFSET, 1);
	fw_mask(r, &flags, 1);
	fw_compare(r, NFT_CMP_EQ, &syn, 1);
	fw_maxseg(r, false);
	fw_compare(r, NFT_CMP_GT, &mss, 2);
	fw_immediate(r, &mss, 2);
	fw_maxseg(r, true);
	return r;
}

struct nftnl_rule *fw_rule_guard(const char *chain, const fw_guard_t *guard,
								 unsigned n, family_t family)
{
	struct nftnl_rule *r = fw_rule(chain);
	unsigned six = family == FAMILY_IPV6;
	char name[FW_NAME_MAX + 8];
	fw_rule_sets_t sets;

	fw_rule_sets(&sets, n);
	snprintf(name, sizeof(name), "guard-%s", guard->name);
	fw_family_is(r, family);
	fw_address(r, family, false);
	fw_lookup(r, sets.protect[six], sets.id + six, false);
	fw_address(r, family, false);
	fw_lookup(r, sets.except[six], sets.id + 2 + six, true);
	fw_meta(r, NFT_META_OIFNAME);
	fw_lookup(r, sets.links, sets.id + 4, !guard->links_denied);
	fw_count(r, name);
	fw_drop(r);
	return r;
}
