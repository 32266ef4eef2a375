/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The commands of the control socket, run as the server runs them, on a
 * gateway in memory with real neighbours.
 */

#include "unit/gateway/suites.h"

#include "gateway/commands.h"
#include "gateway/gateway_private.h"
#include "unit/gateway/world.h"

#include <string.h>

static world_t *w;
static gateway_t gateway;

static void setup(void)
{
	char *text = world_config(2, NULL, NULL), *error;

	w = world_create(2);
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, USEC_PER_SEC);
	world_up(w);
	gateway = (gateway_t){.core = w->core};
}

static void teardown(void)
{
	world_destroy(w);
}

/** runs a command with args as JSON text; the reply's data, or NULL and the
 * error in *error (owned) */
static json_object *run(const char *command, const char *args, char **error)
{
	json_object *obj = args ? json_tokener_parse(args) : NULL;
	control_reply_t reply = {0};

	*error = NULL;
	gateway.now = w->now;
	for (const control_command_t *c = gateway_commands; c->name; c++)
	{
		if (strcmp(c->name, command) != 0)
		{
			continue;
		}
		c->run(&gateway, obj, &reply);
		json_object_put(obj);
		*error = reply.error;
		if (reply.list.next)
		{
			json_object *all = json_object_new_array();

			while (reply.list.next(reply.list.cursor, all))
			{
			}
			reply.list.destroy(reply.list.cursor);
			json_object_put(reply.data);
			return all;
		}
		return reply.data;
	}
	ck_abort_msg("there is no command %s", command);
}

/** it is done, and the answer has these words */
static void good(const char *command, const char *args, const char *words)
{
	char *error;
	json_object *data = run(command, args, &error);

	ck_assert_msg(data, "%s", error);
	ck_assert_msg(strstr(json_object_to_json_string(data), words), "%s in %s",
				  words, json_object_to_json_string(data));
	json_object_put(data);
}

/** it is refused with these words */
static void bad(const char *command, const char *args, const char *words)
{
	char *error;
	json_object *data = run(command, args, &error);

	ck_assert_ptr_null(data);
	ck_assert_ptr_nonnull(error);
	ck_assert_msg(strstr(error, words), "%s in %s", words, error);
	free(error);
}

static const char *far_error(unsigned i)
{
	static bgp_peer_info_t info;

	bgp_peer_info(w->far[i].peer, &info);
	return info.last_error;
}

static uint32_t far_established(unsigned i)
{
	bgp_peer_info_t info;

	bgp_peer_info(w->far[i].peer, &info);
	return info.established;
}

START_TEST(test_names)
{
	static const char *const commands[] = {
		"neighbor", "neighbor-refresh", "neighbor-reset", "neighbor-shutdown",
		"neighbor-start"};

	for (size_t i = 0; i < countof(commands); i++)
	{
		bad(commands[i], NULL, "give the name");
		bad(commands[i], "{}", "give the name");
		bad(commands[i], "{\"name\":7}", "give the name");
		bad(commands[i], "{\"name\":\"t9\"}", "no neighbor 't9'");
	}
	good("neighbor", "{\"name\":\"t1\"}", "\"local_address\": \"169.254.0.2\"");
}
END_TEST

START_TEST(test_shutdown_and_start)
{
	good("neighbor-shutdown", "{\"name\":\"t1\",\"text\":\"new router\"}",
		 "until `start`");
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
	ck_assert_ptr_nonnull(strstr(far_error(0), "(6/2): \"new router\""));
	ck_assert(world_problem(w, "t1: shut down by a person: \"new router\""));
	good("neighbor", "{\"name\":\"t1\"}", "\"shutdown\": true");
	good("neighbors", NULL, "\"text\": \"new router\"");
	/* no time, no new SA and no new configuration brings it back */
	world_run(w, 600 * USEC_PER_SEC);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, USEC_PER_SEC);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	good("neighbor-start", "{\"name\":\"t1\"}", "started");
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert(!world_problem(w, "shut down"));
	good("neighbor", "{\"name\":\"t1\"}", "\"held\": null");
}
END_TEST

START_TEST(test_reload_keeps_shutdown)
{
	/* the speaker is made anew */
	char *text = world_config(2, "multipath = 4\n", NULL), *error;

	good("neighbor-shutdown", "{\"name\":\"t1\"}", "until `start`");
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, 120 * USEC_PER_SEC);
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
}
END_TEST

START_TEST(test_text)
{
	char text[400], words[256];

	memset(words, 'x', 255);
	words[255] = '\0';
	snprintf(text, sizeof(text), "{\"name\":\"t1\",\"text\":\"%s\"}", words);
	good("neighbor-shutdown", text, "over 128 bytes");
	words[128] = '\0';
	snprintf(text, sizeof(text), "{\"name\":\"t1\",\"text\":\"%s\"}", words);
	good("neighbor-shutdown", text, "daemon\"");
	memset(words, 'x', 255);
	snprintf(text, sizeof(text), "{\"name\":\"t2\",\"text\":\"%sx\"}", words);
	bad("neighbor-shutdown", text, "256 bytes, 255 are the most");
	bad("neighbor-reset", text, "256 bytes, 255 are the most");
	bad("neighbor-shutdown", "{\"name\":\"t2\",\"text\":\"a\\u001b[2J\"}",
		"control characters");
	bad("neighbor-reset", "{\"name\":\"t2\",\"text\":\"a\\nb\"}",
		"control characters");
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
}
END_TEST

START_TEST(test_reset)
{
	uint32_t before = far_established(0);

	good("neighbor-reset", "{\"name\":\"t1\",\"text\":\"again\"}", "anew");
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(far_established(0), before + 1);
	ck_assert_ptr_nonnull(strstr(far_error(0), "(6/4): \"again\""));
}
END_TEST

START_TEST(test_refresh)
{
	bgp_peer_info_t before, after;

	bgp_peer_info(w->far[0].peer, &before);
	good("neighbor-refresh", "{\"name\":\"t1\"}", "asked for its routes");
	world_run(w, USEC_PER_SEC);
	bgp_peer_info(w->far[0].peer, &after);
	ck_assert_uint_gt(after.messages_in, before.messages_in);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	good("neighbor-shutdown", "{\"name\":\"t1\"}", "until `start`");
	bad("neighbor-refresh", "{\"name\":\"t1\"}", "nothing to refresh");
}
END_TEST

/** which may be run by those who may only look */
START_TEST(test_rights)
{
	static const char *const writing[] = {"neighbor-refresh", "neighbor-reset",
										  "neighbor-shutdown", "neighbor-start",
										  "reload"};
	size_t found = 0;

	for (const control_command_t *c = gateway_commands; c->name; c++)
	{
		bool is = false;

		for (size_t i = 0; i < countof(writing); i++)
		{
			is = is || strcmp(writing[i], c->name) == 0;
		}
		ck_assert_msg(c->write == is, "%s", c->name);
		found += is;
	}
	ck_assert_uint_eq(found, countof(writing));
}
END_TEST

Suite *commands_suite(void)
{
	Suite *suite = suite_create("commands");
	TCase *tcase = tcase_create("commands");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_names);
	tcase_add_test(tcase, test_shutdown_and_start);
	tcase_add_test(tcase, test_reload_keeps_shutdown);
	tcase_add_test(tcase, test_text);
	tcase_add_test(tcase, test_reset);
	tcase_add_test(tcase, test_refresh);
	tcase_add_test(tcase, test_rights);
	suite_add_tcase(suite, tcase);
	return suite;
}
