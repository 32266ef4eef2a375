/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Names of the errors that a NOTIFICATION carries, as IANA's registry "BGP
 * Error (Notification) Codes" words them. One row a pair of code and subcode;
 * subcode 0 is the code itself, and what a subcode without a row falls back
 * to.
 */

#include "bgp/message.h"

typedef struct error_name_t
{
	uint8_t code;
	uint8_t subcode;
	const char *name;
} error_name_t;

static const error_name_t names[] = {
	{BGP_ERR_HEADER, 0, "Message Header Error"},
	{BGP_ERR_HEADER, BGP_HEADER_NOT_SYNCHRONIZED,
	 "Message Header Error/Connection Not Synchronized"},
	{BGP_ERR_HEADER, BGP_HEADER_BAD_LENGTH,
	 "Message Header Error/Bad Message Length"},
	{BGP_ERR_HEADER, BGP_HEADER_BAD_TYPE,
	 "Message Header Error/Bad Message Type"},
	{BGP_ERR_OPEN, 0, "OPEN Message Error"},
	{BGP_ERR_OPEN, BGP_OPEN_BAD_VERSION,
	 "OPEN Message Error/Unsupported Version Number"},
	{BGP_ERR_OPEN, BGP_OPEN_BAD_PEER_AS, "OPEN Message Error/Bad Peer AS"},
	{BGP_ERR_OPEN, BGP_OPEN_BAD_ID, "OPEN Message Error/Bad BGP Identifier"},
	{BGP_ERR_OPEN, BGP_OPEN_BAD_PARAMETER,
	 "OPEN Message Error/Unsupported Optional Parameter"},
	{BGP_ERR_OPEN, BGP_OPEN_BAD_HOLD_TIME,
	 "OPEN Message Error/Unacceptable Hold Time"},
	{BGP_ERR_OPEN, BGP_OPEN_BAD_CAPABILITY,
	 "OPEN Message Error/Unsupported Capability"},
	{BGP_ERR_OPEN, BGP_OPEN_ROLE_MISMATCH, "OPEN Message Error/Role Mismatch"},
	{BGP_ERR_UPDATE, 0, "UPDATE Message Error"},
	{BGP_ERR_UPDATE, BGP_UPDATE_MALFORMED_LIST,
	 "UPDATE Message Error/Malformed Attribute List"},
	{BGP_ERR_UPDATE, BGP_UPDATE_UNKNOWN_WELL_KNOWN,
	 "UPDATE Message Error/Unrecognized Well-known Attribute"},
	{BGP_ERR_UPDATE, BGP_UPDATE_MISSING_WELL_KNOWN,
	 "UPDATE Message Error/Missing Well-known Attribute"},
	{BGP_ERR_UPDATE, BGP_UPDATE_BAD_FLAGS,
	 "UPDATE Message Error/Attribute Flags Error"},
	{BGP_ERR_UPDATE, BGP_UPDATE_BAD_LENGTH,
	 "UPDATE Message Error/Attribute Length Error"},
	{BGP_ERR_UPDATE, BGP_UPDATE_BAD_ORIGIN,
	 "UPDATE Message Error/Invalid ORIGIN Attribute"},
	{BGP_ERR_UPDATE, BGP_UPDATE_BAD_NEXT_HOP,
	 "UPDATE Message Error/Invalid NEXT_HOP Attribute"},
	{BGP_ERR_UPDATE, BGP_UPDATE_OPTIONAL_ATTR,
	 "UPDATE Message Error/Optional Attribute Error"},
	{BGP_ERR_UPDATE, BGP_UPDATE_BAD_NETWORK,
	 "UPDATE Message Error/Invalid Network Field"},
	{BGP_ERR_UPDATE, BGP_UPDATE_BAD_AS_PATH,
	 "UPDATE Message Error/Malformed AS_PATH"},
	{BGP_ERR_HOLD, 0, "Hold Timer Expired"},
	{BGP_ERR_FSM, 0, "Finite State Machine Error"},
	{BGP_ERR_FSM, BGP_FSM_OPENSENT,
	 "Finite State Machine Error/Unexpected Message in OpenSent"},
	{BGP_ERR_FSM, BGP_FSM_OPENCONFIRM,
	 "Finite State Machine Error/Unexpected Message in OpenConfirm"},
	{BGP_ERR_FSM, BGP_FSM_ESTABLISHED,
	 "Finite State Machine Error/Unexpected Message in Established"},
	{BGP_ERR_CEASE, 0, "Cease"},
	{BGP_ERR_CEASE, BGP_CEASE_MAX_PREFIXES,
	 "Cease/Maximum Number of Prefixes Reached"},
	{BGP_ERR_CEASE, BGP_CEASE_SHUTDOWN, "Cease/Administrative Shutdown"},
	{BGP_ERR_CEASE, BGP_CEASE_DECONFIGURED, "Cease/Peer De-configured"},
	{BGP_ERR_CEASE, BGP_CEASE_RESET, "Cease/Administrative Reset"},
	{BGP_ERR_CEASE, BGP_CEASE_REJECTED, "Cease/Connection Rejected"},
	{BGP_ERR_CEASE, BGP_CEASE_CONFIG_CHANGE,
	 "Cease/Other Configuration Change"},
	{BGP_ERR_CEASE, BGP_CEASE_COLLISION,
	 "Cease/Connection Collision Resolution"},
	{BGP_ERR_CEASE, BGP_CEASE_RESOURCES, "Cease/Out of Resources"},
	{BGP_ERR_CEASE, BGP_CEASE_HARD_RESET, "Cease/Hard Reset"},
	{BGP_ERR_CEASE, BGP_CEASE_BFD_DOWN, "Cease/BFD Down"},
	{BGP_ERR_REFRESH, 0, "ROUTE-REFRESH Message Error"},
	{BGP_ERR_REFRESH, BGP_REFRESH_BAD_LENGTH,
	 "ROUTE-REFRESH Message Error/Invalid Message Length"},
	{BGP_ERR_SEND_HOLD, 0, "Send Hold Timer Expired"},
};

const char *bgp_error_name(uint8_t code, uint8_t subcode)
{
	const char *fallback = "Unknown Error";
	size_t i;

	for (i = 0; i < countof(names); i++)
	{
		if (names[i].code == code && names[i].subcode == subcode)
		{
			return names[i].name;
		}
		if (names[i].code == code && names[i].subcode == 0)
		{
			fallback = names[i].name;
		}
	}
	return fallback;
}
