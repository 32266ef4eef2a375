/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * As much of an HTTP server as a scrape needs (RFC 9110, RFC 9112): one request
 * without a body, one answer, and the connection ends. Sans I/O.
 */

#ifndef CYGNET_CLI_HTTP_H
#define CYGNET_CLI_HTTP_H

#include "base/text.h"

/** bytes of a request's head */
#define HTTP_REQUEST_MAX 8192

typedef struct http_request_t
{
	/** 200: it is to be answered, else what is wrong with it */
	unsigned status;
	/** the head alone is wanted */
	bool head;
	/** it takes OpenMetrics */
	bool open;
} http_request_t;

/** the head is there as a whole, up to its empty line */
bool http_whole(const char *data, size_t len);
/** what a whole head asks for */
http_request_t http_parse(const char *data, size_t len);
/** an answer in full; body "" with a status that is not 200: words on it */
void http_answer(const http_request_t *request, const char *body, text_t *out);

#endif
