/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Metrics of tunnels: a row a family, with what tells its value of a tunnel. */

#include "control/metric.h"

#include "control/json.h"

typedef struct row_t
{
	metric_t metric;
	metric_value_t (*value)(const view_state_t *state, const view_tunnel_t *t);
	/** labels beside bundle and tunnel; NULL: none */
	void (*labels)(json_object *labels, const view_tunnel_t *t);
} row_t;

static void info_labels(json_object *labels, const view_tunnel_t *t)
{
	put_str(labels, "link", t->link);
	put_str(labels, "connection",
			t->config->connection ? t->config->connection : "");
}

static metric_value_t one(const view_state_t *state, const view_tunnel_t *t)
{
	return metric_count(1);
}

static metric_value_t sa(const view_state_t *state, const view_tunnel_t *t)
{
	return metric_count(tunnel_has_sa(t->tunnel));
}

static metric_value_t alive(const view_state_t *state, const view_tunnel_t *t)
{
	tunnel_state_t s = tunnel_state(t->tunnel);

	return metric_count(s == TUNNEL_DRAINED || s == TUNNEL_FORWARDING);
}

static metric_value_t forwarding(const view_state_t *state,
								 const view_tunnel_t *t)
{
	return metric_count(tunnel_forwarding(t->tunnel));
}

static metric_value_t active(const view_state_t *state, const view_tunnel_t *t)
{
	return metric_count(t->active);
}

static metric_value_t drained(const view_state_t *state, const view_tunnel_t *t)
{
	return metric_count(t->drained_at != 0);
}

static metric_value_t since(const view_state_t *state, const view_tunnel_t *t)
{
	return metric_moment(state, tunnel_since(t->tunnel));
}

static metric_value_t ups(const view_state_t *state, const view_tunnel_t *t)
{
	return metric_count(tunnel_ups(t->tunnel));
}

static metric_value_t downs(const view_state_t *state, const view_tunnel_t *t)
{
	return metric_count(tunnel_downs(t->tunnel));
}

static metric_value_t sas(const view_state_t *state, const view_tunnel_t *t)
{
	return t->config->interface ? (metric_value_t){METRIC_NONE, 0}
								: metric_count(tunnel_sa_count(t->tunnel));
}

static metric_value_t rekeys(const view_state_t *state, const view_tunnel_t *t)
{
	return t->config->interface ? (metric_value_t){METRIC_NONE, 0}
								: metric_count(tunnel_rekeys(t->tunnel));
}

static metric_value_t tries(const view_state_t *state, const view_tunnel_t *t)
{
	return t->has_supervisor ? metric_count(t->supervisor.tries)
							 : (metric_value_t){METRIC_NONE, 0};
}

static metric_value_t mtu(const view_state_t *state, const view_tunnel_t *t)
{
	return metric_count(t->mtu);
}

#define STAT(member)                                                           \
	static metric_value_t member(const view_state_t *state,                    \
								 const view_tunnel_t *t)                       \
	{                                                                          \
		return metric_count(t->stats.member);                                  \
	}

STAT(rx_bytes)
STAT(tx_bytes)
STAT(rx_packets)
STAT(tx_packets)
STAT(rx_errors)
STAT(tx_errors)
STAT(rx_dropped)
STAT(tx_dropped)

/** of a probe that is configured; not known while it does not run */
static metric_value_t probe(const view_tunnel_t *t, bool known,
							metric_value_t value)
{
	return !addr_is_set(&t->config->probe) ? (metric_value_t){METRIC_NONE, 0}
		   : t->has_probe && known         ? value
								   : (metric_value_t){METRIC_UNKNOWN, 0};
}

static metric_value_t rtt(const view_state_t *state, const view_tunnel_t *t)
{
	return probe(t, t->probe.rtt, metric_time(t->probe.rtt));
}

static metric_value_t jitter(const view_state_t *state, const view_tunnel_t *t)
{
	return probe(t, t->probe.rtt, metric_time(t->probe.jitter));
}

static metric_value_t loss(const view_state_t *state, const view_tunnel_t *t)
{
	uint64_t seen = t->probe.seen ? t->probe.seen : 1;

	return probe(
		t, t->probe.seen,
		(metric_value_t){METRIC_RATIO, t->probe.lost * 1000000ull / seen});
}

/** a counter is never unknown: one that does not run has sent nothing */
static metric_value_t probe_count(const view_tunnel_t *t, uint64_t count)
{
	return addr_is_set(&t->config->probe)
			   ? metric_count(t->has_probe ? count : 0)
			   : (metric_value_t){METRIC_NONE, 0};
}

static metric_value_t sent(const view_state_t *state, const view_tunnel_t *t)
{
	return probe_count(t, t->probe.sent);
}

static metric_value_t answered(const view_state_t *state,
							   const view_tunnel_t *t)
{
	return probe_count(t, t->probe.received);
}

