/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The control socket from its bytes to what the commands do: a client as the
 * server makes one, on a gateway without kernel, firewall and network, with one
 * neighbour that announced routes. The first byte says whether the client may
 * write and how its bytes are cut. Whatever it says, each line of an answer is
 * an object of the protocol, and no more final ones come than there were
 * requests.
 *
 * No input sees what another one left: the rings are new for each, and so is
 * the gateway after one that may have changed it. What an input takes it gives
 * back, or libFuzzer would look for a leak after each.
 */

#include "fuzz/fuzz.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "config/report.h"
#include "control/client.h"
#include "gateway/commands.h"
#include "gateway/gateway_private.h"
#include "unit/config/text_source.h"

#define NOW (1000 * USEC_PER_SEC)
/** turns of a client with one input: a stall is a find */
#define TURNS_MAX 200000

static const char file[] =
	"cygnet {\n asn = 65530\n router_id = 192.0.2.1\n"
	" advertise = 192.168.0.0/24, 2001:db8::/48\n"
	" neighbors {\n"
	"  edge {\n address = 192.0.2.2\n remote_as = 65531\n multihop = 2\n"
	"   local_address = 192.0.2.1\n reject_as_sets = no\n import = in\n"
	"   export = out\n }\n"
	"  core {\n address = 192.0.2.3\n remote_as = 65530\n multihop = 2\n"
	"   local_address = 192.0.2.1\n }\n }\n"
	" policies {\n"
	"  in {\n bad {\n match {\n prefixes = 10.9.0.0/16 le 32\n }\n"
	"    verdict = reject\n }\n"
	"   tag {\n match {\n community = 65531:*\n }\n"
	"    set {\n local_pref = 200\n delete_community = 65531:*\n }\n }\n"
	"   rest {\n }\n }\n"
	"  out {\n ours {\n match {\n source = advertise\n }\n"
	"    set {\n prepend = 2\n }\n }\n }\n }\n}\n";

/** OPEN of AS 65531, KEEPALIVE, and UPDATEs with most kinds of attributes */
static const uint8_t session[] = {
	/* clang-format off */
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 45, 1,
	4, 0xff, 0xfb, 0, 90, 192, 0, 2, 2, 16,
	2, 14, 1, 4, 0, 1, 0, 1, 2, 0, 65, 4, 0, 0, 0xff, 0xfb,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 19, 4,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 92, 2,
	0, 0, 0, 63,
	0x40, 1, 1, 0,
	0x40, 2, 16, 2, 1, 0, 0, 0xff, 0xfb, 1, 2, 0, 0, 0, 1, 0, 0, 0, 2,
	0x40, 3, 4, 192, 0, 2, 2,
	0x80, 4, 4, 0, 0, 0, 50,
	0xc0, 8, 8, 0xff, 0xfb, 0, 7, 0xff, 0xff, 0xff, 0x01,
	0xc0, 16, 8, 0, 2, 0xff, 0xfb, 0, 0, 0, 7,
	0xc0, 99, 1, 0,
	16, 10, 1, 16, 10, 9,
	/* clang-format on */
};

static bgp_peer_t *dialled;
static bgp_conn_t *open_conn;

/* -- a network in which one neighbour answers ------------------------------- */

static void net_listen(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
}

static void net_unlisten(void *net, bgp_peer_t *peer)
{
}

static void net_dial(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
	if (!strcmp(bgp_peer_name(peer), "edge"))
	{
		dialled = peer;
	}
}

static void net_dial_cancel(void *net, bgp_peer_t *peer)
{
	dialled = NULL;
}

static void net_output(void *net, bgp_conn_t *conn)
{
}

static void net_close(void *net, bgp_conn_t *conn)
{
	/* told at the end, by net_drop_all */
}

