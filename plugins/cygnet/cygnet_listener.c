/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Which hooks fire when, as strongSwan 5.9.8 does it (IKEv2; read in its
 * sources, the function in brackets). "child n STATE" is child_state_change,
 * which comes before the CHILD_SA's own field is written, so that the field
 * still tells the state before. What we post is behind the arrow. The same
 * sequences stand as data in tests/unit/plugin/sequences.h.
 *
 * First up, both roles [ike_establish, child_create select_and_install]:
 *     ike ESTABLISHED, ike_updown up, child 1 INSTALLING,
 *     child 1 INSTALLED -> UP 1, child_updown 1 up
 *     The SA is complete with INSTALLED: inbound, outbound and policies.
 * CHILD rekey, initiator [child_rekey build_i, process_i]:
 *     child 1 REKEYING, child 2 INSTALLING, child 2 INSTALLED -> UP 2,
 *     (outbound of 2 installed) child 1 REKEYED, (outbound of 1 removed)
 *     child_rekey 1 2 -> REKEYED 1 by 2, child 1 DELETING -> DOWN 1,
 *     child 1 DELETED, and delete_rekeyed_delay later child 1 DESTROYING.
 *     No updown. If it fails: child 1 REKEYING, child 1 INSTALLED.
 * CHILD rekey, responder [child_rekey build_r, child_delete build_r]:
 *     child 2 INSTALLING, child 2 INSTALLED -> UP 2 (its outbound half only
 *     registered), child 1 REKEYING, child 1 REKEYED,
 *     child_rekey 1 2 -> REKEYED 1 by 2; then, with the peer's DELETE,
 *     child 1 DELETING -> DOWN 1, child 1 DELETED, (outbound of 2 installed,
 *     of 1 removed: no hook), later child 1 DESTROYING.
 *     From 6.0 on child_rekey comes with the peer's DELETE.
 * CHILD rekey, both at once [handle_collision]: ours makes 2, the peer's 3.
 *     child 1 REKEYING, child 3 INSTALLED -> UP 3, child 1 REKEYED,
 *     child_rekey 1 3 -> REKEYED 1 by 3, child 2 INSTALLED -> UP 2;
 *     won: child 3 REKEYED, child_rekey 1 2 -> REKEYED 1 by 2 (the second for
 *     1), then child 1 DELETING -> DOWN 1, and by the peer child 3 DELETING
 *     -> DOWN 3; lost: child 2 REKEYED, child 2 DELETING -> DOWN 2, and by
 *     the peer child 1 DELETING -> DOWN 1.
 * IKE rekey, both roles [ike_rekey establish_new]:
 *     new ike ESTABLISHED, (children moved) ike_rekey old new, old ike
 *     REKEYED, old ike DELETING, DESTROYING, without children. No child hook:
 *     nothing to post, CHILD_SAs keep their unique IDs.
 * Reauthentication, make before break [ike_sa reauth, ike_reauth_complete]:
 *     first up with a new IKE_SA and child 2 -> UP 2, then the old IKE_SA is
 *     deleted -> DOWN 1. The responder sees the same, and before it authorize
 *     -> COMING, as at any first up: when the peer's AUTH is verified, and
 *     again when ours is made. Its child 2 is installed both ways before the
 *     peer has the answer. With the peer's DELETE it does what close_action of
 *     child 1 says, after ike DELETING.
 * Reauthentication, break before make [ike_reauth]:
 *     ike DELETING -> DOWN 1, ike_updown down, child_updown 1 down -> DOWN 1,
 *     reestablish_pre, _post, ike DESTROYING, child 1 DESTROYING -> DOWN 1,
 *     then first up with child 2 -> UP 2.
 * We delete a CHILD_SA, or its hard lifetime ends [child_delete build_i]:
 *     child 1 DELETING -> DOWN 1, and after the answer child 1 DELETED,
 *     child_updown 1 down -> DOWN 1, child 1 DESTROYING
 * The peer deletes a CHILD_SA [child_delete build_r]: the same, at once.
 * Anybody deletes the IKE_SA [ike_delete]: ike DELETING -> DOWN of each child,
 *     (ours: after the answer) ike_updown down, child_updown down -> DOWN of
 *     each, ike DESTROYING, child DESTROYING -> DOWN of each
 * Peer does not answer, DPD or other [ike_sa retransmit]:
 *     alert RETRANSMIT_SEND_TIMEOUT, by dpd_action reestablish_pre, _post,
 *     ike_updown down, child_updown down -> DOWN of each, ike DESTROYING,
 *     child DESTROYING -> DOWN of each. INITIAL_CONTACT of a peer that has
 *     restarted, and charon's stop, are the same without the alert.
 * The peer does not know the CHILD_SA that we rekey [child_rekey process_i]:
 *     child_updown 1 down -> DOWN 1, child 1 DESTROYING -> DOWN 1, first up
 *     without the IKE_SA's hooks: child 2 INSTALLED -> UP 2.
 * Addresses or NAT change [child_sa update]: ike_update, then for each child
 *     UPDATING, INSTALLED (or what it was before) -> CHANGED
 *
 * So DOWN can be posted more than once for a CHILD_SA, UP once. We take the
 * first sign of the end, DELETING: the peer drops its half when it reads our
 * DELETE, and what we send until its answer is lost. Two things must not be
 * taken for an end: an IKE_SA that is deleted in state REKEYING, as a
 * collision can still move its children to another one [ike_rekey collide
 * comes after ike_delete process_r]; and a CHILD_SA that was never INSTALLED.
 */

