/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Checks of the configuration as a whole, after defaults are filled in: what
 * cannot work is an error, what is odd but works is a warning.
 */

#ifndef CYGNET_CONFIG_CHECK_H
#define CYGNET_CONFIG_CHECK_H

#include "config/load.h"

void check_all(config_load_t *load);

/* its parts, a file each */
/** tunnels: names, links, addresses */
void check_tunnels(config_load_t *load);
/** neighbours of tunnels and beside them */
void check_neighbors(config_load_t *load);
/** `advertise`, `redistribute`, `aggregates` */
void check_origins(config_load_t *load);
/** netmap and allow lists */
void check_passages(config_load_t *load);
/** policies, and the names of them in all sections but `redistribute` */
void check_policies(config_load_t *load);
/** the connections that tunnels use: if_ids, selectors, mobike */
void check_connections(config_load_t *load);
/** what in such a connection makes packets be lost; path: the connection's */
void check_ike(config_load_t *load, const char *path,
			   const config_tunnel_t *tunnel);
/** when the SAs of such a connection are rekeyed and end, and what brings them
 * back; children are paths */
void check_lifetimes(config_load_t *load, const char *path,
					 const config_strings_t *children,
					 const config_tunnel_t *tunnel);
/** no connection that stands before the tunnel's has its identities */
void check_identities(config_load_t *load, const config_tunnel_t *tunnel);

/** of an SA, in seconds from its start */
typedef struct life_t
{
	/** the option that says when its successor is made, or would */
	const char *key;
	/** that is at the latest then, 0: never; at the earliest so much before */
	uint64_t begin;
	uint64_t random;
	/** 0: never */
	uint64_t end;
} life_t;

/** of the connection's IKE_SA or a child's SA as charon reads them, defaults
 * filled in */
life_t check_life(const config_source_t *source, const char *path, bool child);

/** a time of strongSwan's, as "30s" or "4h", that is there and not 0 */
bool check_is_time(const char *text);
/** yes or no, or otherwise */
bool check_is_on(const char *text, bool otherwise);
/** less than 1024, AWS's own: with 32, the default, what 32 others overtake on
 * their way through several processors is dropped; 0: none at all */
bool check_is_small_window(unsigned long window);

/** there is a policy of that name; NULL: none is meant */
void check_policy_name(config_load_t *load, const char *path, const char *key,
					   const char *name);
/** no literal outer address of a connection in the file is in the prefix; what:
 * why that is wrong */
void check_covering(config_load_t *load, const prefix_t *prefix,
					const char *path, const char *key, const char *what);
/** the same where pin_underlay is off, as a warning: another route may keep the
 * way to it */
void check_swallowing(config_load_t *load, const prefix_t *prefix,
					  const char *path, const char *key);
/** the paths of things, for messages; buf is returned */
const char *path_bundle(char buf[static CONFIG_PATH_MAX],
						const config_bundle_t *bundle);
const char *path_tunnel(char buf[static CONFIG_PATH_MAX],
						const config_bundle_t *bundle,
						const config_tunnel_t *tunnel);
/** tunnel NULL: a neighbour beside tunnels */
const char *path_neighbor(char buf[static CONFIG_PATH_MAX],
						  const config_bundle_t *bundle,
						  const config_tunnel_t *tunnel,
						  const config_neighbor_t *neighbor);
/** the network's own or its broadcast address, multicast, loopback, 0 */
bool address_usable(const ifaddr_t *address);
/** the tunnel's first address of the family; NULL: none */
const ifaddr_t *tunnel_address(const config_tunnel_t *tunnel, family_t family);
const config_connection_t *connection_find(const config_t *config,
										   const char *name);
/** the paths of a connection's children, strings_deinit's to free */
config_strings_t connection_children(const config_source_t *source,
									 const char *path);

#endif
