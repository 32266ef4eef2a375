/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The gateway's thread is made by a job and not when the plugin is loaded:
 * charon drops its capabilities and changes its user between the two, which
 * acts on the calling thread, so that an older thread would keep every
 * capability, or with `charon.user` lose all of them. The constructor only
 * says which ones have to stay.
 *
 * On the way down charon joins its threads and ends all SAs before it unloads
 * plugins, so none of our jobs runs then.
 */

#include "cygnet_alerts.h"
#include "cygnet_child.h"
#include "cygnet_compat.h"
#include "cygnet_late.h"
#include "cygnet_initiator.h"
#include "cygnet_reader.h"
#include "cygnet_rekeyer.h"
#include "cygnet_listener.h"
#include "cygnet_log.h"
#include "cygnet_peers.h"
#include "cygnet_plugin.h"
#include "cygnet_settler.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

#include <errno.h>
#include <grp.h>
#include <signal.h>

#include "gateway/gateway.h"

typedef struct private_cygnet_plugin_t private_cygnet_plugin_t;

/**
 * Private data
 */
struct private_cygnet_plugin_t
{
	/**
	 * Public interface
	 */
	cygnet_plugin_t public;

	/**
	 * Way of facts to the gateway
	 */
	cygnet_facts_t *facts;

	/**
	 * Tells why connections do not come up
	 */
	cygnet_alerts_t *alerts;

	/**
	 * Listens to the bus
	 */
	cygnet_listener_t *listener;

	/**
	 * Settles what IKE has open
	 */
	cygnet_settler_t *settler;

	/**
	 * Has SAs of what was replaced removed late
	 */
	cygnet_late_t *late;

	/**
	 * Watches which connections are loaded
	 */
	cygnet_peers_t *peers;

	/**
	 * ID of the control socket's group, or -1
	 */
	int socket_group;

	/**
	 * ID of the group that may change things by it, or -1
	 */
	int admin_group;

	/**
	 * SHA-1, used by the gateway's thread alone, NULL if charon has none
	 */
	hasher_t *sha1;

	/**
	 * The gateway, NULL until charon's threads run
	 */
	gateway_t *gateway;

	/**
	 * Protects gateway between the start job, reload() and unloading
	 */
	mutex_t *mutex;
};

/**
 * A group of the control socket's by its option: its ID, or -1 if none is
 * configured or found
 */
static int group_of(char *option)
{
	struct group entry, *found = NULL;
	char buf[4096], *name;

	name = lib->settings->get_str(lib->settings, "%s.plugins.cygnet.%s", NULL,
								  lib->ns, option);
	if (!name || !*name)
	{
		return -1;
	}
	if (getgrnam_r(name, &entry, buf, sizeof(buf), &found) != 0 || !found)
	{
		DBG0(DBG_NET,
			 "cygnet: %s = %s: there is no such group, the control socket "
			 "stays root's",
			 option, name);
		return -1;
	}
	return entry.gr_gid;
}

/**
 * Keep a capability over charon's dropping of them
 */
static void keep(u_int cap, char *name, char *purpose)
{
	if (!lib->caps->keep(lib->caps, cap))
	{
		DBG0(DBG_NET, "cygnet: no %s capability: %s does not work", name,
			 purpose);
	}
}

/**
 * Keep what the gateway needs; a missing one disables its part alone
 */
static void keep_capabilities(int group)
{
	gid_t own = lib->caps->get_gid(lib->caps);

	keep(CAP_NET_ADMIN, "CAP_NET_ADMIN",
		 "setting up links, routes and the firewall");
	keep(CAP_NET_RAW, "CAP_NET_RAW", "binding sessions to a tunnel");
	keep(CAP_NET_BIND_SERVICE, "CAP_NET_BIND_SERVICE",
		 "listening on BGP's port 179");
	if (group != -1)
	{
		/* CAP_CHOWN is kept only for a group that the process is going to
		 * have, and is not a member of yet */
		lib->caps->set_gid(lib->caps, group);
		keep(CAP_CHOWN, "CAP_CHOWN", "giving the control socket to its group");
		lib->caps->set_gid(lib->caps, own);
	}
}

