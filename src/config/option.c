/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Each type has a parser that says in words what it wanted, for errors that a
 * person can act on without the manual.
 */

#include "config/option_impl.h"

#include "base/suggest.h"
#include "base/text.h"
#include "config/report.h"
#include "config/values.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MEMBER(object, at) ((void *)((char *)(object) + (at)))

bool option_name_valid(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
	{
		if (!isalnum((unsigned char)name[i]) && !strchr("-_", name[i]))
		{
			return false;
		}
	}
	return len && len <= CONFIG_NAME_MAX;
}

/** as the kernel's dev_valid_name(), and no template for a number */
static bool link_valid(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
	{
		unsigned char c = (unsigned char)name[i];

		if (c <= ' ' || c == 0x7f || strchr("/:%", c))
		{
			return false;
		}
	}
	return len && len <= CONFIG_LINK_NAME_MAX && strcmp(name, ".") != 0 &&
		   strcmp(name, "..") != 0;
}

char *option_wrong(const char *value, const char *wanted)
{
	char quote[REPORT_QUOTE_MAX];

	return str_format("%s is not %s", report_quote(value, quote), wanted);
}

static void store(void *member, size_t size, uint64_t value)
{
	switch (size)
	{
		case 1:
			*(uint8_t *)member = (uint8_t)value;
			break;
		case 2:
			*(uint16_t *)member = (uint16_t)value;
			break;
		case 4:
			*(uint32_t *)member = (uint32_t)value;
			break;
	}
}

char *option_parse_number(const config_option_t *option, const char *value,
						  uint64_t *out)
{
	char quote[REPORT_QUOTE_MAX];

	if (config_parse_number(value, option->min, option->max, out) ||
		(option->or_zero && config_parse_number(value, 0, 0, out)))
	{
		return NULL;
	}
	return option->or_zero
			   ? str_format(
					 "%s is neither 0 nor a number of %" PRIu64 " to %" PRIu64,
					 report_quote(value, quote), option->min, option->max)
			   : str_format("%s is not a number of %" PRIu64 " to %" PRIu64,
							report_quote(value, quote), option->min,
							option->max);
}

/** *place: which of the names */
static char *parse_names(const config_option_t *option, const char *value,
						 size_t *place)
{
	char quote[REPORT_QUOTE_MAX];
	char *values, *error;
	suggest_t suggest;

	suggest_init(&suggest, value);
	for (size_t i = 0; option->names[i]; i++)
	{
		if (!strcasecmp(value, option->names[i]))
		{
			*place = i;
			return NULL;
		}
		suggest_offer(&suggest, option->names[i]);
	}
	values = config_schema_values(option);
	if (suggest.best)
	{
		error = str_format("%s is unknown, did you mean '%s'? (%s)",
						   report_quote(value, quote), suggest.best, values);
	}
	else
	{
		error = str_format("%s is not one of %s", report_quote(value, quote),
						   values);
	}
	free(values);
	return error;
}

char *option_parse_asn(const char *value, uint32_t *out)
{
	uint32_t asn;

	if (!config_parse_asn(value, &asn))
	{
		return option_wrong(value, "an AS number (1 to 4294967294)");
	}
	if (asn == 23456)
	{
		return str_copy("23456 is AS_TRANS, it stands for numbers that do not "
						"fit 16 bits and is nobody's (RFC 6793)");
	}
	if (asn == 65535 || asn == UINT32_MAX)
	{
		return str_format("%" PRIu32 " is reserved (RFC 7300)", asn);
	}
	*out = asn;
	return NULL;
}

static char *parse_router_id(const char *value, uint32_t *out)
{
	addr_t addr;

	if (!addr_parse(value, &addr) || addr.family != FAMILY_IPV4 ||
		addr_is_unspecified(&addr) || addr_is_multicast(&addr))
	{
		return option_wrong(value,
							"an IPv4 address that can be a BGP identifier");
	}
	*out = addr_to_v4(&addr);
	return NULL;
}

static char *parse_table(const char *value, uint32_t *out)
{
	uint64_t table;

	if (!strcasecmp(value, "main"))
	{
		*out = 254; /* RT_TABLE_MAIN */
		return NULL;
	}
	if (!config_parse_number(value, 1, UINT32_MAX, &table))
	{
		return option_wrong(value, "'main' or a table's number");
	}
	if (table == 255)
	{
		return str_copy("255 is the kernel's own table of local addresses");
	}
	*out = (uint32_t)table;
	return NULL;
}

