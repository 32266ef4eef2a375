/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Each cause is found where it alone is wrong, and none where nothing is; of two
 * the lower one. The words are in the golden doctor-causes.txt.
 */

#include "unit/cli/suites.h"

#include "cli/doctor_read.h"
#include "cli/doctor_rows.h"
#include "unit/cli/fake_doctor.h"

#include <string.h>

/** the lowest fault; NULL: none */
static const char *verdict_of(const doctor_tunnel_t *t,
							  const doctor_host_t *host, doctor_mark_t *mark)
{
	doctor_verdict_t v;
	const char *id;

	doctor_judge(t, host, &v);
	id = v.id;
	*mark = v.mark;
	ck_assert_int_eq(v.mark == DOCTOR_MARK_FAULT, id != NULL);
	ck_assert_int_eq(v.cause.len > 0, id != NULL);
	ck_assert_int_eq(v.remedy.len > 0, id != NULL);
	doctor_verdict_deinit(&v);
	return id;
}

START_TEST(test_healthy)
{
	doctor_tunnel_t t;
	doctor_host_t host;
	doctor_mark_t mark;

	fake_healthy(&t, &host);
	ck_assert_ptr_null(verdict_of(&t, &host, &mark));
	ck_assert_int_eq(mark, DOCTOR_MARK_OK);
	/* what charon said before, and what the host counted long ago */
	strcpy(t.fault, "no-answer");
	strcpy(t.alert, "the peer does not answer");
	host.md5_failures = host.md5_unexpected = 10;
	host.xfrm_drops = 2;
	t.sessions[0].code = 6;
	t.sessions[0].subcode = 1;
	strcpy(t.sessions[0].connect_error, "connection refused");
	ck_assert_ptr_null(verdict_of(&t, &host, &mark));
	ck_assert_int_eq(mark, DOCTOR_MARK_OK);
	/* neighbours need not answer pings */
	t.sessions[0].echo = t.sessions[0].big_echo = DOCTOR_SILENT;
	ck_assert_ptr_null(verdict_of(&t, &host, &mark));
	ck_assert_int_eq(mark, DOCTOR_MARK_OK);
	fake_healthy_link(&t, &host);
	ck_assert_ptr_null(verdict_of(&t, &host, &mark));
	ck_assert_int_eq(mark, DOCTOR_MARK_OK);
	t.n_sessions = 0;
	ck_assert_ptr_null(verdict_of(&t, &host, &mark));
	ck_assert_int_eq(mark, DOCTOR_MARK_OK);
}
END_TEST

START_TEST(test_cause)
{
	const fake_fault_t *fault = &fake_faults[_i];
	doctor_tunnel_t t;
	doctor_host_t host;
	doctor_mark_t mark;
	const char *id;

	fake_healthy(&t, &host);
	fault->make(&t, &host);
	id = verdict_of(&t, &host, &mark);
	ck_assert_msg(id && strcmp(id, fault->id) == 0, "%s was taken for %s",
				  fault->id, id ? id : "health");
}
END_TEST

/** no row without a fault that shows it */
START_TEST(test_every_row)
{
	const doctor_row_t *tables[] = {doctor_rows_ike, doctor_rows_path,
									doctor_rows_bgp};

	for (size_t i = 0; i < countof(tables); i++)
	{
		for (const doctor_row_t *row = tables[i]; row->id; row++)
		{
			size_t k = 0;

			while (k < fake_n_faults && strcmp(fake_faults[k].id, row->id) != 0)
			{
				k++;
			}
			ck_assert_msg(k < fake_n_faults, "%s has no test", row->id);
		}
	}
}
END_TEST

/** faults of two storeys at once: the lower one is named, in either order */
START_TEST(test_two_faults)
{
	static const struct
	{
		const char *lower, *upper;
	} rows[] = {
		{"udp-blocked", "duplicate-child-sa"},
		{"no-route", "if-id-mismatch"},
		{"wrong-psk", "if-id-mismatch"},
		{"if-id-mismatch", "mtu-hole"},
		{"interface-missing", "drained"},
		{"mtu-hole", "wrong-as"},
		{"mtu-hole", "policy-rejects-all"},
		{"wrong-as", "drained"},
		{"hold-time-flap", "policy-rejects-all"},
		{"tcp-179-filtered", "drained"},
	};
	const fake_fault_t *lower = NULL, *upper = NULL;
	doctor_tunnel_t t;
	doctor_host_t host;
	doctor_mark_t mark;

	for (size_t k = fake_n_faults; k-- > 0;)
	{
		lower =
			strcmp(fake_faults[k].id, rows[_i].lower) ? lower : &fake_faults[k];
		upper =
			strcmp(fake_faults[k].id, rows[_i].upper) ? upper : &fake_faults[k];
	}
	ck_assert(lower && upper);
	fake_healthy(&t, &host);
	lower->make(&t, &host);
	upper->make(&t, &host);
	ck_assert_str_eq(verdict_of(&t, &host, &mark), rows[_i].lower);
}
END_TEST

