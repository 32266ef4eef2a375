/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Each command is a line in the table and a short function. */

#include "gateway/commands.h"

#include <string.h>

#include "base/text.h"
#include "gateway/gateway_private.h"

static const view_state_t *fetch(void *user)
{
	return gateway_view(user);
}

static void status(void *user, json_object *args, control_reply_t *reply)
{
	reply->data = view_status(gateway_view(user));
}

static void tunnels(void *user, json_object *args, control_reply_t *reply)
{
	reply->data = view_tunnels(gateway_view(user));
}

static void neighbors(void *user, json_object *args, control_reply_t *reply)
{
	reply->data = view_neighbors(gateway_view(user));
}

static const char *argument(json_object *args, const char *name)
{
	json_object *value;

	if (args && json_object_object_get_ex(args, name, &value) &&
		json_object_is_type(value, json_type_string))
	{
		return json_object_get_string(value);
	}
	return NULL;
}

static void neighbor(void *user, json_object *args, control_reply_t *reply)
{
	const char *name = argument(args, "name");

	if (!name)
	{
		reply->error = str_copy("neighbor: give the name of one");
		return;
	}
	reply->data = view_neighbor(gateway_view(user), name);
	if (!reply->data)
	{
		reply->error = str_format("there is no neighbor '%.64s': see "
								  "`cygnetctl neighbors`",
								  name);
	}
}

static void routes(void *user, json_object *args, control_reply_t *reply)
{
	const char *text = argument(args, "prefix");
	json_object *value;
	bool longer = args && json_object_object_get_ex(args, "longer", &value) &&
				  json_object_get_boolean(value);
	prefix_t prefix;
	addr_t addr;

	if (text && !prefix_parse(text, &prefix))
	{
		if (!addr_parse(text, &addr))
		{
			reply->error = str_format("'%.64s' is not a prefix such as "
									  "10.0.0.0/8, nor an address",
									  text);
			return;
		}
		prefix = prefix_make(&addr, addr_bits(&addr));
	}
	reply->list = view_routes(fetch, user, text ? &prefix : NULL, longer);
	reply->data = json_object_new_object();
}

static json_object *strings(const config_strings_t *list)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < list->count; i++)
	{
		json_object_array_add(array, json_object_new_string(list->list[i]));
	}
	return array;
}

static void reload(void *user, json_object *args, control_reply_t *reply)
{
	config_report_t report;
	text_t text;

	text_init(&text);
	if (gateway_load(user, &report))
	{
		reply->data = json_object_new_object();
		json_object_object_add(reply->data, "warnings",
							   strings(&report.warnings));
	}
	else
	{
		text_add(&text, "the configuration is refused, what runs goes on:");
		for (size_t i = 0; i < report.errors.count; i++)
		{
			text_printf(&text, "\n%s", report.errors.list[i]);
		}
		reply->error = text_take(&text);
	}
	config_report_deinit(&report);
	text_deinit(&text);
}

const control_command_t gateway_commands[] = {
	{"status", false, status},
	{"tunnels", false, tunnels},
	{"neighbors", false, neighbors},
	{"neighbor", false, neighbor},
	{"routes", false, routes},
	{"reload", true, reload},
	{NULL, false, NULL},
};
