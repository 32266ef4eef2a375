/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The thread. A turn goes: wait; charon's facts and what they mean for the
 * kernel; what the kernel tells; sockets; timers; then table work in slices
 * for a few milliseconds, or until something urgent waits. So a lost tunnel is
 * acted upon before anything else, and no full table keeps anybody waiting.
 */

#include "gateway/gateway.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/log.h"
#include "cygnet_config.h"
#include "control/protocol.h"
#include "gateway/commands.h"
#include "gateway/gateway_private.h"
#include "gateway/state.h"

/** of table work in a turn; the rest of the 10 ms is for all else. What another
 * neighbour says, that its tunnel is gone, waits so long at most */
#define WORK_MAX (2 * USEC_PER_MSEC)
/** as much is done of it though a fact, a datagram, the kernel or a command
 * waits: they must not bring it to an end by being many */
#define WORK_MIN (1 * USEC_PER_MSEC)
/** of reading what neighbours say in a turn */
#define READ_MAX (2 * USEC_PER_MSEC)
/** facts taken in a turn */
#define FACTS_MAX 1024
/** kernel messages read in a turn */
#define KERNEL_MAX 1024
/** the loop looks up at least this often */
#define WAIT_MAX USEC_PER_SEC
/** for the last words to the peers at the end */
#define GOODBYE_MAX     (500 * USEC_PER_MSEC)
#define CONTROL_RETRY   (5 * USEC_PER_SEC)
#define DESTROY_MAX_SEC 5

/* -- the kernel's sink ----------------------------------------------------------- */

static void kernel_event(void *user, const kernel_event_t *event)
{
	gateway_t *g = user;

	core_kernel_event(g->core, event, g->now);
}

static void kernel_dumped(void *user, kernel_what_t what, int error)
{
	gateway_t *g = user;

	core_kernel_dumped(g->core, what, error, g->now);
}

static void kernel_lost(void *user)
{
	gateway_t *g = user;

	core_kernel_lost(g->core, g->now);
}

static const kernel_sink_t kernel_sink = {
	.event = kernel_event,
	.dumped = kernel_dumped,
	.lost = kernel_lost,
};

static void firewall_changed(void *user, const fw_change_t *change)
{
	gateway_t *g = user;

	core_firewall_changed(g->core, change, g->now);
}

/* -- views ------------------------------------------------------------------------- */

static kernel_spent_t in_kernel(const gateway_t *g)
{
	return g->kernel ? kernel_spent(g->kernel) : (kernel_spent_t){0};
}

const view_state_t *gateway_view(gateway_t *g)
{
	view_state_t *view = &g->view;
	kernel_spent_t spent = in_kernel(g);

	memset(view, 0, sizeof(*view));
	core_view(g->core, view, g->now);
	view->wall = loop_wall();
	view->version = PACKAGE_VERSION;
	view->charon_version = g->charon_version;
	view->turns = g->turns.counts;
	view->turns_sum = g->turns.sum;
	view->turn_max = g->turns.longest;
	view->own = g->own.counts;
	view->own_max = g->own.longest;
	view->kernel_total = spent.wall;
	view->kernel_max = spent.longest;
	view->confirm_until = g->before ? g->confirm_until : 0;
	return view;
}

/* -- the turn ----------------------------------------------------------------------- */

static void facts(gateway_t *g)
{
	fact_t fact;

	queue_clear(g->queue);
	for (unsigned i = 0; i < FACTS_MAX && queue_take(g->queue, &fact); i++)
	{
		core_fact(g->core, &fact, g->now);
		g->leaving |= fact.kind == FACT_SHUTDOWN;
		if (i + 1 == FACTS_MAX)
		{
			queue_wake(g->queue);
		}
	}
	core_apply(g->core, g->now);
}

static void queue_ready(void *user, bool readable, bool writable, usec_t now)
{
	/* the turn takes the facts itself, before all other descriptors */
}

static void kernel_ready(void *user, bool readable, bool writable, usec_t now)
{
	gateway_t *g = user;

	g->kernel_more = true;
}

static void kernel_written(void *user, bool readable, bool writable, usec_t now)
{
	/* the turn's table work takes the batch back */
}

