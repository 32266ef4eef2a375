/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The walk over the source, led by the tables of schema.c: defaults first,
 * then what is written, then the sections below. Nothing here knows an option
 * by name, but for `profile`, on which defaults depend. An error is noted and
 * the walk goes on; whoever gets a configuration gets one without errors.
 *
 * The walk writes through offsets into structs. Elements of arrays are counted
 * before they are made, so that pointers to them stay good.
 */

#include "config/load.h"

#include "config/check.h"
#include "config/option.h"
#include "config/profile.h"
#include "config/values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void load_section(config_load_t *load, config_scope_t scope,
						 const char *path, void *object);

static bool collect(void *user, const char *name)
{
	strings_add(user, name);
	return true;
}

static config_strings_t section_names(const config_load_t *load,
									  const char *path)
{
	config_strings_t names = {.count = 0};

	load->source->sections(load->source, path, collect, &names);
	return names;
}

static void note_written(config_load_t *load, const void *object,
						 const config_option_t *option)
{
	load->written =
		mem_resize(load->written, load->n_written + 1, sizeof(*load->written));
	load->written[load->n_written++] =
		(struct config_written_t){.object = object, .option = option};
}

bool load_was_written(const config_load_t *load, const void *object,
					  config_scope_t scope, const char *key)
{
	const config_option_t *option = config_schema_option(scope, key);

	for (size_t i = 0; i < load->n_written; i++)
	{
		if (load->written[i].object == object &&
			load->written[i].option == option)
		{
			return true;
		}
	}
	return false;
}

static void load_defaults(config_load_t *load, config_scope_t scope,
						  const char *path, void *object)
{
	const config_option_t *options;
	const char *value;
	size_t count;
	char *error;

	options = config_schema_options(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (!(options[i].scopes & 1u << scope))
		{
			continue;
		}
		value = profile_default(load->profile, scope, options[i].key);
		value = value ? value : options[i].fallback;
		if (!value)
		{
			continue;
		}
		error = option_parse(&options[i], value, object);
		if (error) /* a row of ours is wrong */
		{
			report_error(load->report, path, options[i].key, "default: %s",
						 error);
			free(error);
		}
	}
}

/** a key of that name is not known here */
static void unknown_option(config_load_t *load, config_scope_t scope,
						   const char *path, const char *key, void *object)
{
	char quote[REPORT_QUOTE_MAX];
	const char *near;

	if (config_schema_section(scope, key))
	{
		report_error(load->report, path, NULL,
					 "'%s' is a section, write %s { ... }", key, key);
		return;
	}
	report_quote(key, quote);
	near = config_schema_suggest(scope, key);
	if (!near)
	{
		report_error(load->report, path, NULL, "unknown option %s", quote);
		return;
	}
	report_error(load->report, path, NULL,
				 "unknown option %s, did you mean '%s'?", quote, near);
	/* so that it is not called missing as well */
	if (config_schema_option(scope, near))
	{
		note_written(load, object, config_schema_option(scope, near));
	}
}

static void keep_raw(config_rule_t *rule, config_scope_t scope, const char *key,
					 const char *value)
{
	bool match = scope == CONFIG_IN_MATCH, set = scope == CONFIG_IN_SET;

	strings_add(match ? &rule->match_keys
				: set ? &rule->set_keys
					  : &rule->except_keys,
				key);
	strings_add(match ? &rule->match_values
				: set ? &rule->set_values
					  : &rule->except_values,
				value);
}

/** a value with a second option in it: that one is not missing */
static void note_swallowed(config_load_t *load, config_scope_t scope,
						   const char *value, const void *object)
{
	const config_option_t *options;
	size_t count;

	options = config_schema_options(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (options[i].scopes & 1u << scope && strstr(value, options[i].key))
		{
			note_written(load, object, &options[i]);
		}
	}
}

