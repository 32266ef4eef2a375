/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Addresses and prefixes from text and from bytes: what was read is written
 * and read again as the same, and the three parsers agree with one another.
 */

#include "fuzz/fuzz.h"

#include "base/addr.h"

#include <string.h>

static void check_addr(const addr_t *a)
{
	char text[ADDR_STR_MAX], other[ADDR_STR_MAX];
	addr_t again;

	fuzz_check(strlen(addr_format(a, text)) < ADDR_STR_MAX);
	fuzz_check(addr_parse(text, &again));
	fuzz_check(memcmp(a, &again, sizeof(again)) == 0);
	fuzz_check(strcmp(addr_format(&again, other), text) == 0);
}

static void check_prefix(const prefix_t *p)
{
	char text[PREFIX_STR_MAX];
	prefix_t again;
	ifaddr_t i;

	fuzz_check(p->len <= addr_bits(&p->addr));
	prefix_format(p, text);
	fuzz_check(prefix_parse(text, &again));
	fuzz_check(memcmp(p, &again, sizeof(again)) == 0);
	fuzz_check(ifaddr_parse(text, &i));
	again = ifaddr_prefix(&i);
	fuzz_check(prefix_equal(p, &again));
	fuzz_check(prefix_contains_addr(p, &i.addr));
	fuzz_check(prefix_contains(p, p));
}

static void check_text(const char *s)
{
	addr_t a;
	prefix_t p, q;
	ifaddr_t i;
	bool is_prefix = prefix_parse(s, &p);

	if (addr_parse(s, &a))
	{
		fuzz_check(!is_prefix && !ifaddr_parse(s, &i));
		check_addr(&a);
	}
	if (is_prefix)
	{
		fuzz_check(ifaddr_parse(s, &i));
		check_prefix(&p);
	}
	if (ifaddr_parse(s, &i))
	{
		fuzz_check(i.len <= addr_bits(&i.addr));
		check_addr(&i.addr);
		q = ifaddr_prefix(&i);
		check_prefix(&q);
		/* host bits alone make the difference */
		fuzz_check(is_prefix == addr_equal(&q.addr, &i.addr));
	}
}

static void check_bytes(const uint8_t *data, size_t size)
{
	addr_t a = addr_v4(0);
	prefix_t p;

	if (size < 2)
	{
		return;
	}
	if (data[0] & 1)
	{
		uint8_t b[16] = {0};

		memcpy(b, &data[2], size - 2 < 16 ? size - 2 : 16);
		a = addr_v6(b);
	}
	else if (size >= 6)
	{
		a = addr_v4((uint32_t)data[2] << 24 | (uint32_t)data[3] << 16 |
					(uint32_t)data[4] << 8 | data[5]);
	}
	check_addr(&a);
	p = prefix_make(&a, data[1]);
	check_prefix(&p);
	fuzz_check(prefix_contains_addr(&p, &a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_alloc(size + 1);

	if (size)
	{
		memcpy(text, data, size);
	}
	check_text(text);
	check_bytes(data, size);
	free(text);
	return 0;
}
