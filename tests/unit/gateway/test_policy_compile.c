/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Policies from their text to what they do to routes: each key of `match` and
 * `except` by the routes that it takes, each of `set` by what comes out.
 */

#include "unit/gateway/suites.h"

#include "base/community.h"
#include "base/rbuf.h"
#include "base/text.h"
#include "config/schema.h"
#include "gateway/policy_compile.h"
#include "text_source.h"

#include <string.h>

static const char frame[] =
	"cygnet {\n asn = 65530\n router_id = 192.0.2.1\n"
	" advertise = 192.168.0.0/24\n"
	" bundles { b { tunnels {\n"
	"  far-1 {\n interface = eth1\n address = 10.9.1.2/30\n"
	"   neighbor {\n address = 10.9.1.1\n remote_as = 65531\n"
	"    import = p\n } }\n"
	"  far-2 {\n interface = eth2\n address = 10.9.2.2/30\n"
	"   neighbor {\n address = 10.9.2.1\n remote_as = 65532\n } }\n"
	" } } }\n"
	" policies { p {\n%s\n } }\n}";

static bgp_policy_t *compile(const char *rules)
{
	char *text = str_format(frame, rules);
	config_source_t *source = text_source_create(text);
	config_report_t report;
	bgp_policy_t *policy;
	config_t *config;

	ck_assert_msg(source != NULL, "%s", text);
	config = config_load(source, &report);
	source->destroy(source);
	ck_assert_msg(config != NULL, "%s: %s", rules, report.errors.list[0]);
	policy = policy_compile(config_find_policy(config, "p"));
	config_report_deinit(&report);
	config_destroy(config);
	free(text);
	return policy;
}

typedef struct route_t
{
	bgp_source_t source;
	const char *prefix;
	const char *neighbor;
	uint32_t neighbor_as;
	/** from the left, 0 ends it */
	uint32_t path[4];
	const char *next_hop;
	bgp_origin_t origin;
	uint8_t has;
	uint32_t med;
	uint32_t local_pref;
	/** one of each, as on the wire */
	const char *community;
	const char *ext;
	const char *large;
} route_t;

static const route_t routes[] = {
	{.source = BGP_SOURCE_PEER,
	 .prefix = "10.1.0.0/16",
	 .neighbor = "far-1",
	 .neighbor_as = 65531,
	 .path = {65531, 64512},
	 .next_hop = "10.9.1.1",
	 .has = BGP_HAS_MED,
	 .med = 50,
	 .community = "\xff\xfb\0\xc8",
	 .ext = "\0\2\xff\xfb\0\0\0\7",
	 .large = "\0\0\xff\xfb\0\0\0\1\0\0\0\2"},
	{.source = BGP_SOURCE_PEER,
	 .prefix = "10.2.3.0/24",
	 .neighbor = "far-2",
	 .neighbor_as = 65532,
	 .path = {65532, 65532, 1},
	 .next_hop = "10.9.2.1",
	 .origin = BGP_ORIGIN_INCOMPLETE,
	 .has = BGP_HAS_LOCAL_PREF,
	 .local_pref = 200,
	 .community = "\xff\xff\xff\1",
	 .ext = "\1\3\xc0\0\2\1\0\5"},
	{.source = BGP_SOURCE_PEER,
	 .prefix = "2001:db8::/32",
	 .neighbor = "far-1",
	 .neighbor_as = 65531,
	 .path = {65531},
	 .next_hop = "fd00::1",
	 .origin = BGP_ORIGIN_EGP,
	 .ext = "\x40\4\xff\xfb\0\0\0\0"},
	{.source = BGP_SOURCE_ADVERTISE, .prefix = "192.168.0.0/24"},
	{.source = BGP_SOURCE_CONNECTED, .prefix = "192.168.7.0/24"},
	{.source = BGP_SOURCE_STATIC, .prefix = "192.168.8.0/24"},
	{.source = BGP_SOURCE_OTHER, .prefix = "192.168.9.0/24"},
	{.source = BGP_SOURCE_AGGREGATE, .prefix = "192.168.0.0/16"},
};