static metric_value_t bfd_up(const view_state_t *state, const view_tunnel_t *t)
{
	return t->config->bfd ? metric_count(t->has_bfd && t->bfd.state == BFD_UP)
						  : (metric_value_t){METRIC_NONE, 0};
}

static metric_value_t bfd_ups(const view_state_t *state, const view_tunnel_t *t)
{
	return t->config->bfd ? metric_count(t->has_bfd ? t->bfd.ups : 0)
						  : (metric_value_t){METRIC_NONE, 0};
}

#define NAME(name) "cygnet_tunnel_" name

static const row_t rows[] = {
	{{NAME("configuration"), "info", "", "The tunnel's link and connection."},
	 one,
	 info_labels},
	{{NAME("sa"), "gauge", "", "An SA counts, or the link is up."}, sa, NULL},
	{{NAME("alive"), "gauge", "", "It has one, and no detector has failed."},
	 alive,
	 NULL},
	{{NAME("forwarding"), "gauge", "", "It may carry traffic."},
	 forwarding,
	 NULL},
	{{NAME("active"), "gauge", "", "It carries traffic: its bundle chose it."},
	 active,
	 NULL},
	{{NAME("drained"), "gauge", "", "A person took it out of use."},
	 drained,
	 NULL},
	{{NAME("last_change_timestamp_seconds"), "gauge", "seconds",
	  "Last change of its state since 1970."},
	 since,
	 NULL},
	{{NAME("ups"), "counter", "", "How often it began to forward."}, ups, NULL},
	{{NAME("downs"), "counter", "", "How often it ceased to forward."},
	 downs,
	 NULL},
	{{NAME("sas"), "gauge", "", "CHILD_SAs that count."}, sas, NULL},
	{{NAME("rekeys"), "counter", "", "CHILD_SAs replaced by a rekey."},
	 rekeys,
	 NULL},
	{{NAME("initiations"), "gauge", "",
	  "Tries to initiate its connection since an SA last lasted."},
	 tries,
	 NULL},
	{{NAME("mtu_bytes"), "gauge", "bytes", "MTU of its link."}, mtu, NULL},
	{{NAME("receive_bytes"), "counter", "bytes",
	  "Bytes that came by its link."},
	 rx_bytes,
	 NULL},
	{{NAME("transmit_bytes"), "counter", "bytes", "Bytes sent by its link."},
	 tx_bytes,
	 NULL},
	{{NAME("receive_packets"), "counter", "packets",
	  "Packets that came by its link."},
	 rx_packets,
	 NULL},
	{{NAME("transmit_packets"), "counter", "packets",
	  "Packets sent by its link."},
	 tx_packets,
	 NULL},
	{{NAME("receive_errors"), "counter", "", "Faulty packets of its link."},
	 rx_errors,
	 NULL},
	{{NAME("transmit_errors"), "counter", "",
	  "Packets that its link could not send."},
	 tx_errors,
	 NULL},
	{{NAME("receive_dropped"), "counter", "",
	  "Packets that came by its link and were dropped."},
	 rx_dropped,
	 NULL},
	{{NAME("transmit_dropped"), "counter", "",
	  "Packets that its link dropped and did not send."},
	 tx_dropped,
	 NULL},
	{{NAME("rtt_seconds"), "gauge", "seconds",
	  "Round-trip time of its probe, smoothed."},
	 rtt,
	 NULL},
	{{NAME("jitter_seconds"), "gauge", "seconds",
	  "Mean deviation of its probe's round-trip time."},
	 jitter,
	 NULL},
	{{NAME("loss_ratio"), "gauge", "ratio",
	  "Part of its probe's last requests that was not answered."},
	 loss,
	 NULL},
	{{NAME("probe_requests"), "counter", "", "Requests sent by its probe."},
	 sent,
	 NULL},
	{{NAME("probe_answers"), "counter", "", "Answers to its probe."},
	 answered,
	 NULL},
	{{NAME("bfd_up"), "gauge", "", "Its BFD session is up."}, bfd_up, NULL},
	{{NAME("bfd_ups"), "counter", "", "How often its BFD session came up."},
	 bfd_ups,
	 NULL},
};

size_t metric_tunnels(const view_state_t *state, size_t row,
					  json_object *families)
{
	json_object *samples;

	if (row >= countof(rows))
	{
		return 0;
	}
	samples = metric_family(families, &rows[row].metric);
	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		const view_tunnel_t *t = &state->tunnels[i];
		json_object *labels = metric_sample(samples, rows[row].value(state, t));

		if (!labels)
		{
			continue;
		}
		put_str(labels, "bundle", t->bundle->name);
		put_str(labels, "tunnel", t->config->name);
		if (rows[row].labels)
		{
			rows[row].labels(labels, t);
		}
	}
	return state->n_tunnels + 1;
}
