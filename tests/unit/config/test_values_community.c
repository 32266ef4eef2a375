/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Communities from text: each kind at its limits, wildcards, what is almost
 * right, and what base/community.h has written read again.
 */

#include "suites.h"

#include "base/community.h"
#include "config/values.h"

#include <string.h>

static const struct
{
	config_community_t kind;
	const char *text;
	/** hexadecimal, blanks between: value, and mask if not all of it */
	const char *value;
	const char *mask;
} right[] = {
	{CONFIG_COMMUNITY, "0:0", "00000000", NULL},
	{CONFIG_COMMUNITY, "65530:120", "fffa0078", NULL},
	{CONFIG_COMMUNITY, "65535:65535", "ffffffff", NULL},
	{CONFIG_COMMUNITY, "no-export", "ffffff01", NULL},
	{CONFIG_COMMUNITY, "No-Advertise", "ffffff02", NULL},
	{CONFIG_COMMUNITY, "blackhole", "ffff029a", NULL},
	{CONFIG_COMMUNITY, "graceful-shutdown", "ffff0000", NULL},
	{CONFIG_COMMUNITY, "no-peer", "ffffff04", NULL},
	{CONFIG_COMMUNITY, "65530:*", "fffa0000", "ffff0000"},
	{CONFIG_COMMUNITY, "*:120", "00000078", "0000ffff"},
	{CONFIG_COMMUNITY, "*:*", "00000000", "00000000"},
	{CONFIG_COMMUNITY, "*", "00000000", "00000000"},
	{CONFIG_EXT_COMMUNITY, "rt:65530:120", "0002fffa00000078", NULL},
	{CONFIG_EXT_COMMUNITY, "RT:65535:4294967295", "0002ffffffffffff", NULL},
	{CONFIG_EXT_COMMUNITY, "rt:65536:65535", "020200010000ffff", NULL},
	{CONFIG_EXT_COMMUNITY, "rt:4294967295:0", "0202ffffffff0000", NULL},
	{CONFIG_EXT_COMMUNITY, "rt:65530L:7", "02020000fffa0007", NULL},
	{CONFIG_EXT_COMMUNITY, "rt:192.0.2.1:5", "0102c00002010005", NULL},
	{CONFIG_EXT_COMMUNITY, "soo:1:2", "0003000100000002", NULL},
	{CONFIG_EXT_COMMUNITY, "soo:192.0.2.1:*", "0103c00002010000",
	 "ffffffffffff0000"},
	{CONFIG_EXT_COMMUNITY, "rt:65530:*", "0002fffa00000000",
	 "ffffffff00000000"},
	{CONFIG_EXT_COMMUNITY, "rt:70000:*", "0202000111700000",
	 "ffffffffffff0000"},
	/* 125000000 in single precision */
	{CONFIG_EXT_COMMUNITY, "bandwidth:65530:125000000", "4004fffa4cee6b28",
	 NULL},
	{CONFIG_EXT_COMMUNITY, "bandwidth:65530:1Gbit", "4004fffa4cee6b28", NULL},
	{CONFIG_EXT_COMMUNITY, "bandwidth:65530:1000mbit", "4004fffa4cee6b28",
	 NULL},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1:8kbit", "40040001447a0000", NULL},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1:0", "4004000100000000", NULL},
	{CONFIG_EXT_COMMUNITY, "bandwidth:70000:0", "40045ba000000000", NULL},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1:*", "4004000100000000",
	 "bfffffff00000000"},
	{CONFIG_EXT_COMMUNITY, "bandwidth:*", "4004000000000000",
	 "bfff000000000000"},
	{CONFIG_EXT_COMMUNITY, "0x0102030405060708", "0102030405060708", NULL},
	{CONFIG_EXT_COMMUNITY, "0XfEdCba9876543210", "fedcba9876543210", NULL},
	{CONFIG_EXT_COMMUNITY, "*", "0000000000000000", "0000000000000000"},
	{CONFIG_LARGE_COMMUNITY, "0:0:0", "000000000000000000000000", NULL},
	{CONFIG_LARGE_COMMUNITY, "4294967295:1:4294967295",
	 "ffffffff00000001ffffffff", NULL},
	{CONFIG_LARGE_COMMUNITY, "65530:1:*", "0000fffa0000000100000000",
	 "ffffffffffffffff00000000"},
	{CONFIG_LARGE_COMMUNITY, "*:1:*", "000000000000000100000000",
	 "00000000ffffffff00000000"},
	{CONFIG_LARGE_COMMUNITY, "*", "000000000000000000000000",
	 "000000000000000000000000"},
};

