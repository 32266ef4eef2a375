/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Who answers a make-before-break reauthentication reads the peer's DELETE of
 * the old IKE_SA as any other: charon does what close_action says, and with
 * `start` makes a third IKE_SA beside the peer's new one [ike_delete process_r,
 * ike_sa reestablish]. That is one SA more from each reauthentication on, and
 * what the peer sends by it before we have its answer is lost.
 *
 * CHILD_SAs are told apart by if_id and name, not by their IKE_SA, which a rekey
 * changes. Those without an if_id are no tunnel, and are left alone. That the
 * state DELETING is told before charon asks for close_action is what counts.
 */

#include "cygnet_closer.h"

#include <collections/linked_list.h>

typedef struct private_cygnet_closer_t private_cygnet_closer_t;

/**
 * Private data
 */
struct private_cygnet_closer_t
{
	/**
	 * Public interface
	 */
	cygnet_closer_t public;

	/**
	 * CHILD_SAs that are installed, as live_t; used under the bus mutex alone
	 */
	linked_list_t *live;

	/**
	 * Has inbound SAs of those that were replaced removed late
	 */
	cygnet_late_t *late;
};

/**
 * A CHILD_SA that is installed
 */
typedef struct
{
	uint32_t id;
	uint32_t if_id;
	char *name;
} live_t;

static void live_destroy(live_t *live)
{
	free(live->name);
	free(live);
}

METHOD(cygnet_closer_t, down, void, private_cygnet_closer_t *this,
	   child_sa_t *child_sa)
{
	enumerator_t *enumerator;
	live_t *live;

	enumerator = this->live->create_enumerator(this->live);
	while (enumerator->enumerate(enumerator, &live))
	{
		if (live->id == child_sa->get_unique_id(child_sa))
		{
			this->live->remove_at(this->live, enumerator);
			live_destroy(live);
		}
	}
	enumerator->destroy(enumerator);
}

METHOD(cygnet_closer_t, up, void, private_cygnet_closer_t *this,
	   child_sa_t *child_sa)
{
	live_t *live;

	if (child_sa->get_if_id(child_sa, TRUE))
	{
		down(this, child_sa);
		INIT(live, .id = child_sa->get_unique_id(child_sa),
			 .if_id = child_sa->get_if_id(child_sa, TRUE),
			 .name = strdup(child_sa->get_name(child_sa)), );
		this->live->insert_last(this->live, live);
	}
}

/**
 * Is the CHILD_SA one of the IKE_SA's?
 */
static bool has_child(ike_sa_t *ike_sa, uint32_t id)
{
	enumerator_t *enumerator;
	child_sa_t *child_sa;
	bool found = FALSE;

	enumerator = ike_sa->create_child_sa_enumerator(ike_sa);
	while (!found && enumerator->enumerate(enumerator, &child_sa))
	{
		found = child_sa->get_unique_id(child_sa) == id;
	}
	enumerator->destroy(enumerator);
	return found;
}

/**
 * Is there a newer one, for the same, in another IKE_SA?
 */
static bool has_successor(private_cygnet_closer_t *this, ike_sa_t *ike_sa,
						  child_sa_t *child_sa)
{
	enumerator_t *enumerator;
	bool found = FALSE;
	live_t *live;

	enumerator = this->live->create_enumerator(this->live);
	while (!found && enumerator->enumerate(enumerator, &live))
	{
		found = live->id > child_sa->get_unique_id(child_sa) &&
				live->if_id == child_sa->get_if_id(child_sa, TRUE) &&
				streq(live->name, child_sa->get_name(child_sa)) &&
				!has_child(ike_sa, live->id);
	}
	enumerator->destroy(enumerator);
	return found;
}

METHOD(cygnet_closer_t, closing, void, private_cygnet_closer_t *this,
	   ike_sa_t *ike_sa)
{
	enumerator_t *enumerator;
	child_sa_t *child_sa;

	enumerator = ike_sa->create_child_sa_enumerator(ike_sa);
	while (enumerator->enumerate(enumerator, &child_sa))
	{
		if (has_successor(this, ike_sa, child_sa))
		{
			child_sa->set_close_action(child_sa, ACTION_NONE);
			this->late->keep(this->late, ike_sa->get_my_host(ike_sa),
							 child_sa->get_spi(child_sa, TRUE), TRUE);
		}
	}
	enumerator->destroy(enumerator);
}

METHOD(cygnet_closer_t, destroy, void, private_cygnet_closer_t *this)
{
	this->live->destroy_function(this->live, (void *)live_destroy);
	free(this);
}

/*
 * Described in header
 */
cygnet_closer_t *cygnet_closer_create(cygnet_late_t *late)
{
	private_cygnet_closer_t *this;

	INIT(this,
		 .public =
			 {
				 .up = _up,
				 .down = _down,
				 .closing = _closing,
				 .destroy = _destroy,
			 },
		 .live = linked_list_create(), .late = late, );

	return &this->public;
}
