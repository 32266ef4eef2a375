/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The request line, and of the fields Accept alone. What is not understood is
 * refused, with words, and nothing of it comes back in the answer.
 */

#include "cli/http.h"

#include <string.h>
#include <strings.h>

#define OPEN_TYPE "application/openmetrics-text"

static const struct
{
	unsigned status;
	const char *reason;
	const char *words;
} statuses[] = {
	{200, "OK", ""},
	{400, "Bad Request", "this is no HTTP request\n"},
	{404, "Not Found", "what there is, is /metrics\n"},
	{405, "Method Not Allowed", "GET and HEAD are answered\n"},
	{408, "Request Timeout", "the request did not come in time\n"},
	{431, "Request Header Fields Too Large", "the request is too long\n"},
	{503, "Service Unavailable", "the gateway does not answer\n"},
	{505, "HTTP Version Not Supported", "HTTP/1.0 and HTTP/1.1 are spoken\n"},
};

bool http_whole(const char *data, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
	{
		if (data[i] == '\n' &&
			(data[i + 1] == '\n' ||
			 (i + 2 < len && data[i + 1] == '\r' && data[i + 2] == '\n')))
		{
			return true;
		}
	}
	return false;
}

/** a word of the request line, and the space behind it; 0: there is none */
static size_t word(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] > ' ' && s[n] < 0x7f)
	{
		n++;
	}
	return n && n < len && s[n] == ' ' ? n + 1 : 0;
}

static bool begins(const char *s, size_t len, const char *with)
{
	return len >= strlen(with) && strncmp(s, with, strlen(with)) == 0;
}

/** the path, with a query or without */
static bool is_metrics(const char *s, size_t len)
{
	size_t path = 0;

	while (path < len && s[path] != '?')
	{
		path++;
	}
	return path == strlen("/metrics") && begins(s, path, "/metrics");
}

static unsigned request_line(const char *s, size_t len, bool *head)
{
	size_t method = word(s, len), target;

	target = method ? word(s + method, len - method) : 0;
	if (!target || !begins(s + method + target, len - method - target, "HTTP/"))
	{
		return 400;
	}
	if (!begins(s + method + target, len - method - target, "HTTP/1."))
	{
		return 505;
	}
	*head = begins(s, method, "HEAD ");
	if (!*head && !begins(s, method, "GET "))
	{
		return 405;
	}
	return is_metrics(s + method, target - 1) ? 200 : 404;
}

/** the field's value has OPEN_TYPE; that one may rank below others it has is of
 * no matter, whoever names it can read it */
static bool accepts(const char *s, size_t len)
{
	static const char field[] = "accept:";

	if (len < sizeof(field) - 1 ||
		strncasecmp(s, field, sizeof(field) - 1) != 0)
	{
		return false;
	}
	for (size_t i = sizeof(field) - 1; i + sizeof(OPEN_TYPE) - 1 <= len; i++)
	{
		if (strncasecmp(s + i, OPEN_TYPE, sizeof(OPEN_TYPE) - 1) == 0)
		{
			return true;
		}
	}
	return false;
}

http_request_t http_parse(const char *data, size_t len)
{
	http_request_t request = {.status = 400};
	bool first = true;

	while (len)
	{
		const char *end = memchr(data, '\n', len);
		size_t line = end ? (size_t)(end - data) : len;
		size_t step = line + (end != NULL);

		line -= line && data[line - 1] == '\r';
		if (first)
		{
			request.status = request_line(data, line, &request.head);
		}
		request.open |= !first && accepts(data, line);
		first = false;
		data += step;
		len -= step;
	}
	return request;
}

void http_answer(const http_request_t *request, const char *body, text_t *out)
{
	unsigned at = 0;

	while (at + 1 < countof(statuses) && statuses[at].status != request->status)
	{
		at++;
	}
	if (statuses[at].status != 200 && !body[0])
	{
		body = statuses[at].words;
	}
	text_printf(out,
				"HTTP/1.1 %u %s\r\n"
				"Content-Type: %s\r\n"
				"Content-Length: %zu\r\n"
				"Cache-Control: no-store\r\n"
				"%sConnection: close\r\n\r\n%s",
				statuses[at].status, statuses[at].reason,
				statuses[at].status != 200 ? "text/plain; charset=utf-8"
				: request->open ? OPEN_TYPE "; version=1.0.0; charset=utf-8"
								: "text/plain; version=0.0.4; charset=utf-8",
				strlen(body),
				statuses[at].status == 405 ? "Allow: GET, HEAD\r\n" : "",
				request->head ? "" : body);
}
