/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Each thing that a machine can lack, alone, and what is said of it.
 */

#include "suites.h"

#include "base/text.h"
#include "config/config.h"
#include "text_source.h"

#include <stdio.h>
#include <string.h>

/** a machine that is right but for one thing */
typedef struct machine_t
{
	/** a switch that is another than 1 or 2, "" for none */
	const char *path;
	long value;
	/** an option that is not there, "*" for all, "?" for none that is known */
	const char *lacks;
	unsigned kernel;
	/** an address of eth5's, unset: none */
	config_host_address_t own;
} machine_t;

static long sysctl(void *user, const char *path)
{
	const machine_t *machine = user;

	if (!strcmp(machine->path, path))
	{
		return machine->value;
	}
	return strstr(path, "/eth9/") ? -1 : strstr(path, "rp_filter") ? 0 : 1;
}

static config_feature_t feature(void *user, const char *option,
								const char *module)
{
	const machine_t *machine = user;

	if (!strcmp(machine->lacks, "?"))
	{
		return CONFIG_FEATURE_UNKNOWN;
	}
	return !strcmp(machine->lacks, "*") || !strcmp(machine->lacks, option)
			   ? CONFIG_FEATURE_ABSENT
			   : CONFIG_FEATURE_PRESENT;
}

#define TUNNELS                                                                \
	"cygnet {\n asn = 65530\n router_id = 192.0.2.1\n %s\n bundles {\n a {\n"  \
	" %s\n tunnels {\n"                                                        \
	" one {\n interface = eth1\n address = 169.254.8.2/30\n }\n"               \
	" nine {\n interface = eth9\n address = 169.254.9.2/30\n }\n"              \
	" %s\n } } } }\n"
#define IPSEC                                                                  \
	"two {\n address = 169.254.10.2/30\n neighbor {\n"                         \
	" address = 169.254.10.1\n remote_as = 65531\n %s\n } }\n"

/** what is told beyond the load itself, a line each */
static char *told_of(const char *text, machine_t machine)
{
	config_source_t *source = text_source_create(text);
	config_host_t host = {.user = &machine,
						  .sysctl = sysctl,
						  .feature = feature,
						  .kernel = machine.kernel,
						  .addresses = &machine.own,
						  .n_addresses =
							  addr_is_set(&machine.own.address.addr)};
	config_report_t report;
	config_t *config;
	size_t before;
	text_t told;

	ck_assert(source);
	config = config_load(source, &report);
	ck_assert_msg(config, "%s", report.errors.count ? *report.errors.list : "");
	before = report.warnings.count;
	config_check_host(config, &host, &report);
	ck_assert_uint_eq(report.errors.count, 0);
	text_init(&told);
	for (size_t i = before; i < report.warnings.count; i++)
	{
		text_printf(&told, "%s\n", report.warnings.list[i]);
	}
	config_report_deinit(&report);
	config_destroy(config);
	source->destroy(source);
	return text_take(&told);
}

/** one line with these words, or none at all if there are no words */
static void tells(const char *text, machine_t machine, const char *words)
{
	char *told = told_of(text, machine);

	if (words)
	{
		ck_assert_msg(strstr(told, words), "%s: %s", words, told);
		ck_assert_ptr_eq(strchr(told, '\n'), told + strlen(told) - 1);
		ck_assert(!strncmp(told, "this machine: ", 14));
	}
	else
	{
		ck_assert_str_eq(told, "");
	}
	free(told);
}

static machine_t good(void)
{
	return (machine_t){.path = "", .lacks = "", .kernel = 6 << 16 | 1};
}

static machine_t with(const char *path, long value)
{
	machine_t machine = good();

	machine.path = path;
	machine.value = value;
	return machine;
}

static machine_t without(const char *option)
{
	machine_t machine = good();

	machine.lacks = option;
	return machine;
}

static machine_t of_version(unsigned major, unsigned minor)
{
	machine_t machine = good();

	machine.kernel = major << 16 | minor;
	return machine;
}

START_TEST(test_switches)
{
	char *text = str_format(TUNNELS, "", "", "");
	char *routed = str_format(TUNNELS, "", "routes = 10.0.0.0/8", "");
	char *routed6 = str_format(TUNNELS, "", "routes = fd00::/8", "");
	char *set = str_format(TUNNELS, "forwarding = set",
						   "routes = 10.0.0.0/8, fd00::/8", "");
	static const char v4[] = "net/ipv4/ip_forward",
					  v6[] = "net/ipv6/conf/all/forwarding";

	tells(text, good(), NULL);
	tells(text, with(v4, 0), NULL);
	tells(routed, with(v4, 0), "net/ipv4/ip_forward is 0");
	tells(routed, with(v4, -1), NULL);
	tells(routed, with(v6, 0), NULL);
	tells(routed6, with(v6, 0), "net/ipv6/conf/all/forwarding is 0");
	tells(set, with(v4, 0), NULL);
	tells(set, with(v6, 0), NULL);
	free(text);
	free(routed);
	free(routed6);
	free(set);
}
END_TEST

START_TEST(test_rp_filter)
{
	char *text = str_format(TUNNELS, "", "", "");
	static const char eth1[] = "net/ipv4/conf/eth1/rp_filter",
					  all[] = "net/ipv4/conf/all/rp_filter";
	static const char alone[] =
		"cygnet {\n bundles {\n a {\n tunnels {\n"
		" one {\n interface = eth1\n address = 169.254.8.2/30\n } } } } }\n";

	tells(text, with(eth1, 1), "tunnel 'one'");
	tells(text, with(eth1, 2), NULL);
	tells(text, with(all, 1), "rp_filter of eth1 is strict");
	tells(text, with(all, 2), NULL);
	/* there is no other way to come back by */
	tells(alone, with(eth1, 1), NULL);
	free(text);
}
END_TEST

