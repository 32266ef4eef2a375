/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The trie, beside a naive model: a plain array of prefixes and values. The
 * prefixes are drawn from few bits, so that equal ones, nested ones and
 * neighbours are common, and the bits stand at both ends of the address.
 */

#include "unit/base/suites.h"

#include "base/trie.h"

#include <stdlib.h>
#include <string.h>

#define MODEL_MAX 512

typedef struct model_t
{
	family_t family;
	prng_t rng;
	size_t count;
	struct
	{
		prefix_t prefix;
		uint32_t value;
	} row[MODEL_MAX];
} model_t;

static prefix_t P(const char *s)
{
	prefix_t p;

	ck_assert_msg(prefix_parse(s, &p), "not a prefix: %s", s);
	return p;
}

static void set(trie_t *trie, const char *s, uint32_t value)
{
	prefix_t p = P(s);
	uint32_t *place = trie_insert(trie, &p);

	ck_assert_ptr_nonnull(place);
	*place = value;
}

static void assert_prefix(const prefix_t *p, const char *want)
{
	char buf[PREFIX_STR_MAX];

	ck_assert_str_eq(prefix_format(p, buf), want);
}

static prefix_t draw(model_t *m)
{
	static const unsigned lens4[] = {0, 1, 2, 3, 29, 30, 31, 32};
	static const unsigned lens6[] = {0,  1,  2,  3,  31,  32,  33,  34,
									 63, 64, 65, 66, 125, 126, 127, 128};
	bool v4 = m->family == FAMILY_IPV4;
	uint64_t r = prng_next(&m->rng);
	addr_t a = {.family = (uint8_t)m->family};
	size_t last = v4 ? 3 : 15;

	a.b[0] = (uint8_t)((r & 7) << 5);
	a.b[last] = (uint8_t)(r >> 3 & 7);
	if (!v4)
	{
		a.b[3] = (uint8_t)(r >> 6 & 1);
		a.b[4] = (uint8_t)((r >> 7 & 3) << 6);
		a.b[7] = (uint8_t)(r >> 9 & 1);
		a.b[8] = (uint8_t)((r >> 10 & 3) << 6);
	}
	r >>= 16;
	return prefix_make(&a, v4 ? lens4[r % countof(lens4)]
							  : lens6[r % countof(lens6)]);
}

static size_t model_find(const model_t *m, const prefix_t *p)
{
	size_t i;

	for (i = 0; i < m->count; i++)
	{
		if (prefix_equal(&m->row[i].prefix, p))
		{
			break;
		}
	}
	return i;
}

static uint32_t model_match(const model_t *m, const prefix_t *p, prefix_t *out)
{
	uint32_t value = 0;

	for (size_t i = 0; i < m->count; i++)
	{
		if (prefix_contains(&m->row[i].prefix, p) &&
			(!value || m->row[i].prefix.len > out->len))
		{
			*out = m->row[i].prefix;
			value = m->row[i].value;
		}
	}
	return value;
}

static uint32_t model_next(const model_t *m, const prefix_t *after,
						   prefix_t *out)
{
	uint32_t value = 0;

	for (size_t i = 0; i < m->count; i++)
	{
		if ((!after || prefix_cmp(&m->row[i].prefix, after) > 0) &&
			(!value || prefix_cmp(&m->row[i].prefix, out) < 0))
		{
			*out = m->row[i].prefix;
			value = m->row[i].value;
		}
	}
	return value;
}

static void change(model_t *m, trie_t *trie)
{
	prefix_t p = draw(m);
	size_t i = model_find(m, &p);

	if (prng_below(&m->rng, 5) < 3 && m->count < MODEL_MAX)
	{
		uint32_t *place = trie_insert(trie, &p);

		ck_assert_uint_eq(*place, i < m->count ? m->row[i].value : 0);
		if (i == m->count)
		{
			m->row[m->count++].prefix = p;
		}
		*place = (uint32_t)prng_next(&m->rng) | 1;
		m->row[i].value = *place;
	}
	else
	{
		ck_assert_uint_eq(trie_remove(trie, &p),
						  i < m->count ? m->row[i].value : 0);
		if (i < m->count)
		{
			m->row[i] = m->row[--m->count];
		}
	}
}

