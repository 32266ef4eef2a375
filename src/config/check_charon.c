/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What in strongswan.conf makes tunnels lose packets, or not come up. Read in
 * the sources of strongSwan 5.9.8: plugin_loader.c, receiver.c,
 * ike_sa_manager.c, task_manager.c, quick_mode.c, kernel_netlink_net.c,
 * child_delete.c.
 */

#include "config/check.h"

#include <stdlib.h>
#include <string.h>

#define REPLAY_WINDOW_DEFAULT 32

/** that wait for ever, for packets to send, packets, file descriptors and
 * times, and as many again for work */
#define THREADS_KEPT 4
#define THREADS_GOOD 8

/** seconds; 165 by default */
#define SILENCE_SHORT 20
#define SILENCE_LONG  600

/** charon-systemd reads its own section first */
static const char *charon_value(const config_source_t *strongswan,
								const char *key)
{
	const char *value = strongswan->value(strongswan, "charon-systemd", key);

	return value ? value : strongswan->value(strongswan, "charon", key);
}

/** those whose default does no good, or whose value does not */
static void check_charon(const config_source_t *strongswan,
						 config_report_t *report)
{
	const char *delay = charon_value(strongswan, "delete_rekeyed_delay");

	if (check_is_on(charon_value(strongswan, "install_routes"), true))
	{
		report_warning(report, "charon", "install_routes",
					   "is on: charon dumps the routing table at each lookup, "
					   "and Cygnet installs 1000 routes at most; write "
					   "install_routes = no in strongswan.conf");
	}
	if (check_is_on(charon_value(strongswan, "process_route"), true))
	{
		report_warning(report, "charon", "process_route",
					   "is on: charon follows each change of a route, and "
					   "tunnels wait for it; write process_route = no in "
					   "strongswan.conf");
	}
	if (delay && !check_is_time(delay))
	{
		report_warning(report, "charon", "delete_rekeyed_delay",
					   "is 0: what is under way when an SA is replaced is "
					   "dropped; leave it at 5 seconds");
	}
}

static unsigned long charon_number(const config_source_t *strongswan,
								   const char *key, unsigned long otherwise)
{
	const char *value = charon_value(strongswan, key);

	return value ? strtoul(value, NULL, 0) : otherwise;
}

static double charon_real(const config_source_t *strongswan, const char *key,
						  double otherwise)
{
	const char *value = charon_value(strongswan, key);

	return value ? strtod(value, NULL) : otherwise;
}

/** of one of charon's plugins */
static const char *plugin_value(const config_source_t *strongswan,
								const char *plugin, const char *key)
{
	static const char *const daemons[] = {"charon-systemd", "charon"};
	const char *value = NULL;

	for (size_t i = 0; i < countof(daemons) && !value; i++)
	{
		char *path = str_format("%s.plugins.%s", daemons[i], plugin);

		value = strongswan->value(strongswan, path, key);
		free(path);
	}
	return value;
}

/** Cygnet itself */
static void check_loaded(const config_source_t *strongswan,
						 config_report_t *report)
{
	const char *load = plugin_value(strongswan, "cygnet", "load");

	/* a number above 0 is a priority */
	if (load && !strtol(load, NULL, 10) && !check_is_on(load, false))
	{
		report_warning(report, "charon.plugins.cygnet", "load",
					   "is off: charon does not load Cygnet; write load = yes");
	}
	else if (!load &&
			 check_is_on(charon_value(strongswan, "load_modular"), false))
	{
		report_warning(report, "charon.plugins.cygnet", "load",
					   "is not there, and with load_modular charon loads "
					   "nothing else: install strongswan.d/charon/cygnet.conf, "
					   "or write load = yes");
	}
}

/** as task_manager_total_retransmit_timeout(), but for its jitter */
static double silence_survived(const config_source_t *strongswan)
{
	double interval = charon_real(strongswan, "retransmit_timeout", 4.0);
	double base = charon_real(strongswan, "retransmit_base", 1.8);
	double limit = charon_real(strongswan, "retransmit_limit", 0);
	unsigned long tries = charon_number(strongswan, "retransmit_tries", 5);
	double total = 0;

	for (unsigned long i = 0; i <= tries && total <= SILENCE_LONG; i++)
	{
		total += limit > 0 && interval > limit ? limit : interval;
		interval *= base;
	}
	return total;
}

static void check_retransmission(const config_source_t *strongswan,
								 config_report_t *report)
{
	double total = silence_survived(strongswan);

	if (total < SILENCE_SHORT)
	{
		report_warning(report, "charon", "retransmit_tries",
					   "and the times with it give an IKE_SA up %.1f seconds "
					   "after a lost packet, with all of its tunnel's SAs: "
					   "leave them out, and find silence by bfd or probe, "
					   "which keep the SAs",
					   total);
	}
	else if (total > SILENCE_LONG)
	{
		report_warning(report, "charon", "retransmit_tries",
					   "and the times with it hold on to a dead far side's "
					   "IKE_SA for more than %d seconds, and until then no "
					   "other is initiated; leave them out",
					   SILENCE_LONG);
	}
}