#include "cygnet_child.h"
#include "cygnet_closer.h"
#include "cygnet_compat.h"
#include "cygnet_listener.h"

typedef struct private_cygnet_listener_t private_cygnet_listener_t;

/**
 * Private data
 */
struct private_cygnet_listener_t
{
	/**
	 * Public interface
	 */
	cygnet_listener_t public;

	/**
	 * Where facts go
	 */
	cygnet_facts_t *facts;

	/**
	 * Tells why connections do not come up
	 */
	cygnet_alerts_t *alerts;

	/**
	 * Is told of requests that have no answer
	 */
	cygnet_settler_t *settler;

	/**
	 * Is told of CHILD_SAs, and of the end of their IKE_SA
	 */
	cygnet_closer_t *closer;

	/**
	 * Is told of SAs that are to be removed late
	 */
	cygnet_late_t *late;
};

/**
 * Have a request that is sent again known
 */
static void unanswered(private_cygnet_listener_t *this, ike_sa_t *ike_sa,
					   alert_t alert, va_list args)
{
	if (alert == ALERT_RETRANSMIT_SEND)
	{
		this->settler->keep(this->settler, ike_sa, va_arg(args, packet_t *));
	}
	else if (alert == ALERT_RETRANSMIT_SEND_CLEARED ||
			 alert == ALERT_RETRANSMIT_SEND_TIMEOUT)
	{
		this->settler->drop(this->settler, ike_sa);
	}
}

METHOD(listener_t, alert, bool, private_cygnet_listener_t *this,
	   ike_sa_t *ike_sa, alert_t alert, va_list args)
{
	va_list again;

	if (alert == ALERT_SHUTDOWN_SIGNAL)
	{
		this->facts->shutdown(this->facts);
		return TRUE;
	}
	if (ike_sa && ike_sa->get_peer_cfg(ike_sa))
	{
		va_copy(again, args);
		unanswered(this, ike_sa, alert, again);
		va_end(again);
	}
	this->alerts->tell(this->alerts, ike_sa, alert, args);
	return TRUE;
}

METHOD(listener_t, authorize, bool, private_cygnet_listener_t *this,
	   ike_sa_t *ike_sa, bool final, bool *success)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);
	fact_t fact;

	if (!id->is_initiator(id) && ike_sa->get_peer_cfg(ike_sa) &&
		this->facts->init(this->facts, &fact, FACT_CHILD_COMING,
						  ike_sa->get_name(ike_sa)))
	{
		this->facts->post(this->facts, &fact);
	}
	return TRUE;
}

