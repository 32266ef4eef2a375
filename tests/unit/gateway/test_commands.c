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

static const char *words_of(json_object *data)
{
	return json_object_to_json_string_ext(
		data, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/** it is done, and the answer has these words */
static void good(const char *command, const char *args, const char *words)
{
	char *error;
	json_object *data = run(command, args, &error);

	ck_assert_msg(data, "%s", error);
	ck_assert_msg(strstr(words_of(data), words), "%s in %s", words,
				  words_of(data));
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

/** a neighbour of before route refresh: the answer says what is done instead */
START_TEST(test_refresh_unknown)
{
	/* OPEN of AS 65531 without capabilities, KEEPALIVE */
	static const uint8_t said[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0,    29,   1,    4,    0xff, 0xfb, 0,    9,
		10,   0,    0,    9,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,    19,   4};
	addr_t local = addr_v4(0xa9fe0002);
	bgp_conn_t *near;

	good("neighbor-reset", "{\"name\":\"t1\"}", "anew");
	world_run(w, 500 * USEC_PER_MSEC);
	/* the far speaker does not get to speak */
	w->cut[0] = true;
	world_run(w, USEC_PER_SEC);
	ck_assert_ptr_nonnull(w->dialling[0]);
	near = bgp_connected(core_bgp(w->core), w->dialling[0], &local, w->now);
	w->dialling[0] = NULL;
	ck_assert_ptr_nonnull(near);
	bgp_input(core_bgp(w->core), near, said, sizeof(said), w->now);
	good("neighbor", "{\"name\":\"t1\"}", "\"state\": \"Established\"");
	good("neighbor-refresh", "{\"name\":\"t1\"}",
		 "knows no route refresh: policy runs anew over the routes held");
	good("neighbor", "{\"name\":\"t1\"}", "\"state\": \"Established\"");
	bgp_conn_closed(core_bgp(w->core), near, "gone", w->now);
}
END_TEST

/** configures the neighbour of t1 so, as a reload does */
static void reload_with(void (*edit)(config_t *config))
{
	char *text = world_config(2, NULL, NULL), *error;

	w->edit = edit;
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, 3 * USEC_PER_SEC);
}

static void stop_at_one(config_t *config)
{
	config->bundles[0].tunnels[0].neighbors[0].max_prefix = 1;
}

static void wait_at_one(config_t *config)
{
	config_neighbor_t *n = &config->bundles[0].tunnels[0].neighbors[0];

	n->max_prefix = 1;
	n->max_prefix_restart = 300;
}

/** what status says of a neighbour that a limit has stopped, for good or for
 * long, and that it is over when a person starts it */
START_TEST(test_limit_problems)
{
	world_announce(w, 0, "10.1.0.0/16", true);
	world_announce(w, 0, "10.2.0.0/16", true);
	world_run(w, USEC_PER_SEC);
	reload_with(stop_at_one);
	ck_assert(world_problem(w, "neighbor t1: stopped: more than 1 IPv4 "
							   "prefixes: mend that, then `cygnetctl neighbor "
							   "t1 start`"));
	ck_assert(!world_problem(w, "t2: "));
	world_run(w, 3600 * USEC_PER_SEC);
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	world_announce(w, 0, "10.2.0.0/16", false);
	good("neighbor-start", "{\"name\":\"t1\"}", "started");
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert(!world_problem(w, "t1: "));
	reload_with(wait_at_one);
	world_announce(w, 0, "10.2.0.0/16", true);
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert(world_problem(w, "neighbor t1: waits 29"));
	ck_assert(world_problem(w, " s more: more than 1 IPv4 prefixes; "
							   "`cygnetctl neighbor t1 start` tries at once"));
	/* when it is about to try, there is nothing to tell */
	world_run(w, 265 * USEC_PER_SEC);
	ck_assert(!world_problem(w, "t1: "));
}
END_TEST

static void want_role(config_t *config)
{
	config_neighbor_t *n = &config->bundles[0].tunnels[0].neighbors[0];

	n->role = CONFIG_ROLE_CUSTOMER;
	n->role_strict = true;
}

START_TEST(test_role_problem)
{
	reload_with(want_role);
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert(world_problem(w, "neighbor t1: the roles do not fit (RFC 9234): "
							   "ours is customer; the pairs are"));
	reload_with(NULL);
	world_run(w, 120 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert(!world_problem(w, "roles"));
}
END_TEST

/** items of a list, and a word that it has; NULL: none */
static void list(const char *command, const char *args, size_t count,
				 const char *words)
{
	char *error;
	json_object *data = run(command, args, &error);

	ck_assert_msg(data, "%s", error);
	ck_assert_msg(json_object_array_length(data) == count, "%zu: %s", count,
				  words_of(data));
	ck_assert_msg(!words || strstr(words_of(data), words), "%s in %s", words,
				  words_of(data));
	json_object_put(data);
}

START_TEST(test_received)
{
	world_announce(w, 0, "10.1.0.0/16", true);
	world_announce(w, 0, "10.1.2.0/24", true);
	world_announce(w, 1, "10.1.3.0/24", true);
	world_announce(w, 0, "0.0.0.0/0", true);
	world_run(w, USEC_PER_SEC);
	list("neighbor-routes", "{\"name\":\"t1\",\"table\":\"received\"}", 3,
		 "\"prefix\": \"0.0.0.0/0\", \"accepted\": false, \"policy\": "
		 "\"default-import\", \"rule\": \"not-wanted\"");
	list("neighbor-routes", "{\"name\":\"t1\",\"table\":\"accepted\"}", 2,
		 "\"as_path\": [ 65531 ]");
	list("neighbor-routes", "{\"name\":\"t2\",\"table\":\"received\"}", 1,
		 "10.1.3.0/24");
	/* one prefix, what is within it, and where there is nothing */
	list("neighbor-routes",
		 "{\"name\":\"t1\",\"table\":\"received\",\"prefix\":\"0.0.0.0/0\"}", 1,
		 "0.0.0.0/0");
	list("neighbor-routes",
		 "{\"name\":\"t1\",\"table\":\"received\",\"prefix\":\"10.1.0.0/16\"}",
		 1, "10.1.0.0/16");
	list("neighbor-routes",
		 "{\"name\":\"t1\",\"table\":\"received\",\"prefix\":\"10.1.0.0/"
		 "16\",\"longer\":true}",
		 2, "10.1.2.0/24");
	list("neighbor-routes",
		 "{\"name\":\"t1\",\"table\":\"received\",\"prefix\":\"::/0\","
		 "\"longer\":true}",
		 0, NULL);
	list("neighbor-routes",
		 "{\"name\":\"t1\",\"table\":\"received\",\"prefix\":\"10.0.0.0/8\"}",
		 0, NULL);
	list("neighbor-routes",
		 "{\"name\":\"t1\",\"table\":\"received\",\"prefix\":\"11.0.0.0/"
		 "8\",\"longer\":true}",
		 0, NULL);
	bad("neighbor-routes", "{\"name\":\"t1\",\"table\":\"heard\"}",
		"received, accepted or advertised");
	bad("neighbor-routes", "{\"name\":\"t1\"}", "received, accepted or");
	bad("neighbor-routes", "{\"name\":\"t8\",\"table\":\"received\"}",
		"no neighbor");
	bad("neighbor-routes",
		"{\"name\":\"t1\",\"table\":\"received\",\"prefix\":\"10.1\"}",
		"not a prefix");
	bad("neighbor-routes",
		"{\"name\":\"t1\",\"table\":\"received\",\"prefix\":\"10.1.0.1/16\"}",
		"'10.1.0.1/16' has host bits, did you mean 10.1.0.0/16?");
}
END_TEST

START_TEST(test_advertised)
{
	list("neighbor-routes", "{\"name\":\"t1\",\"table\":\"advertised\"}", 1,
		 "\"prefix\": \"192.168.0.0/24\", \"next_hop\": \"169.254.0.2\"");
	list("neighbor-routes",
		 "{\"name\":\"t1\",\"table\":\"advertised\",\"prefix\":\"192.168.0.0/"
		 "24\"}",
		 1, "192.168.0.0/24");
	list("neighbor-routes",
		 "{\"name\":\"t1\",\"table\":\"advertised\",\"prefix\":\"192.168.0.0/"
		 "16\",\"longer\":true}",
		 1, "192.168.0.0/24");
	list("neighbor-routes",
		 "{\"name\":\"t1\",\"table\":\"advertised\",\"prefix\":\"192.168.0.0/"
		 "16\"}",
		 0, NULL);
}
END_TEST

/** more prefixes than one part looks at, few of them the neighbour's */
START_TEST(test_received_sliced)
{
	for (unsigned i = 0; i < 6000; i++)
	{
		char text[32];

		snprintf(text, sizeof(text), "10.%u.%u.0/24", i / 256, i % 256);
		world_announce(w, 0, text, true);
	}
	world_announce(w, 1, "10.22.200.0/24", true);
	world_run(w, 5 * USEC_PER_SEC);
	list("neighbor-routes", "{\"name\":\"t2\",\"table\":\"received\"}", 1,
		 "10.22.200.0/24");
	list("neighbor-routes", "{\"name\":\"t1\",\"table\":\"received\"}", 6000,
		 NULL);
	list("neighbor-routes", "{\"name\":\"t1\",\"table\":\"advertised\"}", 1,
		 NULL);
}
END_TEST

START_TEST(test_paths_of_a_prefix)
{
	world_announce(w, 0, "10.1.0.0/16", true);
	world_announce(w, 1, "10.1.0.0/16", true);
	world_announce(w, 0, "0.0.0.0/0", true);
	world_run(w, USEC_PER_SEC);
	list("routes", "{\"prefix\":\"10.1.0.0/16\"}", 1,
		 "\"use\": \"best\", \"why\": \"equal, behind the best by");
	list("routes", "{\"prefix\":\"10.1.0.9\"}", 1, "10.1.0.0/16");
	/* rejected: no route of the table, but a path to explain */
	list("routes", "{\"prefix\":\"0.0.0.0/0\"}", 1,
		 "\"use\": \"not eligible\", \"why\": \"rejected by import policy "
		 "default-import, rule not-wanted\"");
	list("routes", "{\"prefix\":\"10.2.0.0/16\"}", 0, NULL);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, USEC_PER_SEC);
	list("routes", "{\"prefix\":\"10.1.0.0/16\"}", 1,
		 "\"use\": \"best\", \"why\": \"the tunnel does not forward");
	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	world_run(w, USEC_PER_SEC);
	list("routes", "{\"prefix\":\"10.1.0.0/16\"}", 1, "does not forward");
}
END_TEST

START_TEST(test_policies)
{
	good("policies", NULL, "\"name\": \"default-import\", \"default\": true");
	good("policies", NULL, "\"import_of\": [ \"t1\", \"t2\" ]");
	bad("policy", "{\"name\":\"default-import\"}", "no policy");
	bad("policy", NULL, "give the name of a policy");
	bad("policy-test", NULL, "give the name of a policy");
	bad("policy-test", "{\"policy\":\"default-import\"}", "no policy");
	world_announce(w, 0, "10.1.0.0/16", true);
	world_run(w, USEC_PER_SEC);
	good("policy-test",
		 "{\"policy\":\"default-import\",\"prefix\":\"10.1.0.0/16\","
		 "\"neighbor\":\"t1\"}",
		 "\"announced\": true, \"verdict\": \"accept\", \"rule\": \"others\"");
	good("policy-test",
		 "{\"policy\":\"default-import\",\"prefix\":\"0.0.0.0/0\","
		 "\"neighbor\":\"t1\"}",
		 "\"announced\": false, \"verdict\": \"reject\", \"rule\": "
		 "\"not-wanted\"");
	bad("policy-test",
		"{\"policy\":\"default-import\",\"prefix\":\"10.1\","
		"\"neighbor\":\"t1\"}",
		"not a prefix");
}
END_TEST

START_TEST(test_tunnel)
{
	char *text = world_config(2, NULL, "routes = 10.9.0.0/16, 10.8.0.0/16");
	char *error;

	bad("tunnel", NULL, "give the name of a tunnel");
	bad("tunnel", "{\"name\":7}", "give the name of a tunnel");
	bad("tunnel", "{\"name\":\"t9\"}", "no tunnel 't9'");
	bad("drain", "{\"name\":\"t9\"}", "no tunnel 't9'");
	bad("reauth", "{\"name\":\"t9\"}", "no tunnel 't9'");
	good("reauth", "{\"name\":\"t2\"}", "nothing to reauthenticate");
	good("tunnel", "{\"name\":\"t2\"}", "\"static_routes\": [ ]");
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, 2 * USEC_PER_SEC);
	good("tunnel", "{\"name\":\"t2\"}",
		 "\"static_routes\": [ { \"prefix\": \"10.9.0.0/16\", \"used\": true "
		 "}, { \"prefix\": \"10.8.0.0/16\", \"used\": true } ]");
	good("status", NULL, "\"static\": 2, \"static_used\": 2");
	list("routes", "{\"prefix\":\"10.9.0.0/16\"}", 1,
		 "\"via\": [ \"cyg-t1\", \"cyg-t2\" ] }, \"paths\": [ { "
		 "\"neighbor\": null, \"tunnel\": null, \"source\": \"routes\", "
		 "\"use\": \"best\", \"why\": \"a static route");
	/* a drained one's part goes the other way */
	good("drain", "{\"name\":\"t2\"}", "drained until");
	good("tunnel", "{\"name\":\"t2\"}",
		 "\"drain\": { \"since\": 0.000, "
		 "\"withdrawn\": false, \"withdrawn_in\": ");
	good("tunnel", "{\"name\":\"t2\"}", "\"used\": false");
	good("tunnel", "{\"name\":\"t1\"}", "\"used\": true");
	list("routes", "{\"prefix\":\"10.9.0.0/16\"}", 1,
		 "\"ways\": [ { \"tunnel\": \"t1\", \"weight\": 1, \"used\": true }, "
		 "{ \"tunnel\": \"t2\", \"weight\": 1, \"used\": false } ]");
	good("undrain", "{\"name\":\"t1\"}", "it was not drained");
	good("undrain", "{\"name\":\"t2\"}", "in use again");
	good("undrain", "{\"name\":\"t2\"}", "it was not drained");
	bad("undrain", "{\"name\":\"t9\"}", "no tunnel 't9'");
	good("neighbor-start", "{\"name\":\"t1\"}", "its session is Established");
	bad("neighbor-start", "{\"name\":\"t9\"}", "no neighbor 't9'");
}
END_TEST

/** which may be run by those who may only look */
START_TEST(test_rights)
{
	static const char *const writing[] = {"drain",
										  "undrain",
										  "neighbor-refresh",
										  "neighbor-reset",
										  "neighbor-shutdown",
										  "neighbor-start",
										  "reauth",
										  "reload",
										  "diff",
										  "confirm",
										  "rollback"};
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

/** the sum of a family's samples that have the label; -1: there is none */
static int64_t sum_of(json_object *families, const char *name,
					  const char *label, const char *value)
{
	int64_t sum = -1;

	for (size_t i = 0; i < json_object_array_length(families); i++)
	{
		json_object *f = json_object_array_get_idx(families, i), *samples, *o;

		json_object_object_get_ex(f, "name", &o);
		if (strcmp(json_object_get_string(o), name) != 0)
		{
			continue;
		}
		json_object_object_get_ex(f, "samples", &samples);
		for (size_t k = 0; k < json_object_array_length(samples); k++)
		{
			json_object *s = json_object_array_get_idx(samples, k), *labels;

			json_object_object_get_ex(s, "labels", &labels);
			if (json_object_object_get_ex(labels, label, &o) &&
				strcmp(json_object_get_string(o), value) == 0)
			{
				json_object_object_get_ex(s, "value", &o);
				sum = (sum < 0 ? 0 : sum) + json_object_get_int64(o);
			}
		}
	}
	return sum;
}

/* both tunnels are told of, up or down, by their own counters, which are read
 * once for many looks */
START_TEST(test_metrics)
{
	static const struct
	{
		const char *name;
		int64_t up, down;
	} wanted[] = {
		{"cygnet_tunnel_sa", 1, 0},         {"cygnet_tunnel_alive", 1, 0},
		{"cygnet_tunnel_forwarding", 1, 0}, {"cygnet_tunnel_active", 1, 0},
		{"cygnet_tunnel_drained", 0, 0},    {"cygnet_tunnel_ups", 1, 1},
		{"cygnet_tunnel_downs", 0, 1},
	};
	json_object *data;
	unsigned asked;
	char *error;

	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	world_run(w, USEC_PER_SEC);
	data = run("metrics", NULL, &error);
	for (size_t i = 0; i < countof(wanted); i++)
	{
		ck_assert_msg(
			sum_of(data, wanted[i].name, "tunnel", "t1") == wanted[i].up &&
				sum_of(data, wanted[i].name, "tunnel", "t2") == wanted[i].down,
			"%s", wanted[i].name);
	}
	ck_assert_int_eq(sum_of(data, "cygnet_neighbor_up", "tunnel", "t1"), 1);
	ck_assert_int_eq(
		sum_of(data, "cygnet_xfrm_errors", "error", "XfrmInNoStates"), 17);
	/* by index of its link */
	ck_assert_int_eq(
		sum_of(data, "cygnet_tunnel_receive_bytes", "tunnel", "t2"),
		1000 + sum_of(data, "cygnet_tunnel_transmit_packets", "tunnel", "t2"));
	ck_assert_int_ne(
		sum_of(data, "cygnet_tunnel_receive_bytes", "tunnel", "t1"),
		sum_of(data, "cygnet_tunnel_receive_bytes", "tunnel", "t2"));
	json_object_put(data);
	asked = w->stats_asked;
	ck_assert_uint_ge(asked, 1);
	good("tunnels", NULL, "\"traffic\"");
	ck_assert_uint_eq(w->stats_asked, asked);
	world_run(w, 200 * USEC_PER_MSEC);
	good("tunnel", "{\"name\":\"t1\"}", "\"traffic\"");
	ck_assert_uint_eq(w->stats_asked, asked + 1);
}
END_TEST

START_TEST(test_events)
{
	char *error;
	json_object *data;

	gateway.events = events_create();
	bad("history", NULL, "nothing is known");
	bad("history", "{\"name\":\"t1\"}", "'t1'");
	for (unsigned i = 0; i < 130; i++)
	{
		events_add(gateway.events, i, VIEW_EVENT_TUNNEL, "t1", "down", "dead",
				   "a detector has failed");
	}
	data = run("history", "{\"name\":\"t1\"}", &error);
	ck_assert_uint_eq(json_object_array_length(data), EVENTS_OF_NAME);
	json_object_put(data);
	events_destroy(gateway.events);
}
END_TEST

/** the list of a command that follows, which the caller has to end */
static control_list_t follow(const char *command, const char *args)
{
	json_object *obj = args ? json_tokener_parse(args) : NULL;
	control_reply_t reply = {0};

	gateway.now = w->now;
	for (const control_command_t *c = gateway_commands; c->name; c++)
	{
		if (strcmp(c->name, command) == 0)
		{
			ck_assert(!c->write);
			c->run(&gateway, obj, &reply);
		}
	}
	json_object_put(obj);
	ck_assert_msg(reply.list.next != NULL, "%s", reply.error);
	json_object_put(reply.data);
	return reply.list;
}

/** the next part has as many, and its first and last begin with these words;
 * NULL: there is none */
static void part(control_list_t *list, size_t n, const char *first,
				 const char *last)
{
	json_object *array = json_object_new_array();

	ck_assert(list->next(list->cursor, array));
	ck_assert_uint_eq(json_object_array_length(array), n);
	for (unsigned i = 0; n && i < 2; i++)
	{
		const char *words = i ? last : first;
		const char *s =
			words_of(json_object_array_get_idx(array, i ? n - 1 : 0));

		ck_assert_msg(strstr(s, words) != NULL, "%s: %s", words, s);
	}
	json_object_put(array);
}

static void add_events(const char *name, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
	{
		events_add(gateway.events, i, VIEW_EVENT_TUNNEL, name, "down", "dead",
				   "a detector has failed");
	}
}

START_TEST(test_watch)
{
	control_list_t list;

	gateway.events = events_create();
	add_events("t1", 3);
	list = follow("watch", NULL);
	ck_assert(list.follow);
	part(&list, 0, NULL, NULL);
	add_events("t1", 33);
	part(&list, 32, "\"seq\": 4,", "\"seq\": 35,");
	part(&list, 1, "\"seq\": 36,", "\"seq\": 36,");
	part(&list, 0, NULL, NULL);
	/* more than are held */
	add_events("t1", EVENTS_MAX + 5);
	part(&list, 33, "{ \"seq\": 41, \"lost\": 5 }", "\"seq\": 73,");
	list.destroy(list.cursor);
	/* from a number on */
	list = follow("watch", "{\"since\":553}");
	part(&list, 1, "\"seq\": 553,", "\"name\": \"t1\"");
	list.destroy(list.cursor);
	list = follow("watch", "{\"since\":1}");
	part(&list, 33, "\"lost\": 41", "\"seq\": 73,");
	list.destroy(list.cursor);
	/* of another count */
	list = follow("watch", "{\"since\":9000}");
	part(&list, 33, "{ \"seq\": 41, \"lost\": null }", "\"seq\": 73,");
	list.destroy(list.cursor);
	events_destroy(gateway.events);
}
END_TEST

START_TEST(test_watch_names)
{
	control_list_t list;

	gateway.events = events_create();
	bad("watch", "{\"names\":[\"t9\"]}", "no bundle, tunnel or neighbor 't9'");
	bad("watch", "{\"names\":[\"t1\",7]}", "no bundle, tunnel or neighbor ''");
	bad("watch", "{\"names\":[\"\"]}", "no bundle, tunnel or neighbor ''");
	bad("watch", "{\"names\":\"t1\"}", "array of at most 64");
	bad("watch", "{\"since\":\"x\"}", "\"since\" has to be a number");
	bad("watch", "{\"since\":-1}", "\"since\" has to be a number");
	bad("watch", "{\"since\":1.5}", "\"since\" has to be a number");
	/* what was heard of once is known */
	add_events("t9", 1);
	list = follow("watch", "{\"names\":[\"t9\",\"t1\"]}");
	add_events("t2", 40);
	part(&list, 0, NULL, NULL);
	add_events("t2", 40);
	add_events("t1", 1);
	add_events("t9", 1);
	add_events("t10", 1);
	part(&list, 2, "\"name\": \"t1\"", "\"name\": \"t9\"");
	list.destroy(list.cursor);
	/* a bundle stands for its tunnels */
	list = follow("watch", "{\"names\":[\"b\"]}");
	add_events("t1", 1);
	add_events("core", 1);
	add_events("b", 1);
	add_events("t2", 1);
	part(&list, 3, "\"name\": \"t1\"", "\"name\": \"t2\"");
	list.destroy(list.cursor);
	events_destroy(gateway.events);
}
END_TEST

static void add_line(log_level_t level, const char *text)
{
	lines_add(gateway.lines, 1000000, level, text);
}

START_TEST(test_log)
{
	control_list_t list;
	char *text, *error;
	json_object *all;

	gateway.events = events_create();
	gateway.lines = lines_create();
	good("log", NULL, "[ ]");
	add_line(LOGL_INFO, "tunnel t1: why");
	add_line(LOGL_WARN, "tunnel t10: odd");
	add_line(LOGL_ERROR, "link t1-x: t1x, xt1, t1_: gone");
	add_line(LOGL_DEBUG, "(t1)");
	good("log", NULL,
		 "[ { \"seq\": 1, \"time\": \"1970-01-01T00:00:01.000Z\", \"level\": "
		 "\"info\", \"line\": \"tunnel t1: why\" }, { \"seq\": 2, ");
	good("log", "{\"last\":0}", "[ ]");
	good("log", "{\"last\":1}", "[ { \"seq\": 4, ");
	good("log", "{\"last\":2,\"level\":\"info\"}", "[ { \"seq\": 2, ");
	good("log", "{\"last\":9,\"level\":\"Error\"}", "[ { \"seq\": 3, ");
	/* a name is a word of its own */
	all = run("log", "{\"names\":[\"t1\"]}", &error);
	ck_assert_uint_eq(json_object_array_length(all), 2);
	json_object_put(all);
	good("log", "{\"last\":1,\"names\":[\"t1\"],\"level\":\"info\"}",
		 "[ { \"seq\": 1, ");
	bad("log", "{\"names\":[\"t9\"]}", "'t9'");
	bad("log", "{\"level\":\"loud\"}", "error, warn, notice, info or debug");
	bad("log", "{\"level\":3}", "error, warn, notice, info or debug");
	bad("log", "{\"last\":-1}", "\"last\" has to be a number");
	/* and go on */
	list = follow("log", "{\"last\":1,\"follow\":true}");
	ck_assert(list.follow);
	part(&list, 1, "(t1)", "(t1)");
	part(&list, 0, NULL, NULL);
	for (unsigned i = 0; i < LINES_MAX + 3; i++)
	{
		text = str_format("line %u", i);
		add_line(LOGL_NOTICE, text);
		free(text);
	}
	part(&list, 33, "{ \"seq\": 7, \"lost\": 3 }", "line 34");
	list.destroy(list.cursor);
	all = run("log", "{\"last\":5000}", &error);
	ck_assert_uint_eq(json_object_array_length(all), LINES_MAX);
	json_object_put(all);
	lines_destroy(gateway.lines);
	events_destroy(gateway.events);
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
	tcase_add_test(tcase, test_refresh_unknown);
	tcase_add_test(tcase, test_limit_problems);
	tcase_add_test(tcase, test_role_problem);
	tcase_add_test(tcase, test_received);
	tcase_add_test(tcase, test_advertised);
	tcase_add_test(tcase, test_received_sliced);
	tcase_add_test(tcase, test_paths_of_a_prefix);
	tcase_add_test(tcase, test_policies);
	tcase_add_test(tcase, test_tunnel);
	tcase_add_test(tcase, test_metrics);
	tcase_add_test(tcase, test_events);
	tcase_add_test(tcase, test_watch);
	tcase_add_test(tcase, test_watch_names);
	tcase_add_test(tcase, test_log);
	tcase_add_test(tcase, test_rights);
	suite_add_tcase(suite, tcase);
	return suite;
}
