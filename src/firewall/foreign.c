/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Keeps what the kernel lists, in libnftnl's own objects. What is over a limit
 * leaves a mark, so that nobody takes a part for the whole.
 */

#include "firewall/foreign_impl.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <libnftnl/table.h>

#define HEADER (sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg))
/** libmnl rounds lengths up */
#define PADDING 8

fw_foreign_t *fw_foreign_create(void)
{
	fw_foreign_t *f = mem_alloc(sizeof(*f));

	hash_init(&f->by_name);
	return f;
}

static void chain_free(fw_chain_t *c)
{
	for (size_t i = 0; i < c->count; i++)
	{
		nftnl_rule_free(c->rules[i]);
	}
	free(c->rules);
	nftnl_chain_free(c->chain);
	free(c);
}

static void set_deinit(fw_set_t *s)
{
	for (size_t i = 0; i < s->count; i++)
	{
		free(s->list[i].chain);
	}
	free(s->list);
	nftnl_set_free(s->set);
}

void fw_foreign_destroy(fw_foreign_t *f)
{
	for (size_t i = 0; f && i < f->n_chains; i++)
	{
		chain_free(f->chains[i]);
	}
	for (size_t i = 0; f && i < f->n_sets; i++)
	{
		set_deinit(&f->sets[i]);
	}
	for (size_t i = 0; f && i < f->n_dormant; i++)
	{
		nftnl_table_free(f->dormant[i]);
	}
	if (f)
	{
		hash_deinit(&f->by_name);
		free(f->chains);
		free(f->sets);
		free(f->dormant);
		free(f);
	}
}

/** room for one more in a list that doubles */
static void *grow(void *list, size_t count, size_t *room, size_t size)
{
	if (count == *room)
	{
		*room = 2 * *room + 8;
		list = mem_resize(list, *room, size);
	}
	memset((char *)list + count * size, 0, size);
	return list;
}

static bool is(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/** of packets of IP, not ours, and switched on */
static bool is_wanted(const fw_foreign_t *f, uint32_t family, const char *table)
{
	bool ip = family == NFPROTO_INET || family == NFPROTO_IPV4 ||
			  family == NFPROTO_IPV6;

	for (size_t i = 0; table && i < f->n_dormant; i++)
	{
		ip &=
			nftnl_table_get_u32(f->dormant[i], NFTNL_TABLE_FAMILY) != family ||
			!is(nftnl_table_get_str(f->dormant[i], NFTNL_TABLE_NAME), table);
	}
	return ip && table && !(family == NFPROTO_INET && is(table, FW_TABLE));
}

static uint32_t hash_of(const char *name)
{
	return hash_bytes(name, strlen(name), 0);
}

fw_chain_t *fw_foreign_chain(const fw_foreign_t *f, uint32_t family,
							 const char *table, const char *name)
{
	hash_node_t *node = name ? hash_find(&f->by_name, hash_of(name)) : NULL;

	for (; node; node = hash_find_next(node))
	{
		fw_chain_t *chain = container_of(node, fw_chain_t, node);
		struct nftnl_chain *c = chain->chain;

		if (is(nftnl_chain_get_str(c, NFTNL_CHAIN_NAME), name) &&
			is(nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE), table) &&
			nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY) == family)
		{
			return chain;
		}
	}
	return NULL;
}

fw_set_t *fw_foreign_find_set(const fw_foreign_t *f, uint32_t family,
							  const char *table, const char *name)
{
	for (size_t i = 0; i < f->n_sets; i++)
	{
		struct nftnl_set *s = f->sets[i].set;

		if (is(nftnl_set_get_str(s, NFTNL_SET_NAME), name) &&
			is(nftnl_set_get_str(s, NFTNL_SET_TABLE), table) &&
			nftnl_set_get_u32(s, NFTNL_SET_FAMILY) == family)
		{
			return &f->sets[i];
		}
	}
	return NULL;
}