static void firewall_ready(void *user, bool readable, bool writable, usec_t now)
{
	gateway_t *g = user;

	g->firewall_more = true;
}

static void control_ready(void *user, bool readable, bool writable, usec_t now)
{
	gateway_t *g = user;

	g->control_more = true;
}

static void account(turns_t *turns, usec_t spent)
{
	static const usec_t limits[VIEW_TURN_BUCKETS - 1] = {1,  2,  5,  10,
														 20, 50, 100};
	unsigned bucket = 0;

	while (bucket < countof(limits) && spent >= limits[bucket] * USEC_PER_MSEC)
	{
		bucket++;
	}
	turns->counts[bucket]++;
	turns->sum += spent;
	if (spent > turns->longest)
	{
		turns->longest = spent;
	}
}

/** what others do to the kernel */
static void others(gateway_t *g)
{
	if (g->kernel_more)
	{
		g->kernel_more = kernel_read(g->kernel, KERNEL_MAX);
	}
	if (g->firewall_more)
	{
		g->firewall_more =
			firewall_read(g->firewall, KERNEL_MAX, firewall_changed, g);
	}
	core_apply(g->core, g->now);
}

/** table work, until somebody waits who must not; true: there is more */
static bool work(gateway_t *g, usec_t start)
{
	while (core_work(g->core, g->now))
	{
		usec_t spent = loop_now() - start;

		if (spent >= WORK_MAX ||
			(spent >= WORK_MIN && loop_urgent_ready(g->loop)))
		{
			return true;
		}
	}
	return false;
}

/** one turn; true: the next must not wait */
static bool turn(gateway_t *g)
{
	usec_t start = loop_now(), cpu = loop_cpu() - in_kernel(g).cpu;
	bool more, unread;

	g->now = start;
	/* What had come by now is heard before a timer judges by now: a machine
	 * that let us wait, or a stop, is no silence of a peer's. */
	loop_wait(g->loop, start);
	facts(g);
	loop_serve(g->loop, g->now);
	unread = sockets_read(g->sockets, g->now, loop_now() + READ_MAX);
	others(g);
	timers_run(g->timers, g->now);
	core_apply(g->core, g->now);
	more = sockets_turn(g->sockets, g->now) || unread;
	more = work(g, loop_now()) || more;
	more = sockets_turn(g->sockets, g->now) || more;
	g->control_more |= gateway_follow_wake(g);
	if (g->control_more)
	{
		g->control_more = control_server_turn(g->control, g->now);
		/* what a command has changed is not to wait */
		more = true;
	}
	if (g->leaving)
	{
		g->leaving = false;
		sem_post(&g->told);
	}
	account(&g->turns, loop_now() - start);
	account(&g->own, loop_cpu() - in_kernel(g).cpu - cpu);
	return more || g->kernel_more || g->firewall_more || g->control_more;
}

static void wait(gateway_t *g, bool more)
{
	usec_t now = loop_now(), until = timers_next(g->timers);

	if (more)
	{
		until = now;
	}
	else if (until > now + WAIT_MAX)
	{
		until = now + WAIT_MAX;
	}
	loop_wait(g->loop, until);
}

/** tells the peers, and gives their sockets a moment */
static void goodbye(gateway_t *g)
{
	usec_t end;

	g->now = loop_now();
	end = g->now + GOODBYE_MAX;
	core_stop_peers(g->core, g->now);
	while (sockets_count(g->sockets) && loop_now() < end)
	{
		usec_t until = loop_now() + 10 * USEC_PER_MSEC;

		loop_wait(g->loop, until < end ? until : end);
		g->now = loop_now();
		loop_serve(g->loop, g->now);
		sockets_read(g->sockets, g->now, g->now + READ_MAX);
		timers_run(g->timers, g->now);
		sockets_turn(g->sockets, g->now);
	}
}

/* -- opening and closing ---------------------------------------------------------------- */

static void control_open(gateway_t *g, usec_t now)
{
	const control_access_t access = {.group = g->socket_group,
									 .admins = g->admin_group};
	int error;

	g->control =
		control_server_create(g->socket, &access, gateway_commands, g, &error);
	if (g->control)
	{
		loop_add_urgent(g->loop, &g->control_watch,
						control_server_fd(g->control), control_ready, g);
	}
	else
	{
		timer_start(g->timers, &g->control_timer, now + CONTROL_RETRY);
	}
}

