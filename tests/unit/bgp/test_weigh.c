/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Shares among equal paths, to the last digit.
 */

#include "unit/bgp/suites.h"

#include "bgp/weigh.h"

#include <string.h>

#define PATHS 4

typedef struct path_row_t
{
	/** extended communities, NULL: none */
	const char *ext;
	uint16_t len;
	uint16_t policy;
	/** the peer's, and what comes out */
	uint16_t weight;
	uint16_t want;
} path_row_t;

/* 1,250,000,000, 125,000,000 and 62,500,000 bytes a second, 3.0 and 1.0 */
#define BW_10G "\x40\x04\xff\xfb\x4e\x95\x02\xf9"
#define BW_1G  "\x40\x04\xff\xfb\x4c\xee\x6b\x28"
#define BW_500 "\x00\x04\xff\xfb\x4c\x6e\x6b\x28"
#define BW_3   "\x40\x04\xff\xfb\x40\x40\x00\x00"
#define BW_1   "\x40\x04\xff\xfb\x3f\x80\x00\x00"
/* largest and smallest that count */
#define BW_MAX "\x40\x04\xff\xfb\x7f\x7f\xff\xff"
#define BW_MIN "\x40\x04\xff\xfb\x00\x80\x00\x00"
/* and those that do not */
#define BW_ZERO      "\x40\x04\xff\xfb\x00\x00\x00\x00"
#define BW_DENORMAL  "\x40\x04\xff\xfb\x00\x7f\xff\xff"
#define BW_INFINITE  "\x40\x04\xff\xfb\x7f\x80\x00\x00"
#define BW_NAN       "\x40\x04\xff\xfb\x7f\xc0\x00\x00"
#define BW_MINUS     "\x40\x04\xff\xfb\xcc\xee\x6b\x28"
#define BW_MINUS_NAN "\x40\x04\xff\xfb\xff\xc0\x00\x00"
#define TARGET       "\x00\x02\xff\xfb\x4c\xee\x6b\x28"

static const struct
{
	const char *name;
	unsigned count;
	bool off;
	path_row_t paths[PATHS];
} rows[] = {
	{"peers", 2, .paths = {{.weight = 1, .want = 1}, {.weight = 9, .want = 9}}},
	{"policy", 3,
	 .paths = {{.weight = 1, .want = 1},
			   {.weight = 9, .policy = 65535, .want = 65535},
			   {.weight = 9, .policy = 1, .want = 1}}},
	{"two to one", 2,
	 .paths = {{BW_1G, 8, .want = 65535}, {BW_500, 8, .want = 32768}}},
	{"ten to one", 3,
	 .paths = {{BW_1G, 8, .want = 6554},
			   {BW_10G, 8, .want = 65535},
			   {BW_1G, 8, .want = 6554}}},
	{"three to one", 2,
	 .paths = {{BW_3, 8, .want = 65535}, {BW_1, 8, .want = 21845}}},
	{"equal", 2, .paths = {{BW_3, 8, .want = 65535}, {BW_3, 8, .want = 65535}}},
	{"alone", 1, .paths = {{BW_MIN, 8, .weight = 3, .want = 65535}}},
	{"extremes", 2,
	 .paths = {{BW_MAX, 8, .want = 65535}, {BW_MIN, 8, .want = 1}}},
	{"off", 2, .off = true,
	 .paths = {{BW_1G, 8, .weight = 4, .want = 4},
			   {BW_500, 8, .weight = 5, .want = 5}}},
	{"policy before bandwidth", 2,
	 .paths = {{BW_1G, 8, .weight = 4, .policy = 7, .want = 7},
			   {BW_500, 8, .weight = 5, .want = 5}}},
	{"one without", 3,
	 .paths = {{BW_1G, 8, .weight = 4, .want = 4},
			   {BW_500, 8, .weight = 5, .want = 5},
			   {.weight = 6, .want = 6}}},
	{"another kind", 2,
	 .paths = {{BW_1G, 8, .weight = 4, .want = 4},
			   {TARGET, 8, .weight = 5, .want = 5}}},
	{"among others", 2,
	 .paths = {{TARGET BW_1G, 16, .want = 65535},
			   {BW_NAN BW_500, 16, .want = 32768}}},
	{"zero", 1, .paths = {{BW_ZERO, 8, .weight = 4, .want = 4}}},
	{"denormal", 1, .paths = {{BW_DENORMAL, 8, .weight = 4, .want = 4}}},
	{"infinite", 1, .paths = {{BW_INFINITE, 8, .weight = 4, .want = 4}}},
	{"not a number", 1, .paths = {{BW_NAN, 8, .weight = 4, .want = 4}}},
	{"negative", 1, .paths = {{BW_MINUS, 8, .weight = 4, .want = 4}}},
	{"minus NaN", 1, .paths = {{BW_MINUS_NAN, 8, .weight = 4, .want = 4}}},
	{"none", 0, .paths = {{0}}},
};

START_TEST(test_rows)
{
	bgp_path_t paths[PATHS];
	bgp_attrs_t attrs[PATHS];

	memset(attrs, 0, sizeof(attrs));
	memset(paths, 0, sizeof(paths));
	for (unsigned i = 0; i < rows[_i].count; i++)
	{
		const path_row_t *row = &rows[_i].paths[i];

		attrs[i].ext_communities.data = (const uint8_t *)row->ext;
		attrs[i].ext_communities.len = row->len;
		attrs[i].weight = row->policy;
		paths[i].attrs = &attrs[i];
		paths[i].weight = row->weight;
	}
	bgp_weigh(paths, rows[_i].count, !rows[_i].off);
	for (unsigned i = 0; i < rows[_i].count; i++)
	{
		ck_assert_msg(paths[i].weight == rows[_i].paths[i].want,
					  "%s, path %u: %u", rows[_i].name, i, paths[i].weight);
	}
}
END_TEST

/** where the exponents part by one, and at the last step that has a share */
START_TEST(test_steps)
{
	for (uint32_t shift = 0; shift < 30; shift++)
	{
		uint8_t wide[] = BW_3, narrow[] = BW_3;
		uint32_t bits = 0x40400000u - (shift << 23);
		uint64_t want = ((uint64_t)65535 * 2 + (1ull << shift)) >> (shift + 1);
		bgp_attrs_t attrs[2];
		bgp_path_t paths[2];

		memset(attrs, 0, sizeof(attrs));
		memset(paths, 0, sizeof(paths));
		for (unsigned i = 0; i < 4; i++)
		{
			narrow[4 + i] = (uint8_t)(bits >> (24 - 8 * i));
		}
		attrs[0].ext_communities = (bgp_blob_t){narrow, 8};
		attrs[1].ext_communities = (bgp_blob_t){wide, 8};
		paths[0].attrs = &attrs[0];
		paths[1].attrs = &attrs[1];
		bgp_weigh(paths, 2, true);
		ck_assert_uint_eq(paths[1].weight, 65535);
		ck_assert_uint_eq(paths[0].weight, want ? want : 1);
	}
}
END_TEST

Suite *weigh_suite(void)
{
	Suite *suite = suite_create("weigh");

	unit_add_loop(suite, "rows", test_rows, countof(rows));
	unit_add(suite, "steps", test_steps);
	return suite;
}
