/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Both trees are walked along the table of sections. Elements are the same by
 * their name; the order of a policy's rules, and of what is redistributed, is a
 * difference of its own, as it decides.
 */

#include "config/diff.h"

#include "base/text.h"
#include "config/option.h"

#include <stdlib.h>
#include <string.h>

typedef struct walk_t
{
	config_change_fn_t fn;
	void *user;
} walk_t;

typedef struct elements_t
{
	const char *list;
	size_t count;
} elements_t;

static const char *name_of(const config_section_t *section, const char *element)
{
	return *(char *const *)(const void *)(element + section->name_at);
}

static elements_t elements_of(const config_section_t *section,
							  const void *object)
{
	const char *o = object;

	if (!o)
	{
		return (elements_t){.count = 0};
	}
	return (elements_t){
		.list = *(char *const *)(const void *)(o + section->list),
		.count = *(const size_t *)(const void *)(o + section->count),
	};
}

static const char *find(const config_section_t *section, elements_t elements,
						const char *name)
{
	for (size_t i = 0; i < elements.count; i++)
	{
		const char *element = elements.list + i * section->size;

		if (strcmp(name_of(section, element), name) == 0)
		{
			return element;
		}
	}
	return NULL;
}

static void tell(const walk_t *walk, const char *path, const char *option,
				 const char *from, const char *to)
{
	const config_change_t change = {
		.path = path, .option = option, .from = from, .to = to};

	walk->fn(walk->user, &change);
}

static void option_diff(const walk_t *walk, const config_option_t *option,
						const char *path, const void *old, const void *new)
{
	char *from, *to;

	if (option_equal(option, old, new))
	{
		return;
	}
	from = option_text(option, old);
	to = option_text(option, new);
	if (option->type == CONFIG_SECRET && from && to)
	{
		free(to);
		to = str_copy("another secret");
	}
	tell(walk, path, option->key, from, to);
	free(from);
	free(to);
}

static void options_diff(const walk_t *walk, config_scope_t scope,
						 const char *path, const void *old, const void *new)
{
	const config_option_t *options;
	size_t count;

	options = config_schema_options(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (options[i].scopes & 1u << scope)
		{
			option_diff(walk, &options[i], path, old, new);
		}
	}
}

static const char *value_of(const config_strings_t *keys,
							const config_strings_t *values, const char *key)
{
	for (size_t i = 0; i < keys->count; i++)
	{
		if (strcmp(keys->list[i], key) == 0)
		{
			return values->list[i];
		}
	}
	return NULL;
}

/** `match`, `except` or `set` of a rule */
static void part_diff(const walk_t *walk, const char *path, const char *part,
					  const config_strings_t *const keys[2],
					  const config_strings_t *const values[2])
{
	char *full = str_format("%s.%s", path, part);

	for (size_t i = 0; i < keys[0]->count; i++)
	{
		const char *key = keys[0]->list[i], *from = values[0]->list[i];
		const char *to = value_of(keys[1], values[1], key);

		if (!to || strcmp(from, to) != 0)
		{
			tell(walk, full, key, from, to);
		}
	}
	for (size_t i = 0; i < keys[1]->count; i++)
	{
		if (!value_of(keys[0], values[0], keys[1]->list[i]))
		{
			tell(walk, full, keys[1]->list[i], NULL, values[1]->list[i]);
		}
	}
	free(full);
}

static void rule_diff(const walk_t *walk, const char *path,
					  const config_rule_t *a, const config_rule_t *b)
{
	part_diff(walk, path, "match",
			  (const config_strings_t *[]){&a->match_keys, &b->match_keys},
			  (const config_strings_t *[]){&a->match_values, &b->match_values});
	part_diff(
		walk, path, "except",
		(const config_strings_t *[]){&a->except_keys, &b->except_keys},
		(const config_strings_t *[]){&a->except_values, &b->except_values});
	part_diff(walk, path, "set",
			  (const config_strings_t *[]){&a->set_keys, &b->set_keys},
			  (const config_strings_t *[]){&a->set_values, &b->set_values});
}

/** names of those that are in both, in the order of the first */
static char *common(const config_section_t *section, elements_t of,
					elements_t other)
{
	text_t out = {.len = 0};

	for (size_t i = 0; i < of.count; i++)
	{
		const char *name = name_of(section, of.list + i * section->size);

		if (find(section, other, name))
		{
			text_printf(&out, "%s%s", out.len ? ", " : "", name);
		}
	}
	return text_take(&out);
}

