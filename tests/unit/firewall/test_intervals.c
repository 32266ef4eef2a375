/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Prefixes to intervals, a table of lists: neighbours and nested ones become
 * one, and the last address of a family leaves the end open.
 */

#include "unit/firewall/suites.h"

#include "firewall/intervals.h"

#include <string.h>

/** the list as text: "first-end first-" (no end: open) */
static char *intervals_of(const char *const *texts, family_t family)
{
	fw_prefixes_t prefixes = {0};
	fw_interval_t *list;
	size_t count;
	char *out = str_copy(""), buf[ADDR_STR_MAX];

	for (; *texts; texts++)
	{
		prefix_t p;

		ck_assert(prefix_parse(*texts, &p));
		fw_prefixes_add(&prefixes, &p);
	}
	list = fw_intervals(&prefixes, family, &count);
	ck_assert(count ? list != NULL : list == NULL);
	for (size_t i = 0; i < count; i++)
	{
		addr_t a = {.family = (uint8_t)family};
		char *next;

		memcpy(a.b, list[i].first, 16);
		next = str_format("%s%s%s-", out, i ? " " : "", addr_format(&a, buf));
		free(out);
		out = next;
		if (!list[i].end_open)
		{
			memcpy(a.b, list[i].end, 16);
			next = str_format("%s%s", out, addr_format(&a, buf));
			free(out);
			out = next;
		}
	}
	free(list);
	free(prefixes.list);
	return out;
}

static const struct
{
	const char *prefixes[6];
	family_t family;
	const char *want;
} rows[] = {
	{{NULL}, FAMILY_IPV4, ""},
	{{"fc00::/7"}, FAMILY_IPV4, ""},
	{{"10.0.0.0/8"}, FAMILY_IPV4, "10.0.0.0-11.0.0.0"},
	/* covered, in either order */
	{{"10.0.0.0/8", "10.1.0.0/16"}, FAMILY_IPV4, "10.0.0.0-11.0.0.0"},
	{{"10.1.0.0/16", "10.0.0.0/8"}, FAMILY_IPV4, "10.0.0.0-11.0.0.0"},
	{{"10.0.0.0/8", "10.0.0.0/8"}, FAMILY_IPV4, "10.0.0.0-11.0.0.0"},
	/* touching halves become one, a gap of one address stays */
	{{"10.0.0.0/9", "10.128.0.0/9"}, FAMILY_IPV4, "10.0.0.0-11.0.0.0"},
	{{"10.0.0.0/32", "10.0.0.2/32"},
	 FAMILY_IPV4,
	 "10.0.0.0-10.0.0.1 10.0.0.2-10.0.0.3"},
	/* carry over several bytes */
	{{"10.255.255.255/32"}, FAMILY_IPV4, "10.255.255.255-11.0.0.0"},
	/* the end of the address space */
	{{"255.255.255.255/32"}, FAMILY_IPV4, "255.255.255.255-"},
	{{"224.0.0.0/3", "240.0.0.0/4"}, FAMILY_IPV4, "224.0.0.0-"},
	{{"0.0.0.0/0", "10.0.0.0/8"}, FAMILY_IPV4, "0.0.0.0-"},
	{{"fc00::/7", "10.0.0.0/8"}, FAMILY_IPV6, "fc00::-fe00::"},
	{{"ff00::/8"}, FAMILY_IPV6, "ff00::-"},
	{{"::/0"}, FAMILY_IPV6, "::-"},
};

START_TEST(test_rows)
{
	char *got = intervals_of(rows[_i].prefixes, rows[_i].family);

	ck_assert_str_eq(got, rows[_i].want);
	free(got);
}
END_TEST

Suite *intervals_suite(void)
{
	Suite *s = suite_create("intervals");

	unit_add_loop(s, "rows", test_rows, countof(rows));
	return s;
}
