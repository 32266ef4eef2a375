/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What passes. A packet that goes into a tunnel's link takes the newest
 * outbound half that the sender's kernel has, comes over the underlay if that
 * is not cut, and comes out if the receiver's kernel has the inbound half of
 * the same SA and its link. Echo is answered by the far kernel, its daemon
 * dead or alive.
 */

#include "sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATAGRAM_MAX 128

typedef struct packet_t
{
	size_t len;
	uint8_t data[DATAGRAM_MAX];
} packet_t;

usec_t wire_send(sim_tunnel_t *t, unsigned side, bool esp)
{
	sim_t *sim = t->sim;

	if (t->cut[side] || (esp && t->esp_cut[side]) ||
		sim_random(sim, 1000) < t->loss)
	{
		return 0;
	}
	return t->latency + (t->jitter ? sim_random(sim, (unsigned)t->jitter) : 0);
}

addr_t wire_inner(const sim_tunnel_t *t, unsigned side)
{
	uint8_t host = side ? 1 : 2;

	if (t->only_six)
	{
		return (addr_t){.family = FAMILY_IPV6,
						.b = {0xfd, 0, 0, (uint8_t)t->number, [15] = host}};
	}
	return addr_v4(0xa9fe0000u + (t->number << 8) + host);
}

bool wire_end(const sim_tunnel_t *t, unsigned side)
{
	addr_t inner = wire_inner(t, side);
	const world_t *host = t->end[side].node->host;
	const kernel_link_t *link = world_link(host, t->number);

	if (!link || !link->up || !link->lower_up ||
		link->if_id != (t->plain ? 0 : t->number + 1))
	{
		return false;
	}
	for (size_t i = 0; i < host->state.n_addrs; i++)
	{
		if (host->state.addrs[i].link == link->index &&
			addr_equal(&host->state.addrs[i].ifaddr.addr, &inner))
		{
			return true;
		}
	}
	return false;
}

/** the SA that the side's kernel would take, NULL: none */
static const sim_sa_t *outbound(const sim_tunnel_t *t, unsigned side)
{
	const sim_sa_t *best = NULL;

	for (unsigned i = 0; i < SIM_SAS; i++)
	{
		const sim_sa_t *sa = &t->sas[i];

		if (sa->used && sa->out[side] &&
			(!best || sa->order[side] > best->order[side]))
		{
			best = sa;
		}
	}
	return best;
}

bool wire_works(const sim_tunnel_t *t, unsigned side)
{
	const sim_sa_t *sa = outbound(t, side);
	bool way = sa && sa->in[!side] && charon_reaches(t, sa->address);

	return (way || t->plain) && !t->cut[side] && !t->esp_cut[side] &&
		   wire_end(t, side) && wire_end(t, !side);
}

bool wire_both(const sim_tunnel_t *t)
{
	return wire_works(t, 0) && wire_works(t, 1);
}

sim_tunnel_t *wire_tunnel(sim_t *sim, const char *link)
{
	unsigned number;

	/* cyg-t1 and con-t1 */
	if (sscanf(link + 4, "t%u", &number) != 1 || !number ||
		number > sim->n_tunnels)
	{
		abort();
	}
	return &sim->tunnels[number - 1];
}

/* -- datagrams ---------------------------------------------------------------- */

static datagram_t *dg_open(void *net, datagram_kind_t kind,
						   const net_endpoint_t *end, datagram_fn_t fn,
						   void *user, int *error)
{
	sim_node_t *node = net;
	sim_t *sim = node->sim;

	for (unsigned i = 0; i < SIM_SOCKETS; i++)
	{
		datagram_t *d = &sim->sockets[i];

		if (!d->used)
		{
			sim_tunnel_t *t = wire_tunnel(sim, end->link);

			*d = (datagram_t){
				.used = true,
				.serial = ++sim->serial,
				.node = node,
				.tunnel = t,
				.side = node_side(node, t),
				.kind = kind,
				.fn = fn,
				.user = user,
			};
			return d;
		}
	}
	*error = -EMFILE;
	return NULL;
}

static void give(datagram_t *d, packet_t *packet)
{
	sim_note(d->node->sim, packet->len + d->tunnel->number);
	d->fn(d->user, packet->data, packet->len, d->node->sim->now);
	d->node->poked = true;
}

/** BFD comes to whatever socket is open at the other end */
static void bfd_arrives(sim_t *sim, void *user, uint64_t number, uint64_t side)
{
	sim_tunnel_t *t = &sim->tunnels[number];
	packet_t *packet = user;

	for (unsigned i = 0; i < SIM_SOCKETS && wire_end(t, !side); i++)
	{
		datagram_t *d = &sim->sockets[i];

		if (d->used && d->kind == DATAGRAM_BFD && d->tunnel == t &&
			d->side != side)
		{
			give(d, packet);
			break;
		}
	}
	free(packet);
}

static void reply_arrives(sim_t *sim, void *user, uint64_t place,
						  uint64_t serial)
{
	datagram_t *d = &sim->sockets[place];
	packet_t *packet = user;

	if (d->used && d->serial == serial && wire_end(d->tunnel, d->side))
	{
		give(d, packet);
	}
	free(packet);
}

static void request_arrives(sim_t *sim, void *user, uint64_t place,
							uint64_t serial)
{
	datagram_t *d = &sim->sockets[place];
	packet_t *packet = user;
	usec_t in = 0;

	if (d->used && d->serial == serial && wire_works(d->tunnel, !d->side))
	{
		in = wire_send(d->tunnel, !d->side, true);
	}
	if (in)
	{
		/* echo reply, RFC 792 and RFC 4443 */
		packet->data[0] = packet->data[0] == 8 ? 0 : 129;
		sim_give(sim, in, reply_arrives, packet, place, serial);
		return;
	}
	free(packet);
}

static void dg_send(void *net, datagram_t *d, const uint8_t *data, size_t len,
					usec_t again)
{
	sim_node_t *node = net;
	sim_t *sim = node->sim;
	packet_t *packet;
	usec_t in;

	if (!d->used || d->node != node || len > DATAGRAM_MAX)
	{
		abort();
	}
	if (node->dying || !wire_works(d->tunnel, d->side))
	{
		return;
	}
	in = wire_send(d->tunnel, d->side, true);
	if (!in)
	{
		return;
	}
	packet = mem_alloc(sizeof(*packet));
	packet->len = len;
	memcpy(packet->data, data, len);
	if (d->kind == DATAGRAM_BFD)
	{
		sim_give(sim, in, bfd_arrives, packet, d->tunnel->number, d->side);
	}
	else
	{
		sim_give(sim, in, request_arrives, packet, (uint64_t)(d - sim->sockets),
				 d->serial);
	}
}

/** a socket is its tunnel's, whatever the link's index */
static int dg_rebind(void *net, datagram_t *d, const net_endpoint_t *end)
{
	return 0;
}

static void dg_close(void *net, datagram_t *d)
{
	if (d)
	{
		d->used = false;
	}
}

const datagram_ops_t wire_datagrams = {
	.open = dg_open,
	.rebind = dg_rebind,
	.send = dg_send,
	.close = dg_close,
};

void wire_forget(sim_node_t *node)
{
	for (unsigned i = 0; i < SIM_SOCKETS; i++)
	{
		datagram_t *d = &node->sim->sockets[i];

		if (d->used && d->node == node)
		{
			/* core_destroy closes what it opened */
			sim_fail(node->sim, "a socket is left open by a dead core");
			d->used = false;
		}
	}
}