static void compare(model_t *m, const trie_t *trie)
{
	prefix_t p = draw(m);
	size_t i = model_find(m, &p);
	prefix_t want = {0}, got = {0};

	ck_assert_uint_eq(trie_count(trie), m->count);
	ck_assert_uint_eq(trie_get(trie, &p), i < m->count ? m->row[i].value : 0);
	ck_assert_uint_eq(trie_match(trie, &p, &got), model_match(m, &p, &want));
	ck_assert(prefix_equal(&want, &got));
	want = got = (prefix_t){0};
	ck_assert_uint_eq(trie_next(trie, &p, &got), model_next(m, &p, &want));
	ck_assert(prefix_equal(&want, &got));
}

static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};

START_TEST(test_model)
{
	model_t m = {.family = families[_i % 2]};
	trie_t *trie = trie_create(m.family);
	prefix_t want = {0}, got = {0};

	prng_seed(&m.rng, (uint64_t)_i);
	for (unsigned n = 0; n < 2000; n++)
	{
		change(&m, trie);
		compare(&m, trie);
	}
	ck_assert_uint_ne(m.count, 0);
	ck_assert_uint_eq(trie_next(trie, NULL, &got), model_next(&m, NULL, &want));
	ck_assert(prefix_equal(&want, &got));
	while (m.count)
	{
		m.count--;
		ck_assert_uint_eq(trie_remove(trie, &m.row[m.count].prefix),
						  m.row[m.count].value);
		compare(&m, trie);
	}
	ck_assert_uint_eq(trie_next(trie, NULL, NULL), 0);
	trie_destroy(trie);
}
END_TEST

START_TEST(test_walk_while_changing)
{
	model_t m = {.family = families[_i % 2]};
	trie_t *trie = trie_create(m.family);
	prefix_t at, want;
	const prefix_t *after = NULL;
	uint32_t value;
	unsigned steps = 0;

	prng_seed(&m.rng, (uint64_t)_i + 1000);
	for (unsigned n = 0; n < 300; n++)
	{
		change(&m, trie);
	}
	/* the walk sees what is after its place now, whatever was there before */
	while ((value = trie_next(trie, after, &at)))
	{
		ck_assert_uint_eq(value, model_next(&m, after, &want));
		ck_assert(prefix_equal(&at, &want));
		ck_assert(!after || prefix_cmp(&at, after) > 0);
		for (unsigned n = 0; n < 4; n++)
		{
			change(&m, trie);
		}
		static prefix_t place;
		place = at;
		after = &place;
		steps++;
	}
	ck_assert_uint_eq(model_next(&m, after, &want), 0);
	ck_assert_uint_gt(steps, 10);
	trie_destroy(trie);
}
END_TEST

START_TEST(test_order)
{
	static const char *const sorted[] = {
		"0.0.0.0/0",   "0.0.0.0/8",    "10.0.0.0/8",   "10.0.0.0/9",
		"10.0.0.0/32", "10.64.0.0/10", "10.128.0.0/9", "255.255.255.255/32",
	};
	trie_t *trie = trie_create(FAMILY_IPV4);
	prefix_t at = {0};

	for (size_t i = countof(sorted); i > 0; i--)
	{
		set(trie, sorted[i - 1], (uint32_t)i);
	}
	for (size_t i = 0; i < countof(sorted); i++)
	{
		ck_assert_uint_eq(trie_next(trie, i ? &at : NULL, &at), i + 1);
		assert_prefix(&at, sorted[i]);
	}
	ck_assert_uint_eq(trie_next(trie, &at, &at), 0);
	trie_destroy(trie);
}
END_TEST

