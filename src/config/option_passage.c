/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * How packets pass through tunnels: "10.0.0.0/24 to 10.200.0.0/24" of netmap,
 * "10.1.0.0/16 from 10.9.0.0/16 tcp 8000-8080" of allow lists. An element is
 * words, read one after the other.
 */

#include "config/option_impl.h"

#include "base/text.h"
#include "config/report.h"
#include "config/values.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORDS_MAX 6
/** elements of one list: a rule or two of the kernel's each */
#define LIST_MAX 256

#define NETMAP_WANTED "PREFIX to PREFIX, as 10.0.0.0/24 to 10.200.0.0/24"
#define ALLOW_WANTED                                                           \
	"PREFIX [from PREFIX] [PROTOCOL [PORT[-PORT]]], as 10.1.0.0/16 tcp 443"

/** IPPROTO_ICMP stands for both families' */
static const struct
{
	const char *name;
	uint8_t number;
} protocols[] = {
	{"tcp", IPPROTO_TCP},   {"udp", IPPROTO_UDP}, {"icmp", IPPROTO_ICMP},
	{"sctp", IPPROTO_SCTP}, {"gre", IPPROTO_GRE}, {"esp", IPPROTO_ESP},
};

/** the words of an element; the text is cut up. How many, WORDS_MAX + 1: more
 */
static size_t split(char *item, char *words[static WORDS_MAX])
{
	char *rest = item, *word;
	size_t n = 0;

	while ((word = strsep(&rest, " \t\r\n")))
	{
		if (!*word)
		{
			continue;
		}
		if (n == WORDS_MAX)
		{
			return n + 1;
		}
		words[n++] = word;
	}
	return n;
}

static char *too_many(void)
{
	return str_format("has more than %d elements", LIST_MAX);
}

static char *parse_pair(const char *item, config_netmap_t *out)
{
	char copy[CONFIG_ITEM_MAX], quote[REPORT_QUOTE_MAX];
	char *words[WORDS_MAX];

	memcpy(copy, item, sizeof(copy));
	if (split(copy, words) != 3 || strcasecmp(words[1], "to") != 0)
	{
		return option_wrong(item, NETMAP_WANTED);
	}
	if (!prefix_parse(words[0], &out->inside))
	{
		return option_wrong_prefix(words[0]);
	}
	if (!prefix_parse(words[2], &out->mapped))
	{
		return option_wrong_prefix(words[2]);
	}
	if (out->inside.addr.family != out->mapped.addr.family)
	{
		return str_format("%s: both have to be IPv4, or both IPv6",
						  report_quote(item, quote));
	}
	if (out->inside.len != out->mapped.len || !out->inside.len)
	{
		return str_format("%s: both prefixes have to be of one length, as each "
						  "address has one of its own on the far side",
						  report_quote(item, quote));
	}
	return NULL;
}

char *option_parse_netmap(const char *value, config_netmaps_t *out)
{
	config_netmaps_t list = {.count = 0};
	char item[CONFIG_ITEM_MAX] = "";
	const char *rest = value;
	char *errors = NULL;

	while (config_next_item(&rest, item))
	{
		config_netmap_t pair;
		char *error = parse_pair(item, &pair);

		if (error)
		{
			errors = option_join(errors, error);
			continue;
		}
		list.list = mem_resize(list.list, list.count + 1, sizeof(*list.list));
		list.list[list.count++] = pair;
	}
	if (list.count > LIST_MAX)
	{
		errors = option_join(errors, too_many());
	}
	if (errors)
	{
		free(list.list);
		return errors;
	}
	free(out->list);
	*out = list;
	return NULL;
}

static bool has_ports(uint8_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
		   protocol == IPPROTO_SCTP;
}

static char *parse_protocol(const char *word, uint8_t *out)
{
	uint64_t number;

	for (size_t i = 0; i < countof(protocols); i++)
	{
		if (!strcasecmp(word, protocols[i].name))
		{
			*out = protocols[i].number;
			return NULL;
		}
	}
	if (!strcasecmp(word, "icmpv6"))
	{
		*out = IPPROTO_ICMP;
		return NULL;
	}
	if (!config_parse_number(word, 1, 255, &number))
	{
		return option_wrong(word, "tcp, udp, icmp, sctp, gre, esp or the "
								  "number of a protocol (1 to 255)");
	}
	*out = number == IPPROTO_ICMPV6 ? IPPROTO_ICMP : (uint8_t)number;
	return NULL;
}

