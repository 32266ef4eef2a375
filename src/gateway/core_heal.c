/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Somebody's hand in what is ours. What was taken or changed is put back by
 * the ordinary way, which compares what should be with what is; here it is
 * said what was done and by whom, and what the kernel took along without a
 * word is struck from the mirror.
 */

#include "gateway/core_kernel.h"
#include "gateway/core_routes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/** lines in a second: a flush of a table is one deed, and many messages */
#define LINES_MAX 10

/** the kernel tells nobody of a sysctl that is written: those that were as we
 * want them are looked at this often, some 10 us each; more than that many take
 * more looks */
#define SYSCTLS_LOOK  (500 * USEC_PER_MSEC)
#define SYSCTLS_SLICE 100

/** lines of the log on others' deeds */
struct core_heal_t
{
	/** those that were seen to be as we want them */
	kernel_state_t held;
	/** until sysctls are looked at, and from which one on */
	cyg_timer_t sysctls;
	size_t next;
	usec_t since;
	unsigned lines;
	/** left out */
	unsigned more;
};

static void sysctls_due(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;
	size_t n = core->heal->held.n_sysctls;
	char value[24];

	for (size_t i = 0; i < n && i < SYSCTLS_SLICE; i++)
	{
		const kernel_sysctl_t *s =
			&core->heal->held.sysctls[core->heal->next++ % n];

		if (core->seams.kernel_ops->sysctl_get(core->seams.kernel, s->path,
											   value) ||
			strcmp(value, s->value) != 0)
		{
			core->plan_dirty = true;
		}
	}
	timer_start(core->seams.timers, timer, now + SYSCTLS_LOOK);
}

void core_heal_init(core_t *core, usec_t now)
{
	core->heal = mem_alloc(sizeof(*core->heal));
	kernel_state_init(&core->heal->held);
	timer_init(&core->heal->sysctls, sysctls_due, core);
	timer_start(core->seams.timers, &core->heal->sysctls, now + SYSCTLS_LOOK);
}

void core_heal_deinit(core_t *core)
{
	timer_stop(core->seams.timers, &core->heal->sysctls);
	kernel_state_deinit(&core->heal->held);
	free(core->heal);
}

void core_heal_flush(core_t *core)
{
	if (core->heal->more)
	{
		log_warn("and so were %u more things of ours", core->heal->more);
	}
	core->heal->more = core->heal->lines = 0;
}

