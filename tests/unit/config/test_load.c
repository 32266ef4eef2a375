/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The walk: every option into its member, defaults, the profiles' defaults,
 * limits on numbers of things, and that nothing comes of a bad file.
 */

#include "suites.h"

#include "base/text.h"
#include "config/config.h"
#include "config/report.h"
#include "text_source.h"

#include <string.h>

static config_report_t report;

static config_t *load(const char *text)
{
	config_source_t *source = text_source_create(text);
	config_t *config;

	ck_assert_msg(source != NULL, "syntax: %s", text);
	config_report_deinit(&report); /* of the test's load before */
	config = config_load(source, &report);
	source->destroy(source);
	return config;
}

static void teardown(void)
{
	config_report_deinit(&report);
}

/** no errors, and how many warnings */
static config_t *load_good(const char *text)
{
	config_t *config = load(text);

	ck_assert_msg(config != NULL, "%s",
				  report.errors.count ? report.errors.list[0] : "no error");
	return config;
}

/** exactly one error, which holds the words */
static void load_bad(const char *text, const char *words)
{
	ck_assert_ptr_null(load(text));
	ck_assert_uint_eq(report.errors.count, 1);
	ck_assert_msg(strstr(report.errors.list[0], words) != NULL, "%s",
				  report.errors.list[0]);
}

static const char all_options[] =
	"connections { one {\n remote_addrs = 203.0.113.1, peer.example.net\n"
	" if_id_in = 0x11\n if_id_out = 17\n mobike = no\n dpd_delay = 9s\n"
	" children { net {\n local_ts = 0.0.0.0/0\n remote_ts = 0.0.0.0/0\n } } } "
	"}\n"
	"cygnet {\n asn = 65530\n router_id = 192.0.2.1\n"
	" advertise = 192.168.0.0/24, 2001:db8:1::/48\n inside = eth1, eth2\n"
	" multipath = 8\n table = 100\n metric = 50\n keep_on_stop = all\n"
	" forwarding = set\n multipath_hash = check\n nexthop_compat = ignore\n"
	" graceful_restart = 4095\n link_bandwidth = no\n"
	" graceful_restart_notification = yes\n initial_hold = 60\n"
	" leak_guard = no\n mss_clamp = no\n pin_underlay = no\n"
	" port_guard = strict\n ike_init_rate = 500\n"
	" bundles { far {\n profile = alibaba\n mode = active-standby\n"
	"  when_down = unreachable\n protect = 10.0.0.0/8\n exits = wan0\n"
	"  accept_default = yes\n import = in\n export = out\n"
	"  tunnels {\n"
	"   one {\n interface_name = ali0\n"
	"    address = 169.254.10.2/30, fd00::2/126\n mtu = 1350\n weight = 3\n"
	"    priority = 7\n on_down = reset\n import = out\n"
	"    neighbor {\n address = 169.254.10.1\n remote_as = 65531\n"
	"     local_as = 64600\n hold_time = 45\n keepalive = 15\n"
	"     connect_retry = 12\n passive = yes\n ipv6 = no\n"
	"     next_hop_self = yes\n multihop = 2\n max_prefix = 500\n"
	"     max_prefix_restart = 600\n import = in\n password = \"a secret\"\n"
	"     max_prefix_warn = 50\n max_prefix_action = warn\n"
	"     max_memory = 64\n max_as_path = 300\n max_communities = 200\n"
	"     role = customer\n role_strict = yes\n allowas_in = 2\n"
	"     as_override = yes\n remove_private_as = replace\n"
	"     enforce_first_as = no\n reject_as_sets = no\n"
	"     graceful_restart = no\n"
	"     graceful_shutdown = yes\n next_hop = strict\n"
	"    }\n"
	"    neighbor6 {\n address = fd00::1\n remote_as = 65532\n }\n"
	"   }\n"
	"   line {\n interface = eth0.100\n }\n"
	"  } } }\n"
	" neighbors { core {\n address = 192.168.0.2\n remote_as = 65530\n"
	"  local_address = 192.168.0.1\n interface = eth2\n weight = 9\n"
	"  ttl_security = 254\n } }\n"
	" redistribute {\n"
	"  lan {\n from = static, connected, ospf, 42, 188\n table = 100\n"
	"   policy = in\n }\n"
	"  all {\n from = connected\n }\n }\n"
	" aggregates {\n"
	"  site {\n prefix = 192.168.0.0/16\n summary_only = yes\n }\n"
	"  six {\n prefix = 2001:db8::/32\n }\n }\n"
	" policies {\n"
	"  in { first {\n match {\n prefixes = 10.0.0.0/8 le 24\n as = 65531\n }\n"
	"    except {\n as_path = \"^65531(_65532){1,2}$\"\n med = 5..\n }\n"
	"    set {\n local_pref = 200\n }\n verdict = next\n }\n"
	"   last {\n } }\n"
	"  out { r {\n verdict = reject\n } }\n"
	" }\n"
	"}\n";

