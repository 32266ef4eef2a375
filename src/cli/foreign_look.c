/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What is sent between which addresses by which links is put together from the
 * configuration (or the gateway's reply) and this host's addresses; which link
 * leads to a peer, the kernel says when a socket is connected to it.
 */

#include "cli/foreign_look.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/doctor_counts.h"
#include "cli/foreign.h"
#include "cli/host.h"
#include "cli/reply.h"
#include "config/report.h"

#define IKE_PORT 500
/** more of the site's networks are not tried */
#define NETWORKS_MAX 64

/** rules cannot mean one that is not there by its number */
#define NOT_YET UINT32_MAX

static foreign_link_t link_of(const char *name)
{
	foreign_link_t link = {.index = *name ? if_nametoindex(name) : 0};

	if (*name && !link.index)
	{
		link.index = NOT_YET;
	}
	snprintf(link.name, sizeof(link.name), "%s", name);
	return link;
}

/** the link that has the address; NULL: none */
static const config_host_address_t *own(const config_host_t *host,
										const addr_t *addr)
{
	for (size_t i = 0; i < host->n_addresses; i++)
	{
		if (addr_equal(&host->addresses[i].address.addr, addr))
		{
			return &host->addresses[i];
		}
	}
	return NULL;
}

/** our address on the way to the peer; unset: there is no way. Nothing is sent */
static addr_t source_to(const addr_t *peer)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
							   .sin6_port = htons(IKE_PORT)};
	struct sockaddr_in four = {.sin_family = AF_INET,
							   .sin_port = htons(IKE_PORT)};
	bool is_six = peer->family == FAMILY_IPV6;
	struct sockaddr *sa =
		is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	socklen_t len = is_six ? sizeof(six) : sizeof(four);
	int fd = socket(sa->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	addr_t out = addr_none;

	memcpy(&six.sin6_addr, peer->b, sizeof(six.sin6_addr));
	memcpy(&four.sin_addr, peer->b, sizeof(four.sin_addr));
	if (fd >= 0 && connect(fd, sa, len) == 0 && getsockname(fd, sa, &len) == 0)
	{
		out = is_six ? addr_v6(six.sin6_addr.s6_addr)
					 : addr_v4(ntohl(four.sin_addr.s_addr));
	}
	if (fd >= 0)
	{
		close(fd);
	}
	return out;
}

/** from an address of this host's, else it is none of its ways */
static void add_peer(foreign_tunnel_t *t, const config_host_t *host,
					 const addr_t *peer, const addr_t *local)
{
	const config_host_address_t *at = own(host, local);

	if (at && t->n_peers < FOREIGN_PEERS_MAX)
	{
		t->peers[t->n_peers++] = (foreign_way_t){
			.link = link_of(at->link), .local = *local, .remote = *peer};
	}
}

/** inside the tunnel, to the address of a neighbour */
static foreign_way_t inside(const foreign_tunnel_t *t, const addr_t *local,
							const addr_t *remote)
{
	return (foreign_way_t){.link = t->link, .local = *local, .remote = *remote};
}

static void add_session(foreign_tunnel_t *t, const addr_t *local,
						const addr_t *remote)
{
	if (t->n_sessions < FOREIGN_SESSIONS_MAX)
	{
		t->sessions[t->n_sessions++] = inside(t, local, remote);
	}
}

typedef struct networks_t
{
	foreign_network_t list[NETWORKS_MAX];
	size_t count;
} networks_t;

static bool has(const config_strings_t *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
	{
		if (strcmp(list->list[i], name) == 0)
		{
			return true;
		}
	}
	return false;
}

static void add_network(networks_t *networks, const prefix_t *prefix,
						const char *link)
{
	if (networks->count < NETWORKS_MAX)
	{
		networks->list[networks->count++] =
			(foreign_network_t){.prefix = *prefix, .link = link_of(link)};
	}
}

