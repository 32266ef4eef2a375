/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What watches a tunnel beside charon. Detectors run while the tunnel has an
 * SA and our address stands on its link, whatever they find: so one that has
 * failed finds out by itself that the way is there again. What they say is a
 * fact for the tunnel and nothing more.
 */

#include "gateway/core_kernel.h"
#include "gateway/core_liveness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/** of a detector */
typedef enum place_t
{
	/** it must not run */
	PLACE_NONE,
	/** its link or our address is not there just now, and is put back: one that
	 * runs goes on and judges by itself */
	PLACE_AWAY,
	PLACE_THERE,
} place_t;

struct core_liveness_t
{
	core_t *core;
	core_tunnel_t *tunnel;
	/** each is there while it runs */
	bfd_t *bfd;
	datagram_t *bfd_socket;
	net_endpoint_t bfd_end;
	/** the far end that was not reached any more when it ended, unset: none */
	addr_t bfd_lost;
	/** the number that the next one goes on with: for the far side the session
	 * may stand, where an SA was missing for a moment. Not numbered: there was
	 * none */
	uint32_t bfd_sequence;
	bool bfd_numbered;
	probe_t *probe;
	datagram_t *probe_socket;
	net_endpoint_t probe_end;
	addr_t probe_lost;
	char problem[128];
};

/* -- what the detectors say ------------------------------------------------------ */

static void bfd_send(void *user, bfd_t *bfd, const uint8_t *data, size_t len,
					 usec_t again)
{
	core_liveness_t *l = user;

	l->core->seams.datagram_ops->send(l->core->seams.datagrams, l->bfd_socket,
									  data, len, again);
}

/** The detector ends with the SA, but what it found does not: nobody has heard
 * the far end since. Were a new SA enough, a way that loses ESP alone would be
 * used again at each reauthentication, and for ever. */
static void note_lost(addr_t *lost, bool failed, const net_endpoint_t *end)
{
	*lost = failed ? end->remote : (addr_t){0};
}

/** for a new detector: its predecessor to the same far end had failed */
static bool take_lost(addr_t *lost, const net_endpoint_t *end)
{
	bool was = addr_is_set(lost) && addr_equal(lost, &end->remote);

	*lost = (addr_t){0};
	return was;
}

/** strict: bad until it is up, also while it cannot run */
static void bfd_judge(core_liveness_t *l, const bfd_t *bfd, usec_t now)
{
	bfd_info_t info = {.state = BFD_DOWN};
	bool bad = (bfd && bfd_failed(bfd)) || addr_is_set(&l->bfd_lost);

	if (bfd)
	{
		bfd_info(bfd, &info);
	}
	if (l->tunnel->config->bfd && l->tunnel->config->bfd_strict)
	{
		bad = info.state != BFD_UP;
	}
	core_tunnel_detector(l->core, l->tunnel, CORE_DETECTOR_BFD, bad, now);
}

static void bfd_state(void *user, bfd_t *bfd, bfd_state_t from, bfd_state_t to,
					  const char *reason, usec_t now)
{
	core_liveness_t *l = user;

	bfd_judge(l, bfd, now);
	if (from == BFD_UP || to == BFD_UP)
	{
		log_notice("tunnel %s: BFD is %s: %s", l->tunnel->config->name,
				   bfd_state_name(to), reason);
	}
}

static const bfd_sink_t bfd_sink = {.send = bfd_send, .state = bfd_state};

static void bfd_read(void *user, const uint8_t *data, size_t len, usec_t now)
{
	core_liveness_t *l = user;

	bfd_input(l->bfd, data, len, now);
}

static void probe_send(void *user, probe_t *probe, const uint8_t *data,
					   size_t len)
{
	core_liveness_t *l = user;

	l->core->seams.datagram_ops->send(l->core->seams.datagrams, l->probe_socket,
									  data, len, USEC_NEVER);
}

static void probe_state(void *user, probe_t *probe, bool failed, usec_t now)
{
	core_liveness_t *l = user;

	core_tunnel_detector(l->core, l->tunnel, CORE_DETECTOR_PROBE, failed, now);
	log_notice("tunnel %s: the probe %s", l->tunnel->config->name,
			   failed ? "gets no answers" : "is answered again");
}

static const probe_sink_t probe_sink = {
	.send = probe_send,
	.state = probe_state,
};