static void check_root(const config_t *c)
{
	ck_assert(c->present);
	ck_assert_uint_eq(c->asn, 65530);
	ck_assert_uint_eq(c->router_id, 0xc0000201);
	ck_assert_uint_eq(c->advertise.count, 2);
	ck_assert_uint_eq(c->advertise.list[1].len, 48);
	ck_assert_uint_eq(c->inside.count, 2);
	ck_assert_str_eq(c->inside.list[1], "eth2");
	ck_assert_uint_eq(c->multipath, 8);
	ck_assert_uint_eq(c->table, 100);
	ck_assert_uint_eq(c->metric, 50);
	ck_assert_int_eq(c->keep_on_stop, CONFIG_KEEP_ALL);
	ck_assert_int_eq(c->forwarding, CONFIG_SET);
	ck_assert_int_eq(c->multipath_hash, CONFIG_CHECK);
	ck_assert_int_eq(c->nexthop_compat, CONFIG_IGNORE);
	ck_assert(!c->leak_guard && !c->mss_clamp && !c->pin_underlay);
	ck_assert_int_eq(c->port_guard, CONFIG_PORTS_STRICT);
	ck_assert_uint_eq(c->ike_init_rate, 500);
	ck_assert_uint_eq(c->graceful_restart, 4095);
	ck_assert_uint_eq(c->initial_hold, 60);
	ck_assert(c->graceful_restart_notification);
	ck_assert(!c->link_bandwidth);
	ck_assert_uint_eq(c->n_bundles, 1);
	ck_assert_uint_eq(c->n_neighbors, 1);
	ck_assert_uint_eq(c->n_policies, 2);
	ck_assert_uint_eq(c->n_connections, 1);
	ck_assert_str_eq(c->connections[0].if_id_in, "0x11");
	ck_assert_str_eq(c->connections[0].mobike, "no");
	ck_assert_uint_eq(c->connections[0].remote_addrs.count, 2);
	ck_assert_str_eq(c->connections[0].remote_addrs.list[1],
					 "peer.example.net");
}

