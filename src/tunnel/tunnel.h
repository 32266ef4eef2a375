/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * One tunnel's state from facts, sans I/O. Three states on top of each other:
 * `sa` an SA counts (or the link of an `interface =` tunnel is up); `alive`
 * no detector has failed; `forwarding` = sa and alive and not drained and the
 * link is there. BGP runs on `sa`, only routes depend on `forwarding`.
 *
 * CHILD_SAs are counted by their own identity (charon's unique id): one
 * counts from INSTALLED until it is gone without a counted successor, so that
 * rekeying, reauthentication (ups before downs), duplicates and collisions
 * never take a live tunnel down.
 */

#ifndef CYGNET_TUNNEL_H
#define CYGNET_TUNNEL_H

#include "base/addr.h"
#include "base/base.h"

/** SAs counted per tunnel; one more and the oldest is forgotten, with a
 * warning */
#define TUNNEL_SAS_MAX 32

typedef struct tunnel_t tunnel_t;

typedef enum tunnel_state_t
{
	/** the connection is not loaded in charon yet, or the link is not there (of
	 * an `interface =` tunnel: was never seen; later it is down) */
	TUNNEL_WAITING,
	TUNNEL_DOWN,
	/** sa, but a detector has failed, or nothing can be sent */
	TUNNEL_DEAD,
	/** sa and alive, taken out by the operator */
	TUNNEL_DRAINED,
	TUNNEL_FORWARDING,
} tunnel_state_t;

/** "waiting", "down", … */
const char *tunnel_state_name(tunnel_state_t state);

typedef enum tunnel_kind_t
{
	/** an XFRM link of ours over a charon connection */
	TUNNEL_IPSEC,
	/** an existing link */
	TUNNEL_LINK,
} tunnel_kind_t;

/** what charon negotiated, for the MTU and the views */
typedef struct tunnel_sa_info_t
{
	/** transforms by IKEv2 number (RFC 7296 section 3.3.2); key in bits */
	uint16_t encr;
	uint16_t key_bits;
	uint16_t integ;
	/** of charon's SAs in the kernel, 0: not known */
	uint32_t spi_in;
	uint32_t spi_out;
	/** UDP encapsulation (RFC 3948) */
	bool encap;
	addr_t local;
	addr_t remote;
} tunnel_sa_info_t;

typedef enum tunnel_fact_kind_t
{
	/** charon knows the connection, or does not any more */
	TUNNEL_FACT_LOADED,
	TUNNEL_FACT_UNLOADED,
	/** a CHILD_SA is installed / gone */
	TUNNEL_FACT_SA_UP,
	TUNNEL_FACT_SA_DOWN,
	/** `sa` is replaced by `successor`: both count until the old is down */
	TUNNEL_FACT_SA_REKEYED,
	/** all SAs are gone (charon restarted) */
	TUNNEL_FACT_SA_RESET,
	/** the link is there with carrier / is not */
	TUNNEL_FACT_LINK_UP,
	TUNNEL_FACT_LINK_DOWN,
	/** a detector (by number, 0 to 7) has failed / works */
	TUNNEL_FACT_DETECTOR_FAILED,
	TUNNEL_FACT_DETECTOR_OK,
	/** no SA that counts has its outbound half in the kernel / one has. The end
	 * of the last SA ends it too */
	TUNNEL_FACT_OUTBOUND_LOST,
	TUNNEL_FACT_OUTBOUND_OK,
	TUNNEL_FACT_DRAIN,
	TUNNEL_FACT_UNDRAIN,
} tunnel_fact_kind_t;

typedef struct tunnel_fact_t
{
	tunnel_fact_kind_t kind;
	uint32_t sa;
	uint32_t successor;
	unsigned detector;
	/** with SA_UP */
	tunnel_sa_info_t info;
} tunnel_fact_t;

tunnel_t *tunnel_create(tunnel_kind_t kind, usec_t now);
void tunnel_destroy(tunnel_t *tunnel);
/** applies one fact; true if the state changed */
bool tunnel_step(tunnel_t *tunnel, const tunnel_fact_t *fact, usec_t now);
tunnel_state_t tunnel_state(const tunnel_t *tunnel);
/** moment of the last change of state */
usec_t tunnel_since(const tunnel_t *tunnel);
/** words for why the state is as it is, static */
const char *tunnel_reason(const tunnel_t *tunnel);
/** an SA counts (or the interface is up) */
bool tunnel_has_sa(const tunnel_t *tunnel);
bool tunnel_forwarding(const tunnel_t *tunnel);
unsigned tunnel_sa_count(const tunnel_t *tunnel);
/** the newest SA's data; NULL: no SA */
const tunnel_sa_info_t *tunnel_sa_info(const tunnel_t *tunnel);
/** how often `forwarding` was reached and lost */
uint32_t tunnel_ups(const tunnel_t *tunnel);
uint32_t tunnel_downs(const tunnel_t *tunnel);
/** how often an SA took the place of another; a collision's loser counts, too */
uint32_t tunnel_rekeys(const tunnel_t *tunnel);

#endif
