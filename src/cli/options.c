/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What is misspelt gets the nearest that there is, and what belongs to another
 * command is refused: an option that is passed over in silence would be taken
 * for one that was obeyed.
 */

#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "control/protocol.h"
#include "cygnet_config.h"

/** getopt's numbers of options without a letter, and of those of `policy
 * test` */
#define OPTION_HTTP    900
#define OPTION_TEXT    901
#define OPTION_ONCE    902
#define OPTION_CONFIRM 903
#define OPTION_SINCE   904
#define OPTION_FOLLOW  905
#define OPTION_LEVEL   906
#define SET_FIRST      1000

/** arguments of policy-test by the name of their options */
static const char *const set_names[] = {
	"neighbor",  "source",        "from-as",         "as-path",
	"community", "ext-community", "large-community", "next-hop",
	"med",       "local-pref",    "origin",
};

/** given twice, a list grows */
static void set_option(options_t *options, const char *name, const char *value)
{
	char *key = str_copy(name), *text;
	json_object *old = NULL;

	for (char *s = key; *s; s++)
	{
		*s = *s == '-' ? '_' : *s;
	}
	if (!options->set)
	{
		options->set = json_object_new_object();
	}
	json_object_object_get_ex(options->set, key, &old);
	text = old && strstr(key, "community")
			   ? str_format("%s, %s", json_object_get_string(old), value)
			   : str_copy(value);
	json_object_object_add(options->set, key, json_object_new_string(text));
	free(text);
	free(key);
}

/** of --confirm; the daemon has its limits, too */
static bool seconds_of(const char *word, unsigned *out)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	*out = (unsigned)n;
	if (*word < '0' || *word > '9' || *end || !n || n > 86400)
	{
		fprintf(stderr,
				"cygnetctl: --confirm=%s: 1 to 86400 seconds are possible\n",
				word);
		return false;
	}
	return true;
}

/** false: exit with *code */
static bool option(options_t *options, int c, int *code)
{
	*code = 0;
	switch (c)
	{
		case 'f':
			options->file = optarg;
			return true;
		case 'j':
			options->json = true;
			return true;
		case 'l':
			options->longer = true;
			return true;
		case 's':
			options->socket = optarg;
			return true;
		case 'n':
			options->lines = optarg;
			return true;
		case OPTION_SINCE:
			options->since = optarg;
			return true;
		case OPTION_FOLLOW:
			options->follow = true;
			return true;
		case OPTION_LEVEL:
			options->level = optarg;
			return true;
		case OPTION_CONFIRM:
			*code = 2;
			return seconds_of(optarg, &options->confirm);
		case OPTION_HTTP:
			options->http = true;
			return true;
		case OPTION_ONCE:
			options->once = true;
			return true;
		case OPTION_TEXT:
			options->text = true;
			return true;
		case 'h':
			options->help = true;
			return true;
		case 'V':
			puts("cygnetctl " PACKAGE_VERSION);
			return false;
		default:
			break;
	}
	if (c >= SET_FIRST)
	{
		set_option(options, set_names[c - SET_FIRST], optarg);
		return true;
	}
	*code = 2;
	return false;
}

/** one that there is not, or one without its value; word: what was read last */
static int bad_option(const struct option *longs, int c, const char *word)
{
	const char short_one[] = {'-', (char)optopt, '\0'};
	/* of a long one its own number, if it has a value that it does not take */
	bool is_long = !optopt || strchr(word, '=');
	suggest_t near;
	char *name;

	if (c == ':')
	{
		fprintf(stderr, "cygnetctl: %s needs a value; see --help\n", word);
		return 2;
	}
	if (!is_long)
	{
		fprintf(stderr, "cygnetctl: unknown option '%s'; see --help\n",
				short_one);
		return 2;
	}
	name = str_copy(word + 2);
	name[strcspn(name, "=")] = '\0';
	suggest_init(&near, name);
	for (size_t i = 0; longs[i].name; i++)
	{
		suggest_offer(&near, longs[i].name);
	}
	fprintf(stderr, "cygnetctl: unknown option '%s'%s%s%s; see --help\n", word,
			near.best ? ", did you mean '--" : "", near.best ? near.best : "",
			near.best ? "'?" : "");
	free(name);
	return 2;
}

bool options_read(options_t *options, int argc, char **argv, int *code)
{
	static const struct option known[] = {
		{"confirm", required_argument, NULL, OPTION_CONFIRM},
		{"file", required_argument, NULL, 'f'},
		{"follow", no_argument, NULL, OPTION_FOLLOW},
		{"http", no_argument, NULL, OPTION_HTTP},
		{"json", no_argument, NULL, 'j'},
		{"level", required_argument, NULL, OPTION_LEVEL},
		{"lines", required_argument, NULL, 'n'},
		{"longer", no_argument, NULL, 'l'},
		{"once", no_argument, NULL, OPTION_ONCE},
		{"since", required_argument, NULL, OPTION_SINCE},
		{"socket", required_argument, NULL, 's'},
		{"text", no_argument, NULL, OPTION_TEXT},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
	};
	struct option longs[countof(known) + countof(set_names) + 1] = {0};
	const char *env = getenv("CYGNET_SOCKET");
	int c;

	*options = (options_t){.socket = env ? env : CONTROL_SOCKET};
	memcpy(longs, known, sizeof(known));
	for (size_t i = 0; i < countof(set_names); i++)
	{
		longs[countof(known) + i] = (struct option){
			set_names[i], required_argument, NULL, SET_FIRST + (int)i};
	}
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":f:jln:s:hV", longs, NULL)) != -1)
	{
		bool bad = c == '?' || c == ':';

		*code = bad ? bad_option(longs, c, argv[optind - 1]) : 0;
		if (bad || !option(options, c, code))
		{
			json_object_put(options->set);
			return false;
		}
	}
	return true;
}

bool options_fit(const options_t *options, const char *command)
{
	const struct
	{
		const char *command;
		const char *words;
		bool given;
	} owned[] = {
		{"policy", "policy test", options->set || options->file},
		{"metrics", "metrics", options->http || options->text},
		{"top", "top", options->once},
		{"reload", "reload", options->confirm},
		{"watch", "watch", options->since},
		{"log", "log", options->lines || options->follow || options->level},
		{"routes", "routes` and `neighbor",
		 options->longer && strcmp(command, "neighbor") != 0},
	};

	for (size_t i = 0; i < countof(owned); i++)
	{
		if (owned[i].given && strcmp(command, owned[i].command) != 0)
		{
			fprintf(stderr,
					"cygnetctl: this option is of `%s` alone; see --help\n",
					owned[i].words);
			return false;
		}
	}
	return true;
}