METHOD(listener_t, ike_state_change, bool, private_cygnet_listener_t *this,
	   ike_sa_t *ike_sa, ike_sa_state_t state)
{
	if (state == IKE_DELETING && ike_sa->get_state(ike_sa) == IKE_ESTABLISHED)
	{
		this->closer->closing(this->closer, ike_sa);
		cygnet_child_post_ike(this->facts, FACT_CHILD_DOWN, ike_sa);
	}
	if (state == IKE_DESTROYING)
	{
		this->settler->drop(this->settler, ike_sa);
	}
	return TRUE;
}

METHOD(listener_t, child_state_change, bool, private_cygnet_listener_t *this,
	   ike_sa_t *ike_sa, child_sa_t *child_sa, child_sa_state_t state)
{
	child_sa_state_t before = child_sa->get_state(child_sa);

	/* traps have no IKE_SA */
	if (!ike_sa || cygnet_compat_per_cpu(child_sa))
	{
		return TRUE;
	}
	if (state == CHILD_REKEYED && child_sa->get_if_id(child_sa, FALSE))
	{
		this->late->keep(this->late, ike_sa->get_other_host(ike_sa),
						 child_sa->get_spi(child_sa, FALSE), FALSE);
	}
	if (cygnet_child_counts(state))
	{
		if (before == CHILD_UPDATING)
		{
			cygnet_child_post(this->facts, FACT_CHILD_CHANGED, ike_sa, child_sa,
							  0);
		}
		else if (state == CHILD_INSTALLED && !cygnet_child_counts(before))
		{
			this->closer->up(this->closer, child_sa);
			cygnet_child_post(this->facts, FACT_CHILD_UP, ike_sa, child_sa, 0);
		}
	}
	else if (cygnet_child_counts(before) &&
			 (state == CHILD_DELETING || state == CHILD_DELETED ||
			  state == CHILD_DESTROYING))
	{
		this->closer->down(this->closer, child_sa);
		cygnet_child_post(this->facts, FACT_CHILD_DOWN, ike_sa, child_sa, 0);
	}
	return TRUE;
}

METHOD(listener_t, child_updown, bool, private_cygnet_listener_t *this,
	   ike_sa_t *ike_sa, child_sa_t *child_sa, bool up)
{
	/* an up follows INSTALLED, which was told */
	if (!up && ike_sa && !cygnet_compat_per_cpu(child_sa))
	{
		this->closer->down(this->closer, child_sa);
		cygnet_child_post(this->facts, FACT_CHILD_DOWN, ike_sa, child_sa, 0);
	}
	return TRUE;
}

METHOD(listener_t, child_rekey, bool, private_cygnet_listener_t *this,
	   ike_sa_t *ike_sa, child_sa_t *old, child_sa_t *new)
{
	if (ike_sa && new && !cygnet_compat_per_cpu(old))
	{
		cygnet_child_post(this->facts, FACT_CHILD_REKEYED, ike_sa, old,
						  new->get_unique_id(new));
	}
	return TRUE;
}

METHOD(cygnet_listener_t, destroy, void, private_cygnet_listener_t *this)
{
	this->closer->destroy(this->closer);
	free(this);
}

/*
 * Described in header
 */
cygnet_listener_t *cygnet_listener_create(cygnet_facts_t *facts,
										  cygnet_alerts_t *alerts,
										  cygnet_settler_t *settler,
										  cygnet_late_t *late)
{
	private_cygnet_listener_t *this;

	INIT(this,
		 .public =
			 {
				 .listener =
					 {
						 .alert = _alert,
						 .authorize = _authorize,
						 .ike_state_change = _ike_state_change,
						 .child_state_change = _child_state_change,
						 .child_updown = _child_updown,
						 .child_rekey = _child_rekey,
					 },
				 .destroy = _destroy,
			 },
		 .facts = facts, .alerts = alerts, .settler = settler,
		 .closer = cygnet_closer_create(late), .late = late, );

	return &this->public;
}