static const char *hex(const uint8_t *bytes, size_t size, char *buf)
{
	for (size_t i = 0; i < size; i++)
	{
		sprintf(buf + 2 * i, "%02x", bytes[i]);
	}
	return buf;
}

START_TEST(test_right)
{
	config_community_t kind = right[_i].kind;
	size_t size = config_community_size(kind);
	config_pattern_t pattern[CONFIG_PATTERNS_MAX];
	uint8_t value[CONFIG_COMMUNITY_MAX];
	char text[2 * CONFIG_COMMUNITY_MAX + 1];

	ck_assert_msg(config_parse_pattern(kind, right[_i].text, pattern) == 1,
				  "%s", right[_i].text);
	ck_assert_str_eq(hex(pattern[0].value, size, text), right[_i].value);
	hex(pattern[0].mask, size, text);
	ck_assert_uint_eq(strlen(text), strlen(right[_i].value));
	if (right[_i].mask)
	{
		ck_assert_str_eq(text, right[_i].mask);
	}
	else
	{
		ck_assert_uint_eq(strspn(text, "f"), 2 * size);
	}
	/* one of its own is without wildcards */
	ck_assert(config_parse_community(kind, right[_i].text, value) ==
			  !right[_i].mask);
	if (!right[_i].mask)
	{
		ck_assert_str_eq(hex(value, size, text), right[_i].value);
	}
}
END_TEST

static const struct
{
	config_community_t kind;
	const char *text;
} wrong[] = {
	{CONFIG_COMMUNITY, ""},
	{CONFIG_COMMUNITY, "1"},
	{CONFIG_COMMUNITY, "1:"},
	{CONFIG_COMMUNITY, ":1"},
	{CONFIG_COMMUNITY, "1:2:3"},
	{CONFIG_COMMUNITY, "65536:1"},
	{CONFIG_COMMUNITY, "1:65536"},
	{CONFIG_COMMUNITY, "-1:1"},
	{CONFIG_COMMUNITY, "1: 2"},
	{CONFIG_COMMUNITY, "655*:1"},
	{CONFIG_COMMUNITY, "**"},
	{CONFIG_COMMUNITY, "no-exprot"},
	{CONFIG_COMMUNITY, "rt:1:2"},
	{CONFIG_EXT_COMMUNITY, ""},
	{CONFIG_EXT_COMMUNITY, "rt"},
	{CONFIG_EXT_COMMUNITY, "rt:"},
	{CONFIG_EXT_COMMUNITY, "rt:1"},
	{CONFIG_EXT_COMMUNITY, "rt:1:"},
	{CONFIG_EXT_COMMUNITY, "rt::1"},
	{CONFIG_EXT_COMMUNITY, "rt:L:1"},
	{CONFIG_EXT_COMMUNITY, "rt:1:2:3"},
	{CONFIG_EXT_COMMUNITY, "rt:*:1"},
	{CONFIG_EXT_COMMUNITY, "rt:*:*"},
	{CONFIG_EXT_COMMUNITY, "rt:1:4294967296"},
	{CONFIG_EXT_COMMUNITY, "rt:65536:65536"},
	{CONFIG_EXT_COMMUNITY, "rt:1L:65536"},
	{CONFIG_EXT_COMMUNITY, "rt:4294967296:1"},
	{CONFIG_EXT_COMMUNITY, "rt:192.0.2.1:65536"},
	{CONFIG_EXT_COMMUNITY, "rt:192.0.2.256:1"},
	{CONFIG_EXT_COMMUNITY, "rt:::1"},
	{CONFIG_EXT_COMMUNITY, "target:1:2"},
	{CONFIG_EXT_COMMUNITY, "bandwidth"},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1"},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1:"},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1:-1"},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1:Gbit"},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1:1Tbit"},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1:1.5Gbit"},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1:1000000000000001"},
	{CONFIG_EXT_COMMUNITY, "bandwidth:1:100000000Gbit"},
	{CONFIG_EXT_COMMUNITY, "bandwidth:*:1"},
	{CONFIG_EXT_COMMUNITY, "0x"},
	{CONFIG_EXT_COMMUNITY, "0x010203040506070"},
	{CONFIG_EXT_COMMUNITY, "0x01020304050607080"},
	{CONFIG_EXT_COMMUNITY, "0x010203040506070g"},
	{CONFIG_EXT_COMMUNITY, "0102030405060708"},
	{CONFIG_LARGE_COMMUNITY, ""},
	{CONFIG_LARGE_COMMUNITY, "1:2"},
	{CONFIG_LARGE_COMMUNITY, "1:2:3:4"},
	{CONFIG_LARGE_COMMUNITY, "1:2:"},
	{CONFIG_LARGE_COMMUNITY, "::"},
	{CONFIG_LARGE_COMMUNITY, "1:2:4294967296"},
	{CONFIG_LARGE_COMMUNITY, "no-export"},
};

