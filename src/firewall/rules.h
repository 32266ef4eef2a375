/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The two kinds of rule of the table, as libnftnl objects: the caller's to
 * free.
 */

#ifndef CYGNET_FIREWALL_RULES_H
#define CYGNET_FIREWALL_RULES_H

#include <libnftnl/rule.h>

#include "firewall/model.h"

/** names and first transaction id of a guard's sets, by its number; [0] IPv4,
 * [1] IPv6 */
typedef struct fw_rule_sets_t
{
	uint32_t id;
	char protect[2][24];
	char except[2][24];
	char links[24];
} fw_rule_sets_t;

void fw_rule_sets(fw_rule_sets_t *sets, unsigned guard);
/** SYNs by the link (incoming or outgoing) with a larger MSS get the clamp's */
struct nftnl_rule *fw_rule_clamp(const char *chain, const fw_clamp_t *clamp,
								 bool incoming, family_t family);
struct nftnl_rule *fw_rule_guard(const char *chain, const fw_guard_t *guard,
								 unsigned n, family_t family);

#endif