START_TEST(test_unknown)
{
	doctor_tunnel_t t;
	doctor_host_t host;
	doctor_mark_t mark;

	/* MTU alone cannot be told where pings are not answered; a path, by a
	 * session that is down for no reason that we see, is a fault */
	fake_healthy(&t, &host);
	t.sessions[0].big_echo = DOCTOR_UNTRIED;
	ck_assert_ptr_null(verdict_of(&t, &host, &mark));
	ck_assert_int_eq(mark, DOCTOR_MARK_OK);
	t.link_index = 7;
	t.n_ways = 0;
	ck_assert_ptr_null(verdict_of(&t, &host, &mark));
	ck_assert_int_eq(mark, DOCTOR_MARK_OK);
}
END_TEST

START_TEST(test_read)
{
	static const char reply[] =
		"{\"name\": \"a\", \"connection\": \"c\", \"link\": \"cyg-a\","
		" \"link_index\": 5, \"mtu\": 1400, \"if_id\": 3, \"sa\": null,"
		" \"forwarding\": false, \"drain\": {}, \"reason\": \"why\","
		" \"bundle\": \"b\", \"alert\": \"words\", \"addresses\": "
		"[\"169.254.1.2/30\"],"
		" \"bfd\": {\"running\": true, \"state\": \"Down\"},"
		" \"probe\": {\"failed\": true},"
		" \"facts\": {\"loaded\": true, \"fault\": \"psk\","
		"  \"if_id_in\": 3, \"if_id_out\": 4, \"duplicates\": 2,"
		"  \"oldest\": 9, \"sa_differs\": true, \"sa_if_id\": 8, "
		"\"outbound_lost\": true, \"link_up\": true,"
		"  \"missing\": \"169.254.1.2\", \"ways\": [{\"peer\": \"192.0.2.1\","
		"   \"found\": true, \"link\": \"wan0\", \"inside\": true}]},"
		" \"sessions\": [{\"name\": \"n\", \"address\": \"169.254.1.1\","
		"  \"state\": \"Idle\", \"held\": {\"by\": \"a person\","
		"  \"shutdown\": true}, \"md5\": true, \"local_as\": 1,"
		"  \"remote_as\": 2, \"last_notification\": {\"code\": 2,"
		"  \"subcode\": 2, \"direction\": \"sent\"}, \"received\":"
		"  {\"ipv4\": 3, \"ipv6\": 4}, \"accepted\": {\"ipv4\": 1,"
		"  \"ipv6\": 0}, \"max_prefix\": 100, \"end_of_rib\":"
		"  {\"ipv4\": false, \"ipv6\": true}, \"policies\":"
		"  {\"import\": \"in\"}}, {}, {}]}";
	json_object *obj = json_tokener_parse(reply);
	doctor_tunnel_t t;
	const doctor_session_t *s = &t.sessions[0];

	ck_assert_ptr_nonnull(obj);
	doctor_read_tunnel(obj, &t);
	ck_assert_str_eq(t.name, "a");
	ck_assert_str_eq(t.bundle, "b");
	ck_assert_str_eq(t.connection, "c");
	ck_assert_str_eq(t.fault, "psk");
	ck_assert_str_eq(t.inside, "169.254.1.2/30");
	ck_assert_str_eq(t.missing, "169.254.1.2");
	ck_assert_uint_eq(t.if_id_out, 4);
	ck_assert_uint_eq(t.oldest, 9);
	ck_assert(t.sa_differs && t.sa_if_id == 8);
	ck_assert(!t.has_sa && t.drained && t.bfd_down && t.probe_failed);
	ck_assert(t.outbound_lost && t.link_up && !t.link_lower_up);
	ck_assert_uint_eq(t.n_ways, 1);
	ck_assert(t.ways[0].inside && t.ways[0].found);
	/* no more than there is room for */
	ck_assert_uint_eq(t.n_sessions, DOCTOR_SESSIONS_MAX);
	ck_assert(s->shutdown && s->md5 && s->sent && s->told);
	ck_assert(!s->established);
	ck_assert_uint_eq(s->received, 7);
	ck_assert_uint_eq(s->accepted, 1);
	ck_assert_uint_eq(s->code, 2);
	ck_assert_str_eq(s->policy, "in");
	json_object_put(obj);
	/* what was said before the connection ended another way is over */
	obj = json_tokener_parse(
		"{\"sessions\": [{\"last_error\": \"received Bad Peer AS (2/2)\","
		"  \"last_notification\": {\"code\": 2, \"subcode\": 2}},"
		" {\"last_error\": \"connection lost\","
		"  \"last_notification\": {\"code\": 2, \"subcode\": 2}}]}");
	ck_assert_ptr_nonnull(obj);
	doctor_read_tunnel(obj, &t);
	ck_assert_uint_eq(t.sessions[0].code, 2);
	ck_assert_uint_eq(t.sessions[1].code, 0);
	json_object_put(obj);
	/* of a daemon that says nothing of it */
	obj = json_tokener_parse("{\"name\": 7, \"sessions\": 3}");
	doctor_read_tunnel(obj, &t);
	ck_assert_uint_eq(t.n_sessions, 0);
	ck_assert_str_eq(t.fault, "");
	json_object_put(obj);
}
END_TEST

