/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What is filled in from elsewhere: the default of `protect`, families, and
 * the if_id of a connection.
 */

#include "suites.h"

#include "config/config.h"
#include "config/report.h"
#include "text_source.h"

#include <string.h>

static config_t *load(const char *text)
{
	config_source_t *source = text_source_create(text);
	config_report_t report;
	config_t *config;

	ck_assert_ptr_nonnull(source);
	config = config_load(source, &report);
	source->destroy(source);
	ck_assert_msg(config != NULL, "%s",
				  report.errors.count ? report.errors.list[0] : "no error");
	config_report_deinit(&report);
	return config;
}

static bool guards(const config_bundle_t *bundle, const char *address)
{
	unsigned hits = 0;
	addr_t addr;

	ck_assert(addr_parse(address, &addr));
	for (size_t i = 0; i < bundle->protect.count; i++)
	{
		hits += prefix_contains_addr(&bundle->protect.list[i], &addr);
	}
	ck_assert_uint_le(hits, 1); /* the pieces do not overlap */
	return hits == 1;
}

static const struct
{
	const char *advertise;
	const char *remote;
	size_t pieces;
	const char *in[8];
	const char *out[8];
} protects[] = {
	{"203.0.113.0/24",
	 "198.51.100.1",
	 4,
	 {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255",
	  "192.168.255.255", "fc00::", "fdff::1"},
	 {"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0",
	  "192.169.0.0", "fe00::", "fbff::"}},
	{"10.0.0.0/8", "198.51.100.1", 3, {"172.16.0.1"}, {"10.1.2.3"}},
	{"0.0.0.0/0", "198.51.100.1", 1, {"fd00::1"}, {"10.1.2.3", "192.168.0.1"}},
	{"10.0.0.0/9, 10.128.0.0/9",
	 "198.51.100.1",
	 3,
	 {"172.16.0.1"},
	 {"10.0.0.1", "10.255.0.1"}},
	{"192.168.1.0/24",
	 "198.51.100.1",
	 3 + 8,
	 {"192.168.0.255", "192.168.2.0", "192.168.255.255"},
	 {"192.168.1.0", "192.168.1.255"}},
	/* a peer whose outer address is private */
	{"203.0.113.0/24",
	 "10.0.0.7",
	 3 + 24,
	 {"10.0.0.6", "10.0.0.8", "10.255.255.255"},
	 {"10.0.0.7"}},
	{"fd00::/8",
	 "fc00::5",
	 3 + 127 - 7,
	 {"fc00::4", "fc00::6"},
	 {"fc00::5", "fd00::1"}},
};

START_TEST(test_protect)
{
	char *text = str_format("connections { c {\n remote_addrs = %s\n"
							" if_id_in = 1\n if_id_out = 1\n } }\n"
							"cygnet {\n advertise = %s\n"
							" bundles { b { tunnels { c {\n } } } }\n}",
							protects[_i].remote, protects[_i].advertise);
	config_t *config = load(text);
	const config_bundle_t *bundle = &config->bundles[0];

	ck_assert(bundle->protect_default);
	ck_assert_uint_eq(bundle->protect.count, protects[_i].pieces);
	for (size_t i = 0; protects[_i].in[i]; i++)
	{
		ck_assert_msg(guards(bundle, protects[_i].in[i]), "%s",
					  protects[_i].in[i]);
	}
	for (size_t i = 0; protects[_i].out[i]; i++)
	{
		ck_assert_msg(!guards(bundle, protects[_i].out[i]), "%s",
					  protects[_i].out[i]);
	}
	config_destroy(config);
	free(text);
}
END_TEST

START_TEST(test_protect_none)
{
	config_t *config = load("cygnet { bundles { b {\n protect = none\n"
							" tunnels { c {\n } } } } }");

	ck_assert(!config->bundles[0].protect_default);
	ck_assert_uint_eq(config->bundles[0].protect.count, 0);
	config_destroy(config);
}
END_TEST

