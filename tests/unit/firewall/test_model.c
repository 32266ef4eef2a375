/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Equality of models, each single difference alone, and names at the limit.
 */

#include "unit/firewall/suites.h"

#include "firewall/model.h"

#include <string.h>

static void fill_passages(fw_model_t *m, const prefix_t *p)
{
	fw_netmap_t *netmap = fw_model_add_netmap(m, "a");
	fw_allow_t *allow = fw_model_add_allow(m, "a-1", "cyg-a", true);
	fw_pass_t pass = {.to = *p, .from = *p};

	fw_links_add(&netmap->links, "cyg-a");
	fw_netmap_add(netmap, p, p);
	fw_allow_add(allow, &pass);
	fw_peers_add(&m->speakers, "cyg-a", &p->addr);
	fw_peers_add(&m->own, "cyg-a", &p->addr);
}

static void fill(fw_model_t *m)
{
	fw_clamp_t *clamp = fw_model_add_clamp(m, "cyg-a");
	fw_guard_t *guard = fw_model_add_guard(m, "a");
	prefix_t p;

	clamp->mss4 = 1386;
	clamp->mss6 = 1366;
	prefix_parse("10.0.0.0/8", &p);
	fw_prefixes_add(&guard->protect, &p);
	fw_prefixes_add(&guard->except, &p);
	fw_links_add(&guard->links, "cyg-a");
	fw_links_add(&m->ports.links, "cyg-a");
	fw_peers_add(&m->ports.peers, "cyg-a", &p.addr);
	fw_prefixes_add(&m->ports.others, &p);
	m->ike.rate = 5;
	fw_prefixes_add(&m->ike.known, &p);
	fill_passages(m, &p);
}

/** the same of what passes through tunnels */
static void change_passage(fw_model_t *m, int which, const prefix_t *p)
{
	fw_netmap_t *netmap = &m->netmaps[0];
	fw_allow_t *allow = &m->allows[0];
	const fw_pass_t pass = allow->passes[0];

	switch (which)
	{
		case 20:
			netmap->name[0] = 'b';
			break;
		case 21:
			netmap->links.list[0][0] = 'x';
			break;
		case 22:
			netmap->pairs[0].inside = *p;
			break;
		case 23:
			netmap->pairs[0].mapped = *p;
			break;
		case 24:
			fw_netmap_add(netmap, p, p);
			break;
		case 25:
			fw_model_add_netmap(m, "x");
			break;
		case 26:
			allow->name[0] = 'b';
			break;
		case 27:
			allow->link[0] = 'x';
			break;
		case 28:
			allow->incoming = false;
			break;
		case 29:
			allow->passes[0].to = *p;
			break;
		case 30:
			allow->passes[0].from = *p;
			break;
		case 31:
			allow->passes[0].protocol = 6;
			break;
		case 32:
			allow->passes[0].port_first = 1;
			break;
		case 33:
			allow->passes[0].port_last = 1;
			break;
		case 34:
			fw_allow_add(allow, &pass);
			break;
		case 35:
			fw_model_add_allow(m, "x", "x", true);
			break;
		case 36:
			fw_peers_add(&m->speakers, "x", &p->addr);
			break;
		case 37:
			m->own.list[0].link[0] = 'x';
			break;
	}
}

/** each change that must make two models differ */
static void change(fw_model_t *m, int which)
{
	fw_guard_t *guard = &m->guards[0];
	prefix_t p;

	prefix_parse("10.0.0.0/9", &p);
	switch (which)
	{
		case 0:
			m->clamps[0].mss4++;
			break;
		case 1:
			m->clamps[0].mss6++;
			break;
		case 2:
			m->clamps[0].link[4] = 'b';
			break;
		case 3:
			fw_model_add_clamp(m, "x");
			break;
		case 4:
			fw_model_add_guard(m, "x");
			break;
		case 5:
			guard->name[0] = 'b';
			break;
		case 6:
			guard->protect.list[0] = p;
			break;
		case 7:
			guard->except.list[0] = p;
			break;
		case 8:
			fw_prefixes_add(&guard->except, &p);
			break;
		case 9:
			fw_links_add(&guard->links, "eth0");
			break;
		case 10:
			guard->links.list[0][0] = 'x';
			break;
		case 11:
			guard->links_denied = true;
			break;
		case 12:
			m->ports.links.list[0][0] = 'x';
			break;
		case 13:
			m->ports.peers.list[0].link[0] = 'x';
			break;
		case 14:
			m->ports.peers.list[0].addr.b[3] = 1;
			break;
		case 15:
			fw_peers_add(&m->ports.peers, "x", &p.addr);
			break;
		case 16:
			m->ports.others.list[0] = p;
			break;
		case 17:
			m->ports.strict = true;
			break;
		case 18:
			m->ike.rate++;
			break;
		case 19:
			m->ike.known.list[0] = p;
			break;
		default:
			change_passage(m, which, &p);
			break;
	}
}

START_TEST(test_equal)
{
	fw_model_t a, b;

	fw_model_init(&a);
	fw_model_init(&b);
	ck_assert(fw_model_equal(&a, &b));
	fill(&a);
	fill(&b);
	ck_assert(fw_model_equal(&a, &b));
	change(&b, _i);
	ck_assert(!fw_model_equal(&a, &b));
	ck_assert(!fw_model_equal(&b, &a));
	fw_model_deinit(&a);
	fw_model_deinit(&b);
}
END_TEST

START_TEST(test_long_names)
{
	fw_model_t m;
	char name[100];

	memset(name, 'n', sizeof(name) - 1);
	name[99] = '\0';
	fw_model_init(&m);
	ck_assert_uint_eq(strlen(fw_model_add_clamp(&m, name)->link),
					  FW_LINK_NAME_MAX - 1);
	ck_assert_uint_eq(strlen(fw_model_add_guard(&m, name)->name),
					  FW_NAME_MAX - 1);
	fw_model_deinit(&m);
}
END_TEST

Suite *model_suite(void)
{
	Suite *s = suite_create("model");

	unit_add_loop(s, "equal", test_equal, 38);
	unit_add(s, "long names", test_long_names);
	return s;
}