START_TEST(test_wrong)
{
	config_pattern_t pattern[CONFIG_PATTERNS_MAX];
	uint8_t value[CONFIG_COMMUNITY_MAX];

	ck_assert_msg(
		!config_parse_pattern(wrong[_i].kind, wrong[_i].text, pattern), "'%s'",
		wrong[_i].text);
	ck_assert(!config_parse_community(wrong[_i].kind, wrong[_i].text, value));
}
END_TEST

START_TEST(test_all_types)
{
	config_pattern_t pattern[CONFIG_PATTERNS_MAX];
	uint8_t value[CONFIG_COMMUNITY_MAX];
	char text[17];

	ck_assert_uint_eq(
		config_parse_pattern(CONFIG_EXT_COMMUNITY, "soo:*", pattern), 3);
	ck_assert_str_eq(hex(pattern[0].value, 8, text), "0003000000000000");
	ck_assert_str_eq(hex(pattern[1].value, 8, text), "0103000000000000");
	ck_assert_str_eq(hex(pattern[2].value, 8, text), "0203000000000000");
	for (size_t i = 0; i < 3; i++)
	{
		ck_assert_str_eq(hex(pattern[i].mask, 8, text), "ffff000000000000");
	}
	ck_assert(!config_parse_community(CONFIG_EXT_COMMUNITY, "soo:*", value));
}
END_TEST

/** what is shown can be written */
START_TEST(test_written)
{
	static const char *const shown[] = {
		"rt:65530:120", "rt:192.0.2.1:5",     "soo:70000:7",
		"rt:65530L:7",  "0x0306000000000001", "bandwidth:65530:125000000",
	};
	char text[COMMUNITY_STR_MAX];
	uint8_t value[CONFIG_COMMUNITY_MAX];

	for (size_t i = 0; i < countof(shown); i++)
	{
		ck_assert(
			config_parse_community(CONFIG_EXT_COMMUNITY, shown[i], value));
		ck_assert_str_eq(ext_community_format(value, text), shown[i]);
	}
	ck_assert(
		config_parse_community(CONFIG_LARGE_COMMUNITY, "65530:1:2", value));
	ck_assert_str_eq(large_community_format(value, text), "65530:1:2");
}
END_TEST

START_TEST(test_long)
{
	config_pattern_t pattern[CONFIG_PATTERNS_MAX];
	char text[2 * CONFIG_ITEM_MAX];

	for (size_t len = CONFIG_ITEM_MAX - 2; len < sizeof(text); len++)
	{
		memset(text, '1', len);
		text[len] = '\0';
		memcpy(text, "rt:", 3);
		ck_assert(!config_parse_pattern(CONFIG_EXT_COMMUNITY, text, pattern));
		memset(text, ':', len);
		ck_assert(!config_parse_pattern(CONFIG_LARGE_COMMUNITY, text, pattern));
		memset(text, '0', len);
		text[len - 2] = ':';
		ck_assert(config_parse_pattern(CONFIG_COMMUNITY, text, pattern) <= 1);
	}
}
END_TEST

Suite *values_community_suite(void)
{
	Suite *s = suite_create("values_community");

	unit_add_loop(s, "right", test_right, countof(right));
	unit_add_loop(s, "wrong", test_wrong, countof(wrong));
	unit_add(s, "all types", test_all_types);
	unit_add(s, "written", test_written);
	unit_add(s, "long", test_long);
	return s;
}
