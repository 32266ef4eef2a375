/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Runs worlds by their seeds. A world lives through rounds: faults, then all is
 * made well, and then everything has to be back within a bounded time.
 */

#include "site.h"

#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define STEPS  30
#define ROUNDS 2
/** exchanges that began before run out, so do TCP and hold times, and what waits
 * for a reauthentication that does not come */
#define SETTLE (65 * SEC)
/** the supervisor's longest wait, a connect, a table */
#define HEAL_MAX (150 * SEC)
/** routes of an earlier run are swept after 180 s at the latest */
#define SWEEP_MAX (185 * SEC)
/** memory in bytes: buffers reach their size in the first two rounds, then
 * there is no more of them */
#define FIRST_GROWTH (4 * 1024 * 1024)
#define GROWTH       (256 * 1024)
#define DIGEST_PRIME 0x100000001b3u

typedef struct options_t
{
	uint64_t from;
	uint64_t to;
	unsigned steps;
	unsigned rounds;
	bool verbose;
	bool twice;
} options_t;

static uint64_t running;
static sim_t *world;
static const char *program;

static void log_to_trace(void *user, log_level_t level, const char *line)
{
	const sim_t *const *sim = user;

	printf("%10.6f | %s\n", (double)(*sim ? (*sim)->now : 0) / (double)SEC,
		   line);
}

static void log_to_nobody(void *user, log_level_t level, const char *line)
{
}

/* -- a world ----------------------------------------------------------------------- */

static void bundle_create(sim_t *sim, unsigned spoke)
{
	sim_bundle_t *b = &sim->bundles[spoke];

	b->standby = sim_chance(sim, 25);
	b->min_links = sim_chance(sim, 20) ? 2 : 1;
	b->preempt_delay = sim_random(sim, 3);
	b->preempt_delay += sim_chance(sim, 30) ? 8 : 0;
	b->statics = sim_chance(sim, 30);
	b->reset = sim_chance(sim, 30);
	b->unreachable = sim_chance(sim, 30);
	b->resilient = sim_chance(sim, 30);
	b->default_guard = sim_chance(sim, 50);
	b->lines = sim_chance(sim, 35);
}

static void tunnel_create_for(sim_t *sim, unsigned number, unsigned spoke,
							  bool bgp, bool six)
{
	sim_tunnel_t *t = &sim->tunnels[number];
	static const char *const auths[] = {NULL, NULL, "keyed-sha1",
										"meticulous-sha1"};
	unsigned watch = sim_random(sim, 4);

	t->sim = sim;
	t->number = number;
	t->end[0].node = &sim->nodes[0];
	t->end[1].node = &sim->nodes[spoke];
	t->latency = (1 + sim_random(sim, 20)) * MSEC;
	t->jitter = sim_random(sim, 5) * MSEC;
	t->bgp = bgp;
	t->bfd = watch == 1 || watch == 3;
	t->probe = watch == 2 || watch == 3;
	t->six = six;
	t->only_six = six && sim_chance(sim, 30);
	t->bfd_auth = auths[sim_random(sim, countof(auths))];
	t->bfd_interval = 100 * (1 + sim_random(sim, 4));
	t->weight = 1;
	/* a leased line that IPsec backs up, and not a line alone */
	t->plain = sim->bundles[spoke].lines && number &&
			   sim->tunnels[number - 1].end[1].node == t->end[1].node &&
			   sim_chance(sim, 60);
	if (t->plain)
	{
		t->point_to_point = sim_chance(sim, 50);
		plain_create(t);
	}
	charon_init(t);
}

static void load_all(sim_t *sim)
{
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		charon_load(&sim->tunnels[i], 0, true);
		charon_load(&sim->tunnels[i], 1, false);
	}
}

static sim_t *sim_create(uint64_t seed, bool verbose)
{
	sim_t *sim = world = mem_alloc(sizeof(*sim));
	unsigned spokes;

	sim->seed = seed;
	sim->verbose = verbose;
	sim->now = SEC;
	sim->hash = 0xcbf29ce484222325u;
	prng_seed(&sim->rng, seed);
	sim->timers = timers_create();
	spokes = 1 + sim_chance(sim, 25);
	sim->n_nodes = 1 + spokes;
	sim->restart_time = 10 + sim_random(sim, 21);
	sim->keep_all = sim_chance(sim, 50);
	for (unsigned i = 0; i < sim->n_nodes; i++)
	{
		node_create(sim, i);
	}
	for (unsigned s = 1; s <= spokes; s++)
	{
		unsigned n = 2 + sim_random(sim, spokes == 1 ? 3 : 2);
		bool bgp, six = sim_chance(sim, 50);

		bundle_create(sim, s);
		sim->bundles[s].six = six;
		bgp = !sim->bundles[s].statics || sim_chance(sim, 50);
		for (unsigned i = 0; i < n; i++)
		{
			tunnel_create_for(sim, sim->n_tunnels++, s, bgp, six);
		}
	}
	stream_init(sim);
	for (unsigned i = 0; i < sim->n_nodes; i++)
	{
		node_start(&sim->nodes[i]);
	}
	load_all(sim);
	return sim;
}

