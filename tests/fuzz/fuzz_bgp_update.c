/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * UPDATEs of three peers (external, internal, external with two-octet AS
 * numbers) on their way through policies into the tables and out again. Input
 * is records, see bgp_records.h. After each one the tables are walked, and
 * nothing is left of what an UPDATE took back, by its own words or by
 * RFC 7606; in the end no attribute set is left of anybody.
 */

#include "fuzz/bgp_records.h"
#include "fuzz/bgp_world.h"

static void check_gone(world_t *w, bgp_peer_t *peer, bgp_nlri_t nlri,
					   const bgp_nlri_t *but)
{
	const bgp_attrs_t *received, *accepted;
	prefix_set_t held = {0}, back = {0};
	bgp_nlri_t walk = but ? *but : nlri;
	prefix_t at, p;
	bool more;

	for (more = bgp_received_next(w->bgp, peer, nlri.family, NULL, &at,
								  &received, &accepted);
		 more; more = bgp_received_next(w->bgp, peer, nlri.family, &at, &at,
										&received, &accepted))
	{
		if (received)
		{
			prefix_set_add(&held, &at);
		}
	}
	while (but && bgp_nlri_next(&walk, &p))
	{
		prefix_set_add(&back, &p);
	}
	while (bgp_nlri_next(&nlri, &p))
	{
		fuzz_check(!prefix_set_has(&held, &p) || prefix_set_has(&back, &p));
	}
	free(held.list);
	free(back.list);
}

/** what an UPDATE took back is not held any more */
static void check_update(world_t *w, unsigned n, const bgp_codec_t *codec,
						 rbuf_t body)
{
	bgp_peer_t *peer = w->peers[n].peer;
	bgp_update_t update;
	bgp_attr_set_t set;
	bgp_fault_t fault;
	bool withdrawn;

	bgp_attr_set_init(&set);
	update.attrs = &set;
	if (!bgp_decode_update(body, codec, &update, &fault))
	{
		fuzz_check(!bgp_peer_session(peer));
	}
	else if (bgp_peer_session(peer))
	{
		withdrawn = fault.verdict == BGP_FAULT_TREAT_AS_WITHDRAW;
		if (codec->families & BGP_IPV4)
		{
			bgp_nlri_t both = update.announced;

			/* MP_REACH may carry IPv4 too: the last word counts */
			if (update.mp_announced.family != FAMILY_IPV4 || withdrawn)
			{
				check_gone(w, peer, update.withdrawn, withdrawn ? NULL : &both);
			}
			if (withdrawn)
			{
				check_gone(w, peer, update.announced, NULL);
			}
		}
		if (update.mp_withdrawn.family != FAMILY_IPV4 || withdrawn)
		{
			check_gone(w, peer, update.mp_withdrawn,
					   withdrawn || update.mp_announced.family !=
										update.mp_withdrawn.family
						   ? NULL
						   : &update.mp_announced);
		}
		if (withdrawn)
		{
			check_gone(w, peer, update.mp_announced, NULL);
		}
	}
	bgp_attr_set_deinit(&set);
}

/** the session ends and is there again */
static void bounce(world_t *w, unsigned n, bool gracefully)
{
	bgp_open_t open = world_open(w, n);
	world_conn_t *c = world_session(w, n);

	if (c && gracefully)
	{
		world_broken(w, c, "reset by peer");
	}
	else if (c)
	{
		bgp_peer_stop(w->bgp, w->peers[n].peer, BGP_CEASE_RESET, NULL, w->now);
		world_settle(w, true);
	}
	bgp_peer_start(w->bgp, w->peers[n].peer, w->now);
	world_pass(w, 20 * USEC_PER_SEC);
	open.caps.as4 = n != 2;
	open.asn = w->peers[n].config.remote_as;
	if (!world_session(w, n))
	{
		world_establish(w, n, &open);
	}
}

static void step(world_t *w, const record_t *r)
{
	unsigned n = record_which(r) % WORLD_PEERS;
	world_conn_t *c = world_session(w, n);
	addr_t net = addr_v4(0x0a000000u | (uint32_t)r->arg << 11);
	prefix_t prefix = prefix_make(&net, r->arg % 33);
	bgp_codec_t codec = w->peers[n].peer->codec;

	switch (record_op(r))
	{
		case RECORD_UPDATE:
			if (c && rbuf_left(&r->body) >= 4)
			{
				world_message(w, c, BGP_UPDATE, r->body, r->arg);
				check_update(w, n, &codec, r->body);
			}
			break;
		case RECORD_MESSAGE:
			world_message(w, c, r->arg % 4 + BGP_NOTIFICATION, r->body, 0);
			break;
		case RECORD_TIME:
			world_pass(w, r->arg * USEC_PER_SEC / 4);
			break;
		case RECORD_CONNECTED:
		case RECORD_BROKEN:
			bounce(w, n, r->arg & 1);
			break;
		case RECORD_REFRESH:
			bgp_peer_refresh(w->bgp, w->peers[n].peer, w->now);
			break;
		case RECORD_ELIGIBLE:
			bgp_peer_set_eligible(w->bgp, w->peers[n].peer, r->arg & 1);
			break;
		case RECORD_ORIGINATE:
			world_originate(w, &prefix, record_which(r));
			break;
		case RECORD_UNORIGINATE:
			bgp_unoriginate(w->bgp, &prefix, w->now);
			break;
		case RECORD_CONFIGURE:
			world_configure(w, n, r->arg, r->body);
			break;
		case RECORD_AGGREGATES:
			world_aggregates(w, r->body);
			break;
		case RECORD_NEXT_HOP:
			world_next_hop(w, record_which(r), r->arg);
			break;
		default:
			break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rbuf_t r = rbuf_make(data, size);
	unsigned steps = 0;
	record_t record;
	world_t w;

	world_begin(&w, 0);
	for (unsigned n = 0; n < WORLD_PEERS; n++)
	{
		bgp_open_t open;

		world_peer_add(&w, n);
		open = world_open(&w, n);
		open.caps.as4 = n != 2;
		open.caps.extended_message = n != 2;
		fuzz_check(world_establish(&w, n, &open));
	}
	world_settle(&w, true);
	while (steps++ < 100 && record_next(&r, &record))
	{
		step(&w, &record);
		world_settle(&w, true);
		world_check(&w);
	}
	world_end(&w);
	return 0;
}