START_TEST(test_match)
{
	trie_t *trie = trie_create(FAMILY_IPV6);
	prefix_t p, found = {0};

	p = P("2001:db8::1/128");
	ck_assert_uint_eq(trie_match(trie, &p, &found), 0);
	set(trie, "::/0", 1);
	set(trie, "2001:db8::/32", 2);
	set(trie, "2001:db8::1/128", 3);
	ck_assert_uint_eq(trie_match(trie, &p, &found), 3);
	assert_prefix(&found, "2001:db8::1/128");
	p = P("2001:db8::2/128");
	ck_assert_uint_eq(trie_match(trie, &p, &found), 2);
	assert_prefix(&found, "2001:db8::/32");
	p = P("2001:db9::/48");
	ck_assert_uint_eq(trie_match(trie, &p, &found), 1);
	assert_prefix(&found, "::/0");
	/* a longer prefix than the one asked for does not contain it */
	p = P("2001:db8::/127");
	ck_assert_uint_eq(trie_match(trie, &p, NULL), 2);
	trie_destroy(trie);
}
END_TEST

/** what is not looked for is told as 0: a small trie, another family */
START_TEST(test_warm_nothing)
{
	trie_t *trie = trie_create(FAMILY_IPV4);
	prefix_t p[] = {P("10.0.0.0/8"), P("2001:db8::/32")};
	uint32_t values[countof(p)] = {7, 7};

	set(trie, "10.0.0.0/8", 1);
	trie_warm(trie, p, countof(p), values);
	ck_assert_uint_eq(values[0] + values[1], 0);
	for (uint32_t i = 0; i < 8192; i++)
	{
		addr_t a = addr_v4(0x0a000000u + (i << 8));
		prefix_t one = prefix_make(&a, 24);

		*trie_insert(trie, &one) = 2;
	}
	trie_warm(trie, p, countof(p), values);
	ck_assert_uint_eq(values[0], 1);
	ck_assert_uint_eq(values[1], 0);
	trie_destroy(trie);
}
END_TEST

START_TEST(test_other_family)
{
	trie_t *trie = trie_create(FAMILY_IPV4);
	prefix_t p = P("::/0"), none = {0};

	set(trie, "0.0.0.0/0", 1);
	ck_assert_ptr_null(trie_insert(trie, &p));
	ck_assert_ptr_null(trie_insert(trie, &none));
	ck_assert_uint_eq(trie_get(trie, &p), 0);
	ck_assert_uint_eq(trie_match(trie, &p, NULL), 0);
	ck_assert_uint_eq(trie_next(trie, &p, NULL), 0);
	ck_assert_uint_eq(trie_remove(trie, &p), 0);
	ck_assert_uint_eq(trie_count(trie), 1);
	trie_destroy(trie);
	trie_destroy(NULL);
}
END_TEST

START_TEST(test_unset_value)
{
	trie_t *trie = trie_create(FAMILY_IPV4);
	prefix_t p = P("10.0.0.0/8"), q = P("10.1.0.0/16"), found;

	/* entered and not set yet: seen by the count alone */
	ck_assert_uint_eq(*trie_insert(trie, &p), 0);
	ck_assert_uint_eq(trie_count(trie), 1);
	ck_assert_uint_eq(trie_next(trie, NULL, &found), 0);
	set(trie, "10.1.0.0/16", 7);
	ck_assert_uint_eq(trie_next(trie, NULL, &found), 7);
	ck_assert(prefix_equal(&found, &q));
	ck_assert_uint_eq(trie_remove(trie, &p), 0);
	ck_assert_uint_eq(trie_count(trie), 1);
	ck_assert_uint_eq(trie_get(trie, &q), 7);
	trie_destroy(trie);
}
END_TEST