static void check_tunnels(const config_bundle_t *b)
{
	const config_tunnel_t *t = &b->tunnels[0];

	ck_assert_str_eq(b->name, "far");
	ck_assert_str_eq(b->profile, "alibaba");
	ck_assert_int_eq(b->mode, CONFIG_ACTIVE_STANDBY);
	ck_assert_int_eq(b->when_down, CONFIG_DOWN_UNREACHABLE);
	ck_assert(!b->protect_default);
	ck_assert_uint_eq(b->protect.count, 1);
	ck_assert_str_eq(b->exits.list[0], "wan0");
	ck_assert(b->accept_default);
	ck_assert_str_eq(b->import_policy, "in");
	ck_assert_str_eq(b->export_policy, "out");
	ck_assert_uint_eq(b->n_tunnels, 2);
	ck_assert_str_eq(t->name, "one");
	ck_assert_str_eq(t->connection, "one");
	ck_assert_ptr_null(t->interface);
	ck_assert_str_eq(t->link, "ali0");
	ck_assert_uint_eq(t->if_id, 17);
	ck_assert_uint_eq(t->n_addresses, 2);
	ck_assert_uint_eq(t->addresses[1].len, 126);
	ck_assert_uint_eq(t->mtu, 1350);
	ck_assert_uint_eq(t->weight, 3);
	ck_assert_uint_eq(t->priority, 7);
	ck_assert_int_eq(t->on_down, CONFIG_SESSION_RESET);
	ck_assert_uint_eq(t->n_neighbors, 2);
	ck_assert_str_eq(t->import_policy, "out");
	ck_assert_ptr_null(t->export_policy);
	t = &b->tunnels[1];
	ck_assert_str_eq(t->interface, "eth0.100");
	ck_assert_str_eq(t->link, "eth0.100");
	ck_assert_ptr_null(t->connection);
	ck_assert_uint_eq(t->if_id, 0);
}

static void check_neighbors(const config_t *c)
{
	const config_neighbor_t *n = &c->bundles[0].tunnels[0].neighbors[0];

	ck_assert_str_eq(n->name, "one");
	ck_assert_uint_eq(addr_to_v4(&n->address), 0xa9fe0a01);
	ck_assert_uint_eq(n->remote_as, 65531);
	ck_assert_uint_eq(n->local_as, 64600);
	ck_assert_uint_eq(n->hold_time, 45);
	ck_assert_uint_eq(n->keepalive, 15);
	ck_assert_uint_eq(n->connect_retry, 12);
	ck_assert(n->passive && n->ipv4 && !n->ipv6 && n->next_hop_self);
	ck_assert_uint_eq(n->multihop, 2);
	ck_assert_uint_eq(n->max_prefix, 500);
	ck_assert_uint_eq(n->max_prefix_restart, 600);
	ck_assert_uint_eq(n->max_prefix_warn, 50);
	ck_assert_int_eq(n->max_prefix_action, CONFIG_LIMIT_WARN);
	ck_assert_uint_eq(n->max_memory, 64);
	ck_assert_uint_eq(n->max_as_path, 300);
	ck_assert_uint_eq(n->max_communities, 200);
	ck_assert_uint_eq(n->ttl_security, 0);
	ck_assert_int_eq(n->role, CONFIG_ROLE_CUSTOMER);
	ck_assert(n->role_strict && n->as_override && !n->enforce_first_as);
	ck_assert(!n->reject_as_sets);
	ck_assert_uint_eq(n->allowas_in, 2);
	ck_assert_int_eq(n->remove_private_as, CONFIG_PRIVATE_AS_REPLACE);
	ck_assert(!n->graceful_restart && n->graceful_shutdown);
	ck_assert_int_eq(n->next_hop, CONFIG_NEXT_HOP_STRICT);
	ck_assert_str_eq(n->import_policy, "in");
	ck_assert_str_eq(n->export_policy, "out"); /* the bundle's */
	ck_assert_str_eq(n->password, "a secret");
	n++;
	ck_assert_str_eq(n->name, "one/6");
	ck_assert_uint_eq(n->remote_as, 65532);
	ck_assert_str_eq(n->import_policy, "out"); /* the tunnel's */
	ck_assert(n->ipv4 && n->ipv6);
	n = &c->neighbors[0];
	ck_assert_str_eq(n->name, "core");
	ck_assert_uint_eq(addr_to_v4(&n->local_address), 0xc0a80001);
	ck_assert(n->ipv4 && !n->ipv6);
	ck_assert_str_eq(n->interface, "eth2");
	ck_assert_uint_eq(n->weight, 9);
	ck_assert_uint_eq(n->ttl_security, 254);
}