static void control_retry(cyg_timer_t *timer, void *user, usec_t now)
{
	control_open(user, now);
}

static void kernel_start(gateway_t *g)
{
	int error, fds[2];

	g->kernel = kernel_open(&kernel_sink, g, &error);
	if (!g->kernel)
	{
		g->kernel_problem = str_format(
			"the kernel cannot be spoken to: %s%s", strerror(-error),
			error == -EPERM || error == -EACCES ? ": charon needs CAP_NET_ADMIN"
												: "");
		return;
	}
	kernel_fds(g->kernel, fds);
	for (unsigned i = 0; i < 2; i++)
	{
		loop_add_urgent(g->loop, &g->kernel_watch[i], fds[i], kernel_ready, g);
	}
	loop_add(g->loop, &g->written_watch, kernel_written_fd(g->kernel),
			 kernel_written, g, true, false);
	error = kernel_probe_xfrm(g->kernel);
	if (error)
	{
		g->xfrm_problem = str_format(
			"XFRM interfaces cannot be made: %s: %s", strerror(-error),
			error == -EPERM
				? "charon needs CAP_NET_ADMIN"
				: "load the module xfrm_interface, or boot a kernel "
				  "with CONFIG_XFRM_INTERFACE");
		log_error("%s", g->xfrm_problem);
	}
	if (kernel_probe_resilient(g->kernel))
	{
		g->resilient_problem = "this kernel has no resilient next-hop groups "
							   "(Linux 5.13 or newer is needed)";
	}
}

static void firewall_start(gateway_t *g)
{
	int error;

	g->firewall = firewall_open(&error);
	if (!g->firewall)
	{
		g->firewall_problem = str_format(
			"nftables cannot be spoken to: %s (leak guard and MSS clamp are "
			"not in force; is the module nf_tables there?)",
			strerror(-error));
		return;
	}
	if (firewall_fd(g->firewall) >= 0)
	{
		loop_add(g->loop, &g->firewall_watch, firewall_fd(g->firewall),
				 firewall_ready, g, true, false);
	}
}

static void keep_guard(void *keeper, const char *text)
{
	gateway_t *g = keeper;
	int error = state_guard_save(g->state_dir, text);

	if (error)
	{
		log_error("the leak guard cannot be kept for the next boot in %s: %s; "
				  "make the folder charon's own, and see "
				  "/etc/apparmor.d/abstractions/cygnet-charon",
				  g->state_dir, strerror(-error));
	}
}

static void core_start(gateway_t *g)
{
	core_seams_t seams;
	uint64_t seed = loop_wall();

	gateway_events_open(g);
	kernel_start(g);
	firewall_start(g);
	g->sockets = sockets_create(g->loop, g->timers);
	g->datagrams = datagrams_create(g->loop);
	(void)!getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
	seams = (core_seams_t){
		.kernel_ops = &kernel_rtnetlink_ops,
		.kernel = g->kernel,
		.kernel_problem = g->kernel_problem,
		.xfrm_problem = g->xfrm_problem,
		.resilient_problem = g->resilient_problem,
		.fw_ops = &firewall_nftables_ops,
		.firewall = g->firewall,
		.firewall_problem = g->firewall_problem,
		.net_ops = &sockets_net_ops,
		.net = g->sockets,
		.datagram_ops = &datagrams_ops,
		.datagrams = g->datagrams,
		.keep_guard = keep_guard,
		.event = gateway_event,
		.keeper = g,
		.initiate = g->initiate,
		.renew = g->renew,
		.reauthenticate = g->reauthenticate,
		.rekey = g->rekey,
		.settle = g->settle,
		.sha1 = g->sha1,
		.user = g->user,
		.timers = g->timers,
	};
	g->core = core_create(&seams, g->charon_routes, seed, g->now);
	sockets_set_core(g->sockets, g->core);
}

