/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The same sets and rules as build.c and rules.c make, but for the counters'
 * names: a bundle's name is a person's words, and not for nft's parser. Like
 * there, "table, delete table, table" replaces it in one step.
 */

#include "firewall/script.h"

#include "firewall/firewall.h"

bool fw_script_worth(const fw_model_t *model)
{
	for (size_t i = 0; i < model->n_guards; i++)
	{
		if (model->guards[i].links_denied && !model->guards[i].links.count)
		{
			return false;
		}
	}
	return model->n_guards > 0;
}

static void prefixes(text_t *out, const char *name, unsigned n,
					 const fw_prefixes_t *list, family_t family)
{
	bool six = family == FAMILY_IPV6, any = false;
	char p[PREFIX_STR_MAX];

	text_printf(out,
				"\tset %s%u-%u {\n\t\ttype ipv%u_addr\n"
				"\t\tflags interval\n\t\tauto-merge\n",
				name, six ? 6 : 4, n, six ? 6 : 4);
	for (size_t i = 0; i < list->count; i++)
	{
		if (list->list[i].addr.family == family)
		{
			text_printf(out, "%s%s", any ? ", " : "\t\telements = { ",
						prefix_format(&list->list[i], p));
			any = true;
		}
	}
	text_printf(out, "%s\t}\n", any ? " }\n" : "");
}

static void links(text_t *out, unsigned n, const fw_guard_t *guard)
{
	text_printf(out, "\tset links-%u {\n\t\ttype ifname\n\t\telements = { ", n);
	text_add(out, guard->links_denied ? "" : "\"lo\"");
	for (size_t i = 0; i < guard->links.count; i++)
	{
		text_printf(out, "%s\"%s\"", i || !guard->links_denied ? ", " : "",
					guard->links.list[i]);
	}
	text_add(out, " }\n\t}\n");
}

static void chain(text_t *out, const char *hook, const fw_model_t *model)
{
	text_printf(out,
				"\tchain guard-%s {\n"
				"\t\ttype filter hook %s priority 10; policy accept;\n",
				hook, hook);
	for (unsigned i = 0; i < model->n_guards; i++)
	{
		const char *links_are = model->guards[i].links_denied ? "" : "!= ";

		text_printf(out,
					"\t\tip daddr @protect4-%u ip daddr != @except4-%u "
					"oifname %s@links-%u counter drop\n",
					i, i, links_are, i);
		text_printf(out,
					"\t\tip6 daddr @protect6-%u ip6 daddr != @except6-%u "
					"oifname %s@links-%u counter drop\n",
					i, i, links_are, i);
	}
	text_add(out, "\t}\n");
}

void fw_script(const fw_model_t *model, text_t *out)
{
	text_printf(out,
				"# Cygnet's leak guard as it was last in force: written by the "
				"gateway,\n# loaded by cygnet-guard.service\n"
				"table inet %s\ndelete table inet %s\ntable inet %s {\n",
				FW_TABLE, FW_TABLE, FW_TABLE);
	for (unsigned i = 0; i < model->n_guards; i++)
	{
		const fw_guard_t *guard = &model->guards[i];

		prefixes(out, "protect", i, &guard->protect, FAMILY_IPV4);
		prefixes(out, "protect", i, &guard->protect, FAMILY_IPV6);
		prefixes(out, "except", i, &guard->except, FAMILY_IPV4);
		prefixes(out, "except", i, &guard->except, FAMILY_IPV6);
		links(out, i, guard);
	}
	chain(out, "forward", model);
	chain(out, "output", model);
	text_add(out, "}\n");
}
