/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What differs between strongSwan 5.9.8 and 6.0.6 for this plugin, and only
 * here. CYGNET_STRONGSWAN is the release as a number (50908), from configure.
 * Structs need no care: they come from the headers of the release that runs.
 */

#ifndef CYGNET_COMPAT_H
#define CYGNET_COMPAT_H

#include <config/peer_cfg.h>
#include <plugins/plugin.h>
#include <sa/child_sa.h>

/* Since 6.0.3 the loader wants a version beside the constructor, equal to the
 * daemon's: VERSION is strongSwan's own, of the config.h that is included
 * first of all. */
#ifndef PLUGIN_DEFINE
#define PLUGIN_DEFINE(name) plugin_t *name##_plugin_create()
#endif

/** TRUE if the connection uses MOBIKE (a method of its own until 6.0.1) */
static inline bool cygnet_compat_mobike(peer_cfg_t *peer)
{
#if CYGNET_STRONGSWAN >= 60002
	return !peer->has_option(peer, OPT_NO_MOBIKE);
#else
	return peer->use_mobike(peer);
#endif
}

/**
 * TRUE for one of the additional SAs that serve a single CPU (RFC 9611, since
 * 6.0.2): they come and go by load, beside the one that carries the tunnel.
 */
static inline bool cygnet_compat_per_cpu(child_sa_t *child)
{
#if CYGNET_STRONGSWAN >= 60002
	return child->get_cpu(child) != CPU_ID_MAX;
#else
	return FALSE;
#endif
}

#endif
