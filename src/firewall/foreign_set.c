/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Is a key in a set? Three kinds: of single keys; of intervals, as keys where one
 * begins and where one ends; of ranges in each field of a key. Of a verdict map,
 * what the found elements say is what becomes of the packet.
 */

#include "firewall/foreign_impl.h"

#include <linux/netfilter/nf_tables.h>
#include <string.h>

/** a copy: what a verdict jumps to uses the registers, too */
typedef struct fw_key_t
{
	uint8_t value[FW_KEY_MAX];
	uint8_t known[FW_KEY_MAX];
	size_t len;
} fw_key_t;

/** the bytes are between first and last */
static fw_holds_t between(const fw_key_t *k, const uint8_t *first,
						  const uint8_t *last, size_t at, size_t len)
{
	if (memcmp(first + at, last + at, len) == 0)
	{
		return fw_run_equal(k->value + at, k->known + at, first + at, len);
	}
	if (!fw_known(k->known + at, len))
	{
		return FW_MAYBE;
	}
	return fw_holds(memcmp(k->value + at, first + at, len) >= 0 &&
					memcmp(k->value + at, last + at, len) <= 0);
}

/** field by field, each in whole words */
static fw_holds_t in_ranges(const fw_set_t *s, const fw_key_t *k,
							const fw_element_t *e)
{
	uint32_t n = 0;
	const uint8_t *fields =
		nftnl_set_is_set(s->set, NFTNL_SET_DESC_CONCAT)
			? nftnl_set_get_data(s->set, NFTNL_SET_DESC_CONCAT, &n)
			: NULL;
	fw_holds_t holds = FW_YES;
	size_t at = 0;

	for (uint32_t i = 0; fields && i < n && fields[i] && holds != FW_NO; i++)
	{
		fw_holds_t one;

		if (fields[i] > k->len - at)
		{
			return FW_MAYBE;
		}
		one = between(k, e->key, e->last, at, fields[i]);
		holds = one == FW_YES ? holds : one;
		at += ((size_t)fields[i] + 3) & ~(size_t)3;
		at = at < k->len ? at : k->len;
	}
	return fields ? holds : between(k, e->key, e->last, 0, k->len);
}

/** the element that says of the key whether it is inside an interval: the last
 * one that is not after it, and of two at one place the beginning */
static const fw_element_t *in_intervals(const fw_set_t *s, const fw_key_t *k)
{
	const fw_element_t *best = NULL;

	for (size_t i = 0; i < s->count; i++)
	{
		const fw_element_t *e = &s->list[i];
		int order;

		if (e->catchall || memcmp(e->key, k->value, k->len) > 0)
		{
			continue;
		}
		order = best ? memcmp(e->key, best->key, k->len) : 1;
		if (order > 0 || (order == 0 && !e->end))
		{
			best = e;
		}
	}
	return best && !best->end ? best : NULL;
}

static bool is_intervals(const fw_set_t *s)
{
	uint32_t flags = nftnl_set_is_set(s->set, NFTNL_SET_FLAGS)
						 ? nftnl_set_get_u32(s->set, NFTNL_SET_FLAGS)
						 : 0;

	return flags & NFT_SET_INTERVAL && !(flags & NFT_SET_CONCAT);
}

/** what a found element does to the rule */
static void take(fw_run_t *run, const fw_element_t *e, unsigned *fates)
{
	if (e->verdict)
	{
		*fates |= fw_run_verdict(run, e->code, e->chain);
	}
}

/** whether one of the elements has the key, and what those say that may have */
static fw_holds_t find(fw_run_t *run, const fw_set_t *s, const fw_key_t *k,
					   unsigned *fates)
{
	bool intervals = is_intervals(s);
	const fw_element_t *only = NULL, *rest = NULL;
	fw_holds_t holds = FW_NO;

	if (intervals && fw_known(k->known, k->len))
	{
		only = in_intervals(s, k);
	}
	for (size_t i = 0; i < s->count && holds != FW_YES; i++)
	{
		const fw_element_t *e = &s->list[i];
		fw_holds_t one = FW_NO;

		if (e->catchall)
		{
			rest = e;
			continue;
		}
		if (!intervals)
		{
			one = in_ranges(s, k, e);
		}
		else if (!fw_known(k->known, k->len))
		{
			one = e->end ? FW_NO : FW_MAYBE;
		}
		else
		{
			one = fw_holds(e == only);
		}
		if (one != FW_NO)
		{
			take(run, e, fates);
			holds = one;
		}
	}
	if (rest && holds != FW_YES)
	{
		take(run, rest, fates);
		holds = FW_YES;
	}
	return holds;
}

fw_holds_t fw_run_lookup(fw_run_t *run, const struct nftnl_expr *expr)
{
	const fw_set_t *s =
		fw_foreign_find_set(run->f, run->family, run->table,
							nftnl_expr_get_str(expr, NFTNL_EXPR_LOOKUP_SET));
	uint32_t to = nftnl_expr_get_u32(expr, NFTNL_EXPR_LOOKUP_DREG);
	bool map = nftnl_expr_is_set(expr, NFTNL_EXPR_LOOKUP_DREG);
	bool not =
		nftnl_expr_get_u32(expr, NFTNL_EXPR_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV;
	const uint8_t *value, *known;
	unsigned fates = 0;
	fw_holds_t holds;
	fw_key_t key;

	if (map && to != NFT_REG_VERDICT)
	{
		fw_run_load(run, to, NULL, NULL, 16);
	}
	if (!s)
	{
		run->fates = map && to == NFT_REG_VERDICT ? FW_FATE_ANY : 0;
		return FW_MAYBE;
	}
	key.len = nftnl_set_get_u32(s->set, NFTNL_SET_KEY_LEN);
	if (!fw_run_get(run, nftnl_expr_get_u32(expr, NFTNL_EXPR_LOOKUP_SREG),
					key.len, &value, &known))
	{
		return FW_MAYBE;
	}
	memcpy(key.value, value, key.len);
	memcpy(key.known, known, key.len);
	holds = find(run, s, &key, &fates);
	if (s->partial && holds != FW_YES)
	{
		holds = FW_MAYBE;
		fates = map ? FW_FATE_ANY : 0;
	}
	run->fates = map && to == NFT_REG_VERDICT ? fates : 0;
	return not ? fw_holds_not(holds) : holds;
}
