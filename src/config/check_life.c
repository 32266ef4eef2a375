/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Lifetimes of SAs as strongSwan 5.9.8 makes them of what is written
 * (vici_config.c, peer_cfg.c, child_cfg.c): a rekeying begins at rekey_time
 * less a random part of rand_time, an IKE_SA ends over_time after that, a
 * CHILD_SA at life_time.
 */

#include "config/check.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/** three requests that are lost one after the other, and an answer:
 * 4 + 7.2 + 13 seconds (retransmit_timeout, retransmit_base) */
#define MARGIN_GOOD 30

#define REKEY_DEFAULT_IKE   (4 * 3600)
#define REKEY_DEFAULT_CHILD 3600

/** as timespan_from_string(); false: not there, or refused by charon */
static bool read_time(const config_source_t *source, const char *path,
					  const char *key, uint64_t *out)
{
	static const struct
	{
		char unit;
		uint64_t seconds;
	} units[] = {{'\0', 1}, {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	const char *text = source->value(source, path, key);
	char *end = NULL;
	uint64_t value = text ? strtoull(text, &end, 10) : 0;

	if (!text || end == text)
	{
		return false;
	}
	while (isspace((unsigned char)*end))
	{
		end++;
	}
	for (size_t i = 0; i < countof(units); i++)
	{
		if (units[i].unit == *end)
		{
			*out = value * units[i].seconds;
			return true;
		}
	}
	return false;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static life_t life_ike(const config_source_t *source, const char *path)
{
	uint64_t rekey = 0, reauth = 0, over = 0;
	bool rekeys = read_time(source, path, "rekey_time", &rekey);
	bool reauths = read_time(source, path, "reauth_time", &reauth);
	life_t life = {.key = "rekey_time"};

	if (!rekeys && !reauths)
	{
		rekey = REKEY_DEFAULT_IKE;
	}
	life.begin = rekey && reauth ? least(rekey, reauth) : most(rekey, reauth);
	life.key = life.begin && life.begin == reauth ? "reauth_time" : life.key;
	if (!read_time(source, path, "over_time", &over))
	{
		over = most(rekey, reauth) / 10;
	}
	life.end = life.begin ? life.begin + over : 0;
	if (!read_time(source, path, "rand_time", &life.random))
	{
		life.random = least(over, life.begin / 2);
	}
	return life;
}

static life_t life_child(const config_source_t *source, const char *path)
{
	life_t life = {.key = "rekey_time", .begin = REKEY_DEFAULT_CHILD};

	read_time(source, path, "rekey_time", &life.begin);
	if (!read_time(source, path, "life_time", &life.end))
	{
		life.end = life.begin * 110 / 100;
	}
	if (!read_time(source, path, "rand_time", &life.random))
	{
		life.random = most(life.end, life.begin) - life.begin;
	}
	return life;
}

life_t check_life(const config_source_t *source, const char *path, bool child)
{
	return child ? life_child(source, path) : life_ike(source, path);
}

/** the two sides' moments differ, and come */
static void check_random(config_load_t *load, const char *path,
						 const life_t *life)
{
	if (life->random > life->begin)
	{
		report_warning(load->report, path, "rand_time",
					   "is %" PRIu64 " seconds, more than %s (%" PRIu64
					   "): what charon takes off it may leave less than "
					   "nothing, and the rekeying never comes; leave it out",
					   life->random, life->key, life->begin);
	}
	else if (!life->random && life->end != life->begin)
	{
		report_warning(load->report, path, "rand_time",
					   "comes to 0: with the same %s on the far side both "
					   "begin in the same second, every time, and their "
					   "rekeyings collide; write rand_time = %" PRIu64 "s",
					   life->key, most(life->begin / 10, 1));
	}
}

/** end: the option that says the end, counted from `from` */
static void check_margin(config_load_t *load, const char *path,
						 const life_t *life, const char *end, uint64_t from)
{
	const char *key =
		load->source->value(load->source, path, end) ? end : life->key;
	uint64_t margin = life->end - life->begin;

	if (margin < MARGIN_GOOD)
	{
		report_warning(load->report, path, key,
					   "leaves %" PRIu64 " seconds from the rekeying's begin "
					   "to the old SA's end, which it outlasts when a few of "
					   "its packets are lost; write %s = %" PRIu64 "s or more",
					   margin, end, from + MARGIN_GOOD);
	}
}

static void check_ike_life(config_load_t *load, const char *path)
{
	life_t life = life_ike(load->source, path);

	if (!life.begin)
	{
		return; /* for ever */
	}
	check_random(load, path, &life);
	if (life.end == life.begin)
	{
		report_warning(load->report, path, "over_time",
					   "is 0: the IKE_SA is deleted, with its CHILD_SAs, in "
					   "the moment in which its rekeying begins; leave it out");
	}
	else
	{
		check_margin(load, path, &life, "over_time", 0);
	}
}

/** a limit of bytes or packets has nothing that comes before it by itself */
static void check_volume(config_load_t *load, const char *child,
						 const char *hard, const char *soft)
{
	const config_source_t *source = load->source;
	const char *end = source->value(source, child, hard);
	const char *begin = source->value(source, child, soft);

	if (end && strtoull(end, NULL, 10) && !(begin && strtoull(begin, NULL, 10)))
	{
		report_warning(load->report, child, hard,
					   "ends the SA without another in its place: write %s, "
					   "which is less, as well, or leave it out",
					   soft);
	}
}

static void check_child_life(config_load_t *load, const char *child)
{
	const config_source_t *source = load->source;
	life_t life = life_child(source, child);

	check_volume(load, child, "life_bytes", "rekey_bytes");
	check_volume(load, child, "life_packets", "rekey_packets");
	if (life.end && !life.begin)
	{
		report_warning(load->report, child, "life_time",
					   "ends the SA after %" PRIu64 " seconds, and rekey_time "
					   "= 0 puts no other in its place: leave both out",
					   life.end);
	}
	else if (life.end && life.end <= life.begin)
	{
		report_warning(
			load->report, child, "life_time",
			"is %" PRIu64 " seconds, not more than rekey_time (%s%" PRIu64
			"): the SA ends before it is rekeyed; write "
			"rekey_time alone",
			life.end,
			source->value(source, child, "rekey_time") ? "" : "by default ",
			life.begin);
	}
	else if (life.begin)
	{
		check_random(load, child, &life);
		if (life.end)
		{
			check_margin(load, child, &life, "life_time", life.begin);
		}
	}
}

/** where we do not supervise, charon has to bring back what it starts */
static void check_return(config_load_t *load, const char *path,
						 const char *child)
{
	static const char *const keys[] = {"dpd_action", "close_action"};
	static const char *const after[] = {"a dead far side", "the far side's"};
	const config_source_t *source = load->source;
	const char *start = source->value(source, child, "start_action");
	const char *tries = source->value(source, path, "keyingtries");

	if (!start || !strstr(start, "start"))
	{
		return; /* the far side starts it, or traffic */
	}
	for (size_t i = 0; i < countof(keys); i++)
	{
		const char *value = source->value(source, child, keys[i]);

		if (!value || !strcmp(value, "none") || !strcmp(value, "clear"))
		{
			report_warning(load->report, child, keys[i],
						   "is none, and supervise is off: after %s%s nothing "
						   "brings the tunnel back; write %s = start, or leave "
						   "supervise on",
						   after[i], i ? " DELETE" : "", keys[i]);
		}
	}
	if (!tries || strcmp(tries, "0") != 0)
	{
		report_warning(load->report, path, "keyingtries",
					   "is not 0, and supervise is off: charon gives up, and "
					   "nothing tries again; write keyingtries = 0, or leave "
					   "supervise on");
	}
}

void check_lifetimes(config_load_t *load, const char *path,
					 const config_strings_t *children,
					 const config_tunnel_t *tunnel)
{
	check_ike_life(load, path);
	for (size_t i = 0; i < children->count; i++)
	{
		check_child_life(load, children->list[i]);
		if (!tunnel->supervise)
		{
			check_return(load, path, children->list[i]);
		}
	}
}
