/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Asks the kernel for all of nftables: tables, chains, rules, sets, and the
 * elements of each. A list that was changed while it was told is asked for
 * again.
 */

#include "firewall/foreign.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>

#define BUFFER_MAX 65536
#define TRIES      5

typedef struct reader_t
{
	struct mnl_socket *socket;
	fw_foreign_t *f;
	uint32_t seq;
	char buffer[BUFFER_MAX];
} reader_t;

static int message(const struct nlmsghdr *nlh, void *user)
{
	fw_foreign_add(user, nlh);
	return MNL_CB_OK;
}

/** 0 or -errno */
static int exchange(reader_t *r, const struct nlmsghdr *nlh)
{
	uint32_t port = mnl_socket_get_portid(r->socket);
	int more = MNL_CB_OK;

	if (mnl_socket_sendto(r->socket, nlh, nlh->nlmsg_len) < 0)
	{
		return -errno;
	}
	while (more > MNL_CB_STOP)
	{
		ssize_t len =
			mnl_socket_recvfrom(r->socket, r->buffer, sizeof(r->buffer));

		if (len < 0)
		{
			return -errno;
		}
		more = mnl_cb_run(r->buffer, (size_t)len, r->seq, port, message, r->f);
	}
	return more < 0 ? -errno : 0;
}

static struct nlmsghdr *request(reader_t *r, uint16_t type, uint16_t family)
{
	return nftnl_nlmsg_build_hdr(r->buffer, type, family, NLM_F_DUMP, ++r->seq);
}

static int read_sets(reader_t *r)
{
	const char *table, *name;
	uint16_t family;
	int error = 0;

	for (size_t i = 0;
		 !error && fw_foreign_set(r->f, i, &family, &table, &name); i++)
	{
		struct nftnl_set *s = nftnl_set_alloc();
		struct nlmsghdr *nlh = request(r, NFT_MSG_GETSETELEM, family);

		nftnl_set_set_str(s, NFTNL_SET_TABLE, table);
		nftnl_set_set_str(s, NFTNL_SET_NAME, name);
		nftnl_set_elems_nlmsg_build_payload(nlh, s);
		nftnl_set_free(s);
		error = exchange(r, nlh);
	}
	/* one of them was deleted meanwhile: all anew */
	return error == -ENOENT ? -EINTR : error;
}

static int read_all(reader_t *r)
{
	static const uint16_t lists[] = {
		NFT_MSG_GETTABLE,
		NFT_MSG_GETCHAIN,
		NFT_MSG_GETRULE,
		NFT_MSG_GETSET,
	};
	int error = 0;

	for (size_t i = 0; i < countof(lists) && !error; i++)
	{
		error = exchange(r, request(r, lists[i], NFPROTO_UNSPEC));
	}
	return error ? error : read_sets(r);
}

fw_foreign_t *fw_foreign_read(int *error)
{
	reader_t *r = mem_alloc(sizeof(*r));
	fw_foreign_t *f;

	*error = -EINTR;
	for (unsigned i = 0; i < TRIES && *error == -EINTR; i++)
	{
		fw_foreign_destroy(r->f);
		r->f = fw_foreign_create();
		/* a list that was left off would be told into the next one */
		r->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
		*error =
			!r->socket || mnl_socket_bind(r->socket, 0, MNL_SOCKET_AUTOPID) < 0
				? -errno
				: read_all(r);
		if (r->socket)
		{
			mnl_socket_close(r->socket);
		}
	}
	f = r->f;
	free(r);
	if (*error)
	{
		fw_foreign_destroy(f);
		f = NULL;
	}
	return f;
}
