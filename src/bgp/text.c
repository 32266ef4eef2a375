/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Numbers of the speaker's as the words that operators and RFCs have for them. */

#include "bgp/bgp.h"

const char *bgp_role_name(bgp_role_t role)
{
	switch (role)
	{
		case BGP_ROLE_NONE:
			return "none";
		case BGP_ROLE_PROVIDER:
			return "provider";
		case BGP_ROLE_RS_SERVER:
			return "rs-server";
		case BGP_ROLE_RS_CLIENT:
			return "rs-client";
		case BGP_ROLE_CUSTOMER:
			return "customer";
		case BGP_ROLE_PEER:
			return "peer";
	}
	return "unknown";
}

const char *bgp_drop_name(bgp_drop_t drop)
{
	switch (drop)
	{
		case BGP_DROP_NONE:
			return "none";
		case BGP_DROP_AS_LOOP:
			return "as_loop";
		case BGP_DROP_ORIGINATOR:
			return "originator";
		case BGP_DROP_CLUSTER:
			return "cluster";
		case BGP_DROP_FIRST_AS:
			return "first_as";
		case BGP_DROP_AS_SET:
			return "as_set";
		case BGP_DROP_NEXT_HOP:
			return "next_hop";
		case BGP_DROP_LEAK:
			return "leak";
		case BGP_DROP_MARTIAN:
			return "martian";
		case BGP_DROP_LIMIT:
			return "limit";
		case BGP_DROP_MALFORMED:
			return "malformed";
		case BGP_DROP_POLICY:
			return "policy";
		case BGP_DROP_COUNT:
			break;
	}
	return "unknown";
}

const char *bgp_source_name(bgp_source_t source)
{
	switch (source)
	{
		case BGP_SOURCE_PEER:
			return "neighbor";
		case BGP_SOURCE_ADVERTISE:
			return "advertise";
		case BGP_SOURCE_CONNECTED:
			return "connected";
		case BGP_SOURCE_STATIC:
			return "static";
		case BGP_SOURCE_OTHER:
			return "other";
		case BGP_SOURCE_AGGREGATE:
			return "aggregate";
		case BGP_SOURCE_ROUTES:
			return "routes";
	}
	return "unknown";
}