/** the site's own side: the links that are named, else all but `others` */
static bool is_inside(const config_host_address_t *at,
					  const config_strings_t *links,
					  const config_strings_t *others)
{
	return strcmp(at->link, "lo") != 0 &&
		   !addr_is_link_local(&at->address.addr) &&
		   (links->count ? has(links, at->link) : !has(others, at->link));
}

/** what is announced, and behind which link it is as far as addresses tell; else
 * what is on the links inside. others: the tunnels' and the underlay's */
static void find_networks(const config_prefixes_t *advertise,
						  const config_strings_t *links,
						  const config_strings_t *others,
						  const config_host_t *host, networks_t *out)
{
	for (size_t i = 0; i < advertise->count; i++)
	{
		const prefix_t *prefix = &advertise->list[i];
		const char *link = "";

		for (size_t k = 0; k < host->n_addresses && !*link; k++)
		{
			const config_host_address_t *at = &host->addresses[k];

			link = is_inside(at, links, others) &&
						   prefix_contains_addr(prefix, &at->address.addr)
					   ? at->link
					   : "";
		}
		add_network(out, prefix, link);
	}
	for (size_t i = 0; !advertise->count && i < host->n_addresses; i++)
	{
		const config_host_address_t *at = &host->addresses[i];
		prefix_t prefix = ifaddr_prefix(&at->address);

		if (is_inside(at, links, others))
		{
			add_network(out, &prefix, at->link);
		}
	}
}

/** the links of tunnels, and of the underlay */
static void add_links(config_strings_t *links, const foreign_tunnel_t *t)
{
	strings_add(links, t->link.name);
	for (unsigned i = 0; i < t->n_peers; i++)
	{
		strings_add(links, t->peers[i].link.name);
	}
}

/* -- of a configuration ---------------------------------------------------- */

static const config_connection_t *connection_of(const config_t *config,
												const char *name)
{
	for (size_t i = 0; name && i < config->n_connections; i++)
	{
		if (strcmp(config->connections[i].name, name) == 0)
		{
			return &config->connections[i];
		}
	}
	return NULL;
}

static addr_t local_of(const config_tunnel_t *c, const addr_t *remote)
{
	for (size_t i = 0; i < c->n_addresses; i++)
	{
		if (c->addresses[i].addr.family == remote->family)
		{
			return c->addresses[i].addr;
		}
	}
	return addr_none;
}

static foreign_tunnel_t of_config(const config_t *config,
								  const config_tunnel_t *c,
								  const config_host_t *host)
{
	const config_connection_t *connection =
		connection_of(config, c->connection);
	foreign_tunnel_t t = {.name = c->name, .link = link_of(c->link)};
	addr_t local, peer;

	for (size_t i = 0; connection && i < connection->remote_addrs.count; i++)
	{
		/* of a name, or a range, the way is not known */
		if (addr_parse(connection->remote_addrs.list[i], &peer))
		{
			local = source_to(&peer);
			add_peer(&t, host, &peer, &local);
		}
	}
	for (size_t i = 0; i < c->n_neighbors; i++)
	{
		local = local_of(c, &c->neighbors[i].address);
		add_session(&t, &local, &c->neighbors[i].address);
	}
	if (c->bfd && addr_is_set(&c->bfd_address))
	{
		local = local_of(c, &c->bfd_address);
		t.bfd = inside(&t, &local, &c->bfd_address);
	}
	return t;
}

static void warn(const foreign_finding_t *f, config_report_t *report)
{
	text_t what = {0}, remedy = {0};

	foreign_what(f, &what);
	foreign_remedy(f, &remedy);
	report_warning(report, "this machine", NULL,
				   "%s (tunnel%s %s): run `%s`, and write it where that table "
				   "comes from",
				   text_str(&what), f->n_tunnels == 1 ? "" : "s",
				   text_str(&f->tunnels), text_str(&remedy));
	text_deinit(&what);
	text_deinit(&remedy);
}

