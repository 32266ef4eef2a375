/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Writing: operations are packed into batches, one sendto each, and only the
 * last message of a batch asks for an ack. The kernel works through a batch in
 * order whatever fails, answers errors one by one with their sequence number,
 * and the last ack says that there are no more.
 *
 * Routes take up to three rounds, so that somebody else's is never replaced
 * (see route.c) and ours change without a gap:
 *   1. the new route: EXCL where none of ours is there, else APPEND;
 *   2. where it went in, deletion of the one that it replaces; where EXCL met
 *      something, deletion of ours by protocol alone, if that is what it met;
 *   3. where that deleted something, the new route once more.
 * Rounds 2 and 3 run before any operation that is not about routes.
 */

#include "kernel/netlink.h"

#include "base/log.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#define BATCH_OPS   512
#define BATCH_BYTES (BATCH_OPS * 128)
/** lines of failures in the log, of one call */
#define LOGGED_MAX 8

typedef enum round_t
{
	ROUND_FIRST,
	ROUND_REMOVE,
	ROUND_AGAIN,
} round_t;

/** what an operation still needs */
typedef enum after_t
{
	AFTER_NOTHING,
	AFTER_REMOVE_OLD,
	AFTER_REMOVE_STALE,
	AFTER_AGAIN,
} after_t;

typedef struct batch_t
{
	nl_writer_t *writer;
	const kernel_op_t *ops;
	int *errors;
	/** operations of the first round, each at most once */
	size_t members[BATCH_OPS];
	uint8_t after[BATCH_OPS];
	size_t count;
	/** messages of the round that is being sent: place in members */
	uint16_t sent[BATCH_OPS];
	int results[BATCH_OPS];
	size_t n_sent;
	struct nlmsghdr *last;
	size_t len;
	round_t round;
	unsigned failed;
} batch_t;

/* what is so already */
static bool is_so(const kernel_op_t *op, int error)
{
	switch (op->kind)
	{
		case KERNEL_ADDR_ADD:
		case KERNEL_RULE_ADD:
			return error == -EEXIST;
		case KERNEL_LINK_DEL:
			return error == -ENODEV;
		case KERNEL_ADDR_DEL:
			return error == -EADDRNOTAVAIL || error == -ENODEV;
		case KERNEL_NEXTHOP_DEL:
		case KERNEL_RULE_DEL:
			return error == -ENOENT;
		case KERNEL_ROUTE_DEL:
			return error == -ESRCH || error == -ENOENT;
		case KERNEL_ROUTE_SET:
			/* APPEND of what is there to the letter */
			return error == -EEXIST && op->replaces;
		case KERNEL_LINK_ADD:
		case KERNEL_LINK_SET:
		case KERNEL_NEXTHOP_SET:
		case KERNEL_GROUP_SET:
		case KERNEL_SYSCTL_SET:
			break;
	}
	return false;
}

static void failure(batch_t *b, size_t op, int error, const char *text)
{
	char line[KERNEL_OP_STR_MAX];

	b->errors[op] = error;
	b->failed++;
	if (b->failed <= LOGGED_MAX)
	{
		log_warn("kernel refused %s: %s%s%s",
				 kernel_op_format(&b->ops[op], line), strerror(-error),
				 text[0] ? ": " : "", text);
	}
}

static route_verb_t first_verb(const kernel_op_t *op)
{
	if (op->route.table == KERNEL_PIN_TABLE)
	{
		return ROUTE_REPLACE;
	}
	return op->replaces ? ROUTE_APPEND : ROUTE_NEW;
}

/** a group that should be there is not made anew when it is not: it went with
 * its routes, and the owner has to hear of it */
static struct nlmsghdr *group_encode(void *buf, size_t size,
									 const kernel_op_t *op)
{
	struct nlmsghdr *nlh = kernel_group_encode(buf, size, &op->group);

	if (nlh && op->replaces)
	{
		nlh->nlmsg_flags &= (uint16_t)~NLM_F_CREATE;
	}
	return nlh;
}