static void check_origins(const config_t *c)
{
	static const uint8_t protocols[] = {3, 4, 188, 42};
	const config_redistribute_t *r = c->redistribute;
	const config_aggregate_t *a = c->aggregates;

	ck_assert_uint_eq(c->n_redistribute, 2);
	ck_assert_str_eq(r->name, "lan");
	ck_assert(r->connected);
	ck_assert_uint_eq(r->n_protocols, countof(protocols));
	ck_assert_mem_eq(r->protocols, protocols, sizeof(protocols));
	ck_assert_uint_eq(r->table, 100);
	ck_assert_str_eq(r->policy, "in");
	r++;
	ck_assert(r->connected);
	ck_assert_uint_eq(r->n_protocols, 0);
	ck_assert_uint_eq(r->table, 254);
	ck_assert_ptr_null(r->policy);
	ck_assert_uint_eq(c->n_aggregates, 2);
	ck_assert_str_eq(a->name, "site");
	ck_assert_uint_eq(a->prefix.len, 16);
	ck_assert(a->summary_only);
	a++;
	ck_assert_uint_eq(a->prefix.addr.family, FAMILY_IPV6);
	ck_assert(!a->summary_only);
}

static void check_policies(const config_t *c)
{
	const config_policy_t *p = config_find_policy(c, "in");
	const config_rule_t *r = &p->rules[0];

	ck_assert_uint_eq(p->n_rules, 2);
	ck_assert_str_eq(r->name, "first");
	ck_assert_str_eq(r->verdict, "next");
	ck_assert_uint_eq(r->match_keys.count, 2);
	ck_assert_uint_eq(r->match_values.count, 2);
	ck_assert_str_eq(r->match_keys.list[0], "prefixes");
	ck_assert_str_eq(r->match_values.list[0], "10.0.0.0/8 le 24");
	ck_assert_str_eq(r->match_values.list[1], "65531");
	ck_assert_uint_eq(r->except_keys.count, 2);
	ck_assert_uint_eq(r->except_values.count, 2);
	ck_assert_str_eq(r->except_keys.list[0], "as_path");
	ck_assert_str_eq(r->except_values.list[0], "^65531(_65532){1,2}$");
	ck_assert_str_eq(r->except_values.list[1], "5..");
	ck_assert_uint_eq(r->set_keys.count, 1);
	ck_assert_str_eq(r->set_keys.list[0], "local_pref");
	ck_assert_str_eq(r->set_values.list[0], "200");
	ck_assert_str_eq(p->rules[1].verdict, "accept");
	ck_assert_ptr_null(config_find_policy(c, "none"));
}

START_TEST(test_all)
{
	config_t *c = load_good(all_options);

	ck_assert_uint_eq(report.warnings.count, 2);
	ck_assert_ptr_nonnull(strstr(report.warnings.list[0], "no routes use it"));
	ck_assert_ptr_nonnull(strstr(report.warnings.list[1], "fd00::1"));
	check_root(c);
	check_tunnels(&c->bundles[0]);
	check_neighbors(c);
	check_origins(c);
	check_policies(c);
	config_destroy(c);
}
END_TEST

/** a site with one tunnel on a link; more goes into the neighbour */
static char *site(const char *profile, const char *more)
{
	return str_format("cygnet {\n asn = 65530\n router_id = 192.0.2.1\n"
					  " bundles { far {\n %s%s\n tunnels { one {\n"
					  " interface = eth1\n address = 10.9.0.2/30\n"
					  " neighbor {\n address = 10.9.0.1\n remote_as = 65531\n"
					  "%s\n } } } } }\n}\n",
					  profile ? "profile = " : "", profile ? profile : "",
					  more);
}