char *option_wrong_prefix(const char *item)
{
	char text[PREFIX_STR_MAX];
	char quote[REPORT_QUOTE_MAX];
	ifaddr_t ifaddr;
	addr_t addr;
	prefix_t prefix;

	report_quote(item, quote);
	if (addr_parse(item, &addr))
	{
		return str_format("%s has no length, did you mean %s/%u?", quote, item,
						  addr_bits(&addr));
	}
	if (ifaddr_parse(item, &ifaddr))
	{
		prefix = ifaddr_prefix(&ifaddr);
		return str_format("%s has host bits, did you mean %s?", quote,
						  prefix_format(&prefix, text));
	}
	return str_format("%s is not a prefix (ADDRESS/LENGTH; commas stand "
					  "between prefixes)",
					  quote);
}

char *option_join(char *errors, char *error)
{
	char *both;

	if (!errors)
	{
		return error;
	}
	both = str_format("%s; %s", errors, error);
	free(errors);
	free(error);
	return both;
}

static char *parse_prefixes(const char *value, config_prefixes_t *out)
{
	config_prefixes_t prefixes = {.count = 0};
	char item[CONFIG_ITEM_MAX];
	const char *rest = value;
	char *errors = NULL;
	prefix_t prefix;

	while (config_next_item(&rest, item))
	{
		if (!prefix_parse(item, &prefix))
		{
			errors = option_join(errors,
								 *item ? option_wrong_prefix(item)
									   : str_copy("a comma without a prefix"));
			continue;
		}
		prefixes.list = mem_resize(prefixes.list, prefixes.count + 1,
								   sizeof(*prefixes.list));
		prefixes.list[prefixes.count++] = prefix;
	}
	if (errors)
	{
		free(prefixes.list);
		return errors;
	}
	free(out->list);
	*out = prefixes;
	return NULL;
}

static char *parse_prefix(const char *value, prefix_t *out)
{
	return prefix_parse(value, out) ? NULL : option_wrong_prefix(value);
}

static void add_protocol(config_redistribute_t *out, uint8_t protocol)
{
	for (size_t i = 0; i < out->n_protocols; i++)
	{
		if (out->protocols[i] == protocol)
		{
			return;
		}
	}
	out->protocols = mem_resize(out->protocols, out->n_protocols + 1,
								sizeof(*out->protocols));
	out->protocols[out->n_protocols++] = protocol;
}

/** of one word of `from` */
static char *parse_protocol(const char *item, config_redistribute_t *out)
{
	uint8_t protocol;

	if (!strcasecmp(item, "connected"))
	{
		out->connected = true;
		return NULL;
	}
	if (!config_parse_protocol(item, &protocol))
	{
		return option_wrong(item,
							"connected, static, or a protocol's name or number "
							"(0 to 255)");
	}
	switch (protocol)
	{
		case CONFIG_PROTOCOL_OWN:
			return str_format("%u is our own protocol: what is learned is "
							  "announced without",
							  protocol);
		case CONFIG_PROTOCOL_KERNEL:
			return str_copy("the kernel's own routes are 'connected'");
		case CONFIG_PROTOCOL_STATIC:
			add_protocol(out, CONFIG_PROTOCOL_BOOT);
			break;
	}
	add_protocol(out, protocol);
	return NULL;
}

static char *parse_protocols(const char *value, config_redistribute_t *out)
{
	config_redistribute_t seen = {.connected = false};
	char item[CONFIG_ITEM_MAX];
	const char *rest = value;
	char *errors = NULL, *error;

	while (config_next_item(&rest, item))
	{
		error = parse_protocol(item, &seen);
		errors = error ? option_join(errors, error) : errors;
	}
	if (errors)
	{
		free(seen.protocols);
		return errors;
	}
	free(out->protocols);
	out->connected = seen.connected;
	out->protocols = seen.protocols;
	out->n_protocols = seen.n_protocols;
	return NULL;
}

static char *parse_protect(const char *value, config_prefixes_t *out,
						   bool *by_default)
{
	bool is_default = !strcasecmp(value, "default");
	char *error;

	if (is_default || !strcasecmp(value, "none"))
	{
		free(out->list);
		*out = (config_prefixes_t){.count = 0};
		*by_default = is_default;
		return NULL;
	}
	error = parse_prefixes(value, out);
	if (!error)
	{
		*by_default = false;
	}
	return error;
}

static char *wrong_ifaddr(const char *item)
{
	addr_t addr;

	if (addr_parse(item, &addr))
	{
		return str_format("'%s' has no prefix length, did you mean %s/%u?",
						  item, item, addr.family == FAMILY_IPV4 ? 30u : 126u);
	}
	return option_wrong(item,
						"an address with its prefix length (169.254.10.2/30)");
}

