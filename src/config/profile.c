/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Each cloud in one function, its numbers from its own user guide. Inside
 * addresses are checked on tunnels with a connection only: a leased line in
 * the same bundle has other rules.
 */

#include "config/profile.h"

#include "config/check.h"

#include <inttypes.h>
#include <string.h>

static const struct
{
	const char *profile;
	const char *key;
	const char *value;
} defaults[] = {
	/* AWS's sample configurations; a transit gateway announces 5000 at most */
	{"aws", "hold_time", "30"},
	{"aws", "keepalive", "10"},
	{"aws", "max_prefix", "5000"},
	/* fixed there */
	{"azure", "hold_time", "180"},
	{"azure", "keepalive", "60"},
	/* Cloud Router's own */
	{"gcp", "hold_time", "60"},
	{"gcp", "keepalive", "20"},
};

static const char *const names[] = {"alibaba", "aws", "azure", "gcp", "oci"};

const char *profile_known(const char *name)
{
	for (size_t i = 0; i < countof(names); i++)
	{
		if (!strcmp(names[i], name))
		{
			return names[i];
		}
	}
	return NULL;
}

const char *profile_default(const char *profile, config_scope_t scope,
							const char *key)
{
	if (!profile || scope != CONFIG_IN_NEIGHBOR)
	{
		return NULL;
	}
	for (size_t i = 0; i < countof(defaults); i++)
	{
		if (!strcmp(defaults[i].profile, profile) &&
			!strcmp(defaults[i].key, key))
		{
			return defaults[i].value;
		}
	}
	return NULL;
}

bool profile_default_row(size_t i, const char **profile, const char **key,
						 const char **value)
{
	if (i >= countof(defaults))
	{
		return false;
	}
	*profile = defaults[i].profile;
	*key = defaults[i].key;
	*value = defaults[i].value;
	return true;
}

typedef struct subject_t
{
	config_load_t *load;
	const config_bundle_t *bundle;
	const config_tunnel_t *tunnel;
	/** the tunnel's */
	char path[CONFIG_PATH_MAX];
} subject_t;

static bool within(const ifaddr_t *address, const char *network)
{
	prefix_t prefix;

	return prefix_parse(network, &prefix) &&
		   prefix_contains_addr(&prefix, &address->addr);
}

static void refuse(const subject_t *s, const ifaddr_t *address, const char *why)
{
	char text[ADDR_STR_MAX];

	report_error(s->load->report, s->path, "address", "%s/%u: %s",
				 addr_format(&address->addr, text), address->len, why);
}

/** a /30 of 169.254.0.0/16, none of the first `reserved` of 169.254.N.0/30 and
 * not the metadata service's */
static void check_link_local(const subject_t *s, const ifaddr_t *address,
							 unsigned reserved, const char *range,
							 const char *taken)
{
	prefix_t network = ifaddr_prefix(address);
	const uint8_t *b = network.addr.b;

	if (!within(address, "169.254.0.0/16") || address->len != 30)
	{
		refuse(s, address, range);
	}
	else if ((b[2] < reserved || b[2] == 169) &&
			 b[3] == (b[2] == 169 ? 252 : 0))
	{
		refuse(s, address, taken);
	}
}

static void check_aws_address(const subject_t *s, const ifaddr_t *address)
{
	if (address->addr.family == FAMILY_IPV4)
	{
		if (address->len == 30 && (address->addr.b[3] & 3) == 1)
		{
			refuse(s, address,
				   "AWS has the first address of the /30: ours is the second");
		}
		check_link_local(s, address, 6,
						 "AWS takes a /30 of 169.254.0.0/16 inside the tunnel",
						 "AWS keeps 169.254.0.0/30 to 169.254.5.0/30 and "
						 "169.254.169.252/30 for itself");
	}
	else if (!within(address, "fd00::/8") || address->len != 126)
	{
		refuse(s, address, "AWS takes a /126 of fd00::/8 inside the tunnel");
	}
}

