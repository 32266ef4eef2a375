/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The one file that knows libstrongswan's settings parser. Its paths are
 * printf formats, so a '%' in a section's name has to be doubled; it does not
 * tell an empty section from an absent one, so the parent's names are asked.
 * The tree holds `secrets` too and is wiped when it goes.
 */

#include "config/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <library.h>
#include <settings/settings.h>

/** as the parser's own limit of a key */
#define FORMAT_MAX 512

typedef struct settings_source_t
{
	config_source_t public;
	settings_t *settings;
} settings_source_t;

static settings_t *settings_of(const config_source_t *source)
{
	return container_of(source, settings_source_t, public)->settings;
}

/** path and key as a format without conversions; false: too long */
static bool make_format(char out[static FORMAT_MAX], const char *path,
						const char *key)
{
	const char *parts[] = {path, key && *path ? "." : "", key ? key : ""};
	size_t len = 0;

	for (size_t i = 0; i < countof(parts); i++)
	{
		for (const char *p = parts[i]; *p; p++)
		{
			if (len + 3 > FORMAT_MAX)
			{
				return false;
			}
			out[len++] = *p;
			if (*p == '%')
			{
				out[len++] = '%';
			}
		}
	}
	out[len] = '\0';
	return true;
}

static void settings_sections(const config_source_t *source, const char *path,
							  config_name_fn_t fn, void *user)
{
	settings_t *settings = settings_of(source);
	char format[FORMAT_MAX];
	enumerator_t *enumerator;
	char *name;

	if (!make_format(format, path, NULL))
	{
		return;
	}
	enumerator = settings->create_section_enumerator(settings, format);
	while (enumerator->enumerate(enumerator, &name) && fn(user, name))
	{
	}
	enumerator->destroy(enumerator);
}

static void settings_keys(const config_source_t *source, const char *path,
						  config_name_fn_t fn, void *user)
{
	settings_t *settings = settings_of(source);
	char format[FORMAT_MAX];
	enumerator_t *enumerator;
	char *key, *value;

	if (!make_format(format, path, NULL))
	{
		return;
	}
	enumerator = settings->create_key_value_enumerator(settings, format);
	while (enumerator->enumerate(enumerator, &key, &value) && fn(user, key))
	{
	}
	enumerator->destroy(enumerator);
}

static const char *settings_value(const config_source_t *source,
								  const char *path, const char *key)
{
	settings_t *settings = settings_of(source);
	char format[FORMAT_MAX];

	return make_format(format, path, key)
			   ? settings->get_str(settings, format, NULL)
			   : NULL;
}

typedef struct search_t
{
	const char *name;
	bool found;
} search_t;

static bool compare(void *user, const char *name)
{
	search_t *search = user;

	search->found = !strcmp(search->name, name);
	return !search->found;
}

static bool settings_has(const config_source_t *source, const char *path)
{
	const char *dot = strrchr(path, '.');
	search_t search = {.name = dot ? dot + 1 : path};
	char parent[FORMAT_MAX];

	snprintf(parent, sizeof(parent), "%.*s", dot ? (int)(dot - path) : 0, path);
	settings_sections(source, parent, compare, &search);
	return search.found;
}

static void settings_destroy(config_source_t *source)
{
	settings_source_t *this = container_of(source, settings_source_t, public);

	this->settings->destroy_clear(this->settings);
	free(this);
}

config_source_t *settings_source_create(const char *file, char **error)
{
	settings_source_t *this;
	settings_t *settings;

	*error = NULL;
	if (access(file, R_OK) != 0)
	{
		*error = str_format("%s: %s", file, strerror(errno));
		return NULL;
	}
	settings = settings_create(NULL);
	if (!settings->load_files(settings, (char *)file, FALSE))
	{
		settings->destroy_clear(settings);
		*error = str_format("%s: strongSwan's parser does not take it, its "
							"lines above say where",
							file);
		return NULL;
	}
	this = mem_alloc(sizeof(*this));
	this->settings = settings;
	this->public = (config_source_t){
		.sections = settings_sections,
		.keys = settings_keys,
		.value = settings_value,
		.has = settings_has,
		.destroy = settings_destroy,
	};
	return &this->public;
}
