/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * charon's own level of the group net is for IKE's packets, so ours has an
 * option beside it, and a line that passed ours is not to be lost at
 * charon's defaults.
 */

#include "cygnet_log.h"

#include <daemon.h>

#include "base/log.h"

/**
 * Implements log_fn_t; called by any thread
 */
static void to_charon(void *user, log_level_t level, const char *line)
{
	switch (level)
	{
		case LOGL_ERROR:
		case LOGL_WARN:
		case LOGL_NOTICE:
			DBG0(DBG_NET, "cygnet: %s", line);
			break;
		case LOGL_INFO:
		case LOGL_DEBUG:
			DBG1(DBG_NET, "cygnet: %s", line);
			break;
	}
}

/**
 * The option's level; info if it is none
 */
static log_level_t configured_level(void)
{
	log_level_t level;
	char *name;

	name = lib->settings->get_str(lib->settings, "%s.plugins.cygnet.log_level",
								  "info", lib->ns);
	if (log_level_parse(name, &level))
	{
		return level;
	}
	DBG0(DBG_NET,
		 "cygnet: log_level = %s: expected error, warn, notice, "
		 "info or debug; info is used",
		 name);
	return LOGL_INFO;
}

/*
 * Described in header
 */
void cygnet_log_open(void)
{
	log_set(to_charon, NULL, configured_level());
}

/*
 * Described in header
 */
void cygnet_log_close(void)
{
	log_set(NULL, NULL, LOGL_WARN);
}
