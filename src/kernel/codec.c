/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the object files share: a writer with a sticky overflow over libmnl's
 * checked calls, and attribute tables in which each wanted attribute has its
 * lengths, so that a decoder never meets a short one. The kernel is trusted
 * to be honest, not to be of the version that we know.
 */

#include "kernel/codec.h"

#include <linux/rtnetlink.h>
#include <linux/nexthop.h>
#include <string.h>
#include <sys/socket.h>

nlw_t nlw_make(void *buf, size_t size, uint16_t type, uint16_t flags)
{
	nlw_t w = {.nlh = buf, .size = size};

	if (size < NL_HDRLEN)
	{
		w.overflow = true;
		return w;
	}
	w.nlh = mnl_nlmsg_put_header(buf);
	w.nlh->nlmsg_type = type;
	w.nlh->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	return w;
}

void *nlw_header(nlw_t *w, void *spare, size_t len)
{
	if (w->overflow || w->nlh->nlmsg_len + NL_ALIGN(len) > w->size)
	{
		w->overflow = true;
		memset(spare, 0, len);
		return spare;
	}
	return mnl_nlmsg_put_extra_header(w->nlh, len);
}

void nlw_bytes(nlw_t *w, uint16_t type, const void *data, size_t len)
{
	static const uint8_t zero[4];
	size_t end;

	if (w->overflow || !mnl_attr_put_check(w->nlh, w->size, type, len, data))
	{
		w->overflow = true;
		return;
	}
	/* older libmnl leaves in the padding what the buffer had */
	end = w->nlh->nlmsg_len - (NL_ALIGN(len) - len);
	memcpy(&((uint8_t *)w->nlh)[end], zero, NL_ALIGN(len) - len);
}

void nlw_flag(nlw_t *w, uint16_t type)
{
	nlw_bytes(w, type, "", 0);
}

void nlw_u8(nlw_t *w, uint16_t type, uint8_t v)
{
	nlw_bytes(w, type, &v, sizeof(v));
}

void nlw_u32(nlw_t *w, uint16_t type, uint32_t v)
{
	nlw_bytes(w, type, &v, sizeof(v));
}

void nlw_str(nlw_t *w, uint16_t type, const char *s)
{
	nlw_bytes(w, type, s, strlen(s) + 1);
}

void nlw_addr(nlw_t *w, uint16_t type, const addr_t *a)
{
	nlw_bytes(w, type, a->b, addr_size(a));
}

struct nlattr *nlw_nest(nlw_t *w, uint16_t type)
{
	struct nlattr *nest =
		w->overflow ? NULL : mnl_attr_nest_start_check(w->nlh, w->size, type);

	if (!nest)
	{
		w->overflow = true;
	}
	return nest;
}

void nlw_nest_end(nlw_t *w, struct nlattr *nest)
{
	if (nest)
	{
		mnl_attr_nest_end(w->nlh, nest);
	}
}

struct nlmsghdr *nlw_done(const nlw_t *w)
{
	return w->overflow ? NULL : w->nlh;
}

typedef struct attr_search_t
{
	const nl_want_t *want;
	size_t n;
	const struct nlattr **found;
} attr_search_t;

static int attr_cb(const struct nlattr *attr, void *data)
{
	attr_search_t *s = data;
	uint16_t len = mnl_attr_get_payload_len(attr);

	for (size_t i = 0; i < s->n; i++)
	{
		if (mnl_attr_get_type(attr) == s->want[i].type)
		{
			if (len < s->want[i].min || len > s->want[i].max)
			{
				return MNL_CB_ERROR;
			}
			s->found[i] = attr;
			break;
		}
	}
	return MNL_CB_OK;
}

bool nl_attrs(const struct nlmsghdr *nlh, size_t offset, const nl_want_t *want,
			  size_t n, const struct nlattr **found)
{
	attr_search_t s = {.want = want, .n = n, .found = found};
	size_t start = NL_HDRLEN + NL_ALIGN(offset);

	memset(found, 0, n * sizeof(*found));
	if (nlh->nlmsg_len <= start)
	{
		return true;
	}
	/* not mnl_attr_parse: it rounds the message's length up, past its end */
	return mnl_attr_parse_payload(
			   mnl_nlmsg_get_payload_offset(nlh, (unsigned int)offset),
			   nlh->nlmsg_len - start, attr_cb, &s) == MNL_CB_OK;
}

bool nl_attrs_nested(const struct nlattr *nest, const nl_want_t *want, size_t n,
					 const struct nlattr **found)
{
	attr_search_t s = {.want = want, .n = n, .found = found};

	memset(found, 0, n * sizeof(*found));
	return mnl_attr_parse_nested(nest, attr_cb, &s) == MNL_CB_OK;
}

