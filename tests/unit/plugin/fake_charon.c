/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * libstrongswan is the real one. Of libcharon there are the few objects that
 * the plugin touches, with the few methods that it may call.
 */

#include "fake_charon.h"

#include <check.h>

#include <library.h>
#include <processing/jobs/rekey_ike_sa_job.h>
#include <processing/jobs/rekey_child_sa_job.h>

#include <stdio.h>
#include <stdlib.h>

/** libcharon's global */
daemon_t *charon;

fake_line_t fake_lines[FAKE_LINES_MAX];
unsigned fake_n_lines;
listener_t *fake_listener;
logger_t *fake_logger;
linked_list_t *fake_peers;
volatile unsigned fake_looks;
linked_list_t *fake_ikes;
bool fake_in_hook;

static daemon_t fake_daemon;
char *fake_initiated;
volatile unsigned fake_n_initiated;
volatile unsigned fake_terminated;
volatile unsigned fake_n_reauths;
uint32_t fake_reauth;
volatile unsigned fake_ike_rekeys;
volatile unsigned fake_n_ike_rekeys;
uint32_t fake_rekey_time;
char fake_sent[128];
unsigned fake_n_sent;
volatile unsigned fake_n_removed;
uint32_t fake_removed;
char fake_removed_ends[128];
volatile uint32_t fake_rekeyed;
volatile unsigned fake_n_rekeyed;
static bus_t bus;
static backend_manager_t backends;
static ike_sa_manager_t ike_sas;
static kernel_interface_t kernel;

/** ends the test if the caller is a hook */
static void not_in_hook(const char *what)
{
	if (fake_in_hook)
	{
		fprintf(stderr, "%s was called in a hook\n", what);
		abort();
	}
}

METHOD(kernel_interface_t, kernel_del_sa, status_t, kernel_interface_t *this,
	   kernel_ipsec_sa_id_t *id, kernel_ipsec_del_sa_t *data)
{
	not_in_hook("del_sa");
	ck_assert_ptr_eq(this, &kernel);
	fake_removed = id->spi;
	snprintf(fake_removed_ends, sizeof(fake_removed_ends), "%H %H %u %u",
			 id->src, id->dst, id->if_id, data->cpi);
	fake_n_removed++;
	return SUCCESS;
}

METHOD(bus_t, bus_add_listener, void, bus_t *this, listener_t *listener)
{
	not_in_hook("add_listener");
	fake_listener = listener;
}

METHOD(bus_t, bus_remove_listener, void, bus_t *this, listener_t *listener)
{
	not_in_hook("remove_listener");
	if (fake_listener == listener)
	{
		fake_listener = NULL;
	}
}

METHOD(bus_t, bus_add_logger, void, bus_t *this, logger_t *logger)
{
	not_in_hook("add_logger");
	fake_logger = logger;
}

METHOD(bus_t, bus_remove_logger, void, bus_t *this, logger_t *logger)
{
	not_in_hook("remove_logger");
	if (fake_logger == logger)
	{
		fake_logger = NULL;
	}
}

METHOD(bus_t, bus_log, void, bus_t *this, debug_t group, level_t level,
	   char *format, ...)
{
	fake_line_t *line = &fake_lines[fake_n_lines];
	va_list args;

	not_in_hook("log");
	if (fake_n_lines < FAKE_LINES_MAX)
	{
		line->group = group;
		line->level = level;
		va_start(args, format);
		vsnprintf(line->text, sizeof(line->text), format, args);
		va_end(args);
		fake_n_lines++;
	}
}

METHOD(backend_manager_t, backends_enumerate, enumerator_t *,
	   backend_manager_t *this, host_t *me, host_t *other,
	   identification_t *my_id, identification_t *other_id,
	   ike_version_t version)
{
	not_in_hook("create_peer_cfg_enumerator");
	if (me || other || my_id || other_id || version != IKE_ANY)
	{
		return enumerator_create_empty();
	}
	fake_looks++;
	return fake_peers->create_enumerator(fake_peers);
}

METHOD(ike_sa_manager_t, ikes_enumerate, enumerator_t *, ike_sa_manager_t *this,
	   bool wait)
{
	not_in_hook("create_enumerator of the IKE_SA manager");
	return fake_ikes->create_enumerator(fake_ikes);
}