static void sim_destroy(sim_t *sim)
{
	for (unsigned i = 0; i < sim->n_nodes; i++)
	{
		node_destroy(&sim->nodes[i]);
	}
	stream_free(sim);
	sim_events_free(sim);
	timers_destroy(sim->timers);
	free(sim);
}

static usec_t next_event(const sim_t *sim)
{
	usec_t next = timers_next(sim->timers);

	for (unsigned i = 0; i < sim->n_nodes; i++)
	{
		const sim_node_t *node = &sim->nodes[i];
		usec_t at = !node->core   ? USEC_NEVER
					: node->poked ? sim->now
								  : timers_next(node->host->timers);

		next = at < next ? at : next;
	}
	return next;
}

void sim_run(sim_t *sim, usec_t span)
{
	usec_t end = sim->now + span;
	unsigned still = 0;

	while (!sim->failure[0])
	{
		usec_t next = next_event(sim);

		if (next > end)
		{
			sim->now = end;
			return;
		}
		still = next > sim->now ? 0 : still + 1;
		sim->now = next > sim->now ? next : sim->now;
		timers_run(sim->timers, sim->now);
		for (unsigned i = 0; i < sim->n_nodes; i++)
		{
			sim_node_t *node = &sim->nodes[i];

			if (node->core &&
				(node->poked || timers_next(node->host->timers) <= sim->now))
			{
				node_turn(node);
			}
		}
		check_step(sim);
		if (still > 10000)
		{
			sim_fail(sim, "time stands still");
		}
	}
}

/** true: all is back */
static bool wait_converged(sim_t *sim, usec_t max)
{
	usec_t start = sim->now;
	const char *missing = check_converged(sim);

	while (missing && sim->now < start + max && !sim->failure[0])
	{
		sim_run(sim, 500 * MSEC);
		missing = check_converged(sim);
	}
	if (missing)
	{
		sim_fail(sim, "all has been well for %u s: %s",
				 (unsigned)((sim->now - start) / SEC), missing);
		return false;
	}
	sim->healed_in =
		sim->now - start > sim->healed_in ? sim->now - start : sim->healed_in;
	sim_trace(sim, "all is back");
	return true;
}

static void sweep(sim_t *sim)
{
	usec_t last = 0;

	for (unsigned i = 0; i < sim->n_nodes; i++)
	{
		last = sim->nodes[i].started > last ? sim->nodes[i].started : last;
	}
	sim_run(sim, SETTLE);
	if (sim->now < last + SWEEP_MAX)
	{
		sim_run(sim, last + SWEEP_MAX - sim->now);
	}
}

static void look_at_memory(sim_t *sim, unsigned round)
{
	size_t now = mallinfo2().uordblks;

	sim_trace(sim, "round %u", round);
	if (sim->verbose)
	{
		printf("%zu bytes are allocated\n", now);
	}
	if (round && now > sim->memory + (round > 1 ? GROWTH : FIRST_GROWTH))
	{
		sim_fail(sim, "memory grows from %zu to %zu bytes", sim->memory, now);
	}
	if (round < 2 && now > sim->memory)
	{
		sim->memory = now;
	}
}

static void live(sim_t *sim, const options_t *o)
{
	wait_converged(sim, HEAL_MAX);
	for (unsigned round = 0; round < o->rounds && !sim->failure[0]; round++)
	{
		for (unsigned i = 0; i < o->steps / o->rounds && !sim->failure[0]; i++)
		{
			chaos_step(sim);
			sim_run(sim,
					(5 + sim_random(sim, sim_chance(sim, 50) ? 500 : 8000)) *
						MSEC);
		}
		chaos_heal(sim);
		if (wait_converged(sim, HEAL_MAX))
		{
			sweep(sim);
			wait_converged(sim, HEAL_MAX);
			check_quiet(sim);
			look_at_memory(sim, round);
		}
	}
}

