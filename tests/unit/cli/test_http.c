/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Requests as they should be and as they come: each one is answered with its
 * status, and nothing of a request comes back.
 */

#include "unit/cli/suites.h"

#include "cli/http.h"

#include <string.h>

static const struct
{
	const char *text;
	unsigned status;
	bool head;
	bool open;
} rows[] = {
	{"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", 200, false, false},
	{"GET /metrics HTTP/1.0\n\n", 200, false, false},
	{"GET /metrics?name=x HTTP/1.1\r\n\r\n", 200, false, false},
	{"HEAD /metrics HTTP/1.1\r\n\r\n", 200, true, false},
	{"GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;"
	 "version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n\r\n",
	 200, false, true},
	{"GET /metrics HTTP/1.1\r\naCCEPT:APPLICATION/OpenMetrics-Text\r\n\r\n",
	 200, false, true},
	{"GET /metrics HTTP/1.1\r\nAccept: text/plain\r\n\r\n", 200, false, false},
	{"GET /metrics HTTP/1.1\r\nX-Accept: application/openmetrics-text\r\n\r\n",
	 200, false, false},
	{"GET / HTTP/1.1\r\n\r\n", 404, false, false},
	{"GET /metricsx HTTP/1.1\r\n\r\n", 404, false, false},
	{"GET /metric HTTP/1.1\r\n\r\n", 404, false, false},
	{"GET /../metrics HTTP/1.1\r\n\r\n", 404, false, false},
	{"POST /metrics HTTP/1.1\r\n\r\n", 405, false, false},
	{"GETS /metrics HTTP/1.1\r\n\r\n", 405, false, false},
	{"GET /metrics HTTP/2.0\r\n\r\n", 505, false, false},
	{"GET /metrics\r\n\r\n", 400, false, false},
	{"GET  /metrics HTTP/1.1\r\n\r\n", 400, false, false},
	{"GET /met\trics HTTP/1.1\r\n\r\n", 400, false, false},
	{"GET /metrics FTP/1.1\r\n\r\n", 400, false, false},
	{"\r\n\r\n", 400, false, false},
	{"\x16\x03\x01\x02\n\n", 400, false, false},
};

START_TEST(test_parse)
{
	size_t len = strlen(rows[_i].text);
	http_request_t r = http_parse(rows[_i].text, len);

	ck_assert(http_whole(rows[_i].text, len));
	ck_assert_uint_eq(r.status, rows[_i].status);
	ck_assert_int_eq(r.head, rows[_i].head);
	ck_assert_int_eq(r.open, rows[_i].open);
	/* any part of it: no end of the head, and no byte beyond is read */
	for (size_t n = 0; n < len; n++)
	{
		char *part = mem_alloc(n + 1);

		memcpy(part, rows[_i].text, n);
		ck_assert(n + 1 >= len || !http_whole(part, n) ||
				  strstr(part, "\n\n") || strstr(part, "\n\r\n"));
		http_parse(part, n);
		free(part);
	}
}
END_TEST

static const struct
{
	http_request_t request;
	const char *body;
	const char *first;
	const char *last;
} answers[] = {
	{{200, false, true},
	 "# EOF\n",
	 "HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; "
	 "version=1.0.0; charset=utf-8\r\nContent-Length: 6\r\n",
	 "Connection: close\r\n\r\n# EOF\n"},
	{{200, false, false},
	 "a 1\n",
	 "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; "
	 "charset=utf-8\r\nContent-Length: 4\r\n",
	 "\r\n\r\na 1\n"},
	{{200, true, false},
	 "a 1\n",
	 "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; "
	 "charset=utf-8\r\nContent-Length: 4\r\n",
	 "Connection: close\r\n\r\n"},
	{{405, false, false},
	 "",
	 "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain; "
	 "charset=utf-8\r\n",
	 "Allow: GET, HEAD\r\nConnection: close\r\n\r\nGET and HEAD are "
	 "answered\n"},
	{{431, false, false},
	 "",
	 "HTTP/1.1 431 Request Header Fields Too Large\r\n",
	 "the request is too long\n"},
	{{503, false, true},
	 "",
	 "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; "
	 "charset=utf-8\r\n",
	 "the gateway does not answer\n"},
};

START_TEST(test_answer)
{
	const char *first = answers[_i].first, *last = answers[_i].last;
	text_t out = {0};

	http_answer(&answers[_i].request, answers[_i].body, &out);
	ck_assert_msg(strncmp(text_str(&out), first, strlen(first)) == 0, "%s",
				  text_str(&out));
	ck_assert_uint_ge(out.len, strlen(last));
	ck_assert_str_eq(text_str(&out) + out.len - strlen(last), last);
	text_deinit(&out);
}
END_TEST

Suite *http_suite(void)
{
	Suite *suite = suite_create("http");
	TCase *tcase = tcase_create("http");

	tcase_add_loop_test(tcase, test_parse, 0, countof(rows));
	tcase_add_loop_test(tcase, test_answer, 0, countof(answers));
	suite_add_tcase(suite, tcase);
	return suite;
}
