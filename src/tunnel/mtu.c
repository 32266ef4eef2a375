/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The overhead of ESP in tunnel mode (RFC 4303 section 2), counted exactly:
 *
 *     outer IP | UDP (RFC 3948) | SPI, sequence | IV | inner packet, padding,
 *     pad length, next header | ICV
 *
 * where the part between IV and ICV is a multiple of the cipher's block, and
 * of 4 (section 2.4). So the room for it is rounded down, and two bytes of it
 * are the trailer's. Extended sequence numbers are not sent.
 */

#include "tunnel/mtu.h"

#define OUTER_IPV4  20
#define OUTER_IPV6  40
#define OUTER_UDP   8
#define ESP_HEADER  8
#define ESP_TRAILER 2
#define TCP_HEADER  20

/** by IKEv2 transform number (IANA, "Transform Type 1") */
typedef struct cipher_t
{
	uint16_t encr;
	uint8_t iv;
	/** padded to a multiple of this */
	uint8_t align;
	/** of a combined mode; 0: that of the integrity transform */
	uint8_t icv;
} cipher_t;

static const cipher_t ciphers[] = {
	{3, 8, 8, 0},    /* 3DES, RFC 2451 */
	{11, 0, 4, 0},   /* NULL, RFC 2410 */
	{12, 16, 16, 0}, /* AES-CBC, RFC 3602 */
	{13, 8, 4, 0},   /* AES-CTR, RFC 3686 */
	{14, 8, 4, 8},   /* AES-CCM, RFC 4309 */
	{15, 8, 4, 12},  {16, 8, 4, 16},
	{18, 8, 4, 8}, /* AES-GCM, RFC 4106 */
	{19, 8, 4, 12},  {20, 8, 4, 16},
	{21, 8, 4, 16},  /* NULL with AES-GMAC, RFC 4543 */
	{23, 16, 16, 0}, /* CAMELLIA-CBC, RFC 5529 */
	{24, 8, 4, 0},   /* CAMELLIA-CTR */
	{25, 8, 4, 8},   /* CAMELLIA-CCM */
	{26, 8, 4, 12},  {27, 8, 4, 16},
	{28, 8, 4, 16}, /* ChaCha20-Poly1305, RFC 7634 */
};

/** bytes of ICV by integrity transform ("Transform Type 3") */
static const struct
{
	uint16_t integ;
	uint8_t icv;
} integrities[] = {
	{1, 12},  /* HMAC-MD5-96, RFC 2403 */
	{2, 12},  /* HMAC-SHA1-96, RFC 2404 */
	{5, 12},  /* AES-XCBC-96, RFC 3566 */
	{8, 12},  /* AES-CMAC-96, RFC 4494 */
	{12, 16}, /* HMAC-SHA2-256-128, RFC 4868 */
	{13, 24}, /* HMAC-SHA2-384-192 */
	{14, 32}, /* HMAC-SHA2-512-256 */
};

static const cipher_t *find_cipher(uint16_t encr)
{
	for (size_t i = 0; i < countof(ciphers); i++)
	{
		if (ciphers[i].encr == encr)
		{
			return &ciphers[i];
		}
	}
	return NULL;
}

/** 0: not known */
static unsigned find_icv(const cipher_t *cipher, uint16_t integ)
{
	if (cipher->icv)
	{
		return cipher->icv;
	}
	for (size_t i = 0; i < countof(integrities); i++)
	{
		if (integrities[i].integ == integ)
		{
			return integrities[i].icv;
		}
	}
	return 0;
}

uint16_t tunnel_mtu(const tunnel_sa_info_t *info, unsigned underlay_mtu)
{
	const cipher_t *cipher = find_cipher(info->encr);
	unsigned icv = cipher ? find_icv(cipher, info->integ) : 0;
	unsigned overhead, room;

	if (!icv || !addr_is_set(&info->remote))
	{
		return TUNNEL_MTU_DEFAULT;
	}
	overhead = info->remote.family == FAMILY_IPV6 ? OUTER_IPV6 : OUTER_IPV4;
	overhead += info->encap ? OUTER_UDP : 0;
	overhead += ESP_HEADER + cipher->iv + icv;
	if (underlay_mtu < overhead + TUNNEL_MTU_MIN)
	{
		return TUNNEL_MTU_MIN;
	}
	room = underlay_mtu - overhead;
	room -= room % cipher->align + ESP_TRAILER;
	if (room < TUNNEL_MTU_MIN)
	{
		return TUNNEL_MTU_MIN;
	}
	return room > UINT16_MAX ? UINT16_MAX : (uint16_t)room;
}

uint16_t tunnel_mss(uint16_t mtu, family_t family)
{
	unsigned headers = TCP_HEADER;

	headers += family == FAMILY_IPV6 ? OUTER_IPV6 : OUTER_IPV4;
	return (uint16_t)(mtu > headers ? mtu - headers : 0);
}