START_TEST(test_glue_goes)
{
	trie_t *trie = trie_create(FAMILY_IPV4);
	size_t memory = 0;

	/* pairs that part at their last bit, each elsewhere: one that leaves its
	 * glue behind takes more and more nodes. An empty trie would forget */
	set(trie, "200.0.0.0/8", 3);
	for (uint32_t n = 0; n < 1000; n++)
	{
		addr_t a = addr_v4(n << 8), b = addr_v4(n << 8 | 1);
		prefix_t p = prefix_make(&a, 32), q = prefix_make(&b, 32);

		*trie_insert(trie, &p) = 1;
		*trie_insert(trie, &q) = 2;
		ck_assert_uint_eq(trie_remove(trie, &p), 1);
		ck_assert_uint_eq(trie_remove(trie, &q), 2);
		memory = memory ? memory : trie_memory(trie);
	}
	ck_assert_uint_eq(trie_memory(trie), memory);
	trie_destroy(trie);
}
END_TEST

#define MANY 100000

/** a prefix for each i, all distinct, /16 to /24 as in the world's table */
static prefix_t many(prng_t *rng)
{
	addr_t a = addr_v4((uint32_t)prng_next(rng));

	return prefix_make(&a, 16 + (unsigned)prng_below(rng, 9));
}

START_TEST(test_memory)
{
	trie_t *trie = trie_create(FAMILY_IPV4);
	size_t count, full;
	prefix_t p = {0};
	prng_t rng;

	prng_seed(&rng, 1);
	while (trie_count(trie) < MANY)
	{
		p = many(&rng);
		*trie_insert(trie, &p) = 1;
	}
	full = trie_memory(trie);
	/* at most 2n - 1 nodes of 20 bytes, and a quarter that is spare */
	ck_assert_uint_le(full, MANY * 2 * 20 * 5 / 4);
	ck_assert_uint_ge(full, MANY * 20);
	printf("trie: %.1f bytes a prefix of IPv4\n", (double)full / MANY);
	for (count = 0; trie_next(trie, count ? &p : NULL, &p); count++)
	{
	}
	ck_assert_uint_eq(count, MANY);
	/* what was removed is used again */
	while (trie_next(trie, NULL, &p))
	{
		trie_remove(trie, &p);
	}
	ck_assert_uint_eq(trie_count(trie), 0);
	while (trie_count(trie) < MANY)
	{
		p = many(&rng);
		*trie_insert(trie, &p) = 1;
	}
	ck_assert_uint_le(trie_memory(trie), full + full / 4 + 64);
	trie_destroy(trie);
}
END_TEST

#define HINTED 20000

/** nested and near, and sparse: few first bits, any length about the anchor */
static prefix_t near_anchor(prng_t *rng, family_t family)
{
	uint32_t bits = (uint32_t)prng_next(rng) & 0x03ffffffu;
	unsigned len = 8 + (unsigned)prng_below(rng, 25);
	addr_t a = addr_v4(bits);

	if (family == FAMILY_IPV6)
	{
		a.family = FAMILY_IPV6;
		a.b[4] = (uint8_t)prng_next(rng);
		a.b[5] = (uint8_t)prng_next(rng);
		len += 16;
	}
	return prefix_make(&a, len);
}

typedef struct row_t
{
	prefix_t prefix;
	uint32_t value;
} row_t;

static int by_row(const void *a, const void *b)
{
	return prefix_cmp(&((const row_t *)a)->prefix, &((const row_t *)b)->prefix);
}

/** the last of the rows with this prefix; rows are sorted, values not 0 */
static uint32_t expected(const row_t *rows, size_t count, const prefix_t *p)
{
	row_t key = {.prefix = *p};
	const row_t *row = bsearch(&key, rows, count, sizeof(*rows), by_row);

	return row ? row->value : 0;
}

/** looked for ahead, half of them are there: all is as trie_get says */
static void check_warm(const trie_t *trie, const row_t *rows, size_t count,
					   prng_t *rng)
{
	prefix_t list[TRIE_WARM_MAX];
	uint32_t values[TRIE_WARM_MAX];
	size_t n = prng_below(rng, TRIE_WARM_MAX + 1);

	for (size_t i = 0; i < n; i++)
	{
		list[i] = i % 2 ? near_anchor(rng, rows[0].prefix.addr.family)
						: rows[prng_below(rng, count)].prefix;
		values[i] = UINT32_MAX;
	}
	trie_warm(trie, list, n, values);
	for (size_t i = 0; i < n; i++)
	{
		if (values[i] != trie_get(trie, &list[i]))
		{
			ck_abort_msg("a value seen ahead is not as entered");
		}
	}
}

