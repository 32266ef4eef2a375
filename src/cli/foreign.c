/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One table of what a tunnel lives on: what is tried, and how a rule says it. The
 * same chain that does the same to many tunnels is one finding, mended by one rule.
 */

#include "cli/foreign.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define IKE_PORT   500
#define NAT_T_PORT 4500
#define BGP_PORT   179
#define BFD_PORT   3784
/** the first of those that any service is called from (RFC 5881, 4) */
#define EPHEMERAL 49152
/** chains that do the same */
#define HITS_MAX 16

/** what a rule names that mends it */
typedef enum by_t
{
	BY_PEER,
	BY_LINK,
} by_t;

typedef struct kind_t
{
	bool incoming;
	by_t by;
	/** "drops IKE from " */
	const char *does;
	/** the match, after the addresses or links: of nft, and of iptables */
	const char *nft;
	const char *iptables;
} kind_t;

#define IKE_NFT      "udp dport { 500, 4500 } "
#define IKE_IPTABLES "-p udp -m multiport --dports 500,4500 "
#define ESP_WHERE    " (where no NAT is between) "

static const kind_t kinds[FOREIGN_KINDS] = {
	[FOREIGN_IKE_IN] = {true, BY_PEER, "drops IKE from ", IKE_NFT,
						IKE_IPTABLES},
	[FOREIGN_IKE_OUT] = {false, BY_PEER, "drops IKE to ", IKE_NFT,
						 IKE_IPTABLES},
	[FOREIGN_ESP_IN] = {true, BY_PEER, "drops ESP" ESP_WHERE "from ",
						"meta l4proto esp ", "-p esp "},
	[FOREIGN_ESP_OUT] = {false, BY_PEER, "drops ESP" ESP_WHERE "to ",
						 "meta l4proto esp ", "-p esp "},
	[FOREIGN_BGP_IN] = {true, BY_LINK, "drops BGP that comes in by ",
						"tcp dport 179 ", "-p tcp --dport 179 "},
	[FOREIGN_BGP_OUT] = {false, BY_LINK, "drops BGP that leaves by ",
						 "tcp dport 179 ", "-p tcp --dport 179 "},
	[FOREIGN_BFD_IN] = {true, BY_LINK, "drops BFD that comes in by ",
						"udp dport 3784 ", "-p udp --dport 3784 "},
	[FOREIGN_BFD_OUT] = {false, BY_LINK, "drops BFD that leaves by ",
						 "udp dport 3784 ", "-p udp --dport 3784 "},
	[FOREIGN_FORWARD_IN] = {true, BY_LINK,
							"drops answers that are forwarded from ", "", ""},
	[FOREIGN_FORWARD_OUT] = {false, BY_LINK, "drops what is forwarded into ",
							 "", ""},
	[FOREIGN_REWRITE] = {false, BY_LINK,
						 "rewrites the source of what is forwarded into ", "",
						 ""},
};

/** adds it to a list of texts between commas, once; true: it was not there */
static bool add_once(text_t *list, unsigned *count, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(text_str(list), word); at;
		 at = strstr(at + 1, word))
	{
		bool begins = at == list->s || at[-1] == ' ';

		if (begins && (at[len] == '\0' || at[len] == ','))
		{
			return false;
		}
	}
	text_printf(list, "%s%s", list->len ? ", " : "", word);
	(*count)++;
	return true;
}

static foreign_finding_t *finding_of(foreign_findings_t *findings,
									 foreign_kind_t kind, family_t family,
									 const fw_hit_t *hit)
{
	foreign_finding_t *f;

	for (size_t i = 0; i < findings->count; i++)
	{
		f = &findings->list[i];
		if (f->kind == kind && f->family == family &&
			strcmp(f->hit.family, hit->family) == 0 &&
			strcmp(f->hit.table, hit->table) == 0 &&
			strcmp(f->hit.chain, hit->chain) == 0)
		{
			return f;
		}
	}
	findings->list = mem_resize(findings->list, findings->count + 1,
								sizeof(*findings->list));
	f = &findings->list[findings->count++];
	*f = (foreign_finding_t){.kind = kind, .family = family, .hit = *hit};
	return f;
}

typedef struct search_t
{
	const fw_foreign_t *rules;
	const foreign_tunnel_t *tunnel;
	foreign_findings_t *findings;
} search_t;

/** what becomes of a packet; of one whose protocol is not known, what becomes of
 * both TCP and UDP: hosts that forward nothing let ICMP pass */
