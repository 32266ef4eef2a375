/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * diff, reload, reload with a time to confirm it in, and what ends that: a
 * person's word, time, another reload, charon's own one, a bad file.
 */

#include "unit/gateway/suites.h"

#include "gateway/commands.h"
#include "gateway/gateway_private.h"
#include "text_source.h"
#include "unit/gateway/world.h"

#include <string.h>
#include <unistd.h>

static world_t *w;
static gateway_t gateway;
/** what the file says now */
static char *file;
/** the last path asked for, "": our own */
static char asked[64];
static char folder[] = "/tmp/cygnet-confirm-XXXXXX";

static config_t *load(void *user, const char *path, config_report_t *report)
{
	config_source_t *source = text_source_create(file);
	config_t *config = config_load(source, report);

	snprintf(asked, sizeof(asked), "%s", path ? path : "");
	source->destroy(source);
	return config;
}

/** the file has tunnels with this weight of the first, or is bad (0) */
static void write_file(unsigned n, unsigned weight)
{
	char more[64];

	free(file);
	snprintf(more, sizeof(more), "initial_hold = %u", weight ? weight : 100000);
	file = world_config(n, more, NULL);
}

static void setup(void)
{
	w = world_create(2);
	snprintf(folder, sizeof(folder), "/tmp/cygnet-confirm-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	gateway = (gateway_t){
		.core = w->core,
		.timers = w->timers,
		.load = load,
		.state_dir = folder,
		.now = w->now,
	};
	gateway_events_open(&gateway);
	gateway_config_open(&gateway);
	write_file(2, 1);
	ck_assert(gateway_load(&gateway));
	world_run(w, USEC_PER_SEC);
	world_up(w);
}

static void teardown(void)
{
	char *path = str_format("%s/history", folder);

	gateway_config_close(&gateway);
	gateway_events_close(&gateway);
	unlink(path);
	rmdir(folder);
	free(path);
	free(file);
	file = NULL;
	world_destroy(w);
}

static json_object *run(const char *command, const char *args, char **error)
{
	json_object *obj = args ? json_tokener_parse(args) : NULL;
	const control_command_t *c = gateway_commands;
	control_reply_t reply = {0};

	while (c->name && strcmp(c->name, command) != 0)
	{
		c++;
	}
	ck_assert_msg(c->name, "%s", command);
	gateway.now = w->now;
	c->run(&gateway, obj, &reply);
	json_object_put(obj);
	*error = reply.error;
	return reply.data;
}

