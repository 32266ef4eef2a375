/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The controller takes an IKE_SA that is there, whatever its state, and queues
 * a CHILD_SA in it: asked twice, it makes two. So we look first. Between the
 * look and the initiation charon's own retry may come in; what comes of it are
 * two CHILD_SAs, which the gateway counts as such.
 *
 * A peer that reauthenticates by breaking first is on its way back when we find
 * the connection dead. Until IKE_AUTH its IKE_SA has no name, only the addresses
 * that it was chosen by; it is waited for, a little: anybody can send that much
 * in its name.
 */

#include "cygnet_initiator.h"

#include <collections/array.h>
#include <daemon.h>
#include <processing/jobs/callback_job.h>
#include <processing/jobs/rekey_ike_sa_job.h>

/** how often one is waited for that the peer has begun, and for how long */
#define PATIENCE    2
#define PATIENCE_MS 500

/**
 * Is a CHILD_SA being made in the IKE_SA, or waiting to be?
 */
static bool makes_child(ike_sa_t *ike_sa)
{
	task_queue_t queues[] = {TASK_QUEUE_ACTIVE, TASK_QUEUE_QUEUED};
	enumerator_t *enumerator;
	bool found = FALSE;
	task_t *task;
	int i;

	for (i = 0; !found && i < countof(queues); i++)
	{
		enumerator = ike_sa->create_task_enumerator(ike_sa, queues[i]);
		while (!found && enumerator->enumerate(enumerator, &task))
		{
			found = task->get_type(task) == TASK_CHILD_CREATE ||
					task->get_type(task) == TASK_QUICK_MODE;
		}
		enumerator->destroy(enumerator);
	}
	return found;
}

/**
 * Will the IKE_SA bring a CHILD_SA without us?
 */
static bool is_at_work(ike_sa_t *ike_sa)
{
	switch (ike_sa->get_state(ike_sa))
	{
		case IKE_CREATED:
		case IKE_CONNECTING:
		case IKE_PASSIVE:
			return TRUE;
		case IKE_ESTABLISHED:
		case IKE_REKEYING:
			return ike_sa->get_child_count(ike_sa) > 0 || makes_child(ike_sa);
		case IKE_REKEYED:
		case IKE_DELETING:
		case IKE_DESTROYING:
			return FALSE;
	}
	return FALSE;
}

/**
 * Is charon about it already?
 */
static bool is_under_way(const char *name)
{
	enumerator_t *enumerator;
	bool found = FALSE;
	ike_sa_t *ike_sa;

	enumerator =
		charon->ike_sa_manager->create_enumerator(charon->ike_sa_manager, TRUE);
	while (!found && enumerator->enumerate(enumerator, &ike_sa))
	{
		found = streq(ike_sa->get_name(ike_sa), name) && is_at_work(ike_sa);
	}
	enumerator->destroy(enumerator);
	return found;
}

/**
 * The connection of the name, to be destroyed, or NULL
 */
static peer_cfg_t *find(const char *name)
{
	enumerator_t *enumerator;
	peer_cfg_t *peer, *found = NULL;

	enumerator = charon->backends->create_peer_cfg_enumerator(
		charon->backends, NULL, NULL, NULL, NULL, IKE_ANY);
	while (!found && enumerator->enumerate(enumerator, &peer))
	{
		if (streq(peer->get_name(peer), name))
		{
			found = peer->get_ref(peer);
		}
	}
	enumerator->destroy(enumerator);
	return found;
}

/**
 * Has the peer begun with an IKE_SA that may become this connection's?
 */
static bool is_coming(const char *name)
{
	peer_cfg_t *peer = find(name);
	enumerator_t *enumerator;
	bool found = FALSE;
	ike_sa_t *ike_sa;

	if (!peer)
	{
		return FALSE;
	}
	enumerator =
		charon->ike_sa_manager->create_enumerator(charon->ike_sa_manager, TRUE);
	while (!found && enumerator->enumerate(enumerator, &ike_sa))
	{
		found = !ike_sa->get_peer_cfg(ike_sa) &&
				(ike_sa->get_state(ike_sa) == IKE_CREATED ||
				 ike_sa->get_state(ike_sa) == IKE_CONNECTING) &&
				ike_sa->get_ike_cfg(ike_sa) == peer->get_ike_cfg(peer);
	}
	enumerator->destroy(enumerator);
	peer->destroy(peer);
	return found;
}

/**
 * Initiate each child of the connection; the first brings the IKE_SA
 */
static void initiate_children(peer_cfg_t *peer)
{
	linked_list_t *children = linked_list_create();
	enumerator_t *enumerator;
	child_cfg_t *child;

	/* the enumerator holds the connection's lock, and initiating takes time */
	enumerator = peer->create_child_cfg_enumerator(peer);
	while (enumerator->enumerate(enumerator, &child))
	{
		children->insert_last(children, child->get_ref(child));
	}
	enumerator->destroy(enumerator);
	while (children->remove_first(children, (void **)&child) == SUCCESS)
	{
		charon->controller->initiate(charon->controller, peer->get_ref(peer),
									 child, NULL, NULL, 0, FALSE);
	}
	children->destroy(children);
}

/*
 * Described in header
 */
void cygnet_initiator_run(const char *name)
{
	peer_cfg_t *peer;

	if (!is_under_way(name))
	{
		peer = find(name);
		if (peer)
		{
			initiate_children(peer);
			peer->destroy(peer);
		}
	}
}

