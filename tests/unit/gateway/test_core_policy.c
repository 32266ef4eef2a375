/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Which policy a neighbour has: its own, the tunnel's, the bundle's, or a
 * default by where it is.
 */

#include "unit/gateway/suites.h"

#include "gateway/core_neighbor.h"
#include "text_source.h"

#include <string.h>

static const char file[] =
	"cygnet {\n asn = 65530\n router_id = 192.0.2.1\n"
	" advertise = 192.168.0.0/24\n"
	" bundles {\n"
	"  named {\n import = of-bundle\n export = of-bundle\n tunnels {\n"
	"   own {\n interface = eth1\n address = 10.9.1.2/30\n"
	"    import = of-tunnel\n neighbor {\n address = 10.9.1.1\n"
	"    remote_as = 65531\n import = of-neighbor\n } }\n"
	"   tunnel {\n interface = eth2\n address = 10.9.2.2/30\n"
	"    import = of-tunnel\n neighbor {\n address = 10.9.2.1\n"
	"    remote_as = 65531\n } }\n"
	"   bundle {\n interface = eth3\n address = 10.9.3.2/30\n"
	"    neighbor {\n address = 10.9.3.1\n remote_as = 65531\n } }\n"
	"  } }\n"
	"  plain { tunnels {\n"
	"   none {\n interface = eth4\n address = 10.9.4.2/30\n"
	"    neighbor {\n address = 10.9.4.1\n remote_as = 65531\n } }\n"
	"  } }\n"
	" }\n"
	" neighbors {\n"
	"  internal {\n address = 192.0.2.10\n remote_as = 65530\n }\n"
	"  external {\n address = 192.0.2.11\n remote_as = 65531\n }\n"
	" }\n"
	" policies {\n of-bundle { r {\n } }\n of-tunnel { r {\n } }\n"
	"  of-neighbor { r {\n } }\n }\n}";

static config_t *config;

static void setup(void)
{
	config_source_t *source = text_source_create(file);
	config_report_t report;

	ck_assert(source != NULL);
	config = config_load(source, &report);
	source->destroy(source);
	ck_assert_msg(config != NULL, "%s", report.errors.list[0]);
	config_report_deinit(&report);
}

static void teardown(void)
{
	config_destroy(config);
}

static const struct
{
	/** a tunnel, or a neighbour beside */
	const char *name;
	/** NULL: the speaker's own rule (RFC 8212) */
	const char *import;
	const char *export;
} rows[] = {
	{"own", "of-neighbor", "of-bundle"},
	{"tunnel", "of-tunnel", "of-bundle"},
	{"bundle", "of-bundle", "of-bundle"},
	{"none", "default-import", "default-export"},
	{"internal", NULL, NULL},
	{"external", NULL, "default-export"},
};

static const config_neighbor_t *find(const char *name,
									 const config_bundle_t **bundle)
{
	const config_tunnel_t *tunnel = config_find_tunnel(config, name, bundle);

	if (tunnel)
	{
		return &tunnel->neighbors[0];
	}
	*bundle = NULL;
	return &config->neighbors[strcmp(name, "internal") != 0];
}

static void named(bgp_policy_t *policy, const char *name)
{
	ck_assert_int_eq(policy != NULL, name != NULL);
	if (name)
	{
		ck_assert_str_eq(bgp_policy_name(policy), name);
	}
	bgp_policy_destroy(policy);
}

START_TEST(test_which)
{
	const config_bundle_t *bundle;
	const config_neighbor_t *neighbor;

	setup();
	neighbor = find(rows[_i].name, &bundle);
	named(core_policy_import(config, bundle, neighbor), rows[_i].import);
	named(core_policy_export(config, bundle, neighbor), rows[_i].export);
	teardown();
}
END_TEST

START_TEST(test_named)
{
	setup();
	named(core_policy_named(config, "of-tunnel"), "of-tunnel");
	named(core_policy_named(config, "none"), NULL);
	named(core_policy_named(config, NULL), NULL);
	teardown();
}
END_TEST

static bool accepts(const bgp_policy_t *policy, bgp_source_t source,
					const char *prefix)
{
	bgp_policy_input_t input = {.source = source, .local_as = 65530};
	bgp_attr_set_t set;
	bool accepted;

	ck_assert(prefix_parse(prefix, &input.prefix));
	bgp_attr_set_init(&set);
	accepted =
		bgp_policy_apply(policy, &input, &set, NULL, NULL) == BGP_POLICY_ACCEPT;
	bgp_attr_set_deinit(&set);
	return accepted;
}

/** all that is ours goes out, whatever it is from, and nothing learned */
START_TEST(test_default_export)
{
	const config_bundle_t *bundle;
	const config_neighbor_t *neighbor;
	bgp_policy_t *policy;

	setup();
	neighbor = find("none", &bundle);
	policy = core_policy_export(config, bundle, neighbor);
	ck_assert(!accepts(policy, BGP_SOURCE_PEER, "10.0.0.0/8"));
	ck_assert(accepts(policy, BGP_SOURCE_ADVERTISE, "192.168.0.0/24"));
	ck_assert(accepts(policy, BGP_SOURCE_CONNECTED, "192.168.7.0/24"));
	ck_assert(accepts(policy, BGP_SOURCE_STATIC, "10.7.0.0/16"));
	ck_assert(accepts(policy, BGP_SOURCE_OTHER, "2001:db8::/32"));
	ck_assert(accepts(policy, BGP_SOURCE_AGGREGATE, "192.168.0.0/16"));
	bgp_policy_destroy(policy);
	teardown();
}
END_TEST

START_TEST(test_default_import)
{
	static const char *const refused[] = {
		"192.168.0.0/24", "192.168.0.128/25", "10.9.4.0/30", "0.0.0.0/0",
		"::/0",           "127.0.0.0/8",      "224.0.0.0/4", "fe80::/64",
	};
	const config_bundle_t *bundle;
	const config_neighbor_t *neighbor;
	bgp_policy_t *policy;

	setup();
	neighbor = find("none", &bundle);
	policy = core_policy_import(config, bundle, neighbor);
	for (size_t i = 0; i < countof(refused); i++)
	{
		ck_assert_msg(!accepts(policy, BGP_SOURCE_PEER, refused[i]), "%s",
					  refused[i]);
	}
	/* what covers ours is not ours */
	ck_assert(accepts(policy, BGP_SOURCE_PEER, "192.168.0.0/16"));
	ck_assert(accepts(policy, BGP_SOURCE_PEER, "10.0.0.0/8"));
	ck_assert(accepts(policy, BGP_SOURCE_PEER, "2001:db8::/32"));
	bgp_policy_destroy(policy);
	teardown();
}
END_TEST

Suite *core_policy_suite(void)
{
	Suite *s = suite_create("core_policy");

	unit_add_loop(s, "which", test_which, countof(rows));
	unit_add(s, "named", test_named);
	unit_add(s, "default export", test_default_export);
	unit_add(s, "default import", test_default_import);
	return s;
}
