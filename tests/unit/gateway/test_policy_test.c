/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `policy test` without a gateway: each argument shows in what comes out, each
 * bad one is named, and a neighbour's own announcement is where it starts.
 */

#include "unit/gateway/suites.h"

#include "base/text.h"
#include "gateway/policy_test.h"
#include "text_source.h"

#include <stdlib.h>
#include <string.h>

static const char file[] =
	"cygnet {\n"
	"  asn = 65530\n"
	"  router_id = 192.168.50.216\n"
	"  advertise = 192.168.0.0/24\n"
	"  neighbors {\n"
	"    core {\n address = 192.168.0.1\n remote_as = 65530\n }\n"
	"    edge {\n address = 192.168.0.2\n remote_as = 65531\n"
	"      local_as = 64999\n }\n"
	"  }\n"
	"  policies {\n"
	"    p {\n"
	"      own {\n match {\n source = advertise\n }\n"
	"        set {\n prepend = 2\n }\n }\n"
	"      none {\n match {\n prefixes = 10.9.0.0/16\n }\n"
	"        verdict = reject\n }\n"
	"      tagged {\n match {\n community = 65530:120\n }\n"
	"        set {\n local_pref = 200\n med = 7\n }\n }\n"
	"      rest {\n match {\n prefixes = 10.0.0.0/8 le 24\n }\n }\n"
	"    }\n"
	"    of {\n"
	"      neighbor {\n match {\n source = neighbor\n }\n }\n"
	"      advertise {\n match {\n source = advertise\n }\n }\n"
	"      connected {\n match {\n source = connected\n }\n }\n"
	"      static {\n match {\n source = static\n }\n }\n"
	"      other {\n match {\n source = other\n }\n }\n"
	"      aggregate {\n match {\n source = aggregate\n }\n }\n"
	"      routes {\n match {\n source = routes\n }\n }\n"
	"    }\n"
	"  }\n"
	"}\n";

static config_t *config;

static void setup(void)
{
	config_source_t *source = text_source_create(file);
	config_report_t report;

	config = config_load(source, &report);
	source->destroy(source);
	ck_assert_msg(config != NULL, "%s",
				  report.errors.count ? report.errors.list[0] : "");
	config_report_deinit(&report);
}

static void teardown(void)
{
	config_destroy(config);
}

static json_object *run(const char *args, const policy_test_live_t *live,
						char **error)
{
	json_object *obj = json_tokener_parse(args), *data;

	ck_assert_ptr_nonnull(obj);
	data = policy_test(config, obj, live, error);
	ck_assert((data == NULL) == (*error != NULL));
	json_object_put(obj);
	return data;
}