static void fill(const route_t *route, bgp_policy_input_t *input,
				 bgp_attr_set_t *set)
{
	size_t hops = 0;

	*input = (bgp_policy_input_t){
		.neighbor = route->neighbor,
		.neighbor_as = route->neighbor_as,
		.source = route->source,
		.local_as = 65530,
	};
	ck_assert(prefix_parse(route->prefix, &input->prefix));
	bgp_attr_set_init(set);
	set->a.origin = (uint8_t)route->origin;
	set->a.has = route->has;
	set->a.med = route->med;
	set->a.local_pref = route->local_pref;
	if (route->next_hop)
	{
		ck_assert(addr_parse(route->next_hop, &set->a.next_hop));
	}
	while (hops < countof(route->path) && route->path[hops])
	{
		hops++;
	}
	while (hops)
	{
		ck_assert(bgp_attr_set_prepend(set, route->path[--hops], 1));
	}
	if (route->community)
	{
		bgp_attr_set_blob(set, BGP_BLOB_COMMUNITIES, route->community, 4);
	}
	if (route->ext)
	{
		bgp_attr_set_blob(set, BGP_BLOB_EXT_COMMUNITIES, route->ext, 8);
	}
	if (route->large)
	{
		bgp_attr_set_blob(set, BGP_BLOB_LARGE_COMMUNITIES, route->large, 12);
	}
}

/** the numbers of the routes that the rule takes, as digits */
static const char *taken(const char *rules, char out[countof(routes) + 1])
{
	bgp_policy_t *policy = compile(rules);
	size_t n = 0;

	for (size_t i = 0; i < countof(routes); i++)
	{
		bgp_policy_input_t input;
		bgp_attr_set_t set;

		fill(&routes[i], &input, &set);
		if (bgp_policy_apply(policy, &input, &set, NULL, NULL) ==
			BGP_POLICY_ACCEPT)
		{
			out[n++] = (char)('0' + i);
		}
		bgp_attr_set_deinit(&set);
	}
	out[n] = '\0';
	bgp_policy_destroy(policy);
	return out;
}

static const struct
{
	const char *key;
	const char *value;
	const char *taken;
} matches[] = {
	{"prefixes", "10.0.0.0/8 le 16", "0"},
	{"prefixes", "10.1.0.0/16, 2001:db8::/32", "02"},
	{"prefixes", "10.0.0.0/8", ""},
	{"prefixes", "0.0.0.0/0 ge 24", "13456"},
	{"family", "ipv6", "2"},
	{"family", "ipv4", "0134567"},
	{"local", "yes", "34567"},
	{"source", "neighbor", "012"},
	{"source", "advertise", "3"},
	{"source", "connected, static", "45"},
	{"source", "other, aggregate", "67"},
	{"neighbor", "far-1", "02"},
	{"neighbor", "far-2, far-1", "012"},
	{"neighbor_as", "65532", "1"},
	{"neighbor_as", "65531, 65532", "012"},
	{"as", "64512", "0"},
	{"as", "1, 64512", "01"},
	{"origin_as", "1", "1"},
	{"origin_as", "65531, 64512", "02"},
	{"as_path", "_65531_", "02"},
	{"as_path", "^65531$", "2"},
	{"as_path", "^$", "34567"},
	{"as_path", "\"^(65532_){2}\"", "1"},
	{"as_path", "^65531(_[0-9]+)?$", "02"},
	{"as_path_length", "3", "1"},
	{"as_path_length", "1..2", "02"},
	{"as_path_length", "..0, 3..", "134567"},
	{"med", "50", "0"},
	{"med", "..49", "1234567"},
	{"local_pref", "100", "0234567"},
	{"local_pref", "101..", "1"},
	{"community", "65531:200", "0"},
	{"community", "65531:*", "0"},
	{"community", "no-export, *:200", "01"},
	{"community", "*", "01"},
	{"ext_community", "rt:65531:7", "0"},
	{"ext_community", "soo:*", "1"},
	{"ext_community", "rt:*, soo:192.0.2.1:*", "01"},
	{"ext_community", "bandwidth:*", "2"},
	{"ext_community", "0x4004fffb00000000", "2"},
	{"large_community", "65531:1:2", "0"},
	{"large_community", "*:1:3", ""},
	{"next_hop", "10.9.0.0/16", "01"},
	{"next_hop", "10.9.2.1, fd00::/8", "12"},
	{"origin", "igp", "034567"},
	{"origin", "egp, incomplete", "12"},
};

START_TEST(test_match)
{
	char *rule = str_format("r {\n match {\n %s = %s\n }\n }", matches[_i].key,
							matches[_i].value);
	char out[countof(routes) + 1];

	ck_assert_msg(!strcmp(taken(rule, out), matches[_i].taken),
				  "%s = %s takes %s, wanted %s", matches[_i].key,
				  matches[_i].value, out, matches[_i].taken);
	free(rule);
}
END_TEST

