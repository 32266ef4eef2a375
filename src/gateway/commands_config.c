/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `diff` and `reload` are one computation: a reload tells what it has done by
 * what `diff` would have said a moment before.
 */

#include "gateway/commands_config.h"

#include <string.h>

#include "base/text.h"
#include "config/diff.h"
#include "control/json.h"
#include "gateway/gateway_private.h"

/** seconds for a person to confirm */
#define CONFIRM_MAX 86400

static void put_strings(json_object *obj, const char *key,
						const config_strings_t *list)
{
	json_object *array = put_array(obj, key);

	for (size_t i = 0; i < list->count; i++)
	{
		json_object_array_add(array, json_object_new_string(list->list[i]));
	}
}

/** a refused configuration's errors; adopted by the reply */
static char *errors_of(const config_report_t *report)
{
	text_t text;

	text_init(&text);
	text_add(&text, "the configuration is refused, what runs goes on:");
	for (size_t i = 0; i < report->errors.count; i++)
	{
		text_printf(&text, "\n%s", report->errors.list[i]);
	}
	return text_take(&text);
}

static const char *member(json_object *obj, const char *key)
{
	json_object *value = NULL;

	json_object_object_get_ex(obj, key, &value);
	return json_object_get_string(value);
}

/** options of one section stand side by side */
static void put_change(void *user, const config_change_t *change)
{
	json_object *sections = user, *o, *options;
	size_t n = json_object_array_length(sections);

	o = n ? json_object_array_get_idx(sections, n - 1) : NULL;
	if (!o || !change->option || strcmp(member(o, "path"), change->path) != 0)
	{
		o = put_item(sections);
		put_str(o, "path", change->path);
		put_str(o, "change",
				change->option ? "changed"
				: change->to   ? "added"
							   : "removed");
		put_array(o, "options");
	}
	if (change->option)
	{
		json_object_object_get_ex(o, "options", &options);
		o = put_item(options);
		put_str(o, "option", change->option);
		put_str(o, "from", change->from);
		put_str(o, "to", change->to);
	}
}

static void put_effects(json_object *obj, const gateway_t *g,
						const config_t *config)
{
	json_object *array = put_array(obj, "effects");
	core_preview_t preview = {.count = 0};

	core_preview(g->core, config, &preview);
	for (size_t i = 0; i < preview.count; i++)
	{
		const core_effect_t *e = &preview.list[i];
		json_object *o = put_item(array);

		put_str(o, "kind", core_effect_kind(e->kind));
		put_str(o, "name", e->name);
		put_str(o, "what", e->what);
		put_str(o, "words", e->words);
	}
	core_preview_deinit(&preview);
}

static json_object *diff_of(const gateway_t *g, const config_t *config,
							const config_report_t *report)
{
	json_object *obj = json_object_new_object();

	put_strings(obj, "warnings", &report->warnings);
	config_diff(core_config(g->core), config, put_change,
				put_array(obj, "sections"));
	put_effects(obj, g, config);
	return obj;
}

void command_diff(void *user, json_object *args, control_reply_t *reply)
{
	gateway_t *g = user;
	config_report_t report;
	json_object *file = NULL;
	config_t *config;

	if (args)
	{
		json_object_object_get_ex(args, "file", &file);
	}
	config = gateway_read(g, json_object_get_string(file), &report);
	if (config)
	{
		reply->data = diff_of(g, config, &report);
		config_destroy(config);
	}
	else
	{
		reply->error = errors_of(&report);
	}
	config_report_deinit(&report);
}

/** seconds, 0: not asked for; false: no number of them */
static bool confirm_of(json_object *args, uint64_t *seconds,
					   control_reply_t *reply)
{
	json_object *value;

	*seconds = 0;
	if (!args || !json_object_object_get_ex(args, "confirm", &value))
	{
		return true;
	}
	*seconds = json_object_is_type(value, json_type_int)
				   ? json_object_get_uint64(value)
				   : 0;
	if (!*seconds || *seconds > CONFIRM_MAX)
	{
		reply->error =
			str_format("\"confirm\" has to be 1 to %u seconds", CONFIRM_MAX);
		return false;
	}
	return true;
}

void command_reload(void *user, json_object *args, control_reply_t *reply)
{
	gateway_t *g = user;
	config_report_t report;
	uint64_t seconds;
	config_t *config;
	json_object *data;

	if (!confirm_of(args, &seconds, reply))
	{
		return;
	}
	if (seconds && !core_config(g->core))
	{
		reply->error = str_copy("there is no configuration in force to go back "
								"to: reload without --confirm");
		return;
	}
	config = gateway_read(g, NULL, &report);
	data = config ? diff_of(g, config, &report) : NULL;
	if (gateway_take(g, &report, config, seconds * USEC_PER_SEC))
	{
		reply->data = data;
		put_until(data, "confirm", g->now,
				  g->before ? g->confirm_until : USEC_NEVER);
	}
	else
	{
		reply->error = errors_of(&report);
	}
	config_report_deinit(&report);
}

/** of a time that runs */
static void ended(gateway_t *g, bool was, const char *words,
				  control_reply_t *reply)
{
	if (!was)
	{
		reply->error = str_copy("no reload waits to be confirmed: `cygnetctl "
								"history configuration` says what became of "
								"the last one");
		return;
	}
	core_apply(g->core, g->now);
	reply->data = json_object_new_object();
	put_str(reply->data, "done", words);
}

void command_confirm(void *user, json_object *args, control_reply_t *reply)
{
	ended(user, gateway_confirm(user), "confirmed: it stays", reply);
}

void command_rollback(void *user, json_object *args, control_reply_t *reply)
{
	ended(user, gateway_rollback(user),
		  "the configuration before is in force again; the file is as it was "
		  "written: mend it before the next reload or restart of charon",
		  reply);
}
