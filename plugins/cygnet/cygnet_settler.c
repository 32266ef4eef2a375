/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Charon's own job that sends a request again counts the times, and after the
 * last one gives the peer up; so the packet is sent beside it. We have it from
 * the alert that tells of each retransmission: the first one of a request is not
 * told, but its next is near then. The answer ends it as ever (RFC 7296 section
 * 2.1).
 *
 * What the peer has open we cannot answer before it asks again, and after its
 * last time it does not. A rekeyed IKE_SA has no open requests. If both ends
 * think of it, the one that began the IKE_SA comes first; the other one waits,
 * and finds it new. `rekey_time = 0` of the connection is respected, and IKEv1,
 * where a rekey is a reauthentication, is left alone.
 */

#include "cygnet_settler.h"

#include <collections/linked_list.h>
#include <daemon.h>
#include <processing/jobs/callback_job.h>
#include <processing/jobs/rekey_ike_sa_job.h>
#include <threading/mutex.h>

/** s that an IKE_SA is new, and what was asked in it is answered */
#define NEW 5
/** s for the peer to rekey what it has begun; shorter */
#define WAIT 2

typedef struct private_cygnet_settler_t private_cygnet_settler_t;

/**
 * Private data
 */
struct private_cygnet_settler_t
{
	/**
	 * Public interface
	 */
	cygnet_settler_t public;

	/**
	 * Requests that are open, as open_t
	 */
	linked_list_t *requests;

	/**
	 * Protects them; taken in hooks, for as long as a packet takes to copy
	 */
	mutex_t *mutex;
};

/**
 * A request that was sent more than once
 */
typedef struct
{
	/** unique ID of the IKE_SA */
	uint32_t ike;
	packet_t *packet;
} open_t;

/**
 * What a job is to settle
 */
typedef struct
{
	private_cygnet_settler_t *settler;
	char *name;
	bool waited;
} request_t;

/**
 * Destroy what is kept of an IKE_SA, under the lock
 */
static void forget(private_cygnet_settler_t *this, uint32_t ike)
{
	enumerator_t *enumerator;
	open_t *request;

	enumerator = this->requests->create_enumerator(this->requests);
	while (enumerator->enumerate(enumerator, &request))
	{
		if (request->ike == ike)
		{
			this->requests->remove_at(this->requests, enumerator);
			request->packet->destroy(request->packet);
			free(request);
		}
	}
	enumerator->destroy(enumerator);
}

METHOD(cygnet_settler_t, keep, void, private_cygnet_settler_t *this,
	   ike_sa_t *ike_sa, packet_t *packet)
{
	open_t *request;

	INIT(request, .ike = ike_sa->get_unique_id(ike_sa),
		 .packet = packet->clone(packet), );
	this->mutex->lock(this->mutex);
	forget(this, request->ike);
	this->requests->insert_last(this->requests, request);
	this->mutex->unlock(this->mutex);
}

METHOD(cygnet_settler_t, drop, void, private_cygnet_settler_t *this,
	   ike_sa_t *ike_sa)
{
	this->mutex->lock(this->mutex);
	forget(this, ike_sa->get_unique_id(ike_sa));
	this->mutex->unlock(this->mutex);
}

/**
 * Send the IKE_SA's open request, to where the peer is now
 */
static void send_again(private_cygnet_settler_t *this, ike_sa_t *ike_sa)
{
	enumerator_t *enumerator;
	open_t *request;
	packet_t *packet = NULL;
	host_t *host;

	this->mutex->lock(this->mutex);
	enumerator = this->requests->create_enumerator(this->requests);
	while (!packet && enumerator->enumerate(enumerator, &request))
	{
		if (request->ike == ike_sa->get_unique_id(ike_sa))
		{
			packet = request->packet->clone(request->packet);
		}
	}
	enumerator->destroy(enumerator);
	this->mutex->unlock(this->mutex);
	if (packet)
	{
		host = ike_sa->get_my_host(ike_sa);
		packet->set_source(packet, host->clone(host));
		host = ike_sa->get_other_host(ike_sa);
		packet->set_destination(packet, host->clone(host));
		charon->sender->send(charon->sender, packet);
	}
}

/**
 * Is it ours to rekey the IKE_SA now?
 */
static bool is_ours(ike_sa_t *ike_sa, bool waited)
{
	ike_sa_id_t *id = ike_sa->get_id(ike_sa);
	peer_cfg_t *peer = ike_sa->get_peer_cfg(ike_sa);

	return peer && peer->get_rekey_time(peer, FALSE) &&
		   id->is_initiator(id) != waited &&
		   time_monotonic(NULL) -
				   ike_sa->get_statistic(ike_sa, STAT_ESTABLISHED) >=
			   NEW;
}

METHOD(cygnet_settler_t, run, void, private_cygnet_settler_t *this,
	   const char *name, bool waited)
{
	linked_list_t *jobs = linked_list_create();
	enumerator_t *enumerator;
	ike_sa_t *ike_sa;
	job_t *job;

	enumerator =
		charon->ike_sa_manager->create_enumerator(charon->ike_sa_manager, TRUE);
	while (enumerator->enumerate(enumerator, &ike_sa))
	{
		if (streq(ike_sa->get_name(ike_sa), name) &&
			ike_sa->get_version(ike_sa) == IKEV2 &&
			ike_sa->get_state(ike_sa) == IKE_ESTABLISHED)
		{
			if (!waited)
			{
				send_again(this, ike_sa);
			}
			if (is_ours(ike_sa, waited))
			{
				jobs->insert_last(jobs, rekey_ike_sa_job_create(
											ike_sa->get_id(ike_sa), FALSE));
			}
		}
	}
	enumerator->destroy(enumerator);
	while (jobs->remove_first(jobs, (void **)&job) == SUCCESS)
	{
		lib->processor->queue_job(lib->processor, job);
	}
	jobs->destroy(jobs);
}

CALLBACK(settle, job_requeue_t, request_t *request)
{
	cygnet_settler_t *settler = &request->settler->public;

	settler->run(settler, request->name, request->waited);
	if (request->waited)
	{
		return JOB_REQUEUE_NONE;
	}
	request->waited = TRUE;
	return JOB_RESCHEDULE(WAIT);
}

CALLBACK(request_destroy, void, request_t *request)
{
	free(request->name);
	free(request);
}

METHOD(cygnet_settler_t, queue, void, private_cygnet_settler_t *this,
	   const char *name)
{
	request_t *request;

	INIT(request, .settler = this, .name = strdup(name), );
	lib->processor->queue_job(
		lib->processor, (job_t *)callback_job_create(
							(callback_job_cb_t)settle, request,
							(callback_job_cleanup_t)request_destroy, NULL));
}

METHOD(cygnet_settler_t, destroy, void, private_cygnet_settler_t *this)
{
	open_t *request;

	while (this->requests->remove_first(this->requests, (void **)&request) ==
		   SUCCESS)
	{
		request->packet->destroy(request->packet);
		free(request);
	}
	this->requests->destroy(this->requests);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
cygnet_settler_t *cygnet_settler_create(void)
{
	private_cygnet_settler_t *this;

	INIT(this,
		 .public =
			 {
				 .keep = _keep,
				 .drop = _drop,
				 .run = _run,
				 .queue = _queue,
				 .destroy = _destroy,
			 },
		 .requests = linked_list_create(),
		 .mutex = mutex_create(MUTEX_TYPE_DEFAULT), );

	return &this->public;
}