METHOD(controller_t, controller_initiate, status_t, controller_t *this,
	   peer_cfg_t *peer, child_cfg_t *child, controller_cb_t callback,
	   void *param, u_int timeout, bool limits)
{
	/* without a callback it does not wait */
	ck_assert_ptr_null(callback);
	fake_initiated = peer->get_name(peer);
	fake_n_initiated++;
	peer->destroy(peer);
	child->destroy(child);
	return SUCCESS;
}

METHOD(controller_t, controller_terminate_ike, status_t, controller_t *this,
	   uint32_t id, bool force, controller_cb_t callback, void *param,
	   u_int timeout)
{
	enumerator_t *enumerator = fake_ikes->create_enumerator(fake_ikes);
	fake_ike_t *ike;

	ck_assert_ptr_null(callback);
	ck_assert(force);
	while (enumerator->enumerate(enumerator, &ike))
	{
		if (ike->id == id)
		{
			fake_terminated |= 1u << id;
			ike->state = IKE_DESTROYING;
		}
	}
	enumerator->destroy(enumerator);
	return SUCCESS;
}

METHOD(sender_t, sender_send, void, sender_t *this, packet_t *packet)
{
	chunk_t data = packet->get_data(packet);

	not_in_hook("send");
	snprintf(fake_sent, sizeof(fake_sent), "%.*s %H %H", (int)data.len,
			 data.ptr, packet->get_source(packet),
			 packet->get_destination(packet));
	fake_n_sent++;
	packet->destroy(packet);
}

/** charon's job, of which there is but this */
typedef struct fake_rekey_t
{
	rekey_child_sa_job_t public;
	uint32_t spi;
} fake_rekey_t;

METHOD(job_t, rekey_execute, job_requeue_t, fake_rekey_t *this)
{
	fake_rekeyed = this->spi;
	fake_n_rekeyed++;
	return JOB_REQUEUE_NONE;
}

METHOD(job_t, rekey_get_priority, job_priority_t, fake_rekey_t *this)
{
	return JOB_PRIO_MEDIUM;
}

METHOD(job_t, rekey_destroy, void, fake_rekey_t *this)
{
	free(this);
}

rekey_child_sa_job_t *rekey_child_sa_job_create(protocol_id_t protocol,
												uint32_t spi, host_t *dst)
{
	fake_rekey_t *this;

	INIT(this,
		 .public =
			 {
				 .job_interface =
					 {
						 .execute = (void *)_rekey_execute,
						 .get_priority = (void *)_rekey_get_priority,
						 .destroy = (void *)_rekey_destroy,
					 },
			 },
		 .spi = ntohl(spi), );
	ck_assert_int_eq(protocol, PROTO_ESP);
	ck_assert_ptr_nonnull(dst);
	return &this->public;
}

void fake_charon_init(void)
{
	static controller_t controller;
	static sender_t sender;
	library_init("", "charon");
	/* no lines of libstrongswan's own */
	dbg_default_set_level(-1);
	fake_in_hook = FALSE;
	fake_n_lines = 0;
	fake_looks = 0;
	fake_listener = NULL;
	fake_initiated = NULL;
	fake_n_initiated = 0;
	fake_terminated = 0;
	fake_n_reauths = 0;
	fake_reauth = 0;
	fake_ike_rekeys = 0;
	fake_n_ike_rekeys = 0;
	fake_rekey_time = 3600;
	fake_sent[0] = '\0';
	fake_n_sent = 0;
	fake_rekeyed = 0;
	fake_n_rekeyed = 0;
	fake_peers = linked_list_create();
	fake_ikes = linked_list_create();
	bus.add_listener = (void *)_bus_add_listener;
	bus.remove_listener = (void *)_bus_remove_listener;
	bus.add_logger = (void *)_bus_add_logger;
	bus.remove_logger = (void *)_bus_remove_logger;
	bus.log = (void *)_bus_log;
	backends.create_peer_cfg_enumerator = (void *)_backends_enumerate;
	ike_sas.create_enumerator = (void *)_ikes_enumerate;
	controller.initiate = (void *)_controller_initiate;
	controller.terminate_ike = (void *)_controller_terminate_ike;
	sender.send = (void *)_sender_send;
	fake_daemon.sender = &sender;
	fake_daemon.controller = &controller;
	fake_daemon.bus = &bus;
	kernel.del_sa = _kernel_del_sa;
	fake_daemon.kernel = &kernel;
	fake_n_removed = 0;
	fake_daemon.backends = &backends;
	fake_daemon.ike_sa_manager = &ike_sas;
	charon = &fake_daemon;
}

