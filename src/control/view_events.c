/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Events and lines of the log, oldest first, with the wall clock's time as RFC 3339 has it. */

#include "control/view.h"

#include <stdio.h>

#include "control/json.h"

const char *view_event_kind(view_event_kind_t kind)
{
	static const char *const names[] = {
		[VIEW_EVENT_TUNNEL] = "tunnel", [VIEW_EVENT_NEIGHBOR] = "neighbor",
		[VIEW_EVENT_BUNDLE] = "bundle", [VIEW_EVENT_CONFIG] = "config",
		[VIEW_EVENT_KERNEL] = "kernel", [VIEW_EVENT_FIREWALL] = "firewall",
	};

	return kind < countof(names) ? names[kind] : "?";
}

/** civil date of a day since 1970 (proleptic Gregorian): gmtime is the clock's
 * caller's, and this is arithmetic alone */
static void date_of(uint64_t days, unsigned *y, unsigned *m, unsigned *d)
{
	/* years from March on, in eras of 400 years */
	uint64_t z = days + 719468, era = z / 146097, doe = z - era * 146097;
	uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100),
			 mp = (5 * doy + 2) / 153;

	*d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*y = (unsigned)(yoe + era * 400 + (*m <= 2));
}

static void put_time(json_object *obj, uint64_t wall)
{
	uint64_t seconds = wall / USEC_PER_SEC, of_day = seconds % 86400;
	unsigned y, m, d;
	char text[64];

	date_of(seconds / 86400, &y, &m, &d);
	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", y, m, d,
			 (unsigned)(of_day / 3600), (unsigned)(of_day / 60 % 60),
			 (unsigned)(of_day % 60),
			 (unsigned)(wall % USEC_PER_SEC / USEC_PER_MSEC));
	put_str(obj, "time", text);
}

void view_event(json_object *array, const view_event_t *e)
{
	json_object *o = put_item(array);

	put_num(o, "seq", e->seq);
	put_time(o, e->wall);
	put_str(o, "kind", view_event_kind(e->kind));
	put_str(o, "name", e->name);
	put_str(o, "from", e->from);
	put_str(o, "to", e->to);
	put_str(o, "why", e->why);
}

json_object *view_events(const view_event_t *const *events, size_t n)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < n; i++)
	{
		view_event(array, events[i]);
	}
	return array;
}

void view_lost(json_object *array, uint64_t seq, const uint64_t *count)
{
	json_object *o = put_item(array);

	put_num(o, "seq", seq);
	if (count)
	{
		put_num(o, "lost", *count);
	}
	else
	{
		put_str(o, "lost", NULL);
	}
}

void view_line(json_object *array, const view_line_t *line)
{
	json_object *o = put_item(array);

	put_num(o, "seq", line->seq);
	put_time(o, line->wall);
	put_str(o, "level", log_level_name(line->level));
	put_str(o, "line", line->text);
}