/**
 * Is the IKE_SA lost with the address that it was made from? One that is just
 * being made is of the new address.
 */
static bool is_lost(ike_sa_t *ike_sa)
{
	switch (ike_sa->get_state(ike_sa))
	{
		case IKE_ESTABLISHED:
		case IKE_REKEYING:
		case IKE_REKEYED:
		case IKE_DELETING:
			return !ike_sa->supports_extension(ike_sa, EXT_MOBIKE) &&
				   !ike_cfg_has_address(ike_sa->get_ike_cfg(ike_sa),
										ike_sa->get_my_host(ike_sa), TRUE);
		case IKE_CREATED:
		case IKE_CONNECTING:
		case IKE_PASSIVE:
		case IKE_DESTROYING:
			return FALSE;
	}
	return FALSE;
}

/*
 * Described in header
 */
void cygnet_initiator_renew(const char *name)
{
	enumerator_t *enumerator;
	ike_sa_t *ike_sa;
	array_t *ids = array_create(sizeof(uint32_t), 0);
	uint32_t id;

	/* the enumerator holds the IKE_SAs that would be dropped */
	enumerator =
		charon->ike_sa_manager->create_enumerator(charon->ike_sa_manager, TRUE);
	while (enumerator->enumerate(enumerator, &ike_sa))
	{
		if (streq(ike_sa->get_name(ike_sa), name) && is_lost(ike_sa))
		{
			id = ike_sa->get_unique_id(ike_sa);
			array_insert(ids, ARRAY_TAIL, &id);
		}
	}
	enumerator->destroy(enumerator);
	while (array_remove(ids, ARRAY_HEAD, &id))
	{
		charon->controller->terminate_ike(charon->controller, id, TRUE, NULL,
										  NULL, 0);
	}
	array_destroy(ids);
	cygnet_initiator_run(name);
}

/*
 * Described in header
 */
uint32_t cygnet_initiator_reauth_in(ike_sa_t *ike_sa)
{
	time_t at = ike_sa->get_statistic(ike_sa, STAT_REAUTH);
	time_t now = time_monotonic(NULL);

	if (!at || ike_sa->get_version(ike_sa) != IKEV2)
	{
		return 0;
	}
	return at > now ? at - now : 1;
}

/**
 * Charon's job that reauthenticates the connection: of more IKE_SAs that have
 * a CHILD_SA, the one whose time comes first
 */
static job_t *reauth_job(const char *name)
{
	enumerator_t *enumerator;
	ike_sa_t *ike_sa;
	job_t *job = NULL;
	time_t at, first = 0;

	enumerator =
		charon->ike_sa_manager->create_enumerator(charon->ike_sa_manager, TRUE);
	while (enumerator->enumerate(enumerator, &ike_sa))
	{
		if (!streq(ike_sa->get_name(ike_sa), name) ||
			ike_sa->get_state(ike_sa) != IKE_ESTABLISHED ||
			!ike_sa->get_child_count(ike_sa))
		{
			continue;
		}
		at = ike_sa->get_statistic(ike_sa, STAT_REAUTH);
		if (!job || (at && (!first || at < first)))
		{
			DESTROY_IF(job);
			first = at;
			job =
				(job_t *)rekey_ike_sa_job_create(ike_sa->get_id(ike_sa), TRUE);
		}
	}
	enumerator->destroy(enumerator);
	return job;
}

/*
 * Described in header
 */
void cygnet_initiator_reauth(const char *name)
{
	job_t *job = reauth_job(name);

	if (job)
	{
		lib->processor->queue_job(lib->processor, job);
	}
}

/**
 * What a job is to do with a connection
 */
typedef struct request_t
{
	char *name;
	/** times that it may wait */
	int patience;
} request_t;

CALLBACK(initiate, job_requeue_t, request_t *request)
{
	if (request->patience && is_coming(request->name))
	{
		request->patience--;
		return JOB_RESCHEDULE_MS(PATIENCE_MS);
	}
	cygnet_initiator_run(request->name);
	return JOB_REQUEUE_NONE;
}

CALLBACK(renew, job_requeue_t, request_t *request)
{
	cygnet_initiator_renew(request->name);
	return JOB_REQUEUE_NONE;
}

CALLBACK(reauthenticate, job_requeue_t, request_t *request)
{
	cygnet_initiator_reauth(request->name);
	return JOB_REQUEUE_NONE;
}

CALLBACK(request_destroy, void, request_t *request)
{
	free(request->name);
	free(request);
}

static void queue(callback_job_cb_t job, const char *name)
{
	request_t *request;

	INIT(request, .name = strdup(name), .patience = PATIENCE, );
	lib->processor->queue_job(
		lib->processor,
		(job_t *)callback_job_create(
			job, request, (callback_job_cleanup_t)request_destroy, NULL));
}

/*
 * Described in header
 */
void cygnet_initiator_queue(const char *name)
{
	queue((callback_job_cb_t)initiate, name);
}

/*
 * Described in header
 */
void cygnet_initiator_queue_reauth(const char *name)
{
	queue((callback_job_cb_t)reauthenticate, name);
}

/*
 * Described in header
 */
void cygnet_initiator_queue_renew(const char *name)
{
	queue((callback_job_cb_t)renew, name);
}
