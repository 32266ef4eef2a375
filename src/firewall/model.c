/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The model is arrays that own their arrays; equality is by content and
 * order, as the planner makes them in the order of the configuration. */

#include "firewall/model.h"

#include <stdlib.h>
#include <string.h>

void fw_model_init(fw_model_t *model)
{
	memset(model, 0, sizeof(*model));
}

void fw_model_deinit(fw_model_t *model)
{
	for (size_t i = 0; i < model->n_guards; i++)
	{
		free(model->guards[i].protect.list);
		free(model->guards[i].except.list);
		free(model->guards[i].links.list);
	}
	free(model->guards);
	free(model->clamps);
	free(model->ports.links.list);
	free(model->ports.peers.list);
	free(model->ports.others.list);
	free(model->ike.known.list);
	for (size_t i = 0; i < model->n_netmaps; i++)
	{
		free(model->netmaps[i].links.list);
		free(model->netmaps[i].pairs);
	}
	free(model->netmaps);
	for (size_t i = 0; i < model->n_allows; i++)
	{
		free(model->allows[i].passes);
	}
	free(model->allows);
	free(model->speakers.list);
	free(model->own.list);
	fw_model_init(model);
}

static void name_copy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size - 1);

	memcpy(to, from, len);
	memset(to + len, 0, size - len);
}

fw_clamp_t *fw_model_add_clamp(fw_model_t *model, const char *link)
{
	fw_clamp_t *clamp;

	model->clamps =
		mem_resize(model->clamps, model->n_clamps + 1, sizeof(*model->clamps));
	clamp = &model->clamps[model->n_clamps++];
	memset(clamp, 0, sizeof(*clamp));
	name_copy(clamp->link, link, sizeof(clamp->link));
	return clamp;
}

fw_guard_t *fw_model_add_guard(fw_model_t *model, const char *name)
{
	fw_guard_t *guard;

	model->guards =
		mem_resize(model->guards, model->n_guards + 1, sizeof(*model->guards));
	guard = &model->guards[model->n_guards++];
	memset(guard, 0, sizeof(*guard));
	name_copy(guard->name, name, sizeof(guard->name));
	return guard;
}

fw_netmap_t *fw_model_add_netmap(fw_model_t *model, const char *name)
{
	fw_netmap_t *netmap;

	model->netmaps = mem_resize(model->netmaps, model->n_netmaps + 1,
								sizeof(*model->netmaps));
	netmap = &model->netmaps[model->n_netmaps++];
	memset(netmap, 0, sizeof(*netmap));
	name_copy(netmap->name, name, sizeof(netmap->name));
	return netmap;
}

fw_allow_t *fw_model_add_allow(fw_model_t *model, const char *name,
							   const char *link, bool incoming)
{
	fw_allow_t *allow;

	model->allows =
		mem_resize(model->allows, model->n_allows + 1, sizeof(*model->allows));
	allow = &model->allows[model->n_allows++];
	memset(allow, 0, sizeof(*allow));
	name_copy(allow->name, name, sizeof(allow->name));
	name_copy(allow->link, link, sizeof(allow->link));
	allow->incoming = incoming;
	return allow;
}

void fw_netmap_add(fw_netmap_t *netmap, const prefix_t *inside,
				   const prefix_t *mapped)
{
	netmap->pairs =
		mem_resize(netmap->pairs, netmap->n_pairs + 1, sizeof(*netmap->pairs));
	netmap->pairs[netmap->n_pairs++] =
		(fw_pair_t){.inside = *inside, .mapped = *mapped};
}

void fw_allow_add(fw_allow_t *allow, const fw_pass_t *pass)
{
	allow->passes =
		mem_resize(allow->passes, allow->n_passes + 1, sizeof(*allow->passes));
	allow->passes[allow->n_passes++] = *pass;
}

void fw_prefixes_add(fw_prefixes_t *prefixes, const prefix_t *p)
{
	prefixes->list = mem_resize(prefixes->list, prefixes->count + 1,
								sizeof(*prefixes->list));
	prefixes->list[prefixes->count++] = *p;
}

void fw_links_add(fw_links_t *links, const char *name)
{
	links->list =
		mem_resize(links->list, links->count + 1, sizeof(*links->list));
	name_copy(links->list[links->count++], name, FW_LINK_NAME_MAX);
}

void fw_peers_add(fw_peers_t *peers, const char *link, const addr_t *addr)
{
	fw_peer_t *peer;

	peers->list =
		mem_resize(peers->list, peers->count + 1, sizeof(*peers->list));
	peer = &peers->list[peers->count++];
	name_copy(peer->link, link, sizeof(peer->link));
	peer->addr = *addr;
}

static bool prefixes_equal(const fw_prefixes_t *a, const fw_prefixes_t *b)
{
	if (a->count != b->count)
	{
		return false;
	}
	for (size_t i = 0; i < a->count; i++)
	{
		if (!prefix_equal(&a->list[i], &b->list[i]))
		{
			return false;
		}
	}
	return true;
}