static void check_alibaba_address(const subject_t *s, const ifaddr_t *address)
{
	if (address->addr.family == FAMILY_IPV4)
	{
		check_link_local(s, address, 7,
						 "Alibaba Cloud takes a /30 of 169.254.0.0/16 inside "
						 "the tunnel",
						 "Alibaba Cloud keeps 169.254.0.0/30 to 169.254.6.0/30 "
						 "and 169.254.169.252/30 for itself");
	}
}

static void check_azure_address(const subject_t *s, const ifaddr_t *address)
{
	if (address->addr.family == FAMILY_IPV4 &&
		within(address, "169.254.0.0/16") &&
		!within(address, "169.254.21.0/24") &&
		!within(address, "169.254.22.0/24"))
	{
		refuse(s, address,
			   "of 169.254.0.0/16, Azure takes 169.254.21.0 to "
			   "169.254.22.255 alone");
	}
}

static void check_gcp_address(const subject_t *s, const ifaddr_t *address)
{
	if (address->addr.family == FAMILY_IPV4 &&
		(!within(address, "169.254.0.0/16") || address->len != 30))
	{
		refuse(s, address,
			   "Google Cloud takes a /30 of 169.254.0.0/16 inside the tunnel");
	}
}

static void check_oci_address(const subject_t *s, const ifaddr_t *address)
{
	static const uint8_t taken[][2] = {{10, 19}, {100, 109}, {192, 201}};
	uint8_t third = address->addr.b[2];

	if (address->addr.family == FAMILY_IPV6)
	{
		if (address->len < 64 || address->len > 127)
		{
			refuse(s, address, "Oracle takes a /64 to /127 inside the tunnel");
		}
		return;
	}
	if (address->len != 30 && address->len != 31)
	{
		refuse(s, address, "Oracle takes a /30 or /31 inside the tunnel");
	}
	for (size_t i = 0; i < countof(taken); i++)
	{
		if (within(address, "169.254.0.0/16") && third >= taken[i][0] &&
			third <= taken[i][1])
		{
			refuse(s, address,
				   "Oracle keeps 169.254.10 to 19, 100 to 109 and 192 to 201 "
				   "for itself");
		}
	}
}

static uint32_t own_as(const subject_t *s, const config_neighbor_t *neighbor)
{
	return neighbor->local_as ? neighbor->local_as : s->load->config->asn;
}

static bool is_azure(uint32_t as)
{
	static const uint32_t taken[] = {8074,  8075,  12076, 65515,
									 65517, 65518, 65519, 65520};

	for (size_t i = 0; i < countof(taken); i++)
	{
		if (as == taken[i])
		{
			return true;
		}
	}
	return false;
}

static void check_azure_neighbor(const subject_t *s, const char *path,
								 const config_neighbor_t *neighbor)
{
	uint32_t own = own_as(s, neighbor);
	const ifaddr_t apipa = {.addr = neighbor->address};

	if (neighbor->hold_time != 180)
	{
		report_error(s->load->report, path, "hold_time",
					 "Azure's timers are fixed: 180, with a keepalive of 60");
	}
	if (neighbor->keepalive != 60)
	{
		report_error(s->load->report, path, "keepalive",
					 "Azure's timers are fixed: 60, with a hold time of 180");
	}
	if (is_azure(own))
	{
		report_error(s->load->report, path, NULL,
					 "our AS %" PRIu32 " is one of Azure's own: Azure refuses "
					 "it at the far side",
					 own);
	}
	if ((own >= 64496 && own <= 64511) || (own >= 65535 && own <= 65551))
	{
		report_error(s->load->report, path, NULL,
					 "our AS %" PRIu32 " is reserved by IANA: Azure refuses it",
					 own);
	}
	if (neighbor->passive && within(&apipa, "169.254.0.0/16"))
	{
		report_error(s->load->report, path, "passive",
					 "Azure does not open sessions from 169.254.0.0/16: we "
					 "have to");
	}
}

static void check_gcp_neighbor(const subject_t *s, const char *path,
							   const config_neighbor_t *neighbor)
{
	uint32_t as = neighbor->remote_as;
	unsigned keepalive =
		neighbor->keepalive ? neighbor->keepalive : neighbor->hold_time / 3u;

	if (keepalive < 20 || keepalive > 60)
	{
		report_error(s->load->report, path, "keepalive",
					 "Google Cloud takes 20 to 60 seconds, with a hold time of "
					 "three times as much");
	}
	if (as && (as < 64512 || (as > 65534 && as < 4200000000)))
	{
		report_warning(s->load->report, path, "remote_as",
					   "%" PRIu32 " is not private, but Cloud Routers of VPNs "
					   "have private numbers",
					   as);
	}
}

