/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * NETLINK_XFRM, on a socket of its own for each request: they are a few in a
 * second. The kernel answers within the system call, so nothing is waited for.
 */

#include "kernel/xfrm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>

/** a dump's datagram */
#define BUFFER 32768
/** what a request about one SA takes at most, with room to spare */
#define REQUEST_MAX 160

typedef struct found_t
{
	kernel_sa_fn_t sa;
	kernel_sp_fn_t sp;
	void *user;
} found_t;

static bool to_addr(uint16_t family, const xfrm_address_t *in, addr_t *out)
{
	*out = addr_none;
	if (family == AF_INET)
	{
		out->family = FAMILY_IPV4;
		memcpy(out->b, &in->a4, 4);
		return true;
	}
	if (family == AF_INET6)
	{
		*out = addr_v6((const uint8_t *)in->a6);
		return true;
	}
	return false;
}

static void from_addr(const addr_t *in, xfrm_address_t *out)
{
	memcpy(out, in->b, in->family == FAMILY_IPV4 ? 4 : 16);
}

static uint16_t family_of(const addr_t *addr)
{
	return addr->family == FAMILY_IPV4 ? AF_INET : AF_INET6;
}

/** what an SA and a policy have alike, behind a header of that length */
static void read_attrs(const struct nlmsghdr *nlh, size_t header,
					   uint32_t *if_id, uint32_t *mark, uint32_t *mark_mask)
{
	const char *end = mnl_nlmsg_get_payload_tail(nlh);
	const struct nlattr *attr;

	for (attr = mnl_nlmsg_get_payload_offset(nlh, header);
		 mnl_attr_ok(attr, (int)(end - (const char *)attr));
		 attr = mnl_attr_next(attr))
	{
		uint16_t len = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) == XFRMA_IF_ID && len == sizeof(uint32_t))
		{
			*if_id = mnl_attr_get_u32(attr);
		}
		else if (mnl_attr_get_type(attr) == XFRMA_MARK &&
				 len == sizeof(struct xfrm_mark))
		{
			struct xfrm_mark m;

			memcpy(&m, mnl_attr_get_payload(attr), sizeof(m));
			*mark = m.v;
			*mark_mask = m.m;
		}
	}
}

static bool is_algorithm(uint16_t type)
{
	return type == XFRMA_ALG_AEAD || type == XFRMA_ALG_CRYPT ||
		   type == XFRMA_ALG_AUTH || type == XFRMA_ALG_AUTH_TRUNC;
}

/** what an SA alone has */
static void read_sa_attrs(const struct nlmsghdr *nlh, kernel_sa_t *out)
{
	const char *end = mnl_nlmsg_get_payload_tail(nlh);
	const struct nlattr *attr;

	for (attr =
			 mnl_nlmsg_get_payload_offset(nlh, sizeof(struct xfrm_usersa_info));
		 mnl_attr_ok(attr, (int)(end - (const char *)attr));
		 attr = mnl_attr_next(attr))
	{
		struct xfrm_replay_state_esn esn;

		out->keyed |= is_algorithm(mnl_attr_get_type(attr));
		if (mnl_attr_get_type(attr) == XFRMA_REPLAY_ESN_VAL &&
			mnl_attr_get_payload_len(attr) >= sizeof(esn))
		{
			memcpy(&esn, mnl_attr_get_payload(attr), sizeof(esn));
			out->window = esn.replay_window;
		}
	}
}

static void put_mark(struct nlmsghdr *nlh, uint32_t mark, uint32_t mark_mask)
{
	struct xfrm_mark m = {.v = mark, .m = mark_mask};

	if (mark || mark_mask)
	{
		mnl_attr_put(nlh, XFRMA_MARK, sizeof(m), &m);
	}
}

bool kernel_sa_decode(const struct nlmsghdr *nlh, kernel_sa_t *out)
{
	struct xfrm_usersa_info info;

	memset(out, 0, sizeof(*out));
	if (nlh->nlmsg_type != XFRM_MSG_NEWSA ||
		mnl_nlmsg_get_payload_len(nlh) < sizeof(info))
	{
		return false;
	}
	memcpy(&info, mnl_nlmsg_get_payload(nlh), sizeof(info));
	if (!to_addr(info.family, &info.id.daddr, &out->dst) ||
		!to_addr(info.family, &info.saddr, &out->src))
	{
		return false;
	}
	out->spi = ntohl(info.id.spi);
	out->proto = info.id.proto;
	out->window = info.replay_window;
	out->late = info.stats.replay;
	read_attrs(nlh, sizeof(info), &out->if_id, &out->mark, &out->mark_mask);
	read_sa_attrs(nlh, out);
	return true;
}

/** a request about one SA */
static struct nlmsghdr *encode(void *buf, size_t size, const kernel_sa_t *sa,
							   uint16_t type, uint16_t flags)
{
	struct xfrm_usersa_id *id;
	struct nlmsghdr *nlh;

	if (size < REQUEST_MAX)
	{
		return NULL;
	}
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	id = mnl_nlmsg_put_extra_header(nlh, sizeof(*id));
	from_addr(&sa->dst, &id->daddr);
	id->spi = htonl(sa->spi);
	id->family = family_of(&sa->dst);
	id->proto = sa->proto;
	put_mark(nlh, sa->mark, sa->mark_mask);
	return nlh;
}