bool nl_message_ok(const struct nlmsghdr *nlh, int left)
{
	return mnl_nlmsg_ok(nlh, left) && nlh->nlmsg_len <= (uint32_t)left;
}

const void *nl_header(const struct nlmsghdr *nlh, size_t len)
{
	if (nlh->nlmsg_len < NL_HDRLEN + len)
	{
		return NULL;
	}
	return mnl_nlmsg_get_payload(nlh);
}

uint32_t nl_u32(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u32(attr) : 0;
}

bool nl_addr(const struct nlattr *attr, family_t family, addr_t *out)
{
	*out = addr_none;
	if (!attr)
	{
		return true;
	}
	out->family = (uint8_t)family;
	if (mnl_attr_get_payload_len(attr) != addr_size(out))
	{
		*out = addr_none;
		return false;
	}
	memcpy(out->b, mnl_attr_get_payload(attr), addr_size(out));
	return true;
}

void nl_str(const struct nlattr *attr, char *out, size_t size)
{
	size_t len = 0;

	if (attr)
	{
		len =
			strnlen(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
		len = len < size ? len : size - 1;
		memcpy(out, mnl_attr_get_payload(attr), len);
	}
	memset(out + len, 0, size - len);
}

bool nl_family(unsigned af, family_t *out)
{
	*out = af == AF_INET ? FAMILY_IPV4
						 : (af == AF_INET6 ? FAMILY_IPV6 : FAMILY_NONE);
	return *out != FAMILY_NONE;
}

uint8_t nl_af(family_t family)
{
	switch (family)
	{
		case FAMILY_IPV4:
			return AF_INET;
		case FAMILY_IPV6:
			return AF_INET6;
		case FAMILY_NONE:
			break;
	}
	return AF_UNSPEC;
}

static bool decode_link(const struct nlmsghdr *nlh, kernel_event_t *out)
{
	out->what = KERNEL_WHAT_LINK;
	if (!kernel_link_decode(nlh, &out->link))
	{
		return false;
	}
	out->ours = kernel_link_is_ours(&out->link);
	return true;
}

static bool decode_addr(const struct nlmsghdr *nlh, kernel_event_t *out)
{
	out->what = KERNEL_WHAT_ADDR;
	if (!kernel_addr_decode(nlh, &out->addr))
	{
		return false;
	}
	out->ours = out->addr.protocol == KERNEL_PROTO;
	return true;
}

static bool decode_route(const struct nlmsghdr *nlh, kernel_event_t *out)
{
	out->what = KERNEL_WHAT_ROUTE;
	if (!kernel_route_is_entry(nlh) || !kernel_route_decode(nlh, &out->route))
	{
		return false;
	}
	if (out->route.nexthop)
	{
		/* the kernel's copy of what stands in the next hop object */
		out->route.link = 0;
		out->route.gateway = addr_none;
	}
	out->ours = out->route.protocol == KERNEL_PROTO;
	out->replaced = !out->gone && (nlh->nlmsg_flags & NLM_F_REPLACE);
	return true;
}

static bool decode_rule(const struct nlmsghdr *nlh, kernel_event_t *out)
{
	out->what = KERNEL_WHAT_RULE;
	if (!kernel_rule_decode(nlh, &out->rule))
	{
		return false;
	}
	out->ours = out->rule.protocol == KERNEL_PROTO;
	return true;
}

bool kernel_decode(const struct nlmsghdr *nlh, kernel_event_t *out)
{
	memset(out, 0, sizeof(*out));
	out->port = nlh->nlmsg_pid;
	switch (nlh->nlmsg_type)
	{
		case RTM_DELLINK:
			out->gone = true;
			return decode_link(nlh, out);
		case RTM_NEWLINK:
			return decode_link(nlh, out);
		case RTM_DELADDR:
			out->gone = true;
			return decode_addr(nlh, out);
		case RTM_NEWADDR:
			return decode_addr(nlh, out);
		case RTM_DELNEXTHOP:
			out->gone = true;
			return kernel_nexthop_decode(nlh, out);
		case RTM_NEWNEXTHOP:
			return kernel_nexthop_decode(nlh, out);
		case RTM_DELROUTE:
			out->gone = true;
			return decode_route(nlh, out);
		case RTM_NEWROUTE:
			return decode_route(nlh, out);
		case RTM_DELRULE:
			out->gone = true;
			return decode_rule(nlh, out);
		case RTM_NEWRULE:
			return decode_rule(nlh, out);
		default:
			return false;
	}
}
