/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Every row of the option table, by its type: what is right, what is at its
 * limits, one beyond, and that a refused value leaves the member alone.
 */

#include "suites.h"

#include "config/option.h"
#include "config/profile.h"

#include <inttypes.h>
#include <string.h>

/** room for the struct of any scope */
typedef union object_t
{
	config_t root;
	config_bundle_t bundle;
	config_tunnel_t tunnel;
	config_neighbor_t neighbor;
	config_redistribute_t redistribute;
	config_aggregate_t aggregate;
	config_rule_t rule;
} object_t;

static const config_option_t *row(int i)
{
	size_t count;

	return &config_schema_options(&count)[i];
}

static size_t rows(void)
{
	size_t count;

	config_schema_options(&count);
	return count;
}

/** parses, and holds what it says about the member */
static bool takes(const config_option_t *option, const char *value,
				  object_t *object)
{
	object_t before = *object;
	char *error = option_parse(option, value, object);

	if (error)
	{
		ck_assert_msg(*error, "%s = %s", option->key, value);
		ck_assert_mem_eq(&before, object, sizeof(before));
		free(error);
		return false;
	}
	return true;
}

static uint64_t number_of(const config_option_t *option, const object_t *object)
{
	const char *member = (const char *)object + option->at;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;

	switch (option->size)
	{
		case 1:
			memcpy(&u8, member, 1);
			return u8;
		case 2:
			memcpy(&u16, member, 2);
			return u16;
		default:
			ck_assert_uint_eq(option->size, 4);
			memcpy(&u32, member, 4);
			return u32;
	}
}

static void number_limits(const config_option_t *option)
{
	object_t object = {.root = {.asn = 0}};
	const uint64_t right[] = {option->min, option->max};
	char text[32];

	for (size_t i = 0; i < countof(right); i++)
	{
		snprintf(text, sizeof(text), "%" PRIu64, right[i]);
		ck_assert_msg(takes(option, text, &object), "%s = %s", option->key,
					  text);
		if (option->type == CONFIG_NUMBER)
		{
			ck_assert_uint_eq(number_of(option, &object), right[i]);
		}
	}
	snprintf(text, sizeof(text), "%" PRIu64, option->max + 1);
	ck_assert_msg(!takes(option, text, &object), "%s = %s", option->key, text);
	if (option->min)
	{
		snprintf(text, sizeof(text), "%" PRIu64, option->min - 1);
		ck_assert(takes(option, text, &object) ==
				  (option->or_zero && option->min == 1));
		ck_assert(takes(option, "0", &object) == option->or_zero);
	}
	ck_assert(!takes(option, "", &object));
	ck_assert(!takes(option, "many", &object));
	ck_assert(!takes(option, "-1", &object));
}

static void each_name(const config_option_t *option)
{
	object_t object = {.root = {.asn = 0}};

	for (size_t i = 0; option->names[i]; i++)
	{
		ck_assert(takes(option, option->names[i], &object));
		if (option->type == CONFIG_CHOICE)
		{
			ck_assert_uint_eq(number_of(option, &object), i);
		}
	}
	ck_assert(!takes(option, "", &object));
	ck_assert(!takes(option, "neither", &object));
	option_clear(option, &object);
}

typedef struct sample_t
{
	config_type_t type;
	/** up to the first NULL */
	const char *right[8];
	const char *wrong[10];
} sample_t;