/** all others */
START_TEST(test_except)
{
	char *rule = str_format("r {\n except {\n %s = %s\n }\n }", matches[_i].key,
							matches[_i].value);
	char out[countof(routes) + 1], wanted[countof(routes) + 1];
	size_t n = 0;

	for (size_t i = 0; i < countof(routes); i++)
	{
		if (!strchr(matches[_i].taken, (int)('0' + i)))
		{
			wanted[n++] = (char)('0' + i);
		}
	}
	wanted[n] = '\0';
	ck_assert_msg(!strcmp(taken(rule, out), wanted),
				  "all but %s = %s are %s, wanted %s", matches[_i].key,
				  matches[_i].value, out, wanted);
	free(rule);
}
END_TEST

static const struct
{
	const char *rules;
	const char *taken;
} several[] = {
	/* all keys, one of each list */
	{"r {\n match {\n neighbor = far-1, far-2\n family = ipv4\n }\n }", "01"},
	{"r {\n match {\n family = ipv4\n as = 1, 64512\n med = 50\n }\n }", "0"},
	/* any key of what is left alone */
	{"r {\n except {\n neighbor = far-1\n local = yes\n }\n }", "1"},
	{"r {\n match {\n neighbor = far-1\n }\n except {\n family = ipv6\n }\n }",
	 "0"},
	{"r {\n match {\n community = *\n }\n"
	 " except {\n ext_community = soo:*, bandwidth:*\n }\n }",
	 "0"},
	/* verdicts, in order; what none decides is rejected */
	{"a {\n match {\n as = 64512\n }\n verdict = reject\n }\n"
	 "b {\n match {\n source = neighbor\n }\n }",
	 "12"},
	{"a {\n verdict = next\n }\n b {\n match {\n local = yes\n }\n }", "34567"},
	{"a {\n }", "01234567"},
	{"a {\n verdict = reject\n }", ""},
	{"", ""},
};

START_TEST(test_several)
{
	char out[countof(routes) + 1];

	ck_assert_msg(!strcmp(taken(several[_i].rules, out), several[_i].taken),
				  "%s takes %s, wanted %s", several[_i].rules, out,
				  several[_i].taken);
}
END_TEST

static void say_blob(text_t *text, const bgp_attrs_t *a, bgp_blob_id_t id)
{
	const bgp_blob_t *blob = bgp_attrs_blob(a, id);
	size_t size = id == BGP_BLOB_COMMUNITIES       ? 4
				  : id == BGP_BLOB_EXT_COMMUNITIES ? 8
												   : 12;
	char word[COMMUNITY_STR_MAX];

	for (size_t i = 0; i < blob->len; i += size)
	{
		rbuf_t r = rbuf_make(blob->data + i, size);
		uint32_t standard = 0;

		rbuf_u32(&r, &standard);
		text_printf(text, " %s",
					size == 4   ? community_format(standard, word)
					: size == 8 ? ext_community_format(blob->data + i, word)
								: large_community_format(blob->data + i, word));
	}
}

/** what a person would see of it; the caller's */
static char *say(const bgp_attrs_t *a)
{
	static const char *const origins[] = {"igp", "egp", "incomplete"};
	rbuf_t r = rbuf_make(a->as_path.data, a->as_path.len);
	char next_hop[ADDR_STR_MAX];
	text_t text = {.len = 0};
	uint8_t type, count;
	uint32_t asn;

	while (rbuf_u8(&r, &type) && rbuf_u8(&r, &count))
	{
		for (; count && rbuf_u32(&r, &asn); count--)
		{
			text_printf(&text, "%u ", asn);
		}
	}
	text_printf(&text, "%s %s", origins[a->origin],
				addr_format(&a->next_hop, next_hop));
	if (a->has & BGP_HAS_LOCAL_PREF)
	{
		text_printf(&text, " lp %u", a->local_pref);
	}
	if (a->has & BGP_HAS_MED)
	{
		text_printf(&text, " med %u", a->med);
	}
	if (a->weight)
	{
		text_printf(&text, " w %u", a->weight);
	}
	say_blob(&text, a, BGP_BLOB_COMMUNITIES);
	say_blob(&text, a, BGP_BLOB_EXT_COMMUNITIES);
	say_blob(&text, a, BGP_BLOB_LARGE_COMMUNITIES);
	return text_take(&text);
}

#define PATH  "65531 64512 "
#define PLAIN "igp 10.9.1.1 med 50"
#define REST  " 65531:200 rt:65531:7 65531:1:2"

