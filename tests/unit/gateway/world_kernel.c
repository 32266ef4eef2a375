/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The fake kernel: it keeps a state and tells of each change as the real one
 * does, its own and others', so that what the core does on a notification is
 * tested with it. Without Check, as the simulation runs on it, too.
 */

#include "unit/gateway/world_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXTERNAL_LINK WORLD_EXTERNAL
/** RTPROT_DHCP of linux/rtnetlink.h */
#define PROTO_DHCP 16

static void require(bool holds)
{
	if (!holds)
	{
		abort();
	}
}

void world_event(world_t *w, kernel_event_t e)
{
	require(w->n_events < countof(w->events));
	w->events[w->n_events++] = e;
}

void world_link_event(world_t *w, const kernel_link_t *link, bool gone,
					  bool own)
{
	kernel_event_t e = {.what = KERNEL_WHAT_LINK, .gone = gone, .own = own};

	e.ours = link->alias[0] != '\0';
	e.link = *link;
	world_event(w, e);
}

static kernel_link_t *link_named(world_t *w, const char *name)
{
	for (size_t i = 0; i < w->state.n_links; i++)
	{
		if (strcmp(w->state.links[i].name, name) == 0)
		{
			return &w->state.links[i];
		}
	}
	return NULL;
}

/** the kernel takes a link's addresses along, and says so */
static void drop_addrs(world_t *w, uint32_t link)
{
	for (size_t i = w->state.n_addrs; i-- > 0;)
	{
		kernel_event_t e = {.what = KERNEL_WHAT_ADDR, .gone = true};

		e.addr = w->state.addrs[i];
		if (e.addr.link == link)
		{
			e.ours = e.addr.protocol == KERNEL_PROTO;
			kernel_state_addr_event(&w->state, &e.addr, true);
			world_event(w, e);
		}
	}
}

static void delete_link(world_t *w, kernel_link_t link, bool own)
{
	drop_addrs(w, link.index);
	kernel_state_link_event(&w->state, &link, true);
	fake_kernel_link(w->kernel, link.index, false);
	world_link_event(w, &link, true, own);
}

static int apply_link(world_t *w, const kernel_op_t *op)
{
	kernel_link_t link = op->link, *there = link_named(w, link.name);

	if (op->kind == KERNEL_LINK_ADD)
	{
		if (there)
		{
			return -EEXIST;
		}
		link.index = w->next_index++;
		link.up = link.lower_up = link.point_to_point = true;
		kernel_state_add_link(&w->state, &link);
		world_link_event(w, &link, false, true);
		return 0;
	}
	if (!there)
	{
		return -ENODEV;
	}
	if (op->kind == KERNEL_LINK_DEL)
	{
		delete_link(w, *there, true);
		return 0;
	}
	there->mtu = link.mtu;
	memcpy(there->alias, link.alias, sizeof(there->alias));
	if (link.up && !there->up)
	{
		there->up = there->lower_up = true;
		fake_kernel_link(w->kernel, there->index, true);
	}
	world_link_event(w, there, false, true);
	return 0;
}

static int apply_small(world_t *w, const kernel_op_t *op)
{
	kernel_event_t e = {.own = true, .ours = true};

	switch (op->kind)
	{
		case KERNEL_LINK_ADD:
		case KERNEL_LINK_SET:
		case KERNEL_LINK_DEL:
			return apply_link(w, op);
		case KERNEL_ADDR_ADD:
		case KERNEL_ADDR_DEL:
			e.what = KERNEL_WHAT_ADDR;
			e.gone = op->kind == KERNEL_ADDR_DEL;
			e.addr = op->addr;
			kernel_state_addr_event(&w->state, &e.addr, e.gone);
			world_event(w, e);
			return 0;
		case KERNEL_RULE_ADD:
		case KERNEL_RULE_DEL:
			e.what = KERNEL_WHAT_RULE;
			e.gone = op->kind == KERNEL_RULE_DEL;
			e.rule = op->rule;
			kernel_state_rule_event(&w->state, &e.rule, e.gone);
			world_event(w, e);
			return 0;
		case KERNEL_SYSCTL_SET:
			kernel_state_add_sysctl(&w->state, op->sysctl.path,
									op->sysctl.value);
			return 0;
		case KERNEL_NEXTHOP_SET:
		case KERNEL_NEXTHOP_DEL:
		case KERNEL_GROUP_SET:
		case KERNEL_ROUTE_SET:
		case KERNEL_ROUTE_DEL:
			break;
	}
	if (op->kind == KERNEL_ROUTE_SET && w->refuse_routes)
	{
		w->refuse_routes--;
		return -ENOBUFS;
	}
	return fake_kernel_apply(w->kernel, op);
}

