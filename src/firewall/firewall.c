/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The socket side: one batch out, the answers back. nfnetlink works in our
 * own context, so the answers are in the socket's buffer when sendto returns
 * and a non-blocking read gets them all.
 */

#include "firewall/firewall.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <libnftnl/object.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>

#include "base/log.h"
#include "firewall/build.h"
#include "firewall/watch.h"

#define BUFFER_MAX 65536
/** a table of 1,024 links takes less */
#define SOCKET_BUFFER (4 * 1024 * 1024)
#define COUNTERS_MAX  4096

struct firewall_t
{
	struct mnl_socket *socket;
	uint32_t seq;
	/** the table that we made, and what it held */
	uint64_t handle;
	unsigned rules;
	char buffer[BUFFER_MAX];
	/** notifications; NULL: none */
	struct mnl_socket *monitor;
	fw_watch_t watch;
	/** apart from the other: who hears of a change may write */
	char news[BUFFER_MAX];
};

static void set_buffer(const struct mnl_socket *socket)
{
	int fd = mnl_socket_get_fd(socket), size = SOCKET_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
	{
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	}
}

static void monitor_open(firewall_t *fw)
{
	int group = NFNLGRP_NFTABLES;

	fw->watch.own = mnl_socket_get_portid(fw->socket);
	fw->monitor =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fw->monitor &&
		mnl_socket_bind(fw->monitor, 0, MNL_SOCKET_AUTOPID) == 0 &&
		mnl_socket_setsockopt(fw->monitor, NETLINK_ADD_MEMBERSHIP, &group,
							  sizeof(group)) == 0)
	{
		set_buffer(fw->monitor);
		return;
	}
	log_warn("changes of nftables cannot be heard of (%s): the table is looked "
			 "at now and then",
			 strerror(errno));
	if (fw->monitor)
	{
		mnl_socket_close(fw->monitor);
		fw->monitor = NULL;
	}
}

firewall_t *firewall_open(int *error)
{
	firewall_t *fw = mem_alloc(sizeof(*fw));
	int on = 1, size = SOCKET_BUFFER, fd;

	*error = 0;
	fw->socket =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!fw->socket || mnl_socket_bind(fw->socket, 0, MNL_SOCKET_AUTOPID) < 0)
	{
		*error = -errno;
		log_error("nftables cannot be spoken to: %s", strerror(errno));
		firewall_close(fw);
		return NULL;
	}
	fd = mnl_socket_get_fd(fw->socket);
	mnl_socket_setsockopt(fw->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(fw->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
	{
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	}
	set_buffer(fw->socket);
	monitor_open(fw);
	return fw;
}

void firewall_close(firewall_t *fw)
{
	if (fw->monitor)
	{
		mnl_socket_close(fw->monitor);
	}
	if (fw->socket)
	{
		mnl_socket_close(fw->socket);
	}
	free(fw);
}

int firewall_fd(const firewall_t *fw)
{
	return fw->monitor ? mnl_socket_get_fd(fw->monitor) : -1;
}

bool firewall_read(firewall_t *fw, unsigned budget, fw_changed_t changed,
				   void *user)
{
	while (fw->monitor && budget)
	{
		ssize_t n =
			mnl_socket_recvfrom(fw->monitor, fw->news, sizeof(fw->news));
		unsigned used = 0;

		if (n < 0 && errno == EAGAIN)
		{
			return false;
		}
		if (n > 0)
		{
			used =
				fw_watch_read(&fw->watch, fw->news, (size_t)n, changed, user);
		}
		else if (n < 0 && errno != EINTR)
		{
			/* ENOBUFS: they overran; ENOSPC: one was cut */
			fw_watch_lost(&fw->watch, changed, user);
		}
		used = used ? used : 1;
		budget -= used < budget ? used : budget;
	}
	return fw->monitor != NULL;
}

static int ext_ack_cb(const struct nlattr *attr, void *data)
{
	const char **text = data;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
	{
		*text = mnl_attr_get_str(attr);
	}
	return MNL_CB_OK;
}

/** the kernel's error in a message, with its words in the log; 0: none */
static int error_of(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	const char *text = NULL;

	if (nlh->nlmsg_type != NLMSG_ERROR ||
		mnl_nlmsg_get_payload_len(nlh) < sizeof(*err) || !err->error)
	{
		return 0;
	}
	/* NETLINK_CAP_ACK: attributes follow the bare header */
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
	{
		mnl_attr_parse(nlh, sizeof(*err), ext_ack_cb, &text);
	}
	log_error("nftables refused our table: %s%s%s", strerror(-err->error),
			  text ? ": " : "", text ? text : "");
	return err->error;
}

/** reads all answers that are there; the first error */
static int answers(firewall_t *fw)
{
	int first = 0;
	ssize_t n;

	while ((n = mnl_socket_recvfrom(fw->socket, fw->buffer,
									sizeof(fw->buffer))) > 0)
	{
		const struct nlmsghdr *nlh = (void *)fw->buffer;
		int left = (int)n;

		while (mnl_nlmsg_ok(nlh, left))
		{
			int error = error_of(nlh);

			first = first ? first : error;
			nlh = mnl_nlmsg_next(nlh, &left);
		}
	}
	return first ? first : (n < 0 && errno != EAGAIN ? -errno : 0);
}

static int send_batch(firewall_t *fw, const fw_batch_t *batch)
{
	if (mnl_socket_sendto(fw->socket, batch->data, batch->len) < 0)
	{
		int error = -errno;

		log_error("nftables: %s", strerror(errno));
		return error;
	}
	return answers(fw);
}

/** a question to be answered by a callback for each message */
static int ask(firewall_t *fw, uint16_t type, uint16_t flags,
			   void (*build)(struct nlmsghdr *nlh), mnl_cb_t cb, void *data)
{
	char request[512];
	struct nlmsghdr *nlh =
		nftnl_nlmsg_build_hdr(request, type, NFPROTO_INET, flags, ++fw->seq);
	unsigned port = mnl_socket_get_portid(fw->socket);
	int result = MNL_CB_OK;

	build(nlh);
	if (mnl_socket_sendto(fw->socket, nlh, nlh->nlmsg_len) < 0)
	{
		return -errno;
	}
	while (result > MNL_CB_STOP)
	{
		ssize_t n =
			mnl_socket_recvfrom(fw->socket, fw->buffer, sizeof(fw->buffer));

		if (n < 0)
		{
			return errno == EAGAIN ? 0 : -errno;
		}
		result = mnl_cb_run(fw->buffer, (size_t)n, fw->seq, port, cb, data);
		if (result < 0)
		{
			int error = -errno;

			/* what is left of the answer must not meet the next question */
			while (mnl_socket_recvfrom(fw->socket, fw->buffer,
									   sizeof(fw->buffer)) > 0)
			{
			}
			return error;
		}
		if (!(flags & NLM_F_DUMP))
		{
			break;
		}
	}
	return 0;
}

static void build_table(struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, FW_TABLE);
}

