/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Peers as the tables see them: up, down, changed, stale. None of it takes
 * longer for a peer with a million paths; what it touches is looked at in
 * slices (rib_work.c).
 */

#include "bgp/rib_impl.h"

/** more epochs than 16 bits tell apart must not be alive at once */
#define EPOCHS_MAX 60000u

static void slot_remember(slot_t *slot, bgp_rib_peer_t *peer)
{
	peer->warned[0] = peer->warned[1] = BGP_RIB_ENTERED;
	slot->eligible = peer->eligible;
	slot->weight = peer->weight;
	slot->import_policy = peer->import_policy;
	slot->export_policy = peer->export_policy;
}

/** what the peer said before counts no more */
static void epoch_end(bgp_rib_t *rib, slot_t *slot, int f)
{
	slot->epoch[f]++;
	slot->oldest[f] = slot->epoch[f];
	slot->heard[f] = 0;
	slot->heard_accepted[f] = 0;
	slot->heard_memory[f] = 0;
	slot->epochs_begun++;
	if (slot->peer)
	{
		slot->peer->received[f] = 0;
		slot->peer->accepted[f] = 0;
		slot->peer->memory[f] = 0;
	}
}

static void purge(bgp_rib_t *rib, slot_t *slot)
{
	if (slot->paths)
	{
		slot_look_at(rib, slot);
	}
	if (slot->epochs_begun > EPOCHS_MAX)
	{
		/* tens of thousands of flaps without a turn for the purge */
		while (bgp_rib_work(rib, 65536))
		{
		}
		slot->epochs_begun = 0;
	}
}

void bgp_rib_peer_up(bgp_rib_t *rib, bgp_rib_peer_t *peer)
{
	slot_t *slot = slot_of(rib, peer);

	if (slot->peer != peer)
	{
		slot->peer = peer;
		for (int f = 0; f < 2; f++)
		{
			epoch_end(rib, slot, f);
		}
	}
	else if (slot->paths)
	{
		/* paths kept over a restart: what was configured meanwhile holds for
		 * them too */
		slot->repolicy = true;
		slot->reweigh = true;
		slot_look_at(rib, slot);
	}
	peer->dead = false;
	slot_remember(slot, peer);
	out_remove(rib, peer);
	out_add(rib, peer);
}

void bgp_rib_peer_down(bgp_rib_t *rib, bgp_rib_peer_t *peer)
{
	slot_t *slot = slot_of(rib, peer);

	out_remove(rib, peer);
	peer->dead = true;
	for (int f = 0; f < 2; f++)
	{
		epoch_end(rib, slot, f);
	}
	purge(rib, slot);
}

void bgp_rib_peer_forget(bgp_rib_t *rib, bgp_rib_peer_t *peer)
{
	slot_t *slot = slot_of(rib, peer);

	if (slot->peer == peer)
	{
		bgp_rib_peer_down(rib, peer);
		slot->peer = NULL;
		slot->repolicy = false;
		slot->reweigh = false;
	}
}

void bgp_rib_peer_changed(bgp_rib_t *rib, bgp_rib_peer_t *peer)
{
	slot_t *slot = slot_of(rib, peer);
	bool flipped = slot->eligible != peer->eligible;

	if (slot->peer != peer || peer->dead)
	{
		return;
	}
	slot->reweigh |= slot->weight != peer->weight;
	/* a policy of another content may stand at the address of the one before,
	 * so only a change of eligibility is known to touch no policy */
	if (!flipped || slot->import_policy != peer->import_policy)
	{
		slot->repolicy = true;
	}
	if (!flipped || slot->export_policy != peer->export_policy)
	{
		out_again(rib, peer);
	}
	slot_remember(slot, peer);
	if (slot->paths)
	{
		slot_look_at(rib, slot);
	}
	else
	{
		slot->repolicy = false;
		slot->reweigh = false;
	}
}

void bgp_rib_peer_resend(bgp_rib_t *rib, bgp_rib_peer_t *peer, family_t family)
{
	out_resend(rib, peer, family);
}

void bgp_rib_stale_begin(bgp_rib_t *rib, bgp_rib_peer_t *peer, family_t family)
{
	slot_t *slot = slot_of(rib, peer);
	int f = family_index((uint8_t)family);

	slot->epoch[f]++;
	slot->epochs_begun++;
	slot->heard[f] = 0;
	slot->heard_accepted[f] = 0;
	slot->heard_memory[f] = 0;
}

void bgp_rib_stale_end(bgp_rib_t *rib, bgp_rib_peer_t *peer, family_t family)
{
	slot_t *slot = slot_of(rib, peer);
	int f = family_index((uint8_t)family);

	slot->oldest[f] = slot->epoch[f];
	peer->received[f] = slot->heard[f];
	peer->accepted[f] = slot->heard_accepted[f];
	peer->memory[f] = slot->heard_memory[f];
	purge(rib, slot);
}
