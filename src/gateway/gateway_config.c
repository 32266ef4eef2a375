/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Configurations on their way to the core. One that has to be confirmed leaves
 * the one before in here, and a timer of the gateway's own: whoever asked for it
 * may be gone, or have cut himself off, which is what it is for. A restart of
 * charon forgets it, and takes what the file says then.
 */

#include "gateway/gateway_private.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"

#define NAME "configuration"

/** into the log, for who looks there */
static void tell_report(const config_report_t *report)
{
	for (size_t i = 0; i < report->warnings.count; i++)
	{
		log_warn("configuration: %s", report->warnings.list[i]);
	}
	for (size_t i = 0; i < report->errors.count; i++)
	{
		log_error("configuration: %s", report->errors.list[i]);
	}
}

config_t *gateway_read(gateway_t *g, const char *file, config_report_t *report)
{
	return g->load(g->user, file, report);
}

static void refused(gateway_t *g, const config_report_t *report)
{
	char *why = str_format(
		"configuration refused: %s%s",
		report->errors.count ? report->errors.list[0] : "it could not be read",
		report->errors.count > 1 ? " (and more, see `cygnetctl check`)" : "");

	core_config_refused(g->core, why);
	gateway_event(g, VIEW_EVENT_CONFIG, NAME, "new", "refused", why);
	free(why);
}

static void settle(gateway_t *g)
{
	timer_stop(g->timers, &g->confirm_timer);
	g->confirm_until = 0;
	config_destroy(g->before);
	g->before = NULL;
}

static void go_back(gateway_t *g, const char *why)
{
	config_t *before = g->before;

	g->before = NULL;
	log_warn("configuration: %s, the one before is in force again", why);
	gateway_event(g, VIEW_EVENT_CONFIG, NAME, "pending", "undone", why);
	core_configure(g->core, before, g->now);
	settle(g);
	/* ends with the next that is taken */
	core_config_refused(g->core,
						"the last reload was undone, as it was not confirmed, "
						"and the file still has it: mend the file and "
						"`cygnetctl reload` before charon is restarted with "
						"it");
}

static void confirm_due(cyg_timer_t *timer, void *user, usec_t now)
{
	gateway_t *g = user;

	g->now = now;
	go_back(g, "the reload was not confirmed in time");
}

void gateway_config_open(gateway_t *g)
{
	timer_init(&g->confirm_timer, confirm_due, g);
}

void gateway_config_close(gateway_t *g)
{
	settle(g);
}

static void take(gateway_t *g, config_t *config, bool keep)
{
	config_t *old = core_exchange(g->core, config, g->now);

	if (keep && !g->before)
	{
		/* of several within the time, the first one's is gone back to */
		g->before = old;
	}
	else
	{
		config_destroy(old);
	}
}

bool gateway_take(gateway_t *g, config_report_t *report, config_t *config,
				  usec_t confirm)
{
	bool was = g->before;
	const char *from = was                    ? "pending"
					   : core_config(g->core) ? "in force"
											  : "none";
	char *words;

	tell_report(report);
	if (!config)
	{
		refused(g, report);
		return false;
	}
	/* before there was none there is nothing to go back to */
	confirm = core_config(g->core) ? confirm : 0;
	take(g, config, confirm);
	if (confirm)
	{
		timer_stop(g->timers, &g->confirm_timer);
		g->confirm_until = g->now + confirm;
		timer_start(g->timers, &g->confirm_timer, g->confirm_until);
		words = str_format("to be confirmed within %llu s",
						   (unsigned long long)(confirm / USEC_PER_SEC));
		log_notice("configuration: %s, or the one before comes back", words);
		gateway_event(g, VIEW_EVENT_CONFIG, NAME, from, "pending", words);
		free(words);
		return true;
	}
	if (was)
	{
		log_notice("configuration: confirmed by another reload");
	}
	settle(g);
	gateway_event(g, VIEW_EVENT_CONFIG, NAME, from, "in force",
				  from[0] == 'n' ? "at the start" : "reloaded");
	return true;
}

bool gateway_load(gateway_t *g)
{
	config_report_t report;
	config_t *config = gateway_read(g, NULL, &report);
	usec_t until = g->confirm_until;
	bool good;

	/* charon's own reload knows nothing of a time that runs: it goes on */
	good =
		gateway_take(g, &report, config, until > g->now ? until - g->now : 0);
	config_report_deinit(&report);
	return good;
}

bool gateway_confirm(gateway_t *g)
{
	if (!g->before)
	{
		return false;
	}
	log_notice("configuration: confirmed");
	settle(g);
	gateway_event(g, VIEW_EVENT_CONFIG, NAME, "pending", "in force",
				  "confirmed");
	return true;
}

bool gateway_rollback(gateway_t *g)
{
	if (!g->before)
	{
		return false;
	}
	go_back(g, "the reload was taken back by a person");
	return true;
}