static void check_all(const trie_t *trie, const row_t *rows, size_t count)
{
	prng_t rng;
	size_t there = 0;

	prng_seed(&rng, 99);
	for (size_t i = 0; i < count; i++)
	{
		prefix_t p = near_anchor(&rng, rows[0].prefix.addr.family);

		if (trie_get(trie, &rows[i].prefix) != rows[i].value ||
			trie_get(trie, &p) != expected(rows, count, &p))
		{
			ck_abort_msg("a value is not as entered");
		}
		there += rows[i].value != 0;
		if (i % TRIE_WARM_MAX == 0)
		{
			check_warm(trie, rows, count, &rng);
		}
	}
	ck_assert_uint_eq(trie_count(trie), there);
}

/** removes rows and enters them again, in some order */
static void shuffle(trie_t *trie, row_t *rows, size_t count, prng_t *rng)
{
	for (size_t n = 0; n < 2 * count; n++)
	{
		row_t *row = &rows[prng_below(rng, count)];

		if (prng_below(rng, 3) == 0)
		{
			row->value = 1 + (uint32_t)prng_below(rng, 1000);
			*trie_insert(trie, &row->prefix) = row->value;
		}
		else if (trie_remove(trie, &row->prefix) != row->value)
		{
			ck_abort_msg("another value is removed than was entered");
		}
		else
		{
			row->value = 0;
		}
	}
}

/* enough entries that ways down begin at hints, which go stale as nodes are
 * removed, used again elsewhere, and parted from what they covered */
START_TEST(test_hints)
{
	family_t family = families[_i];
	trie_t *trie = trie_create(family);
	row_t *rows = mem_array(HINTED, sizeof(*rows));
	size_t count = 0, kept = 0, empty = trie_memory(trie);
	prng_t rng;

	prng_seed(&rng, 5);
	while (count < HINTED)
	{
		rows[count++].prefix = near_anchor(&rng, family);
	}
	qsort(rows, count, sizeof(*rows), by_row);
	for (size_t i = 0; i < count; i++)
	{
		if (!kept || by_row(&rows[kept - 1], &rows[i]))
		{
			rows[kept++] = rows[i];
		}
	}
	for (size_t i = 0; i < kept; i++)
	{
		rows[i].value = (uint32_t)i + 1;
		*trie_insert(trie, &rows[i].prefix) = rows[i].value;
	}
	check_all(trie, rows, kept);
	shuffle(trie, rows, kept, &rng);
	check_all(trie, rows, kept);
	shuffle(trie, rows, kept, &rng);
	check_all(trie, rows, kept);
	for (size_t i = 0; i < kept; i++)
	{
		trie_remove(trie, &rows[i].prefix);
	}
	/* nothing is held for nothing */
	ck_assert_uint_eq(trie_memory(trie), empty);
	free(rows);
	trie_destroy(trie);
}
END_TEST

Suite *trie_suite(void)
{
	Suite *suite = suite_create("trie");

	unit_add_loop(suite, "model", test_model, 8);
	unit_add_loop(suite, "walk while changing", test_walk_while_changing, 40);
	unit_add(suite, "order", test_order);
	unit_add(suite, "match", test_match);
	unit_add(suite, "other family", test_other_family);
	unit_add(suite, "nothing to warm", test_warm_nothing);
	unit_add(suite, "unset value", test_unset_value);
	unit_add(suite, "glue goes", test_glue_goes);
	unit_add(suite, "memory", test_memory);
	unit_add_loop(suite, "hints", test_hints, 2);
	return suite;
}