static size_t judge(const search_t *s, const fw_packet_t *packet,
					fw_hit_t hits[static HITS_MAX])
{
	fw_hit_t udp[HITS_MAX];
	fw_packet_t p = *packet;
	size_t n, n_udp, both = 0;

	if (p.protocol)
	{
		return fw_foreign_judge(s->rules, &p, hits, HITS_MAX);
	}
	p.protocol = IPPROTO_TCP;
	n = fw_foreign_judge(s->rules, &p, hits, HITS_MAX);
	p.protocol = IPPROTO_UDP;
	n_udp = fw_foreign_judge(s->rules, &p, udp, HITS_MAX);
	for (size_t i = 0; i < n; i++)
	{
		for (size_t k = 0; k < n_udp; k++)
		{
			/* the texts are the ruleset's own */
			if (hits[i].chain == udp[k].chain &&
				hits[i].rewrites == udp[k].rewrites)
			{
				hits[both++] = hits[i];
				break;
			}
		}
	}
	return both;
}

static void try(const search_t *s, foreign_kind_t kind, const fw_packet_t *p)
{
	fw_hit_t hits[HITS_MAX];
	size_t n = judge(s, p, hits);
	const kind_t *k = &kinds[kind];
	const addr_t *peer = k->incoming ? &p->src : &p->dst;
	char text[ADDR_STR_MAX];

	for (size_t i = 0; i < n; i++)
	{
		foreign_finding_t *f;

		if (hits[i].rewrites != (kind == FOREIGN_REWRITE))
		{
			continue;
		}
		f = finding_of(s->findings, kind,
					   k->by == BY_PEER ? p->family : FAMILY_NONE, &hits[i]);
		add_once(&f->tunnels, &f->n_tunnels, s->tunnel->name);
		if (k->by == BY_LINK)
		{
			add_once(&f->values, &f->n_values, s->tunnel->link.name);
		}
		else if (addr_is_set(peer))
		{
			add_once(&f->values, &f->n_values, addr_format(peer, text));
		}
	}
}

/** what begins a flow between us and the far end */
static fw_packet_t packet(const foreign_way_t *way, bool incoming,
						  uint8_t protocol, uint16_t port)
{
	fw_packet_t p = {
		.way = incoming ? FW_WAY_IN : FW_WAY_OUT,
		.family = way->remote.family ? way->remote.family : way->local.family,
		.src = incoming ? way->remote : way->local,
		.dst = incoming ? way->local : way->remote,
		.protocol = protocol,
		.dport = port,
	};

	/* IKE has its ports on both sides */
	if (port)
	{
		p.sport = port == IKE_PORT || port == NAT_T_PORT ? port : EPHEMERAL;
	}

	memcpy(incoming ? p.in : p.out, way->link.name, sizeof(p.in));
	*(incoming ? &p.in_index : &p.out_index) = way->link.index;
	return p;
}

static void try_both(const search_t *s, foreign_kind_t in, foreign_kind_t out,
					 const foreign_way_t *way, uint8_t protocol, uint16_t port)
{
	fw_packet_t p = packet(way, true, protocol, port);

	try(s, in, &p);
	p = packet(way, false, protocol, port);
	try(s, out, &p);
}

static void try_network(const search_t *s, const foreign_network_t *network)
{
	const foreign_tunnel_t *t = s->tunnel;
	fw_packet_t p = {.way = FW_WAY_THROUGH,
					 .family = network->prefix.addr.family,
					 .src = network->prefix.addr,
					 .in_index = network->link.index,
					 .out_index = t->link.index};
	unsigned size = addr_size(&p.src);

	/* one of its hosts */
	if (network->prefix.len < addr_bits(&p.src))
	{
		p.src.b[size - 1] |= 1;
	}
	memcpy(p.in, network->link.name, sizeof(p.in));
	memcpy(p.out, t->link.name, sizeof(p.out));
	try(s, FOREIGN_FORWARD_OUT, &p);
	try(s, FOREIGN_REWRITE, &p);
	p = (fw_packet_t){.way = FW_WAY_THROUGH,
					  .family = p.family,
					  .established = true,
					  .dst = p.src,
					  .in_index = t->link.index,
					  .out_index = network->link.index};
	memcpy(p.in, t->link.name, sizeof(p.in));
	memcpy(p.out, network->link.name, sizeof(p.out));
	try(s, FOREIGN_FORWARD_IN, &p);
}

void foreign_find(const fw_foreign_t *rules, const foreign_tunnel_t *tunnel,
				  const foreign_network_t *networks, size_t n,
				  foreign_findings_t *findings)
{
	search_t s = {rules, tunnel, findings};

	for (unsigned i = 0; i < tunnel->n_peers; i++)
	{
		const foreign_way_t *way = &tunnel->peers[i];

		try_both(&s, FOREIGN_IKE_IN, FOREIGN_IKE_OUT, way, IPPROTO_UDP,
				 IKE_PORT);
		try_both(&s, FOREIGN_IKE_IN, FOREIGN_IKE_OUT, way, IPPROTO_UDP,
				 NAT_T_PORT);
		try_both(&s, FOREIGN_ESP_IN, FOREIGN_ESP_OUT, way, IPPROTO_ESP, 0);
	}
	for (unsigned i = 0; i < tunnel->n_sessions; i++)
	{
		try_both(&s, FOREIGN_BGP_IN, FOREIGN_BGP_OUT, &tunnel->sessions[i],
				 IPPROTO_TCP, BGP_PORT);
	}
	if (addr_is_set(&tunnel->bfd.remote))
	{
		try_both(&s, FOREIGN_BFD_IN, FOREIGN_BFD_OUT, &tunnel->bfd, IPPROTO_UDP,
				 BFD_PORT);
	}
	for (size_t i = 0; i < n; i++)
	{
		try_network(&s, &networks[i]);
	}
}

