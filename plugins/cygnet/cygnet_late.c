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
 * The outbound SA of a rekeyed CHILD_SA charon removes as soon as the next one is
 * there [child_rekey, child_delete], and a packet that found it a moment before is
 * dropped when it is to be sealed: 2 in 54 rekeys (XfrmOutStateInvalid). The kernel
 * sends by the newest, so the old one can stay.
 *
 * No hook can keep an SA, so the method by which charon removes one is ours
 * while we run: for an SA that was named before, it is called later. Policies go
 * as ever; the successor has its own, with the same reqid.
 */

#include "cygnet_late.h"

#include <collections/linked_list.h>
#include <daemon.h>
#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

/** s, of charon.delete_rekeyed_delay */
#define DELAY 5
/** s, of an outbound SA: far longer than a packet is in the kernel */
#define OUTBOUND 1
/** those that were named last; of some charon never made the SA */
#define NAMED_MAX 64

typedef struct private_cygnet_late_t private_cygnet_late_t;

/** charon's own method */
typedef typeof(((kernel_interface_t *)NULL)->del_sa) del_sa_t;

/**
 * Private data
 */
struct private_cygnet_late_t
{
	/**
	 * Public interface
	 */
	cygnet_late_t public;

	/**
	 * SAs that are to be kept, and those that charon has removed since; as
	 * sa_t
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
	private_cygnet_late_t *late;
	bool inbound;
	kernel_ipsec_sa_id_t id;
	kernel_ipsec_del_sa_t data;
} sa_t;

/** the one that has started: charon's method knows of no other object */
static private_cygnet_late_t *started;

static void sa_destroy(sa_t *sa)
{
	DESTROY_IF(sa->id.src);
	DESTROY_IF(sa->id.dst);
	free(sa);
}

METHOD(cygnet_late_t, keep, void, private_cygnet_late_t *this, host_t *dst,
	   uint32_t spi, bool inbound)
{
	sa_t *sa;

	this->mutex->lock(this->mutex);
	if (this->named->get_count(this->named) == NAMED_MAX)
	{
		this->named->remove_first(this->named, (void **)&sa);
		sa_destroy(sa);
	}
	INIT(sa, .late = this, .inbound = inbound,
		 .id = {.dst = dst->clone(dst), .spi = spi}, );
	this->named->insert_last(this->named, sa);
	this->mutex->unlock(this->mutex);
}

/**
 * The SA if it was named, which it is not any more; NULL
 */
static sa_t *take(private_cygnet_late_t *this, kernel_ipsec_sa_id_t *id)
{
	enumerator_t *enumerator;
	sa_t *sa, *found = NULL;

	enumerator = this->named->create_enumerator(this->named);
	while (!found && enumerator->enumerate(enumerator, &sa))
	{
		if (sa->id.spi == id->spi && sa->id.dst->ip_equals(sa->id.dst, id->dst))
		{
			found = sa;
			this->named->remove_at(this->named, enumerator);
		}
	}
	enumerator->destroy(enumerator);
	return found;
}

/**
 * Remove an SA that is not in a list
 */
static void remove_now(sa_t *sa)
{
	sa->late->del_sa(charon->kernel, &sa->id, &sa->data);
	sa_destroy(sa);
}

/**
 * The job for an SA that is kept
 */
CALLBACK(due, job_requeue_t, sa_t *sa)
{
	private_cygnet_late_t *this = sa->late;

	this->mutex->lock(this->mutex);
	this->kept->remove(this->kept, sa, NULL);
	this->mutex->unlock(this->mutex);
	remove_now(sa);
	return JOB_REQUEUE_NONE;
}

/**
 * How long it is kept
 */
static uint32_t delay_of(sa_t *sa)
{
	return sa->inbound ? lib->settings->get_int(lib->settings,
												"%s.delete_rekeyed_delay",
												DELAY, lib->ns)
					   : OUTBOUND;
}

METHOD(kernel_interface_t, del_sa, status_t, kernel_interface_t *kernel,
	   kernel_ipsec_sa_id_t *id, kernel_ipsec_del_sa_t *data)
{
	private_cygnet_late_t *this = started;
	sa_t *sa;

	this->mutex->lock(this->mutex);
	sa = take(this, id);
	if (sa && delay_of(sa))
	{
		sa->id.dst->destroy(sa->id.dst);
		sa->id = *id;
		sa->id.src = id->src->clone(id->src);
		sa->id.dst = id->dst->clone(id->dst);
		sa->data = *data;
		this->kept->insert_last(this->kept, sa);
		lib->scheduler->schedule_job(
			lib->scheduler,
			(job_t *)callback_job_create((callback_job_cb_t)due, sa, NULL,
										 NULL),
			delay_of(sa));
		this->mutex->unlock(this->mutex);
		return SUCCESS;
	}
	this->mutex->unlock(this->mutex);
	if (sa)
	{
		sa_destroy(sa);
	}
	return this->del_sa(kernel, id, data);
}

METHOD(cygnet_late_t, start, void, private_cygnet_late_t *this)
{
	started = this;
	this->del_sa = charon->kernel->del_sa;
	charon->kernel->del_sa = _del_sa;
}

METHOD(cygnet_late_t, stop, void, private_cygnet_late_t *this)
{
	sa_t *sa;

	charon->kernel->del_sa = this->del_sa;
	while (this->kept->remove_first(this->kept, (void **)&sa) == SUCCESS)
	{
		remove_now(sa);
	}
	started = NULL;
}

METHOD(cygnet_late_t, destroy, void, private_cygnet_late_t *this)
{
	this->named->destroy_function(this->named, (void *)sa_destroy);
	this->kept->destroy_function(this->kept, (void *)sa_destroy);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
cygnet_late_t *cygnet_late_create(void)
{
	private_cygnet_late_t *this;

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