/** rules of iptables-legacy cannot be asked for by netlink */
static void warn_legacy(config_report_t *report)
{
	static const char *const files[][2] = {
		{"/proc/net/ip_tables_names", "iptables-legacy-save"},
		{"/proc/net/ip6_tables_names", "ip6tables-legacy-save"},
	};

	for (size_t i = 0; i < countof(files); i++)
	{
		FILE *file = fopen(files[i][0], "re");
		char name[64];

		if (file && fgets(name, sizeof(name), file))
		{
			report_warning(report, "this machine", NULL,
						   "the kernel has rules of iptables-legacy, which are "
						   "not looked at: see by `%s` whether they drop IKE, "
						   "ESP, BGP or what is forwarded",
						   files[i][1]);
		}
		if (file)
		{
			fclose(file);
		}
	}
}

static void check_tunnels(const config_t *config, const config_host_t *host,
						  const fw_foreign_t *rules,
						  foreign_findings_t *findings)
{
	foreign_tunnel_t *tunnels = NULL;
	config_strings_t links = {.list = NULL};
	networks_t networks = {.count = 0};
	size_t n = 0;

	for (size_t i = 0; i < config->n_bundles; i++)
	{
		const config_bundle_t *b = &config->bundles[i];

		tunnels = mem_resize(tunnels, n + b->n_tunnels + 1, sizeof(*tunnels));
		for (size_t j = 0; j < b->n_tunnels; j++)
		{
			tunnels[n] = of_config(config, &b->tunnels[j], host);
			add_links(&links, &tunnels[n++]);
		}
	}
	find_networks(&config->advertise, &config->inside, &links, host, &networks);
	for (size_t i = 0; i < n; i++)
	{
		foreign_find(rules, &tunnels[i], networks.list, networks.count,
					 findings);
	}
	strings_deinit(&links);
	free(tunnels);
}

bool foreign_check(const config_t *config, const config_host_t *host,
				   config_report_t *report)
{
	foreign_findings_t findings = {.list = NULL};
	int error;
	fw_foreign_t *rules = fw_foreign_read(&error);

	if (rules)
	{
		check_tunnels(config, host, rules, &findings);
		warn_legacy(report);
	}
	for (size_t i = 0; i < findings.count; i++)
	{
		warn(&findings.list[i], report);
	}
	foreign_findings_deinit(&findings);
	fw_foreign_destroy(rules);
	return rules || error != -EPERM;
}

/* -- of the gateway's reply ------------------------------------------------ */

static foreign_tunnel_t of_doctor(const doctor_tunnel_t *d,
								  const config_host_t *host)
{
	foreign_tunnel_t t = {.name = d->name, .link = link_of(d->link)};
	addr_t local, remote;

	for (unsigned i = 0; d->connection[0] && i < d->n_ways; i++)
	{
		if (addr_parse(d->ways[i].peer, &remote) &&
			addr_parse(d->ways[i].source, &local))
		{
			add_peer(&t, host, &remote, &local);
		}
	}
	/* without the link, this is not the gateway's namespace, or there is none */
	for (unsigned i = 0; doctor_here(d) && i < d->n_sessions; i++)
	{
		local = remote = addr_none;
		addr_parse(d->sessions[i].local, &local);
		if (addr_parse(d->sessions[i].address, &remote))
		{
			add_session(&t, &local, &remote);
		}
	}
	local = addr_none;
	if (doctor_here(d) && addr_parse(d->bfd_address, &remote))
	{
		t.bfd = inside(&t, &local, &remote);
	}
	return t;
}