START_TEST(test_defaults)
{
	char *text = site(NULL, "");
	config_t *c = load_good(text);
	const config_bundle_t *b = &c->bundles[0];
	const config_tunnel_t *t = &b->tunnels[0];
	const config_neighbor_t *n = &t->neighbors[0];

	ck_assert_uint_eq(c->multipath, 16);
	ck_assert_uint_eq(c->table, 254);
	ck_assert_uint_eq(c->metric, 20);
	ck_assert_int_eq(c->keep_on_stop, CONFIG_KEEP_GUARD);
	ck_assert_int_eq(c->forwarding, CONFIG_CHECK);
	ck_assert_int_eq(c->multipath_hash, CONFIG_SET);
	ck_assert_int_eq(c->nexthop_compat, CONFIG_SET);
	ck_assert(c->leak_guard && c->mss_clamp && c->pin_underlay);
	ck_assert_int_eq(c->port_guard, CONFIG_PORTS_GUARDED);
	ck_assert_uint_eq(c->ike_init_rate, 0);
	ck_assert_uint_eq(c->graceful_restart, 120);
	ck_assert_uint_eq(c->initial_hold, 5);
	ck_assert(!c->graceful_restart_notification);
	ck_assert(c->link_bandwidth);
	ck_assert_int_eq(b->mode, CONFIG_ACTIVE_ACTIVE);
	ck_assert_int_eq(b->when_down, CONFIG_DOWN_WITHDRAW);
	ck_assert(b->protect_default);
	ck_assert(!b->accept_default);
	ck_assert_ptr_null(b->profile);
	ck_assert_ptr_null(b->import_policy);
	ck_assert_uint_eq(t->mtu, 0);
	ck_assert_uint_eq(t->weight, 1);
	ck_assert_uint_eq(t->priority, 0);
	ck_assert_int_eq(t->on_down, CONFIG_SESSION_KEEP);
	ck_assert_uint_eq(n->hold_time, 90);
	ck_assert_uint_eq(n->keepalive, 0);
	ck_assert_uint_eq(n->connect_retry, 30);
	ck_assert(!n->passive && n->ipv4 && !n->ipv6 && !n->next_hop_self);
	ck_assert_uint_eq(n->max_prefix, 1000000);
	ck_assert_uint_eq(n->max_prefix_restart, 0);
	ck_assert_uint_eq(n->max_prefix_warn, 75);
	ck_assert_int_eq(n->max_prefix_action, CONFIG_LIMIT_STOP);
	ck_assert_uint_eq(n->max_memory, 0);
	ck_assert_uint_eq(n->max_as_path, 1000);
	ck_assert_uint_eq(n->max_communities, 1000);
	ck_assert_uint_eq(n->ttl_security, 0);
	ck_assert_int_eq(n->role, CONFIG_ROLE_NONE);
	ck_assert(!n->role_strict && !n->as_override && n->enforce_first_as);
	ck_assert(n->reject_as_sets);
	ck_assert_uint_eq(n->allowas_in, 0);
	ck_assert_int_eq(n->remove_private_as, CONFIG_PRIVATE_AS_KEEP);
	ck_assert(n->graceful_restart && !n->graceful_shutdown);
	ck_assert_int_eq(n->next_hop, CONFIG_NEXT_HOP_DEVICE);
	ck_assert_ptr_null(n->password);
	ck_assert_ptr_null(n->import_policy);
	config_destroy(c);
	free(text);
}
END_TEST

static const struct
{
	const char *profile;
	uint16_t hold, keepalive;
	uint32_t max_prefix;
} profiles[] = {
	{"alibaba", 90, 0, 1000000}, {"aws", 30, 10, 5000},
	{"azure", 180, 60, 1000000}, {"gcp", 60, 20, 1000000},
	{"oci", 90, 0, 1000000},
};

