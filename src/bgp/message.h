/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The wire (RFC 4271 section 4): messages to structs and back. The codec
 * never speaks and keeps no state: a decoder returns what it found, or the
 * peer's fault with the verdict of RFC 7606; sessions act on it.
 */

#ifndef CYGNET_BGP_MESSAGE_H
#define CYGNET_BGP_MESSAGE_H

#include "base/rbuf.h"
#include "base/wbuf.h"
#include "bgp/attr.h"

#define BGP_HEADER_LEN  19
#define BGP_MESSAGE_MAX 4096
/** with RFC 8654 */
#define BGP_MESSAGE_EXTENDED_MAX 65535
#define BGP_VERSION              4

typedef enum bgp_type_t
{
	BGP_OPEN = 1,
	BGP_UPDATE = 2,
	BGP_NOTIFICATION = 3,
	BGP_KEEPALIVE = 4,
	BGP_ROUTE_REFRESH = 5,
} bgp_type_t;

/** RFC 4271 section 6, RFC 4486, 5492, 7313, 8538, 9003, 9234, 9384, 9687 */
enum
{
	BGP_ERR_HEADER = 1,
	BGP_ERR_OPEN = 2,
	BGP_ERR_UPDATE = 3,
	BGP_ERR_HOLD = 4,
	BGP_ERR_FSM = 5,
	BGP_ERR_CEASE = 6,
	BGP_ERR_REFRESH = 7,
	BGP_ERR_SEND_HOLD = 8,

	BGP_HEADER_NOT_SYNCHRONIZED = 1,
	BGP_HEADER_BAD_LENGTH = 2,
	BGP_HEADER_BAD_TYPE = 3,

	BGP_OPEN_BAD_VERSION = 1,
	BGP_OPEN_BAD_PEER_AS = 2,
	BGP_OPEN_BAD_ID = 3,
	BGP_OPEN_BAD_PARAMETER = 4,
	BGP_OPEN_BAD_HOLD_TIME = 6,
	BGP_OPEN_BAD_CAPABILITY = 7,
	BGP_OPEN_ROLE_MISMATCH = 11,

	BGP_UPDATE_MALFORMED_LIST = 1,
	BGP_UPDATE_UNKNOWN_WELL_KNOWN = 2,
	BGP_UPDATE_MISSING_WELL_KNOWN = 3,
	BGP_UPDATE_BAD_FLAGS = 4,
	BGP_UPDATE_BAD_LENGTH = 5,
	BGP_UPDATE_BAD_ORIGIN = 6,
	BGP_UPDATE_BAD_NEXT_HOP = 8,
	BGP_UPDATE_OPTIONAL_ATTR = 9,
	BGP_UPDATE_BAD_NETWORK = 10,
	BGP_UPDATE_BAD_AS_PATH = 11,

	BGP_FSM_OPENSENT = 1,
	BGP_FSM_OPENCONFIRM = 2,
	BGP_FSM_ESTABLISHED = 3,

	BGP_CEASE_MAX_PREFIXES = 1,
	BGP_CEASE_SHUTDOWN = 2,
	BGP_CEASE_DECONFIGURED = 3,
	BGP_CEASE_RESET = 4,
	BGP_CEASE_REJECTED = 5,
	BGP_CEASE_CONFIG_CHANGE = 6,
	BGP_CEASE_COLLISION = 7,
	BGP_CEASE_RESOURCES = 8,
	BGP_CEASE_HARD_RESET = 9,
	BGP_CEASE_BFD_DOWN = 10,

	BGP_REFRESH_BAD_LENGTH = 1,
};

/** "UPDATE Message Error/Malformed AS_PATH" */
const char *bgp_error_name(uint8_t code, uint8_t subcode);

/** RFC 7606 section 2, weakest first */
typedef enum bgp_fault_verdict_t
{
	BGP_FAULT_NONE,
	BGP_FAULT_ATTRIBUTE_DISCARD,
	BGP_FAULT_TREAT_AS_WITHDRAW,
	BGP_FAULT_AFI_DISABLE,
	BGP_FAULT_SESSION_RESET,
} bgp_fault_verdict_t;

/** a peer's fault; data is what a NOTIFICATION carries, cut to its room */
typedef struct bgp_fault_t
{
	bgp_fault_verdict_t verdict;
	uint8_t code;
	uint8_t subcode;
	/** the attribute, 0 if none */
	uint8_t attr;
	uint8_t data_len;
	uint8_t data[64];
	/** words for a person, static */
	const char *what;
} bgp_fault_t;

/** capabilities (RFC 5492) of an OPEN, ours or the peer's */
typedef struct bgp_caps_t
{
	/** BGP_IPV4 | BGP_IPV6; 0 with mp false: IPv4 alone by default */
	unsigned families;
	/** any MP-BGP capability was there (RFC 4760) */
	bool mp;
	bool route_refresh;
	bool enhanced_refresh;
	bool extended_message;
	/** RFC 6793 */
	bool as4;
	uint32_t as4_asn;
	/** RFC 4724, RFC 8538 */
	bool graceful_restart;
	bool restart_state;
	bool notification_gr;
	uint16_t restart_time;
	unsigned restart_families;
	unsigned forwarding_families;
	/** RFC 8950: IPv4 routes with IPv6 next hops */
	bool extended_next_hop;
	/** RFC 9234, 0 to 4; 255: none */
	uint8_t role;
	/** two different roles were given (an error to the session) */
	bool role_conflict;
} bgp_caps_t;

