/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The firewall's table: written when what it should hold has changed, and
 * anew when somebody else has touched it. The first time at once; against one
 * who keeps doing it the wait doubles each time, or we would only make two who
 * write as fast as they can.
 */

#include "gateway/core_kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "firewall/script.h"

/** between the heals of a fight */
#define WAIT_MIN (100 * USEC_PER_MSEC)
#define WAIT_MAX (10 * USEC_PER_SEC)
/** a fight is over after so long without a blow */
#define QUIET (30 * USEC_PER_SEC)
/** heals before it is one, for status */
#define FIGHT_MIN 3

/** words on who did something */
#define WHO_MAX 48

/** what others do to the firewall's table */
struct core_table_t
{
	/** until it is written anew */
	cyg_timer_t timer;
	/** until it is looked at, after notifications were lost */
	cyg_timer_t look;
	usec_t wait;
	/** 0: never */
	usec_t healed_at;
	/** of the fight that goes on */
	unsigned heals;
	bool deleted;
	/** one of ours is in force, be it of before a write that was refused */
	bool stands;
	char who[WHO_MAX];
	char words[256];
	/** the script that is kept for the next boot; NULL: none, or not known */
	char *kept;
	bool kept_known;
};

static void who_is(const fw_change_t *change, char out[static WHO_MAX])
{
	if (change->pid)
	{
		snprintf(out, WHO_MAX, "%s (pid %u)",
				 change->process[0] ? change->process : "a process",
				 change->pid);
	}
	else
	{
		snprintf(out, WHO_MAX, "somebody");
	}
}

static void write_anew(core_t *core, usec_t now)
{
	core_table_t *t = core->table;

	log_warn("%s %s table inet %s: written anew", t->who,
			 t->deleted ? "deleted" : "changed", FW_TABLE);
	core_event(core, VIEW_EVENT_FIREWALL, "inet " FW_TABLE,
			   t->deleted ? "deleted" : "changed", "written anew", t->who);
	timer_stop(core->seams.timers, &t->timer);
	t->stands = t->stands && !t->deleted;
	t->deleted = false;
	t->healed_at = now;
	t->heals++;
	core->firewall_applied = false;
	core->plan_dirty = true;
}

static void heal_due(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;

	if (!core->stopping)
	{
		write_anew(core, now);
	}
}

static void touched(core_t *core, const fw_change_t *change, usec_t now)
{
	core_table_t *t = core->table;

	t->deleted |= change->deleted;
	if (timer_running(&t->timer))
	{
		return;
	}
	who_is(change, t->who);
	if (!t->healed_at || now >= t->healed_at + QUIET)
	{
		t->heals = 0;
		t->wait = 0;
		write_anew(core, now);
		return;
	}
	t->wait = t->wait ? 2 * t->wait : WAIT_MIN;
	t->wait = t->wait > WAIT_MAX ? WAIT_MAX : t->wait;
	timer_start(core->seams.timers, &t->timer, now + t->wait);
}

/** somebody has changed the table, and no notification has come */
static void look(core_t *core, usec_t now)
{
	const fw_change_t change = {0};

	if (!timer_running(&core->table->timer) &&
		core->seams.fw_ops->intact(core->seams.firewall) == 0)
	{
		touched(core, &change, now);
	}
}

static void look_due(cyg_timer_t *timer, void *user, usec_t now)
{
	core_firewall_audit(user, now);
}

void core_firewall_init(core_t *core)
{
	fw_model_init(&core->firewall);
	core->table = mem_alloc(sizeof(*core->table));
	timer_init(&core->table->timer, heal_due, core);
	timer_init(&core->table->look, look_due, core);
}

void core_firewall_deinit(core_t *core)
{
	timer_stop(core->seams.timers, &core->table->timer);
	timer_stop(core->seams.timers, &core->table->look);
	fw_model_deinit(&core->firewall);
	free(core->table->kept);
	free(core->table);
}

void core_firewall_audit(core_t *core, usec_t now)
{
	if (core->seams.firewall && core->firewall_applied && !core->stopping)
	{
		look(core, now);
	}
}

void core_firewall_changed(core_t *core, const fw_change_t *change, usec_t now)
{
	if (!core->firewall_applied || core->stopping)
	{
		return;
	}
	if (!change->lost)
	{
		touched(core, change, now);
	}
	else if (!timer_running(&core->table->look))
	{
		/* others write much: not at each overrun */
		timer_start(core->seams.timers, &core->table->look, now + WAIT_MIN);
	}
}

static void keep(core_t *core, const char *text)
{
	core_table_t *t = core->table;

	if (!core->seams.keep_guard ||
		(t->kept_known && core_str_equal(t->kept, text)))
	{
		return;
	}
	core->seams.keep_guard(core->seams.keeper, text);
	free(t->kept);
	t->kept = str_copy(text);
	t->kept_known = true;
}

void core_firewall_forget(core_t *core)
{
	keep(core, NULL);
}

/** what is in force now holds at the next boot, too */
static void keep_model(core_t *core, const fw_model_t *model)
{
	text_t text;

	if (!model->n_guards)
	{
		keep(core, NULL);
	}
	else if (fw_script_worth(model))
	{
		text_init(&text);
		fw_script(model, &text);
		keep(core, text_str(&text));
		text_deinit(&text);
	}
}

void core_firewall_write(core_t *core, const plan_input_t *in)
{
	fw_model_t model;

	if (!core->seams.firewall)
	{
		return;
	}
	fw_model_init(&model);
	plan_firewall(in, &model);
	if (core->firewall_applied && fw_model_equal(&model, &core->firewall))
	{
		fw_model_deinit(&model);
		return;
	}
	core->firewall_error =
		core->seams.fw_ops->apply(core->seams.firewall, &model);
	core->firewall_applied = core->firewall_error == 0;
	if (!core->firewall_applied)
	{
		/* nothing has changed: what was there still is */
		fw_model_deinit(&model);
		return;
	}
	/* what somebody did before is overwritten */
	timer_stop(core->seams.timers, &core->table->timer);
	core->table->stands = true;
	keep_model(core, &model);
	fw_model_deinit(&core->firewall);
	core->firewall = model;
}

bool core_firewall_stands(const core_t *core)
{
	return core->table->stands;
}

const char *core_firewall_fight(core_t *core, usec_t now)
{
	core_table_t *t = core->table;

	if (t->heals < FIGHT_MIN || now >= t->healed_at + QUIET)
	{
		return "";
	}
	snprintf(
		t->words, sizeof(t->words),
		"somebody keeps changing table inet %s, %s was the last: it was "
		"written anew %u times, and is so no sooner than %llu.%llu s after "
		"each change; find out who, and stop him",
		FW_TABLE, t->who, t->heals,
		(unsigned long long)(t->wait / USEC_PER_SEC),
		(unsigned long long)(t->wait % USEC_PER_SEC / 100000));
	return t->words;
}