static void expect(const char *args, const policy_test_live_t *live,
				   const char *words)
{
	char *error;
	json_object *data = run(args, live, &error);
	const char *seen;

	ck_assert_msg(data != NULL, "%s", error);
	seen = json_object_to_json_string_ext(
		data, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	ck_assert_msg(strstr(seen, words), "%s\nin %s", words, seen);
	json_object_put(data);
}

/* each is the speaker's own of that name, in a rule and for a route */
static const char *const sources[] = {
	"neighbor", "advertise", "connected", "static",
	"other",    "aggregate", "routes",
};

START_TEST(test_source)
{
	const char *name = sources[_i];
	char *args = str_format("{\"policy\":\"of\",\"prefix\":\"10.0.0.0/8\","
							"\"source\":\"%s\"}",
							name);
	char *rule = str_format("\"verdict\":\"accept\",\"rule\":\"%s\"", name);
	char *source = str_format("\"source\":\"%s\"", name);

	expect(args, NULL, rule);
	expect(args, NULL, source);
	free(args);
	free(rule);
	free(source);
}
END_TEST

#define P "{\"policy\":\"p\",\"prefix\":\"10.1.0.0/16\""

static const struct
{
	const char *args;
	const char *words;
} good[] = {
	{P "}", "\"verdict\":\"accept\",\"rule\":\"rest\""},
	{P "}", "\"changes\":null"},
	{P ",\"community\":\"65530:120\"}",
	 "\"verdict\":\"accept\",\"rule\":\"tagged\""},
	{P ",\"community\":\"65530:120\"}",
	 "\"changes\":{\"local_pref\":{\"before\":null,\"after\":200},\"med\":{"
	 "\"before\":null,\"after\":7}}"},
	{P ",\"community\":\"no-export, 65530:1\"}",
	 "\"communities\":[\"65530:1\",\"no-export\"]"},
	{P ",\"ext_community\":\"rt:65530:7,bandwidth:65530:125000000\"}",
	 "\"ext_communities\":[\"rt:65530:7\",\"bandwidth:65530:125000000\"]"},
	{P ",\"large_community\":\"65530:1:2\"}",
	 "\"large_communities\":[\"65530:1:2\"]"},
	{P ",\"as_path\":\"65001 65002 {1 2}\"}",
	 "\"as_path\":[65001,65002,[1,2]]"},
	{P ",\"as_path\":\"{7}9\"}", "\"as_path\":[[7],9]"},
	{P ",\"as_path\":\"\"}", "\"as_path\":[]"},
	{P ",\"from_as\":\"1.10\"}", "\"as_path\":[65546]"},
	{P ",\"neighbor\":\"edge\"}",
	 "\"next_hop\":\"192.168.0.2\",\"as_path\":[65531]"},
	{P ",\"neighbor\":\"core\"}", "\"as_path\":[]"},
	{P ",\"neighbor\":\"edge\",\"next_hop\":\"2001:db8::1\"}",
	 "\"next_hop\":\"2001:db8::1\""},
	{P ",\"med\":\"0\",\"local_pref\":\"4294967295\",\"origin\":\"egp\"}",
	 "\"origin\":\"egp\",\"local_pref\":4294967295,\"med\":0"},
	{"{\"policy\":\"p\",\"prefix\":\"10.9.0.0/16\"}",
	 "\"verdict\":\"reject\",\"rule\":\"none\""},
	{"{\"policy\":\"p\",\"prefix\":\"10.9.0.0/16\"}", "\"after\":null"},
	{"{\"policy\":\"p\",\"prefix\":\"11.0.0.0/8\"}",
	 "\"verdict\":\"reject\",\"rule\":null"},
	/* ours, and prepends by the neighbour's local_as */
	{P ",\"source\":\"advertise\"}",
	 "\"as_path\":{\"before\":[],\"after\":[65530,65530]}"},
	{P ",\"source\":\"advertise\",\"neighbor\":\"edge\"}",
	 "\"neighbor\":null,\"source\":\"advertise\""},
	{P ",\"source\":\"advertise\",\"neighbor\":\"edge\"}",
	 "\"after\":[64999,64999]"},
	/* what is not known is not looked at */
	{P ",\"more\":[1]}", "\"rule\":\"rest\""},
};

START_TEST(test_good)
{
	expect(good[_i].args, NULL, good[_i].words);
}
END_TEST

static const struct
{
	const char *args;
	const char *words;
} bad[] = {
	{"{}", "give the name of a policy"},
	{"{\"policy\":7}", "give the name of a policy"},
	{"{\"policy\":\"q\",\"prefix\":\"10.0.0.0/8\"}", "no policy 'q'"},
	{"{\"policy\":\"default-import\",\"prefix\":\"10.0.0.0/8\"}",
	 "--neighbor, on a running gateway"},
	{"{\"policy\":\"p\"}", "prefix: '' is not a prefix such as"},
	{"{\"policy\":\"p\",\"prefix\":\"10.1\"}", "prefix: '10.1' is not"},
	{P ",\"neighbor\":\"edgy\"}", "no neighbor 'edgy'"},
	{P ",\"source\":\"heaven\"}",
	 "source: 'heaven' is not neighbor, advertise, connected, static, other, "
	 "aggregate or routes"},
	{P ",\"from_as\":\"0\"}", "from_as: '0' is not an AS"},
	{P ",\"as_path\":\"65001 x\"}", "as_path: '65001 x' is not"},
	{P ",\"as_path\":\"{1\"}", "as_path"},
	{P ",\"as_path\":\"1}\"}", "as_path"},
	{P ",\"as_path\":\"{}\"}", "as_path"},
	{P ",\"as_path\":\"{1{2}}\"}", "as_path"},
	{P ",\"as_path\":\"0\"}", "as_path"},
	{P ",\"as_path\":\"4294967296\"}", "as_path"},
	{P ",\"as_path\":\"000000000000000000000000000001\"}", "as_path"},
	{P ",\"community\":\"65530:*\"}", "community: '65530:*' is not"},
	{P ",\"community\":\"65530:1,,\"}", "community: '' is not"},
	{P ",\"ext_community\":\"rt:1\"}", "ext_community: 'rt:1' is not"},
	{P ",\"large_community\":\"1:2\"}", "large_community: '1:2' is not"},
	{P ",\"next_hop\":\"10.0.0\"}", "next_hop: '10.0.0' is not an address"},
	{P ",\"med\":\"-1\"}", "med: '-1' is not a number"},
	{P ",\"local_pref\":\"4294967296\"}", "local_pref"},
	{P ",\"origin\":\"EGP?\"}", "origin: 'EGP?' is not igp"},
};

START_TEST(test_bad)
{
	char *error;

	ck_assert_ptr_null(run(bad[_i].args, NULL, &error));
	ck_assert_msg(strstr(error, bad[_i].words), "%s\nin %s", bad[_i].words,
				  error);
	free(error);
}
END_TEST

/** one hop more than a segment of the path holds */
START_TEST(test_long_path)
{
	json_object *args = json_object_new_object(), *data;
	text_t path = {0};
	char *error;

	for (unsigned i = 0; i < 256; i++)
	{
		text_add(&path, i ? " 7" : "7");
	}
	json_object_object_add(args, "policy", json_object_new_string("p"));
	json_object_object_add(args, "prefix",
						   json_object_new_string("10.1.0.0/16"));
	json_object_object_add(args, "as_path",
						   json_object_new_string(text_str(&path)));
	ck_assert_ptr_null(policy_test(config, args, NULL, &error));
	ck_assert_ptr_nonnull(strstr(error, "as_path"));
	free(error);
	text_truncate(&path, 255 * 2 - 1);
	json_object_object_add(args, "as_path",
						   json_object_new_string(text_str(&path)));
	data = policy_test(config, args, NULL, &error);
	ck_assert_ptr_nonnull(data);
	json_object_put(data);
	json_object_put(args);
	text_deinit(&path);
}
END_TEST

START_TEST(test_announced)
{
	static const uint8_t path[] = {2, 1, 0, 0, 0xff, 0xfb};
	static const uint8_t community[] = {0xff, 0xfa, 0, 120};
	bgp_policy_t *policy = bgp_policy_create("default-import");
	const bgp_attrs_t received = {
		.has = BGP_HAS_MED,
		.med = 5,
		.next_hop = addr_v4(0xa9fe0001),
		.as_path = {path, sizeof(path)},
		.communities = {community, sizeof(community)},
	};
	const policy_test_live_t live = {.import_policy = policy,
									 .received = &received};

	expect(P ",\"neighbor\":\"edge\"}", &live,
		   "\"announced\":true,\"verdict\":\"accept\",\"rule\":\"tagged\"");
	expect(P ",\"neighbor\":\"edge\"}", &live,
		   "\"med\":{\"before\":5,\"after\":7}");
	expect(P ",\"neighbor\":\"edge\"}", &live,
		   "\"next_hop\":\"169.254.0.1\",\"as_path\":[65531]");
	/* an argument takes the place of what was announced */
	expect(P ",\"neighbor\":\"edge\",\"community\":\"1:1\"}", &live,
		   "\"rule\":\"rest\"");
	expect(P ",\"neighbor\":\"edge\",\"from_as\":\"9\"}", &live,
		   "\"as_path\":[9]");
	/* the policy in force, though it has no section */
	expect("{\"policy\":\"default-import\",\"prefix\":\"10.0.0.0/8\"}", &live,
		   "\"policy\":\"default-import\",\"prefix\":\"10.0.0.0/8\"");
	bgp_policy_destroy(policy);
}
END_TEST

Suite *policy_test_suite(void)
{
	Suite *suite = suite_create("policy_test");
	TCase *tcase = tcase_create("policy_test");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test_source, 0, countof(sources));
	tcase_add_loop_test(tcase, test_good, 0, countof(good));
	tcase_add_loop_test(tcase, test_bad, 0, countof(bad));
	tcase_add_test(tcase, test_long_path);
	tcase_add_test(tcase, test_announced);
	suite_add_tcase(suite, tcase);
	return suite;
}
