/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The script in full: what nft makes of it is shown in the lab.
 */

#include "unit/firewall/suites.h"

#include "firewall/script.h"

static void add(fw_prefixes_t *list, const char *text)
{
	prefix_t p;

	ck_assert(prefix_parse(text, &p));
	fw_prefixes_add(list, &p);
}

START_TEST(test_worth)
{
	fw_model_t model;
	fw_guard_t *guard;

	fw_model_init(&model);
	ck_assert(!fw_script_worth(&model));
	fw_model_add_clamp(&model, "cyg-a");
	ck_assert(!fw_script_worth(&model));
	/* allowed links: the loopback alone is a guard, too */
	fw_model_add_guard(&model, "a");
	ck_assert(fw_script_worth(&model));
	guard = fw_model_add_guard(&model, "b");
	guard->links_denied = true;
	ck_assert(!fw_script_worth(&model));
	fw_links_add(&guard->links, "eth0");
	ck_assert(fw_script_worth(&model));
	fw_model_deinit(&model);
}
END_TEST

START_TEST(test_script)
{
	static const char want[] =
		"# Cygnet's leak guard as it was last in force: written by the "
		"gateway,\n"
		"# loaded by cygnet-guard.service\n"
		"table inet cygnet\n"
		"delete table inet cygnet\n"
		"table inet cygnet {\n"
		"\tset protect4-0 {\n\t\ttype ipv4_addr\n\t\tflags interval\n"
		"\t\tauto-merge\n\t\telements = { 10.0.0.0/8, 192.168.0.0/16 }\n\t}\n"
		"\tset protect6-0 {\n\t\ttype ipv6_addr\n\t\tflags interval\n"
		"\t\tauto-merge\n\t\telements = { fc00::/7 }\n\t}\n"
		"\tset except4-0 {\n\t\ttype ipv4_addr\n\t\tflags interval\n"
		"\t\tauto-merge\n\t\telements = { 192.168.0.0/24 }\n\t}\n"
		"\tset except6-0 {\n\t\ttype ipv6_addr\n\t\tflags interval\n"
		"\t\tauto-merge\n\t}\n"
		"\tset links-0 {\n\t\ttype ifname\n"
		"\t\telements = { \"lo\", \"cyg-a\", \"lan0\" }\n\t}\n"
		"\tset protect4-1 {\n\t\ttype ipv4_addr\n\t\tflags interval\n"
		"\t\tauto-merge\n\t\telements = { 172.16.0.0/12 }\n\t}\n"
		"\tset protect6-1 {\n\t\ttype ipv6_addr\n\t\tflags interval\n"
		"\t\tauto-merge\n\t}\n"
		"\tset except4-1 {\n\t\ttype ipv4_addr\n\t\tflags interval\n"
		"\t\tauto-merge\n\t}\n"
		"\tset except6-1 {\n\t\ttype ipv6_addr\n\t\tflags interval\n"
		"\t\tauto-merge\n\t}\n"
		"\tset links-1 {\n\t\ttype ifname\n"
		"\t\telements = { \"eth0\", \"eth1\" }\n\t}\n"
		"\tchain guard-forward {\n"
		"\t\ttype filter hook forward priority 10; policy accept;\n"
		"\t\tip daddr @protect4-0 ip daddr != @except4-0 oifname != @links-0 "
		"counter drop\n"
		"\t\tip6 daddr @protect6-0 ip6 daddr != @except6-0 oifname != "
		"@links-0 counter drop\n"
		"\t\tip daddr @protect4-1 ip daddr != @except4-1 oifname @links-1 "
		"counter drop\n"
		"\t\tip6 daddr @protect6-1 ip6 daddr != @except6-1 oifname @links-1 "
		"counter drop\n"
		"\t}\n"
		"\tchain guard-output {\n"
		"\t\ttype filter hook output priority 10; policy accept;\n"
		"\t\tip daddr @protect4-0 ip daddr != @except4-0 oifname != @links-0 "
		"counter drop\n"
		"\t\tip6 daddr @protect6-0 ip6 daddr != @except6-0 oifname != "
		"@links-0 counter drop\n"
		"\t\tip daddr @protect4-1 ip daddr != @except4-1 oifname @links-1 "
		"counter drop\n"
		"\t\tip6 daddr @protect6-1 ip6 daddr != @except6-1 oifname @links-1 "
		"counter drop\n"
		"\t}\n"
		"}\n";
	fw_model_t model;
	fw_guard_t *guard;
	text_t text;

	fw_model_init(&model);
	fw_model_add_clamp(&model, "cyg-a");
	guard = fw_model_add_guard(&model, "a; drop { }");
	add(&guard->protect, "10.0.0.0/8");
	add(&guard->protect, "fc00::/7");
	add(&guard->protect, "192.168.0.0/16");
	add(&guard->except, "192.168.0.0/24");
	fw_links_add(&guard->links, "cyg-a");
	fw_links_add(&guard->links, "lan0");
	guard = fw_model_add_guard(&model, "b");
	add(&guard->protect, "172.16.0.0/12");
	guard->links_denied = true;
	fw_links_add(&guard->links, "eth0");
	fw_links_add(&guard->links, "eth1");
	text_init(&text);
	fw_script(&model, &text);
	ck_assert_str_eq(text_str(&text), want);
	text_deinit(&text);
	fw_model_deinit(&model);
}
END_TEST

Suite *script_suite(void)
{
	Suite *s = suite_create("script");

	unit_add(s, "worth", test_worth);
	unit_add(s, "script", test_script);
	return s;
}
