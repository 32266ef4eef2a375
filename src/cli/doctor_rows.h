/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The causes that doctor_judge.c goes through, table by table.
 */

#ifndef CYGNET_CLI_DOCTOR_ROWS_H
#define CYGNET_CLI_DOCTOR_ROWS_H

#include "cli/doctor_judge.h"

typedef struct doctor_row_t
{
	/** NULL: the end */
	const char *id;
	doctor_step_t step;
	/** what is left to say when no other row explains it */
	bool rest;
	/** true: it is so, and each text has one sentence */
	bool (*found)(const doctor_tunnel_t *t, const doctor_host_t *host,
				  text_t *cause, text_t *remedy);
} doctor_row_t;

/* rules of others: rows of the tables below, in doctor_foreign.c */
bool doctor_foreign_ike(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy);
bool doctor_foreign_ike_rest(const doctor_tunnel_t *t,
							 const doctor_host_t *host, text_t *cause,
							 text_t *remedy);
bool doctor_foreign_esp(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy);
bool doctor_foreign_bgp(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy);
bool doctor_foreign_bfd(const doctor_tunnel_t *t, const doctor_host_t *host,
						text_t *cause, text_t *remedy);
bool doctor_foreign_forward(const doctor_tunnel_t *t, const doctor_host_t *host,
							text_t *cause, text_t *remedy);
bool doctor_foreign_rewrite(const doctor_tunnel_t *t, const doctor_host_t *host,
							text_t *cause, text_t *remedy);

/** up to the SA */
extern const doctor_row_t doctor_rows_ike[];
/** the link, and what passes it */
extern const doctor_row_t doctor_rows_path[];
/** sessions, their routes, and the tunnel's use */
extern const doctor_row_t doctor_rows_bgp[];

#endif