static void check_profile_neighbor(subject_t *s,
								   const config_neighbor_t *neighbor)
{
	const char *profile = s->bundle->profile;
	uint32_t own = own_as(s, neighbor);
	char path[CONFIG_PATH_MAX];

	path_neighbor(path, s->bundle, s->tunnel, neighbor);
	if (own && neighbor->remote_as == own)
	{
		report_error(s->load->report, path, "remote_as",
					 "%" PRIu32 " is our own: sessions with a cloud are "
					 "between two ASes",
					 own);
	}
	if (!strcmp(profile, "alibaba") && own == 45104)
	{
		report_error(s->load->report, path, NULL,
					 "our AS 45104 is Alibaba Cloud's own");
	}
	if (!strcmp(profile, "oci") && own == 31898)
	{
		report_error(s->load->report, path, NULL,
					 "our AS 31898 is Oracle Cloud's own");
	}
	if (!strcmp(profile, "azure"))
	{
		check_azure_neighbor(s, path, neighbor);
	}
	if (!strcmp(profile, "gcp"))
	{
		check_gcp_neighbor(s, path, neighbor);
	}
}

/** neither answers BFD on tunnels: it would never come up, and strict never
 * be used */
static void check_bfd(const subject_t *s)
{
	bool azure = !strcmp(s->bundle->profile, "azure");

	if (s->tunnel->bfd && (azure || !strcmp(s->bundle->profile, "gcp")))
	{
		report_error(s->load->report, s->path, "bfd",
					 "%s has no BFD on its VPN gateways: write probe = "
					 "ADDRESS instead, the far side's",
					 azure ? "Azure" : "Google Cloud");
	}
}

/** where `mtu` is not written, it is computed of what is negotiated */
static void check_mtu(const subject_t *s)
{
	static const struct
	{
		const char *profile;
		const char *name;
		unsigned mtu;
	} most[] = {
		{"alibaba", "Alibaba Cloud", 1360},
		{"aws", "AWS", 1446},
		{"gcp", "Google Cloud", 1460},
	};
	unsigned mtu = s->tunnel->mtu;

	for (size_t i = 0; i < countof(most); i++)
	{
		if (!strcmp(most[i].profile, s->bundle->profile) && mtu > most[i].mtu)
		{
			report_warning(s->load->report, s->path, "mtu",
						   "%u is more than the %u that %s lets through: leave "
						   "mtu out, or write that or less",
						   mtu, most[i].mtu, most[i].name);
		}
	}
}

static void check_profile_tunnel(config_load_t *load,
								 const config_bundle_t *bundle,
								 const config_tunnel_t *tunnel)
{
	static const struct
	{
		const char *profile;
		void (*check)(const subject_t *s, const ifaddr_t *address);
	} rules[] = {
		{"alibaba", check_alibaba_address}, {"aws", check_aws_address},
		{"azure", check_azure_address},     {"gcp", check_gcp_address},
		{"oci", check_oci_address},
	};
	subject_t s = {.load = load, .bundle = bundle, .tunnel = tunnel};

	if (!tunnel->connection)
	{
		return;
	}
	path_tunnel(s.path, bundle, tunnel);
	check_bfd(&s);
	check_mtu(&s);
	for (size_t i = 0; i < countof(rules); i++)
	{
		for (size_t j = 0; j < tunnel->n_addresses &&
						   !strcmp(rules[i].profile, bundle->profile);
			 j++)
		{
			rules[i].check(&s, &tunnel->addresses[j]);
		}
	}
	for (size_t i = 0; i < tunnel->n_neighbors; i++)
	{
		check_profile_neighbor(&s, &tunnel->neighbors[i]);
	}
}

/** a far side that calls itself Azure, in a bundle without a profile; shorter
 * times than Azure's are what makes sessions with it flap */