static void add_table(fw_foreign_t *f, const struct nlmsghdr *nlh)
{
	struct nftnl_table *t = nftnl_table_alloc();

	if (nftnl_table_nlmsg_parse(nlh, t) == 0 &&
		nftnl_table_get_str(t, NFTNL_TABLE_NAME) &&
		nftnl_table_is_set(t, NFTNL_TABLE_FLAGS) &&
		nftnl_table_get_u32(t, NFTNL_TABLE_FLAGS) & NFT_TABLE_F_DORMANT &&
		f->n_dormant < FW_FOREIGN_CHAINS_MAX)
	{
		f->dormant =
			mem_resize(f->dormant, f->n_dormant + 1, sizeof(*f->dormant));
		f->dormant[f->n_dormant++] = t;
		return;
	}
	nftnl_table_free(t);
}

static void add_chain(fw_foreign_t *f, const struct nlmsghdr *nlh)
{
	struct nftnl_chain *c = nftnl_chain_alloc();

	if (nftnl_chain_nlmsg_parse(nlh, c) == 0 &&
		nftnl_chain_get_str(c, NFTNL_CHAIN_NAME) &&
		is_wanted(f, nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY),
				  nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE)) &&
		f->n_chains < FW_FOREIGN_CHAINS_MAX)
	{
		fw_chain_t *chain = mem_alloc(sizeof(*chain));

		chain->chain = c;
		f->chains =
			grow(f->chains, f->n_chains, &f->room_chains, sizeof(*f->chains));
		f->chains[f->n_chains++] = chain;
		hash_insert(&f->by_name, &chain->node,
					hash_of(nftnl_chain_get_str(c, NFTNL_CHAIN_NAME)));
		return;
	}
	nftnl_chain_free(c);
}

static bool is_of(const fw_chain_t *c, const struct nftnl_rule *r)
{
	return c &&
		   nftnl_chain_get_u32(c->chain, NFTNL_CHAIN_FAMILY) ==
			   nftnl_rule_get_u32(r, NFTNL_RULE_FAMILY) &&
		   is(nftnl_chain_get_str(c->chain, NFTNL_CHAIN_NAME),
			  nftnl_rule_get_str(r, NFTNL_RULE_CHAIN)) &&
		   is(nftnl_chain_get_str(c->chain, NFTNL_CHAIN_TABLE),
			  nftnl_rule_get_str(r, NFTNL_RULE_TABLE));
}

static void add_rule(fw_foreign_t *f, const struct nlmsghdr *nlh)
{
	struct nftnl_rule *r = nftnl_rule_alloc();
	bool whole = nftnl_rule_nlmsg_parse(nlh, r) == 0;
	fw_chain_t *c = f->last;

	if (!is_of(c, r))
	{
		c = fw_foreign_chain(f, nftnl_rule_get_u32(r, NFTNL_RULE_FAMILY),
							 nftnl_rule_get_str(r, NFTNL_RULE_TABLE),
							 nftnl_rule_get_str(r, NFTNL_RULE_CHAIN));
	}
	f->last = c;
	if (c && !c->partial && whole && f->n_rules < FW_FOREIGN_RULES_MAX)
	{
		c->rules = grow(c->rules, c->count, &c->room, sizeof(*c->rules));
		c->rules[c->count++] = r;
		f->n_rules++;
		return;
	}
	if (c)
	{
		c->partial = true;
	}
	nftnl_rule_free(r);
}

static void add_set(fw_foreign_t *f, const struct nlmsghdr *nlh)
{
	struct nftnl_set *s = nftnl_set_alloc();

	if (nftnl_set_nlmsg_parse(nlh, s) == 0 &&
		nftnl_set_get_str(s, NFTNL_SET_NAME) &&
		nftnl_set_is_set(s, NFTNL_SET_KEY_LEN) &&
		nftnl_set_get_u32(s, NFTNL_SET_KEY_LEN) <= FW_KEY_MAX &&
		is_wanted(f, nftnl_set_get_u32(s, NFTNL_SET_FAMILY),
				  nftnl_set_get_str(s, NFTNL_SET_TABLE)) &&
		f->n_sets < FW_FOREIGN_CHAINS_MAX)
	{
		f->sets = grow(f->sets, f->n_sets, &f->room_sets, sizeof(*f->sets));
		f->sets[f->n_sets++].set = s;
		return;
	}
	nftnl_set_free(s);
}

typedef struct adding_t
{
	fw_foreign_t *f;
	fw_set_t *set;
} adding_t;

