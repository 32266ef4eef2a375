/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Causes in the rules of others on this host. That they drop something is
 * known for sure; whether it is what is wrong, the tunnel's state says.
 */

#include "cli/doctor_rows.h"

#include <ctype.h>
#include <string.h>

/** the words, if there is such a finding */
static bool say(const doctor_tunnel_t *t, doctor_foreign_kind_t kind,
				text_t *cause, text_t *remedy)
{
	const doctor_foreign_t *f = &t->foreign[kind];

	if (!f->what[0])
	{
		return false;
	}
	text_printf(cause, "%c%s.", toupper((unsigned char)f->what[0]),
				f->what + 1);
	text_printf(remedy,
				"Run `%s`, and write it where that table comes from, so that "
				"it is still there after a restart.",
				f->remedy);
	return true;
}

/** it is no answer that is missing that charon would have had by now */
bool doctor_foreign_ike(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy)
{
	bool unheard = strcmp(t->fault, "no-answer") == 0 ||
				   strcmp(t->fault, "stopped") == 0 ||
				   strcmp(t->fault, "auth-no-answer") == 0;

	return t->connection[0] && !t->has_sa && unheard &&
		   say(t, DOCTOR_FOREIGN_IKE, cause, remedy);
}

/** the peer may have tried */
bool doctor_foreign_ike_rest(const doctor_tunnel_t *t,
							 const doctor_host_t *host, text_t *cause,
							 text_t *remedy)
{
	return t->connection[0] && !t->has_sa &&
		   say(t, DOCTOR_FOREIGN_IKE, cause, remedy);
}

bool doctor_foreign_esp(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy)
{
	bool passes = !t->n_sessions && t->forwarding;

	for (unsigned i = 0; i < t->n_sessions; i++)
	{
		passes |= t->sessions[i].established ||
				  t->sessions[i].echo == DOCTOR_ANSWERED;
	}
	return t->connection[0] && t->has_sa && !passes &&
		   say(t, DOCTOR_FOREIGN_ESP, cause, remedy);
}

bool doctor_foreign_bgp(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy)
{
	bool missing = false;

	for (unsigned i = 0; i < t->n_sessions; i++)
	{
		const doctor_session_t *s = &t->sessions[i];

		missing |= !s->established && !s->shutdown &&
				   s->tcp != DOCTOR_ANSWERED && s->tcp != DOCTOR_REFUSED;
	}
	return missing && say(t, DOCTOR_FOREIGN_BGP, cause, remedy);
}

bool doctor_foreign_bfd(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy)
{
	return t->bfd_down && !t->forwarding &&
		   say(t, DOCTOR_FOREIGN_BFD, cause, remedy);
}

/* in use, or about to be: what sites send each other does not pass */
bool doctor_foreign_forward(const doctor_tunnel_t *t, const doctor_host_t *host,
							text_t *cause, text_t *remedy)
{
	return say(t, DOCTOR_FOREIGN_FORWARD, cause, remedy);
}

bool doctor_foreign_rewrite(const doctor_tunnel_t *t, const doctor_host_t *host,
							text_t *cause, text_t *remedy)
{
	return say(t, DOCTOR_FOREIGN_REWRITE, cause, remedy);
}
