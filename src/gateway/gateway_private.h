/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The gateway's inside, shared by gateway.c and commands.c: everything but the
 * queue, lines, `stop`, `reload` and `told` belongs to the thread alone.
 */

#ifndef CYGNET_GATEWAY_PRIVATE_H
#define CYGNET_GATEWAY_PRIVATE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "gateway/core.h"
#include "gateway/datagrams.h"
#include "gateway/events.h"
#include "gateway/lines.h"
#include "gateway/loop.h"
#include "gateway/queue.h"
#include "gateway/sockets.h"

/** turns by length */
typedef struct turns_t
{
	uint64_t counts[VIEW_TURN_BUCKETS];
	usec_t sum;
	usec_t longest;
} turns_t;

struct gateway_t
{
	pthread_t thread;
	queue_t *queue;
	atomic_bool stop;
	atomic_bool reload;
	/** the last lines logged, by any thread */
	lines_t *lines;
	/** the peers have been told that we stop */
	sem_t told;
	/* the thread's own */
	char *socket;
	char *state_dir;
	int socket_group;
	int admin_group;
	char *charon_routes;
	char *charon_version;
	config_t *(*load)(void *user, const char *file, config_report_t *report);
	void (*initiate)(void *user, const char *connection);
	void (*renew)(void *user, const char *connection);
	void (*reauthenticate)(void *user, const char *connection);
	void (*rekey)(void *user, const char *connection, const char *child);
	void (*settle)(void *user, const char *connection);
	bfd_sha1_t sha1;
	void *user;
	loop_t *loop;
	timers_t *timers;
	kernel_t *kernel;
	char *kernel_problem;
	char *xfrm_problem;
	const char *resilient_problem;
	firewall_t *firewall;
	char *firewall_problem;
	sockets_t *sockets;
	datagrams_t *datagrams;
	core_t *core;
	events_t *events;
	cyg_timer_t events_timer;
	/** that they cannot be kept */
	bool events_told;
	control_server_t *control;
	/** numbers of the events and lines that those who follow were told to come
	 * for */
	uint64_t followed_event;
	uint64_t followed_line;
	/** what is gone back to if nobody confirms the one in force, NULL: nothing
	 * waits; and until when */
	config_t *before;
	cyg_timer_t confirm_timer;
	usec_t confirm_until;

	loop_watch_t queue_watch;
	loop_watch_t kernel_watch[2];
	loop_watch_t written_watch;
	loop_watch_t firewall_watch;
	loop_watch_t control_watch;
	cyg_timer_t control_timer;
	bool kernel_more;
	bool firewall_more;
	bool control_more;
	/** charon stops, and somebody waits for `told` */
	bool leaving;
	/** moment that the current turn works with */
	usec_t now;
	turns_t turns;
	turns_t own;
	view_state_t view;
};

/* gateway_config.c */
void gateway_config_open(gateway_t *gateway);
void gateway_config_close(gateway_t *gateway);
/** reads charon's file, or another one; NULL: it is bad. The report is the
 * caller's to free */
config_t *gateway_read(gateway_t *gateway, const char *file,
					   config_report_t *report);
/** takes the configuration that was read (adopted), or tells of a refused one
 * (NULL). confirm: so long it waits for that before it goes back, 0: it does
 * not. false: refused, what runs goes on */
bool gateway_take(gateway_t *gateway, config_report_t *report, config_t *config,
				  usec_t confirm);
/** both, as at the start or when charon reloads */
bool gateway_load(gateway_t *gateway);
/** ends the wait, or goes back now; false: nothing waits */
bool gateway_confirm(gateway_t *gateway);
bool gateway_rollback(gateway_t *gateway);

/* gateway_events.c */
void gateway_events_open(gateway_t *gateway);
void gateway_events_close(gateway_t *gateway);
/** of core_seams_t */
void gateway_event(void *keeper, view_event_kind_t kind, const char *name,
				   const char *from, const char *to, const char *why);

/** lines of any thread are kept from now on, and until then */
void gateway_lines_open(gateway_t *gateway);
void gateway_lines_close(gateway_t *gateway);
/** this thread is the gateway's: its lines need not wake it */
void gateway_lines_own(void);
/** wakes those who follow, if there is something new for them */
bool gateway_follow_wake(gateway_t *gateway);

/** the state of this moment; valid until the next call */
const view_state_t *gateway_view(gateway_t *gateway);

#endif
