/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The plugin's life as charon's loader leads it: constructor, registration,
 * threads, reload, unregistration, destructor.
 */

#include "cygnet_plugin.h"

#include "fake_charon.h"
#include "fake_gateway.h"
#include "suites.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

static plugin_t *plugin;
static plugin_feature_t *features;

static void setup(void)
{
	fake_charon_init();
	fake_gateway_reset();
}

static void teardown(void)
{
	fake_charon_deinit();
}

static void set(char *key, char *value)
{
	char path[128];

	/* a dot in an argument would not separate sections */
	snprintf(path, sizeof(path), "charon.%s", key);
	lib->settings->set_str(lib->settings, path, value);
}

static void load(void)
{
	plugin = cygnet_plugin_create();
	ck_assert_str_eq(plugin->get_name(plugin), "cygnet");
	ck_assert_int_eq(plugin->get_features(plugin, &features), 3);
	ck_assert_int_eq(features[0].kind, FEATURE_CALLBACK);
	ck_assert_int_eq(features[1].kind, FEATURE_PROVIDE);
	ck_assert_int_eq(features[1].type, FEATURE_CUSTOM);
	ck_assert_int_eq(features[2].kind, FEATURE_SDEPEND);
	ck_assert_str_eq(features[2].arg.custom, "kernel-ipsec");
}

static void reg(bool up)
{
	ck_assert(features[0].arg.cb.f(plugin, &features[1], up,
								   features[0].arg.cb.data));
}

/** as daemon.c does on the way down */
static void join_threads(void)
{
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	lib->scheduler->flush(lib->scheduler);
}

static void start_threads(void)
{
	lib->processor->set_threads(lib->processor, 4);
}

static bool logged(const char *text)
{
	unsigned i;

	for (i = 0; i < fake_n_lines; i++)
	{
		if (strstr(fake_lines[i].text, text))
		{
			return true;
		}
	}
	return false;
}

START_TEST(test_life)
{
	fake_ike_t *ike = fake_ike_create(1, "ali-1");
	fake_peer_t *peer = fake_peer_create("ali-1");

	ike->state = IKE_ESTABLISHED;
	fake_child_create(ike, 7)->state = CHILD_INSTALLED;
	fake_ikes->insert_last(fake_ikes, ike);

	load();
	ck_assert_ptr_null(fake_listener);
	reg(true);
	ck_assert_ptr_nonnull(fake_listener);
	/* capabilities are dropped in between */
	usleep(100000);
	ck_assert_uint_eq(fake_gateway.created, 0);

	start_threads();
	/* the SA that was up before, and the connection */
	ck_assert(fake_wait(&fake_gateway.n_facts, 2));
	ck_assert_uint_eq(fake_gateway.created, 1);
	ck_assert_int_eq(fake_gateway.facts[0].kind, FACT_CHILD_UP);
	ck_assert_uint_eq(fake_gateway.facts[0].sa, 7);
	ck_assert_int_eq(fake_gateway.facts[1].kind, FACT_CONNECTION_LOADED);

	ck_assert_uint_eq(fake_gateway.reloads, 0);
	ck_assert(plugin->reload(plugin));
	ck_assert_uint_eq(fake_gateway.reloads, 1);

	join_threads();
	reg(false);
	ck_assert_ptr_null(fake_listener);
	ck_assert_uint_eq(fake_gateway.destroyed, 1);
	ck_assert(plugin->reload(plugin));
	ck_assert_uint_eq(fake_gateway.reloads, 1);
	plugin->destroy(plugin);
	ck_assert_uint_eq(fake_gateway.late, 0);
	fake_peer_destroy(peer);
	fake_ike_destroy(ike);
}
END_TEST

START_TEST(test_unloaded_before_it_ran)
{
	load();
	reg(true);
	ck_assert(plugin->reload(plugin));
	reg(false);
	plugin->destroy(plugin);
	ck_assert_uint_eq(fake_gateway.created, 0);
	ck_assert_uint_eq(fake_gateway.destroyed, 0);
}
END_TEST

START_TEST(test_gateway_fails)
{
	fake_gateway.create_error = EAGAIN;
	load();
	reg(true);
	start_threads();
	ck_assert(fake_wait(&fake_gateway.created, 1));
	join_threads();
	ck_assert(logged("the gateway cannot be started: Resource temporarily"));
	/* charon goes on, and so do its hooks */
	fake_alert(NULL, ALERT_SHUTDOWN_SIGNAL, 15);
	ck_assert_uint_eq(fake_gateway.n_facts, 0);
	reg(false);
	ck_assert_uint_eq(fake_gateway.destroyed, 0);
	plugin->destroy(plugin);
}
END_TEST