static bool is_pin(const kernel_op_t *op)
{
	return (op->kind == KERNEL_ROUTE_SET || op->kind == KERNEL_ROUTE_DEL) &&
		   !op->route.nexthop &&
		   (op->route.table == KERNEL_PIN_TABLE ||
			op->route.type == KERNEL_UNREACHABLE);
}

static int pin(world_t *w, const kernel_op_t *op)
{
	kernel_event_t e = {.what = KERNEL_WHAT_ROUTE, .own = true, .ours = true};
	const kernel_link_t *link = kernel_state_link(&w->state, op->route.link);

	e.gone = op->kind == KERNEL_ROUTE_DEL;
	e.route = op->route;
	if (!e.gone && op->route.type == KERNEL_UNICAST && link && !link->up)
	{
		return -ENETDOWN;
	}
	kernel_state_route_event(&w->state, &e.route, e.gone);
	world_event(w, e);
	return 0;
}

/** IKE would go into its own tunnel */
static void look_for_gap(world_t *w)
{
	addr_t any = addr_v4(0);
	prefix_t all = prefix_make(&any, 0);

	w->pin_gap |=
		fake_kernel_route(w->kernel, &all, 254, METRIC) && !w->state.n_rules;
}

static unsigned kernel_write(void *kernel, const kernel_op_t *ops, size_t n,
							 int *errors)
{
	world_t *w = kernel;
	unsigned failed = 0;

	for (size_t i = 0; i < n; i++)
	{
		errors[i] = 0;
		w->writes++;
		if (is_pin(&ops[i]))
		{
			errors[i] = pin(w, &ops[i]);
		}
		else
		{
			errors[i] = apply_small(w, &ops[i]);
		}
		failed += errors[i] != 0;
		look_for_gap(w);
	}
	return failed;
}

static bool kernel_write_begin(void *kernel, const kernel_op_t *ops, size_t n,
							   int *errors)
{
	world_t *w = kernel;

	require(!w->beside_due);
	for (size_t i = 0; i < n; i++)
	{
		require(ops[i].kind == KERNEL_ROUTE_SET ||
				ops[i].kind == KERNEL_ROUTE_DEL);
	}
	if (!w->beside)
	{
		return false;
	}
	w->beside_due = w->now + w->beside;
	w->beside_ops = ops;
	w->beside_n = n;
	w->beside_errors = errors;
	w->n_beside++;
	return true;
}

/** as late as can be: the real one has some of them in the kernel before */
static bool kernel_write_end(void *kernel, bool wait, unsigned *failed)
{
	world_t *w = kernel;

	*failed = 0;
	if (!w->beside_due)
	{
		return true;
	}
	if (!wait && w->now < w->beside_due)
	{
		return false;
	}
	w->n_beside_waits += w->now < w->beside_due;
	w->beside_due = 0;
	*failed = kernel_write(w, w->beside_ops, w->beside_n, w->beside_errors);
	return true;
}

static int kernel_dump(void *kernel, kernel_what_t what)
{
	world_t *w = kernel;

	w->dumps |= 1u << what;
	return 0;
}

static int kernel_dump_table(void *kernel, uint32_t table, uint8_t protocol)
{
	world_t *w = kernel;

	require(!w->table_wanted);
	w->table_wanted = true;
	w->table = table;
	w->table_protocol = protocol;
	w->table_dumps++;
	return 0;
}