static char *parse_ifaddrs(const char *value, ifaddr_t **list, size_t *count)
{
	ifaddr_t *addresses = NULL;
	char item[CONFIG_ITEM_MAX];
	const char *rest = value;
	char *errors = NULL;
	size_t n = 0;

	while (config_next_item(&rest, item))
	{
		addresses = mem_resize(addresses, n + 1, sizeof(*addresses));
		if (ifaddr_parse(item, &addresses[n]))
		{
			n++;
		}
		else
		{
			errors = option_join(errors, wrong_ifaddr(item));
		}
	}
	if (errors)
	{
		free(addresses);
		return errors;
	}
	free(*list);
	*list = addresses;
	*count = n;
	return NULL;
}

static char *wrong_link(const char *item)
{
	if (strlen(item) > CONFIG_LINK_NAME_MAX)
	{
		char quote[REPORT_QUOTE_MAX];

		return str_format("%s is longer than %d bytes, the kernel's limit",
						  report_quote(item, quote), CONFIG_LINK_NAME_MAX);
	}
	return option_wrong(item, "the name of a link");
}

static char *parse_links(const char *value, config_strings_t *out)
{
	config_strings_t links = {.count = 0};
	char item[CONFIG_ITEM_MAX];
	const char *rest = value;
	char *errors = NULL;

	while (config_next_item(&rest, item))
	{
		strings_add(&links, item);
		if (!link_valid(item))
		{
			errors = option_join(errors, wrong_link(item));
		}
	}
	if (errors)
	{
		strings_deinit(&links);
		return errors;
	}
	strings_deinit(out);
	*out = links;
	return NULL;
}

static char *parse_text(const config_option_t *option, const char *value,
						char **out)
{
	size_t len = strlen(value), place;
	char *error = NULL;

	switch ((int)option->type)
	{
		case CONFIG_LINK:
			error = link_valid(value) ? NULL : wrong_link(value);
			break;
		case CONFIG_WORD:
			/* it may name a connection, whose syntax is strongSwan's */
			if (!len || len > CONFIG_NAME_MAX || value[strcspn(value, " \t={")])
			{
				error = option_wrong(value, "a name");
			}
			break;
		case CONFIG_ONE_OF:
			error = parse_names(option, value, &place);
			value = error ? value : option->names[place];
			break;
		case CONFIG_SECRET:
			if (len < option->min || len > option->max)
			{
				error = str_format("has %zu bytes, %" PRIu64 " to %" PRIu64
								   " are possible",
								   len, option->min, option->max);
			}
			break;
	}
	if (!error)
	{
		free(*out);
		*out = str_copy(value);
	}
	return error;
}

char *option_parse(const config_option_t *option, const char *value,
				   void *object)
{
	void *member = MEMBER(object, option->at);
	void *second = MEMBER(object, option->count_at);
	uint64_t number = 0;
	size_t place = 0;
	char *error;

	if (option->type >= CONFIG_RAW_RANGES)
	{
		return option_check_raw(option, value);
	}
	switch ((int)option->type)
	{
		case CONFIG_BOOL:
			return config_parse_bool(value, member)
					   ? NULL
					   : option_wrong(value, "yes or no");
		case CONFIG_NUMBER:
			error = option_parse_number(option, value, &number);
			if (!error)
			{
				store(member, option->size, number);
			}
			return error;
		case CONFIG_CHOICE:
			error = parse_names(option, value, &place);
			if (!error)
			{
				store(member, option->size, place);
			}
			return error;
		case CONFIG_ASN:
			return option_parse_asn(value, member);
		case CONFIG_ROUTER_ID:
			return parse_router_id(value, member);
		case CONFIG_TABLE:
			return parse_table(value, member);
		case CONFIG_ADDRESS:
			return addr_parse(value, member)
					   ? NULL
					   : option_wrong(value, "an IPv4 or IPv6 address");
		case CONFIG_IFADDRS:
			return parse_ifaddrs(value, member, second);
		case CONFIG_PREFIX:
			return parse_prefix(value, member);
		case CONFIG_PROTOCOLS:
			return parse_protocols(value, object);
		case CONFIG_PREFIXES:
			return parse_prefixes(value, member);
		case CONFIG_PROTECT:
			return parse_protect(value, member, second);
		case CONFIG_NETMAP:
			return option_parse_netmap(value, member);
		case CONFIG_ALLOW:
			return option_parse_allow(value, member);
		case CONFIG_LINKS:
			return parse_links(value, member);
		case CONFIG_LINK:
		case CONFIG_WORD:
		case CONFIG_ONE_OF:
		case CONFIG_SECRET:
			return parse_text(option, value, member);
	}
	return NULL;
}
