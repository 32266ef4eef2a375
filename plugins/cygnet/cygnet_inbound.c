/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A peer that reauthenticates by making before breaking sends by its new SA from
 * when it has it, and deletes the old IKE_SA at once after. Its DELETE overtakes
 * what it sent before: queued for another processor, or in a line that prefers
 * IKE. charon keeps the inbound SA of a rekeyed CHILD_SA for
 * charon.delete_rekeyed_delay [child_delete], but with an IKE_SA all goes at once
 * [ike_delete, child_sa destroy], and such packets are dropped: 13 of 14,418 were
 * in an emulated guest (XfrmInNoStates).
 *
 * No hook can keep an SA, so the method by which charon removes one is ours
 * while we run: for an SA that was named before, it is called later. Policies and
 * the outbound half go as ever; the successor has its own, with the same reqid.
 */

#include "cygnet_inbound.h"

#include <collections/linked_list.h>
#include <daemon.h>
#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

/** s, of charon.delete_rekeyed_delay */
#define DELAY 5

typedef struct private_cygnet_inbound_t private_cygnet_inbound_t;

/** charon's own method */
typedef typeof(((kernel_interface_t *)NULL)->del_sa) del_sa_t;

/**
 * Private data
 */
struct private_cygnet_inbound_t
{
	/**
	 * Public interface
	 */
	cygnet_inbound_t public;

	/**
	 * SAs that are to be kept, and those that charon has removed since, in
	 * this order; as sa_t
	 */
	linked_list_t *named;
	linked_list_t *kept;

	/**
	 * Protects them
	 */
	mutex_t *mutex;

	/**
	 * What charon removes SAs with, NULL: not started
	 */
	del_sa_t del_sa;
};

/**
 * An SA; of a named one there are dst and SPI alone
 */
typedef struct
{
	kernel_ipsec_sa_id_t id;
	kernel_ipsec_del_sa_t data;
} sa_t;

/** the one that has started: charon's method knows of no other object */
static private_cygnet_inbound_t *started;

static void sa_destroy(sa_t *sa)
{
	DESTROY_IF(sa->id.src);
	DESTROY_IF(sa->id.dst);
	free(sa);
}

METHOD(cygnet_inbound_t, keep, void, private_cygnet_inbound_t *this,
	   host_t *dst, uint32_t spi)
{
	sa_t *sa;

	INIT(sa, .id = {.dst = dst->clone(dst), .spi = spi}, );
	this->mutex->lock(this->mutex);
	this->named->insert_last(this->named, sa);
	this->mutex->unlock(this->mutex);
}

/**
 * Was it named? Then it is not any more.
 */
static bool take(private_cygnet_inbound_t *this, kernel_ipsec_sa_id_t *id)
{
	enumerator_t *enumerator;
	bool found = FALSE;
	sa_t *sa;

	enumerator = this->named->create_enumerator(this->named);
	while (!found && enumerator->enumerate(enumerator, &sa))
	{
		if (sa->id.spi == id->spi && sa->id.dst->ip_equals(sa->id.dst, id->dst))
		{
			found = TRUE;
			this->named->remove_at(this->named, enumerator);
			sa_destroy(sa);
		}
	}
	enumerator->destroy(enumerator);
	return found;
}

/**
 * Remove the SA that is kept for longest; FALSE if there is none
 */
static bool remove_first(private_cygnet_inbound_t *this)
{
	sa_t *sa = NULL;

	this->mutex->lock(this->mutex);
	this->kept->remove_first(this->kept, (void **)&sa);
	this->mutex->unlock(this->mutex);
	if (sa)
	{
		this->del_sa(charon->kernel, &sa->id, &sa->data);
		sa_destroy(sa);
	}
	return sa != NULL;
}

/**
 * The job for one of them: all are kept for as long
 */
CALLBACK(due, job_requeue_t, private_cygnet_inbound_t *this)
{
	remove_first(this);
	return JOB_REQUEUE_NONE;
}

METHOD(kernel_interface_t, del_sa, status_t, kernel_interface_t *kernel,
	   kernel_ipsec_sa_id_t *id, kernel_ipsec_del_sa_t *data)
{
	private_cygnet_inbound_t *this = started;
	uint32_t delay = lib->settings->get_int(
		lib->settings, "%s.delete_rekeyed_delay", DELAY, lib->ns);
	bool later;
	sa_t *sa;

	this->mutex->lock(this->mutex);
	later = take(this, id) && delay;
	if (later)
	{
		INIT(sa, .id = *id, .data = *data, );
		sa->id.src = id->src->clone(id->src);
		sa->id.dst = id->dst->clone(id->dst);
		this->kept->insert_last(this->kept, sa);
	}
	this->mutex->unlock(this->mutex);
	if (!later)
	{
		return this->del_sa(kernel, id, data);
	}
	lib->scheduler->schedule_job(
		lib->scheduler,
		(job_t *)callback_job_create((callback_job_cb_t)due, this, NULL, NULL),
		delay);
	return SUCCESS;
}

METHOD(cygnet_inbound_t, start, void, private_cygnet_inbound_t *this)
{
	started = this;
	this->del_sa = charon->kernel->del_sa;
	charon->kernel->del_sa = _del_sa;
}

METHOD(cygnet_inbound_t, stop, void, private_cygnet_inbound_t *this)
{
	charon->kernel->del_sa = this->del_sa;
	while (remove_first(this))
	{
		/* all of them */
	}
	started = NULL;
}

METHOD(cygnet_inbound_t, destroy, void, private_cygnet_inbound_t *this)
{
	this->named->destroy_function(this->named, (void *)sa_destroy);
	this->kept->destroy_function(this->kept, (void *)sa_destroy);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
cygnet_inbound_t *cygnet_inbound_create(void)
{
	private_cygnet_inbound_t *this;

	INIT(this,
		 .public =
			 {
				 .keep = _keep,
				 .start = _start,
				 .stop = _stop,
				 .destroy = _destroy,
			 },
		 .named = linked_list_create(), .kept = linked_list_create(),
		 .mutex = mutex_create(MUTEX_TYPE_DEFAULT), );

	return &this->public;
}
