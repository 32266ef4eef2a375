/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The file holds pre-shared keys, and a parser quotes the line that it could
 * not read. So what the parser says goes to charon's log alone, and the
 * report, which socket clients see, says only that it is there.
 */

#include "cygnet_reader.h"

#include "base/log.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SWANCTLDIR
#define SWANCTLDIR "/etc/swanctl"
#endif

/*
 * Described in header
 */
char *cygnet_reader_path(void)
{
	char *dir, *path;

	path = lib->settings->get_str(lib->settings, "%s.plugins.cygnet.config",
								  NULL, lib->ns);
	if (path && *path)
	{
		return strdup(path);
	}
	dir = getenv("SWANCTL_DIR");
	return str_format("%s/swanctl.conf", dir && *dir ? dir : SWANCTLDIR);
}

/**
 * Make a report of one error, adopted
 */
static void report_error(config_report_t *report, char *error)
{
	memset(report, 0, sizeof(*report));
	report->errors.list = mem_array(1, sizeof(char *));
	report->errors.list[0] = error;
	report->errors.count = 1;
}

/**
 * Why a file cannot be read, NULL if it can: what a client names may be a pipe
 * or his terminal, and the gateway would wait for what comes from there
 */
static char *unreadable(const char *path)
{
	struct stat st;

	if (access(path, R_OK) != 0 || stat(path, &st) != 0)
	{
		return str_format("%s: cannot be read: %s", path, strerror(errno));
	}
	if (S_ISREG(st.st_mode))
	{
		return NULL;
	}
	if (S_ISDIR(st.st_mode))
	{
		return str_format("%s: is a folder: name the file in it", path);
	}
	return str_format("%s: is no file but a pipe or a device: charon reads it, "
					  "so put it into a file first",
					  path);
}

/*
 * Described in header
 */
config_t *cygnet_reader_load(void *user, const char *file,
							 config_report_t *report)
{
	char *path = file ? strdup(file) : cygnet_reader_path(), *error = NULL;
	config_source_t *source;
	config_t *config = NULL;

	error = unreadable(path);
	if (error)
	{
		report_error(report, error);
	}
	else if (!(source = settings_source_create(path, &error)))
	{
		/* what a client names need be no configuration: not a word of it */
		if (!file)
		{
			log_error("%s: %s", path, error ?: "cannot be parsed");
		}
		free(error);
		report_error(report,
					 str_format(file ? "%s: cannot be parsed; `cygnetctl "
									   "check` says where"
									 : "%s: cannot be parsed; where, is in "
									   "charon's log",
								path));
	}
	else
	{
		config = config_load(source, report);
		source->destroy(source);
	}
	free(path);
	return config;
}
