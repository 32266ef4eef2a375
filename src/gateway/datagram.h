/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The seam between the core and the detectors' datagrams: BFD (RFC 5881) and
 * ICMP echo. gateway/datagrams.c is the real one, tests give a fake.
 */

#ifndef CYGNET_GATEWAY_DATAGRAM_H
#define CYGNET_GATEWAY_DATAGRAM_H

#include "gateway/net.h"

/** one detector's socket */
typedef struct datagram_t datagram_t;

typedef enum datagram_kind_t
{
	/** UDP from the remote address to BFD's port, TTL 255 both ways; sent from
	 * a port of the dynamic range to BFD's port */
	DATAGRAM_BFD,
	/** ICMP echo, or ICMPv6 with the kernel's checksum: from the ICMP header
	 * on, both ways */
	DATAGRAM_ECHO,
} datagram_kind_t;

/** a datagram of the remote address that came in on the link; borrowed */
typedef void (*datagram_fn_t)(void *user, const uint8_t *data, size_t len,
							  usec_t now);

typedef struct datagram_ops_t
{
	/** the end is copied; its link is bound to. NULL: -errno in *error */
	datagram_t *(*open)(void *net, datagram_kind_t kind,
						const net_endpoint_t *end, datagram_fn_t fn, void *user,
						int *error);
	/** the same addresses on a link that was made anew; -errno: close it */
	int (*rebind)(void *net, datagram_t *datagram, const net_endpoint_t *end);
	/** one that cannot be sent now is lost. again: as of bfd_sink_t.send */
	void (*send)(void *net, datagram_t *datagram, const uint8_t *data,
				 size_t len, usec_t again);
	/** NULL is allowed; safe from within fn */
	void (*close)(void *net, datagram_t *datagram);
} datagram_ops_t;

#endif
