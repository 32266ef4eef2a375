/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The site behind a gateway: a LAN with a network on the link and one behind a
 * router, which `redistribute` announces; and the underlay's gateway, that DHCP
 * names. What the kernel takes along with a link is not told, as it is.
 */

#include "site.h"

#include "unit/gateway/world_impl.h"

#include <stdio.h>
#include <string.h>

#define PROTO_STATIC 4
#define MAIN         254

void site_link_make(sim_node_t *node, kernel_link_t *link)
{
	link->index = node->host->next_index++;
	kernel_state_add_link(&node->host->state, link);
	fake_kernel_link(node->host->kernel, link->index, link->lower_up);
	world_link_event(node->host, link, false, false);
	node->poked = true;
}

void site_link_set(sim_node_t *node, const kernel_link_t *there, bool up,
				   bool carrier)
{
	world_t *host = node->host;
	kernel_link_t link = *there;

	if (there->up == up && there->lower_up == (up && carrier))
	{
		return;
	}
	link.up = up;
	link.lower_up = up && carrier;
	kernel_state_link_event(&host->state, &link, false);
	fake_kernel_link(host->kernel, link.index, link.lower_up);
	world_link_event(host, &link, false, false);
	node->poked = true;
}

void site_address(sim_node_t *node, uint32_t link, const char *text)
{
	const kernel_state_t *state = &node->host->state;
	ifaddr_t ifaddr;

	if (!ifaddr_parse(text, &ifaddr))
	{
		return;
	}
	for (size_t i = 0; i < state->n_addrs; i++)
	{
		if (state->addrs[i].link == link &&
			addr_equal(&state->addrs[i].ifaddr.addr, &ifaddr.addr))
		{
			return;
		}
	}
	world_addr(node->host, link, text, true);
	node->poked = true;
}

/* -- the LAN --------------------------------------------------------------------- */

static const kernel_link_t *lan(const sim_node_t *node)
{
	return kernel_state_find_link(&node->host->state, "lan0");
}

static bool has_route(const sim_node_t *node)
{
	for (unsigned i = 0; i < node->host->n_foreign; i++)
	{
		if (node->host->foreign[i].protocol == PROTO_STATIC)
		{
			return true;
		}
	}
	return false;
}

static void routes(sim_node_t *node, bool there)
{
	const kernel_link_t *link = lan(node);
	char p[PREFIX_STR_MAX], gateway[64];

	if (!link || has_route(node) == there || (there && !link->lower_up))
	{
		return;
	}
	for (unsigned six = 0; six < 2; six++)
	{
		snprintf(gateway, sizeof(gateway), six ? "fd10:%x:%x::9" : "10.%u.%u.9",
				 node->number + 1, SIM_CONNECTED);
		world_foreign(
			node->host,
			prefix_format(node_prefix(node->number, SIM_STATIC, six), p),
			PROTO_STATIC, MAIN, six ? 1024 : 0, link->index, gateway, there);
	}
	node->advertised_at = node->sim->now;
	sim_trace(node->sim, "n%u: a route to behind the LAN %s", node->number,
			  there ? "comes" : "goes");
	node->poked = true;
}

static void networks(sim_node_t *node)
{
	const kernel_link_t *link = lan(node);
	char text[SITE_TEXT_MAX];

	for (unsigned six = 0; link && six < 2; six++)
	{
		snprintf(text, sizeof(text), six ? "fd10:%x:%x::1/48" : "10.%u.%u.1/24",
				 node->number + 1, SIM_CONNECTED);
		site_address(node, link->index, text);
	}
}

void site_create(sim_node_t *node)
{
	kernel_link_t link = {
		.name = "lan0",
		.mtu = 1500,
		.up = true,
		.lower_up = true,
	};

	site_link_make(node, &link);
	networks(node);
	routes(node, true);
}

/** routes by the link go without a word, networks stay */
static void lan_set(sim_node_t *node, bool up)
{
	const kernel_link_t *link = lan(node);

	if (!link || link->lower_up == up)
	{
		return;
	}
	node->advertised_at = node->sim->now;
	sim_trace(node->sim, "n%u: lan0 goes %s", node->number, up ? "up" : "down");
	if (!up)
	{
		node->host->n_foreign = 0;
	}
	site_link_set(node, link, true, up);
}

static void lan_back(sim_t *sim, void *user, uint64_t a, uint64_t b)
{
	lan_set(user, true);
	routes(user, true);
}

void site_step(sim_node_t *node)
{
	sim_t *sim = node->sim;
	usec_t span = (100 + sim_random(sim, 40000)) * MSEC;

	switch (sim_random(sim, 3))
	{
		case 0:
			lan_set(node, false);
			sim_at(sim, span, lan_back, node, 0, 0);
			break;
		case 1:
			routes(node, false);
			sim_at(sim, span, lan_back, node, 0, 0);
			break;
		case 2:
			/* there and back at once */
			lan_set(node, false);
			lan_back(sim, node, 0, 0);
			break;
	}
}

bool site_has(const sim_node_t *node, unsigned prefix)
{
	const kernel_link_t *link = lan(node);

	return node->redistributes && link && link->lower_up &&
		   (prefix == SIM_CONNECTED || has_route(node));
}

/* -- the underlay ------------------------------------------------------------------ */

void site_renumber(sim_node_t *node)
{
	static const char *const gateways[] = {"198.51.100.254", "198.51.100.1",
										   "198.51.100.2"};
	const char *next = gateways[sim_random(node->sim, countof(gateways))];

	sim_trace(node->sim, "n%u: the underlay's gateway is %s", node->number,
			  next);
	world_external_gateway(node->host, next);
	node->poked = true;
}

void site_restore(sim_node_t *node)
{
	lan_set(node, true);
	networks(node);
	routes(node, true);
}