static void probe_read(void *user, const uint8_t *data, size_t len, usec_t now)
{
	core_liveness_t *l = user;

	probe_input(l->probe, data, len, now);
}

/* -- where they run --------------------------------------------------------------- */

/** our address on the link for a far one: in its network, or one of its family
 * when the far one is beyond the link. The kernel gives links a link-local
 * address, too: the configured one is better, and of equals the first */
static bool local_address(const core_t *core, const core_tunnel_t *tunnel,
						  const addr_t *remote, bool on_link, addr_t *out)
{
	int best = 0;

	for (size_t i = 0; i < core->seen.n_addrs; i++)
	{
		const kernel_addr_t *a = &core->seen.addrs[i];
		const addr_t *addr = &a->ifaddr.addr;
		prefix_t net;
		bool near;
		int rank;

		if (a->link != tunnel->link || addr->family != remote->family)
		{
			continue;
		}
		net = ifaddr_prefix(&a->ifaddr);
		near =
			prefix_contains_addr(&net, remote) || addr_equal(&a->peer, remote);
		rank = 1 + core_tunnel_owns(tunnel, addr) + (near ? 2 : 0);
		if (addr_is_link_local(addr) == addr_is_link_local(remote) &&
			(near || !on_link) && rank > best)
		{
			*out = *addr;
			best = rank;
		}
	}
	return best;
}

static place_t place(const core_t *core, const core_tunnel_t *tunnel,
					 const addr_t *remote, bool on_link, net_endpoint_t *end)
{
	const kernel_link_t *link =
		tunnel->link ? kernel_state_link(&core->seen, tunnel->link) : NULL;

	memset(end, 0, sizeof(*end));
	if (!addr_is_set(remote) || !tunnel_has_sa(tunnel->tunnel) ||
		core->stopping)
	{
		return PLACE_NONE;
	}
	if (!link)
	{
		return PLACE_AWAY;
	}
	memcpy(end->link, link->name, sizeof(end->link));
	end->link_index = link->index;
	end->remote = *remote;
	return local_address(core, tunnel, remote, on_link, &end->local)
			   ? PLACE_THERE
			   : PLACE_AWAY;
}

static bool endpoint_equal(const net_endpoint_t *a, const net_endpoint_t *b)
{
	return addr_equal(&a->local, &b->local) &&
		   addr_equal(&a->remote, &b->remote) && strcmp(a->link, b->link) == 0;
}

/** a detector with this socket and end can go on where it has to be now: its
 * link may have been made anew */
static bool goes_on(const core_liveness_t *l, place_t place, datagram_t *socket,
					net_endpoint_t *end, const net_endpoint_t *new)
{
	const core_seams_t *seams = &l->core->seams;
	bool moved = end->link_index != new->link_index;

	if (place != PLACE_THERE)
	{
		return place == PLACE_AWAY;
	}
	if (!endpoint_equal(end, new))
	{
		return false;
	}
	*end = *new;
	return !moved ||
		   seams->datagram_ops->rebind(seams->datagrams, socket, new) == 0;
}

static datagram_t *open_socket(core_liveness_t *l, datagram_kind_t kind,
							   const net_endpoint_t *end, datagram_fn_t fn)
{
	const core_seams_t *seams = &l->core->seams;
	int error = 0;
	datagram_t *d =
		seams->datagram_ops->open(seams->datagrams, kind, end, fn, l, &error);

	if (!d)
	{
		snprintf(l->problem, sizeof(l->problem),
				 "%s cannot run on %s: %s; it is tried again",
				 kind == DATAGRAM_BFD ? "BFD" : "the probe", end->link,
				 strerror(-error));
	}
	return d;
}

static uint64_t fresh_seed(core_t *core)
{
	/* discriminators and ICMP identifiers come from it: never two the same */
	return core->seed ^ ++core->detectors * 0x9e3779b97f4a7c15u;
}

/* -- BFD ---------------------------------------------------------------------------- */

static void bfd_close(core_liveness_t *l, usec_t now)
{
	if (l->bfd)
	{
		if (!addr_is_set(&l->bfd_lost))
		{
			/* our will; after a failure the far side would take it for the
			 * end of that (RFC 5882 section 3.2) */
			bfd_stop(l->bfd, now);
		}
		l->bfd_sequence = bfd_sequence(l->bfd);
		l->bfd_numbered = true;
		bfd_destroy(l->bfd);
		l->core->seams.datagram_ops->close(l->core->seams.datagrams,
										   l->bfd_socket);
		l->bfd = NULL;
		l->bfd_socket = NULL;
	}
}