static bool copy_key(struct nftnl_set_elem *e, uint16_t what,
					 uint8_t out[static FW_KEY_MAX])
{
	uint32_t len = 0;
	const void *key = nftnl_set_elem_is_set(e, what)
						  ? nftnl_set_elem_get(e, what, &len)
						  : NULL;

	if (!key || len > FW_KEY_MAX)
	{
		return false;
	}
	memcpy(out, key, len);
	return true;
}

static uint32_t number_of(struct nftnl_set_elem *e, uint16_t what)
{
	/* libnftnl reads through NULL where there is none */
	return nftnl_set_elem_is_set(e, what) ? nftnl_set_elem_get_u32(e, what) : 0;
}

static int add_element(struct nftnl_set_elem *e, void *user)
{
	adding_t *a = user;
	fw_set_t *s = a->set;
	uint32_t flags = number_of(e, NFTNL_SET_ELEM_FLAGS);
	fw_element_t *out;

	if (a->f->n_elements >= FW_FOREIGN_ELEMENTS_MAX)
	{
		s->partial = true;
		return 0;
	}
	s->list = grow(s->list, s->count, &s->room, sizeof(*s->list));
	out = &s->list[s->count];
	out->end = flags & NFT_SET_ELEM_INTERVAL_END;
	out->catchall = flags & NFT_SET_ELEM_CATCHALL;
	if (!copy_key(e, NFTNL_SET_ELEM_KEY, out->key) && !out->catchall)
	{
		s->partial = true;
		return 0;
	}
	if (!copy_key(e, NFTNL_SET_ELEM_KEY_END, out->last))
	{
		memcpy(out->last, out->key, sizeof(out->last));
	}
	out->verdict = nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_VERDICT);
	out->code = number_of(e, NFTNL_SET_ELEM_VERDICT);
	if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_CHAIN))
	{
		out->chain = str_copy(nftnl_set_elem_get_str(e, NFTNL_SET_ELEM_CHAIN));
	}
	s->count++;
	a->f->n_elements++;
	return 0;
}

static void add_elements(fw_foreign_t *f, const struct nlmsghdr *nlh)
{
	struct nftnl_set *s = nftnl_set_alloc();
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(nlh);
	bool whole = nftnl_set_elems_nlmsg_parse(nlh, s) == 0;
	adding_t adding = {.f = f};

	adding.set = fw_foreign_find_set(f, header->nfgen_family,
									 nftnl_set_get_str(s, NFTNL_SET_TABLE),
									 nftnl_set_get_str(s, NFTNL_SET_NAME));
	if (adding.set)
	{
		nftnl_set_elem_foreach(s, add_element, &adding);
		adding.set->partial |= !whole;
	}
	nftnl_set_free(s);
}

void fw_foreign_add(fw_foreign_t *f, const struct nlmsghdr *nlh)
{
	struct nlmsghdr *copy;

	if (nlh->nlmsg_len < HEADER || nlh->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES)
	{
		return;
	}
	copy = mem_alloc(nlh->nlmsg_len + PADDING);
	memcpy(copy, nlh, nlh->nlmsg_len);
	switch (copy->nlmsg_type & 0xff)
	{
		case NFT_MSG_NEWTABLE:
			add_table(f, copy);
			break;
		case NFT_MSG_NEWCHAIN:
			add_chain(f, copy);
			break;
		case NFT_MSG_NEWRULE:
			add_rule(f, copy);
			break;
		case NFT_MSG_NEWSET:
			add_set(f, copy);
			break;
		case NFT_MSG_NEWSETELEM:
			add_elements(f, copy);
			break;
		default:
			break;
	}
	free(copy);
}

bool fw_foreign_set(const fw_foreign_t *f, size_t n, uint16_t *family,
					const char **table, const char **name)
{
	if (n >= f->n_sets)
	{
		return false;
	}
	*family = (uint16_t)nftnl_set_get_u32(f->sets[n].set, NFTNL_SET_FAMILY);
	*table = nftnl_set_get_str(f->sets[n].set, NFTNL_SET_TABLE);
	*name = nftnl_set_get_str(f->sets[n].set, NFTNL_SET_NAME);
	return true;
}