void foreign_findings_deinit(foreign_findings_t *findings)
{
	for (size_t i = 0; i < findings->count; i++)
	{
		text_deinit(&findings->list[i].tunnels);
		text_deinit(&findings->list[i].values);
	}
	free(findings->list);
	*findings = (foreign_findings_t){.list = NULL};
}

/** made by iptables, whose own command has to change it */
static bool is_iptables(const fw_hit_t *hit)
{
	static const char *const tables[] = {"filter", "nat", "mangle", "raw",
										 "security"};
	static const char *const chains[] = {"INPUT", "FORWARD", "OUTPUT",
										 "PREROUTING", "POSTROUTING"};
	bool table = false, chain = false;

	for (size_t i = 0; i < countof(tables); i++)
	{
		table |= strcmp(hit->table, tables[i]) == 0;
		chain |= strcmp(hit->chain, chains[i]) == 0;
	}
	return table && chain && strcmp(hit->family, "inet") != 0;
}

/** names of the kernel's are anybody's text */
static void add_name(text_t *out, const char *name)
{
	for (; *name; name++)
	{
		text_char(out, *name > ' ' && *name <= '~' ? *name : '?');
	}
}

void foreign_what(const foreign_finding_t *f, text_t *out)
{
	text_printf(out, "chain ");
	add_name(out, f->hit.chain);
	text_printf(out, " of table %s ", f->hit.family);
	add_name(out, f->hit.table);
	text_printf(out, " %s%s", kinds[f->kind].does,
				f->n_values ? text_str(&f->values) : "any peer");
}

/** where the rule's addresses stand, or its links */
static const char *nft_key(const foreign_finding_t *f)
{
	const kind_t *k = &kinds[f->kind];

	if (k->by == BY_LINK)
	{
		return k->incoming ? "iifname" : "oifname";
	}
	if (f->family == FAMILY_IPV4)
	{
		return k->incoming ? "ip saddr" : "ip daddr";
	}
	return k->incoming ? "ip6 saddr" : "ip6 daddr";
}

static void nft_remedy(const foreign_finding_t *f, text_t *out)
{
	bool many = f->n_values > 1;

	text_printf(out, "nft insert rule %s ", f->hit.family);
	add_name(out, f->hit.table);
	text_char(out, ' ');
	add_name(out, f->hit.chain);
	text_char(out, ' ');
	if (f->n_values)
	{
		text_printf(out, "%s %s%s%s ", nft_key(f), many ? "{ " : "",
					text_str(&f->values), many ? " }" : "");
	}
	text_printf(out, "%saccept", kinds[f->kind].nft);
}

/** without a value, or with those that one command takes */
static void iptables_one(const foreign_finding_t *f, const char *values,
						 size_t len, text_t *out)
{
	const kind_t *k = &kinds[f->kind];

	text_add(out,
			 strcmp(f->hit.family, "ip6") == 0 ? "ip6tables " : "iptables ");
	if (strcmp(f->hit.table, "filter") != 0)
	{
		text_printf(out, "-t %s ", f->hit.table);
	}
	text_printf(out, "-I %s ", f->hit.chain);
	if (len)
	{
		text_add(out, k->by == BY_LINK ? k->incoming ? "-i " : "-o "
					  : k->incoming    ? "-s "
									   : "-d ");
	}
	for (size_t i = 0; i < len; i++)
	{
		if (values[i] != ' ')
		{
			text_char(out, values[i]);
		}
	}
	text_printf(out, "%s%s-j ACCEPT", len ? " " : "", k->iptables);
}

/** addresses can be listed, but of links there is one a command */
static void iptables_remedy(const foreign_finding_t *f, text_t *out)
{
	const char *at = text_str(&f->values);
	bool each = kinds[f->kind].by == BY_LINK;

	while (true)
	{
		size_t len = each ? strcspn(at, ",") : strlen(at);

		iptables_one(f, at, len, out);
		if (!at[len])
		{
			return;
		}
		text_add(out, "; ");
		at += len + 2;
	}
}

void foreign_remedy(const foreign_finding_t *f, text_t *out)
{
	if (is_iptables(&f->hit))
	{
		iptables_remedy(f, out);
	}
	else
	{
		nft_remedy(f, out);
	}
}