START_TEST(test_flaps)
{
	static const char events[] =
		"[{\"time\": \"2026-11-22T18:00:00.000Z\", \"kind\": \"neighbor\","
		"  \"from\": \"Established\", \"to\": \"Idle\","
		"  \"why\": \"sent Hold Timer Expired (4/0)\"},"
		" {\"time\": \"2026-11-22T18:50:00.000Z\", \"kind\": \"neighbor\","
		"  \"from\": \"Established\", \"to\": \"Idle\","
		"  \"why\": \"sent Hold Timer Expired (4/0)\"},"
		" {\"time\": \"2026-11-22T18:51:00.000Z\", \"kind\": \"neighbor\","
		"  \"from\": \"Established\", \"to\": \"Idle\","
		"  \"why\": \"received Cease/Administrative Reset (6/4)\"},"
		" {\"time\": \"2026-11-22T18:52:00.000Z\", \"kind\": \"neighbor\","
		"  \"from\": \"OpenConfirm\", \"to\": \"Established\", \"why\": \"\"},"
		" {\"time\": \"2026-11-22T18:53:00.000Z\", \"kind\": \"neighbor\","
		"  \"from\": \"Established\", \"to\": \"Idle\","
		"  \"why\": \"received Hold Timer Expired (4/0)\"},"
		" {\"time\": \"nonsense\", \"kind\": \"neighbor\","
		"  \"from\": \"Established\", \"why\": \"Hold Timer Expired\"}]";
	json_object *list = json_tokener_parse(events);

	/* 2026-11-22 19:00 UTC */
	ck_assert_uint_eq(doctor_read_flaps(list, 1795374000), 2);
	/* 19:06 */
	ck_assert_uint_eq(doctor_read_flaps(list, 1795374360), 1);
	ck_assert_uint_eq(doctor_read_flaps(NULL, 1795374000), 0);
	json_object_put(list);
}
END_TEST

static void like(doctor_tunnel_t *t, const char *name, uint64_t accepted)
{
	doctor_host_t host;

	fake_healthy(t, &host);
	strcpy(t->name, name);
	strcpy(t->sessions[0].name, name);
	t->sessions[0].accepted = accepted;
}

/** only with what should have the same */
START_TEST(test_compare)
{
	doctor_tunnel_t t[4];
	doctor_host_t host = {.looked = true};
	doctor_mark_t mark;

	like(&t[0], "few", 2);
	like(&t[1], "more", 3);
	like(&t[2], "most", 4);
	like(&t[3], "other", 9);
	strcpy(t[3].bundle, "other");
	doctor_read_compare(t, 4);
	ck_assert_uint_eq(t[0].sessions[0].most, 4);
	ck_assert_str_eq(t[0].sessions[0].most_of, "most");
	ck_assert_uint_eq(t[1].sessions[0].most, 4);
	ck_assert_uint_eq(t[2].sessions[0].most, 0);
	ck_assert_uint_eq(t[3].sessions[0].most, 0);
	for (unsigned i = 0; i < 5; i++)
	{
		like(&t[0], "few", 2);
		like(&t[1], "more", 3);
		t[1].sessions[0].told = i != 0;
		t[1].sessions[0].established = i != 1;
		t[1].sessions[0].remote_as += i == 2;
		strcpy(t[1].sessions[0].policy, i == 3 ? "other" : "");
		strcpy(t[1].sessions[0].address, i == 4 ? "fd00::1" : "169.254.1.1");
		doctor_read_compare(t, 2);
		ck_assert_uint_eq(t[0].sessions[0].most, 0);
	}
	/* one in a hundred is under way */
	like(&t[0], "few", 99);
	like(&t[1], "more", 100);
	doctor_read_compare(t, 2);
	ck_assert_uint_eq(t[0].sessions[0].most, 100);
	ck_assert_ptr_null(verdict_of(&t[0], &host, &mark));
	t[0].sessions[0].accepted = 98;
	ck_assert_str_eq(verdict_of(&t[0], &host, &mark), "prefixes-missing");
}
END_TEST