static int table_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_table *t = nftnl_table_alloc();
	uint64_t *handle = data;

	if (nftnl_table_nlmsg_parse(nlh, t) == 0)
	{
		*handle = nftnl_table_get_u64(t, NFTNL_TABLE_HANDLE);
	}
	nftnl_table_free(t);
	return MNL_CB_OK;
}

static int rule_cb(const struct nlmsghdr *nlh, void *data)
{
	unsigned *count = data;

	++*count;
	return MNL_CB_OK;
}

static void build_rules(struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, FW_TABLE);
}

typedef struct counters_t
{
	fw_counter_t *list;
	size_t count;
	size_t max;
} counters_t;

static int counter_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_obj *o = nftnl_obj_alloc();
	counters_t *c = data;

	if (c->count < c->max && nftnl_obj_nlmsg_parse(nlh, o) == 0 &&
		nftnl_obj_get_u32(o, NFTNL_OBJ_TYPE) == NFT_OBJECT_COUNTER)
	{
		fw_counter_t *out = &c->list[c->count++];
		const char *name = nftnl_obj_get_str(o, NFTNL_OBJ_NAME);

		memset(out, 0, sizeof(*out));
		strncpy(out->name, name ? name : "", sizeof(out->name) - 1);
		out->packets = nftnl_obj_get_u64(o, NFTNL_OBJ_CTR_PKTS);
		out->bytes = nftnl_obj_get_u64(o, NFTNL_OBJ_CTR_BYTES);
	}
	nftnl_obj_free(o);
	return MNL_CB_OK;
}

static void build_counters(struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, NFTA_OBJ_TABLE, FW_TABLE);
}

static int fw_counters(void *firewall, fw_counter_t *out, size_t max)
{
	firewall_t *fw = firewall;
	counters_t c = {out, 0, max};
	int error =
		ask(fw, NFT_MSG_GETOBJ, NLM_F_DUMP, build_counters, counter_cb, &c);

	if (error == -ENOENT)
	{
		return 0;
	}
	return error ? error : (int)c.count;
}

static int fw_apply(void *firewall, const fw_model_t *model)
{
	firewall_t *fw = firewall;
	fw_counter_t *old = mem_array(COUNTERS_MAX, sizeof(*old));
	fw_batch_t batch = {.seq = ++fw->seq};
	int n = fw_counters(fw, old, COUNTERS_MAX), error;

	fw_build(&batch, model, old, n > 0 ? (size_t)n : 0);
	error = send_batch(fw, &batch);
	fw->seq = batch.seq;
	if (!error)
	{
		fw->rules = batch.rules;
		fw->handle = 0;
		ask(fw, NFT_MSG_GETTABLE, 0, build_table, table_cb, &fw->handle);
	}
	fw_batch_deinit(&batch);
	free(old);
	return error;
}

static int fw_remove(void *firewall)
{
	firewall_t *fw = firewall;
	fw_batch_t batch = {.seq = ++fw->seq};
	int error;

	fw_build_remove(&batch);
	error = send_batch(fw, &batch);
	fw->seq = batch.seq;
	fw_batch_deinit(&batch);
	return error;
}

static int fw_present(void *firewall)
{
	uint64_t handle = 0;
	int error =
		ask(firewall, NFT_MSG_GETTABLE, 0, build_table, table_cb, &handle);

	return error == -ENOENT ? 0 : error ? error : handle != 0;
}

static int fw_intact(void *firewall)
{
	firewall_t *fw = firewall;
	uint64_t handle = 0;
	unsigned rules = 0;
	int error = ask(fw, NFT_MSG_GETTABLE, 0, build_table, table_cb, &handle);

	if (!error)
	{
		error =
			ask(fw, NFT_MSG_GETRULE, NLM_F_DUMP, build_rules, rule_cb, &rules);
	}
	if (error == -ENOENT)
	{
		return 0;
	}
	return error ? error : (handle == fw->handle && rules == fw->rules);
}

const fw_ops_t firewall_nftables_ops = {
	.apply = fw_apply,
	.present = fw_present,
	.remove = fw_remove,
	.counters = fw_counters,
	.intact = fw_intact,
};