static int kernel_route_get(void *kernel, const addr_t *dst,
							kernel_route_t *out)
{
	world_t *w = kernel;

	const kernel_route_t *best = NULL;

	memset(out, 0, sizeof(*out));
	w->lookups++;
	for (unsigned i = 0; i < w->n_foreign; i++)
	{
		const kernel_route_t *r = &w->foreign[i];

		if (r->table == 254 && prefix_contains_addr(&r->dst, dst) &&
			(!best || r->dst.len > best->dst.len))
		{
			best = r;
		}
	}
	if (best)
	{
		*out = *best;
		return best->type == KERNEL_UNICAST ? 0 : -ENETUNREACH;
	}
	if (!w->underlay)
	{
		return -ENETUNREACH;
	}
	out->dst.addr = *dst;
	out->dst = prefix_make(&out->dst.addr, 0);
	out->link = EXTERNAL_LINK;
	addr_parse(w->gateway ? w->gateway : "198.51.100.254", &out->gateway);
	if (w->source)
	{
		addr_parse(w->source, &out->source);
	}
	return 0;
}

static int kernel_sysctl_get(void *kernel, const char *path,
							 char value[static 24])
{
	world_t *w = kernel;

	strcpy(value, "0");
	for (size_t i = 0; i < w->state.n_sysctls; i++)
	{
		if (strcmp(w->state.sysctls[i].path, path) == 0)
		{
			strcpy(value, w->state.sysctls[i].value);
		}
	}
	return 0;
}

static int kernel_sas_dump(void *kernel, kernel_sa_fn_t fn, void *user)
{
	world_t *w = kernel;

	w->sa_dumps++;
	for (unsigned i = 0; i < w->n_sas; i++)
	{
		fn(user, &w->sas[i]);
	}
	return w->sa_dump_error;
}

/** all are there but those that a test took */
static int kernel_sas_get(void *kernel, const kernel_sa_t *sa, kernel_sa_t *out)
{
	world_t *w = kernel;

	*out = *sa;
	out->keyed = true;
	for (unsigned i = 0; i < w->n_sas; i++)
	{
		if (w->sas[i].spi == sa->spi)
		{
			*out = w->sas[i];
		}
	}
	for (unsigned i = 0; i < w->n_lost; i++)
	{
		if (w->lost[i] == sa->spi)
		{
			return -ESRCH;
		}
	}
	return 0;
}

static int kernel_sas_delete(void *kernel, const kernel_sa_t *sa)
{
	world_t *w = kernel;

	for (unsigned i = 0; i < w->n_sas; i++)
	{
		if (w->sas[i].spi == sa->spi)
		{
			w->sas[i] = w->sas[--w->n_sas];
			return 0;
		}
	}
	return -ESRCH;
}

static int kernel_sps_dump(void *kernel, kernel_sp_fn_t fn, void *user)
{
	world_t *w = kernel;

	for (unsigned i = 0; i < w->n_sps; i++)
	{
		fn(user, &w->sps[i]);
	}
	return 0;
}

static int kernel_sps_delete(void *kernel, const kernel_sp_t *sp)
{
	world_t *w = kernel;

	for (unsigned i = 0; i < w->n_sps; i++)
	{
		if (w->sps[i].index == sp->index && w->sps[i].dir == sp->dir)
		{
			w->sps[i] = w->sps[--w->n_sps];
			return 0;
		}
	}
	return -ENOENT;
}

/** each link has its own */
static int kernel_stats(void *kernel, kernel_link_stats_fn_t fn, void *user)
{
	world_t *w = kernel;

	w->stats_asked++;
	/* in another order than ours */
	for (size_t i = w->state.n_links; i-- > 0;)
	{
		const kernel_link_t *link = &w->state.links[i];
		kernel_link_stats_t stats = {
			.rx_bytes = 1000 + link->index,
			.tx_packets = link->index,
		};

		fn(user, link->name, &stats);
	}
	fn(user, "nobody's", &(kernel_link_stats_t){.rx_bytes = 1});
	return 0;
}

