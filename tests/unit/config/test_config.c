/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Equality and look-ups: any one line that changes makes a difference, and
 * the same text makes none.
 */

#include "suites.h"

#include "config/config.h"
#include "text_source.h"

#include <string.h>

static const char base_text[] =
	"cygnet {\n asn = 1\n router_id = 1.1.1.1\n"
	" bundles { b { tunnels {\n"
	"  t {\n interface = eth1\n address = 10.9.0.2/30, fd00::2/126\n"
	"   mtu = 1400\n weight = 2\n priority = 3\n on_down = keep\n"
	"   neighbor {\n address = 10.9.0.1\n remote_as = 2\n local_as = 3\n"
	"    hold_time = 90\n keepalive = 30\n connect_retry = 30\n"
	"    passive = no\n ipv4 = yes\n ipv6 = yes\n next_hop_self = no\n"
	"    multihop = 0\n max_prefix = 9\n max_prefix_restart = 8\n"
	"    max_prefix_warn = 7\n max_prefix_action = stop\n"
	"    max_memory = 6\n max_as_path = 5\n max_communities = 4\n"
	"    role = peer\n role_strict = no\n allowas_in = 3\n"
	"    as_override = no\n remove_private_as = no\n"
	"    enforce_first_as = yes\n reject_as_sets = yes\n"
	"    graceful_restart = yes\n"
	"    graceful_shutdown = no\n next_hop = device\n"
	"    import = p\n export = p\n password = secret\n }\n }\n"
	" } } }\n"
	" policies {\n p { r {\n match {\n family = ipv4\n as = 5\n }\n"
	"  except {\n as = 7\n }\n  set {\n med = 5\n }\n verdict = accept\n } }\n "
	"q { r {\n } }\n }\n}";

/** one change of the text each */
static const struct
{
	const char *from;
	const char *to;
} changes[] = {
	{"  t {", "  u {"},
	{"interface = eth1", "interface = eth2"},
	{"interface = eth1", "interface_name = eth1"},
	{"10.9.0.2/30", "10.9.0.2/29"},
	{"fd00::2/126", "fd00::3/126"},
	{", fd00::2/126", ", fd00::2/126, fd00::3/126"},
	{"mtu = 1400", "mtu = 1401"},
	{"weight = 2", "weight = 3"},
	{"priority = 3", "priority = 4"},
	{"on_down = keep", "on_down = reset"},
	{"address = 10.9.0.1\n", "address = fd00::1\n"},
	{"remote_as = 2", "remote_as = 4"},
	{"local_as = 3", "local_as = 4"},
	{"hold_time = 90", "hold_time = 91"},
	{"keepalive = 30", "keepalive = 29"},
	{"connect_retry = 30", "connect_retry = 31"},
	{"passive = no", "passive = yes"},
	{"ipv4 = yes", "ipv4 = no"},
	{"ipv6 = yes", "ipv6 = no"},
	{"next_hop_self = no", "next_hop_self = yes"},
	{"multihop = 0", "multihop = 2"},
	{"max_prefix = 9", "max_prefix = 10"},
	{"max_prefix_restart = 8", "max_prefix_restart = 9"},
	{"multihop = 0", "ttl_security = 2"},
	{"max_prefix_warn = 7", "max_prefix_warn = 8"},
	{"max_prefix_action = stop", "max_prefix_action = warn"},
	{"max_memory = 6", "max_memory = 7"},
	{"max_as_path = 5", "max_as_path = 6"},
	{"max_communities = 4", "max_communities = 5"},
	{"role = peer", "role = provider"},
	{"role_strict = no", "role_strict = yes"},
	{"allowas_in = 3", "allowas_in = 4"},
	{"as_override = no", "as_override = yes"},
	{"remove_private_as = no", "remove_private_as = yes"},
	{"enforce_first_as = yes", "enforce_first_as = no"},
	{"reject_as_sets = yes", "reject_as_sets = no"},
	{"graceful_restart = yes", "graceful_restart = no"},
	{"graceful_shutdown = no", "graceful_shutdown = yes"},
	{"next_hop = device", "next_hop = strict"},
	{"on_down = keep", "on_down = keep\n import = q"},
	{"import = p", "import = q"},
	{"export = p", "export = q"},
	{"password = secret", "password = other"},
	{"password = secret", "password ="},
	{"neighbor {",
	 "neighbor6 {\naddress = fd00::1\nremote_as = 2\n}\nneighbor {"},
};

