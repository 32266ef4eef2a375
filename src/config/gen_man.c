/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Writes cygnet.conf(5): what a person wrote of it, read from the file that
 * is named, with the option table in the place of the line @OPTIONS@ and the
 * profiles' defaults in that of @DEFAULTS@. Run while building, not installed.
 *
 * mdoc wants each sentence on a line of its own, no line that starts with a
 * quote or a dot, and backslashes escaped.
 */

#include "base/text.h"
#include "config/profile.h"
#include "config/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 76

/** a word, escaped; starts a line: not as a request. The caller's */
static char *escape(const char *word, size_t len, bool starts)
{
	text_t out = {.len = 0};

	if (starts && strchr(".'", *word))
	{
		text_add(&out, "\\&");
	}
	for (size_t i = 0; i < len; i++)
	{
		if (word[i] == '\\')
		{
			text_add(&out, "\\e");
		}
		else if (word[i] == '\'') /* a typewriter's, not a curly one */
		{
			text_add(&out, "\\(aq");
		}
		else
		{
			text_char(&out, word[i]);
		}
	}
	return text_take(&out);
}

/** running text, broken after sentences and before WIDTH */
static void put_text(const char *text)
{
	size_t column = 0;

	while (*text)
	{
		size_t len = strcspn(text, " ");
		char *word = escape(text, len, !column);

		if (column && column + 1 + strlen(word) > WIDTH)
		{
			putchar('\n');
			column = 0;
		}
		printf("%s%s", column ? " " : "", word);
		column += strlen(word) + 1;
		free(word);
		if (text[len - 1] == '.')
		{
			putchar('\n');
			column = 0;
		}
		text += len;
		text += strspn(text, " ");
	}
	if (column)
	{
		putchar('\n');
	}
}

static const config_section_t *section_of(config_scope_t scope)
{
	const config_section_t *sections;
	size_t count;

	sections = config_schema_sections(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (sections[i].scope == scope)
		{
			return &sections[i];
		}
	}
	return NULL;
}

static void put_path(text_t *out, const config_section_t *section)
{
	const config_section_t *parent =
		section ? section_of(section->parent) : NULL;

	if (!section)
	{
		text_add(out, "cygnet");
		return;
	}
	put_path(out, parent);
	text_printf(out, "%s%s", *section->name ? "." : "", section->name);
	if (section->placeholder)
	{
		text_printf(out, ".%s", section->placeholder);
	}
}

/** the defaults of profiles that differ, as a sentence */
static void add_profiles(text_t *text, const char *key)
{
	const char *profile, *of, *value;
	bool first = true;

	for (size_t i = 0; profile_default_row(i, &profile, &of, &value); i++)
	{
		if (!strcmp(of, key))
		{
			text_printf(text, "%s %s with the profile %s",
						first ? "; in a tunnel," : ",", value, profile);
			first = false;
		}
	}
}

static void put_option(const config_option_t *option)
{
	char *values = config_schema_values(option);
	text_t text = {.len = 0};

	printf(".It Cm %s No = Ar %s\n", option->key, values);
	text_add(&text, option->text);
	if (option->fallback)
	{
		text_printf(&text, " Default: %s", option->fallback);
		add_profiles(&text, option->key);
		text_char(&text, '.');
	}
	put_text(text_str(&text));
	text_deinit(&text);
	free(values);
}

/** without: leave out what stands in that scope too; NULL: nothing */
static void put_options(config_scope_t scope, const config_scope_t *without)
{
	const config_option_t *options;
	bool any = false;
	size_t count;

	options = config_schema_options(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (options[i].scopes & 1u << scope &&
			!(without && options[i].scopes & 1u << *without))
		{
			if (!any)
			{
				puts(".Bl -tag -width Ds");
			}
			any = true;
			put_option(&options[i]);
		}
	}
	if (any)
	{
		puts(".El");
	}
}

static void put_section(const config_section_t *section)
{
	static const config_scope_t neighbor = CONFIG_IN_NEIGHBOR;
	static const config_scope_t match = CONFIG_IN_MATCH;
	bool peer = section->scope == CONFIG_IN_PEER;
	text_t path = {.len = 0};

	put_path(&path, section_of(section->parent));
	if (*section->name)
	{
		text_printf(&path, ".%s", section->name);
	}
	if (section->placeholder)
	{
		text_printf(&path, ".%s", section->placeholder);
	}
	printf(".Ss %s\n", text_str(&path));
	text_deinit(&path);
	put_text(section->text);
	if (peer)
	{
		put_text("The options of a tunnel's neighbor, and these:");
	}
	/* the options of both neighbours of a tunnel are the same */
	if (section_of(section->scope) == section)
	{
		put_options(section->scope, peer ? &neighbor
									: section->scope == CONFIG_IN_EXCEPT
										? &match
										: NULL);
	}
}

static void put_all(void)
{
	const config_section_t *sections;
	size_t count;

	puts(".Ss cygnet");
	put_options(CONFIG_IN_ROOT, NULL);
	sections = config_schema_sections(&count);
	for (size_t i = 0; i < count; i++)
	{
		put_section(&sections[i]);
	}
}

static void put_defaults(void)
{
	const char *profile, *key, *value;

	puts(".Bl -column \"alibaba\" \"max_prefix\" \"1000000\" -compact");
	for (size_t i = 0; profile_default_row(i, &profile, &key, &value); i++)
	{
		printf(".It %s Ta %s Ta %s\n", profile, key, value);
	}
	puts(".El");
}

int main(int argc, char *argv[])
{
	FILE *in = argc == 2 ? fopen(argv[1], "re") : NULL;
	char line[1024];

	if (!in)
	{
		fprintf(stderr, "usage: gen_man TEMPLATE\n");
		return EXIT_FAILURE;
	}
	while (fgets(line, sizeof(line), in))
	{
		if (!strcmp(line, "@OPTIONS@\n"))
		{
			put_all();
		}
		else if (!strcmp(line, "@DEFAULTS@\n"))
		{
			put_defaults();
		}
		else
		{
			fputs(line, stdout);
		}
	}
	fclose(in);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