/** signs that show that a value has swallowed another option or section */
static const char *no_part_of(config_type_t type)
{
	return type == CONFIG_SECRET ? "" : type == CONFIG_RAW_AS_PATH ? "=" : "={";
}

static void load_option(config_load_t *load, config_scope_t scope,
						const char *path, const char *key, void *object)
{
	const config_option_t *option = config_schema_option(scope, key);
	const char *value = load->source->value(load->source, path, key);
	char *error;

	if (!option)
	{
		unknown_option(load, scope, path, key, object);
		return;
	}
	if (!value)
	{
		return;
	}
	note_written(load, object, option);
	if (strpbrk(value, no_part_of(option->type)))
	{
		report_error(load->report, path, key,
					 "the value runs to the end of the line and holds a "
					 "second option: write each on a line of its own");
		note_swallowed(load, scope, value, object);
		return;
	}
	error = option_parse(option, value, object);
	if (error)
	{
		report_error(load->report, path, key, "%s", error);
		free(error);
	}
	else if (scope == CONFIG_IN_MATCH || scope == CONFIG_IN_EXCEPT ||
			 scope == CONFIG_IN_SET)
	{
		keep_raw(object, scope, key, value);
	}
}

/** the bundle's profile is needed before its options are read */
static void enter_bundle(config_load_t *load, const char *path)
{
	const char *value = load->source->value(load->source, path, "profile");

	load->profile = value ? profile_known(value) : NULL;
}

static void load_element(config_load_t *load, const config_section_t *section,
						 const char *parent, const char *name, void *element)
{
	char **name_at = (char **)(void *)((char *)element + section->name_at);
	char quote[REPORT_QUOTE_MAX];
	char path[CONFIG_PATH_MAX];

	*name_at = str_copy(name);
	if (!option_name_valid(name))
	{
		report_error(load->report, parent, NULL,
					 "the name %s will not do: letters, digits, '-' and '_', "
					 "%d at most",
					 report_quote(name, quote), CONFIG_NAME_MAX);
		load_defaults(load, section->scope, parent, element);
		return;
	}
	snprintf(path, sizeof(path), "%s.%s", parent, name);
	if (section->scope == CONFIG_IN_BUNDLE)
	{
		enter_bundle(load, path);
	}
	load_section(load, section->scope, path, element);
}

static void load_list(config_load_t *load, const config_section_t *section,
					  const char *path, void *object)
{
	void **list = (void **)(void *)((char *)object + section->list);
	size_t *count = (size_t *)(void *)((char *)object + section->count);
	config_strings_t names = section_names(load, path);
	config_strings_t keys = {.count = 0};
	size_t n = names.count;

	if (n > section->max)
	{
		report_error(load->report, path, NULL, "%zu are too many, at most %zu",
					 n, section->max);
		n = section->max;
	}
	load->source->keys(load->source, path, collect, &keys);
	for (size_t i = 0; i < keys.count; i++)
	{
		report_error(load->report, path, NULL,
					 "only sections stand here, write %s { ... }",
					 keys.list[i]);
	}
	*list = mem_array(n ? n : 1, section->size);
	*count = n;
	for (size_t i = 0; i < n; i++)
	{
		load_element(load, section, path, names.list[i],
					 (char *)*list + i * section->size);
	}
	strings_deinit(&keys);
	strings_deinit(&names);
}

/** the array was made for all of its kind before: see load_section */
static void load_one(config_load_t *load, const config_section_t *section,
					 const char *path, void *object)
{
	void **list = (void **)(void *)((char *)object + section->list);
	size_t *count = (size_t *)(void *)((char *)object + section->count);
	char *element;

	if (!*list)
	{
		*list = mem_array(section->max, section->size);
	}
	if (*count == section->max)
	{
		report_error(load->report, path, NULL, "is there twice");
		return;
	}
	element = (char *)*list + (*count)++ * section->size;
	*(char **)(void *)(element + section->name_at) = str_copy(section->name);
	load_section(load, section->scope, path, element);
}