/** what is short where there are many tunnels */
static void check_room(const config_source_t *strongswan, size_t tunnels,
					   config_report_t *report)
{
	unsigned long threads = charon_number(strongswan, "threads", THREADS_GOOD);
	unsigned long limit = charon_number(strongswan, "ikesa_limit", 0);

	if (threads < THREADS_GOOD)
	{
		report_warning(report, "charon", "threads",
					   "is %lu, of which %d do nothing but wait: rekeyings of "
					   "several tunnels keep each other waiting; leave it at "
					   "16",
					   threads, THREADS_KEPT);
	}
	if (limit && limit < 2 * tunnels)
	{
		report_warning(report, "charon", "ikesa_limit",
					   "is %lu for %zu tunnels: what far sides that were "
					   "restarted initiate is refused while their old IKE_SAs "
					   "are there; write %zu or more",
					   limit, tunnels, 2 * tunnels);
	}
}

/** what acts upon what the gateway does */
static void check_together(const config_t *config,
						   const config_source_t *strongswan,
						   config_report_t *report)
{
	static const char netlink[] = "charon.plugins.kernel-netlink";
	const char *rules = strongswan->value(strongswan, netlink, "process_rules");
	unsigned long port = charon_number(strongswan, "port", 500);

	if (check_is_on(charon_value(strongswan, "initiator_only"), false))
	{
		report_warning(report, "charon", "initiator_only",
					   "is on: a far side that was restarted, or that alone "
					   "may initiate, gets no answer; leave it out");
	}
	if (config->pin_underlay && check_is_on(rules, false))
	{
		report_warning(report, "charon.plugins.kernel-netlink", "process_rules",
					   "is on: at each rule of pin_underlay charon looks for a "
					   "new way for every IKE_SA; leave it out");
	}
	if (config->ike_init_rate && port != 500)
	{
		report_warning(report, "charon", "port",
					   "is %lu, but cygnet.ike_init_rate counts what comes to "
					   "500 and has no effect",
					   port);
	}
}

/** SAs of IKEv1 that others have taken the place of */
static void check_old_version(const config_source_t *swanctl,
							  const config_source_t *strongswan,
							  const char *path, config_report_t *report)
{
	const char *version = swanctl->value(swanctl, path, "version");

	if (version && !strcmp(version, "1") &&
		check_is_on(charon_value(strongswan, "delete_rekeyed"), false))
	{
		report_warning(report, path, "version",
					   "is 1, and charon.delete_rekeyed is on: what is under "
					   "way when an SA is replaced is dropped; leave that out");
	}
}

/** with another tunnel in its bundle, it is drained before */
static void check_reauthentication(const config_source_t *swanctl,
								   const config_source_t *strongswan,
								   const char *path, config_report_t *report)
{
	const char *version = swanctl->value(swanctl, path, "version");

	/* IKEv1 reauthenticates without a gap */
	if (check_is_time(swanctl->value(swanctl, path, "reauth_time")) &&
		(!version || strcmp(version, "1") != 0) &&
		!check_is_on(charon_value(strongswan, "make_before_break"), false))
	{
		report_warning(
			report, path, "reauth_time",
			"ends all SAs before there are new ones, and there is no "
			"other tunnel in the bundle: leave it out, as "
			"rekey_time does without, or write "
			"make_before_break = yes in strongswan.conf");
	}
}

/** a child has no replay window of its own */
static bool has_default_window(const config_source_t *swanctl, const char *path)
{
	config_strings_t children = connection_children(swanctl, path);
	bool found = false;

	for (size_t i = 0; i < children.count; i++)
	{
		found |= !swanctl->value(swanctl, children.list[i], "replay_window");
	}
	strings_deinit(&children);
	return found;
}

static void check_default_window(const config_source_t *strongswan,
								 config_report_t *report)
{
	const char *value = charon_value(strongswan, "replay_window");
	unsigned long window =
		value ? strtoul(value, NULL, 10) : REPLAY_WINDOW_DEFAULT;

	if (check_is_small_window(window))
	{
		report_warning(report, "charon", "replay_window",
					   "is %lu: a packet that so many others overtake is "
					   "dropped; write replay_window = 1024 in strongswan.conf",
					   window);
	}
}

void config_check_strongswan(const config_t *config,
							 const config_source_t *swanctl,
							 const config_source_t *strongswan,
							 config_report_t *report)
{
	bool window = false;
	size_t tunnels = 0;

	if (!config->present)
	{
		return;
	}
	check_charon(strongswan, report);
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		const config_bundle_t *bundle = &config->bundles[i];

		for (size_t j = 0; j < bundle->n_tunnels; j++)
		{
			const char *name = bundle->tunnels[j].connection;
			char *path;

			tunnels += name != NULL;
			if (!name || !connection_find(config, name))
			{
				continue;
			}
			path = str_format("connections.%s", name);
			if (bundle->n_tunnels == 1)
			{
				check_reauthentication(swanctl, strongswan, path, report);
			}
			check_old_version(swanctl, strongswan, path, report);
			window |= has_default_window(swanctl, path);
			free(path);
		}
	}
	check_loaded(strongswan, report);
	if (tunnels)
	{
		check_together(config, strongswan, report);
		check_retransmission(strongswan, report);
		check_room(strongswan, tunnels, report);
	}
	if (window)
	{
		check_default_window(strongswan, report);
	}
}