START_TEST(test_profiles)
{
	char *text = site(profiles[_i].profile, "");
	config_t *c = load_good(text);
	const config_neighbor_t *n = &c->bundles[0].tunnels[0].neighbors[0];

	ck_assert_uint_eq(n->hold_time, profiles[_i].hold);
	ck_assert_uint_eq(n->keepalive, profiles[_i].keepalive);
	ck_assert_uint_eq(n->max_prefix, profiles[_i].max_prefix);
	config_destroy(c);
	free(text);
	/* what is written wins */
	text = site(profiles[_i].profile, "max_prefix = 7");
	c = load_good(text);
	ck_assert_uint_eq(c->bundles[0].tunnels[0].neighbors[0].max_prefix, 7);
	config_destroy(c);
	free(text);
}
END_TEST

START_TEST(test_absent)
{
	config_t *c = load_good("connections {\n}\n");

	ck_assert(!c->present);
	ck_assert_uint_eq(c->n_bundles, 0);
	ck_assert_uint_eq(report.warnings.count, 0);
	config_destroy(c);
}
END_TEST

START_TEST(test_long_name)
{
	char name[CONFIG_NAME_MAX + 2];
	char *text;
	config_t *c;

	memset(name, 'n', sizeof(name));
	name[CONFIG_NAME_MAX] = '\0';
	text = str_format("cygnet { policies { %s {\n } } }", name);
	c = load_good(text);
	ck_assert_str_eq(c->policies[0].name, name);
	config_destroy(c);
	free(text);
	name[CONFIG_NAME_MAX] = 'n';
	name[CONFIG_NAME_MAX + 1] = '\0';
	text = str_format("cygnet { policies { %s {\n } } }", name);
	load_bad(text, "will not do");
	free(text);
}
END_TEST

static char *many(const char *head, const char *each, unsigned n,
				  const char *tail)
{
	text_t text = {.len = 0};

	text_add(&text, head);
	for (unsigned i = 0; i < n; i++)
	{
		text_printf(&text, "t%u {\n%s%u\n}\n", i, each, i);
	}
	text_add(&text, tail);
	return text_take(&text);
}

START_TEST(test_members)
{
	static const char head[] = "cygnet { bundles { b { tunnels {\n";
	static const char each[] = "interface = eth";
	static const char tail[] = "} } } }\n";
	char *text = many(head, each, CONFIG_MEMBERS_MAX, tail);
	config_t *c = load_good(text);

	ck_assert_uint_eq(c->bundles[0].n_tunnels, CONFIG_MEMBERS_MAX);
	config_destroy(c);
	free(text);
	text = many(head, each, CONFIG_MEMBERS_MAX + 1, tail);
	load_bad(text, "65 are too many, at most 64");
	free(text);
}
END_TEST

START_TEST(test_many_tunnels)
{
	/* bundles of 64: 16 of them are at the limit, one tunnel more is beyond */
	text_t text = {.len = 0};
	config_t *c;

	text_add(&text, "cygnet { bundles {\n");
	for (unsigned i = 0; i < CONFIG_TUNNELS_MAX / 64; i++)
	{
		text_printf(&text, "b%u { tunnels {\n", i);
		for (unsigned j = 0; j < 64; j++)
		{
			text_printf(&text, "x%u {\n interface = e%u\n}\n", i * 64 + j,
						i * 64 + j);
		}
		text_add(&text, "} }\n");
	}
	text_add(&text, "} }\n");
	c = load_good(text_str(&text));
	ck_assert_uint_eq(c->n_bundles, CONFIG_TUNNELS_MAX / 64);
	ck_assert_ptr_nonnull(config_find_tunnel(c, "x1023", NULL));
	config_destroy(c);
	text_truncate(&text, text.len - strlen("} }\n"));
	text_add(&text, "more { tunnels { y {\n interface = eth0\n } } } } }\n");
	load_bad(text_str(&text), "more than 1024 tunnels");
	text_deinit(&text);
}
END_TEST

