/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Metrics of neighbours: a row a family, a sample a neighbour or more. */

#include "control/metric.h"

#include <stdio.h>

#include "control/json.h"

/** adds a sample of a neighbour; its labels */
static json_object *sample(json_object *samples, const view_neighbor_t *n,
						   metric_value_t value)
{
	json_object *labels = metric_sample(samples, value);

	put_str(labels, "neighbor", bgp_peer_name(n->peer));
	put_str(labels, "tunnel", n->tunnel ? n->tunnel->name : "");
	return labels;
}

typedef struct row_t
{
	metric_t metric;
	/** adds its samples */
	void (*add)(json_object *samples, const view_state_t *state,
				const view_neighbor_t *n, const bgp_peer_info_t *info);
} row_t;

static void configuration(json_object *samples, const view_state_t *state,
						  const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	json_object *labels = sample(samples, n, metric_count(1));
	char text[16];

	put_addr(labels, "address", &n->config->address);
	snprintf(text, sizeof(text), "%u", bgp_peer_config(n->peer)->remote_as);
	put_str(labels, "remote_as", text);
}

static void up(json_object *samples, const view_state_t *state,
			   const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	sample(samples, n, metric_count(info->state == BGP_ESTABLISHED));
}

static void states(json_object *samples, const view_state_t *state,
				   const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	static const bgp_state_t all[] = {BGP_IDLE,        BGP_CONNECT,
									  BGP_ACTIVE,      BGP_OPENSENT,
									  BGP_OPENCONFIRM, BGP_ESTABLISHED};

	for (size_t i = 0; i < countof(all); i++)
	{
		/* a state set has its own name for a label */
		put_str(sample(samples, n, metric_count(info->state == all[i])),
				"cygnet_neighbor_state", bgp_state_name(all[i]));
	}
}

static void shut(json_object *samples, const view_state_t *state,
				 const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	sample(samples, n, metric_count(n->shutdown));
}

static void since(json_object *samples, const view_state_t *state,
				  const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	sample(samples, n, metric_moment(state, info->since));
}

static void last_error(json_object *samples, const view_state_t *state,
					   const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	json_object *labels = sample(samples, n, metric_count(1));
	char text[8];

	/* of the last NOTIFICATION, 0: there was none */
	snprintf(text, sizeof(text), "%u", info->last_code);
	put_str(labels, "code", text);
	snprintf(text, sizeof(text), "%u", info->last_subcode);
	put_str(labels, "subcode", text);
	put_str(labels, "direction",
			!info->last_code  ? ""
			: info->last_sent ? "sent"
							  : "received");
}

static void both(json_object *samples, const view_neighbor_t *n,
				 const uint32_t count[2])
{
	put_str(sample(samples, n, metric_count(count[0])), "family", "ipv4");
	put_str(sample(samples, n, metric_count(count[1])), "family", "ipv6");
}

static void received(json_object *samples, const view_state_t *state,
					 const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	both(samples, n, info->received);
}

static void accepted(json_object *samples, const view_state_t *state,
					 const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	both(samples, n, info->accepted);
}

static void advertised(json_object *samples, const view_state_t *state,
					   const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	both(samples, n, info->advertised);
}

static void max_prefix(json_object *samples, const view_state_t *state,
					   const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	sample(samples, n, metric_count(bgp_peer_config(n->peer)->max_prefix));
}

static void flaps(json_object *samples, const view_state_t *state,
				  const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	sample(samples, n,
		   metric_count(info->established - (info->state == BGP_ESTABLISHED &&
											 info->established > 0)));
}

#define COUNT(member)                                                          \
	static void member(json_object *samples, const view_state_t *state,        \
					   const view_neighbor_t *n, const bgp_peer_info_t *info)  \
	{                                                                          \
		sample(samples, n, metric_count(info->member));                        \
	}

COUNT(established)
COUNT(messages_in)
COUNT(messages_out)
COUNT(updates_in)
COUNT(updates_out)
COUNT(treated_as_withdraw)
COUNT(discarded_attributes)
COUNT(memory)

static void dropped(json_object *samples, const view_state_t *state,
					const view_neighbor_t *n, const bgp_peer_info_t *info)
{
	for (bgp_drop_t i = BGP_DROP_NONE + 1; i < BGP_DROP_COUNT; i++)
	{
		put_str(sample(samples, n, metric_count(info->dropped[i])), "reason",
				bgp_drop_name(i));
	}
}

#define NAME(name) "cygnet_neighbor_" name

static const row_t rows[] = {
	{{NAME("configuration"), "info", "", "The neighbor's address and AS."},
	 configuration},
	{{NAME("up"), "gauge", "", "The session is Established."}, up},
	{{NAME("state"), "stateset", "", "The session's state (RFC 4271)."},
	 states},
	{{NAME("shutdown"), "gauge", "", "A person shut it down."}, shut},
	{{NAME("last_change_timestamp_seconds"), "gauge", "seconds",
	  "Last change of its state since 1970."},
	 since},
	{{NAME("sessions"), "counter", "", "How often it became Established."},
	 established},
	{{NAME("flaps"), "counter", "", "How often an Established one was lost."},
	 flaps},
	{{NAME("last_error"), "info", "",
	  "Code and subcode of the last NOTIFICATION (RFC 4271), 0: none."},
	 last_error},
	{{NAME("prefixes_received"), "gauge", "", "Prefixes that it announces."},
	 received},
	{{NAME("prefixes_accepted"), "gauge", "",
	  "Of these, what import policy has accepted."},
	 accepted},
	{{NAME("prefixes_advertised"), "gauge", "",
	  "Prefixes that are announced to it."},
	 advertised},
	{{NAME("max_prefix"), "gauge", "",
	  "Most prefixes of a family that it may announce, 0: no limit."},
	 max_prefix},
	{{NAME("messages_received"), "counter", "", "Messages from it."},
	 messages_in},
	{{NAME("messages_sent"), "counter", "", "Messages to it."}, messages_out},
	{{NAME("updates_received"), "counter", "", "UPDATEs from it."}, updates_in},
	{{NAME("updates_sent"), "counter", "", "UPDATEs to it."}, updates_out},
	{{NAME("treated_as_withdraw"), "counter", "",
	  "Faulty UPDATEs that were taken as withdrawals (RFC 7606)."},
	 treated_as_withdraw},
	{{NAME("discarded_attributes"), "counter", "",
	  "Faulty attributes that were left out (RFC 7606)."},
	 discarded_attributes},
	{{NAME("routes_dropped"), "counter", "",
	  "Announcements of a prefix that are not used, by reason."},
	 dropped},
	{{NAME("memory_bytes"), "gauge", "bytes", "Memory of its paths."}, memory},
};

size_t metric_neighbors(const view_state_t *state, size_t row,
						json_object *families)
{
	json_object *samples;

	if (row >= countof(rows))
	{
		return 0;
	}
	samples = metric_family(families, &rows[row].metric);
	for (size_t i = 0; i < state->n_neighbors; i++)
	{
		const view_neighbor_t *n = &state->neighbors[i];
		bgp_peer_info_t info;

		bgp_peer_info(n->peer, &info);
		rows[row].add(samples, state, n, &info);
	}
	return json_object_array_length(samples) + 1;
}
