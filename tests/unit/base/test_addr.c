/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Addresses and prefixes: text both ways as tables, then the relations.
 */

#include "unit/base/suites.h"

#include "base/addr.h"

#include <string.h>

static addr_t A(const char *s)
{
	addr_t a;

	ck_assert_msg(addr_parse(s, &a), "not an address: %s", s);
	return a;
}

static prefix_t P(const char *s)
{
	prefix_t p;

	ck_assert_msg(prefix_parse(s, &p), "not a prefix: %s", s);
	return p;
}

/** text that is read, and how it is written; NULL: the same */
static const struct
{
	const char *in;
	const char *out;
} good_addrs[] = {
	{"0.0.0.0", NULL},
	{"255.255.255.255", NULL},
	{"169.254.10.2", NULL},
	{"::", NULL},
	{"::1", NULL},
	{"2001:db8::1", NULL},
	{"2001:0DB8:0:0:0::1", "2001:db8::1"},
	{"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
	{"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
	/* RFC 5952 section 4.2.2: one group of zeros alone is written */
	{"1:2:3:0:5:6:7:8", NULL},
	{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
	{"::ffff:192.0.2.1", NULL},
	{"0000:0000:0000:0000:0000:ffff:255.255.255.255", "::ffff:255.255.255.255"},
};

START_TEST(test_good_addr)
{
	const char *in = good_addrs[_i].in;
	const char *out = good_addrs[_i].out ? good_addrs[_i].out : in;
	char buf[ADDR_STR_MAX];
	addr_t a = A(in), again;

	ck_assert_str_eq(addr_format(&a, buf), out);
	ck_assert_int_eq(a.family, strchr(in, ':') ? FAMILY_IPV6 : FAMILY_IPV4);
	again = A(buf);
	ck_assert_mem_eq(&a, &again, sizeof(a));
}
END_TEST

static const char *const bad_addrs[] = {
	"",
	" ",
	"1",
	"10.1",
	"10.0.0",
	"10.0.0.",
	".10.0.0.1",
	"10.0.0.0.1",
	"10.0.0.256",
	"10.0.0.01",
	"010.0.0.1",
	"0x0a.0.0.1",
	"10.0.0.-1",
	"10.0.0.+1",
	" 10.0.0.1",
	"10.0.0.1 ",
	"10.0.0.1\n",
	"10.0.0.1/32",
	":",
	":::",
	"1:2:3:4:5:6:7",
	"1:2:3:4:5:6:7:8:9",
	"1::2::3",
	"12345::",
	"::g",
	"::1%lo",
	"[::1]",
	"::1 ",
	"::256.0.0.1",
	"1:2:3:4:5:6:7:1.2.3.4",
	"none",
};

START_TEST(test_bad_addr)
{
	addr_t a = addr_v4(42), before = a;

	ck_assert_msg(!addr_parse(bad_addrs[_i], &a), "%s", bad_addrs[_i]);
	ck_assert_mem_eq(&a, &before, sizeof(a));
}
END_TEST

static const char *const good_prefixes[] = {
	"0.0.0.0/0",       "0.0.0.0/32",
	"128.0.0.0/1",     "10.0.0.0/8",
	"192.0.2.1/32",    "::/0",
	"::/128",          "8000::/1",
	"2001:db8::/32",   "fe80::/10",
	"2001:db8::1/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127",
};

START_TEST(test_good_prefix)
{
	char buf[PREFIX_STR_MAX];
	prefix_t p = P(good_prefixes[_i]);
	ifaddr_t i;

	ck_assert_str_eq(prefix_format(&p, buf), good_prefixes[_i]);
	ck_assert(ifaddr_parse(good_prefixes[_i], &i));
	ck_assert(addr_equal(&i.addr, &p.addr));
	ck_assert_uint_eq(i.len, p.len);
}
END_TEST

static const char *const bad_prefixes[] = {
	"",
	"/",
	"/8",
	"10.0.0.0",
	"10.0.0.0/",
	"10.0.0.0/33",
	"10.0.0.0/08",
	"10.0.0.0/00",
	"10.0.0.0/+8",
	"10.0.0.0/-1",
	"10.0.0.0/ 8",
	"10.0.0.0 /8",
	"10.0.0.0/8 ",
	"10.0.0.0/8/8",
	"10.0.0.0/8x",
	"10.0.0.0/255.0.0.0",
	"10.0.0.0/4294967304",
	"10.0.0.0/18446744073709551624",
	"10/8",
	"::",
	"::/129",
	"::/1280",
	/* one byte more before the slash than an address can have */
	"0000:0000:0000:0000:0000:0000:255.255.255.2550/0",
	"0000000000000000000000000000000000000000000000000000000000000:/0",
};

START_TEST(test_bad_prefix)
{
	prefix_t p = {.len = 42}, before = p;
	ifaddr_t i = {.len = 42}, i_before = i;

	ck_assert_msg(!prefix_parse(bad_prefixes[_i], &p), "%s", bad_prefixes[_i]);
	ck_assert_mem_eq(&p, &before, sizeof(p));
	ck_assert_msg(!ifaddr_parse(bad_prefixes[_i], &i), "%s", bad_prefixes[_i]);
	ck_assert_mem_eq(&i, &i_before, sizeof(i));
}
END_TEST

START_TEST(test_host_bits)
{
	static const char *const texts[] = {
		"10.0.0.1/31", "0.0.0.1/0",     "128.0.0.0/0",
		"::1/127",     "2001:db8::/28", "8000::/0",
	};

	for (size_t n = 0; n < countof(texts); n++)
	{
		prefix_t p, q;
		ifaddr_t i;
		addr_t a;
		char *cut = str_copy(texts[n]);

		ck_assert_msg(!prefix_parse(texts[n], &p), "%s", texts[n]);
		ck_assert_msg(ifaddr_parse(texts[n], &i), "%s", texts[n]);
		*strchr(cut, '/') = '\0';
		a = A(cut);
		ck_assert(addr_equal(&i.addr, &a));
		p = ifaddr_prefix(&i);
		q = prefix_make(&a, i.len);
		ck_assert(prefix_equal(&p, &q));
		ck_assert(!addr_equal(&p.addr, &a));
		free(cut);
	}
}
END_TEST

START_TEST(test_none)
{
	char buf[PREFIX_STR_MAX];
	prefix_t p = prefix_make(&addr_none, 8), q = P("0.0.0.0/0");

	ck_assert_uint_eq(addr_bits(&addr_none), 0);
	ck_assert_uint_eq(addr_size(&addr_none), 0);
	ck_assert(!addr_is_set(&addr_none));
	ck_assert(!addr_is_unspecified(&addr_none));
	ck_assert(!addr_is_multicast(&addr_none));
	ck_assert(!addr_is_link_local(&addr_none));
	ck_assert(!addr_is_loopback(&addr_none));
	ck_assert_str_eq(addr_format(&addr_none, buf), "none");
	ck_assert_str_eq(prefix_format(&p, buf), "none");
	ck_assert_uint_eq(p.len, 0);
	ck_assert(!prefix_contains(&p, &q));
	ck_assert(!prefix_contains(&q, &p));
	ck_assert(!prefix_contains(&p, &p));
}
END_TEST

START_TEST(test_v4_v6)
{
	static const uint8_t bytes[16] = {0x20, 1, 0xd, 0xb8, [15] = 9};
	addr_t a = addr_v4(0xc0000201), b = A("192.0.2.1");
	addr_t c = addr_v6(bytes), d = A("2001:db8::9");

	ck_assert_mem_eq(&a, &b, sizeof(a));
	ck_assert_uint_eq(addr_to_v4(&a), 0xc0000201);
	ck_assert_uint_eq(addr_bits(&a), 32);
	ck_assert_uint_eq(addr_size(&a), 4);
	ck_assert_mem_eq(&c, &d, sizeof(c));
	ck_assert_uint_eq(addr_bits(&c), 128);
	ck_assert_uint_eq(addr_size(&c), 16);
	ck_assert(addr_is_set(&c));
}
END_TEST

/** kinds of an address: U unspecified, L link-local, M multicast, O loopback */
static const struct
{
	const char *addr;
	const char *kinds;
} kinds[] = {
	{"0.0.0.0", "U"},
	{"::", "U"},
	{"0.0.0.1", ""},
	{"169.254.0.0", "L"},
	{"169.254.255.255", "L"},
	{"169.253.255.255", ""},
	{"169.255.0.0", ""},
	{"168.254.0.1", ""},
	{"fe80::1", "L"},
	{"febf:ffff::", "L"},
	{"fec0::", ""},
	{"fe7f:ffff::", ""},
	{"ff80::", "M"},
	{"223.255.255.255", ""},
	{"224.0.0.0", "M"},
	{"239.255.255.255", "M"},
	{"240.0.0.0", ""},
	{"ff02::1", "M"},
	{"feff::", ""},
	{"127.0.0.0", "O"},
	{"127.255.255.255", "O"},
	{"126.255.255.255", ""},
	{"128.0.0.0", ""},
	{"::1", "O"},
	{"::2", ""},
	{"1::1", ""},
	{"::ffff:127.0.0.1", ""},
};

START_TEST(test_kind)
{
	const char *want = kinds[_i].kinds;
	addr_t a = A(kinds[_i].addr);

	ck_assert_int_eq(addr_is_unspecified(&a), strchr(want, 'U') != NULL);
	ck_assert_int_eq(addr_is_link_local(&a), strchr(want, 'L') != NULL);
	ck_assert_int_eq(addr_is_multicast(&a), strchr(want, 'M') != NULL);
	ck_assert_int_eq(addr_is_loopback(&a), strchr(want, 'O') != NULL);
}
END_TEST

START_TEST(test_order)
{
	static const char *const sorted[] = {
		"0.0.0.0/0",   "0.0.0.0/8",          "10.0.0.0/8", "10.0.0.0/16",
		"10.0.1.0/24", "255.255.255.255/32", "::/0",       "::/128",
		"::1/128",     "8000::/1",
	};

	for (size_t i = 0; i < countof(sorted); i++)
	{
		for (size_t j = 0; j < countof(sorted); j++)
		{
			prefix_t p = P(sorted[i]), q = P(sorted[j]);
			int cmp = prefix_cmp(&p, &q);

			ck_assert_int_eq((cmp > 0) - (cmp < 0), (i > j) - (i < j));
			ck_assert_int_eq(prefix_equal(&p, &q), i == j);
			cmp = addr_cmp(&p.addr, &q.addr);
			ck_assert(i <= j || cmp >= 0);
			ck_assert_int_eq(addr_equal(&p.addr, &q.addr), cmp == 0);
		}
	}
}
END_TEST

static const struct
{
	const char *outer;
	const char *inner;
	bool contains;
} pairs[] = {
	{"0.0.0.0/0", "255.255.255.255/32", true},
	{"0.0.0.0/0", "::/0", false},
	{"::/0", "0.0.0.0/0", false},
	{"::/0", "ffff::/16", true},
	{"10.0.0.0/8", "10.0.0.0/8", true},
	{"10.0.0.0/8", "10.255.0.0/16", true},
	{"10.0.0.0/8", "11.0.0.0/16", false},
	{"10.0.0.0/8", "8.0.0.0/5", false},
	{"10.0.0.2/31", "10.0.0.3/32", true},
	{"10.0.0.2/31", "10.0.0.4/32", false},
	{"10.0.0.2/32", "10.0.0.3/32", false},
	{"2001:db8::/33", "2001:db8:7fff::/48", true},
	{"2001:db8::/33", "2001:db8:8000::/48", false},
	{"2001:db8::/127", "2001:db8::1/128", true},
	{"2001:db8::/127", "2001:db8::2/128", false},
};

START_TEST(test_contains)
{
	prefix_t outer = P(pairs[_i].outer), inner = P(pairs[_i].inner);

	ck_assert_int_eq(prefix_contains(&outer, &inner), pairs[_i].contains);
	if (inner.len >= outer.len)
	{
		ck_assert_int_eq(prefix_contains_addr(&outer, &inner.addr),
						 pairs[_i].contains);
	}
}
END_TEST

START_TEST(test_make)
{
	addr_t ones4 = A("255.255.255.255");
	addr_t ones6 = A("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

	for (unsigned len = 0; len <= 130; len++)
	{
		prefix_t p = prefix_make(&ones4, len), q = prefix_make(&ones6, len);

		ck_assert_uint_eq(p.len, len < 32 ? len : 32);
		ck_assert_uint_eq(q.len, len < 128 ? len : 128);
		for (unsigned i = 0; i < 128; i++)
		{
			unsigned bit4 = p.addr.b[i / 8] >> (7 - i % 8) & 1;
			unsigned bit6 = q.addr.b[i / 8] >> (7 - i % 8) & 1;

			ck_assert_uint_eq(bit4, i < p.len);
			ck_assert_uint_eq(bit6, i < q.len);
		}
	}
}
END_TEST

Suite *addr_suite(void)
{
	Suite *suite = suite_create("addr");

	unit_add_loop(suite, "good addr", test_good_addr, countof(good_addrs));
	unit_add_loop(suite, "bad addr", test_bad_addr, countof(bad_addrs));
	unit_add_loop(suite, "good prefix", test_good_prefix,
				  countof(good_prefixes));
	unit_add_loop(suite, "bad prefix", test_bad_prefix, countof(bad_prefixes));
	unit_add(suite, "host bits", test_host_bits);
	unit_add(suite, "none", test_none);
	unit_add(suite, "v4 v6", test_v4_v6);
	unit_add_loop(suite, "kind", test_kind, countof(kinds));
	unit_add(suite, "order", test_order);
	unit_add_loop(suite, "contains", test_contains, countof(pairs));
	unit_add(suite, "make", test_make);
	return suite;
}