static const struct
{
	const char *profile;
	unsigned prefixes;
	const char *warning;
	const char *error;
} announced[] = {
	{"alibaba", 50, NULL, NULL},
	{"alibaba", 51, "takes 50", NULL},
	{"aws", 100, NULL, NULL},
	{"aws", 101, "more than 100 ", NULL},
	{"aws", 1000, "more than 100 ", NULL},
	{"aws", 1001, NULL, "more than 1000;"},
	{"azure", 4000, NULL, NULL},
	{"azure", 4001, NULL, "more than 4000"},
	{"gcp", 4001, NULL, NULL},
};

START_TEST(test_announced)
{
	text_t text = {.len = 0};
	config_t *c;

	text_add(&text, "cygnet {\n advertise = 10.0.0.0/24");
	for (unsigned i = 1; i < announced[_i].prefixes; i++)
	{
		text_printf(&text, ", 10.%u.%u.0/24", i / 256, i % 256);
	}
	text_printf(&text,
				"\n bundles { b {\n profile = %s\n tunnels {\n"
				" t {\n interface = eth1\n }\n } } }\n"
				" policies { p {\n } }\n}",
				announced[_i].profile);
	c = load(text_str(&text));
	ck_assert_int_eq(c == NULL, announced[_i].error != NULL);
	if (announced[_i].error)
	{
		ck_assert_ptr_nonnull(
			strstr(report.errors.list[0], announced[_i].error));
	}
	/* the tunnel and the policy that nobody uses have theirs */
	ck_assert_uint_eq(report.warnings.count, announced[_i].warning ? 4 : 3);
	if (announced[_i].warning)
	{
		ck_assert_ptr_nonnull(
			strstr(report.warnings.list[1], announced[_i].warning));
	}
	config_destroy(c);
	text_deinit(&text);
}
END_TEST

START_TEST(test_refused_whole)
{
	/* one wrong letter, and nothing comes of all the rest */
	char *text = str_copy(all_options);
	char *at = strstr(text, "leak_guard");

	*at = 'L';
	load_bad(text, "unknown option 'Leak_guard', did you mean 'leak_guard'?");
	free(text);
}
END_TEST

static const struct
{
	const char *text;
	const char *words;
} syntax[] = {
	{"cygnet { multipath {\n } }", "is an option, write multipath = ..."},
	{"cygnet {\n bundles = 1\n }", "is a section, write bundles { ... }"},
	{"cygnet { bundles {\n a = 1\n } }", "only sections stand here"},
	{"cygnet { policies { p {\n a = 1\n } } }", "only sections stand here"},
	{"cygnet { wholly {\n } }", "unknown section 'wholly'"},
	{"cygnet {\n wholly = 1\n }", "unknown option 'wholly'"},
	{"cygnet {\n metric = 5 table = 6\n }", "holds a second option"},
	{"cygnet {\n metric = 5 bundles {\n }", "holds a second option"},
};

START_TEST(test_syntax)
{
	load_bad(syntax[_i].text, syntax[_i].words);
}
END_TEST

Suite *load_suite(void)
{
	const struct
	{
		const char *name;
		const TTest *test;
		size_t count;
	} tests[] = {
		{"all options", test_all, 1},
		{"defaults", test_defaults, 1},
		{"profiles", test_profiles, countof(profiles)},
		{"absent", test_absent, 1},
		{"long name", test_long_name, 1},
		{"members", test_members, 1},
		{"many tunnels", test_many_tunnels, 1},
		{"announced", test_announced, countof(announced)},
		{"refused whole", test_refused_whole, 1},
		{"syntax", test_syntax, countof(syntax)},
	};
	Suite *s = suite_create("load");

	for (size_t i = 0; i < countof(tests); i++)
	{
		TCase *tcase = tcase_create(tests[i].name);

		tcase_add_checked_fixture(tcase, NULL, teardown);
		tcase_set_timeout(tcase, 60);
		tcase_add_loop_test(tcase, tests[i].test, 0, (int)tests[i].count);
		suite_add_tcase(s, tcase);
	}
	return s;
}
