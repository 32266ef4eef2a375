/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The seam between the core and TCP: what the core wants of sockets, and how
 * it is told of them. gateway/net.c is the real one; tests give a fake and
 * call core_net_* by hand.
 */

#ifndef CYGNET_GATEWAY_NET_H
#define CYGNET_GATEWAY_NET_H

#include "bgp/bgp.h"

/** the two ends of a neighbour's session */
typedef struct net_endpoint_t
{
	/** ours: bound and listened on; unset: the kernel's choice, and no
	 * listening */
	addr_t local;
	addr_t remote;
	/** device that the sockets are bound to, "": none */
	char link[16];
	/** scope of link-local addresses */
	uint32_t link_index;
	/** IP TTL of what we send, 1 to 255 */
	uint8_t ttl;
	/** what comes in with a lower TTL is dropped (RFC 5082), 0: all is taken */
	uint8_t ttl_min;
	/** TCP MD5 (RFC 2385), borrowed for the call; NULL: none */
	const char *password;
} net_endpoint_t;

typedef struct net_ops_t
{
	/** listen for the peer on its local address, from now on or with new
	 * values; the endpoint is copied */
	void (*listen)(void *net, bgp_peer_t *peer, const net_endpoint_t *end);
	/** no more; a dialling is given up too */
	void (*unlisten)(void *net, bgp_peer_t *peer);
	/** the link was made anew under another index: the listener, a dialling and
	 * connections of the peer go on there, with the same addresses */
	void (*rebind)(void *net, bgp_peer_t *peer, const net_endpoint_t *end);
	void (*dial)(void *net, bgp_peer_t *peer, const net_endpoint_t *end);
	void (*dial_cancel)(void *net, bgp_peer_t *peer);
	/** the conn has output */
	void (*output)(void *net, bgp_conn_t *conn);
	/** write out what bgp_output still has and close */
	void (*close)(void *net, bgp_conn_t *conn);
	/** the speaker ends: write what can be written at once, close all, and
	 * have called bgp_conn_closed for each on return */
	void (*drop_all)(void *net);
} net_ops_t;

#endif