static int kernel_xfrm_counters(void *kernel, kernel_counter_t *out, size_t max)
{
	require(max > 0);
	out[0] = (kernel_counter_t){"XfrmInNoStates", 17};
	return 1;
}

static void kernel_who_said(void *kernel, uint32_t port,
							char out[static KERNEL_WHO_MAX])
{
	snprintf(out, KERNEL_WHO_MAX, "%s (pid %u)", port ? "ip" : "somebody",
			 port);
}

const kernel_ops_t world_kernel_ops = {
	.write = kernel_write,
	.write_begin = kernel_write_begin,
	.write_end = kernel_write_end,
	.dump = kernel_dump,
	.dump_table = kernel_dump_table,
	.route_get = kernel_route_get,
	.sysctl_get = kernel_sysctl_get,
	.sa_dump = kernel_sas_dump,
	.sa_get = kernel_sas_get,
	.sa_delete = kernel_sas_delete,
	.sp_dump = kernel_sps_dump,
	.sp_delete = kernel_sps_delete,
	.links_stats = kernel_stats,
	.xfrm_stat = kernel_xfrm_counters,
	.who = kernel_who_said,
};

static void seen_nexthop(void *user, const kernel_nexthop_t *nexthop)
{
	world_t *w = user;
	kernel_event_t e = {
		.what = KERNEL_WHAT_NEXTHOP, .dump = true, .ours = true};

	e.nexthop = *nexthop;
	core_kernel_event(w->core, &e, w->now);
}

static void seen_group(void *user, const kernel_group_t *group)
{
	world_t *w = user;
	kernel_event_t e = {.what = KERNEL_WHAT_GROUP, .dump = true, .ours = true};

	e.group = *group;
	core_kernel_event(w->core, &e, w->now);
}

static void seen_route(void *user, const kernel_route_t *route)
{
	world_t *w = user;
	kernel_event_t e = {.what = KERNEL_WHAT_ROUTE, .dump = true, .ours = true};

	e.route = *route;
	core_kernel_event(w->core, &e, w->now);
}

static void dump(world_t *w, kernel_what_t what)
{
	kernel_event_t e = {.what = what, .dump = true, .ours = true};

	switch (what)
	{
		case KERNEL_WHAT_LINK:
			for (size_t i = 0; i < w->state.n_links; i++)
			{
				e.link = w->state.links[i];
				e.ours = e.link.alias[0] != '\0';
				core_kernel_event(w->core, &e, w->now);
			}
			break;
		case KERNEL_WHAT_ADDR:
			for (size_t i = 0; i < w->state.n_addrs; i++)
			{
				e.addr = w->state.addrs[i];
				core_kernel_event(w->core, &e, w->now);
			}
			break;
		case KERNEL_WHAT_RULE:
			for (size_t i = 0; i < w->state.n_rules; i++)
			{
				e.rule = w->state.rules[i];
				core_kernel_event(w->core, &e, w->now);
			}
			break;
		case KERNEL_WHAT_ROUTE:
			for (size_t i = 0; i < w->state.n_routes; i++)
			{
				e.route = w->state.routes[i];
				core_kernel_event(w->core, &e, w->now);
			}
			fake_kernel_dump(w->kernel, NULL, NULL, seen_route, w);
			break;
		case KERNEL_WHAT_NEXTHOP:
			fake_kernel_dump(w->kernel, seen_nexthop, seen_group, NULL, w);
			break;
		case KERNEL_WHAT_GROUP:
		case KERNEL_WHAT_TABLE:
			break;
	}
	core_kernel_dumped(w->core, what, 0, w->now);
}

