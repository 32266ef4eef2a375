/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * With --file, `test` runs in this process on a file as the daemon would read
 * it: a policy can be tried before it is put in force. What neighbours
 * announced is known to a daemon alone.
 */

#include "cli/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "cli/check.h"
#include "cli/print.h"
#include "cli/reply.h"
#include "gateway/policy_test.h"

/** false: there is no such word, and the nearest was said */
static bool known(const char *word)
{
	static const char *const words[] = {"list", "show", "test"};
	suggest_t near;

	suggest_init(&near, word);
	for (size_t i = 0; i < countof(words); i++)
	{
		if (strcmp(words[i], word) == 0)
		{
			return true;
		}
		suggest_offer(&near, words[i]);
	}
	fprintf(stderr, "cygnetctl: policy: unknown word '%s'%s%s%s; see --help\n",
			word, near.best ? ", did you mean '" : "",
			near.best ? near.best : "", near.best ? "'?" : "");
	return false;
}

static int usage(void)
{
	fputs("usage: cygnetctl policy list\n"
		  "       cygnetctl policy show NAME\n"
		  "       cygnetctl policy test NAME PREFIX [--file FILE] "
		  "[--neighbor NAME]\n"
		  "           [--source SOURCE] [--from-as AS] [--as-path PATH] "
		  "[--community LIST]\n"
		  "           [--ext-community LIST] [--large-community LIST] "
		  "[--next-hop ADDRESS]\n"
		  "           [--med N] [--local-pref N] "
		  "[--origin igp|egp|incomplete]\n",
		  stderr);
	return 2;
}

static int test_file(const options_t *options, json_object *args)
{
	config_t *config = check_load(options->file);
	json_object *data;
	char *error;
	text_t out;

	if (!config)
	{
		json_object_put(args);
		return 1;
	}
	data = policy_test(config, args, NULL, &error);
	json_object_put(args);
	config_destroy(config);
	if (!data)
	{
		return show_error(error);
	}
	text_init(&out);
	show_text(data, options->json, print_policy_test, &out);
	fputs(text_str(&out), stdout);
	text_deinit(&out);
	json_object_put(data);
	return 0;
}

static int test(const options_t *options, char **argv)
{
	json_object *args = show_args("policy", argv[1]);

	if (options->set)
	{
		json_object_object_foreach(options->set, key, value)
		{
			json_object_object_add(args, key, json_object_get(value));
		}
	}
	json_object_object_add(args, "prefix", json_object_new_string(argv[2]));
	return options->file
			   ? test_file(options, args)
			   : show(options, "policy-test", args, print_policy_test);
}

int policy_run(const options_t *options, char **argv)
{
	if (strcmp(argv[0], "list") == 0 && !argv[1])
	{
		return show(options, "policies", NULL, print_policies);
	}
	if (strcmp(argv[0], "show") == 0 && argv[1] && !argv[2])
	{
		return show(options, "policy", show_args("name", argv[1]),
					print_policy);
	}
	if (strcmp(argv[0], "test") == 0 && argv[1] && argv[2] && !argv[3])
	{
		return test(options, argv);
	}
	return known(argv[0]) ? usage() : 2;
}