static void good(const char *command, const char *args, const char *words)
{
	char *error;
	json_object *data = run(command, args, &error);
	const char *text;

	ck_assert_msg(data, "%s", error);
	text = json_object_to_json_string_ext(
		data, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	ck_assert_msg(strstr(text, words), "%s in %s", words, text);
	json_object_put(data);
}

static void bad(const char *command, const char *args, const char *words)
{
	char *error;

	ck_assert_ptr_null(run(command, args, &error));
	ck_assert_msg(strstr(error, words), "%s in %s", words, error);
	free(error);
}

/** what is in force, by the value that the files differ in */
static unsigned in_force(void)
{
	return core_config(w->core)->initial_hold;
}

static void wait_for(unsigned seconds)
{
	world_run(w, seconds * USEC_PER_SEC);
	gateway.now = w->now;
}

/** the last event of the configuration came to this, for such a reason */
static void was_told(const char *to, const char *why)
{
	const view_event_t *list[EVENTS_OF_NAMES];
	size_t n = events_of(gateway.events, "configuration", list);

	ck_assert_uint_gt(n, 0);
	ck_assert_str_eq(list[n - 1]->to, to);
	ck_assert_msg(strstr(list[n - 1]->why, why), "%s", list[n - 1]->why);
}

START_TEST(test_diff)
{
	good("diff", NULL, "\"sections\":[],\"effects\":[]}");
	write_file(3, 7);
	good("diff", NULL,
		 "\"sections\":[{\"path\":\"cygnet\",\"change\":\"changed\","
		 "\"options\":[{\"option\":\"initial_hold\",\"from\":\"1\",\"to\":"
		 "\"7\"}]}");
	good("diff", NULL,
		 "{\"path\":\"cygnet.bundles.b.tunnels.t3\",\"change\":\"added\","
		 "\"options\":[]},{\"path\":\"cygnet.bundles.b.tunnels.t3.neighbor\","
		 "\"change\":\"added\",\"options\":[]}");
	good("diff", NULL, "\"words\":\"tunnel t3: it comes\"");
	ck_assert_str_eq(asked, "");
	good("diff", "{\"file\":\"/some/where\"}", "\"effects\":[{");
	ck_assert_str_eq(asked, "/some/where");
	/* nothing of it is done */
	ck_assert_uint_eq(in_force(), 1);
	write_file(2, 0);
	bad("diff", NULL, "initial_hold");
}
END_TEST

START_TEST(test_reload)
{
	write_file(3, 7);
	good("reload", NULL, "\"words\":\"tunnel t3: it comes\"");
	ck_assert_uint_eq(in_force(), 7);
	was_told("in force", "reloaded");
	good("reload", NULL, "\"effects\":[],\"confirm\":null");
	bad("confirm", NULL, "no reload waits");
	bad("rollback", NULL, "no reload waits");
	write_file(2, 0);
	bad("reload", NULL, "initial_hold");
	was_told("refused", "initial_hold");
	ck_assert_uint_eq(in_force(), 7);
}
END_TEST

START_TEST(test_limits)
{
	bad("reload", "{\"confirm\":0}", "1 to 86400");
	bad("reload", "{\"confirm\":86401}", "1 to 86400");
	bad("reload", "{\"confirm\":-1}", "1 to 86400");
	bad("reload", "{\"confirm\":\"9\"}", "1 to 86400");
	bad("confirm", NULL, "no reload waits");
	good("reload", "{\"confirm\":86400}", "\"confirm\":86400.000");
	good("reload", "{\"confirm\":1}", "\"confirm\":1.000");
}
END_TEST

START_TEST(test_confirmed)
{
	write_file(2, 7);
	good("reload", "{\"confirm\":30}", "\"confirm\":30.000");
	was_told("pending", "within 30 s");
	wait_for(10);
	ck_assert_uint_eq(gateway_view(&gateway)->confirm_until,
					  w->now + 20 * USEC_PER_SEC);
	good("confirm", NULL, "it stays");
	was_told("in force", "confirmed");
	ck_assert_uint_eq(gateway_view(&gateway)->confirm_until, 0);
	wait_for(60);
	ck_assert_uint_eq(in_force(), 7);
	bad("confirm", NULL, "no reload waits");
}
END_TEST

/* tunnels that came go, sessions of the others stay */
START_TEST(test_not_confirmed)
{
	write_file(3, 7);
	good("reload", "{\"confirm\":30}", "\"confirm\":30.000");
	wait_for(29);
	ck_assert_uint_eq(in_force(), 7);
	ck_assert_uint_eq(core_config(w->core)->bundles[0].n_tunnels, 3);
	wait_for(2);
	ck_assert_uint_eq(in_force(), 1);
	ck_assert_uint_eq(core_config(w->core)->bundles[0].n_tunnels, 2);
	was_told("undone", "not confirmed in time");
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert(world_problem(w, "the last reload was undone"));
	bad("confirm", NULL, "no reload waits");
	/* the file is mended */
	write_file(2, 9);
	good("reload", NULL, "\"confirm\":null");
	ck_assert(!world_problem(w, "the last reload was undone"));
}
END_TEST

START_TEST(test_rollback)
{
	write_file(2, 7);
	good("reload", "{\"confirm\":30}", "\"confirm\":30.000");
	good("rollback", NULL, "the configuration before is in force again");
	ck_assert_uint_eq(in_force(), 1);
	was_told("undone", "by a person");
	write_file(2, 9);
	good("reload", NULL, "\"confirm\":null");
	wait_for(60);
	ck_assert_uint_eq(in_force(), 9);
}
END_TEST

/* a second one begins the time anew, and the first one's is gone back to */
START_TEST(test_again)
{
	write_file(2, 7);
	good("reload", "{\"confirm\":30}", "\"confirm\":30.000");
	wait_for(20);
	write_file(2, 8);
	good("reload", "{\"confirm\":30}", "\"confirm\":30.000");
	wait_for(20);
	ck_assert_uint_eq(in_force(), 8);
	/* refused: the time goes on */
	write_file(2, 0);
	bad("reload", "{\"confirm\":50}", "initial_hold");
	bad("reload", NULL, "initial_hold");
	wait_for(11);
	ck_assert_uint_eq(in_force(), 1);
}
END_TEST

START_TEST(test_plain_after)
{
	write_file(2, 7);
	good("reload", "{\"confirm\":30}", "\"confirm\":30.000");
	write_file(2, 8);
	good("reload", NULL, "\"confirm\":null");
	wait_for(60);
	ck_assert_uint_eq(in_force(), 8);
}
END_TEST

/* who has charon reload does not know of the time: it goes on */
START_TEST(test_charon)
{
	write_file(2, 7);
	good("reload", "{\"confirm\":30}", "\"confirm\":30.000");
	wait_for(20);
	write_file(2, 8);
	ck_assert(gateway_load(&gateway));
	ck_assert_uint_eq(in_force(), 8);
	wait_for(11);
	ck_assert_uint_eq(in_force(), 1);
}
END_TEST

Suite *confirm_suite(void)
{
	Suite *s = suite_create("confirm");
	TCase *tc = tcase_create("confirm");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_diff);
	tcase_add_test(tc, test_reload);
	tcase_add_test(tc, test_limits);
	tcase_add_test(tc, test_confirmed);
	tcase_add_test(tc, test_not_confirmed);
	tcase_add_test(tc, test_rollback);
	tcase_add_test(tc, test_again);
	tcase_add_test(tc, test_plain_after);
	tcase_add_test(tc, test_charon);
	suite_add_tcase(s, tc);
	return s;
}
