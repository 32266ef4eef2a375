/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Apart from settings_source.c, which runs in charon too: there the library
 * is charon's, and starting it again would be wrong.
 */

#include "config/settings_library.h"

#include <library.h>

bool settings_library_init(void)
{
	if (library_init("", "cygnetctl"))
	{
		/* of a file that cannot be parsed, the parser alone knows the line */
		dbg_default_set_level(-1);
		dbg_default_set_level_group(DBG_CFG, 1);
		return true;
	}
	library_deinit();
	return false;
}

void settings_library_deinit(void)
{
	library_deinit();
}
