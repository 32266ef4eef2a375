/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * rtnetlink messages to and from the plain data of object.h, one file per
 * object. Encoders write one request into the caller's buffer (aligned as a
 * struct nlmsghdr) and return it, or NULL: it does not fit, or it names what
 * is not ours to change. Sequence number and NLM_F_ACK are the sender's.
 * Decoders never trust a length; false: malformed, or of a sort that is of
 * no use to us. nlh->nlmsg_len has been checked against the buffer
 * (nl_message_ok).
 */

#ifndef CYGNET_KERNEL_CODEC_H
#define CYGNET_KERNEL_CODEC_H

#include "kernel/kernel.h"

#include <libmnl/libmnl.h>

/** room for any one request */
#define NL_REQUEST_MAX 1024

/** as MNL_ALIGN and MNL_NLMSG_HDRLEN, without their signs */
#define NL_ALIGN(len) (((size_t)(len) + 3u) & ~(size_t)3u)
#define NL_HDRLEN     NL_ALIGN(sizeof(struct nlmsghdr))

/* codec.c: writing */

/** the first write without room sets overflow; check once at the end */
typedef struct nlw_t
{
	struct nlmsghdr *nlh;
	size_t size;
	bool overflow;
} nlw_t;

nlw_t nlw_make(void *buf, size_t size, uint16_t type, uint16_t flags);
/** the family's own header, zeroed; a spare one after an overflow */
void *nlw_header(nlw_t *w, void *spare, size_t len);
void nlw_bytes(nlw_t *w, uint16_t type, const void *data, size_t len);
void nlw_flag(nlw_t *w, uint16_t type);
void nlw_u8(nlw_t *w, uint16_t type, uint8_t v);
void nlw_u32(nlw_t *w, uint16_t type, uint32_t v);
void nlw_str(nlw_t *w, uint16_t type, const char *s);
void nlw_addr(nlw_t *w, uint16_t type, const addr_t *a);
/** NULL after an overflow, which nlw_nest_end takes */
struct nlattr *nlw_nest(nlw_t *w, uint16_t type);
void nlw_nest_end(nlw_t *w, struct nlattr *nest);
/** the request, NULL after an overflow */
struct nlmsghdr *nlw_done(const nlw_t *w);

/* codec.c: reading */

/** an attribute that a decoder wants, and the lengths that it may have */
typedef struct nl_want_t
{
	uint16_t type;
	uint16_t min;
	uint16_t max;
} nl_want_t;

/** puts the attributes after a header of `offset` bytes into found, one place
 * for each want, NULL if absent. false: a length outside of its want */
bool nl_attrs(const struct nlmsghdr *nlh, size_t offset, const nl_want_t *want,
			  size_t n, const struct nlattr **found);
bool nl_attrs_nested(const struct nlattr *nest, const nl_want_t *want, size_t n,
					 const struct nlattr **found);
/** a whole message stands in what is left. mnl_nlmsg_ok alone takes a length
 * of 2^31 and more for a negative one, and lets it pass */
bool nl_message_ok(const struct nlmsghdr *nlh, int left);
/** the family's own header, NULL if the message is too short for it */
const void *nl_header(const struct nlmsghdr *nlh, size_t len);
/** 0 if absent */
uint32_t nl_u32(const struct nlattr *attr);
/** false: the length does not fit the family; absent gives addr_none */
bool nl_addr(const struct nlattr *attr, family_t family, addr_t *out);
/** cut to size, always terminated; absent gives "" */
void nl_str(const struct nlattr *attr, char *out, size_t size);
bool nl_family(unsigned af, family_t *out);
uint8_t nl_af(family_t family);

/* codec.c: any notification or part of a dump; sets all but own and dump */
bool kernel_decode(const struct nlmsghdr *nlh, kernel_event_t *out);

/* link.c: ADD, SET (by name while index is 0), DEL */
struct nlmsghdr *kernel_link_encode(void *buf, size_t size,
									kernel_op_kind_t kind,
									const kernel_link_t *link);
bool kernel_link_decode(const struct nlmsghdr *nlh, kernel_link_t *out);
/** asks to make what cannot be made: tells whether the kind is known */
struct nlmsghdr *kernel_link_encode_probe(void *buf, size_t size);

/* addr.c: ADD, DEL */
struct nlmsghdr *kernel_addr_encode(void *buf, size_t size,
									kernel_op_kind_t kind,
									const kernel_addr_t *addr);
bool kernel_addr_decode(const struct nlmsghdr *nlh, kernel_addr_t *out);

/* nexthop.c */
struct nlmsghdr *kernel_nexthop_encode(void *buf, size_t size,
									   kernel_op_kind_t kind,
									   const kernel_nexthop_t *nexthop);
struct nlmsghdr *kernel_group_encode(void *buf, size_t size,
									 const kernel_group_t *group);
/** a next hop or a group, as out->what says */
bool kernel_nexthop_decode(const struct nlmsghdr *nlh, kernel_event_t *out);

/* route.c */
typedef enum route_verb_t
{
	/** fails where any is there */
	ROUTE_NEW,
	/** comes after those that are there */
	ROUTE_APPEND,
	/** takes the place of whatever is there */
	ROUTE_REPLACE,
	ROUTE_DELETE,
} route_verb_t;

struct nlmsghdr *kernel_route_encode(void *buf, size_t size, route_verb_t verb,
									 const kernel_route_t *route);
/** link and gateway are filled in also beside a next hop id */
bool kernel_route_decode(const struct nlmsghdr *nlh, kernel_route_t *out);
/** neither a cache's, nor one for a type of service or for some sources */
bool kernel_route_is_entry(const struct nlmsghdr *nlh);
/** protocol 0, table 0: all */
struct nlmsghdr *kernel_route_encode_dump(void *buf, size_t size,
										  family_t family, uint8_t protocol,
										  uint32_t table);
/** which way to dst; out_link 0: any. match: the entry of the table, else what
 * comes of it */
struct nlmsghdr *kernel_route_encode_get(void *buf, size_t size,
										 const addr_t *dst, uint32_t out_link,
										 bool match);

/* rule.c: ADD, DEL */
struct nlmsghdr *kernel_rule_encode(void *buf, size_t size,
									kernel_op_kind_t kind,
									const kernel_rule_t *rule);
bool kernel_rule_decode(const struct nlmsghdr *nlh, kernel_rule_t *out);
/** a user that no packet has: our rules do not match it, so that a question
 * can be put to the kernel as if our pins were not there */
#define KERNEL_RULE_NOBODY 0xfffffffeu

/* stats.c */
/** the text of /proc/net/dev, line by line; what is none is passed over */
void kernel_links_parse(const char *text, kernel_link_stats_fn_t fn,
						void *user);
/** lines of a name and a number; how many, what is none is passed over */
size_t kernel_xfrm_stat_parse(const char *text, kernel_counter_t *out,
							  size_t max);

/* who.c */
void kernel_who(void *kernel, uint32_t port, char out[static KERNEL_WHO_MAX]);
/** name: of the process, "": there is none */
void kernel_who_format(uint32_t port, const char *name,
					   char out[static KERNEL_WHO_MAX]);

/* sysctl.c */
int kernel_sysctl_write(const kernel_sysctl_t *sysctl);
int kernel_sysctl_read(const char *path, char value[static 24]);

#endif