/** net is the core, once there is one */
static void net_drop_all(void *net)
{
	core_t *core = *(core_t **)net;

	if (open_conn)
	{
		bgp_conn_closed(core_bgp(core), open_conn, "the end", NOW);
		open_conn = NULL;
	}
}

static const net_ops_t net_ops = {
	.listen = net_listen,
	.unlisten = net_unlisten,
	.dial = net_dial,
	.dial_cancel = net_dial_cancel,
	.output = net_output,
	.close = net_close,
	.drop_all = net_drop_all,
};

/* -- the gateway -------------------------------------------------------------- */

static config_t *load(void *user, const char *path, config_report_t *report)
{
	config_source_t *source = text_source_create(file);
	config_t *config = config_load(source, report);

	source->destroy(source);
	fuzz_check(config);
	return config;
}

static void work(gateway_t *g)
{
	core_apply(g->core, g->now);
	for (unsigned i = 0; i < 1000 && core_work(g->core, g->now); i++)
	{
	}
}

static void establish(gateway_t *g)
{
	const addr_t local = addr_v4(0xc0000201);
	bgp_peer_info_t info;

	work(g);
	fuzz_check(dialled);
	open_conn = bgp_connected(core_bgp(g->core), dialled, &local, g->now);
	fuzz_check(open_conn);
	bgp_input(core_bgp(g->core), open_conn, session, sizeof(session), g->now);
	bgp_peer_info(dialled, &info);
	dialled = NULL;
	fuzz_check(info.state == BGP_ESTABLISHED && info.received[0] == 2);
	work(g);
}

/* -- the client --------------------------------------------------------------- */

typedef struct seen_t
{
	text_t text;
	size_t final;
} seen_t;

/** checks the whole lines that are there */
static void check_lines(seen_t *seen)
{
	char *end;

	while (seen->text.len && (end = strchr(seen->text.s, '\n')))
	{
		size_t len = (size_t)(end - seen->text.s);
		text_t rest = {0};
		json_object *obj, *value;

		*end = '\0';
		obj = json_tokener_parse(seen->text.s);
		fuzz_check(json_object_is_type(obj, json_type_object));
		fuzz_check(json_object_object_get_ex(obj, "v", &value) &&
				   json_object_get_int(value) == 1);
		if (json_object_object_get_ex(obj, "part", &value))
		{
			fuzz_check(json_object_is_type(value, json_type_array));
		}
		else
		{
			bool good;

			fuzz_check(json_object_object_get_ex(obj, "ok", &value));
			good = json_object_get_boolean(value);
			fuzz_check(json_object_object_get_ex(obj, good ? "data" : "error",
												 &value));
			seen->final++;
		}
		json_object_put(obj);
		text_add_len(&rest, seen->text.s + len + 1, seen->text.len - len - 1);
		text_deinit(&seen->text);
		seen->text = rest;
	}
}

static void hear(int fd, seen_t *seen)
{
	char buf[16384];
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
	{
		fuzz_check(!memchr(buf, '\0', (size_t)n));
		text_add_len(&seen->text, buf, (size_t)n);
	}
	check_lines(seen);
}

static size_t lines_in(const uint8_t *data, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
	{
		n += data[i] == '\n';
	}
	return n;
}

/** something happens: who waits for it hears of it, all others do not; false:
 * the client is gone */
static bool happen(gateway_t *g, client_t *client, int fd, seen_t *seen)
{
	bool follows = client_follows(client), alive = true;

	events_add(g->events, 1000, VIEW_EVENT_NEIGHBOR, "edge", "Established",
			   "Idle", "hold timer");
	lines_add(g->lines, 1000, LOGL_NOTICE, "neighbor edge: hold timer");
	fuzz_check(client_wake(client) == follows);
	for (unsigned i = 0; alive && client_writing(client); i++)
	{
		fuzz_check(i < TURNS_MAX);
		alive = client_serve(client, false);
		hear(fd, seen);
	}
	fuzz_check(!alive || client_waits(client) == follows);
	return alive;
}