static char *parse_ports(const char *word, config_allow_t *out)
{
	char first[8] = "";
	size_t len = strcspn(word, "-");
	uint64_t from = 0, to = 0;

	if (len < sizeof(first))
	{
		memcpy(first, word, len);
	}
	if (!has_ports(out->protocol))
	{
		return option_wrong(word, "wanted: only tcp, udp and sctp have ports");
	}
	if (!config_parse_number(first, 1, UINT16_MAX, &from) ||
		!config_parse_number(word[len] ? word + len + 1 : first, from,
							 UINT16_MAX, &to))
	{
		return option_wrong(word, "a port or a range of ports, as 443 or "
								  "8000-8080");
	}
	out->port_first = (uint16_t)from;
	out->port_last = (uint16_t)to;
	return NULL;
}

static char *parse_side(const char *word, prefix_t *out)
{
	if (!strcasecmp(word, "any"))
	{
		*out = (prefix_t){.len = 0};
		return NULL;
	}
	return prefix_parse(word, out) ? NULL : option_wrong_prefix(word);
}

static char *parse_rule(const char *item, config_allow_t *out)
{
	char copy[CONFIG_ITEM_MAX], quote[REPORT_QUOTE_MAX];
	char *words[WORDS_MAX], *error;
	size_t n, at = 1;

	memcpy(copy, item, sizeof(copy));
	*out = (config_allow_t){.protocol = 0};
	n = split(copy, words);
	if (!n || n > WORDS_MAX)
	{
		return option_wrong(item, ALLOW_WANTED);
	}
	error = parse_side(words[0], &out->to);
	if (!error && at + 1 < n && !strcasecmp(words[at], "from"))
	{
		error = parse_side(words[at + 1], &out->from);
		at += 2;
	}
	if (!error && at < n)
	{
		error = parse_protocol(words[at++], &out->protocol);
	}
	if (!error && at < n)
	{
		error = parse_ports(words[at++], out);
	}
	if (!error && at < n)
	{
		error = option_wrong(item, ALLOW_WANTED);
	}
	if (!error && addr_is_set(&out->to.addr) && addr_is_set(&out->from.addr) &&
		out->to.addr.family != out->from.addr.family)
	{
		error = str_format("%s: both prefixes have to be IPv4, or both IPv6",
						   report_quote(item, quote));
	}
	return error;
}

char *option_parse_allow(const char *value, config_allows_t *out)
{
	config_allows_t list = {.limited = true};
	char item[CONFIG_ITEM_MAX] = "";
	const char *rest = strcasecmp(value, "none") ? value : NULL;
	char *errors = NULL;

	while (config_next_item(&rest, item))
	{
		config_allow_t rule;
		char *error = parse_rule(item, &rule);

		if (error)
		{
			errors = option_join(errors, error);
			continue;
		}
		list.list = mem_resize(list.list, list.count + 1, sizeof(*list.list));
		list.list[list.count++] = rule;
	}
	if (list.count > LIST_MAX)
	{
		errors = option_join(errors, too_many());
	}
	if (errors)
	{
		free(list.list);
		return errors;
	}
	free(out->list);
	*out = list;
	return NULL;
}

char *option_netmap_text(const config_netmaps_t *list)
{
	char inside[PREFIX_STR_MAX], mapped[PREFIX_STR_MAX];
	text_t out = {.len = 0};

	for (size_t i = 0; i < list->count; i++)
	{
		text_printf(&out, "%s%s to %s", i ? ", " : "",
					prefix_format(&list->list[i].inside, inside),
					prefix_format(&list->list[i].mapped, mapped));
	}
	return text_take(&out);
}

static const char *side_text(const prefix_t *side,
							 char buf[static PREFIX_STR_MAX])
{
	return addr_is_set(&side->addr) ? prefix_format(side, buf) : "any";
}

static void protocol_text(uint8_t protocol, text_t *out)
{
	for (size_t i = 0; i < countof(protocols); i++)
	{
		if (protocols[i].number == protocol)
		{
			text_printf(out, " %s", protocols[i].name);
			return;
		}
	}
	text_printf(out, " %u", protocol);
}

static void rule_text(const config_allow_t *rule, text_t *out)
{
	char buf[PREFIX_STR_MAX];

	text_add(out, side_text(&rule->to, buf));
	if (addr_is_set(&rule->from.addr))
	{
		text_printf(out, " from %s", prefix_format(&rule->from, buf));
	}
	if (rule->protocol)
	{
		protocol_text(rule->protocol, out);
	}
	if (rule->port_first)
	{
		text_printf(out, " %u", rule->port_first);
	}
	if (rule->port_last != rule->port_first)
	{
		text_printf(out, "-%u", rule->port_last);
	}
}

char *option_allow_text(const config_allows_t *list)
{
	text_t out = {.len = 0};

	if (!list->limited || !list->count)
	{
		return list->limited ? str_copy("none") : NULL;
	}
	for (size_t i = 0; i < list->count; i++)
	{
		text_add(&out, i ? ", " : "");
		rule_text(&list->list[i], &out);
	}
	return text_take(&out);
}
