/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The fake firewall: it keeps the model that was last applied, and can be told
 * to be gone or to refuse.
 */

#include "unit/gateway/world_impl.h"

#include <stdio.h>
#include <string.h>

static void copy_prefixes(fw_prefixes_t *to, const fw_prefixes_t *from)
{
	for (size_t i = 0; i < from->count; i++)
	{
		fw_prefixes_add(to, &from->list[i]);
	}
}

static int fw_apply(void *firewall, const fw_model_t *model)
{
	world_t *w = firewall;

	if (w->fw_error)
	{
		return w->fw_error;
	}
	fw_model_deinit(&w->firewall);
	for (size_t i = 0; i < model->n_clamps; i++)
	{
		fw_clamp_t *c = fw_model_add_clamp(&w->firewall, model->clamps[i].link);

		*c = model->clamps[i];
	}
	for (size_t i = 0; i < model->n_guards; i++)
	{
		const fw_guard_t *from = &model->guards[i];
		fw_guard_t *to = fw_model_add_guard(&w->firewall, from->name);

		copy_prefixes(&to->protect, &from->protect);
		copy_prefixes(&to->except, &from->except);
		to->links_denied = from->links_denied;
		for (size_t k = 0; k < from->links.count; k++)
		{
			fw_links_add(&to->links, from->links.list[k]);
		}
	}
	w->fw_applies++;
	w->fw_gone = false;
	return 0;
}

static int fw_remove(void *firewall)
{
	world_t *w = firewall;

	fw_model_deinit(&w->firewall);
	w->fw_gone = true;
	return 0;
}

static int fw_counters(void *firewall, fw_counter_t *out, size_t max)
{
	world_t *w = firewall;
	size_t n = w->firewall.n_guards < max ? w->firewall.n_guards : max;

	for (size_t i = 0; i < n; i++)
	{
		memset(&out[i], 0, sizeof(out[i]));
		snprintf(out[i].name, sizeof(out[i].name), "guard-%s",
				 w->firewall.guards[i].name);
		out[i].packets = 7;
	}
	return (int)n;
}

static int fw_intact(void *firewall)
{
	world_t *w = firewall;

	return !w->fw_gone;
}

const fw_ops_t world_fw_ops = {
	.apply = fw_apply,
	.remove = fw_remove,
	.counters = fw_counters,
	.intact = fw_intact,
};
