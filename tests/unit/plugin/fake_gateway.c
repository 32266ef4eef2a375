/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Stands in for src/gateway and src/config.
 */

#include "fake_gateway.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct gateway_t
{
	int dummy;
};

fake_gateway_t fake_gateway;
static gateway_t the_gateway;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void fake_gateway_reset(void)
{
	memset(&fake_gateway, 0, sizeof(fake_gateway));
}

gateway_t *fake_gateway_get(void)
{
	return &the_gateway;
}

bool fake_wait(volatile unsigned *count, unsigned n)
{
	int i;

	for (i = 0; i < 1000 && *count < n; i++)
	{
		usleep(10000);
	}
	return *count >= n;
}

gateway_t *gateway_create(const gateway_options_t *options, int *error)
{
	fake_gateway.options = *options;
	snprintf(fake_gateway.socket, sizeof(fake_gateway.socket), "%s",
			 options->socket ? options->socket : "");
	snprintf(fake_gateway.routes, sizeof(fake_gateway.routes), "%s",
			 options->charon_routes ? options->charon_routes : "");
	snprintf(fake_gateway.state_dir, sizeof(fake_gateway.state_dir), "%s",
			 options->state_dir ? options->state_dir : "");
	pthread_sigmask(SIG_SETMASK, NULL, &fake_gateway.mask);
	fake_gateway.created++;
	if (fake_gateway.create_error)
	{
		*error = -fake_gateway.create_error;
		return NULL;
	}
	return &the_gateway;
}

void gateway_destroy(gateway_t *gateway)
{
	fake_gateway.destroyed++;
}

void gateway_post(gateway_t *gateway, const fact_t *fact)
{
	pthread_mutex_lock(&mutex);
	if (fake_gateway.destroyed)
	{
		fake_gateway.late++;
	}
	if (fake_gateway.n_facts < FAKE_FACTS_MAX)
	{
		fake_gateway.facts[fake_gateway.n_facts++] = *fact;
	}
	pthread_mutex_unlock(&mutex);
}

void gateway_shutdown(gateway_t *gateway)
{
	const fact_t fact = {.kind = FACT_SHUTDOWN};

	gateway_post(gateway, &fact);
}

void gateway_reload(gateway_t *gateway)
{
	fake_gateway.reloads++;
}

static void source_destroy(config_source_t *source)
{
	fake_gateway.sources--;
	free(source);
}

config_source_t *settings_source_create(const char *file, char **error)
{
	config_source_t *source;

	snprintf(fake_gateway.file, sizeof(fake_gateway.file), "%s", file);
	if (fake_gateway.parse_error)
	{
		*error = strdup(fake_gateway.parse_error);
		return NULL;
	}
	source = calloc(1, sizeof(*source));
	source->destroy = source_destroy;
	fake_gateway.sources++;
	return source;
}

config_t *config_load(const config_source_t *source, config_report_t *report)
{
	memset(report, 0, sizeof(*report));
	fake_gateway.source_was_there = fake_gateway.sources == 1;
	return fake_gateway.bad_config ? NULL : calloc(1, sizeof(config_t));
}

void config_destroy(config_t *config)
{
	free(config);
}

void config_report_deinit(config_report_t *report)
{
	size_t i;

	for (i = 0; i < report->errors.count; i++)
	{
		free(report->errors.list[i]);
	}
	free(report->errors.list);
	memset(report, 0, sizeof(*report));
}
