/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Policies: named where they are there, and with rules that mean something.
 */

#include "config/check.h"

#include "base/suggest.h"
#include "base/text.h"
#include "config/values.h"

#include <stdio.h>
#include <string.h>

void check_policy_name(config_load_t *load, const char *path, const char *key,
					   const char *name)
{
	const config_t *config = load->config;
	char quote[REPORT_QUOTE_MAX];
	suggest_t suggest;
	text_t known = {.len = 0};

	if (!name || config_find_policy(config, name))
	{
		return;
	}
	suggest_init(&suggest, name);
	for (size_t i = 0; i < config->n_policies; i++)
	{
		suggest_offer(&suggest, config->policies[i].name);
		text_printf(&known, "%s%s", i ? ", " : "", config->policies[i].name);
	}
	report_quote(name, quote);
	if (!config->n_policies)
	{
		report_error(load->report, path, key,
					 "there is no policy %s, nor any other: write it in "
					 "cygnet.policies",
					 quote);
	}
	else if (suggest.best)
	{
		report_error(load->report, path, key,
					 "there is no policy %s, did you mean '%s'? (there are: "
					 "%s)",
					 quote, suggest.best, text_str(&known));
	}
	else
	{
		report_error(load->report, path, key,
					 "there is no policy %s (there are: %s)", quote,
					 text_str(&known));
	}
	text_deinit(&known);
}

/** the names that stand in this section; inherited ones stand in another */
static void check_policy_names(config_load_t *load, const char *path,
							   config_scope_t scope, const void *object,
							   const char *import, const char *export)
{
	if (load_was_written(load, object, scope, "import"))
	{
		check_policy_name(load, path, "import", import);
	}
	if (load_was_written(load, object, scope, "export"))
	{
		check_policy_name(load, path, "export", export);
	}
}

static void check_bundle_policies(config_load_t *load,
								  const config_bundle_t *bundle)
{
	char path[CONFIG_PATH_MAX];

	check_policy_names(load, path_bundle(path, bundle), CONFIG_IN_BUNDLE,
					   bundle, bundle->import_policy, bundle->export_policy);
	for (size_t i = 0; i < bundle->n_tunnels; i++)
	{
		const config_tunnel_t *tunnel = &bundle->tunnels[i];

		check_policy_names(load, path_tunnel(path, bundle, tunnel),
						   CONFIG_IN_TUNNEL, tunnel, tunnel->import_policy,
						   tunnel->export_policy);
		for (size_t j = 0; j < tunnel->n_neighbors; j++)
		{
			const config_neighbor_t *neighbor = &tunnel->neighbors[j];

			path_neighbor(path, bundle, tunnel, neighbor);
			check_policy_names(load, path, CONFIG_IN_NEIGHBOR, neighbor,
							   neighbor->import_policy,
							   neighbor->export_policy);
		}
	}
}

static bool same(const char *a, const char *b)
{
	return a && !strcmp(a, b);
}

static bool policy_used(const config_t *config, const char *name)
{
	const config_neighbor_t *n;

	for (size_t i = 0; i < config->n_bundles; i++)
	{
		const config_bundle_t *bundle = &config->bundles[i];

		for (size_t j = 0; j < bundle->n_tunnels; j++)
		{
			for (size_t k = 0; k < bundle->tunnels[j].n_neighbors; k++)
			{
				n = &bundle->tunnels[j].neighbors[k];
				if (same(n->import_policy, name) ||
					same(n->export_policy, name))
				{
					return true;
				}
			}
		}
	}
	for (size_t i = 0; i < config->n_neighbors; i++)
	{
		n = &config->neighbors[i];
		if (same(n->import_policy, name) || same(n->export_policy, name))
		{
			return true;
		}
	}
	for (size_t i = 0; i < config->n_redistribute; i++)
	{
		if (same(config->redistribute[i].policy, name))
		{
			return true;
		}
	}
	return false;
}