static doctor_foreign_kind_t kind_of(foreign_kind_t kind)
{
	switch (kind)
	{
		case FOREIGN_IKE_IN:
		case FOREIGN_IKE_OUT:
			return DOCTOR_FOREIGN_IKE;
		case FOREIGN_ESP_IN:
		case FOREIGN_ESP_OUT:
			return DOCTOR_FOREIGN_ESP;
		case FOREIGN_BGP_IN:
		case FOREIGN_BGP_OUT:
			return DOCTOR_FOREIGN_BGP;
		case FOREIGN_BFD_IN:
		case FOREIGN_BFD_OUT:
			return DOCTOR_FOREIGN_BFD;
		case FOREIGN_FORWARD_IN:
		case FOREIGN_FORWARD_OUT:
			return DOCTOR_FOREIGN_FORWARD;
		case FOREIGN_REWRITE:
		case FOREIGN_KINDS:
			break;
	}
	return DOCTOR_FOREIGN_REWRITE;
}

/** the first of a kind names the cause, and all their commands are the remedy */
static void tell(const foreign_finding_t *f, doctor_tunnel_t *d)
{
	doctor_foreign_t *out = &d->foreign[kind_of(f->kind)];
	size_t len = strlen(out->remedy);
	text_t what = {0}, remedy = {0};

	foreign_what(f, &what);
	foreign_remedy(f, &remedy);
	if (!out->what[0])
	{
		snprintf(out->what, sizeof(out->what), "%s", text_str(&what));
	}
	/* half a command is none */
	if (len + remedy.len + 3 < sizeof(out->remedy))
	{
		snprintf(out->remedy + len, sizeof(out->remedy) - len, "%s%s",
				 len ? "; " : "", text_str(&remedy));
	}
	text_deinit(&what);
	text_deinit(&remedy);
}

static void read_strings(json_object *list, config_strings_t *out)
{
	for (size_t i = 0; i < reply_length(list); i++)
	{
		strings_add(out, json_object_get_string(reply_at(list, i)));
	}
}

/** the lists that the reply has as texts */
static void read_site(json_object *site, config_prefixes_t *advertise,
					  config_strings_t *links, config_strings_t *others)
{
	json_object *list = reply_get(site, "advertise");

	advertise->list =
		mem_array(reply_length(list) + 1, sizeof(*advertise->list));
	for (size_t i = 0; i < reply_length(list); i++)
	{
		if (prefix_parse(json_object_get_string(reply_at(list, i)),
						 &advertise->list[advertise->count]))
		{
			advertise->count++;
		}
	}
	read_strings(reply_get(site, "inside"), links);
	read_strings(reply_get(site, "outside"), others);
}

static void look_at(doctor_tunnel_t *tunnels, size_t n, json_object *site,
					const config_host_t *host, const fw_foreign_t *rules)
{
	foreign_tunnel_t *all = mem_array(n, sizeof(*all));
	config_prefixes_t advertise = {.list = NULL};
	config_strings_t links = {.list = NULL}, others = {.list = NULL};
	networks_t networks = {.count = 0};

	for (size_t i = 0; i < n; i++)
	{
		all[i] = of_doctor(&tunnels[i], host);
	}
	read_site(site, &advertise, &links, &others);
	find_networks(&advertise, &links, &others, host, &networks);
	for (size_t i = 0; i < n; i++)
	{
		foreign_findings_t findings = {.list = NULL};

		foreign_find(rules, &all[i], networks.list,
					 doctor_here(&tunnels[i]) ? networks.count : 0, &findings);
		for (size_t k = 0; k < findings.count; k++)
		{
			tell(&findings.list[k], &tunnels[i]);
		}
		foreign_findings_deinit(&findings);
	}
	free(advertise.list);
	strings_deinit(&links);
	strings_deinit(&others);
	free(all);
}

void foreign_doctor(doctor_tunnel_t *tunnels, size_t n, json_object *site)
{
	int error;
	fw_foreign_t *rules = fw_foreign_read(&error);
	config_host_t host;

	if (rules)
	{
		host_init(&host, "");
		look_at(tunnels, n, site, &host, rules);
		host_deinit(&host);
	}
	fw_foreign_destroy(rules);
}