#define COUNTER(name, kind, of, packets)                                       \
	"{\"name\": \"" name "\", \"kind\": \"" kind "\", \"of\": " of             \
	", \"drops\": true, \"packets\": " #packets "}"

START_TEST(test_drops)
{
	static const char old[] = "{\"counters\": [" COUNTER(
		"guard-b", "leak-guard", "\"b\"",
		10) "," COUNTER("port-guard", "port-guard", "null",
						4) "," COUNTER("allow-in-t", "allow-in", "\"t\"",
									   100) "," COUNTER("allow-out-t",
														"allow-out", "\"t\"",
														7) "]}";
	static const char now[] = "{\"counters\": [" COUNTER(
		"port-guard", "port-guard", "null",
		9) "," COUNTER("guard-b", "leak-guard", "\"b\"",
					   13) "," COUNTER("allow-in-t", "allow-in", "\"t\"",
									   40) "," COUNTER("allow-out-t",
													   "allow-out", "\"t\"",
													   7) "," COUNTER("ike-"
																	  "init",
																	  "ike-"
																	  "init",
																	  "null",
																	  5) "]}";
	json_object *before = json_tokener_parse(old),
				*after = json_tokener_parse(now);
	doctor_tunnel_t t[2] = {{.name = "t", .bundle = "b"},
							{.name = "u", .bundle = "c"}};
	doctor_host_t host = {.looked = true};

	ck_assert(before && after);
	doctor_read_drops(before, after, t, 2, &host);
	ck_assert_uint_eq(t[0].leaked, 3);
	ck_assert_uint_eq(t[1].leaked, 0);
	ck_assert_uint_eq(host.port_drops, 5);
	/* made anew, the same as before, and only now there */
	ck_assert_uint_eq(t[0].denied_in, 0);
	ck_assert_uint_eq(t[0].denied_out, 0);
	ck_assert_uint_eq(host.ike_drops, 0);
	ck_assert(doctor_read_dropped(before));
	json_object_put(before);
	/* nobody answered once */
	host.port_drops = 0;
	doctor_read_drops(NULL, after, t, 2, &host);
	ck_assert_uint_eq(host.port_drops, 0);
	doctor_read_drops(after, NULL, t, 2, &host);
	ck_assert_uint_eq(host.port_drops, 0);
	ck_assert(!doctor_read_dropped(NULL));
	json_object_put(after);
	before = json_tokener_parse("{\"counters\": [" COUNTER(
		"a", "allow-in", "\"t\"", 0) ", {\"drops\": false, \"packets\": 3}]}");
	ck_assert(!doctor_read_dropped(before));
	json_object_put(before);
}
END_TEST

/** what the firewall drops beside a tunnel that works, or one that does not for
 * a reason of its own, is not its fault */
START_TEST(test_drops_apart)
{
	doctor_tunnel_t t;
	doctor_host_t host;
	doctor_mark_t mark;

	fake_healthy(&t, &host);
	host.port_drops = host.ike_drops = 100;
	t.leaked = t.unmapped = 2;
	t.in = t.out = 100;
	t.denied_in = 49;
	t.denied_out = 99;
	ck_assert_ptr_null(verdict_of(&t, &host, &mark));
	t.in = t.out = 0;
	t.denied_in = t.denied_out = 9;
	ck_assert_ptr_null(verdict_of(&t, &host, &mark));
	t.denied_in = 10;
	ck_assert_str_eq(verdict_of(&t, &host, &mark), "allow-list");
	t.leaked = 3;
	ck_assert_str_eq(verdict_of(&t, &host, &mark), "leak-guard");
	/* a consequence */
	t.forwarding = false;
	t.drained = true;
	t.denied_in = 0;
	ck_assert_str_eq(verdict_of(&t, &host, &mark), "drained");
}
END_TEST

Suite *doctor_suite(void)
{
	Suite *s = suite_create("doctor");
	TCase *causes = tcase_create("cause"), *two = tcase_create("two");

	unit_add(s, "healthy", test_healthy);
	tcase_add_loop_test(causes, test_cause, 0, (int)fake_n_faults);
	suite_add_tcase(s, causes);
	unit_add(s, "every row", test_every_row);
	tcase_add_loop_test(two, test_two_faults, 0, 10);
	suite_add_tcase(s, two);
	unit_add(s, "unknown", test_unknown);
	unit_add(s, "read", test_read);
	unit_add(s, "flaps", test_flaps);
	unit_add(s, "compare", test_compare);
	unit_add(s, "drops", test_drops);
	unit_add(s, "drops apart", test_drops_apart);
	return s;
}