static void say(core_t *core, usec_t now, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void say(core_t *core, usec_t now, const char *fmt, ...)
{
	char line[320];
	va_list args;

	if (now >= core->heal->since + USEC_PER_SEC)
	{
		core_heal_flush(core);
		core->heal->since = now;
	}
	if (core->heal->lines++ >= LINES_MAX)
	{
		core->heal->more++;
		return;
	}
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	log_warn("%s", line);
	core_event(core, VIEW_EVENT_KERNEL, "ours", "touched", "put back", line);
}

static const char *who(const core_t *core, const kernel_event_t *event,
					   char out[static KERNEL_WHO_MAX])
{
	if (core->seams.kernel_ops->who)
	{
		core->seams.kernel_ops->who(core->seams.kernel, event->port, out);
	}
	else
	{
		snprintf(out, KERNEL_WHO_MAX, "somebody");
	}
	return out;
}

/** a link that we made, and mean to keep as it is */
static const core_tunnel_t *tunnel_of(const core_t *core,
									  const kernel_link_t *link)
{
	for (size_t i = 0; link && i < core->n_tunnels; i++)
	{
		const core_tunnel_t *tunnel = core->tunnels[i];

		if (!tunnel->config->interface &&
			strcmp(tunnel->config->link, link->name) == 0 &&
			link->kind == KERNEL_LINK_XFRM && link->if_id == tunnel->if_id)
		{
			return tunnel;
		}
	}
	return NULL;
}

static void link_hand(core_t *core, const kernel_event_t *event, usec_t now)
{
	const kernel_link_t *link = &event->link;
	const kernel_link_t *old = kernel_state_link(&core->seen, link->index);
	const core_tunnel_t *tunnel = tunnel_of(core, old);
	char w[KERNEL_WHO_MAX];

	if (!tunnel)
	{
		return;
	}
	if (event->gone)
	{
		say(core, now, "%s deleted link %s: made again", who(core, event, w),
			old->name);
		return;
	}
	if (strcmp(old->name, link->name) != 0)
	{
		say(core, now, "%s renamed link %s to %s: made anew",
			who(core, event, w), old->name, link->name);
		return;
	}
	if (old->up && !link->up)
	{
		say(core, now, "%s set link %s down: set up again", who(core, event, w),
			link->name);
	}
	if (old->mtu == tunnel->mtu && link->mtu != tunnel->mtu)
	{
		say(core, now, "%s set the MTU of link %s to %u: set to %u again",
			who(core, event, w), link->name, link->mtu, tunnel->mtu);
	}
}

static void addr_hand(core_t *core, const kernel_event_t *event, usec_t now)
{
	const kernel_link_t *link =
		kernel_state_link(&core->seen, event->addr.link);
	const core_tunnel_t *tunnel = tunnel_of(core, link);
	char w[KERNEL_WHO_MAX], a[ADDR_STR_MAX];

	for (size_t i = 0; tunnel && i < tunnel->config->n_addresses; i++)
	{
		const ifaddr_t *ours = &tunnel->config->addresses[i];

		if (event->gone && addr_equal(&ours->addr, &event->addr.ifaddr.addr))
		{
			say(core, now, "%s removed address %s from link %s: added again",
				who(core, event, w), addr_format(&ours->addr, a), link->name);
		}
	}
}

static void rule_hand(core_t *core, const kernel_event_t *event, usec_t now)
{
	char w[KERNEL_WHO_MAX], a[ADDR_STR_MAX];

	if (event->gone && core_underlay(core, &event->rule.dst.addr))
	{
		say(core, now, "%s removed the rule that pins %s: written again",
			who(core, event, w), addr_format(&event->rule.dst.addr, a));
	}
}

static void route_hand(core_t *core, const kernel_event_t *event, usec_t now)
{
	const kernel_route_t *route = &event->route;
	char w[KERNEL_WHO_MAX], p[PREFIX_STR_MAX];

	if (!event->gone)
	{
		return;
	}
	if (route->table == KERNEL_PIN_TABLE)
	{
		say(core, now, "%s removed the pin of %s: written again",
			who(core, event, w), prefix_format(&route->dst, p));
	}
	else if (!route->nexthop)
	{
		say(core, now, "%s removed our unreachable route %s: written again",
			who(core, event, w), prefix_format(&route->dst, p));
	}
	else if (core_route_heal(core, route))
	{
		say(core, now, "%s removed our route %s: written again",
			who(core, event, w), prefix_format(&route->dst, p));
	}
}

/** the kernel takes routes along with a next hop, and names few of them */
static void nexthop_hand(core_t *core, const kernel_event_t *event, usec_t now)
{
	bool group = event->what == KERNEL_WHAT_GROUP;
	uint32_t id = group ? event->group.id : event->nexthop.id;
	char w[KERNEL_WHO_MAX];

	if (core->fib && core_kernel_ready(core) &&
		fib_touched(core->fib, id, event->gone))
	{
		say(core, now, "%s %s our next hop%s %u: written again%s",
			who(core, event, w), event->gone ? "removed" : "changed",
			group ? " group" : "", id, event->gone ? ", with its routes" : "");
	}
}

void core_heal_event(core_t *core, const kernel_event_t *event, usec_t now)
{
	if (event->dump || event->own || core->stopping || !core->config)
	{
		return;
	}
	switch (event->what)
	{
		case KERNEL_WHAT_LINK:
			link_hand(core, event, now);
			break;
		case KERNEL_WHAT_ADDR:
			addr_hand(core, event, now);
			break;
		case KERNEL_WHAT_RULE:
			if (event->ours)
			{
				rule_hand(core, event, now);
			}
			break;
		case KERNEL_WHAT_ROUTE:
			if (event->ours)
			{
				route_hand(core, event, now);
			}
			break;
		case KERNEL_WHAT_NEXTHOP:
		case KERNEL_WHAT_GROUP:
			if (event->ours)
			{
				nexthop_hand(core, event, now);
			}
			break;
		case KERNEL_WHAT_TABLE:
			break;
	}
}

void core_heal_link(core_t *core, const kernel_link_t *link,
					const kernel_link_t *old, bool gone)
{
	bool was = old && old->up && old->lower_up;
	bool is = !gone && link->up && link->lower_up;

	if (was && !is && core->fib)
	{
		fib_link_lost(core->fib, link->index);
	}
	if (!was && is)
	{
		/* while it was down there was no use in writing them */
		core->plan_dirty |=
			kernel_state_forget_routes(&core->seen, link->index);
	}
}

void core_heal_addr(core_t *core, const kernel_event_t *event, usec_t now)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core_underlay_end(core, core->tunnels[i], now);
	}
	/* routes from an IPv4 address go with it, and with the last one on a link
	 * all by that link */
	if (event->gone && !event->dump)
	{
		kernel_state_forget_routes(&core->seen, event->addr.link);
	}
}

void core_heal_sysctl(core_t *core, const kernel_sysctl_t *want,
					  const char *value)
{
	size_t i = 0;

	while (i < core->heal->held.n_sysctls &&
		   strcmp(core->heal->held.sysctls[i].path, want->path) != 0)
	{
		i++;
	}
	if (i < core->heal->held.n_sysctls &&
		(!value || strcmp(value, want->value) != 0))
	{
		if (value &&
			strcmp(core->heal->held.sysctls[i].value, want->value) == 0)
		{
			log_warn("somebody set %s to %s: set to %s again", want->path,
					 value, want->value);
			core_event(core, VIEW_EVENT_KERNEL, want->path, value, want->value,
					   "somebody had set it");
		}
		core->heal->held.sysctls[i] =
			core->heal->held.sysctls[--core->heal->held.n_sysctls];
	}
	else if (i == core->heal->held.n_sysctls && value &&
			 strcmp(value, want->value) == 0)
	{
		kernel_state_add_sysctl(&core->heal->held, want->path, want->value);
	}
}