static void check_unnamed(config_load_t *load, const config_bundle_t *bundle)
{
	char path[CONFIG_PATH_MAX];

	for (size_t i = 0; i < bundle->n_tunnels; i++)
	{
		const config_tunnel_t *tunnel = &bundle->tunnels[i];

		for (size_t j = 0; j < tunnel->n_neighbors; j++)
		{
			const config_neighbor_t *neighbor = &tunnel->neighbors[j];

			if (tunnel->connection && is_azure(neighbor->remote_as) &&
				neighbor->hold_time && neighbor->hold_time < 180)
			{
				path_neighbor(path, bundle, tunnel, neighbor);
				report_warning(load->report, path, "hold_time",
							   "AS %" PRIu32 " is Azure's, whose timers are "
							   "fixed at 180 and 60: write profile = azure in "
							   "the bundle",
							   neighbor->remote_as);
			}
		}
	}
}

static void check_alibaba_announced(config_load_t *load, const char *path)
{
	const config_prefixes_t *prefixes = &load->config->advertise;
	prefix_t shared;

	if (prefixes->count > 50)
	{
		report_warning(load->report, path, NULL,
					   "%zu prefixes are advertised: Alibaba Cloud takes 50 "
					   "unless its support raises the quota",
					   prefixes->count);
	}
	for (size_t i = 0; i < prefixes->count; i++)
	{
		char text[PREFIX_STR_MAX];

		if (prefixes->list[i].addr.family == FAMILY_IPV4 &&
			(!prefixes->list[i].len ||
			 (prefix_parse("100.64.0.0/10", &shared) &&
			  prefix_contains(&shared, &prefixes->list[i]))))
		{
			report_error(load->report, path, NULL,
						 "%s is advertised, which Alibaba Cloud refuses: hold "
						 "it back by an export policy",
						 prefix_format(&prefixes->list[i], text));
		}
	}
}

/** what the cloud takes from us; an export policy may send less */
static void check_announced(config_load_t *load, const config_bundle_t *bundle)
{
	const config_prefixes_t *prefixes = &load->config->advertise;
	char path[CONFIG_PATH_MAX];

	if (bundle->export_policy)
	{
		return;
	}
	path_bundle(path, bundle);
	if (!strcmp(bundle->profile, "aws") && prefixes->count > 1000)
	{
		report_error(load->report, path, NULL,
					 "%zu prefixes are advertised: AWS ends the session at "
					 "more than 1000; announce aggregates, or fewer by an "
					 "export policy",
					 prefixes->count);
	}
	else if (!strcmp(bundle->profile, "aws") && prefixes->count > 100)
	{
		report_warning(load->report, path, NULL,
					   "%zu prefixes are advertised: AWS ends the session at "
					   "more than 100 on a virtual private gateway, 1000 on a "
					   "transit gateway; announce aggregates, or fewer by an "
					   "export policy",
					   prefixes->count);
	}
	if (!strcmp(bundle->profile, "azure") && prefixes->count > 4000)
	{
		report_error(load->report, path, NULL,
					 "%zu prefixes are advertised: Azure ends the session at "
					 "more than 4000; announce aggregates, or fewer by an "
					 "export policy",
					 prefixes->count);
	}
	if (!strcmp(bundle->profile, "alibaba"))
	{
		check_alibaba_announced(load, path);
	}
}

void profile_check(config_load_t *load, const config_bundle_t *bundle)
{
	size_t connections = 0;
	char path[CONFIG_PATH_MAX];

	if (!bundle->profile)
	{
		check_unnamed(load, bundle);
		return;
	}
	check_announced(load, bundle);
	for (size_t i = 0; i < bundle->n_tunnels; i++)
	{
		connections += bundle->tunnels[i].connection != NULL;
		check_profile_tunnel(load, bundle, &bundle->tunnels[i]);
	}
	if (connections == 1 && bundle->n_tunnels == 1 &&
		strcmp(bundle->profile, "azure") != 0)
	{
		report_warning(load->report, path_bundle(path, bundle), NULL,
					   "has one tunnel, but the cloud offers two and takes "
					   "each down for maintenance");
	}
}