static const sample_t samples[] = {
	{CONFIG_BOOL, {"yes", "no"}, {"", "maybe"}},
	{CONFIG_ASN,
	 {"1", "4294967294", "65534", "65536", "1.0"},
	 {"0", "65535", "4294967295", "23456", "0.23456", "4294967296", "x"}},
	{CONFIG_ROUTER_ID,
	 {"192.0.2.1", "0.0.0.1", "255.255.255.255", "223.255.255.255"},
	 {"0.0.0.0", "224.0.0.1", "::1", "192.0.2", "1", ""}},
	{CONFIG_TABLE,
	 {"main", "1", "254", "256", "4294967295"},
	 {"0", "255", "4294967296", "local", ""}},
	{CONFIG_ADDRESS,
	 {"192.0.2.1", "2001:db8::1", "fe80::1"},
	 {"", "192.0.2.1/32", "peer.example.net", "192.0.2.256"}},
	{CONFIG_IFADDRS,
	 {"169.254.10.2/30", "169.254.10.2/30, fd00::2/126", "10.0.0.1/32"},
	 {"", "169.254.10.2", "10.0.0.1/33", "10.0.0.1/30,", "fd00::2/129"}},
	{CONFIG_PREFIX,
	 {"10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"},
	 {"", "10.0.0.0", "10.0.0.1/8", "10.0.0.0/8, fd00::/8"}},
	{CONFIG_PROTOCOLS,
	 {"connected", "connected, static", "static", "ospf, 42, OSPF", "0", "255"},
	 {"", "110", "cygnet", "kernel", "2", "256", "-1", "connected,", "opsf"}},
	{CONFIG_PREFIXES,
	 {"10.0.0.0/8", "10.0.0.0/8, fd00::/8", "0.0.0.0/0", "10.0.0.1/32"},
	 {"", "10.0.0.0", "10.0.0.1/8", "10.0.0.0/8,", "10.0.0.0/8 ::/0", "none"}},
	{CONFIG_PROTECT,
	 {"10.0.0.0/8", "none", "default", "Default"},
	 {"", "10.0.0.1/8", "none, 10.0.0.0/8", "defaults"}},
	{CONFIG_NETMAP,
	 {"10.0.0.0/24 to 10.2.0.0/24", "10.0.0.0/8 TO 11.0.0.0/8",
	  "10.0.0.0/24 to 10.2.0.0/24,fd00:1::/64 to fd00:2::/64",
	  " 10.0.0.1/32  to\t10.2.0.1/32 "},
	 {"", "10.0.0.0/24", "10.0.0.0/24 to", "10.0.0.0/24 to 10.2.0.0/25",
	  "10.0.0.1/24 to 10.2.0.0/24", "10.0.0.0/24 to fd00::/24",
	  "10.0.0.0/24 10.2.0.0/24", "10.0.0.0/24 to 10.2.0.0/24,",
	  "10.0.0.0/24 to 10.2.0.0/24 to"}},
	{CONFIG_ALLOW,
	 {"any", "none", "10.1.0.0/16 tcp 443, any icmp",
	  "10.1.0.0/16 from 10.9.0.0/16 udp 5000-5010", "any from fd00::/8 47",
	  "any tcp 1-65535", "any sctp 65535"},
	 {"", "tcp", "any tcp 0", "any tcp 65536", "any tcp 2-1", "any icmp 8",
	  "any 256", "10.0.0.0/8 from fd00::/8", "any tcp 1- , any"}},
	{CONFIG_LINKS,
	 {"eth0", "eth0, eth0.100", "123456789012345"},
	 {"", "1234567890123456", "eth0,", "eth 0", "a/b", "a:b", "a%d", ".."}},
	{CONFIG_LINK,
	 {"eth0", "123456789012345", "cyg-ali-1"},
	 {"", "1234567890123456", "eth0, eth1", ".", "a/b", "\x01"}},
	{CONFIG_WORD,
	 {"a", "branch@hq",
	  "123456789012345678901234567890123456789012345678901234567890123"},
	 {"", "two words",
	  "1234567890123456789012345678901234567890123456789012345678901234"}},
	{CONFIG_SECRET,
	 {"x", "with spaces = and more {",
	  "123456789012345678901234567890123456789012345678901234567890123456789012"
	  "34"
	  "567890"},
	 {"", "12345678901234567890123456789012345678901234567890123456789012345678"
		  "901234"
		  "5678901"}},
	{CONFIG_RAW_RANGES,
	 {"10.0.0.0/8", "10.0.0.0/8 le 24, fd00::/8 ge 48"},
	 {"", "10.0.0.0/8 le 24,", "10.0.0.0/8 le 7"}},
	{CONFIG_RAW_FAMILY, {"ipv4", "ipv6"}, {"", "ip", "ipv4, ipv6"}},
	{CONFIG_RAW_YES, {"yes", "true"}, {"", "no"}},
	{CONFIG_RAW_SOURCES,
	 {"advertise", "connected, static, other, aggregate", "neighbor"},
	 {"", "kernel", "static,"}},
	{CONFIG_RAW_ORIGINS, {"igp", "igp, incomplete"}, {"", "igp,", "x"}},
	{CONFIG_RAW_ORIGIN, {"egp"}, {"", "igp, egp"}},
	{CONFIG_RAW_NEIGHBORS, {"a", "a/6, b"}, {"", "a,", "a b"}},
	{CONFIG_RAW_ASNS, {"65531", "1, 1.10"}, {"", "0", "23456", "1,"}},
	{CONFIG_RAW_ASN, {"65531"}, {"", "0", "23456", "1, 2"}},
	{CONFIG_RAW_AS_PATH,
	 {"^$", "_65530_", "^1(_2){1,3}$", "^(1|2), 3"},
	 {"", "(", "(1)\\1", "_[0-9"}},
	{CONFIG_RAW_INTERVALS, {"5", "..3, 5.."}, {"", "5..3", "1,"}},
	{CONFIG_RAW_NETWORKS,
	 {"10.0.0.0/8", "192.0.2.1, 2001:db8::/32"},
	 {"", "10.0.0.1/8", "x"}},
	{CONFIG_RAW_ADDRESS,
	 {"192.0.2.1", "2001:db8::1", "fe80::1"},
	 {"", "0.0.0.0", "224.0.0.1", "127.0.0.1", "::1", "10.0.0.0/8", "self"}},
	{CONFIG_RAW_PATTERNS, {"1:2", "*, 1:*, no-export"}, {"", "1:2,", "x"}},
	{CONFIG_RAW_EXT_PATTERNS, {"rt:1:2", "rt:*, soo:1:*"}, {"", "1:2", "*,"}},
	{CONFIG_RAW_LARGE_PATTERNS, {"1:2:3", "1:*:*, *"}, {"", "1:2", "*,"}},
	{CONFIG_RAW_COMMUNITIES, {"1:2", "no-export, 3:4"}, {"", "1:2,", "1:*"}},
	{CONFIG_RAW_EXT_COMMUNITIES,
	 {"rt:1:2", "soo:1:2, bandwidth:1:5Mbit"},
	 {"", "rt:*", "rt:1:*"}},
	{CONFIG_RAW_LARGE_COMMUNITIES,
	 {"1:2:3", "1:2:3, 4:5:6"},
	 {"", "1:2", "*:*:*"}},
};