/**
 * What is wrong with charon's own handling of routes, or NULL
 */
static char *charon_routes(void)
{
	bool install, process;

	install = lib->settings->get_bool(lib->settings, "%s.install_routes", TRUE,
									  lib->ns);
	process = lib->settings->get_bool(lib->settings, "%s.process_route", TRUE,
									  lib->ns);
	if (install && process)
	{
		return "charon installs routes and follows ours: set "
			   "charon.install_routes = no and charon.process_route = no";
	}
	if (install)
	{
		return "charon installs routes: set charon.install_routes = no";
	}
	if (process)
	{
		return "charon follows our routes: set charon.process_route = no";
	}
	return NULL;
}

/**
 * gateway_options_t.initiate
 */
static void initiate(void *user, const char *connection)
{
	cygnet_initiator_queue(connection);
}

/**
 * gateway_options_t.renew
 */
static void renew(void *user, const char *connection)
{
	cygnet_initiator_queue_renew(connection);
}

/**
 * gateway_options_t.reauthenticate
 */
static void reauthenticate(void *user, const char *connection)
{
	cygnet_initiator_queue_reauth(connection);
}

/**
 * gateway_options_t.rekey
 */
static void rekey(void *user, const char *connection, const char *child)
{
	cygnet_rekeyer_queue(connection, child);
}

/**
 * gateway_options_t.settle
 */
static void settle(void *user, const char *connection)
{
	private_cygnet_plugin_t *this = user;

	this->settler->queue(this->settler, connection);
}

/**
 * gateway_options_t.sha1
 */
static void sha1(void *user, const uint8_t *data, size_t len,
				 uint8_t digest[20])
{
	private_cygnet_plugin_t *this = user;

	if (!this->sha1->get_hash(this->sha1, chunk_create((u_char *)data, len),
							  digest))
	{
		memset(digest, 0, HASH_SIZE_SHA1);
	}
}

/**
 * Create the gateway. Its thread inherits that all signals are blocked: they
 * are for charon's main thread.
 */