static struct nlmsghdr *encode_first(void *buf, size_t size,
									 const kernel_op_t *op)
{
	switch (op->kind)
	{
		case KERNEL_LINK_SET:
		case KERNEL_LINK_DEL:
			return kernel_link_encode(buf, size, op->kind, &op->link);
		case KERNEL_ADDR_ADD:
		case KERNEL_ADDR_DEL:
			return kernel_addr_encode(buf, size, op->kind, &op->addr);
		case KERNEL_NEXTHOP_SET:
		case KERNEL_NEXTHOP_DEL:
			return kernel_nexthop_encode(buf, size, op->kind, &op->nexthop);
		case KERNEL_GROUP_SET:
			return group_encode(buf, size, op);
		case KERNEL_ROUTE_SET:
			return kernel_route_encode(buf, size, first_verb(op), &op->route);
		case KERNEL_ROUTE_DEL:
			return kernel_route_encode(buf, size, ROUTE_DELETE, &op->route);
		case KERNEL_RULE_ADD:
		case KERNEL_RULE_DEL:
			return kernel_rule_encode(buf, size, op->kind, &op->rule);
		case KERNEL_LINK_ADD:
		case KERNEL_SYSCTL_SET:
			break;
	}
	return NULL;
}

static struct nlmsghdr *encode(const batch_t *b, void *buf, size_t size,
							   size_t member)
{
	const kernel_op_t *op = &b->ops[b->members[member]];
	kernel_route_t old;

	switch (b->round)
	{
		case ROUND_FIRST:
			return encode_first(buf, size, op);
		case ROUND_REMOVE:
			old = op->route;
			old.nexthop =
				b->after[member] == AFTER_REMOVE_OLD ? op->replaces : 0;
			return kernel_route_encode(buf, size, ROUTE_DELETE, &old);
		case ROUND_AGAIN:
			return kernel_route_encode(buf, size, ROUTE_NEW, &op->route);
	}
	return NULL;
}

static void first_result(batch_t *b, size_t member, int error, const char *text)
{
	size_t i = b->members[member];
	const kernel_op_t *op = &b->ops[i];
	bool route =
		op->kind == KERNEL_ROUTE_SET && op->route.table != KERNEL_PIN_TABLE;

	if (!error || is_so(op, error))
	{
		if (route && op->replaces && op->replaces != op->route.nexthop)
		{
			b->after[member] = AFTER_REMOVE_OLD;
		}
		return;
	}
	if (route && error == -EEXIST)
	{
		b->after[member] = AFTER_REMOVE_STALE;
		return;
	}
	failure(b, i, error, text);
}

/* error 0: the kernel said nothing against it */
static void take_result(batch_t *b, size_t member, int error, const char *text)
{
	size_t i = b->members[member];
	after_t after = b->after[member];

	if (b->round == ROUND_FIRST)
	{
		first_result(b, member, error, text);
		return;
	}
	b->after[member] = AFTER_NOTHING;
	if (b->round == ROUND_AGAIN || (error && error != -ESRCH))
	{
		if (error)
		{
			failure(b, i, error, text);
		}
		return;
	}
	if (after == AFTER_REMOVE_STALE)
	{
		if (error)
		{
			failure(b, i, -EEXIST, "a route that is not ours is in the way");
			return;
		}
		b->after[member] = AFTER_AGAIN;
	}
}

/* reads until the ack of the last message: 0, or -errno if answers were lost */
static int read_answers(batch_t *b, uint32_t first)
{
	nl_writer_t *w = b->writer;
	const struct nlmsghdr *in;
	char text[128];
	uint32_t place;
	ssize_t len;
	int left;

	while ((len = nl_recv(&w->socket, w->answer, NL_DATAGRAM_MAX)) > 0)
	{
		in = w->answer;
		left = (int)len;
		for (; nl_message_ok(in, left); in = mnl_nlmsg_next(in, &left))
		{
			place = in->nlmsg_seq - first;
			if (in->nlmsg_type != NLMSG_ERROR || place >= b->n_sent)
			{
				continue;
			}
			b->results[place] = nl_error(in);
			if (b->results[place])
			{
				nl_error_text(in, text, sizeof(text));
				take_result(b, b->sent[place], b->results[place], text);
			}
			if (place == b->n_sent - 1)
			{
				return 0;
			}
		}
	}
	return len < 0 ? (int)len : -EPROTO;
}

