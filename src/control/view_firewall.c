/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `firewall`: whether our table is in force, and what each part of it counts. */

#include "control/view.h"

#include <string.h>

#include "control/json.h"

typedef struct kind_t
{
	/** of counters; one that ends in a dash is followed by whose it is */
	const char *name;
	const char *kind;
	/** it counts what is dropped, not what passes */
	bool drops;
} kind_t;

static const kind_t kinds[] = {
	{FW_COUNTER_GUARD, "leak-guard", true},
	{FW_COUNTER_PORTS, "port-guard", true},
	{FW_COUNTER_IKE, "ike-init", true},
	{FW_COUNTER_ALLOW_IN, "allow-in", true},
	{FW_COUNTER_ALLOW_OUT, "allow-out", true},
	{FW_COUNTER_NETMAP, "netmap", false},
	{FW_COUNTER_UNMAPPED, "unmapped", true},
};

/** whose: the bundle or tunnel, NULL: the gateway's; NULL: none of ours */
static const kind_t *kind_of(const char *name, const char **whose)
{
	for (size_t i = 0; i < countof(kinds); i++)
	{
		size_t len = strlen(kinds[i].name);
		bool named = kinds[i].name[len - 1] == '-';

		if (strncmp(name, kinds[i].name, len) == 0 && (named || !name[len]))
		{
			*whose = named ? name + len : NULL;
			return &kinds[i];
		}
	}
	return NULL;
}

static void counter(json_object *array, const fw_counter_t *c)
{
	const char *whose = NULL;
	const kind_t *kind = kind_of(c->name, &whose);
	json_object *o;

	if (!kind)
	{
		return;
	}
	o = put_item(array);
	put_str(o, "name", c->name);
	put_str(o, "kind", kind->kind);
	put_str(o, "of", whose);
	put_bool(o, "drops", kind->drops);
	put_num(o, "packets", c->packets);
	put_num(o, "bytes", c->bytes);
}

json_object *view_firewall(const view_state_t *state)
{
	static const char *const states[] = {[VIEW_FIREWALL_ABSENT] = "absent",
										 [VIEW_FIREWALL_CURRENT] = "in force",
										 [VIEW_FIREWALL_OLD] = "old"};
	json_object *obj = json_object_new_object(), *array;

	put_str(obj, "table", "inet " FW_TABLE);
	put_str(obj, "state", states[state->firewall]);
	array = put_array(obj, "counters");
	for (size_t i = 0; i < state->n_counters; i++)
	{
		counter(array, &state->counters[i]);
	}
	return obj;
}