/** as BGP_IPV4, BGP_IPV6 and BGP_CAP_*; without MP-BGP, IPv4 is meant */
unsigned bgp_caps_bits(const bgp_caps_t *caps);

typedef struct bgp_open_t
{
	/** the true AS: four-octet if the capability is there */
	uint32_t asn;
	uint16_t my_as;
	uint16_t hold_time;
	uint32_t router_id;
	bgp_caps_t caps;
} bgp_open_t;

/** how an UPDATE is to be read and written: negotiated */
typedef struct bgp_codec_t
{
	bool as4;
	bool ibgp;
	unsigned families;
	bool extended_next_hop;
	uint32_t local_as;
	uint32_t remote_as;
	uint16_t message_max;
} bgp_codec_t;

/** runs of NLRI on the wire, checked, to be walked by bgp_nlri_next */
typedef struct bgp_nlri_t
{
	rbuf_t bytes;
	family_t family;
} bgp_nlri_t;

typedef struct bgp_update_t
{
	bgp_nlri_t withdrawn;
	bgp_nlri_t announced;
	/** MP_UNREACH_NLRI and MP_REACH_NLRI; empty if absent */
	bgp_nlri_t mp_withdrawn;
	bgp_nlri_t mp_announced;
	/** next hops by kind: NEXT_HOP is in attrs.next_hop for `announced`, that
	 * of MP_REACH here for `mp_announced` */
	addr_t mp_next_hop;
	addr_t mp_next_hop_ll;
	/** FAMILY_NONE: not an End-of-RIB (RFC 4724 section 2) */
	family_t end_of_rib;
	/** the attributes but MP ones */
	bgp_attr_set_t *attrs;
	/** attributes discarded (RFC 7606), for counting */
	unsigned discarded;
} bgp_update_t;

/** one whole header at p: checks marker, length (against max for the type) and
 * type. false with fault set; *len is the whole message's length */
bool bgp_decode_header(rbuf_t r, uint16_t max, uint16_t *len, bgp_type_t *type,
					   bgp_fault_t *fault);
/* bodies, without header */
bool bgp_decode_open(rbuf_t r, bgp_open_t *open, bgp_fault_t *fault);
/** fault->verdict tells what to do; false only for AFI_DISABLE and
 * SESSION_RESET. With TREAT_AS_WITHDRAW the lists are all to be withdrawn.
 * update->attrs is given by the caller and refilled */
bool bgp_decode_update(rbuf_t r, const bgp_codec_t *codec, bgp_update_t *update,
					   bgp_fault_t *fault);
bool bgp_nlri_next(bgp_nlri_t *nlri, prefix_t *out);
/** data is borrowed from r */
bool bgp_decode_notification(rbuf_t r, uint8_t *code, uint8_t *subcode,
							 rbuf_t *data);
/** subtype: RFC 7313; family FAMILY_NONE: one that we do not have, ignore */
bool bgp_decode_refresh(rbuf_t r, family_t *family, uint8_t *subtype,
						bgp_fault_t *fault);

/* whole messages with header */
void bgp_encode_open(wbuf_t *w, const bgp_open_t *open);
void bgp_encode_keepalive(wbuf_t *w);
void bgp_encode_notification(wbuf_t *w, uint8_t code, uint8_t subcode,
							 const void *data, size_t len);
void bgp_encode_refresh(wbuf_t *w, family_t family, uint8_t subtype);
/** an UPDATE in the making: begin, add prefixes until false, end. IPv4 with an
 * IPv4 next hop goes as plain NLRI, all else as MP_REACH/MP_UNREACH. attrs is
 * borrowed until the end */
typedef struct bgp_update_writer_t
{
	wbuf_t *w;
	const bgp_codec_t *codec;
	const bgp_attrs_t *attrs;
	/** offsets of the message, of the attributes' length, and of that of the
	 * attribute or field that holds the prefixes */
	size_t start;
	size_t attrs_at;
	size_t mp_at;
	/** offset of the next hop's address */
	size_t hop_at;
	/** the message ends here at the latest, without what end() appends */
	size_t limit;
	family_t family;
	bool mp;
	bool withdraw;
	unsigned count;
} bgp_update_writer_t;

/** false: no room, or the attributes alone are too long for a message */
bool bgp_update_begin(bgp_update_writer_t *u, wbuf_t *w,
					  const bgp_codec_t *codec, family_t family,
					  const bgp_attrs_t *attrs);
bool bgp_withdraw_begin(bgp_update_writer_t *u, wbuf_t *w,
						const bgp_codec_t *codec, family_t family);
/** false: full, the prefix is not in it */
bool bgp_update_add(bgp_update_writer_t *u, const prefix_t *prefix);
/** without a prefix added, the message is taken back */
void bgp_update_end(bgp_update_writer_t *u);
void bgp_encode_end_of_rib(wbuf_t *w, family_t family);

#endif