/** start, look at the options, stop */
static void run(void)
{
	load();
	reg(true);
	start_threads();
	ck_assert(fake_wait(&fake_gateway.created, 1));
	join_threads();
	reg(false);
	plugin->destroy(plugin);
}

START_TEST(test_options)
{
	struct group *group = getgrnam("daemon");

	ck_assert_ptr_nonnull(group);
	set("plugins.cygnet.socket", "/run/test/cygnet.sock");
	set("plugins.cygnet.socket_group", "daemon");
	set("plugins.cygnet.admin_group", "root");
	set("plugins.cygnet.state_dir", "/run/test/state");
	set("install_routes", "no");
	set("process_route", "no");
	run();
	ck_assert_str_eq(fake_gateway.socket, "/run/test/cygnet.sock");
	ck_assert_str_eq(fake_gateway.state_dir, "/run/test/state");
	ck_assert_int_eq(fake_gateway.options.socket_group, (int)group->gr_gid);
	ck_assert_int_eq(fake_gateway.options.admin_group, 0);
	ck_assert_ptr_null(fake_gateway.options.charon_routes);
	ck_assert_ptr_nonnull(fake_gateway.options.load);
	ck_assert_str_eq(fake_gateway.options.charon_version,
					 "strongSwan " VERSION);
	/* keeping CAP_CHOWN for the group does not change charon's own */
	ck_assert_uint_eq(lib->caps->get_gid(lib->caps), 0);
}
END_TEST

START_TEST(test_defaults)
{
	run();
	ck_assert_str_eq(fake_gateway.socket, "");
	ck_assert_str_eq(fake_gateway.state_dir, "");
	ck_assert_int_eq(fake_gateway.options.socket_group, -1);
	ck_assert_int_eq(fake_gateway.options.admin_group, -1);
	ck_assert_ptr_nonnull(strstr(fake_gateway.routes, "install_routes"));
	ck_assert_ptr_nonnull(strstr(fake_gateway.routes, "process_route"));
}
END_TEST

START_TEST(test_charon_routes)
{
	if (_i == 0)
	{
		set("install_routes", "no");
		run();
		ck_assert_ptr_null(strstr(fake_gateway.routes, "install_routes"));
		ck_assert_ptr_nonnull(strstr(fake_gateway.routes, "process_route"));
	}
	else
	{
		set("process_route", "no");
		run();
		ck_assert_ptr_nonnull(strstr(fake_gateway.routes, "install_routes"));
		ck_assert_ptr_null(strstr(fake_gateway.routes, "process_route"));
	}
}
END_TEST

START_TEST(test_unknown_group)
{
	set("plugins.cygnet.socket_group", "no-such-group");
	set("plugins.cygnet.admin_group", "nor-such-a-one");
	run();
	ck_assert_int_eq(fake_gateway.options.socket_group, -1);
	ck_assert_int_eq(fake_gateway.options.admin_group, -1);
	ck_assert(logged("socket_group = no-such-group"));
	ck_assert(logged("admin_group = nor-such-a-one"));
	ck_assert_uint_eq(fake_n_lines, 2);
}
END_TEST

START_TEST(test_signals_are_blocked)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGCHLD};

	run();
	ck_assert_uint_eq(countof(signals), 5);
	ck_assert(sigismember(&fake_gateway.mask, signals[_i]));
}
END_TEST

static bool no_keep(capabilities_t *this, u_int cap)
{
	return cap != CAP_NET_ADMIN && cap != CAP_NET_BIND_SERVICE;
}

START_TEST(test_missing_capabilities)
{
	lib->caps->keep = no_keep;
	load();
	ck_assert_uint_eq(fake_n_lines, 2);
	ck_assert(logged("no CAP_NET_ADMIN capability"));
	ck_assert(logged("no CAP_NET_BIND_SERVICE capability"));
	plugin->destroy(plugin);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int count)
{
	TCase *tcase = tcase_create(name);

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, count);
	suite_add_tcase(suite, tcase);
}

Suite *plugin_suite(void)
{
	Suite *suite = suite_create("plugin");

	add(suite, "life", test_life, 1);
	add(suite, "unloaded before it ran", test_unloaded_before_it_ran, 1);
	add(suite, "gateway fails", test_gateway_fails, 1);
	add(suite, "options", test_options, 1);
	add(suite, "defaults", test_defaults, 1);
	add(suite, "charon routes", test_charon_routes, 2);
	add(suite, "unknown group", test_unknown_group, 1);
	add(suite, "signals are blocked", test_signals_are_blocked, 5);
	add(suite, "missing capabilities", test_missing_capabilities, 1);
	return suite;
}