void fake_charon_deinit(void)
{
	fake_peers->destroy(fake_peers);
	fake_ikes->destroy(fake_ikes);
	library_deinit();
}

METHOD(ike_sa_t, ike_get_name, char *, fake_ike_t *this)
{
	return this->name;
}

METHOD(ike_sa_t, ike_get_state, ike_sa_state_t, fake_ike_t *this)
{
	return this->state;
}

METHOD(ike_sa_t, ike_get_peer_cfg, peer_cfg_t *, fake_ike_t *this)
{
	return this->peer;
}

METHOD(ike_sa_t, ike_get_ike_cfg, ike_cfg_t *, fake_ike_t *this)
{
	return this->ike_cfg;
}

METHOD(ike_sa_t, ike_get_my_host, host_t *, fake_ike_t *this)
{
	return this->me;
}

METHOD(ike_sa_t, ike_get_other_host, host_t *, fake_ike_t *this)
{
	return this->other;
}

METHOD(ike_sa_t, ike_get_other_id, identification_t *, fake_ike_t *this)
{
	return this->other_id;
}

METHOD(ike_sa_t, ike_create_child_sa_enumerator, enumerator_t *,
	   fake_ike_t *this)
{
	return this->children->create_enumerator(this->children);
}

METHOD(ike_sa_t, ike_get_child_count, int, fake_ike_t *this)
{
	return this->children->get_count(this->children);
}

METHOD(ike_sa_t, ike_get_statistic, uint32_t, fake_ike_t *this,
	   statistic_t kind)
{
	return kind == STAT_REAUTH        ? this->reauth
		   : kind == STAT_ESTABLISHED ? this->established
									  : 0;
}

METHOD(ike_sa_t, ike_get_version, ike_version_t, fake_ike_t *this)
{
	return this->version;
}

METHOD(ike_sa_t, ike_get_unique_id, uint32_t, fake_ike_t *this)
{
	return this->id;
}

METHOD(ike_sa_t, ike_supports_extension, bool, fake_ike_t *this,
	   ike_extension_t extension)
{
	ck_assert_int_eq(extension, EXT_MOBIKE);
	return this->mobike;
}

/** libcharon's */
bool ike_cfg_has_address(ike_cfg_t *cfg, host_t *addr, bool local)
{
	enumerator_t *enumerator = fake_ikes->create_enumerator(fake_ikes);
	bool configured = FALSE;
	fake_ike_t *ike;

	ck_assert(local);
	while (enumerator->enumerate(enumerator, &ike))
	{
		configured |= ike->me == addr && ike->configured;
	}
	enumerator->destroy(enumerator);
	return configured;
}

METHOD(ike_sa_t, ike_get_id, ike_sa_id_t *, fake_ike_t *this)
{
	return &this->sa_id;
}

/** the IKE_SA that has the ID */
static fake_ike_t *ike_of(ike_sa_id_t *id)
{
	return (fake_ike_t *)((char *)id - offsetof(fake_ike_t, sa_id));
}

METHOD(ike_sa_id_t, id_get_responder_spi, uint64_t, ike_sa_id_t *this)
{
	return ike_of(this)->responder_spi;
}

METHOD(ike_sa_id_t, id_is_initiator, bool, ike_sa_id_t *this)
{
	return ike_of(this)->initiator;
}

typedef struct fake_job_t
{
	job_t public;
	uint32_t ike;
	bool reauth;
} fake_job_t;

METHOD(job_t, job_execute, job_requeue_t, fake_job_t *this)
{
	if (this->reauth)
	{
		fake_reauth = this->ike;
		fake_n_reauths++;
	}
	else
	{
		fake_ike_rekeys |= 1u << this->ike;
		fake_n_ike_rekeys++;
	}
	return JOB_REQUEUE_NONE;
}

METHOD(job_t, job_get_priority, job_priority_t, fake_job_t *this)
{
	return JOB_PRIO_MEDIUM;
}