struct nlmsghdr *kernel_sa_encode_delete(void *buf, size_t size,
										 const kernel_sa_t *sa)
{
	return encode(buf, size, sa, XFRM_MSG_DELSA, NLM_F_ACK);
}

struct nlmsghdr *kernel_sa_encode_get(void *buf, size_t size,
									  const kernel_sa_t *sa)
{
	return encode(buf, size, sa, XFRM_MSG_GETSA, NLM_F_ACK);
}

bool kernel_sp_decode(const struct nlmsghdr *nlh, kernel_sp_t *out)
{
	struct xfrm_userpolicy_info info;

	memset(out, 0, sizeof(*out));
	if (nlh->nlmsg_type != XFRM_MSG_NEWPOLICY ||
		mnl_nlmsg_get_payload_len(nlh) < sizeof(info))
	{
		return false;
	}
	memcpy(&info, mnl_nlmsg_get_payload(nlh), sizeof(info));
	out->index = info.index;
	out->dir = info.dir;
	out->added = info.curlft.add_time;
	read_attrs(nlh, sizeof(info), &out->if_id, &out->mark, &out->mark_mask);
	return true;
}

struct nlmsghdr *kernel_sp_encode_delete(void *buf, size_t size,
										 const kernel_sp_t *sp)
{
	struct xfrm_userpolicy_id *id;
	struct nlmsghdr *nlh;

	if (size < REQUEST_MAX)
	{
		return NULL;
	}
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = XFRM_MSG_DELPOLICY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	id = mnl_nlmsg_put_extra_header(nlh, sizeof(*id));
	id->index = sp->index;
	id->dir = sp->dir;
	mnl_attr_put_u32(nlh, XFRMA_IF_ID, sp->if_id);
	put_mark(nlh, sp->mark, sp->mark_mask);
	return nlh;
}

static int take(const struct nlmsghdr *nlh, void *user)
{
	found_t *found = user;
	kernel_sa_t sa;
	kernel_sp_t sp;

	if (found->sa && kernel_sa_decode(nlh, &sa) && sa.if_id)
	{
		found->sa(found->user, &sa);
	}
	else if (found->sp && kernel_sp_decode(nlh, &sp) && sp.if_id)
	{
		found->sp(found->user, &sp);
	}
	return MNL_CB_OK;
}

/** sends, and reads to the end of the answer. 0 or -errno */
static int exchange(struct nlmsghdr *nlh, found_t *found)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC);
	uint8_t *buf = mem_alloc(BUFFER);
	int run = MNL_CB_OK;

	nlh->nlmsg_seq = 1;
	if (!s || mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0 ||
		mnl_socket_sendto(s, nlh, nlh->nlmsg_len) < 0)
	{
		run = MNL_CB_ERROR;
	}
	while (run > MNL_CB_STOP)
	{
		ssize_t n = mnl_socket_recvfrom(s, buf, BUFFER);

		run = n < 0 ? MNL_CB_ERROR
					: mnl_cb_run(buf, (size_t)n, 1, mnl_socket_get_portid(s),
								 found ? take : NULL, found);
	}
	run = run == MNL_CB_ERROR ? -errno : 0;
	if (s)
	{
		mnl_socket_close(s);
	}
	free(buf);
	return run;
}

static int dump(uint16_t type, found_t *found)
{
	uint32_t buf[8];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return exchange(nlh, found);
}

int kernel_sa_dump(kernel_sa_fn_t fn, void *user)
{
	found_t found = {.sa = fn, .user = user};

	return dump(XFRM_MSG_GETSA, &found);
}

static void keep(void *user, const kernel_sa_t *sa)
{
	kernel_sa_t *out = user;

	*out = *sa;
}

int kernel_sa_get(const kernel_sa_t *sa, kernel_sa_t *out)
{
	uint32_t buf[REQUEST_MAX / sizeof(uint32_t)];
	found_t found = {.sa = keep, .user = out};

	memset(out, 0, sizeof(*out));
	return exchange(kernel_sa_encode_get(buf, sizeof(buf), sa), &found);
}

int kernel_sa_delete(const kernel_sa_t *sa)
{
	uint32_t buf[REQUEST_MAX / sizeof(uint32_t)];
	int error;

	error = exchange(kernel_sa_encode_delete(buf, sizeof(buf), sa), NULL);
	return error == -ESRCH ? 0 : error;
}

int kernel_sp_dump(kernel_sp_fn_t fn, void *user)
{
	found_t found = {.sp = fn, .user = user};

	return dump(XFRM_MSG_GETPOLICY, &found);
}

int kernel_sp_delete(const kernel_sp_t *sp)
{
	uint32_t buf[REQUEST_MAX / sizeof(uint32_t)];
	int error;

	error = exchange(kernel_sp_encode_delete(buf, sizeof(buf), sp), NULL);
	return error == -ENOENT ? 0 : error;
}
