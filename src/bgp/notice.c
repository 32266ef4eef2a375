/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Errors in words: what a NOTIFICATION said, sent or received, with the
 * offending bytes, and the text of an operator on the other side (RFC 9003).
 * Of what a peer sends, characters of valid UTF-8 are shown; control
 * characters, marks that change the direction of writing, and all that is no
 * character become '?'.
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

static line_t line_begin(bgp_peer_t *peer, usec_t now)
{
	peer->last_error[0] = '\0';
	peer->last_error_at = now;
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
	n->hard = false;
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

/** a character whose first byte has been read, in *out; r moves behind it only
 * if it is one (RFC 3629 section 4) */
static bool take_character(rbuf_t *r, uint8_t first, uint32_t *out)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	rbuf_t look = *r;
	unsigned more, i;
	uint8_t byte;

	if (first < 0x80)
	{
		*out = first;
		return true;
	}
	if (first < 0xc2 || first > 0xf4)
	{
		return false;
	}
	more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	*out = first & (0x3fu >> more);
	for (i = 0; i < more; i++)
	{
		if (!rbuf_u8(&look, &byte) || (byte & 0xc0) != 0x80)
		{
			return false;
		}
		*out = *out << 6 | (byte & 0x3fu);
	}
	if (*out < least[more] || *out > 0x10ffff ||
		(*out >= 0xd800 && *out <= 0xdfff))
	{
		return false;
	}
	*r = look;
	return true;
}

/** may be shown: no control, no separator of lines, nothing that reorders */
static bool is_plain(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0x061c &&
		   !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
		   !(c >= 0x2066 && c <= 0x2069) && c != 0xfeff;
}

/** the text of RFC 9003; false: there is none, or it is malformed */
static bool line_text(line_t *l, rbuf_t data)
{
	char one[5] = {0};
	uint8_t len, first;
	rbuf_t text, rest;
	uint32_t c;

	if (!rbuf_u8(&data, &len) || !len || !rbuf_sub(&data, len, &text))
	{
		return false;
	}
	line_add(l, ": \"");
	while (rbuf_u8(&text, &first))
	{
		rest = text;
		memset(one, 0, sizeof(one));
		one[0] = '?';
		if (take_character(&text, first, &c) && is_plain(c))
		{
			one[0] = (char)first;
			rbuf_bytes(&rest, one + 1, rbuf_left(&rest) - rbuf_left(&text));
		}
		line_add(l, one);
	}
	line_add(l, "\"");
	return true;
}

static void line_notice(line_t *l, uint8_t code, uint8_t subcode, rbuf_t data)
{
	uint8_t inner, inner_subcode;
	char number[24];
	rbuf_t rest = data;

	line_add(l, bgp_error_name(code, subcode));
	snprintf(number, sizeof(number), " (%u/%u)", code, subcode);
	line_add(l, number);
	if (code == BGP_ERR_CEASE &&
		(subcode == BGP_CEASE_SHUTDOWN || subcode == BGP_CEASE_RESET) &&
		line_text(l, data))
	{
		return;
	}
	/* RFC 8538 section 3.1: what it was, once; nothing nests deeper */
	if (code == BGP_ERR_CEASE && subcode == BGP_CEASE_HARD_RESET &&
		rbuf_u8(&rest, &inner) && rbuf_u8(&rest, &inner_subcode) &&
		(inner != BGP_ERR_CEASE || inner_subcode != BGP_CEASE_HARD_RESET))
	{
		line_add(l, ": ");
		line_notice(l, inner, inner_subcode, rest);
		return;
	}
	line_bytes(l, data);
}

void bgp_notice_record(bgp_peer_t *peer, const bgp_notice_t *n, bool sent,
					   usec_t now)
{
	line_t line = line_begin(peer, now);

	peer->last_code = n->code;
	peer->last_subcode = n->hard ? BGP_CEASE_HARD_RESET : n->subcode;
	peer->last_sent = sent;
	line_add(&line, n->hard ? "sent Cease/Hard Reset (6/9): " : "sent ");
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
						 rbuf_t data, usec_t now)
{
	line_t line = line_begin(peer, now);

	peer->last_code = code;
	peer->last_subcode = subcode;
	peer->last_sent = false;
	line_add(&line, "received ");
	line_notice(&line, code, subcode, data);
}

void bgp_fault_record(bgp_peer_t *peer, const bgp_fault_t *fault, usec_t now)
{
	line_t line = line_begin(peer, now);

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

void bgp_error_record(bgp_peer_t *peer, const char *what, const char *why,
					  usec_t now)
{
	line_t line = line_begin(peer, now);

	line_add(&line, what);
	line_add(&line, why ? why : "no reason given");
}

void bgp_connect_error_record(bgp_peer_t *peer, const char *what,
							  const char *why, usec_t now)
{
	line_t line = {peer->connect_error, 0, sizeof(peer->connect_error)};

	line_add(&line, what);
	line_add(&line, why ? why : "no reason given");
	peer->connect_error_at = now;
}

void bgp_connect_error_clear(bgp_peer_t *peer)
{
	peer->connect_error[0] = '\0';
	peer->connect_error_at = 0;
}