static const struct
{
	const char *from;
	const char *to;
} policy_changes[] = {
	{" r {\n match", " s {\n match"},
	{"family = ipv4", "family = ipv6"},
	{"as = 5\n }", "as = 6\n }"},
	{"as = 5\n }", "}"},
	{"as = 7", "as = 8"},
	{"as = 7", "origin_as = 7"},
	{"except {\n as = 7\n }", ""},
	{"med = 5", "local_pref = 5"},
	{"med = 5", "med = 6"},
	{"verdict = accept", "verdict = reject"},
	{" p { r {", " p { z {\n }\n r {"},
};

static config_t *load(const char *text)
{
	config_source_t *source = text_source_create(text);
	config_report_t report;
	config_t *config;

	ck_assert_msg(source != NULL, "%s", text);
	config = config_load(source, &report);
	source->destroy(source);
	ck_assert_msg(config != NULL, "%s",
				  report.errors.count ? report.errors.list[0] : "no error");
	config_report_deinit(&report);
	return config;
}

static config_t *load_changed(const char *from, const char *to)
{
	const char *at = strstr(base_text, from);
	config_t *config;
	char *text;

	ck_assert_msg(at != NULL, "%s", from);
	text = str_format("%.*s%s%s", (int)(at - base_text), base_text, to,
					  at + strlen(from));
	config = load(text);
	free(text);
	return config;
}

START_TEST(test_same)
{
	config_t *a = load(base_text), *b = load(base_text);

	ck_assert(
		config_tunnel_equal(a->bundles[0].tunnels, b->bundles[0].tunnels));
	ck_assert(config_policy_equal(&a->policies[0], &b->policies[0]));
	ck_assert(!config_policy_equal(&a->policies[0], &b->policies[1]));
	config_destroy(a);
	config_destroy(b);
}
END_TEST

START_TEST(test_tunnel_differs)
{
	config_t *a = load(base_text);
	config_t *b = load_changed(changes[_i].from, changes[_i].to);

	ck_assert_msg(
		!config_tunnel_equal(a->bundles[0].tunnels, b->bundles[0].tunnels),
		"%s", changes[_i].to);
	config_destroy(a);
	config_destroy(b);
}
END_TEST

START_TEST(test_policy_differs)
{
	config_t *a = load(base_text);
	config_t *b = load_changed(policy_changes[_i].from, policy_changes[_i].to);

	ck_assert_msg(!config_policy_equal(&a->policies[0], &b->policies[0]), "%s",
				  policy_changes[_i].to);
	ck_assert(
		config_tunnel_equal(a->bundles[0].tunnels, b->bundles[0].tunnels));
	config_destroy(a);
	config_destroy(b);
}
END_TEST

START_TEST(test_if_id_differs)
{
	static const char text[] =
		"connections { t {\n if_id_in = %u\n if_id_out = %u\n } }\n"
		"cygnet { bundles { b { tunnels { t {\n } } } } }";
	char *one = str_format(text, 1u, 1u), *two = str_format(text, 2u, 2u);
	config_t *a = load(one), *b = load(two);

	ck_assert(
		!config_tunnel_equal(a->bundles[0].tunnels, b->bundles[0].tunnels));
	config_destroy(a);
	config_destroy(b);
	free(one);
	free(two);
}
END_TEST

START_TEST(test_find)
{
	const config_bundle_t *bundle = NULL;
	config_t *config = load(base_text);

	ck_assert_ptr_eq(config_find_tunnel(config, "t", &bundle),
					 &config->bundles[0].tunnels[0]);
	ck_assert_ptr_eq(bundle, &config->bundles[0]);
	ck_assert_ptr_null(config_find_tunnel(config, "x", &bundle));
	ck_assert_ptr_eq(config_find_policy(config, "q"), &config->policies[1]);
	ck_assert_ptr_null(config_find_policy(config, "x"));
	config_destroy(config);
	config_destroy(NULL);
}
END_TEST

Suite *config_suite(void)
{
	Suite *s = suite_create("config");

	unit_add(s, "same", test_same);
	unit_add_loop(s, "tunnel differs", test_tunnel_differs, countof(changes));
	unit_add_loop(s, "policy differs", test_policy_differs,
				  countof(policy_changes));
	unit_add(s, "if_id differs", test_if_id_differs);
	unit_add(s, "find", test_find);
	return s;
}