static bool links_equal(const fw_links_t *a, const fw_links_t *b)
{
	return a->count == b->count &&
		   (!a->count ||
			memcmp(a->list, b->list, a->count * FW_LINK_NAME_MAX) == 0);
}

static bool guard_equal(const fw_guard_t *a, const fw_guard_t *b)
{
	return strcmp(a->name, b->name) == 0 &&
		   a->links_denied == b->links_denied &&
		   prefixes_equal(&a->protect, &b->protect) &&
		   prefixes_equal(&a->except, &b->except) &&
		   links_equal(&a->links, &b->links);
}

static bool peers_equal(const fw_peers_t *a, const fw_peers_t *b)
{
	if (a->count != b->count)
	{
		return false;
	}
	for (size_t i = 0; i < a->count; i++)
	{
		if (strcmp(a->list[i].link, b->list[i].link) != 0 ||
			!addr_equal(&a->list[i].addr, &b->list[i].addr))
		{
			return false;
		}
	}
	return true;
}

static bool ports_equal(const fw_ports_t *a, const fw_ports_t *b)
{
	return a->strict == b->strict && links_equal(&a->links, &b->links) &&
		   peers_equal(&a->peers, &b->peers) &&
		   prefixes_equal(&a->others, &b->others);
}

static bool ike_equal(const fw_ike_t *a, const fw_ike_t *b)
{
	return a->rate == b->rate && prefixes_equal(&a->known, &b->known);
}

static bool netmap_equal(const fw_netmap_t *a, const fw_netmap_t *b)
{
	if (strcmp(a->name, b->name) != 0 || !links_equal(&a->links, &b->links) ||
		a->n_pairs != b->n_pairs)
	{
		return false;
	}
	for (size_t i = 0; i < a->n_pairs; i++)
	{
		if (!prefix_equal(&a->pairs[i].inside, &b->pairs[i].inside) ||
			!prefix_equal(&a->pairs[i].mapped, &b->pairs[i].mapped))
		{
			return false;
		}
	}
	return true;
}

static bool netmaps_equal(const fw_model_t *a, const fw_model_t *b)
{
	if (a->n_netmaps != b->n_netmaps)
	{
		return false;
	}
	for (size_t i = 0; i < a->n_netmaps; i++)
	{
		if (!netmap_equal(&a->netmaps[i], &b->netmaps[i]))
		{
			return false;
		}
	}
	return true;
}

static bool pass_equal(const fw_pass_t *a, const fw_pass_t *b)
{
	return prefix_equal(&a->to, &b->to) && prefix_equal(&a->from, &b->from) &&
		   a->protocol == b->protocol && a->port_first == b->port_first &&
		   a->port_last == b->port_last;
}

static bool allow_equal(const fw_allow_t *a, const fw_allow_t *b)
{
	if (strcmp(a->name, b->name) != 0 || strcmp(a->link, b->link) != 0 ||
		a->incoming != b->incoming || a->n_passes != b->n_passes)
	{
		return false;
	}
	for (size_t i = 0; i < a->n_passes; i++)
	{
		if (!pass_equal(&a->passes[i], &b->passes[i]))
		{
			return false;
		}
	}
	return true;
}

static bool allows_equal(const fw_model_t *a, const fw_model_t *b)
{
	if (a->n_allows != b->n_allows)
	{
		return false;
	}
	for (size_t i = 0; i < a->n_allows; i++)
	{
		if (!allow_equal(&a->allows[i], &b->allows[i]))
		{
			return false;
		}
	}
	return peers_equal(&a->speakers, &b->speakers) &&
		   peers_equal(&a->own, &b->own);
}

bool fw_model_equal(const fw_model_t *a, const fw_model_t *b)
{
	if (a->n_clamps != b->n_clamps || a->n_guards != b->n_guards)
	{
		return false;
	}
	for (size_t i = 0; i < a->n_clamps; i++)
	{
		if (strcmp(a->clamps[i].link, b->clamps[i].link) != 0 ||
			a->clamps[i].mss4 != b->clamps[i].mss4 ||
			a->clamps[i].mss6 != b->clamps[i].mss6)
		{
			return false;
		}
	}
	for (size_t i = 0; i < a->n_guards; i++)
	{
		if (!guard_equal(&a->guards[i], &b->guards[i]))
		{
			return false;
		}
	}
	return ports_equal(&a->ports, &b->ports) && ike_equal(&a->ike, &b->ike) &&
		   netmaps_equal(a, b) && allows_equal(a, b);
}

size_t fw_model_counters(const fw_model_t *model)
{
	/* one each of the port guard and of IKE */
	return model->n_guards + 2 + 2 * model->n_netmaps + model->n_allows;
}

bool fw_model_guards_ports(const fw_model_t *model)
{
	return model->ports.links.count || model->ports.strict;
}
