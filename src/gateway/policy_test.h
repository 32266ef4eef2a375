/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * `policy test`: one route through a policy, and what comes of it. Pure: the
 * daemon hands in what is in force, cygnetctl the same without a daemon.
 */

#ifndef CYGNET_GATEWAY_POLICY_TEST_H
#define CYGNET_GATEWAY_POLICY_TEST_H

#include "bgp/policy.h"
#include "config/config.h"
#include "control/json.h"

/** what only a running gateway knows; all may be NULL, borrowed */
typedef struct policy_test_live_t
{
	/** the neighbour's policies in force: also those that have no section */
	const bgp_policy_t *import_policy;
	const bgp_policy_t *export_policy;
	/** what it announced of the prefix */
	const bgp_attrs_t *received;
} policy_test_live_t;

/**
 * args: policy and prefix; neighbor, from_as, as_path, community,
 * ext_community, large_community, next_hop, med, local_pref, origin, source,
 * as text or absent. live NULL: nothing is. The answer, owned; NULL: *error
 * (owned) says which argument is wrong and what it should be.
 */
json_object *policy_test(const config_t *config, json_object *args,
						 const policy_test_live_t *live, char **error);

#endif
