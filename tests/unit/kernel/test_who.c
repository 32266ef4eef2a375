/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Names for the log: what each range of port ids says, and that no process
 * writes lines of its own.
 */

#include "unit/kernel/suites.h"

#include "kernel/codec.h"

#include <string.h>
#include <unistd.h>

static const struct
{
	uint32_t port;
	const char *name;
	const char *words;
} rows[] = {
	{0, "", "somebody"},
	{0, "ip", "somebody"},
	{1, "systemd\n", "systemd (pid 1)"},
	{4711, "", "a process that has ended (pid 4711)"},
	{4711, "\n", "a process that has ended (pid 4711)"},
	{4711, "ip", "ip (pid 4711)"},
	{INT32_MAX, "0123456789abcdefghij", "0123456789abcde (pid 2147483647)"},
	{INT32_MAX, "", "a process that has ended (pid 2147483647)"},
	{0x80000000, "ip", "somebody (netlink port 2147483648)"},
	{UINT32_MAX, "", "somebody (netlink port 4294967295)"},
	{7, "a b\x01\xff\ncharon: all is well", "a?b?? (pid 7)"},
};

START_TEST(words)
{
	char out[KERNEL_WHO_MAX];

	memset(out, 'x', sizeof(out));
	kernel_who_format(rows[_i].port, rows[_i].name, out);
	ck_assert_str_eq(out, rows[_i].words);
}
END_TEST

START_TEST(ourselves)
{
	char out[KERNEL_WHO_MAX], end[32];

	snprintf(end, sizeof(end), " (pid %d)", getpid());
	kernel_who(NULL, (uint32_t)getpid(), out);
	ck_assert_ptr_nonnull(strstr(out, end));
	ck_assert_ptr_null(strstr(out, "ended"));
	kernel_who(NULL, INT32_MAX, out);
	ck_assert_str_eq(out, "a process that has ended (pid 2147483647)");
}
END_TEST

Suite *who_suite(void)
{
	Suite *s = suite_create("who");

	unit_add_loop(s, "words", words, countof(rows));
	unit_add(s, "ourselves", ourselves);
	return s;
}
