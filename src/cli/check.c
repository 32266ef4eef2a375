/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The daemon's own parser and checks, run in this process: a file that is good
 * here is good there. The parser may quote the file in its errors, secrets
 * too, so these go to the user's terminal alone and never into the JSON.
 */

#include "cli/check.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/foreign_look.h"
#include "cli/host.h"
#include "config/config.h"
#include "config/settings_library.h"
#include "cygnet_config.h"

/** as swanctl finds it */
static char *default_file(void)
{
	const char *dir = getenv("SWANCTL_DIR");

	return str_format("%s/swanctl.conf", dir ? dir : SWANCTL_DIRECTORY);
}

/** as libstrongswan finds it */
static char *strongswan_file(void)
{
	const char *file = getenv("STRONGSWAN_CONF");

	return str_copy(file ? file : STRONGSWAN_CONF);
}

/** what charon's own options do to the tunnels, if its file can be read: the one
 * that is checked may be another machine's */
static void check_strongswan(const config_t *config,
							 const config_source_t *swanctl,
							 config_report_t *report)
{
	char *file = strongswan_file(), *error = NULL;
	config_source_t *source = NULL;

	if (access(file, R_OK) == 0)
	{
		source = settings_source_create(file, &error);
		if (!source)
		{
			fprintf(stderr, "cygnetctl: %s\n", error);
		}
	}
	if (source)
	{
		config_check_strongswan(config, swanctl, source, report);
		source->destroy(source);
	}
	free(error);
	free(file);
}

/** what this machine's kernel does, or that of a root mounted elsewhere; rules:
 * and what others' rules do here. False: these could not be looked at */
static bool check_host(const config_t *config, bool rules,
					   config_report_t *report)
{
	const char *root = getenv("CYGNET_ROOT");
	bool looked = true;
	config_host_t host;

	host_init(&host, root ? root : "");
	config_check_host(config, &host, report);
	if (rules && !root)
	{
		looked = foreign_check(config, &host, report);
	}
	host_deinit(&host);
	return looked;
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

static void print_json(const char *file, bool good,
					   const config_report_t *report)
{
	json_object *obj = json_object_new_object();

	json_object_object_add(obj, "file", json_object_new_string(file));
	json_object_object_add(obj, "good", json_object_new_boolean(good));
	json_object_object_add(obj, "errors", strings(&report->errors));
	json_object_object_add(obj, "warnings", strings(&report->warnings));
	puts(json_object_to_json_string_ext(
		obj, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(obj);
}

static void print_text(const char *file, const config_t *config,
					   const config_report_t *report)
{
	for (size_t i = 0; i < report->warnings.count; i++)
	{
		printf("warning: %s\n", report->warnings.list[i]);
	}
	for (size_t i = 0; i < report->errors.count; i++)
	{
		printf("error: %s\n", report->errors.list[i]);
	}
	if (!config)
	{
		printf("%s: refused, %zu errors\n", file, report->errors.count);
	}
	else if (!config->present)
	{
		printf("%s: there is no `cygnet` section in it, nothing to do\n", file);
	}
	else
	{
		printf("%s: good\n", file);
	}
}

/** here: the file is the one that is used on this machine */
static int check(const char *file, bool here, bool json)
{
	config_report_t report;
	config_source_t *source;
	config_t *config;
	bool looked = true;
	char *error;

	source = settings_source_create(file, &error);
	if (!source)
	{
		/* the user's own terminal and file: the parser may quote it here */
		fprintf(stderr, "cygnetctl: %s\n", error);
		free(error);
		return 2;
	}
	config = config_load(source, &report);
	if (config)
	{
		check_strongswan(config, source, &report);
		looked = check_host(config, here, &report);
	}
	source->destroy(source);
	if (json)
	{
		print_json(file, config != NULL, &report);
	}
	else
	{
		print_text(file, config, &report);
	}
	if (!looked)
	{
		fprintf(stderr, "cygnetctl: rules of other firewalls were not looked "
						"at: that takes root\n");
	}
	config_report_deinit(&report);
	if (!config)
	{
		return 1;
	}
	config_destroy(config);
	return 0;
}

int check_run(const char *file, bool json)
{
	char *found = file ? str_copy(file) : default_file();
	int code = 2;

	if (settings_library_init())
	{
		code = check(found, !file, json);
		settings_library_deinit();
	}
	else
	{
		fprintf(stderr, "cygnetctl: libstrongswan does not start\n");
	}
	free(found);
	return code;
}

static config_t *load(const char *file)
{
	config_report_t report;
	config_source_t *source;
	config_t *config;
	char *error;

	source = settings_source_create(file, &error);
	if (!source)
	{
		fprintf(stderr, "cygnetctl: %s\n", error);
		free(error);
		return NULL;
	}
	config = config_load(source, &report);
	source->destroy(source);
	for (size_t i = 0; i < report.errors.count; i++)
	{
		fprintf(stderr, "cygnetctl: %s\n", report.errors.list[i]);
	}
	config_report_deinit(&report);
	return config;
}

config_t *check_load(const char *file)
{
	config_t *config = NULL;

	if (settings_library_init())
	{
		config = load(file);
		settings_library_deinit();
	}
	else
	{
		fprintf(stderr, "cygnetctl: libstrongswan does not start\n");
	}
	return config;
}