static void send_round(batch_t *b)
{
	nl_socket_t *s = &b->writer->socket;
	uint32_t first = s->seq + 1;
	int error;

	if (!b->n_sent)
	{
		return;
	}
	s->seq += (uint32_t)b->n_sent;
	b->last->nlmsg_flags |= NLM_F_ACK;
	memset(b->results, 0, b->n_sent * sizeof(b->results[0]));
	error = nl_write(s, b->writer->out, b->len);
	if (!error)
	{
		error = read_answers(b, first);
	}
	for (size_t i = 0; i < b->n_sent; i++)
	{
		/* those with an answer have been told; after lost answers the rest
		 * counts as failed, to be looked at by a dump */
		if (!b->results[i])
		{
			take_result(b, b->sent[i], error, "no answer");
		}
	}
	b->n_sent = 0;
	b->len = 0;
	b->last = NULL;
}

static void put(batch_t *b, size_t member)
{
	char *end = (char *)b->writer->out + b->len;
	struct nlmsghdr *nlh = encode(b, end, NL_REQUEST_MAX, member);

	if (!nlh)
	{
		failure(b, b->members[member], -EINVAL, "not ours, or out of range");
		return;
	}
	nlh->nlmsg_seq = b->writer->socket.seq + 1 + (uint32_t)b->n_sent;
	b->sent[b->n_sent] = (uint16_t)member;
	b->n_sent++;
	b->last = nlh;
	b->len += NL_ALIGN(nlh->nlmsg_len);
	if (b->n_sent == BATCH_OPS || b->len + NL_REQUEST_MAX > BATCH_BYTES)
	{
		send_round(b);
	}
}

static void later_round(batch_t *b, round_t round, after_t one, after_t other)
{
	b->round = round;
	for (size_t i = 0; i < b->count; i++)
	{
		if (b->after[i] == one || b->after[i] == other)
		{
			put(b, i);
		}
	}
	send_round(b);
}

static void flush(batch_t *b)
{
	send_round(b);
	later_round(b, ROUND_REMOVE, AFTER_REMOVE_OLD, AFTER_REMOVE_STALE);
	later_round(b, ROUND_AGAIN, AFTER_AGAIN, AFTER_AGAIN);
	b->round = ROUND_FIRST;
	b->count = 0;
}

/* made without its mark, and then marked: only what was made just now is set
 * by name, so that nobody else's link gets our alias */
static void add_link(batch_t *b, size_t i)
{
	uint32_t buf[NL_REQUEST_MAX / sizeof(uint32_t)];
	kernel_link_t link = b->ops[i].link;
	struct nlmsghdr *nlh;
	char text[128] = "";
	int error = -EINVAL;

	link.index = 0;
	nlh = kernel_link_encode(buf, sizeof(buf), KERNEL_LINK_ADD, &link);
	if (nlh)
	{
		error = nl_exchange(b->writer, nlh, NULL, NULL, text, sizeof(text));
	}
	if (!error)
	{
		nlh = kernel_link_encode(buf, sizeof(buf), KERNEL_LINK_SET, &link);
		error = nl_exchange(b->writer, nlh, NULL, NULL, text, sizeof(text));
	}
	if (error)
	{
		failure(b, i, error, text);
	}
}

static void set_sysctl(batch_t *b, size_t i)
{
	int error = kernel_sysctl_write(&b->ops[i].sysctl);

	if (error)
	{
		failure(b, i, error, "");
	}
}

static bool is_route(const kernel_op_t *op)
{
	return op->kind == KERNEL_ROUTE_SET || op->kind == KERNEL_ROUTE_DEL;
}

unsigned nl_write_ops(nl_writer_t *w, const kernel_op_t *ops, size_t n,
					  int *errors)
{
	batch_t b;

	memset(&b, 0, sizeof(b));
	b.writer = w;
	b.ops = ops;
	b.errors = errors;
	for (size_t i = 0; i < n; i++)
	{
		errors[i] = 0;
		if (b.count == BATCH_OPS ||
			(b.count && is_route(&ops[b.members[0]]) != is_route(&ops[i])) ||
			ops[i].kind == KERNEL_LINK_ADD || ops[i].kind == KERNEL_SYSCTL_SET)
		{
			flush(&b);
		}
		if (ops[i].kind == KERNEL_LINK_ADD)
		{
			add_link(&b, i);
			continue;
		}
		if (ops[i].kind == KERNEL_SYSCTL_SET)
		{
			set_sysctl(&b, i);
			continue;
		}
		b.members[b.count] = i;
		b.after[b.count] = AFTER_NOTHING;
		b.count++;
		put(&b, b.count - 1);
	}
	flush(&b);
	if (b.failed > LOGGED_MAX)
	{
		log_warn("kernel refused %u more", b.failed - LOGGED_MAX);
	}
	return b.failed;
}
