/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The rules of others as they are kept (foreign.c) and run (foreign_run.c,
 * foreign_expr.c, foreign_set.c, foreign_xt.c).
 */

#ifndef CYGNET_FIREWALL_FOREIGN_IMPL_H
#define CYGNET_FIREWALL_FOREIGN_IMPL_H

#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>

#include "base/hash.h"
#include "firewall/foreign.h"

/** NFT_DATA_VALUE_MAXLEN */
#define FW_KEY_MAX 64

typedef struct fw_chain_t
{
	/** by name: there may be thousands, and jumps to each of them */
	hash_node_t node;
	struct nftnl_chain *chain;
	struct nftnl_rule **rules;
	size_t count;
	size_t room;
	/** not all of its rules are known */
	bool partial;
} fw_chain_t;

typedef struct fw_element_t
{
	uint8_t key[FW_KEY_MAX];
	/** of a range within each field; else as key */
	uint8_t last[FW_KEY_MAX];
	/** an interval ends before it */
	bool end;
	/** whatever no other one matches */
	bool catchall;
	/** of a verdict map: NF_* or NFT_*, and the chain to go to, owned */
	bool verdict;
	uint32_t code;
	char *chain;
} fw_element_t;

typedef struct fw_set_t
{
	struct nftnl_set *set;
	fw_element_t *list;
	size_t count;
	size_t room;
	bool partial;
} fw_set_t;

struct fw_foreign_t
{
	/** as the kernel lists them */
	fw_chain_t **chains;
	size_t n_chains;
	size_t room_chains;
	hash_t by_name;
	fw_set_t *sets;
	size_t n_sets;
	size_t room_sets;
	/** tables that are switched off, as chains without a name */
	struct nftnl_table **dormant;
	size_t n_dormant;
	size_t n_rules;
	size_t n_elements;
	/** where the last rule went: they come chain by chain */
	fw_chain_t *last;
};

/** NULL: there is none */
fw_chain_t *fw_foreign_chain(const fw_foreign_t *f, uint32_t family,
							 const char *table, const char *name);
fw_set_t *fw_foreign_find_set(const fw_foreign_t *f, uint32_t family,
							  const char *table, const char *name);

/** does it hold? Bits, so that what is possible can be gathered */
typedef enum fw_holds_t
{
	FW_NO = 1,
	FW_YES = 2,
	FW_MAYBE = 3,
} fw_holds_t;

static inline fw_holds_t fw_holds(bool holds)
{
	return holds ? FW_YES : FW_NO;
}

/** the other way round */
static inline fw_holds_t fw_holds_not(fw_holds_t holds)
{
	return holds == FW_MAYBE ? FW_MAYBE : holds == FW_YES ? FW_NO : FW_YES;
}

/** what can become of a packet after a rule or a chain: a set of these */
typedef enum fw_fate_t
{
	/** on to the next rule */
	FW_FATE_NEXT = 1,
	/** back to where the chain was jumped to from */
	FW_FATE_RETURN = 2,
	FW_FATE_ACCEPT = 4,
	FW_FATE_DROP = 8,
	FW_FATE_REWRITE = 16,
	FW_FATE_ANY = 31,
} fw_fate_t;

/** the kernel's registers: the verdict's, and then 16 of 4 bytes */
#define FW_REGISTERS 80

/** a packet on its way through one base chain */
typedef struct fw_run_t
{
	const fw_foreign_t *f;
	const fw_packet_t *packet;
	uint32_t family;
	const char *table;
	uint32_t hook;
	int32_t priority;
	/** the packet's headers, and which of their bits are known */
	uint8_t network[40];
	uint8_t network_known[40];
	uint8_t transport[20];
	uint8_t transport_known[20];
	uint8_t reg[FW_REGISTERS];
	uint8_t known[FW_REGISTERS];
	/** what the rule's end does; 0: nothing yet */
	unsigned fates;
	/** rules run, and chains within chains */
	unsigned steps;
	unsigned depth;
} fw_run_t;

/** into the register: value and which bits are known, or (value NULL) nothing
 * is. False: there is no such register */
bool fw_run_load(fw_run_t *run, uint32_t reg, const void *value,
				 const void *known, size_t len);
/** len bytes of the register, and which are known; false: outside */
bool fw_run_get(const fw_run_t *run, uint32_t reg, size_t len,
				const uint8_t **value, const uint8_t **known);
/** every bit is known */
bool fw_known(const uint8_t *known, size_t len);
/** the value, as far as it is known, is this one */
fw_holds_t fw_run_equal(const uint8_t *value, const uint8_t *known,
						const void *data, size_t len);
/** an expression of a rule: FW_YES also where it only does something */
fw_holds_t fw_run_expr(fw_run_t *run, const struct nftnl_expr *expr);
/** the fates of a verdict: NF_* or NFT_*, with the chain of a jump */
unsigned fw_run_verdict(fw_run_t *run, uint32_t code, const char *chain);
/** of a set or map; of a verdict map, the fates are the run's */
fw_holds_t fw_run_lookup(fw_run_t *run, const struct nftnl_expr *expr);
/** what came from iptables: matches and targets of x_tables */
fw_holds_t fw_run_match(fw_run_t *run, const struct nftnl_expr *expr);
fw_holds_t fw_run_target(fw_run_t *run, const struct nftnl_expr *expr);

#endif
