/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Tunnels with one fault each, for the judge: a row for each cause that it
 * knows.
 */

#ifndef CYGNET_UNIT_CLI_FAKE_DOCTOR_H
#define CYGNET_UNIT_CLI_FAKE_DOCTOR_H

#include <json-c/json.h>

#include "cli/doctor_judge.h"

typedef struct fake_fault_t
{
	/** of the cause that is to be found */
	const char *id;
	/** makes it so in a tunnel and host that are in health */
	void (*make)(doctor_tunnel_t *t, doctor_host_t *host);
} fake_fault_t;

extern const fake_fault_t fake_faults[];
extern const size_t fake_n_faults;

/** an IPsec tunnel with a session, all in health */
void fake_healthy(doctor_tunnel_t *t, doctor_host_t *host);
/** the same over a link that is there already */
void fake_healthy_link(doctor_tunnel_t *t, doctor_host_t *host);
/** verdicts on one in health, one with a fault and one that cannot be told */
json_object *fake_doctor(void);
/** on 50, of which 40 have one fault, and 3 and 4 others have others */
json_object *fake_doctor_many(void);
/** on 50 in health */
json_object *fake_doctor_well(void);
/** verdicts on all of fake_faults */
json_object *fake_doctor_causes(void);

#endif
