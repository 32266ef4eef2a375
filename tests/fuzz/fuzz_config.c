/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A configuration file from text to the typed configuration: either errors
 * or a configuration, every message with its path, and what loaded holds what
 * others rely on without looking. (libstrongswan's parser, which reads the
 * real files, is not ours to fuzz: the tests' reader stands for it.)
 */

#include "fuzz/fuzz.h"

#include "config/config.h"
#include "unit/config/text_source.h"

#include <string.h>

static void check_tunnel(const config_t *config, const config_tunnel_t *tunnel)
{
	fuzz_check(!tunnel->connection != !tunnel->interface);
	fuzz_check(tunnel->link && *tunnel->link &&
			   strlen(tunnel->link) <= CONFIG_LINK_NAME_MAX);
	fuzz_check(strlen(tunnel->name) <= CONFIG_NAME_MAX);
	fuzz_check(config_find_tunnel(config, tunnel->name, NULL) == tunnel);
	fuzz_check(config_tunnel_equal(tunnel, tunnel));
	fuzz_check(tunnel->weight);
	for (size_t i = 0; i < tunnel->n_neighbors; i++)
	{
		const config_neighbor_t *neighbor = &tunnel->neighbors[i];

		fuzz_check(config->asn && config->router_id);
		fuzz_check(addr_is_set(&neighbor->address) && neighbor->remote_as);
		fuzz_check(neighbor->hold_time == 0 || neighbor->hold_time >= 3);
		fuzz_check(!neighbor->import_policy ||
				   config_find_policy(config, neighbor->import_policy));
	}
}

static void check_config(const config_t *config)
{
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		const config_bundle_t *bundle = &config->bundles[i];

		fuzz_check(bundle->n_tunnels &&
				   bundle->n_tunnels <= CONFIG_MEMBERS_MAX);
		for (size_t j = 0; j < bundle->n_tunnels; j++)
		{
			check_tunnel(config, &bundle->tunnels[j]);
		}
	}
	for (size_t i = 0; i < config->n_policies; i++)
	{
		const config_policy_t *policy = &config->policies[i];

		fuzz_check(config_policy_equal(policy, policy));
		for (size_t j = 0; j < policy->n_rules; j++)
		{
			fuzz_check(policy->rules[j].verdict);
			fuzz_check(policy->rules[j].match_keys.count ==
					   policy->rules[j].match_values.count);
		}
	}
}

static void check_lines(const config_strings_t *lines)
{
	for (size_t i = 0; i < lines->count; i++)
	{
		const char *line = lines->list[i];

		fuzz_check(!strncmp(line, "cygnet", 6) ||
				   !strncmp(line, "connections.", 12) ||
				   !strcmp(line, "there are more, not shown"));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_alloc(size + 1);
	config_source_t *source;
	config_report_t report;
	config_t *config;

	if (size)
	{
		memcpy(text, data, size);
	}
	source = text_source_create(text);
	free(text);
	if (!source)
	{
		return 0;
	}
	config = config_load(source, &report);
	source->destroy(source);
	fuzz_check((config != NULL) == (report.errors.count == 0));
	check_lines(&report.errors);
	check_lines(&report.warnings);
	if (config)
	{
		check_config(config);
	}
	config_destroy(config);
	config_report_deinit(&report);
	return 0;
}