static void bfd_options(const core_liveness_t *l, bfd_config_t *out)
{
	const config_tunnel_t *c = l->tunnel->config;

	*out = (bfd_config_t){
		.tx = c->bfd_interval * USEC_PER_MSEC,
		.rx = c->bfd_interval * USEC_PER_MSEC,
		.multiplier = c->bfd_multiplier,
		.auth = c->bfd_auth == CONFIG_BFD_NONE ? BFD_AUTH_NONE
				: c->bfd_auth == CONFIG_BFD_KEYED_SHA1
					? BFD_AUTH_KEYED_SHA1
					: BFD_AUTH_METICULOUS_SHA1,
		.key_id = c->bfd_key_id,
		.sha1 = l->core->seams.sha1,
		.sha1_user = l->core->seams.user,
	};
	if (c->bfd_password)
	{
		memcpy(out->key, c->bfd_password,
			   strnlen(c->bfd_password, sizeof(out->key)));
	}
}

static void bfd_open(core_liveness_t *l, const bfd_config_t *options,
					 const net_endpoint_t *end, usec_t now)
{
	core_t *core = l->core;
	uint32_t discriminator = ++core->discriminator;

	if (options->auth != BFD_AUTH_NONE && !options->sha1)
	{
		snprintf(l->problem, sizeof(l->problem),
				 "BFD cannot be authenticated: charon has no SHA-1; load its "
				 "plugin sha1 or openssl");
		return;
	}
	l->bfd_socket = open_socket(l, DATAGRAM_BFD, end, bfd_read);
	if (!l->bfd_socket)
	{
		return;
	}
	l->bfd_end = *end;
	if (!discriminator)
	{
		discriminator = ++core->discriminator;
	}
	l->bfd = bfd_create(options, discriminator, core->seams.timers, &bfd_sink,
						l, fresh_seed(core));
	if (l->bfd_numbered)
	{
		bfd_set_sequence(l->bfd, l->bfd_sequence);
	}
	bfd_start(l->bfd, now);
	if (take_lost(&l->bfd_lost, end))
	{
		bfd_presume_failed(l->bfd);
	}
}

static void bfd_update(core_liveness_t *l, usec_t now)
{
	const config_tunnel_t *c = l->tunnel->config;
	bfd_config_t options;
	net_endpoint_t end;
	place_t at = place(l->core, l->tunnel,
					   c->bfd ? &c->bfd_address : &addr_none, true, &end);

	if (l->bfd && !goes_on(l, at, l->bfd_socket, &l->bfd_end, &end))
	{
		note_lost(&l->bfd_lost, c->bfd && bfd_failed(l->bfd), &l->bfd_end);
		bfd_close(l, now);
	}
	if (!c->bfd)
	{
		l->bfd_lost = (addr_t){0};
	}
	if (at == PLACE_THERE)
	{
		bfd_options(l, &options);
		if (l->bfd)
		{
			bfd_configure(l->bfd, &options, now);
		}
		else
		{
			bfd_open(l, &options, &end, now);
		}
	}
	bfd_judge(l, l->bfd, now);
}

/* -- the probe ---------------------------------------------------------------------- */

static void probe_close(core_liveness_t *l)
{
	if (l->probe)
	{
		probe_destroy(l->probe);
		l->core->seams.datagram_ops->close(l->core->seams.datagrams,
										   l->probe_socket);
		l->probe = NULL;
		l->probe_socket = NULL;
	}
}

static void probe_open(core_liveness_t *l, const probe_config_t *options,
					   const net_endpoint_t *end, usec_t now)
{
	uint64_t seed = fresh_seed(l->core);

	l->probe_socket = open_socket(l, DATAGRAM_ECHO, end, probe_read);
	if (!l->probe_socket)
	{
		return;
	}
	l->probe_end = *end;
	l->probe = probe_create(options, end->remote.family, (uint16_t)seed,
							l->core->seams.timers, &probe_sink, l, seed);
	probe_start(l->probe, now);
	if (take_lost(&l->probe_lost, end))
	{
		probe_presume_failed(l->probe);
	}
}

