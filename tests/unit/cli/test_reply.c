/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is odd or missing in a reply, and what is hostile in it. */

#include "unit/cli/suites.h"

#include "cli/reply.h"

#include <string.h>

static json_object *parse(const char *text)
{
	json_object *obj = json_tokener_parse(text);

	ck_assert_ptr_nonnull(obj);
	return obj;
}

START_TEST(test_missing)
{
	json_object *obj = parse("{\"n\":null,\"a\":[1,\"x\"],\"b\":true}");
	char buf[REPLY_SPAN_MAX];
	text_t out = {0};

	ck_assert_str_eq(reply_str(obj, "n"), "-");
	ck_assert_str_eq(reply_str(obj, "none"), "-");
	ck_assert_str_eq(reply_str(NULL, "none"), "-");
	ck_assert_str_eq(reply_str(reply_get(obj, "a"), "none"), "-");
	ck_assert_uint_eq(reply_num(obj, "none"), 0);
	ck_assert(reply_bool(obj, "b"));
	ck_assert(!reply_bool(obj, "n"));
	ck_assert_uint_eq(reply_length(reply_get(obj, "a")), 2);
	ck_assert_uint_eq(reply_length(obj), 0);
	ck_assert_uint_eq(reply_length(NULL), 0);
	ck_assert_ptr_null(reply_at(reply_get(obj, "a"), 2));
	ck_assert_str_eq(reply_span(obj, "none", buf), "-");
	reply_join(reply_get(obj, "a"), ", ", &out);
	ck_assert_str_eq(text_str(&out), "1, x");
	text_clear(&out);
	reply_join(NULL, ", ", &out);
	ck_assert_str_eq(text_str(&out), "-");
	text_deinit(&out);
	json_object_put(obj);
}
END_TEST

START_TEST(test_span)
{
	static const struct
	{
		const char *json;
		const char *want;
	} rows[] = {
		{"{\"s\":0.999}", "0s"},      {"{\"s\":59.9}", "59s"},
		{"{\"s\":60}", "1m00s"},      {"{\"s\":3599}", "59m59s"},
		{"{\"s\":3600}", "1h00m"},    {"{\"s\":86399}", "23h59m"},
		{"{\"s\":86400.5}", "1d00h"}, {"{\"s\":900000}", "10d10h"},
	};

	for (size_t i = 0; i < countof(rows); i++)
	{
		json_object *obj = parse(rows[i].json);
		char buf[REPLY_SPAN_MAX];

		ck_assert_str_eq(reply_span(obj, "s", buf), rows[i].want);
		json_object_put(obj);
	}
}
END_TEST

START_TEST(test_ms)
{
	static const struct
	{
		const char *json;
		const char *want;
	} rows[] = {
		{"{\"s\":0.3}", "300 ms"},       {"{\"s\":0.01}", "10 ms"},
		{"{\"s\":0.012345}", "12.3 ms"}, {"{\"s\":0.000412}", "0.41 ms"},
		{"{\"s\":1.2345}", "1234 ms"},   {"{\"s\":null}", "-"},
	};

	for (size_t i = 0; i < countof(rows); i++)
	{
		json_object *obj = parse(rows[i].json);
		char buf[REPLY_SPAN_MAX];

		ck_assert_str_eq(reply_ms(obj, "s", buf), rows[i].want);
		json_object_put(obj);
	}
}
END_TEST

START_TEST(test_clean)
{
	json_object *obj =
		parse("{\"a\":[\"x\\u001b[2Jy\",{\"b\":\"\\u007f\\u0000\\u009b\\n\"}],"
			  "\"c\":\"gr\\u00fc\\u00df\"}");
	json_object *a = reply_get(obj, "a");
	text_t out = {0};

	/* as JSON it means the same, and a terminal does not obey */
	reply_json(obj, &out);
	ck_assert_ptr_nonnull(strstr(text_str(&out), "\\u007f\\u0000\\u009b\\n"));
	ck_assert_ptr_nonnull(strstr(text_str(&out), "x\\u001b[2Jy"));
	text_deinit(&out);
	reply_clean(obj);
	ck_assert_str_eq(json_object_get_string(reply_at(a, 0)), "x\\x1b[2Jy");
	ck_assert_str_eq(reply_str(reply_at(a, 1), "b"), "\\x7f\\x00\\x9b\\x0a");
	ck_assert_str_eq(reply_str(obj, "c"), "gr\303\274\303\237");
	json_object_put(obj);
}
END_TEST

START_TEST(test_clean_text)
{
	text_t out = {0};

	ck_assert(!reply_clean_text("two\nlines", 9, true, &out));
	ck_assert_str_eq(text_str(&out), "two\nlines");
	text_clear(&out);
	ck_assert(reply_clean_text("two\nlines", 9, false, &out));
	ck_assert_str_eq(text_str(&out), "two\\x0alines");
	text_clear(&out);
	/* a C1 control cut short is no control */
	ck_assert(!reply_clean_text("\302", 1, false, &out));
	ck_assert_uint_eq(out.len, 1);
	text_deinit(&out);
}
END_TEST

Suite *reply_suite(void)
{
	Suite *suite = suite_create("reply");
	TCase *tcase = tcase_create("reply");

	tcase_add_test(tcase, test_missing);
	tcase_add_test(tcase, test_span);
	tcase_add_test(tcase, test_ms);
	tcase_add_test(tcase, test_clean);
	tcase_add_test(tcase, test_clean_text);
	suite_add_tcase(suite, tcase);
	return suite;
}
