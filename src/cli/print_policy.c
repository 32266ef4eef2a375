/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Policies in the syntax of their file, and what a test of one found. */

#include "cli/print.h"

#include <string.h>

#include "cli/fold.h"
#include "cli/reply.h"

static void names(table_t *t, json_object *array)
{
	text_t text = {0};

	reply_join(array, " ", &text);
	table_cell(t, "%s", text_str(&text));
	text_deinit(&text);
}

void print_policies(json_object *data, const print_style_t *style, text_t *out)
{
	static const char *const heads[] = {"POLICY", "RULES", "IMPORT OF",
										"EXPORT OF", NULL};
	table_t t;

	table_init(&t, heads);
	for (size_t i = 0; i < reply_length(data); i++)
	{
		json_object *o = reply_at(data, i);

		table_cell(&t, "%s", reply_str(o, "name"));
		table_cell(&t, "%s",
				   reply_bool(o, "default") ? "built in"
											: reply_str(o, "n_rules"));
		names(&t, reply_get(o, "import_of"));
		names(&t, reply_get(o, "export_of"));
	}
	table_fit(&t, style->width, out);
	table_deinit(&t);
}

static void block(json_object *rule, const char *name, text_t *out)
{
	json_object *values = reply_get(rule, name);

	if (!values || !json_object_object_length(values))
	{
		return;
	}
	text_printf(out, "        %s {\n", name);
	json_object_object_foreach(values, key, value)
	{
		text_printf(out, "            %s = %s\n", key,
					json_object_get_string(value));
	}
	text_add(out, "        }\n");
}

void print_policy(json_object *data, const print_style_t *style, text_t *out)
{
	json_object *rules = reply_get(data, "rules");

	text_printf(out, "%s {\n", reply_str(data, "name"));
	for (size_t i = 0; i < reply_length(rules); i++)
	{
		json_object *rule = reply_at(rules, i);

		text_printf(out, "    %s {\n", reply_str(rule, "name"));
		block(rule, "match", out);
		block(rule, "except", out);
		block(rule, "set", out);
		text_printf(out, "        verdict = %s\n    }\n",
					reply_str(rule, "verdict"));
	}
	text_add(out, "}\n");
}

static void put_test(json_object *data, text_t *out)
{
	bool accepted = strcmp(reply_str(data, "verdict"), "accept") == 0;
	bool announced = reply_bool(data, "announced");

	text_printf(out, "%s: %s by policy %s, %s%s\n", reply_str(data, "prefix"),
				accepted ? "accepted" : "rejected", reply_str(data, "policy"),
				reply_get(data, "rule") ? "rule " : "no rule takes it",
				reply_get(data, "rule") ? reply_str(data, "rule") : "");
	text_printf(out, "  before%s%s%s:\n", announced ? ", as neighbor " : "",
				announced ? reply_str(data, "neighbor") : "",
				announced ? " announced it" : "");
	print_attrs(reply_get(data, "before"), "    ", out);
	if (!accepted)
	{
		return;
	}
	if (!reply_get(data, "changes"))
	{
		text_add(out, "  unchanged\n");
		return;
	}
	text_add(out, "  after:\n");
	print_attrs(reply_get(data, "after"), "    ", out);
	text_add(out, "  changed:\n");
	print_changes(reply_get(data, "changes"), "    ", out);
}

void print_policy_test(json_object *data, const print_style_t *style,
					   text_t *out)
{
	size_t start = out->len;

	put_test(data, out);
	fold(out, start, style->width);
}
