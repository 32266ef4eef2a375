/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * 1:1 NAT. As nft shows it:
 *
 *   chain netmap-in (prerouting, nat)
 *       meta nfproto ipv4 iifname @netmap-links-N ip daddr MAPPED
 *           counter name "netmap-a" dnat ip prefix to INSIDE
 *   chain netmap-out (postrouting, nat)
 *       meta nfproto ipv4 oifname @netmap-links-N ip saddr INSIDE
 *           counter name "netmap-a" snat ip prefix to MAPPED
 *   chain unmapped-in (forward), unmapped-out (postrouting, after the NAT)
 *       … iifname @netmap-links-N ip daddr MAPPED counter name "unmapped-a" drop
 *       … oifname @netmap-links-N ip saddr INSIDE counter name "unmapped-a" drop
 *
 * The first packet of a flow meets the rules, and conntrack keeps what came of
 * them, so that answers are translated by whatever link they come. What
 * conntrack takes for no flow passes the NAT as it is: that would be somebody
 * else's address on the far side, or a loop on ours.
 */

#include "firewall/batch.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>

#include "firewall/expr.h"

/** transaction ids of the sets, behind those of the input's */
#define ID_BASE 0x20000

/* dstnat and srcnat less one: the first NAT that a flow meets is the one that
 * counts, and the host's own masquerading would hide the site behind one
 * address */
#define PRIORITY_IN  (-101)
#define PRIORITY_OUT 99
/** after everybody's */
#define PRIORITY_AFTER 110

typedef struct names_t
{
	uint32_t id;
	char links[24];
	char netmap[FW_COUNTER_MAX];
	char unmapped[FW_COUNTER_MAX];
} names_t;

static names_t names_of(const fw_netmap_t *netmap, unsigned n)
{
	names_t names = {.id = ID_BASE + n};

	snprintf(names.links, sizeof(names.links), "netmap-links-%u", n);
	snprintf(names.netmap, sizeof(names.netmap), FW_COUNTER_NETMAP "%s",
			 netmap->name);
	snprintf(names.unmapped, sizeof(names.unmapped), FW_COUNTER_UNMAPPED "%s",
			 netmap->name);
	return names;
}

/** what comes by the links to `mapped`, or goes by them from `inside` */
static struct nftnl_rule *crossing(const char *chain, const names_t *names,
								   bool incoming, const fw_pair_t *pair)
{
	const prefix_t *prefix = incoming ? &pair->mapped : &pair->inside;
	struct nftnl_rule *r = fw_rule(chain);

	fw_family_is(r, (family_t)prefix->addr.family);
	fw_meta(r, incoming ? NFT_META_IIFNAME : NFT_META_OIFNAME);
	fw_lookup(r, names->links, names->id, false);
	fw_prefix_is(r, prefix, !incoming);
	return r;
}

static void rules(fw_batch_t *batch, const names_t *names,
				  const fw_pair_t *pair)
{
	struct nftnl_rule *r;

	r = crossing("netmap-in", names, true, pair);
	fw_count(r, names->netmap);
	fw_translate(r, false, &pair->inside);
	fw_batch_rule(batch, r);
	r = crossing("netmap-out", names, false, pair);
	fw_count(r, names->netmap);
	fw_translate(r, true, &pair->mapped);
	fw_batch_rule(batch, r);
	r = crossing("unmapped-in", names, true, pair);
	fw_count(r, names->unmapped);
	fw_drop(r);
	fw_batch_rule(batch, r);
	r = crossing("unmapped-out", names, false, pair);
	fw_count(r, names->unmapped);
	fw_drop(r);
	fw_batch_rule(batch, r);
}

void fw_build_netmap(fw_batch_t *batch, const fw_model_t *model)
{
	if (!model->n_netmaps)
	{
		return;
	}
	fw_batch_hook(batch, "netmap-in", "nat", NF_INET_PRE_ROUTING, PRIORITY_IN);
	fw_batch_hook(batch, "netmap-out", "nat", NF_INET_POST_ROUTING,
				  PRIORITY_OUT);
	fw_batch_hook(batch, "unmapped-in", "filter", NF_INET_FORWARD, FW_PRIORITY);
	fw_batch_hook(batch, "unmapped-out", "filter", NF_INET_POST_ROUTING,
				  PRIORITY_AFTER);
	for (size_t i = 0; i < model->n_netmaps; i++)
	{
		const fw_netmap_t *netmap = &model->netmaps[i];
		names_t names = names_of(netmap, (unsigned)i);

		fw_batch_counter(batch, names.netmap);
		fw_batch_counter(batch, names.unmapped);
		fw_batch_links(batch, names.links, names.id, &netmap->links, false);
		for (size_t k = 0; k < netmap->n_pairs; k++)
		{
			rules(batch, &names, &netmap->pairs[k]);
		}
	}
}