static void probe_update(core_liveness_t *l, usec_t now)
{
	const config_tunnel_t *c = l->tunnel->config;
	probe_config_t options = {
		.interval = c->probe_interval * USEC_PER_MSEC,
		.fail = c->probe_fail,
		.window = c->probe_window,
		.recover = c->probe_recover,
	};
	net_endpoint_t end;
	place_t at = place(l->core, l->tunnel, &c->probe, false, &end);

	if (l->probe && !goes_on(l, at, l->probe_socket, &l->probe_end, &end))
	{
		note_lost(&l->probe_lost, probe_failed(l->probe), &l->probe_end);
		probe_close(l);
	}
	if (!addr_is_set(&c->probe))
	{
		l->probe_lost = (addr_t){0};
	}
	if (at == PLACE_THERE && !l->probe)
	{
		probe_open(l, &options, &end, now);
	}
	else if (at == PLACE_THERE)
	{
		probe_configure(l->probe, &options);
	}
	core_tunnel_detector(
		l->core, l->tunnel, CORE_DETECTOR_PROBE,
		l->probe ? probe_failed(l->probe) : addr_is_set(&l->probe_lost), now);
}

/* -- the supervisor ------------------------------------------------------------------- */

static void initiate(void *user)
{
	core_tunnel_t *tunnel = user;
	const core_seams_t *seams = &tunnel->liveness->core->seams;
	char a[ADDR_STR_MAX];

	if (tunnel_has_sa(tunnel->tunnel) && seams->renew)
	{
		log_notice("tunnel %s: its SA is from %s, which this host has not any "
				   "more: initiating connection %s anew",
				   tunnel->config->name, addr_format(&tunnel->stood, a),
				   tunnel->config->connection);
		seams->renew(seams->user, tunnel->config->connection);
		return;
	}
	log_info("tunnel %s has no SA: initiating connection %s",
			 tunnel->config->name, tunnel->config->connection);
	seams->initiate(seams->user, tunnel->config->connection);
}

static void supervise(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	const core_connection_t *c = tunnel->connection;

	if (!c || !core->seams.initiate)
	{
		return;
	}
	if (!tunnel->supervisor)
	{
		tunnel->supervisor = supervisor_create(core->seams.timers, initiate,
											   tunnel, fresh_seed(core));
	}
	supervisor_set_max(tunnel->supervisor,
					   tunnel->config->retry_max * USEC_PER_SEC, now);
	supervisor_update(tunnel->supervisor,
					  c->loaded && tunnel->config->supervise && !core->stopping,
					  tunnel_has_sa(tunnel->tunnel) &&
						  !core_underlay_elsewhere(core, tunnel),
					  now);
}

void core_liveness_update(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	core_liveness_t *l = tunnel->liveness;

	if (!l)
	{
		l = mem_alloc(sizeof(*l));
		l->core = core;
		l->tunnel = tunnel;
		tunnel->liveness = l;
	}
	l->problem[0] = '\0';
	core_underlay_end(core, tunnel, now);
	if (core->seams.datagram_ops)
	{
		bfd_update(l, now);
		probe_update(l, now);
	}
	supervise(core, tunnel, now);
}

void core_liveness_destroy(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	core_liveness_t *l = tunnel->liveness;

	supervisor_destroy(tunnel->supervisor);
	tunnel->supervisor = NULL;
	if (l)
	{
		bfd_close(l, now);
		probe_close(l);
		free(l);
		tunnel->liveness = NULL;
	}
}

const char *core_liveness_problem(const core_tunnel_t *tunnel)
{
	return tunnel->liveness ? tunnel->liveness->problem : "";
}

bool core_liveness_bfd(const core_tunnel_t *tunnel, bfd_info_t *out)
{
	const core_liveness_t *l = tunnel->liveness;

	if (!l || !l->bfd)
	{
		return false;
	}
	bfd_info(l->bfd, out);
	return true;
}

bool core_liveness_probe(const core_tunnel_t *tunnel, probe_info_t *out)
{
	const core_liveness_t *l = tunnel->liveness;

	if (!l || !l->probe)
	{
		return false;
	}
	probe_info(l->probe, out);
	return true;
}

bool core_liveness_supervisor(const core_tunnel_t *tunnel,
							  supervisor_info_t *out)
{
	const core_connection_t *c = tunnel->connection;

	if (!tunnel->supervisor || !c || !c->loaded || !tunnel->config->supervise)
	{
		return false;
	}
	supervisor_info(tunnel->supervisor, out);
	return true;
}
