/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A machine's root in a folder of the test's, file by file.
 */

#include "unit/cli/suites.h"

#include "cli/host.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/cygnet-host-XXXXXX";

static void setup(void)
{
	strcpy(strrchr(root, '-'), "-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
}

static void teardown(void)
{
	char *command = str_format("rm -rf '%s'", root);

	ck_assert_int_eq(system(command), 0);
	free(command);
}

/** with the folders above it */
static void put(const char *path, const char *text)
{
	char *name = str_format("%s%s", root, path);
	FILE *file;

	for (char *at = name + strlen(root) + 1; (at = strchr(at, '/')); at++)
	{
		*at = '\0';
		mkdir(name, 0700);
		*at = '/';
	}
	file = fopen(name, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	fclose(file);
	free(name);
}

static config_feature_t feature(const char *option, const char *module)
{
	config_host_t host;
	config_feature_t found;

	host_init(&host, root);
	found = host.feature(host.user, option, module);
	host_deinit(&host);
	return found;
}

static long sysctl(const char *path)
{
	config_host_t host;
	long value;

	host_init(&host, root);
	value = host.sysctl(host.user, path);
	host_deinit(&host);
	return value;
}

static unsigned kernel(const char *release)
{
	config_host_t host;

	put("/proc/sys/kernel/osrelease", release);
	host_init(&host, root);
	host_deinit(&host);
	return host.kernel;
}

START_TEST(test_nothing)
{
	config_host_t host;

	host_init(&host, root);
	ck_assert_uint_eq(host.kernel, 0);
	ck_assert_uint_eq(host.n_addresses, 0);
	host_deinit(&host);
	ck_assert_int_eq(sysctl("net/ipv4/ip_forward"), -1);
	ck_assert_int_eq(feature("CONFIG_A", "a"), CONFIG_FEATURE_UNKNOWN);
	ck_assert_int_eq(feature("CONFIG_A", NULL), CONFIG_FEATURE_UNKNOWN);
}
END_TEST

START_TEST(test_switches)
{
	put("/proc/sys/net/ipv4/ip_forward", "0\n");
	put("/proc/sys/net/two", "12\n");
	put("/proc/sys/net/word", "bbr\n");
	put("/proc/sys/net/empty", "");
	ck_assert_int_eq(sysctl("net/ipv4/ip_forward"), 0);
	ck_assert_int_eq(sysctl("net/two"), 12);
	ck_assert_int_eq(sysctl("net/word"), -1);
	ck_assert_int_eq(sysctl("net/empty"), -1);
	ck_assert_int_eq(sysctl("net/none"), -1);
}
END_TEST

START_TEST(test_release)
{
	ck_assert_uint_eq(kernel("6.1.0-18-amd64\n"), 6 << 16 | 1);
	ck_assert_uint_eq(kernel("5.15"), 5 << 16 | 15);
	ck_assert_uint_eq(kernel("6"), 0);
	ck_assert_uint_eq(kernel(""), 0);
	ck_assert_uint_eq(kernel("x.y\n"), 0);
}
END_TEST

START_TEST(test_modules)
{
	put("/proc/sys/kernel/osrelease", "6.1\n");
	put("/lib/modules/6.1/modules.dep",
		"kernel/net/xfrm_interface.ko.xz: kernel/net/b.ko.xz\n"
		"kernel/esp4.ko:\n");
	/* one list alone says what is there, not what is not */
	ck_assert_int_eq(feature("X", "esp4"), CONFIG_FEATURE_PRESENT);
	ck_assert_int_eq(feature("X", "esp6"), CONFIG_FEATURE_UNKNOWN);
	put("/lib/modules/6.1/modules.builtin", "kernel/c.ko\n");
	ck_assert_int_eq(feature("X", "xfrm_interface"), CONFIG_FEATURE_PRESENT);
	ck_assert_int_eq(feature("X", "c"), CONFIG_FEATURE_PRESENT);
	ck_assert_int_eq(feature("X", "esp6"), CONFIG_FEATURE_ABSENT);
	/* not a part of a name */
	ck_assert_int_eq(feature("X", "interface"), CONFIG_FEATURE_ABSENT);
	ck_assert_int_eq(feature("X", "esp"), CONFIG_FEATURE_ABSENT);
	ck_assert_int_eq(feature("X", NULL), CONFIG_FEATURE_UNKNOWN);
	put("/sys/module/esp6/refcnt", "0\n");
	ck_assert_int_eq(feature("X", "esp6"), CONFIG_FEATURE_PRESENT);
}
END_TEST

START_TEST(test_options)
{
	put("/proc/sys/kernel/osrelease", "6.1\n");
	put("/boot/config-6.1",
		"#\nCONFIG_A=y\nCONFIG_M=m\nCONFIG_N=m\n# CONFIG_B is not set\n");
	ck_assert_int_eq(feature("CONFIG_A", NULL), CONFIG_FEATURE_PRESENT);
	ck_assert_int_eq(feature("CONFIG_A", "a"), CONFIG_FEATURE_PRESENT);
	ck_assert_int_eq(feature("CONFIG_B", NULL), CONFIG_FEATURE_ABSENT);
	ck_assert_int_eq(feature("CONFIG_B", "b"), CONFIG_FEATURE_ABSENT);
	ck_assert_int_eq(feature("CONFIG_M", "m"), CONFIG_FEATURE_UNKNOWN);
	put("/lib/modules/6.1/modules.builtin", "");
	put("/lib/modules/6.1/modules.dep", "kernel/m.ko:\n");
	ck_assert_int_eq(feature("CONFIG_M", "m"), CONFIG_FEATURE_PRESENT);
}
END_TEST

START_TEST(test_not_installed)
{
	put("/proc/sys/kernel/osrelease", "6.1\n");
	put("/boot/config-6.1", "#\nCONFIG_N=m\n");
	put("/lib/modules/6.1/modules.builtin", "kernel/c.ko\n");
	put("/lib/modules/6.1/modules.dep", "kernel/m.ko:\n");
	ck_assert_int_eq(feature("CONFIG_N", "n"), CONFIG_FEATURE_ABSENT);
}
END_TEST

/** lo's own address is everywhere the same, if lo is up */
static bool has_loopback(void)
{
	struct ifaddrs *list;
	bool found = false;

	ck_assert_int_eq(getifaddrs(&list), 0);
	for (const struct ifaddrs *i = list; i; i = i->ifa_next)
	{
		struct sockaddr_in in = {.sin_family = AF_UNSPEC};

		if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET)
		{
			memcpy(&in, i->ifa_addr, sizeof(in));
		}
		found |= ntohl(in.sin_addr.s_addr) == INADDR_LOOPBACK &&
				 !strcmp(i->ifa_name, "lo");
	}
	freeifaddrs(list);
	return found;
}

START_TEST(test_addresses)
{
	unsigned found = 0;
	config_host_t host;

	host_init(&host, "");
	for (size_t i = 0; i < host.n_addresses; i++)
	{
		const config_host_address_t *own = &host.addresses[i];

		ck_assert_uint_le(own->address.len, addr_bits(&own->address.addr));
		ck_assert(*own->link && !strchr(own->link, ':'));
		if (!strcmp(own->link, "lo") && own->address.len == 8 &&
			addr_to_v4(&own->address.addr) == INADDR_LOOPBACK)
		{
			found++;
		}
	}
	host_deinit(&host);
	ck_assert_uint_eq(found, has_loopback() ? 1 : 0);
}
END_TEST

Suite *host_suite(void)
{
	Suite *s = suite_create("host");
	TCase *tcase = tcase_create("files");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_nothing);
	tcase_add_test(tcase, test_addresses);
	tcase_add_test(tcase, test_switches);
	tcase_add_test(tcase, test_release);
	tcase_add_test(tcase, test_modules);
	tcase_add_test(tcase, test_options);
	tcase_add_test(tcase, test_not_installed);
	suite_add_tcase(s, tcase);
	return s;
}
