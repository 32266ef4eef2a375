/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Each look makes a table of facts by connection name and compares it with
 * the one before by memcmp. The backend manager hands out references, so no
 * lock of charon's is held while we post.
 */

#include "cygnet_compat.h"
#include "cygnet_peers.h"

#include <collections/hashtable.h>
#include <daemon.h>
#include <processing/jobs/callback_job.h>

/** seconds between two looks */
#define POLL_INTERVAL 1
/** the first so many are closer: connections are loaded as soon as charon runs,
 * and those that it does not initiate wait for us */
#define POLL_SOON    50
#define POLL_SOON_MS 200

typedef struct private_cygnet_peers_t private_cygnet_peers_t;

/**
 * Private data
 */
struct private_cygnet_peers_t
{
	/**
	 * Public interface
	 */
	cygnet_peers_t public;

	/**
	 * Where facts go
	 */
	cygnet_facts_t *facts;

	/**
	 * What was last told: fact_t by its name. One job alone uses it.
	 */
	hashtable_t *told;

	/**
	 * Looks so far, up to POLL_SOON; the job's, too
	 */
	int looks;
};

/**
 * The if_id that a child's SAs get: its own, or else its connection's
 */
static uint32_t effective_if_id(peer_cfg_t *peer, child_cfg_t *child,
								bool inbound)
{
	return child->get_if_id(child, inbound) ?: peer->get_if_id(peer, inbound);
}

/**
 * Copy the if_ids; a tunnel has one XFRM link, so the children have to agree
 */
static void copy_if_ids(peer_cfg_t *peer, fact_t *fact)
{
	uint32_t in = peer->get_if_id(peer, TRUE);
	uint32_t out = peer->get_if_id(peer, FALSE);
	bool first = TRUE, differ = FALSE;
	enumerator_t *enumerator;
	child_cfg_t *child;

	enumerator = peer->create_child_cfg_enumerator(peer);
	while (enumerator->enumerate(enumerator, &child))
	{
		if (first)
		{
			in = effective_if_id(peer, child, TRUE);
			out = effective_if_id(peer, child, FALSE);
			first = FALSE;
		}
		else if (in != effective_if_id(peer, child, TRUE) ||
				 out != effective_if_id(peer, child, FALSE))
		{
			differ = TRUE;
		}
	}
	enumerator->destroy(enumerator);

	if (IF_ID_IS_UNIQUE(in) || IF_ID_IS_UNIQUE(out))
	{
		fact->if_id_unique = TRUE;
	}
	else
	{
		fact->if_id_in = in;
		fact->if_id_out = out;
	}
	if (differ)
	{
		snprintf(fact->text, sizeof(fact->text),
				 "the connection's children have different if_ids, the first "
				 "one's are used");
	}
}

/**
 * Copy those remote addresses that are literal: names and ranges are resolved
 * by charon when it connects, and the SA tells its peer's address
 */
static void copy_remotes(peer_cfg_t *peer, fact_t *fact)
{
	ike_cfg_t *ike_cfg = peer->get_ike_cfg(peer);
	enumerator_t *enumerator;
	addr_t addr;
	char *token;

	enumerator =
		enumerator_create_token(ike_cfg->get_other_addr(ike_cfg), ",", " ");
	while (fact->n_remote < countof(fact->remote) &&
		   enumerator->enumerate(enumerator, &token))
	{
		if (addr_parse(token, &addr) && !addr_is_unspecified(&addr))
		{
			fact->remote[fact->n_remote++] = addr;
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * Make a table of all connections that are loaded now
 */
static hashtable_t *look(private_cygnet_peers_t *this)
{
	enumerator_t *enumerator;
	hashtable_t *table;
	peer_cfg_t *peer;
	fact_t *fact;

	table = hashtable_create(hashtable_hash_str, hashtable_equals_str, 32);
	enumerator = charon->backends->create_peer_cfg_enumerator(
		charon->backends, NULL, NULL, NULL, NULL, IKE_ANY);
	while (enumerator->enumerate(enumerator, &peer))
	{
		fact = malloc_thing(fact_t);
		/* of two backends' connections of one name, charon too takes the
		 * first */
		if (!this->facts->init(this->facts, fact, FACT_CONNECTION_LOADED,
							   peer->get_name(peer)) ||
			table->get(table, fact->name))
		{
			free(fact);
			continue;
		}
		copy_if_ids(peer, fact);
		copy_remotes(peer, fact);
		fact->mobike = cygnet_compat_mobike(peer);
		table->put(table, fact->name, fact);
	}
	enumerator->destroy(enumerator);
	return table;
}

CALLBACK(destroy_fact, void, fact_t *fact, const void *key)
{
	free(fact);
}

/**
 * Destroy a table and its facts
 */
static void destroy_table(hashtable_t *table)
{
	table->destroy_function(table, destroy_fact);
}

/**
 * Post a connection, and what is wrong with it as an alert
 */
static void post_loaded(private_cygnet_peers_t *this, fact_t *loaded)
{
	fact_t fact = *loaded;

	fact.text[0] = '\0';
	this->facts->post(this->facts, &fact);
	if (loaded->text[0] &&
		this->facts->init(this->facts, &fact, FACT_ALERT, loaded->name))
	{
		snprintf(fact.text, sizeof(fact.text), "%s", loaded->text);
		this->facts->post(this->facts, &fact);
	}
}

METHOD(cygnet_peers_t, poll_, void, private_cygnet_peers_t *this)
{
	hashtable_t *now = look(this);
	enumerator_t *enumerator;
	fact_t *fact, *before, gone;
	char *name;

	enumerator = this->told->create_enumerator(this->told);
	while (enumerator->enumerate(enumerator, &name, &before))
	{
		if (!now->get(now, name) &&
			this->facts->init(this->facts, &gone, FACT_CONNECTION_UNLOADED,
							  name))
		{
			this->facts->post(this->facts, &gone);
		}
	}
	enumerator->destroy(enumerator);

	enumerator = now->create_enumerator(now);
	while (enumerator->enumerate(enumerator, &name, &fact))
	{
		before = this->told->get(this->told, name);
		if (!before || memcmp(before, fact, sizeof(*fact)) != 0)
		{
			post_loaded(this, fact);
		}
	}
	enumerator->destroy(enumerator);

	destroy_table(this->told);
	this->told = now;
}

/**
 * The job: look, and come again
 */
CALLBACK(poll_job, job_requeue_t, private_cygnet_peers_t *this)
{
	poll_(this);
	if (this->looks < POLL_SOON)
	{
		this->looks++;
		return JOB_RESCHEDULE_MS(POLL_SOON_MS);
	}
	return JOB_RESCHEDULE(POLL_INTERVAL);
}

METHOD(cygnet_peers_t, start, void, private_cygnet_peers_t *this)
{
	lib->processor->queue_job(
		lib->processor, (job_t *)callback_job_create(
							(callback_job_cb_t)poll_job, this, NULL, NULL));
}

METHOD(cygnet_peers_t, destroy, void, private_cygnet_peers_t *this)
{
	destroy_table(this->told);
	free(this);
}

/*
 * Described in header
 */
cygnet_peers_t *cygnet_peers_create(cygnet_facts_t *facts)
{
	private_cygnet_peers_t *this;

	INIT(this,
		 .public =
			 {
				 .poll = _poll_,
				 .start = _start,
				 .destroy = _destroy,
			 },
		 .facts = facts,
		 .told =
			 hashtable_create(hashtable_hash_str, hashtable_equals_str, 32), );

	return &this->public;
}
