/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The tables themselves: found by name, no name twice, text for each row.
 */

#include "suites.h"

#include "config/schema.h"

#include <ctype.h>
#include <string.h>

START_TEST(test_options)
{
	const config_option_t *options;
	size_t count;

	options = config_schema_options(&count);
	for (size_t i = 0; i < count; i++)
	{
		const char *text = options[i].text;
		char *values = config_schema_values(&options[i]);

		ck_assert_uint_gt(strlen(values), 0);
		free(values);
		ck_assert_uint_ne(options[i].scopes, 0);
		ck_assert(isupper((unsigned char)text[0]));
		ck_assert_int_eq(text[strlen(text) - 1], '.');
		for (size_t j = 0; j < i; j++)
		{
			ck_assert_msg(!(options[i].scopes & options[j].scopes) ||
							  strcmp(options[i].key, options[j].key) != 0,
						  "%s is there twice", options[i].key);
		}
		for (unsigned scope = 0; scope <= CONFIG_IN_SET; scope++)
		{
			const config_option_t *found =
				config_schema_option((config_scope_t)scope, options[i].key);

			ck_assert((found == &options[i]) ==
					  !!(options[i].scopes & 1u << scope));
		}
	}
}
END_TEST

START_TEST(test_sections)
{
	const config_section_t *sections;
	size_t count;

	sections = config_schema_sections(&count);
	for (size_t i = 0; i < count; i++)
	{
		const config_section_t *section = &sections[i];

		ck_assert_ptr_eq(config_schema_section(section->parent, section->name),
						 section);
		ck_assert(isupper((unsigned char)section->text[0]));
		ck_assert((section->placeholder != NULL) ==
				  (section->shape == CONFIG_SHAPE_LIST));
		ck_assert((section->max != 0) == (section->shape != CONFIG_SHAPE_PART));
	}
	ck_assert_ptr_null(config_schema_section(CONFIG_IN_ROOT, "tunnels"));
	ck_assert_ptr_null(config_schema_option(CONFIG_IN_ROOT, "address"));
}
END_TEST

START_TEST(test_suggest)
{
	ck_assert_str_eq(config_schema_suggest(CONFIG_IN_TUNNEL, "adress"),
					 "address");
	ck_assert_str_eq(config_schema_suggest(CONFIG_IN_ROOT, "bundels"),
					 "bundles");
	ck_assert_str_eq(config_schema_suggest(CONFIG_IN_TUNNEL, "neighbour"),
					 "neighbor");
	ck_assert_str_eq(config_schema_suggest(CONFIG_IN_PEER, "local_adress"),
					 "local_address");
	ck_assert_ptr_null(config_schema_suggest(CONFIG_IN_ROOT, "frobnicate"));
}
END_TEST

Suite *schema_suite(void)
{
	Suite *s = suite_create("schema");

	unit_add(s, "options", test_options);
	unit_add(s, "sections", test_sections);
	unit_add(s, "suggest", test_suggest);
	return s;
}