START_TEST(test_row)
{
	const config_option_t *option = row(_i);
	object_t object = {.root = {.asn = 0}};
	bool tried = false;

	if (option->type == CONFIG_NUMBER || option->type == CONFIG_RAW_NUMBER)
	{
		number_limits(option);
		return;
	}
	if (option->names)
	{
		each_name(option);
		return;
	}
	for (size_t i = 0; i < countof(samples); i++)
	{
		if (samples[i].type != option->type)
		{
			continue;
		}
		tried = true;
		for (size_t j = 0; samples[i].right[j]; j++)
		{
			ck_assert_msg(takes(option, samples[i].right[j], &object),
						  "%s = %s", option->key, samples[i].right[j]);
		}
		for (size_t j = 0; samples[i].wrong[j]; j++)
		{
			ck_assert_msg(!takes(option, samples[i].wrong[j], &object),
						  "%s = %s", option->key, samples[i].wrong[j]);
		}
	}
	ck_assert_msg(tried, "%s: no sample of its type", option->key);
	option_clear(option, &object);
}
END_TEST

/** two different values that the option takes; false: it is a raw one */
static bool two_values(const config_option_t *option, char one[32],
					   char other[32])
{
	if (option->type == CONFIG_NUMBER)
	{
		snprintf(one, 32, "%" PRIu64, option->min);
		snprintf(other, 32, "%" PRIu64, option->max);
		return true;
	}
	if (option->names)
	{
		snprintf(one, 32, "%s", option->names[0]);
		snprintf(other, 32, "%s", option->names[1]);
		return true;
	}
	for (size_t i = 0; i < countof(samples); i++)
	{
		if (samples[i].type == option->type && option->type < CONFIG_RAW_RANGES)
		{
			snprintf(one, 32, "%s", samples[i].right[0]);
			snprintf(other, 32, "%s", samples[i].right[1]);
			return true;
		}
	}
	return false;
}

