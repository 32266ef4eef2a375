/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the table consists of, in order. What the kernel gets, as `nft list table inet cygnet` shows it:
 *
 *   counter guard-BUNDLE
 *   set protect4-N, protect6-N, except4-N, except6-N { flags interval }
 *   set links-N { type ifname }
 *   chain mss-in  (prerouting, mangle), mss-out (postrouting, mangle)
 *   chain guard-forward (forward), guard-output (output)
 *   what build_input.c, build_netmap.c and build_allow.c add
 *
 * "add, delete, add" in one transaction replaces the table in one step,
 * whether it was there or not.
 */

#include "firewall/build.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <stdio.h>

#include "firewall/batch.h"
#include "firewall/rules.h"

#define PRIORITY_MANGLE (-150)

static void guard_objects(fw_batch_t *batch, const fw_guard_t *guard,
						  unsigned n)
{
	fw_rule_sets_t sets;
	char name[FW_NAME_MAX + 8];

	snprintf(name, sizeof(name), "guard-%s", guard->name);
	fw_batch_counter(batch, name);
	fw_rule_sets(&sets, n);
	fw_batch_intervals(batch, sets.protect[0], sets.id, &guard->protect,
					   FAMILY_IPV4);
	fw_batch_intervals(batch, sets.protect[1], sets.id + 1, &guard->protect,
					   FAMILY_IPV6);
	fw_batch_intervals(batch, sets.except[0], sets.id + 2, &guard->except,
					   FAMILY_IPV4);
	fw_batch_intervals(batch, sets.except[1], sets.id + 3, &guard->except,
					   FAMILY_IPV6);
	fw_batch_links(batch, sets.links, sets.id + 4, &guard->links,
				   !guard->links_denied);
}

static void guard_rules(fw_batch_t *batch, const fw_guard_t *guard, unsigned n)
{
	static const char *const chains[] = {"guard-forward", "guard-output"};

	for (size_t c = 0; c < countof(chains); c++)
	{
		fw_batch_rule(batch, fw_rule_guard(chains[c], guard, n, FAMILY_IPV4));
		fw_batch_rule(batch, fw_rule_guard(chains[c], guard, n, FAMILY_IPV6));
	}
}

static void clamp_rules(fw_batch_t *batch, const fw_clamp_t *clamp)
{
	fw_batch_rule(batch, fw_rule_clamp("mss-in", clamp, true, FAMILY_IPV4));
	fw_batch_rule(batch, fw_rule_clamp("mss-in", clamp, true, FAMILY_IPV6));
	fw_batch_rule(batch, fw_rule_clamp("mss-out", clamp, false, FAMILY_IPV4));
	fw_batch_rule(batch, fw_rule_clamp("mss-out", clamp, false, FAMILY_IPV6));
}

static void guard_chains(fw_batch_t *batch)
{
	fw_batch_hook(batch, "mss-in", "filter", NF_INET_PRE_ROUTING,
				  PRIORITY_MANGLE);
	fw_batch_hook(batch, "mss-out", "filter", NF_INET_POST_ROUTING,
				  PRIORITY_MANGLE);
	fw_batch_hook(batch, "guard-forward", "filter", NF_INET_FORWARD,
				  FW_PRIORITY);
	fw_batch_hook(batch, "guard-output", "filter", NF_INET_LOCAL_OUT,
				  FW_PRIORITY);
}

void fw_build(fw_batch_t *batch, const fw_model_t *model,
			  const fw_counter_t *counters, size_t n_counters)
{
	batch->old = counters;
	batch->n_old = n_counters;
	fw_batch_frame(batch, true);
	fw_batch_table(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	fw_batch_table(batch, NFT_MSG_DELTABLE, 0);
	fw_batch_table(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	for (size_t i = 0; i < model->n_guards; i++)
	{
		guard_objects(batch, &model->guards[i], (unsigned)i);
	}
	guard_chains(batch);
	for (size_t i = 0; i < model->n_clamps; i++)
	{
		clamp_rules(batch, &model->clamps[i]);
	}
	for (size_t i = 0; i < model->n_guards; i++)
	{
		guard_rules(batch, &model->guards[i], (unsigned)i);
	}
	fw_build_input(batch, model);
	fw_build_netmap(batch, model);
	fw_build_allow(batch, model);
	fw_batch_frame(batch, false);
}

void fw_build_remove(fw_batch_t *batch)
{
	fw_batch_frame(batch, true);
	fw_batch_table(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	fw_batch_table(batch, NFT_MSG_DELTABLE, 0);
	fw_batch_frame(batch, false);
}