static void dump_table(world_t *w)
{
	kernel_event_t e = {.what = KERNEL_WHAT_ROUTE, .dump = true};
	int error = w->table_errors ? -EINTR : 0;

	w->table_errors -= w->table_errors > 0;
	for (unsigned i = 0; !error && i < w->n_foreign; i++)
	{
		e.route = w->foreign[i];
		if (e.route.table == w->table && e.route.protocol == w->table_protocol)
		{
			core_kernel_event(w->core, &e, w->now);
		}
	}
	w->table_wanted = false;
	core_kernel_dumped(w->core, KERNEL_WHAT_TABLE, error, w->now);
}

void world_kernel_step(world_t *w)
{
	unsigned dumps = w->no_dumps ? 0 : w->dumps;

	for (unsigned i = 0; i < w->n_events; i++)
	{
		kernel_event_t e = w->events[i];

		core_kernel_event(w->core, &e, w->now);
	}
	w->n_events = 0;
	w->dumps &= ~dumps;
	for (unsigned what = 0; what <= KERNEL_WHAT_RULE; what++)
	{
		if (dumps & (1u << what))
		{
			dump(w, (kernel_what_t)what);
		}
	}
	if (w->table_wanted)
	{
		dump_table(w);
	}
}

void world_addr(world_t *w, uint32_t link, const char *text, bool there)
{
	kernel_event_t e = {.what = KERNEL_WHAT_ADDR, .gone = !there};

	e.addr.link = link;
	require(ifaddr_parse(text, &e.addr.ifaddr));
	kernel_state_addr_event(&w->state, &e.addr, !there);
	world_event(w, e);
}

void world_foreign(world_t *w, const char *prefix, uint8_t protocol,
				   uint32_t table, uint32_t metric, uint32_t link,
				   const char *gateway, bool there)
{
	kernel_event_t e = {.what = KERNEL_WHAT_ROUTE, .gone = !there};
	kernel_route_t *r = &e.route;

	r->protocol = protocol;
	r->table = table;
	r->metric = metric;
	r->link = link;
	require(prefix_parse(prefix, &r->dst));
	require(!gateway || addr_parse(gateway, &r->gateway));
	if (there)
	{
		require(w->n_foreign < countof(w->foreign));
		w->foreign[w->n_foreign++] = *r;
	}
	else
	{
		for (unsigned i = w->n_foreign; i-- > 0;)
		{
			if (prefix_equal(&w->foreign[i].dst, &r->dst) &&
				w->foreign[i].protocol == protocol &&
				w->foreign[i].table == table && w->foreign[i].metric == metric)
			{
				w->foreign[i] = w->foreign[--w->n_foreign];
			}
		}
	}
	world_event(w, e);
}

void world_link_set(world_t *w, unsigned i, bool up)
{
	kernel_link_t link = *world_link(w, i);

	link.up = link.lower_up = up;
	kernel_state_link_event(&w->state, &link, false);
	fake_kernel_link(w->kernel, link.index, up);
	world_link_event(w, &link, false, false);
}

void world_external_set(world_t *w, bool up)
{
	kernel_link_t link = *kernel_state_link(&w->state, EXTERNAL_LINK);

	if (link.up == up)
	{
		return;
	}
	link.up = link.lower_up = w->underlay = up;
	for (size_t i = w->state.n_routes; !up && i-- > 0;)
	{
		kernel_route_t route = w->state.routes[i];

		if (route.link == EXTERNAL_LINK)
		{
			kernel_state_route_event(&w->state, &route, true);
		}
	}
	kernel_state_link_event(&w->state, &link, false);
	world_link_event(w, &link, false, false);
}

void world_external_gateway(world_t *w, const char *gateway)
{
	kernel_event_t e = {.what = KERNEL_WHAT_ROUTE, .replaced = true};

	w->gateway = gateway;
	e.route.table = 254;
	e.route.protocol = PROTO_DHCP;
	e.route.link = EXTERNAL_LINK;
	e.route.dst.addr = addr_v4(0);
	require(addr_parse(gateway, &e.route.gateway));
	world_event(w, e);
}

