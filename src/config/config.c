/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A loaded configuration's end, its look-ups, and equality: all led by the
 * option table, so that a new option is neither leaked nor overlooked by a
 * reload.
 */

#include "config/config.h"

#include "config/option.h"
#include "config/report.h"

#include <stdlib.h>
#include <string.h>

static void clear_object(config_scope_t scope, void *object);

static void clear_children(const config_section_t *section, void *object)
{
	void **list = (void **)(void *)((char *)object + section->list);
	size_t *count = (size_t *)(void *)((char *)object + section->count);

	for (size_t i = 0; i < *count; i++)
	{
		char *element = (char *)*list + i * section->size;

		clear_object(section->scope, element);
		free(*(char **)(void *)(element + section->name_at));
	}
	free(*list);
	*list = NULL;
	*count = 0;
}

static void clear_object(config_scope_t scope, void *object)
{
	const config_section_t *sections;
	const config_option_t *options;
	size_t count;

	options = config_schema_options(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (options[i].scopes & 1u << scope)
		{
			option_clear(&options[i], object);
		}
	}
	sections = config_schema_sections(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (sections[i].parent == scope &&
			sections[i].shape != CONFIG_SHAPE_PART)
		{
			clear_children(&sections[i], object);
		}
	}
	if (scope == CONFIG_IN_RULE)
	{
		config_rule_t *rule = object;

		strings_deinit(&rule->match_keys);
		strings_deinit(&rule->match_values);
		strings_deinit(&rule->except_keys);
		strings_deinit(&rule->except_values);
		strings_deinit(&rule->set_keys);
		strings_deinit(&rule->set_values);
	}
}

void config_destroy(config_t *config)
{
	if (!config)
	{
		return;
	}
	clear_object(CONFIG_IN_ROOT, config);
	for (size_t i = 0; i < config->n_connections; i++)
	{
		config_connection_t *connection = &config->connections[i];

		free(connection->name);
		free(connection->if_id_in);
		free(connection->if_id_out);
		free(connection->mobike);
		strings_deinit(&connection->remote_addrs);
	}
	free(config->connections);
	free(config);
}

const config_tunnel_t *config_find_tunnel(const config_t *config,
										  const char *name,
										  const config_bundle_t **bundle)
{
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		const config_bundle_t *in = &config->bundles[i];

		for (size_t j = 0; j < in->n_tunnels; j++)
		{
			if (!strcmp(in->tunnels[j].name, name))
			{
				if (bundle)
				{
					*bundle = in;
				}
				return &in->tunnels[j];
			}
		}
	}
	return NULL;
}

const config_policy_t *config_find_policy(const config_t *config,
										  const char *name)
{
	for (size_t i = 0; i < config->n_policies; i++)
	{
		if (!strcmp(config->policies[i].name, name))
		{
			return &config->policies[i];
		}
	}
	return NULL;
}

static bool has_prefix(const config_prefixes_t *list, const prefix_t *prefix)
{
	for (size_t i = 0; i < list->count; i++)
	{
		if (prefix_equal(&list->list[i], prefix))
		{
			return true;
		}
	}
	return false;
}

bool config_tunnel_carries(const config_bundle_t *bundle,
						   const config_tunnel_t *tunnel,
						   const prefix_t *prefix)
{
	return has_prefix(&tunnel->routes, prefix) ||
		   has_prefix(&bundle->routes, prefix);
}

/** what is an option of one of the sections is the same in both */
static bool options_equal(unsigned scopes, const void *a, const void *b)
{
	const config_option_t *options;
	size_t count;

	options = config_schema_options(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (options[i].scopes & scopes && !option_equal(&options[i], a, b))
		{
			return false;
		}
	}
	return true;
}

bool config_neighbor_equal(const config_neighbor_t *a,
						   const config_neighbor_t *b)
{
	return !strcmp(a->name, b->name) &&
		   options_equal(1u << CONFIG_IN_NEIGHBOR | 1u << CONFIG_IN_PEER, a, b);
}

bool config_tunnel_equal(const config_tunnel_t *a, const config_tunnel_t *b)
{
	if (strcmp(a->name, b->name) != 0 || a->if_id != b->if_id ||
		a->n_neighbors != b->n_neighbors ||
		!options_equal(1u << CONFIG_IN_TUNNEL, a, b))
	{
		return false;
	}
	for (size_t i = 0; i < a->n_neighbors; i++)
	{
		if (!config_neighbor_equal(&a->neighbors[i], &b->neighbors[i]))
		{
			return false;
		}
	}
	return true;
}

bool config_policy_equal(const config_policy_t *a, const config_policy_t *b)
{
	if (strcmp(a->name, b->name) != 0 || a->n_rules != b->n_rules)
	{
		return false;
	}
	for (size_t i = 0; i < a->n_rules; i++)
	{
		const config_rule_t *x = &a->rules[i], *y = &b->rules[i];

		if (strcmp(x->name, y->name) != 0 ||
			!options_equal(1u << CONFIG_IN_RULE, x, y) ||
			!strings_equal(&x->match_keys, &y->match_keys) ||
			!strings_equal(&x->match_values, &y->match_values) ||
			!strings_equal(&x->except_keys, &y->except_keys) ||
			!strings_equal(&x->except_values, &y->except_values) ||
			!strings_equal(&x->set_keys, &y->set_keys) ||
			!strings_equal(&x->set_values, &y->set_values))
		{
			return false;
		}
	}
	return true;
}
