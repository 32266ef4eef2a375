/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What a gateway's kernel does beyond its fake: it shows SAs to the core, what
 * its charon has installed and what one that died has left. The core looks for
 * outbound ones that are missing, and removes what was left. And with -v what
 * is written is printed.
 */

#include "sas.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ESP 50

/** hosts know nothing of nodes */
static sim_t *world;
static const kernel_ops_t *host_ops;
static kernel_ops_t ops;

uint32_t sa_spi(const sim_sa_t *sa, unsigned side)
{
	return (uint32_t)(0xc0000000 + sa->serial * 2 + side);
}

static sim_node_t *node_of(const void *kernel)
{
	unsigned i = 0;

	while (world->nodes[i].host != kernel)
	{
		i++;
	}
	return &world->nodes[i];
}

/** where a packet goes that this half of the SA is for: the receiver chose the
 * SPI */
static bool *half(sim_sa_t *sa, unsigned side, unsigned receiver)
{
	return side == receiver ? &sa->in[side] : &sa->out[side];
}

static int dump(void *kernel, kernel_sa_fn_t fn, void *user)
{
	const sim_node_t *node = node_of(kernel);

	for (unsigned i = 0; i < world->n_tunnels; i++)
	{
		sim_tunnel_t *t = &world->tunnels[i];
		unsigned side = node_side(node, t);

		for (unsigned k = 0; node_has(node, t) && k < 2 * SIM_SAS; k++)
		{
			sim_sa_t *sa = &t->sas[k / 2];
			kernel_sa_t shown = {
				.dst = charon_outer(t, k % 2, sa->address[k % 2]),
				.src = charon_outer(t, !(k % 2), sa->address[!(k % 2)]),
				.spi = sa_spi(sa, k % 2),
				.proto = ESP,
				.if_id = t->number + 1,
				.keyed = true,
			};

			if (sa->used && *half(sa, side, k % 2))
			{
				fn(user, &shown);
			}
		}
	}
	return 0;
}

/** NULL: it is not there */
static bool *find(void *kernel, const kernel_sa_t *wanted, sim_sa_t **of)
{
	const sim_node_t *node = node_of(kernel);

	for (unsigned i = 0; i < world->n_tunnels; i++)
	{
		sim_tunnel_t *t = &world->tunnels[i];
		unsigned side = node_side(node, t);

		for (unsigned k = 0; node_has(node, t) && k < 2 * SIM_SAS; k++)
		{
			sim_sa_t *sa = &t->sas[k / 2];
			addr_t dst = charon_outer(t, k % 2, sa->address[k % 2]);

			if (sa->used && *half(sa, side, k % 2) &&
				sa_spi(sa, k % 2) == wanted->spi &&
				addr_equal(&dst, &wanted->dst))
			{
				*of = sa;
				return half(sa, side, k % 2);
			}
		}
	}
	return NULL;
}

static int get(void *kernel, const kernel_sa_t *wanted, kernel_sa_t *out)
{
	sim_sa_t *sa;

	*out = *wanted;
	out->keyed = true;
	return find(kernel, wanted, &sa) ? 0 : -ESRCH;
}

static int delete (void *kernel, const kernel_sa_t *wanted)
{
	sim_sa_t *sa;
	bool *there = find(kernel, wanted, &sa);

	if (there)
	{
		sim_trace(world, "n%u: SA %x is removed", node_of(kernel)->number,
				  wanted->spi);
		*there = false;
		sa_check(sa);
	}
	return 0;
}

/** with -v; not of the trace, as slices of writes are nobody's business */
static void print(const sim_node_t *node, const kernel_op_t *op)
{
	char p[PREFIX_STR_MAX];

	printf("             . n%u: ", node->number);
	switch (op->kind)
	{
		case KERNEL_NEXTHOP_SET:
			printf("next hop %x: link %u%s\n", op->nexthop.id, op->nexthop.link,
				   op->nexthop.blackhole ? " blackhole" : "");
			break;
		case KERNEL_GROUP_SET:
			printf("group %x:", op->group.id);
			for (unsigned i = 0; i < op->group.count; i++)
			{
				printf(" %x", op->group.members[i].id);
			}
			printf(op->group.buckets.count ? " resilient\n" : "\n");
			break;
		case KERNEL_NEXTHOP_DEL:
			printf("next hop %x: deleted\n", op->nexthop.id);
			break;
		case KERNEL_ROUTE_SET:
		case KERNEL_ROUTE_DEL:
			printf("route %s: %s%x, was %x\n", prefix_format(&op->route.dst, p),
				   op->kind == KERNEL_ROUTE_DEL ? "deleted from " : "",
				   op->route.nexthop, op->replaces);
			break;
		case KERNEL_LINK_ADD:
		case KERNEL_LINK_SET:
		case KERNEL_LINK_DEL:
		case KERNEL_ADDR_ADD:
		case KERNEL_ADDR_DEL:
		case KERNEL_RULE_ADD:
		case KERNEL_RULE_DEL:
		case KERNEL_SYSCTL_SET:
			printf("operation %d\n", op->kind);
			break;
	}
}

static unsigned write_ops(void *kernel, const kernel_op_t *list, size_t n,
						  int *errors)
{
	const sim_node_t *node = node_of(kernel);
	unsigned failed = host_ops->write(kernel, list, n, errors);

	for (size_t i = 0; i < n && world->verbose; i++)
	{
		print(node, &list[i]);
		if (errors[i])
		{
			printf("             . n%u: %s\n", node->number,
				   strerror(-errors[i]));
		}
	}
	return failed;
}

void xfrm_seams(sim_node_t *node, core_seams_t *seams)
{
	world = node->sim;
	host_ops = seams->kernel_ops;
	ops = *host_ops;
	ops.write = write_ops;
	ops.sa_dump = dump;
	ops.sa_get = get;
	ops.sa_delete = delete;
	seams->kernel_ops = &ops;
}
