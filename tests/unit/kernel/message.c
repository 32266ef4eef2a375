/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Messages for the tests of decoders, whole and broken.
 */

#include "unit/kernel/message.h"

#include "unit/unit.h"

#include <string.h>

addr_t A(const char *text)
{
	addr_t a;

	ck_assert_msg(addr_parse(text, &a), "%s", text);
	return a;
}

prefix_t P(const char *text)
{
	prefix_t p;

	ck_assert_msg(prefix_parse(text, &p), "%s", text);
	return p;
}

nlw_t message_start(message_t *m, uint16_t type, unsigned char family,
					size_t len)
{
	nlw_t w = nlw_make(m->data, sizeof(m->data), type, 0);
	unsigned char spare[64];

	*(unsigned char *)nlw_header(&w, spare, len) = family;
	return w;
}

bool message_decode(const struct nlmsghdr *nlh, size_t len, kernel_event_t *out)
{
	struct nlmsghdr *copy = malloc(len < sizeof(*copy) ? sizeof(*copy) : len);
	bool ok = false;

	memcpy(copy, nlh, len);
	copy->nlmsg_len = (uint32_t)len;
	if (nl_message_ok(copy, (int)len))
	{
		ok = kernel_decode(copy, out);
	}
	free(copy);
	return ok;
}

/* the message with one attribute's payload of another length */
static bool decode_changed(const struct nlmsghdr *nlh,
						   const struct nlattr *attr, int by)
{
	message_t m;
	struct nlmsghdr *copy = (struct nlmsghdr *)m.data;
	size_t header = (size_t)((const uint8_t *)attr - (const uint8_t *)nlh);
	size_t len = mnl_attr_get_payload_len(attr);
	size_t now = by < -1 ? 0 : (size_t)((int)len + by);
	size_t rest = header + NL_ALIGN(attr->nla_len);
	struct nlattr *changed;
	kernel_event_t event;

	memset(&m, 0, sizeof(m));
	memcpy(copy, nlh, header + sizeof(*attr));
	changed = (struct nlattr *)(void *)((uint8_t *)copy + header);
	changed->nla_len = (uint16_t)(sizeof(*attr) + now);
	memcpy(mnl_attr_get_payload(changed), mnl_attr_get_payload(attr),
		   now < len ? now : len);
	copy->nlmsg_len = (uint32_t)(header + NL_ALIGN(changed->nla_len));
	memcpy((uint8_t *)copy + copy->nlmsg_len, (const uint8_t *)nlh + rest,
		   nlh->nlmsg_len - rest);
	copy->nlmsg_len += (uint32_t)(nlh->nlmsg_len - rest);
	return message_decode(copy, copy->nlmsg_len, &event);
}

void message_torture(const struct nlmsghdr *nlh, size_t header,
					 const uint16_t *strict, size_t n_strict)
{
	const struct nlattr *attr;
	kernel_event_t event;
	size_t met = 0;

	for (size_t len = sizeof(*nlh); len < nlh->nlmsg_len; len++)
	{
		bool ok = message_decode(nlh, len, &event);

		ck_assert(!ok || len >= sizeof(*nlh) + header);
	}
	message_each(attr, nlh, header)
	{
		static const int by[] = {-2, -1, 1};
		bool refused = false;

		for (size_t i = 0; i < n_strict; i++)
		{
			refused |= mnl_attr_get_type(attr) == strict[i];
		}
		met += refused;
		for (size_t i = 0; i < countof(by); i++)
		{
			bool ok = mnl_attr_get_payload_len(attr) &&
					  decode_changed(nlh, attr, by[i]);

			ck_assert_msg(!refused || !ok, "type %u by %d",
						  mnl_attr_get_type(attr), by[i]);
		}
	}
	ck_assert_uint_eq(met, n_strict);
}