/** libcharon's */
rekey_ike_sa_job_t *rekey_ike_sa_job_create(ike_sa_id_t *id, bool reauth)
{
	fake_job_t *this;

	INIT(this,
		 .public =
			 {
				 .execute = (void *)_job_execute,
				 .get_priority = (void *)_job_get_priority,
				 .destroy = (void *)free,
			 },
		 .ike = ike_of(id)->id, .reauth = reauth, );
	return (rekey_ike_sa_job_t *)this;
}

METHOD(ike_sa_t, ike_create_task_enumerator, enumerator_t *, fake_ike_t *this,
	   task_queue_t queue)
{
	linked_list_t *tasks =
		queue == TASK_QUEUE_ACTIVE ? this->active : this->queued;

	return tasks->create_enumerator(tasks);
}

/** a task that has but a type */
typedef struct fake_task_t
{
	task_t public;
	task_type_t type;
} fake_task_t;

METHOD(task_t, task_get_type, task_type_t, fake_task_t *this)
{
	return this->type;
}

void fake_ike_add_task(fake_ike_t *ike, task_type_t type, bool active)
{
	linked_list_t *tasks = active ? ike->active : ike->queued;
	fake_task_t *task;

	INIT(task,
		 .public =
			 {
				 .get_type = (void *)_task_get_type,
			 },
		 .type = type, );
	tasks->insert_last(tasks, task);
}

METHOD(peer_cfg_t, some_rekey_time, uint32_t, peer_cfg_t *this, bool jitter)
{
	return fake_rekey_time;
}

fake_ike_t *fake_ike_create(uint32_t id, char *name)
{
	static peer_cfg_t some_peer;
	fake_ike_t *this;

	some_peer.get_rekey_time = (void *)_some_rekey_time;
	INIT(this,
		 .public =
			 {
				 .get_name = (void *)_ike_get_name,
				 .get_state = (void *)_ike_get_state,
				 .get_peer_cfg = (void *)_ike_get_peer_cfg,
				 .get_ike_cfg = (void *)_ike_get_ike_cfg,
				 .get_my_host = (void *)_ike_get_my_host,
				 .get_other_host = (void *)_ike_get_other_host,
				 .get_other_id = (void *)_ike_get_other_id,
				 .create_child_sa_enumerator =
					 (void *)_ike_create_child_sa_enumerator,
				 .get_child_count = (void *)_ike_get_child_count,
				 .create_task_enumerator = (void *)_ike_create_task_enumerator,
				 .get_statistic = (void *)_ike_get_statistic,
				 .get_version = (void *)_ike_get_version,
				 .get_id = (void *)_ike_get_id,
				 .get_unique_id = (void *)_ike_get_unique_id,
				 .supports_extension = (void *)_ike_supports_extension,
			 },
		 .sa_id = {.is_initiator = (void *)_id_is_initiator,
				   .get_responder_spi = (void *)_id_get_responder_spi},
		 .initiator = TRUE, .id = id, .state = IKE_CREATED, .name = name,
		 .peer = &some_peer, .me = host_create_from_string("192.0.2.1", 500),
		 .other = host_create_from_string("203.0.113.1", 500),
		 .children = linked_list_create(), .active = linked_list_create(),
		 .queued = linked_list_create(), .version = IKEV2, );
	return this;
}

void fake_ike_destroy(fake_ike_t *ike)
{
	fake_child_t *child;

	while (ike->children->get_first(ike->children, (void **)&child) == SUCCESS)
	{
		fake_child_destroy(child);
	}
	ike->children->destroy(ike->children);
	ike->active->destroy_function(ike->active, free);
	ike->queued->destroy_function(ike->queued, free);
	ike->me->destroy(ike->me);
	ike->other->destroy(ike->other);
	free(ike);
}

METHOD(child_sa_t, child_get_unique_id, uint32_t, fake_child_t *this)
{
	return this->id;
}

METHOD(child_sa_t, child_get_name, char *, fake_child_t *this)
{
	return this->name;
}

METHOD(child_sa_t, child_get_protocol, protocol_id_t, fake_child_t *this)
{
	return PROTO_ESP;
}

METHOD(child_sa_t, child_get_state, child_sa_state_t, fake_child_t *this)
{
	return this->state;
}