/** says the bytes in pieces, and hears what comes back */
static void talk(gateway_t *g, bool write, size_t piece, const uint8_t *data,
				 size_t size)
{
	seen_t seen = {.final = 0};
	size_t at = 0;
	bool alive = true;
	client_t *client;
	int fds[2];

	fuzz_check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
	client = client_create(fds[0], write, gateway_commands, g);
	for (unsigned i = 0; alive; i++)
	{
		size_t len = size - at < piece ? size - at : piece;

		fuzz_check(i < TURNS_MAX);
		if (!client_writing(client))
		{
			if (!len)
			{
				break;
			}
			if (!happen(g, client, fds[1], &seen))
			{
				break;
			}
			fuzz_check(send(fds[1], data + at, len, 0) == (ssize_t)len);
			at += len;
			alive = client_serve(client, true);
		}
		else
		{
			alive = client_serve(client, false);
		}
		hear(fds[1], &seen);
	}
	if (alive)
	{
		happen(g, client, fds[1], &seen);
	}
	client_destroy(client);
	close(fds[0]);
	hear(fds[1], &seen);
	close(fds[1]);
	/* one more: a line that has no end is told so */
	fuzz_check(seen.final <= lines_in(data, size) + 1);
	text_deinit(&seen.text);
}

static void quiet(void *user, log_level_t level, const char *line)
{
}

static core_t *core;
static timers_t *timers;
static gateway_t *gateway;

/** histories are not kept here */
static void no_file(cyg_timer_t *timer, void *user, usec_t now)
{
}

static void rings_make(void)
{
	gateway->events = events_create();
	gateway->lines = lines_create();
	lines_add(gateway->lines, 1000, LOGL_INFO, "neighbor edge: it works");
	events_add(gateway->events, 1000, VIEW_EVENT_NEIGHBOR, "edge", "Idle",
			   "Established", "it works");
}

static void rings_free(void)
{
	events_destroy(gateway->events);
	lines_destroy(gateway->lines);
}

static void gateway_make(void)
{
	core_seams_t seams;

	log_set(quiet, NULL, LOGL_ERROR);
	timers = timers_create();
	seams = (core_seams_t){
		.kernel_problem = "there is none",
		.firewall_problem = "there is none",
		.net_ops = &net_ops,
		.net = &core,
		.timers = timers,
	};
	gateway = mem_alloc(sizeof(*gateway));
	core = gateway->core = core_create(&seams, NULL, 1, NOW);
	gateway->now = NOW + USEC_PER_SEC;
	gateway->load = load;
	gateway->timers = timers;
	gateway_config_open(gateway);
	timer_init(&gateway->events_timer, no_file, gateway);
	rings_make();
	fuzz_check(gateway_load(gateway));
	establish(gateway);
}

static void gateway_free(void)
{
	work(gateway);
	core_stop_peers(core, gateway->now);
	gateway_config_close(gateway);
	timer_stop(timers, &gateway->events_timer);
	core_destroy(core, gateway->now);
	timers_destroy(timers);
	rings_free();
	free(gateway);
	core = NULL;
	gateway = NULL;
}

/** could a command have been run that changes something? A name may be written
 * with escapes, too */
static bool may_change(const uint8_t *data, size_t size)
{
	for (const control_command_t *c = gateway_commands; c->name; c++)
	{
		if (c->write && memmem(data, size, c->name, strlen(c->name)))
		{
			return true;
		}
	}
	return memchr(data, '\\', size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool write = size && data[0] & 1;

	if (!size)
	{
		return 0;
	}
	if (!gateway)
	{
		gateway_make();
	}
	talk(gateway, write, data[0] & 2 ? 7 : 2000, data + 1, size - 1);
	if (write && may_change(data, size))
	{
		gateway_free();
		gateway_make();
	}
	else
	{
		rings_free();
		rings_make();
	}
	return 0;
}
