/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * As vici does it: the CHILD_SA is looked for while its IKE_SA is checked out,
 * and charon's own job rekeys it by its SPI when nothing is held any more. One
 * that is being rekeyed or deleted is left alone.
 */

#include "cygnet_compat.h"
#include "cygnet_rekeyer.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>
#include <processing/jobs/rekey_child_sa_job.h>

#include "config/config.h"

/**
 * What to rekey
 */
typedef struct
{
	char *connection;
	/** as the gateway has it: cut at CONFIG_NAME_MAX */
	char *child;
} request_t;

/**
 * The job for the newest CHILD_SA that fits
 */
typedef struct
{
	uint32_t id;
	rekey_child_sa_job_t *job;
} newest_t;

/**
 * Look at the CHILD_SAs of one IKE_SA
 */
static void look(ike_sa_t *ike_sa, const char *child, newest_t *newest)
{
	enumerator_t *enumerator;
	child_sa_t *child_sa;

	enumerator = ike_sa->create_child_sa_enumerator(ike_sa);
	while (enumerator->enumerate(enumerator, &child_sa))
	{
		if (child_sa->get_state(child_sa) == CHILD_INSTALLED &&
			child_sa->get_unique_id(child_sa) > newest->id &&
			strncmp(child_sa->get_name(child_sa), child, CONFIG_NAME_MAX) ==
				0 &&
			!cygnet_compat_per_cpu(child_sa))
		{
			if (newest->job)
			{
				newest->job->job_interface.destroy(&newest->job->job_interface);
			}
			newest->id = child_sa->get_unique_id(child_sa);
			newest->job = rekey_child_sa_job_create(
				child_sa->get_protocol(child_sa),
				child_sa->get_spi(child_sa, TRUE), ike_sa->get_my_host(ike_sa));
		}
	}
	enumerator->destroy(enumerator);
}

/*
 * Described in header
 */
void cygnet_rekeyer_run(const char *connection, const char *child)
{
	newest_t newest = {};
	enumerator_t *enumerator;
	ike_sa_t *ike_sa;

	enumerator =
		charon->ike_sa_manager->create_enumerator(charon->ike_sa_manager, TRUE);
	while (enumerator->enumerate(enumerator, &ike_sa))
	{
		if (streq(ike_sa->get_name(ike_sa), connection))
		{
			look(ike_sa, child, &newest);
		}
	}
	enumerator->destroy(enumerator);
	if (newest.job)
	{
		lib->processor->queue_job(lib->processor, (job_t *)newest.job);
	}
}

/**
 * Free a request
 */
CALLBACK(destroy, void, request_t *this)
{
	free(this->connection);
	free(this->child);
	free(this);
}

/**
 * The job
 */
CALLBACK(rekey, job_requeue_t, request_t *this)
{
	cygnet_rekeyer_run(this->connection, this->child);
	return JOB_REQUEUE_NONE;
}

/*
 * Described in header
 */
void cygnet_rekeyer_queue(const char *connection, const char *child)
{
	request_t *this;

	INIT(this, .connection = strdup(connection), .child = strdup(child), );
	lib->processor->queue_job(
		lib->processor,
		(job_t *)callback_job_create((callback_job_cb_t)rekey, this,
									 (callback_job_cleanup_t)destroy, NULL));
}
