/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Errors in words: what a NOTIFICATION said, sent or received, with the
 * offending bytes, and the text of an operator on the other side (RFC 9003).
 * What a peer sends is shown with everything but printable ASCII replaced.
 */

#include "bgp/attr_codec.h"
#include "bgp/speaker.h"

#include <stdio.h>
#include <string.h>

/** a line of bounded length being put together */
typedef struct line_t
{
	char *s;
	size_t len;
	size_t room;
} line_t;

static void line_add(line_t *l, const char *s)
{
	size_t n = strlen(s);

	if (n > l->room - l->len - 1)
	{
		n = l->room - l->len - 1;
	}
	memcpy(l->s + l->len, s, n);
	l->len += n;
	l->s[l->len] = '\0';
}

static line_t line_begin(bgp_peer_t *peer)
{
	peer->last_error[0] = '\0';
	return (line_t){peer->last_error, 0, sizeof(peer->last_error)};
}

static void line_bytes(line_t *l, rbuf_t r)
{
	char hex[4];
	unsigned n = 0;
	uint8_t byte;

	if (rbuf_left(&r))
	{
		line_add(l, ": bytes");
	}
	while (rbuf_u8(&r, &byte))
	{
		if (n++ == 64)
		{
			line_add(l, " ...");
			return;
		}
		snprintf(hex, sizeof(hex), " %02x", byte);
		line_add(l, hex);
	}
}

void bgp_notice_set(bgp_notice_t *n, uint8_t code, uint8_t subcode,
					const void *data, size_t len)
{
	n->code = code;
	n->subcode = subcode;
	n->attr = 0;
	n->what = NULL;
	n->len = len < sizeof(n->data) ? len : sizeof(n->data);
	if (n->len)
	{
		memcpy(n->data, data, n->len);
	}
}

void bgp_notice_text(bgp_notice_t *n, uint8_t subcode, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	bgp_notice_set(n, BGP_ERR_CEASE, subcode, NULL, 0);
	if (!len || (subcode != BGP_CEASE_SHUTDOWN && subcode != BGP_CEASE_RESET))
	{
		return;
	}
	if (len > sizeof(n->data) - 1)
	{
		len = sizeof(n->data) - 1;
		/* not within a UTF-8 sequence */
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		{
			len--;
		}
	}
	n->data[0] = (uint8_t)len;
	memcpy(n->data + 1, text, len);
	n->len = len + 1;
}

/** the text of RFC 9003; false: there is none, or it is malformed */
static bool line_text(line_t *l, rbuf_t data)
{
	char one[2] = {0};
	uint8_t len, byte;

	if (!rbuf_u8(&data, &len) || !len || rbuf_left(&data) < len)
	{
		return false;
	}
	line_add(l, ": \"");
	while (len-- && rbuf_u8(&data, &byte))
	{
		one[0] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
		line_add(l, one);
	}
	line_add(l, "\"");
	return true;
}

static void line_notice(line_t *l, uint8_t code, uint8_t subcode, rbuf_t data)
{
	char number[24];

	line_add(l, bgp_error_name(code, subcode));
	snprintf(number, sizeof(number), " (%u/%u)", code, subcode);
	line_add(l, number);
	if (code == BGP_ERR_CEASE &&
		(subcode == BGP_CEASE_SHUTDOWN || subcode == BGP_CEASE_RESET) &&
		line_text(l, data))
	{
		return;
	}
	line_bytes(l, data);
}

void bgp_notice_record(bgp_peer_t *peer, const bgp_notice_t *n, bool sent)
{
	line_t line = line_begin(peer);

	peer->last_code = n->code;
	peer->last_subcode = n->subcode;
	peer->last_sent = sent;
	line_add(&line, "sent ");
	if (n->what)
	{
		if (n->attr)
		{
			line_add(&line, bgp_attr_name(n->attr));
			line_add(&line, ": ");
		}
		line_add(&line, n->what);
		line_add(&line, ": ");
	}
	line_notice(&line, n->code, n->subcode, rbuf_make(n->data, n->len));
}

void bgp_notice_received(bgp_peer_t *peer, uint8_t code, uint8_t subcode,
						 rbuf_t data)
{
	line_t line = line_begin(peer);

	peer->last_code = code;
	peer->last_subcode = subcode;
	peer->last_sent = false;
	line_add(&line, "received ");
	line_notice(&line, code, subcode, data);
}

void bgp_fault_record(bgp_peer_t *peer, const bgp_fault_t *fault)
{
	line_t line = line_begin(peer);

	line_add(&line, fault->verdict == BGP_FAULT_ATTRIBUTE_DISCARD
						? "attribute discarded: "
						: "routes treated as withdrawn: ");
	if (fault->attr)
	{
		line_add(&line, bgp_attr_name(fault->attr));
		line_add(&line, ": ");
	}
	line_add(&line, fault->what);
	line_bytes(&line, rbuf_make(fault->data, fault->data_len));
}

void bgp_error_record(bgp_peer_t *peer, const char *what, const char *why)
{
	line_t line = line_begin(peer);

	line_add(&line, what);
	line_add(&line, why ? why : "no reason given");
}