static gateway_t *create_gateway(private_cygnet_plugin_t *this)
{
	gateway_options_t options = {
		.socket = lib->settings->get_str(
			lib->settings, "%s.plugins.cygnet.socket", NULL, lib->ns),
		.socket_group = this->socket_group,
		.admin_group = this->admin_group,
		.state_dir = lib->settings->get_str(
			lib->settings, "%s.plugins.cygnet.state_dir", NULL, lib->ns),
		.charon_routes = charon_routes(),
		.charon_version = "strongSwan " VERSION,
		.load = cygnet_reader_load,
		.initiate = initiate,
		.renew = renew,
		.reauthenticate = reauthenticate,
		.rekey = rekey,
		.settle = settle,
		.user = this,
	};
	gateway_t *gateway;
	sigset_t all, old;
	int error = 0;

	this->sha1 = lib->crypto->create_hasher(lib->crypto, HASH_SHA1);
	if (this->sha1)
	{
		options.sha1 = sha1;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	gateway = gateway_create(&options, &error);
	pthread_sigmask(SIG_SETMASK, &old, NULL);

	if (!gateway)
	{
		DBG0(DBG_NET, "cygnet: the gateway cannot be started: %s",
			 strerror(-error));
	}
	return gateway;
}

/**
 * The job that starts the gateway once charon's threads run
 */
CALLBACK(start_gateway, job_requeue_t, private_cygnet_plugin_t *this)
{
	gateway_t *gateway = create_gateway(this);

	if (gateway)
	{
		this->mutex->lock(this->mutex);
		this->gateway = gateway;
		this->mutex->unlock(this->mutex);

		this->facts->set_gateway(this->facts, gateway);
		cygnet_child_post_all(this->facts);
		this->peers->start(this->peers);
	}
	return JOB_REQUEUE_NONE;
}

/**
 * Destroy the gateway, if it was ever started
 */
static void stop_gateway(private_cygnet_plugin_t *this)
{
	gateway_t *gateway;

	this->mutex->lock(this->mutex);
	gateway = this->gateway;
	this->gateway = NULL;
	this->mutex->unlock(this->mutex);

	this->facts->set_gateway(this->facts, NULL);
	if (gateway)
	{
		gateway_destroy(gateway);
	}
	DESTROY_IF(this->sha1);
	this->sha1 = NULL;
}

/**
 * Start or stop with the plugin's one feature
 */
static bool plugin_cb(private_cygnet_plugin_t *this, plugin_feature_t *feature,
					  bool reg, void *cb_data)
{
	if (reg)
	{
		cygnet_log_open();
		this->late->start(this->late);
		charon->bus->add_listener(charon->bus, &this->listener->listener);
		charon->bus->add_logger(charon->bus, &this->alerts->logger);
		lib->processor->queue_job(lib->processor,
								  (job_t *)callback_job_create_with_prio(
									  (callback_job_cb_t)start_gateway, this,
									  NULL, NULL, JOB_PRIO_CRITICAL));
	}
	else
	{
		charon->bus->remove_logger(charon->bus, &this->alerts->logger);
		charon->bus->remove_listener(charon->bus, &this->listener->listener);
		stop_gateway(this);
		this->late->stop(this->late);
		cygnet_log_close();
	}
	return TRUE;
}

METHOD(plugin_t, get_name, char *, private_cygnet_plugin_t *this)
{
	return "cygnet";
}

METHOD(plugin_t, get_features, int, private_cygnet_plugin_t *this,
	   plugin_feature_t *features[])
{
	static plugin_feature_t f[] = {
		PLUGIN_CALLBACK((plugin_feature_callback_t)plugin_cb, NULL),
		PLUGIN_PROVIDE(CUSTOM, "cygnet"),
		/* what we keep of SAs is removed before that is unloaded */
		PLUGIN_SDEPEND(CUSTOM, "kernel-ipsec"),
	};
	*features = f;
	return countof(f);
}

METHOD(plugin_t, reload, bool, private_cygnet_plugin_t *this)
{
	this->mutex->lock(this->mutex);
	if (this->gateway)
	{
		gateway_reload(this->gateway);
	}
	this->mutex->unlock(this->mutex);
	return TRUE;
}

METHOD(plugin_t, destroy, void, private_cygnet_plugin_t *this)
{
	this->peers->destroy(this->peers);
	this->listener->destroy(this->listener);
	this->alerts->destroy(this->alerts);
	this->settler->destroy(this->settler);
	this->late->destroy(this->late);
	this->facts->destroy(this->facts);
	this->mutex->destroy(this->mutex);
	free(this);
}

/**
 * Plugin constructor
 */
PLUGIN_DEFINE(cygnet)
{
	private_cygnet_plugin_t *this;

	INIT(this,
		 .public =
			 {
				 .plugin =
					 {
						 .get_name = _get_name,
						 .get_features = _get_features,
						 .reload = _reload,
						 .destroy = _destroy,
					 },
			 },
		 .facts = cygnet_facts_create(),
		 .socket_group = group_of("socket_group"),
		 .admin_group = group_of("admin_group"),
		 .mutex = mutex_create(MUTEX_TYPE_DEFAULT), );

	this->settler = cygnet_settler_create();
	this->late = cygnet_late_create();
	this->alerts = cygnet_alerts_create(this->facts);
	this->listener = cygnet_listener_create(this->facts, this->alerts,
											this->settler, this->late);
	this->peers = cygnet_peers_create(this->facts);
	keep_capabilities(this->socket_group != -1 ? this->socket_group
											   : this->admin_group);

	return &this->public.plugin;
}