static void order_diff(const walk_t *walk, const config_section_t *section,
					   const char *path, elements_t old, elements_t new)
{
	char *from, *to;

	if (section->scope != CONFIG_IN_RULE &&
		section->scope != CONFIG_IN_REDISTRIBUTE)
	{
		return;
	}
	from = common(section, old, new);
	to = common(section, new, old);
	if (strcmp(from, to) != 0)
	{
		tell(walk, path, "(order)", from, to);
	}
	free(from);
	free(to);
}

static void object_diff(const walk_t *walk, config_scope_t scope,
						const char *path, const void *old, const void *new);

/** one element of a list; what is NULL is not there */
static void element_diff(const walk_t *walk, const config_section_t *section,
						 const char *path, const char *old, const char *new)
{
	if (!old || !new)
	{
		tell(walk, path, NULL, old ? "" : NULL, new ? "" : NULL);
	}
	object_diff(walk, section->scope, path, old, new);
}

static char *path_of(const config_section_t *section, const char *parent,
					 const char *name)
{
	if (section->shape == CONFIG_SHAPE_ONE)
	{
		/* a tunnel's two neighbours share their list */
		return str_format("%s.%s", parent,
						  strchr(name, '/') ? "neighbor6" : "neighbor");
	}
	return str_format("%s%s%s.%s", parent, *section->name ? "." : "",
					  section->name, name);
}

static void list_diff(const walk_t *walk, const config_section_t *section,
					  const char *parent, const void *old, const void *new)
{
	elements_t a = elements_of(section, old), b = elements_of(section, new);

	for (size_t i = 0; i < a.count; i++)
	{
		const char *element = a.list + i * section->size;
		const char *name = name_of(section, element);
		char *path = path_of(section, parent, name);

		element_diff(walk, section, path, element, find(section, b, name));
		free(path);
	}
	for (size_t i = 0; i < b.count; i++)
	{
		const char *element = b.list + i * section->size;
		const char *name = name_of(section, element);
		char *path = path_of(section, parent, name);

		if (!find(section, a, name))
		{
			element_diff(walk, section, path, NULL, element);
		}
		free(path);
	}
	order_diff(walk, section, parent, a, b);
}

static void object_diff(const walk_t *walk, config_scope_t scope,
						const char *path, const void *old, const void *new)
{
	const config_section_t *sections;
	size_t count;

	if (old && new)
	{
		options_diff(walk, scope, path, old, new);
	}
	if (old && new &&scope == CONFIG_IN_RULE)
	{
		rule_diff(walk, path, old, new);
	}
	sections = config_schema_sections(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (sections[i].parent == scope &&
			sections[i].shape != CONFIG_SHAPE_PART &&
			!(sections[i].shape == CONFIG_SHAPE_ONE && i &&
			  sections[i - 1].list == sections[i].list &&
			  sections[i - 1].parent == scope))
		{
			list_diff(walk, &sections[i], path, old, new);
		}
	}
}

/** if_ids are written in the connections, but are ours to use */
static void if_ids_diff(const walk_t *walk, const config_t *old,
						const config_t *new)
{
	for (size_t b = 0; b < new->n_bundles; b++)
	{
		for (size_t t = 0; t < new->bundles[b].n_tunnels; t++)
		{
			const config_tunnel_t *tunnel = &new->bundles[b].tunnels[t];
			const config_tunnel_t *before =
				config_find_tunnel(old, tunnel->name, NULL);
			char *path, *from, *to;

			if (!before || before->if_id == tunnel->if_id ||
				!tunnel->connection)
			{
				continue;
			}
			path = str_format("connections.%s", tunnel->connection);
			from = before->if_id ? str_format("%u", before->if_id) : NULL;
			to = tunnel->if_id ? str_format("%u", tunnel->if_id) : NULL;
			tell(walk, path, "if_id", from, to);
			free(path);
			free(from);
			free(to);
		}
	}
}

void config_diff(const config_t *old, const config_t *new,
				 config_change_fn_t fn, void *user)
{
	const config_t none = {.present = false};
	const walk_t walk = {.fn = fn, .user = user};
	bool was = old && old->present;

	if (was != new->present)
	{
		tell(&walk, "cygnet", NULL, was ? "" : NULL, new->present ? "" : NULL);
	}
	object_diff(&walk, CONFIG_IN_ROOT, "cygnet", was ? old : NULL,
				new->present ? new : NULL);
	if_ids_diff(&walk, was ? old : &none, new);
}
