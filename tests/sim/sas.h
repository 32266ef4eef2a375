/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * SAs of the simulation, for charon.c alone.
 */

#ifndef CYGNET_SIM_SAS_H
#define CYGNET_SIM_SAS_H

#include "sim.h"

/** its charon runs, and is not on its way out */
bool charon_alive(const sim_tunnel_t *tunnel, unsigned side);
/** tells the side's core, if it lives */
void charon_tell(sim_tunnel_t *tunnel, unsigned side, fact_kind_t kind,
				 uint32_t sa, uint32_t successor);

/** nobody has it yet */
sim_sa_t *sa_new(sim_tunnel_t *tunnel, uint32_t ike);
/** NULL: it is gone at both ends */
sim_sa_t *sa_get(sim_tunnel_t *tunnel, uint64_t serial);
/** out false: its outbound half is registered only */
void sa_up(sim_tunnel_t *tunnel, unsigned side, sim_sa_t *sa, bool out);
void sa_install_out(sim_tunnel_t *tunnel, unsigned side, sim_sa_t *sa);
/** the side's charon has done with it (NULL: long since); its inbound half may
 * stay a while */
void sa_down(sim_tunnel_t *tunnel, unsigned side, sim_sa_t *sa, bool late);
/** what nobody has any more makes place */
void sa_check(sim_sa_t *sa);
/** of the half that the side receives by */
uint32_t sa_spi(const sim_sa_t *sa, unsigned side);

sim_ike_t *ike_find(sim_tunnel_t *tunnel, uint32_t number);
bool ike_there(sim_tunnel_t *tunnel, unsigned side, uint32_t number);
/** one that lives at the side, NULL: none */
sim_ike_t *ike_any(sim_tunnel_t *tunnel, unsigned side);
bool ike_has_child(const sim_tunnel_t *tunnel, unsigned side, uint32_t number);
void ike_up(sim_tunnel_t *tunnel, unsigned side, uint32_t number);
/** with all its CHILD_SAs */
void ike_gone(sim_tunnel_t *tunnel, unsigned side, uint32_t number);

#endif