METHOD(child_sa_t, child_get_if_id, uint32_t, fake_child_t *this, bool inbound)
{
	return inbound ? this->if_id_in : this->if_id_out;
}

METHOD(child_sa_t, child_get_spi, uint32_t, fake_child_t *this, bool inbound)
{
	return htonl(inbound ? 0xc0000000 + this->id : 0xd0000000 + this->id);
}

METHOD(child_sa_t, child_has_encap, bool, fake_child_t *this)
{
	return this->encap;
}

METHOD(child_sa_t, child_set_close_action, void, fake_child_t *this,
	   action_t action)
{
	this->close_action = action;
}

METHOD(child_sa_t, child_get_proposal, proposal_t *, fake_child_t *this)
{
	return this->proposal;
}

#if CYGNET_STRONGSWAN >= 60002
METHOD(child_sa_t, child_get_cpu, uint32_t, fake_child_t *this)
{
	return CPU_ID_MAX;
}
#endif

fake_child_t *fake_child_create(fake_ike_t *ike, uint32_t id)
{
	fake_child_t *this;

	INIT(
		this,
		.public =
		{
			.get_unique_id = (void *)_child_get_unique_id,
			.get_name = (void *)_child_get_name,
			.get_protocol = (void *)_child_get_protocol,
			.get_state = (void *)_child_get_state,
			.get_if_id = (void *)_child_get_if_id,
			.get_spi = (void *)_child_get_spi,
			.has_encap = (void *)_child_has_encap,
			.get_proposal = (void *)_child_get_proposal,
			.set_close_action = (void *)_child_set_close_action,
#if CYGNET_STRONGSWAN >= 60002
			.get_cpu = (void *)_child_get_cpu,
#endif
		},
		.id = id, .name = "net", .state = CHILD_CREATED, .ike = ike,
		.close_action = ACTION_START, );
	ike->children->insert_last(ike->children, this);
	return this;
}

void fake_child_destroy(fake_child_t *child)
{
	child->ike->children->remove(child->ike->children, child, NULL);
	DESTROY_IF(child->proposal);
	free(child);
}

void fake_child_move(fake_child_t *child, fake_ike_t *ike)
{
	child->ike->children->remove(child->ike->children, child, NULL);
	ike->children->insert_last(ike->children, child);
	child->ike = ike;
}

METHOD(peer_cfg_t, peer_get_name, char *, fake_peer_t *this)
{
	return this->name;
}

METHOD(peer_cfg_t, peer_get_ref, peer_cfg_t *, fake_peer_t *this)
{
	this->refs++;
	return &this->public;
}

METHOD(peer_cfg_t, peer_destroy, void, fake_peer_t *this)
{
	this->refs--;
}

METHOD(peer_cfg_t, peer_get_ike_cfg, ike_cfg_t *, fake_peer_t *this)
{
	return &this->ike_cfg;
}

METHOD(peer_cfg_t, peer_get_if_id, uint32_t, fake_peer_t *this, bool inbound)
{
	return inbound ? this->if_id_in : this->if_id_out;
}

METHOD(peer_cfg_t, peer_create_child_cfg_enumerator, enumerator_t *,
	   fake_peer_t *this)
{
	return this->children->create_enumerator(this->children);
}

#if CYGNET_STRONGSWAN >= 60002
METHOD(peer_cfg_t, peer_has_option, bool, fake_peer_t *this,
	   peer_cfg_option_t option)
{
	return option == OPT_NO_MOBIKE && !this->mobike;
}
#else
METHOD(peer_cfg_t, peer_use_mobike, bool, fake_peer_t *this)
{
	return this->mobike;
}
#endif

METHOD(child_cfg_t, child_cfg_get_if_id, uint32_t, fake_child_cfg_t *this,
	   bool inbound)
{
	return inbound ? this->if_id_in : this->if_id_out;
}

METHOD(child_cfg_t, child_cfg_get_ref, child_cfg_t *, fake_child_cfg_t *this)
{
	this->refs++;
	return &this->public;
}

METHOD(child_cfg_t, child_cfg_destroy, void, fake_child_cfg_t *this)
{
	this->refs--;
}

/** the fake_peer_t of an ike_cfg that is part of it */
METHOD(ike_cfg_t, ike_cfg_get_other_addr, char *, ike_cfg_t *this)
{
	fake_peer_t *peer =
		(fake_peer_t *)((char *)this - offsetof(fake_peer_t, ike_cfg));

	return peer->remote;
}