static const struct
{
	const char *address;
	const char *neighbor;
	const char *written;
	bool ipv4, ipv6;
} families[] = {
	{"10.9.0.2/30", "10.9.0.1", "", true, false},
	{"fd00::2/126", "fd00::1", "", false, true},
	{"10.9.0.2/30, fd00::2/126", "10.9.0.1", "", true, true},
	{"10.9.0.2/30, fd00::2/126", "fd00::1", "", true, true},
	{"10.9.0.2/30, fd00::2/126", "10.9.0.1", "ipv6 = no", true, false},
	{"10.9.0.2/30, fd00::2/126", "10.9.0.1", "ipv4 = no", false, true},
	{"10.9.0.2/30", "10.9.0.1", "ipv4 = yes", true, false},
};

START_TEST(test_families)
{
	char *text = str_format("cygnet {\n asn = 1\n router_id = 1.1.1.1\n"
							" bundles { b { tunnels { t {\n interface = eth1\n"
							" address = %s\n neighbor {\n address = %s\n"
							" remote_as = 2\n %s\n } } } } }\n}",
							families[_i].address, families[_i].neighbor,
							families[_i].written);
	config_t *config = load(text);
	const config_neighbor_t *n = &config->bundles[0].tunnels[0].neighbors[0];

	ck_assert_int_eq(n->ipv4, families[_i].ipv4);
	ck_assert_int_eq(n->ipv6, families[_i].ipv6);
	config_destroy(config);
	free(text);
}
END_TEST

static const struct
{
	const char *text;
	uint32_t if_id;
} if_ids[] = {
	{"1", 1},
	{"0x10", 16},
	{"010", 8},
	{"4294967293", 4294967293},
};

START_TEST(test_if_id)
{
	char *text = str_format("connections { c {\n if_id_in = %s\n"
							" if_id_out = %s\n } }\n"
							"cygnet { bundles { b { tunnels {\n"
							" t {\n connection = c\n }\n"
							" later {\n }\n } } } }",
							if_ids[_i].text, if_ids[_i].text);
	config_t *config = load(text);

	ck_assert_uint_eq(config->bundles[0].tunnels[0].if_id, if_ids[_i].if_id);
	ck_assert_str_eq(config->bundles[0].tunnels[0].link, "cyg-t");
	/* not in the file: charon will say */
	ck_assert_uint_eq(config->bundles[0].tunnels[1].if_id, 0);
	ck_assert_str_eq(config->bundles[0].tunnels[1].connection, "later");
	config_destroy(config);
	free(text);
}
END_TEST

static const struct
{
	const char *written;
	uint16_t keepalive;
} keepalives[] = {
	{"", 10},
	{"hold_time = 11", 10},
	{"hold_time = 10", 0},
	{"hold_time = 9", 0},
	{"hold_time = 9\n keepalive = 3", 3},
};

START_TEST(test_keepalive)
{
	/* the profile's keepalive is 10, with its hold time of 30 */
	char *text = str_format(
		"cygnet {\n asn = 1\n router_id = 1.1.1.1\n bundles { b {\n"
		" profile = aws\n tunnels { t {\n interface = eth1\n"
		" address = 169.254.9.2/30\n neighbor {\n address = 169.254.9.1\n"
		" remote_as = 2\n %s\n } } } } }\n}",
		keepalives[_i].written);
	config_t *config = load(text);

	ck_assert_uint_eq(config->bundles[0].tunnels[0].neighbors[0].keepalive,
					  keepalives[_i].keepalive);
	config_destroy(config);
	free(text);
}
END_TEST

Suite *derive_suite(void)
{
	Suite *s = suite_create("derive");

	unit_add_loop(s, "protect", test_protect, countof(protects));
	unit_add(s, "protect none", test_protect_none);
	unit_add_loop(s, "families", test_families, countof(families));
	unit_add_loop(s, "keepalive", test_keepalive, countof(keepalives));
	unit_add_loop(s, "if_id", test_if_id, countof(if_ids));
	return s;
}
