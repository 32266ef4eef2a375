/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What src/tunnel/mtu.c says of each cipher it knows, for a lab case to hold
 * against the kernel. A line a combination, its fields separated by tabs:
 *
 *     SUITE OUTER-FAMILY ENCAP MTU MSS4 MSS6 ALGORITHMS
 *
 * ALGORITHMS are those of `ip xfrm state`, as KIND:NAME:KEY-BYTES[:ICV-BITS],
 * separated by blanks.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tunnel/mtu.h"

static const struct
{
	const char *name;
	uint16_t encr, integ;
	const char *algorithms;
} suites[] = {
	{"aes128gcm16", 20, 0, "aead:rfc4106(gcm(aes)):20:128"},
	{"aes256gcm16", 20, 0, "aead:rfc4106(gcm(aes)):36:128"},
	{"aes256gcm12", 19, 0, "aead:rfc4106(gcm(aes)):36:96"},
	{"aes256gcm8", 18, 0, "aead:rfc4106(gcm(aes)):36:64"},
	{"chacha20poly1305", 28, 0, "aead:rfc7539esp(chacha20,poly1305):36:128"},
	{"aes256ccm16", 16, 0, "aead:rfc4309(ccm(aes)):35:128"},
	{"aes256ccm8", 14, 0, "aead:rfc4309(ccm(aes)):35:64"},
	{"aes256gmac", 21, 0, "aead:rfc4543(gcm(aes)):36:128"},
	{"aes128-sha1", 12, 2, "enc:cbc(aes):16 auth-trunc:hmac(sha1):20:96"},
	{"aes256-sha1", 12, 2, "enc:cbc(aes):32 auth-trunc:hmac(sha1):20:96"},
	{"aes256-sha256", 12, 12, "enc:cbc(aes):32 auth-trunc:hmac(sha256):32:128"},
	{"aes256-sha384", 12, 13, "enc:cbc(aes):32 auth-trunc:hmac(sha384):48:192"},
	{"aes256-sha512", 12, 14, "enc:cbc(aes):32 auth-trunc:hmac(sha512):64:256"},
	{"aes256-md5", 12, 1, "enc:cbc(aes):32 auth-trunc:hmac(md5):16:96"},
	{"aes256-aesxcbc", 12, 5, "enc:cbc(aes):32 auth-trunc:xcbc(aes):16:96"},
	{"aes256-aescmac", 12, 8, "enc:cbc(aes):32 auth-trunc:cmac(aes):16:96"},
	{"aes256ctr-sha256", 13, 12,
	 "enc:rfc3686(ctr(aes)):36 auth-trunc:hmac(sha256):32:128"},
	{"3des-sha1", 3, 2, "enc:cbc(des3_ede):24 auth-trunc:hmac(sha1):20:96"},
	{"camellia256-sha512", 23, 14,
	 "enc:cbc(camellia):32 auth-trunc:hmac(sha512):64:256"},
	{"null-sha256", 11, 12,
	 "enc:ecb(cipher_null):0 auth-trunc:hmac(sha256):32:128"},
};

static bool print_row(size_t i, bool six, bool encap, unsigned underlay)
{
	tunnel_sa_info_t info = {
		.encr = suites[i].encr, .integ = suites[i].integ, .encap = encap};
	uint16_t mtu;

	if (!addr_parse(six ? "2001:db8::1" : "192.0.2.1", &info.remote))
	{
		return false;
	}
	mtu = tunnel_mtu(&info, underlay);
	printf("%s\t%d\t%d\t%u\t%u\t%u\t%s\n", suites[i].name, six ? 6 : 4, encap,
		   mtu, tunnel_mss(mtu, FAMILY_IPV4), tunnel_mss(mtu, FAMILY_IPV6),
		   suites[i].algorithms);
	return true;
}

int main(int argc, char *argv[])
{
	unsigned long underlay = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

	if (!underlay || underlay > UINT16_MAX)
	{
		fprintf(stderr, "usage: mtu UNDERLAY-MTU\n");
		return 2;
	}
	for (size_t i = 0; i < countof(suites); i++)
	{
		for (unsigned k = 0; k < 4; k++)
		{
			if (!print_row(i, k & 2, k & 1, (unsigned)underlay))
			{
				return 1;
			}
		}
	}
	return 0;
}
