/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Families of metrics in the making, as view_metrics hands them out. Inside
 * src/control only.
 */

#ifndef CYGNET_CONTROL_METRIC_H
#define CYGNET_CONTROL_METRIC_H

#include "control/view.h"

typedef enum metric_kind_t
{
	/** there is no such thing: no sample */
	METRIC_NONE,
	/** there is, and its value is not known now */
	METRIC_UNKNOWN,
	METRIC_COUNT,
	/** in microseconds */
	METRIC_TIME,
	/** in millionths */
	METRIC_RATIO,
} metric_kind_t;

typedef struct metric_value_t
{
	metric_kind_t kind;
	uint64_t value;
} metric_value_t;

/** type: counter, gauge, info, stateset or histogram; unit "": none */
typedef struct metric_t
{
	const char *name;
	const char *type;
	const char *unit;
	const char *help;
} metric_t;

static inline metric_value_t metric_count(uint64_t value)
{
	return (metric_value_t){METRIC_COUNT, value};
}

static inline metric_value_t metric_time(usec_t value)
{
	return (metric_value_t){METRIC_TIME, value};
}

/** a moment of ours as seconds since 1970, 0 if it never was */
static inline metric_value_t metric_moment(const view_state_t *state,
										   usec_t moment)
{
	return metric_time(moment && moment <= state->now
						   ? state->wall - (state->now - moment)
						   : 0);
}

/** adds a family; its array of samples, borrowed */
json_object *metric_family(json_object *families, const metric_t *metric);
/** adds a sample; the object of its labels, borrowed; NULL: there is none */
json_object *metric_sample(json_object *samples, metric_value_t value);

/* the rows of all things of a kind: 0 when all are told, else the number of
 * samples that were added */
size_t metric_tunnels(const view_state_t *state, size_t row,
					  json_object *families);
size_t metric_neighbors(const view_state_t *state, size_t row,
						json_object *families);

#endif