static void load_child(config_load_t *load, config_scope_t scope,
					   const char *path, const char *name, void *object)
{
	const config_section_t *section = config_schema_section(scope, name);
	char quote[REPORT_QUOTE_MAX];
	char child[CONFIG_PATH_MAX];
	const char *near;

	if (!section)
	{
		report_quote(name, quote);
		near = config_schema_suggest(scope, name);
		if (config_schema_option(scope, name))
		{
			report_error(load->report, path, NULL,
						 "'%s' is an option, write %s = ...", name, name);
		}
		else if (near)
		{
			report_error(load->report, path, NULL,
						 "unknown section %s, did you mean '%s'?", quote, near);
		}
		else
		{
			report_error(load->report, path, NULL, "unknown section %s", quote);
		}
		return;
	}
	snprintf(child, sizeof(child), "%s.%s", path, name);
	switch (section->shape)
	{
		case CONFIG_SHAPE_LIST:
			load_list(load, section, child, object);
			break;
		case CONFIG_SHAPE_ONE:
			load_one(load, section, child, object);
			break;
		case CONFIG_SHAPE_PART:
			load_section(load, section->scope, child, object);
			break;
	}
}

static void load_section(config_load_t *load, config_scope_t scope,
						 const char *path, void *object)
{
	/* a section all of whose subsections are elements: a policy's rules */
	const config_section_t *unnamed = config_schema_section(scope, "");
	config_strings_t names = {.count = 0};

	load_defaults(load, scope, path, object);
	if (unnamed)
	{
		load_list(load, unnamed, path, object);
		return;
	}
	load->source->keys(load->source, path, collect, &names);
	for (size_t i = 0; i < names.count; i++)
	{
		load_option(load, scope, path, names.list[i], object);
	}
	strings_deinit(&names);
	names = section_names(load, path);
	for (size_t i = 0; i < names.count; i++)
	{
		load_child(load, scope, path, names.list[i], object);
	}
	strings_deinit(&names);
}

/** a list in charon's own syntax, taken as it is */
static config_strings_t split(const char *value)
{
	config_strings_t items = {.count = 0};
	char item[CONFIG_ITEM_MAX];

	while (config_next_item(&value, item))
	{
		if (*item)
		{
			strings_add(&items, item);
		}
	}
	return items;
}

static void load_connections(config_load_t *load)
{
	const config_source_t *source = load->source;
	config_strings_t names = section_names(load, "connections");
	config_t *config = load->config;
	char path[CONFIG_PATH_MAX];

	config->connections =
		mem_array(names.count ? names.count : 1, sizeof(*config->connections));
	config->n_connections = names.count;
	for (size_t i = 0; i < names.count; i++)
	{
		config_connection_t *connection = &config->connections[i];

		snprintf(path, sizeof(path), "connections.%s", names.list[i]);
		connection->name = str_copy(names.list[i]);
		connection->if_id_in =
			str_copy(source->value(source, path, "if_id_in"));
		connection->if_id_out =
			str_copy(source->value(source, path, "if_id_out"));
		connection->mobike = str_copy(source->value(source, path, "mobike"));
		connection->remote_addrs =
			split(source->value(source, path, "remote_addrs"));
	}
	strings_deinit(&names);
}

config_t *config_load(const config_source_t *source, config_report_t *report)
{
	config_load_t load = {.source = source, .report = report};

	report_init(report);
	load.config = mem_alloc(sizeof(*load.config));
	load.config->present = source->has(source, "cygnet");
	load_section(&load, CONFIG_IN_ROOT, "cygnet", load.config);
	load_connections(&load);
	if (load.config->present)
	{
		derive_all(&load);
		check_all(&load);
	}
	free(load.written);
	if (report->errors.count)
	{
		config_destroy(load.config);
		return NULL;
	}
	return load.config;
}