/** a neighbour that a policy can see: of a tunnel, or beside */
static bool neighbor_known(const config_t *config, const char *name,
						   suggest_t *suggest)
{
	bool known = false;

	for (size_t i = 0; i < config->n_bundles; i++)
	{
		for (size_t j = 0; j < config->bundles[i].n_tunnels; j++)
		{
			const config_tunnel_t *tunnel = &config->bundles[i].tunnels[j];

			for (size_t k = 0; k < tunnel->n_neighbors; k++)
			{
				suggest_offer(suggest, tunnel->neighbors[k].name);
				known = known || !strcmp(tunnel->neighbors[k].name, name);
			}
		}
	}
	for (size_t i = 0; i < config->n_neighbors; i++)
	{
		suggest_offer(suggest, config->neighbors[i].name);
		known = known || !strcmp(config->neighbors[i].name, name);
	}
	return known;
}

static void check_neighbor_names(config_load_t *load, const char *path,
								 const char *value)
{
	char quote[REPORT_QUOTE_MAX];
	char item[CONFIG_ITEM_MAX];
	suggest_t suggest;

	while (config_next_item(&value, item))
	{
		suggest_init(&suggest, item);
		if (neighbor_known(load->config, item, &suggest))
		{
			continue;
		}
		report_quote(item, quote);
		if (suggest.best)
		{
			report_error(load->report, path, "neighbor",
						 "there is no neighbour %s, did you mean '%s'?", quote,
						 suggest.best);
		}
		else
		{
			report_error(load->report, path, "neighbor",
						 "there is no neighbour %s: a tunnel's has the "
						 "tunnel's name",
						 quote);
		}
	}
}

static void check_matches(config_load_t *load, const char *path,
						  const char *part, const config_strings_t *keys,
						  const config_strings_t *values)
{
	char child[CONFIG_PATH_MAX];

	for (size_t i = 0; i < keys->count; i++)
	{
		if (!strcmp(keys->list[i], "neighbor"))
		{
			snprintf(child, sizeof(child), "%s.%s", path, part);
			check_neighbor_names(load, child, values->list[i]);
		}
	}
}

/** takes every route that comes to it, and for good */
static bool takes_all(const config_rule_t *rule)
{
	return !rule->match_keys.count && !rule->except_keys.count &&
		   strcmp(rule->verdict, "next") != 0;
}

static void check_rules(config_load_t *load, const config_policy_t *policy)
{
	const config_rule_t *last = NULL;
	char path[CONFIG_PATH_MAX];

	for (size_t i = 0; i < policy->n_rules; i++)
	{
		const config_rule_t *rule = &policy->rules[i];

		snprintf(path, sizeof(path), "cygnet.policies.%s.%s", policy->name,
				 rule->name);
		check_matches(load, path, "match", &rule->match_keys,
					  &rule->match_values);
		check_matches(load, path, "except", &rule->except_keys,
					  &rule->except_values);
		/* what was refused above may have been a match */
		if (load->report->errors.count || !rule->verdict)
		{
			continue;
		}
		if (last)
		{
			report_warning(load->report, path, NULL,
						   "is never reached: the rule '%s' before it matches "
						   "every route",
						   last->name);
		}
		if (rule->set_keys.count && !strcmp(rule->verdict, "reject"))
		{
			report_warning(load->report, path, "set",
						   "has no effect: the rule rejects what it matches");
		}
		last = !last && takes_all(rule) ? rule : last;
	}
}

void check_policies(config_load_t *load)
{
	const config_t *config = load->config;
	char path[CONFIG_PATH_MAX];

	for (size_t i = 0; i < config->n_bundles; i++)
	{
		check_bundle_policies(load, &config->bundles[i]);
	}
	for (size_t i = 0; i < config->n_policies; i++)
	{
		const config_policy_t *policy = &config->policies[i];

		snprintf(path, sizeof(path), "cygnet.policies.%s", policy->name);
		if (!policy->n_rules)
		{
			report_warning(load->report, path, NULL,
						   "has no rule and rejects every route");
		}
		if (!policy_used(config, policy->name))
		{
			report_warning(load->report, path, NULL, "is not used");
		}
		check_rules(load, policy);
	}
	for (size_t i = 0; i < config->n_neighbors; i++)
	{
		const config_neighbor_t *neighbor = &config->neighbors[i];

		path_neighbor(path, NULL, NULL, neighbor);
		check_policy_names(load, path, CONFIG_IN_PEER, neighbor,
						   neighbor->import_policy, neighbor->export_policy);
	}
}