/* -- seeds ------------------------------------------------------------------------------ */

typedef struct result_t
{
	bool failed;
	uint64_t hash;
	uint64_t events;
	usec_t healed_in;
} result_t;

static result_t run_seed(uint64_t seed, const options_t *o)
{
	sim_t *sim;
	result_t r;

	running = seed;
	sim = sim_create(seed, o->verbose);
	live(sim, o);
	r = (result_t){
		.failed = sim->failure[0] != '\0',
		.hash = sim->hash,
		.events = sim->events,
		.healed_in = sim->healed_in,
	};
	if (r.failed)
	{
		printf("seed %" PRIu64 ": %s\n"
			   "  to replay: %s --seed %" PRIu64 " --steps %u -v\n",
			   seed, sim->failure, program, seed, o->steps);
	}
	world = NULL;
	sim_destroy(sim);
	return r;
}

static void crashed(int signal)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "seed %" PRIu64 ": signal %d\n",
					 running, signal);

	(void)!write(2, line, (size_t)n);
	_exit(1);
}

static int usage(void)
{
	fprintf(stderr,
			"usage: %s [--seed N | --seeds FROM-TO] [--steps N] [--rounds N]"
			" [--twice] [-v]\n"
			"  --steps N  faults in a world (default: %d)\n"
			"  --rounds N times that all is made well meanwhile (default: %d)\n"
			"  --twice    runs each seed again and compares the traces\n"
			"  -v         prints the trace\n"
			"SIM_SEEDS=FROM-TO, where there are no arguments\n",
			program, STEPS, ROUNDS);
	return 2;
}

static bool parse(int argc, char *argv[], options_t *o)
{
	for (int i = 1; i < argc; i++)
	{
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(argv[i], "-v") == 0)
		{
			o->verbose = true;
		}
		else if (strcmp(argv[i], "--twice") == 0)
		{
			o->twice = true;
		}
		else if (strcmp(argv[i], "--seed") == 0 &&
				 sscanf(value, "%" SCNu64, &o->from) == 1)
		{
			o->to = o->from;
			i++;
		}
		else if (strcmp(argv[i], "--seeds") == 0 &&
				 sscanf(value, "%" SCNu64 "-%" SCNu64, &o->from, &o->to) == 2)
		{
			i++;
		}
		else if (strcmp(argv[i], "--rounds") == 0 &&
				 sscanf(value, "%u", &o->rounds) == 1 && o->rounds)
		{
			i++;
		}
		else if (strcmp(argv[i], "--steps") == 0 &&
				 sscanf(value, "%u", &o->steps) == 1)
		{
			i++;
		}
		else
		{
			return false;
		}
	}
	return o->from <= o->to;
}

int main(int argc, char *argv[])
{
	options_t o = {.from = 1, .to = 400, .steps = STEPS, .rounds = ROUNDS};
	unsigned failed = 0;
	uint64_t events = 0, digest = 0;
	usec_t healed = 0;
	const char *seeds = getenv("SIM_SEEDS");

	program = argv[0];
	if ((seeds && sscanf(seeds, "%" SCNu64 "-%" SCNu64, &o.from, &o.to) != 2) ||
		!parse(argc, argv, &o))
	{
		return usage();
	}
	signal(SIGABRT, crashed);
	signal(SIGSEGV, crashed);
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_set(o.verbose ? log_to_trace : log_to_nobody, &world,
			o.verbose ? LOGL_DEBUG : LOGL_ERROR);
	for (uint64_t seed = o.from; seed <= o.to; seed++)
	{
		result_t r = run_seed(seed, &o);

		failed += r.failed;
		events += r.events;
		digest = digest * DIGEST_PRIME ^ r.hash;
		healed = r.healed_in > healed ? r.healed_in : healed;
		if (o.twice && run_seed(seed, &o).hash != r.hash)
		{
			printf("seed %" PRIu64 ": two runs differ\n", seed);
			failed++;
		}
	}
	printf("%" PRIu64 " seeds, %u failed, %" PRIu64
		   " events, back after %.1f s at most\n",
		   o.to - o.from + 1, failed, events, (double)healed / (double)SEC);
	printf("digest of seeds %" PRIu64 " to %" PRIu64 ": %016" PRIx64 "\n",
		   o.from, o.to, digest);
	return failed != 0;
}
