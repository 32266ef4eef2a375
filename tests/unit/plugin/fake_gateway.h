/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A gateway that only remembers what it was told, and a configuration reader
 * that finds what the test says.
 */

#ifndef CYGNET_FAKE_GATEWAY_H
#define CYGNET_FAKE_GATEWAY_H

#include "gateway/gateway.h"

#include <signal.h>

#define FAKE_FACTS_MAX 4096

typedef struct fake_gateway_t
{
	/** what gateway_post took */
	fact_t facts[FAKE_FACTS_MAX];
	volatile unsigned n_facts;
	/** calls */
	volatile unsigned created;
	volatile unsigned destroyed;
	volatile unsigned reloads;
	/** facts that came when there was no gateway */
	unsigned late;
	/** gateway_create fails with this, 0: not */
	int create_error;
	/** what it was created with; strings copied as the contract says */
	gateway_options_t options;
	char socket[128];
	char routes[128];
	char state_dir[128];
	sigset_t mask;

	/** settings_source_create: the file asked for, and what it says */
	char file[256];
	const char *parse_error;
	/** sources that are not destroyed, and whether one lived in config_load */
	int sources;
	bool source_was_there;
	/** config_load finds an error */
	bool bad_config;
} fake_gateway_t;

extern fake_gateway_t fake_gateway;

/** forget everything */
void fake_gateway_reset(void);
/** the gateway that gateway_create gives */
gateway_t *fake_gateway_get(void);
/** wait until *count reaches at least n; false after 10 seconds */
bool fake_wait(volatile unsigned *count, unsigned n);

#endif