START_TEST(test_equal)
{
	const config_option_t *option = row(_i);
	object_t a = {.root = {.asn = 0}}, b = {.root = {.asn = 0}};
	char one[32], other[32];

	ck_assert(option_equal(option, &a, &b));
	if (two_values(option, one, other))
	{
		ck_assert(takes(option, one, &a) && takes(option, one, &b));
		ck_assert(option_equal(option, &a, &b));
		ck_assert(takes(option, other, &b));
		ck_assert_msg(!option_equal(option, &a, &b), "%s: %s, %s", option->key,
					  one, other);
		ck_assert(!option_equal(option, &b, &a));
		option_clear(option, &a);
		option_clear(option, &b);
	}
}
END_TEST

START_TEST(test_equal_protect)
{
	const config_option_t *option =
		config_schema_option(CONFIG_IN_BUNDLE, "protect");
	object_t a = {.root = {.asn = 0}}, b = {.root = {.asn = 0}};

	/* both empty before anything is derived */
	ck_assert(takes(option, "none", &a) && takes(option, "default", &b));
	ck_assert(!option_equal(option, &a, &b));
}
END_TEST

START_TEST(test_fallback)
{
	const config_option_t *option = row(_i);
	object_t object = {.root = {.asn = 0}};

	if (option->fallback)
	{
		ck_assert(takes(option, option->fallback, &object));
		option_clear(option, &object);
	}
}
END_TEST

START_TEST(test_profile_fallbacks)
{
	const char *profile, *key, *value;
	object_t object = {.root = {.asn = 0}};
	size_t i;

	for (i = 0; profile_default_row(i, &profile, &key, &value); i++)
	{
		const config_option_t *option =
			config_schema_option(CONFIG_IN_NEIGHBOR, key);

		ck_assert_ptr_nonnull(option);
		ck_assert(takes(option, value, &object));
		ck_assert_ptr_nonnull(profile_known(profile));
		ck_assert_str_eq(profile_default(profile, CONFIG_IN_NEIGHBOR, key),
						 value);
		/* of tunnels' neighbours alone */
		ck_assert_ptr_null(profile_default(profile, CONFIG_IN_PEER, key));
		ck_assert_ptr_null(profile_default(NULL, CONFIG_IN_NEIGHBOR, key));
	}
	ck_assert_uint_gt(i, 0);
}
END_TEST

START_TEST(test_secret_unseen)
{
	const config_option_t *option =
		config_schema_option(CONFIG_IN_NEIGHBOR, "password");
	object_t object = {.root = {.asn = 0}};
	char secret[100];
	char *error;

	memset(secret, 's', sizeof(secret));
	secret[sizeof(secret) - 1] = '\0';
	error = option_parse(option, secret, &object);
	ck_assert_ptr_nonnull(error);
	ck_assert_ptr_null(strstr(error, "sss"));
	free(error);
}
END_TEST

START_TEST(test_names)
{
	char name[CONFIG_NAME_MAX + 2];

	memset(name, 'n', sizeof(name));
	name[CONFIG_NAME_MAX + 1] = '\0';
	ck_assert(!option_name_valid(name));
	name[CONFIG_NAME_MAX] = '\0';
	ck_assert(option_name_valid(name));
	ck_assert(option_name_valid("ali-1_b"));
	ck_assert(!option_name_valid(""));
	ck_assert(!option_name_valid("a b"));
	ck_assert(!option_name_valid("a/6"));
	ck_assert(!option_name_valid("a%s"));
}
END_TEST

Suite *option_suite(void)
{
	Suite *s = suite_create("option");

	unit_add_loop(s, "row", test_row, rows());
	unit_add_loop(s, "equal", test_equal, rows());
	unit_add(s, "equal protect", test_equal_protect);
	unit_add_loop(s, "fallback", test_fallback, rows());
	unit_add(s, "profile fallbacks", test_profile_fallbacks);
	unit_add(s, "secret unseen", test_secret_unseen);
	unit_add(s, "names", test_names);
	return s;
}