fake_peer_t *fake_peer_create(char *name)
{
	fake_peer_t *this;

	INIT(
		this,
		.public =
		{
			.get_name = (void *)_peer_get_name,
			.get_ref = (void *)_peer_get_ref, .destroy = (void *)_peer_destroy,
			.get_ike_cfg = (void *)_peer_get_ike_cfg,
			.get_if_id = (void *)_peer_get_if_id,
			.create_child_cfg_enumerator =
				(void *)_peer_create_child_cfg_enumerator,
#if CYGNET_STRONGSWAN >= 60002
			.has_option = (void *)_peer_has_option,
#else
			.use_mobike = (void *)_peer_use_mobike,
#endif
		},
		.ike_cfg =
			{
				.get_other_addr = (void *)_ike_cfg_get_other_addr,
			},
		.name = name, .remote = "203.0.113.1",
		.children = linked_list_create(), );
	fake_peers->insert_last(fake_peers, this);
	return this;
}

void fake_peer_add_child(fake_peer_t *peer, uint32_t in, uint32_t out)
{
	fake_child_cfg_t *child;

	INIT(child,
		 .public =
			 {
				 .get_if_id = (void *)_child_cfg_get_if_id,
				 .get_ref = (void *)_child_cfg_get_ref,
				 .destroy = (void *)_child_cfg_destroy,
			 },
		 .if_id_in = in, .if_id_out = out, );
	peer->children->insert_last(peer->children, child);
}

void fake_peer_destroy(fake_peer_t *peer)
{
	/* what was taken has been given back */
	ck_assert_int_eq(peer->refs, 0);
	fake_peers->remove(fake_peers, peer, NULL);
	peer->children->destroy_function(peer->children, free);
	free(peer);
}

/** a hook as the bus calls it; one that returns FALSE would be unregistered */
#define HOOK(name, ...)                                                        \
	do                                                                         \
	{                                                                          \
		if (fake_listener && fake_listener->name)                              \
		{                                                                      \
			fake_in_hook = TRUE;                                               \
			if (!fake_listener->name(fake_listener, __VA_ARGS__))              \
			{                                                                  \
				fprintf(stderr, #name " unregistered itself\n");               \
				abort();                                                       \
			}                                                                  \
			fake_in_hook = FALSE;                                              \
		}                                                                      \
	} while (0)

void fake_ike_set_state(fake_ike_t *ike, ike_sa_state_t state)
{
	HOOK(ike_state_change, &ike->public, state);
	ike->state = state;
}

void fake_child_set_state(fake_child_t *child, child_sa_state_t state)
{
	HOOK(child_state_change, &child->ike->public, &child->public, state);
	child->state = state;
}

void fake_child_updown(fake_child_t *child, bool up)
{
	HOOK(child_updown, &child->ike->public, &child->public, up);
}

void fake_ike_updown(fake_ike_t *ike, bool up)
{
	HOOK(ike_updown, &ike->public, up);
}

void fake_child_rekey(fake_child_t *old, fake_child_t *new)
{
	HOOK(child_rekey, &old->ike->public, &old->public, &new->public);
}

void fake_ike_rekey(fake_ike_t *old, fake_ike_t *new)
{
	HOOK(ike_rekey, &old->public, &new->public);
}

void fake_ike_update(fake_ike_t *ike, host_t *me, host_t *other)
{
	HOOK(ike_update, &ike->public, me, other);
}

void fake_authorize(fake_ike_t *ike, bool final)
{
	bool success = TRUE;

	HOOK(authorize, &ike->public, final, &success);
	ck_assert(success);
}

void fake_alert(fake_ike_t *ike, alert_t alert, ...)
{
	va_list args;

	va_start(args, alert);
	HOOK(alert, ike ? &ike->public : NULL, alert, args);
	va_end(args);
}

void fake_line(fake_ike_t *ike, const char *format, ...)
{
	va_list args;

	fake_in_hook = TRUE;
	va_start(args, format);
	fake_logger->vlog(fake_logger, DBG_CFG, LEVEL_CTRL, 1,
					  ike ? &ike->public : NULL, format, args);
	va_end(args);
	fake_in_hook = FALSE;
}