START_TEST(test_features)
{
	char *neighbor = str_format(IPSEC, "password = x");
	char *plain = str_format(TUNNELS, "", "", "");
	char *ipsec = str_format(TUNNELS, "ike_init_rate = 5", "", neighbor);
	char *open = str_format(
		TUNNELS, "leak_guard = no\n mss_clamp = no\n port_guard = no", "", "");
	char *mapped =
		str_format(TUNNELS, "", "netmap = 10.0.0.0/24 to 10.200.0.0/24", "");
	static const char *const wanted[] = {
		"CONFIG_XFRM_INTERFACE",     "CONFIG_INET_ESP",
		"CONFIG_XFRM_USER",          "CONFIG_IP_ROUTE_MULTIPATH",
		"CONFIG_IP_MULTIPLE_TABLES", "CONFIG_TCP_MD5SIG",
		"CONFIG_NF_TABLES",          "CONFIG_NFT_LIMIT",
	};

	for (size_t i = 0; i < countof(wanted); i++)
	{
		tells(ipsec, without(wanted[i]), wanted[i]);
		tells(plain, without(wanted[i]), i == 3 || i == 6 ? wanted[i] : NULL);
	}
	tells(open, without("CONFIG_NF_TABLES"), NULL);
	tells(plain, without("CONFIG_NFT_NAT"), NULL);
	tells(mapped, without("CONFIG_NFT_NAT"),
		  "its kernel has no CONFIG_NFT_NAT (nft_nat): netmap translates "
		  "nothing, and no part of the table is loaded");
	tells(mapped, good(), NULL);
	tells(ipsec, without("?"), NULL);
	tells("connections {\n }\n", without("*"), NULL);
	free(neighbor);
	free(plain);
	free(ipsec);
	free(open);
	free(mapped);
}
END_TEST

static machine_t on(const char *link, const char *address)
{
	machine_t machine = good();

	snprintf(machine.own.link, sizeof(machine.own.link), "%s", link);
	ck_assert(ifaddr_parse(address, &machine.own.address));
	return machine;
}

START_TEST(test_networks)
{
	char *text =
		str_format(TUNNELS, "", "routes = 10.1.0.0/16, fd00:1::/64",
				   "six {\n interface = eth8\n"
				   " address = 2001:db8::2/126, fe80::2/64, 10.5.0.1/32\n"
				   " routes = 10.7.0.0/16\n }\n");
	static const char whole[] =
		"this machine: eth5 has 10.1.0.9/16, a network that holds the static "
		"route 10.1.0.0/16 of 'a': hosts here or there are not reached; where "
		"both sites use it, netmap gives them other addresses\n";
	char *told;

	told = told_of(text, on("eth5", "10.1.0.9/16"));
	ck_assert_str_eq(told, whole);
	free(told);
	tells(text, on("eth5", "10.0.0.9/15"), "eth5 has 10.0.0.9/15, a network");
	/* part of it goes to the link, as is meant mostly */
	tells(text, on("eth5", "10.1.0.9/17"), NULL);
	tells(text, on("eth5", "10.2.0.9/16"), NULL);
	tells(text, on("eth5", "10.7.0.9/16"), "10.7.0.0/16 of 'six'");
	tells(text, on("eth5", "fd00:1::9/64"), "fd00:1::/64 of 'a'");
	tells(text, on("eth5", "169.254.8.9/24"),
		  "eth5 has 169.254.8.9/24, in whose network, or around it, is that of "
		  "tunnel 'one' (169.254.8.2/30): what is for one goes to the other; "
		  "give the tunnel another");
	tells(text, on("eth5", "169.254.8.2/31"), "that of tunnel 'one'");
	tells(text, on("eth5", "169.254.8.5/30"), NULL);
	tells(text, on("eth5", "169.254.8.1/32"), NULL);
	tells(text, on("eth5", "10.5.0.1/24"), NULL);
	tells(text, on("eth5", "2001:db8::1/64"), "tunnel 'six' (2001:db8::2/126)");
	tells(text, on("eth5", "fe80::1/64"), NULL);
	/* the tunnel's own, or another's */
	tells(text, on("eth1", "169.254.8.2/30"), NULL);
	tells(text, on("lo", "127.0.0.1/8"), NULL);
	free(text);
}
END_TEST

START_TEST(test_version)
{
	char *text = str_format(TUNNELS, "", "", "");
	char *resilient = str_format(TUNNELS, "", "resilient = yes", "");

	tells(text, of_version(5, 2), "5.2: there are next hop objects");
	tells(text, of_version(5, 3), NULL);
	tells(text, of_version(0, 0), NULL);
	tells(text, of_version(5, 12), NULL);
	tells(resilient, of_version(5, 12), "since 5.13");
	tells(resilient, of_version(5, 13), NULL);
	free(text);
	free(resilient);
}
END_TEST

Suite *check_host_suite(void)
{
	Suite *s = suite_create("check_host");

	unit_add(s, "switches", test_switches);
	unit_add(s, "rp_filter", test_rp_filter);
	unit_add(s, "features", test_features);
	unit_add(s, "networks", test_networks);
	unit_add(s, "version", test_version);
	return s;
}