static void finish(gateway_t *g)
{
	goodbye(g);
	core_stop(g->core, g->now);
	if (g->control)
	{
		/* who follows hears of that */
		gateway_follow_wake(g);
		control_server_turn(g->control, g->now);
		loop_remove(g->loop, &g->control_watch);
		control_server_destroy(g->control);
	}
	timer_stop(g->timers, &g->control_timer);
	gateway_config_close(g);
	core_destroy(g->core, g->now);
	gateway_events_close(g);
	sockets_destroy(g->sockets);
	datagrams_destroy(g->datagrams);
	if (g->firewall)
	{
		firewall_close(g->firewall);
	}
	if (g->kernel)
	{
		kernel_close(g->kernel);
	}
	timers_destroy(g->timers);
}

static void *run(void *user)
{
	gateway_t *g = user;
	bool more = true;

	gateway_lines_own();
	g->now = loop_now();
	g->timers = timers_create();
	timer_init(&g->control_timer, control_retry, g);
	core_start(g);
	control_open(g, g->now);
	gateway_config_open(g);
	gateway_load(g);
	while (!atomic_load(&g->stop))
	{
		wait(g, more);
		if (atomic_exchange(&g->reload, false))
		{
			g->now = loop_now();
			gateway_load(g);
		}
		more = turn(g);
	}
	finish(g);
	return NULL;
}

static void release(gateway_t *g)
{
	if (g->lines)
	{
		gateway_lines_close(g);
	}
	if (g->loop)
	{
		loop_destroy(g->loop);
	}
	if (g->queue)
	{
		queue_destroy(g->queue);
	}
	sem_destroy(&g->told);
	free(g->socket);
	free(g->state_dir);
	free(g->charon_routes);
	free(g->charon_version);
	free(g->kernel_problem);
	free(g->xfrm_problem);
	free(g->firewall_problem);
	free(g);
}

gateway_t *gateway_create(const gateway_options_t *options, int *error)
{
	gateway_t *g = mem_alloc(sizeof(*g));

	g->socket = str_copy(options->socket ? options->socket : CONTROL_SOCKET);
	g->state_dir =
		str_copy(options->state_dir ? options->state_dir : STATE_DIR);
	g->socket_group = options->socket_group;
	g->admin_group = options->admin_group;
	g->charon_routes = str_copy(options->charon_routes);
	g->charon_version =
		str_copy(options->charon_version ? options->charon_version : "");
	g->load = options->load;
	g->initiate = options->initiate;
	g->renew = options->renew;
	g->reauthenticate = options->reauthenticate;
	g->rekey = options->rekey;
	g->settle = options->settle;
	g->sha1 = options->sha1;
	g->user = options->user;
	sem_init(&g->told, 0, 0);
	g->loop = loop_create();
	g->queue = g->loop ? queue_create() : NULL;
	if (!g->queue)
	{
		*error = -errno;
		release(g);
		return NULL;
	}
	*error = loop_add_urgent(g->loop, &g->queue_watch, queue_fd(g->queue),
							 queue_ready, g);
	if (!*error)
	{
		gateway_lines_open(g);
		*error = -pthread_create(&g->thread, NULL, run, g);
	}
	if (*error)
	{
		release(g);
		return NULL;
	}
	return g;
}

void gateway_destroy(gateway_t *g)
{
	struct timespec until;

	atomic_store(&g->stop, true);
	queue_wake(g->queue);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += DESTROY_MAX_SEC;
	if (pthread_timedjoin_np(g->thread, NULL, &until))
	{
		/* its memory is still in use, by itself alone: let it be */
		log_tap(NULL, NULL, LOGL_ERROR);
		log_error("the gateway did not end within %d s", DESTROY_MAX_SEC);
		return;
	}
	release(g);
}

void gateway_post(gateway_t *g, const fact_t *fact)
{
	if (!queue_post(g->queue, fact))
	{
		log_error("the gateway does not take facts: one of %s is lost",
				  fact->name);
	}
}

void gateway_shutdown(gateway_t *g)
{
	const fact_t fact = {.kind = FACT_SHUTDOWN};
	struct timespec until;

	gateway_post(g, &fact);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)(GOODBYE_MAX * 1000);
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (sem_timedwait(&g->told, &until) && errno == EINTR)
	{
	}
}

void gateway_reload(gateway_t *g)
{
	atomic_store(&g->reload, true);
	queue_wake(g->queue);
}