void world_external_mtu(world_t *w, uint32_t mtu)
{
	kernel_link_t link = *kernel_state_link(&w->state, EXTERNAL_LINK);

	link.mtu = mtu;
	kernel_state_link_event(&w->state, &link, false);
	world_link_event(w, &link, false, false);
}

void world_foreign_link_gone(world_t *w, const kernel_link_t *link)
{
	delete_link(w, *link, false);
}

void world_link_rename(world_t *w, const char *from, const char *to)
{
	kernel_link_t link;

	require(link_named(w, from) && strlen(to) < sizeof(link.name));
	link = *link_named(w, from);
	strcpy(link.name, to);
	kernel_state_link_event(&w->state, &link, false);
	world_link_event(w, &link, false, false);
}

void world_link_delete(world_t *w, unsigned i)
{
	delete_link(w, *world_link(w, i), false);
}

void world_addr_delete(world_t *w, const kernel_addr_t *addr)
{
	kernel_event_t e = {.what = KERNEL_WHAT_ADDR, .gone = true, .ours = true};

	e.addr = *addr;
	kernel_state_addr_event(&w->state, &e.addr, true);
	world_event(w, e);
}

void world_rule_delete(world_t *w, const kernel_rule_t *rule)
{
	kernel_event_t e = {.what = KERNEL_WHAT_RULE, .gone = true, .ours = true};

	e.rule = *rule;
	kernel_state_rule_event(&w->state, &e.rule, true);
	world_event(w, e);
}

void world_route_delete(world_t *w, const kernel_route_t *route)
{
	kernel_event_t e = {.what = KERNEL_WHAT_ROUTE, .gone = true, .ours = true};
	kernel_op_t op = {.kind = KERNEL_ROUTE_DEL};

	e.route = op.route = *route;
	if (route->nexthop)
	{
		fake_kernel_apply(w->kernel, &op);
	}
	else
	{
		kernel_state_route_event(&w->state, &e.route, true);
	}
	world_event(w, e);
}

void world_nexthop_delete(world_t *w, uint32_t id)
{
	const kernel_nexthop_t *hop = fake_kernel_nexthop(w->kernel, id);
	const kernel_group_t *group = fake_kernel_group(w->kernel, id);
	kernel_event_t e = {.gone = true, .ours = true};

	e.what = hop ? KERNEL_WHAT_NEXTHOP : KERNEL_WHAT_GROUP;
	if (hop)
	{
		e.nexthop = *hop;
	}
	else if (group)
	{
		e.group = *group;
	}
	fake_kernel_forget(w->kernel, id);
	world_event(w, e);
}

const kernel_link_t *world_link(const world_t *w, unsigned i)
{
	const char *name;

	/* asked for at each step of each simulation */
	for (size_t k = 0; k < w->state.n_links; k++)
	{
		name = w->state.links[k].name;
		if (name[0] == 'c' && name[5] == (char)('1' + (int)i) && !name[6])
		{
			return &w->state.links[k];
		}
	}
	return NULL;
}

world_t *world_host_create(void)
{
	world_t *w = mem_alloc(sizeof(*w));
	kernel_link_t external = {.index = EXTERNAL_LINK,
							  .name = "eth0",
							  .mtu = 1500,
							  .up = true,
							  .lower_up = true};

	w->now = USEC_PER_SEC;
	w->underlay = true;
	w->next_index = 10;
	w->timers = timers_create();
	w->kernel = fake_kernel_create();
	kernel_state_init(&w->state);
	kernel_state_add_link(&w->state, &external);
	fw_model_init(&w->firewall);
	return w;
}

core_seams_t world_host_seams(world_t *w)
{
	return (core_seams_t){
		.kernel_ops = &world_kernel_ops,
		.kernel = w,
		.fw_ops = &world_fw_ops,
		.firewall = w,
		.timers = w->timers,
	};
}

void world_host_destroy(world_t *w)
{
	timers_destroy(w->timers);
	fake_kernel_destroy(w->kernel);
	kernel_state_deinit(&w->state);
	fw_model_deinit(&w->firewall);
	free(w);
}
