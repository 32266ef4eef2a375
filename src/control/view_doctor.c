/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `doctor`: all that the gateway knows of each tunnel, from the underlay up, for
 * cygnetctl to judge with what it sees for itself. */

#include "control/view.h"

#include <string.h>

#include "control/json.h"

static void ways(json_object *obj, const view_doctor_t *d)
{
	json_object *array = put_array(obj, "ways");

	for (unsigned i = 0; i < d->n_ways; i++)
	{
		const view_way_t *w = &d->ways[i];
		json_object *o = put_item(array);

		put_addr(o, "peer", &w->peer);
		put_bool(o, "found", w->found);
		put_str(o, "link", w->link[0] ? w->link : NULL);
		put_addr(o, "gateway", &w->gateway);
		put_addr(o, "source", &w->source);
		put_bool(o, "inside", w->inside);
	}
}

static void facts(json_object *obj, const view_doctor_t *d)
{
	json_object *o = put_object(obj, "facts");

	put_bool(o, "loaded", d->loaded);
	put_str(o, "fault", ike_fault_name(d->fault));
	put_bool(o, "if_id_unique", d->if_id_unique);
	put_num(o, "if_id_in", d->if_id_in);
	put_num(o, "if_id_out", d->if_id_out);
	put_num(o, "link_if_id", d->link_if_id);
	put_bool(o, "sa_differs", d->sa_differs);
	put_num(o, "sa_if_id", d->sa_if_id);
	put_num(o, "duplicates", d->duplicates);
	put_num(o, "oldest", d->oldest);
	put_bool(o, "outbound_lost", d->outbound_lost);
	put_bool(o, "policy_gone", d->policy_gone);
	put_bool(o, "stranded", d->stranded);
	put_bool(o, "link_up", d->link_up);
	put_bool(o, "link_lower_up", d->link_lower_up);
	put_addr(o, "missing", &d->missing);
	put_str(o, "conflict", d->conflict && *d->conflict ? d->conflict : NULL);
	put_str(o, "xfrm_problem", d->xfrm_problem);
	ways(o, d);
}

/** the sessions of the tunnel, in full */
static void sessions(json_object *obj, const view_state_t *state,
					 const view_tunnel_t *t)
{
	json_object *array = put_array(obj, "sessions");

	for (size_t i = 0; i < state->n_neighbors; i++)
	{
		const view_neighbor_t *n = &state->neighbors[i];

		if (n->tunnel == t->config)
		{
			json_object_array_add(array,
								  view_neighbor(state, bgp_peer_name(n->peer)));
		}
	}
}

/** what packets from the site are like: its networks, its own links, and those of
 * tunnels and of the ways to their peers */
static void site(json_object *obj, const view_state_t *state,
				 const view_doctor_t *doctor)
{
	const config_t *config = state->config;
	json_object *o = put_object(obj, "site");
	json_object *array = put_array(o, "advertise");
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; config && i < config->advertise.count; i++)
	{
		json_object_array_add(array, json_object_new_string(prefix_format(
										 &config->advertise.list[i], text)));
	}
	array = put_array(o, "inside");
	for (size_t i = 0; config && i < config->inside.count; i++)
	{
		json_object_array_add(array,
							  json_object_new_string(config->inside.list[i]));
	}
	array = put_array(o, "outside");
	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		json_object_array_add(
			array, json_object_new_string(state->tunnels[i].config->link));
		for (unsigned k = 0; k < doctor[i].n_ways; k++)
		{
			json_object_array_add(
				array, json_object_new_string(doctor[i].ways[k].link));
		}
	}
}

json_object *view_doctor(const view_state_t *state, const view_doctor_t *doctor)
{
	json_object *obj = json_object_new_object();
	json_object *array;

	put_bool(obj, "configured", state->config && state->config->present);
	array = put_array(obj, "problems");
	for (size_t i = 0; i < state->n_problems; i++)
	{
		json_object_array_add(array,
							  json_object_new_string(state->problems[i]));
	}
	site(obj, state, doctor);
	array = put_array(obj, "tunnels");
	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		const view_tunnel_t *t = &state->tunnels[i];
		json_object *o = view_tunnel(state, t->config->name);

		facts(o, &doctor[i]);
		sessions(o, state, t);
		json_object_array_add(array, o);
	}
	return obj;
}
