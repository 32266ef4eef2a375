/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Tunnels that are existing links (`interface =`): a leased line, whose far end
 * is seen by its carrier. The links are somebody else's: he sets them down, takes
 * them away and makes them anew under the same name, with their addresses.
 */

#include "site.h"

#include <stdio.h>

static world_t *host_of(const sim_tunnel_t *t, unsigned side)
{
	return t->end[side].node->host;
}

/** the nth address of the side, false: there are less */
static bool address(const sim_tunnel_t *t, unsigned side, unsigned n,
					char out[static SITE_TEXT_MAX])
{
	unsigned number = t->number, here = side ? 1 : 2;
	bool six = n + t->only_six;

	if (n > 1 || (six && !t->six) || (n && t->only_six))
	{
		return false;
	}
	snprintf(out, SITE_TEXT_MAX, six ? "fd00:%x::%u/64" : "169.254.%u.%u/30",
			 number, here);
	return true;
}

static void addresses(const sim_tunnel_t *t, unsigned side)
{
	const kernel_link_t *link = world_link(host_of(t, side), t->number);
	char text[SITE_TEXT_MAX];

	for (unsigned i = 0; link && address(t, side, i, text); i++)
	{
		site_address(t->end[side].node, link->index, text);
	}
}

static void set(sim_tunnel_t *t, unsigned side, bool up)
{
	const kernel_link_t *there = world_link(host_of(t, side), t->number);

	if (there)
	{
		site_link_set(t->end[side].node, there, up, !t->dark);
		if (!up || t->dark)
		{
			check_bare(t, side);
		}
		addresses(t, side);
	}
}

static void make(sim_tunnel_t *t, unsigned side)
{
	kernel_link_t link = {
		.mtu = 1500,
		.up = true,
		.lower_up = !t->dark,
		.point_to_point = t->point_to_point,
	};

	if (!world_link(host_of(t, side), t->number))
	{
		snprintf(link.name, sizeof(link.name), "con-t%u", t->number + 1);
		site_link_make(t->end[side].node, &link);
		addresses(t, side);
	}
}

void plain_create(sim_tunnel_t *t)
{
	for (unsigned s = 0; s < 2; s++)
	{
		make(t, s);
	}
}

static void put_back(sim_t *sim, void *user, uint64_t side, uint64_t b)
{
	sim_tunnel_t *t = user;

	make(t, (unsigned)side);
	set(t, (unsigned)side, true);
}

static void lit(sim_t *sim, void *user, uint64_t a, uint64_t b)
{
	plain_light(user, true);
}

void plain_light(sim_tunnel_t *t, bool on)
{
	if (t->dark == on)
	{
		sim_trace(t->sim, "t%u: the carrier %s", t->number + 1,
				  on ? "is back" : "is lost");
		t->dark = !on;
		for (unsigned s = 0; s < 2; s++)
		{
			const kernel_link_t *link = world_link(host_of(t, s), t->number);

			if (link)
			{
				set(t, s, link->up);
			}
		}
	}
}

void plain_dark(sim_tunnel_t *t, usec_t span)
{
	plain_light(t, false);
	sim_at(t->sim, span, lit, t, 0, 0);
}

void plain_tamper(sim_tunnel_t *t, unsigned side, bool remove, usec_t span)
{
	const kernel_link_t *link = world_link(host_of(t, side), t->number);

	if (!link)
	{
		return;
	}
	sim_trace(t->sim, "n%u: somebody %s con-t%u", t->end[side].node->number,
			  remove ? "deletes" : "sets down", t->number + 1);
	if (remove)
	{
		world_link_delete(host_of(t, side), t->number);
		check_bare(t, side);
	}
	else
	{
		set(t, side, false);
	}
	sim_at(t->sim, span, put_back, t, side, 0);
}

bool plain_stands(const sim_tunnel_t *t, unsigned side)
{
	const kernel_link_t *link = world_link(host_of(t, side), t->number);

	return link && link->up && link->lower_up;
}

void plain_restore(sim_tunnel_t *t)
{
	plain_light(t, true);
	for (unsigned s = 0; s < 2; s++)
	{
		put_back(t->sim, t, s, 0);
	}
}
