/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Socket addresses and options of BGP's TCP sockets.
 */

#ifndef CYGNET_GATEWAY_SOCKOPT_H
#define CYGNET_GATEWAY_SOCKOPT_H

#include <sys/socket.h>

#include "gateway/net.h"

/** link: scope of a link-local address; the length to pass on */
socklen_t sockopt_from_addr(const addr_t *addr, uint16_t port, uint32_t link,
							struct sockaddr_storage *out);
/** IPv4-mapped becomes IPv4; unset for another family */
addr_t sockopt_to_addr(const struct sockaddr_storage *sa);
/** a non-blocking TCP socket bound to the endpoint's device and local address
 * (port 0: any), with its TTL; descriptor or -errno */
int sockopt_open(const net_endpoint_t *end, uint16_t port);
/** binds to the endpoint's device, if it has one; a connection, too, goes on over
 * another link. 0 or -errno */
int sockopt_bind_link(int fd, const net_endpoint_t *end);
/** TTL of what is sent, and the least of what is taken (RFC 5082), also on a
 * socket that is in use. 0 or -errno */
int sockopt_ttl(int fd, const net_endpoint_t *end);
/** the TCP MD5 key for a remote address (RFC 2385); NULL takes it away. 0 or
 * -errno */
int sockopt_md5(int fd, const net_endpoint_t *end, const char *password);

#endif
