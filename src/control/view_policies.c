/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `policy list` and `policy show`: rules as they are written, so that what is
 * shown can be put into the file again.
 */

#include "control/view.h"

#include <string.h>

#include "control/json.h"

static void used_by(json_object *obj, const view_state_t *state,
					const char *name)
{
	json_object *in = put_array(obj, "import_of");
	json_object *out = put_array(obj, "export_of");

	for (size_t i = 0; i < state->n_neighbors; i++)
	{
		const view_neighbor_t *n = &state->neighbors[i];

		if (n->import_policy && strcmp(n->import_policy, name) == 0)
		{
			json_object_array_add(in, json_object_new_string(n->config->name));
		}
		if (n->export_policy && strcmp(n->export_policy, name) == 0)
		{
			json_object_array_add(out, json_object_new_string(n->config->name));
		}
	}
}

static json_object *brief(const view_state_t *state, const char *name,
						  const config_policy_t *policy)
{
	json_object *obj = json_object_new_object();

	put_str(obj, "name", name);
	put_bool(obj, "default", !policy);
	if (policy)
	{
		put_num(obj, "n_rules", policy->n_rules);
	}
	else
	{
		put_str(obj, "n_rules", NULL);
	}
	used_by(obj, state, name);
	return obj;
}

/** those that the gateway makes where none is configured */
static const char *const defaults[] = {"default-import", "default-export"};

json_object *view_policies(const view_state_t *state)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; state->config && i < state->config->n_policies; i++)
	{
		const config_policy_t *p = &state->config->policies[i];

		json_object_array_add(array, brief(state, p->name, p));
	}
	for (size_t i = 0; i < countof(defaults); i++)
	{
		json_object_array_add(array, brief(state, defaults[i], NULL));
	}
	return array;
}

static void values(json_object *obj, const char *key,
				   const config_strings_t *keys, const config_strings_t *list)
{
	json_object *o = put_object(obj, key);

	for (size_t i = 0; i < keys->count; i++)
	{
		put_str(o, keys->list[i], list->list[i]);
	}
}

json_object *view_policy(const view_state_t *state, const char *name)
{
	const config_policy_t *policy =
		state->config ? config_find_policy(state->config, name) : NULL;
	json_object *obj, *rules;

	if (!policy)
	{
		return NULL;
	}
	obj = brief(state, name, policy);
	rules = put_array(obj, "rules");
	for (size_t i = 0; i < policy->n_rules; i++)
	{
		const config_rule_t *rule = &policy->rules[i];
		json_object *o = put_item(rules);

		put_str(o, "name", rule->name);
		values(o, "match", &rule->match_keys, &rule->match_values);
		values(o, "except", &rule->except_keys, &rule->except_values);
		values(o, "set", &rule->set_keys, &rule->set_values);
		put_str(o, "verdict", rule->verdict);
	}
	return obj;
}