static const struct
{
	const char *set;
	const char *result;
} sets[] = {
	{"", PATH PLAIN REST},
	{"local_pref = 0", PATH "igp 10.9.1.1 lp 0 med 50" REST},
	{"local_pref = 4294967295", PATH "igp 10.9.1.1 lp 4294967295 med 50" REST},
	{"med = 7", PATH "igp 10.9.1.1 med 7" REST},
	{"weight = 65535", PATH "igp 10.9.1.1 med 50 w 65535" REST},
	{"next_hop = 192.0.2.9", PATH "igp 192.0.2.9 med 50" REST},
	{"next_hop = 2001:db8::9", PATH "igp 2001:db8::9 med 50" REST},
	{"origin = incomplete", PATH "incomplete 10.9.1.1 med 50" REST},
	{"prepend = 2", "65530 65530 " PATH PLAIN REST},
	{"prepend_as = 65531", "65531 " PATH PLAIN REST},
	{"prepend_as = 65531\n prepend = 3", "65531 65531 65531 " PATH PLAIN REST},
	{"community = no-export, 1:2",
	 PATH PLAIN " 1:2 65531:200 no-export rt:65531:7 65531:1:2"},
	{"ext_community = soo:1:2, bandwidth:65530:1Gbit",
	 PATH PLAIN " 65531:200 rt:65531:7 soo:1:2 bandwidth:65530:125000000 "
				"65531:1:2"},
	{"large_community = 1:2:3",
	 PATH PLAIN " 65531:200 rt:65531:7 1:2:3 65531:1:2"},
	{"delete_community = 65531:*", PATH PLAIN " rt:65531:7 65531:1:2"},
	{"delete_community = 65531:201, no-export", PATH PLAIN REST},
	{"delete_ext_community = rt:*", PATH PLAIN " 65531:200 65531:1:2"},
	{"delete_large_community = *", PATH PLAIN " 65531:200 rt:65531:7"},
	{"replace_community = 1:2, 3:4",
	 PATH PLAIN " 1:2 3:4 rt:65531:7 65531:1:2"},
	{"replace_ext_community = soo:1:2",
	 PATH PLAIN " 65531:200 soo:1:2 65531:1:2"},
	{"replace_large_community = 1:2:3",
	 PATH PLAIN " 65531:200 rt:65531:7 1:2:3"},
	/* in whatever order it is written */
	{"community = 5:6\n delete_community = 1:*, 5:6\n"
	 " replace_community = 1:2, 3:4",
	 PATH PLAIN " 3:4 5:6 rt:65531:7 65531:1:2"},
};

START_TEST(test_set)
{
	char *rule = str_format("r {\n set {\n %s\n }\n }", sets[_i].set);
	bgp_policy_t *policy = compile(rule), *again = compile(rule);
	bgp_policy_input_t input;
	bgp_attr_set_t set;
	char *result;

	ck_assert(bgp_policy_equal(policy, again));
	fill(&routes[0], &input, &set);
	ck_assert_int_eq(bgp_policy_apply(policy, &input, &set, NULL, NULL),
					 BGP_POLICY_ACCEPT);
	result = say(&set.a);
	ck_assert_msg(!strcmp(result, sets[_i].result),
				  "%s\n  seen   %s\n"
				  "  wanted %s",
				  sets[_i].set, result, sets[_i].result);
	free(result);
	bgp_attr_set_deinit(&set);
	bgp_policy_destroy(policy);
	bgp_policy_destroy(again);
	free(rule);
}
END_TEST

/** every key of the option table is compiled: none is without effect */
START_TEST(test_every_key)
{
	static const char *const named[] = {"match", "set"};
	const config_option_t *options;
	size_t count;

	options = config_schema_options(&count);
	for (size_t i = 0; i < count; i++)
	{
		const config_scope_t scopes[] = {CONFIG_IN_MATCH, CONFIG_IN_SET};

		for (size_t s = 0; s < countof(scopes); s++)
		{
			bool tried = !(options[i].scopes & 1u << scopes[s]);

			for (size_t k = 0; k < countof(matches) && !s; k++)
			{
				tried = tried || !strcmp(matches[k].key, options[i].key);
			}
			for (size_t k = 0; k < countof(sets) && s; k++)
			{
				size_t len = strlen(options[i].key);

				tried = tried || (!strncmp(sets[k].set, options[i].key, len) &&
								  sets[k].set[len] == ' ');
			}
			ck_assert_msg(tried, "%s.%s has no test", named[s], options[i].key);
		}
	}
}
END_TEST

Suite *policy_compile_suite(void)
{
	Suite *s = suite_create("policy_compile");

	unit_add_loop(s, "match", test_match, countof(matches));
	unit_add_loop(s, "except", test_except, countof(matches));
	unit_add_loop(s, "several", test_several, countof(several));
	unit_add_loop(s, "set", test_set, countof(sets));
	unit_add(s, "every key", test_every_key);
	return s;
}
