/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The route starts as its neighbour announced it, if it did, and else with
 * what a route of that neighbour would have at least; each argument then takes
 * the place of what was there. The policy is the very one that would run.
 */

#include "gateway/policy_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/wbuf.h"
#include "config/values.h"
#include "control/view_attrs.h"
#include "gateway/policy_compile.h"

/** bytes of an attribute that is given as text */
#define BLOB_MAX 4096

typedef struct test_t
{
	const config_t *config;
	json_object *args;
	const policy_test_live_t *live;
	/** NULL: none is named */
	const config_neighbor_t *neighbor;
	bgp_policy_input_t input;
	bgp_attr_set_t set;
	char **error;
} test_t;

static const char *arg(const test_t *t, const char *key)
{
	json_object *value = NULL;

	if (json_object_is_type(t->args, json_type_object) &&
		json_object_object_get_ex(t->args, key, &value) &&
		json_object_is_type(value, json_type_string))
	{
		return json_object_get_string(value);
	}
	return NULL;
}

static bool refuse(test_t *t, const char *key, const char *value,
				   const char *want)
{
	*t->error = str_format("%s: '%.64s' is not %s", key, value, want);
	return false;
}

/** a number as text; absent is good */
static bool number(test_t *t, const char *key, uint32_t *out, bool *given)
{
	const char *text = arg(t, key);
	uint64_t value = 0;

	*given = text != NULL;
	if (text && !config_parse_number(text, 0, UINT32_MAX, &value))
	{
		return refuse(t, key, text, "a number of 0 to 4294967295");
	}
	if (text)
	{
		*out = (uint32_t)value;
	}
	return true;
}

/* -- what the route is ------------------------------------------------------- */

static const config_neighbor_t *find_neighbor(const config_t *config,
											  const char *name)
{
	for (size_t b = 0; b < config->n_bundles; b++)
	{
		for (size_t t = 0; t < config->bundles[b].n_tunnels; t++)
		{
			const config_tunnel_t *tunnel = &config->bundles[b].tunnels[t];

			for (size_t n = 0; n < tunnel->n_neighbors; n++)
			{
				if (strcmp(tunnel->neighbors[n].name, name) == 0)
				{
					return &tunnel->neighbors[n];
				}
			}
		}
	}
	for (size_t n = 0; n < config->n_neighbors; n++)
	{
		if (strcmp(config->neighbors[n].name, name) == 0)
		{
			return &config->neighbors[n];
		}
	}
	return NULL;
}

static bool parse_neighbor(test_t *t)
{
	const char *name = arg(t, "neighbor");
	uint32_t local = t->config->asn;

	t->neighbor = name ? find_neighbor(t->config, name) : NULL;
	if (name && !t->neighbor)
	{
		*t->error = str_format("there is no neighbor '%.64s': see `cygnetctl "
							   "neighbors`",
							   name);
		return false;
	}
	if (t->neighbor && t->neighbor->local_as)
	{
		local = t->neighbor->local_as;
	}
	t->input.local_as = local;
	if (t->neighbor)
	{
		t->input.neighbor = t->neighbor->name;
		t->input.neighbor_as = t->neighbor->remote_as;
	}
	return true;
}

static bool parse_source(test_t *t)
{
	const char *text = arg(t, "source");
	config_route_source_t source = CONFIG_SOURCE_NEIGHBOR;

	if (text && !config_parse_source(text, &source))
	{
		return refuse(t, "source", text,
					  "neighbor, advertise, connected, static, other, "
					  "aggregate or routes");
	}
	t->input.source = policy_source(source);
	if (source != CONFIG_SOURCE_NEIGHBOR)
	{
		t->input.neighbor = NULL;
		t->input.neighbor_as = 0;
	}
	return true;
}

static bool parse_from_as(test_t *t)
{
	const char *text = arg(t, "from_as");

	if (text && !config_parse_asn(text, &t->input.neighbor_as))
	{
		return refuse(t, "from_as", text, "an AS number");
	}
	t->input.ibgp = t->input.source == BGP_SOURCE_PEER &&
					t->input.neighbor_as == t->input.local_as;
	return true;
}

/* -- what it has ------------------------------------------------------------- */

static bool put_segment(wbuf_t *w, uint8_t type, const uint32_t *asns,
						uint8_t count)
{
	if (count)
	{
		wbuf_u8(w, type);
		wbuf_u8(w, count);
	}
	for (unsigned i = 0; i < count; i++)
	{
		wbuf_u32(w, asns[i]);
	}
	return !w->overflow;
}

/** "65001 65002 {1 2}" as segments (RFC 4271 section 4.3 b) */
static bool parse_path(const char *text, wbuf_t *w)
{
	uint32_t asns[255];
	uint8_t count = 0;
	bool set = false;

	for (const char *s = text; *s;)
	{
		size_t len = strcspn(s, " {}");
		char word[24];

		if (*s == '{' || *s == '}')
		{
			/* a set ends what was before it, and is not within another */
			if (set != (*s == '}') || (set && !count) ||
				!put_segment(w, set ? 1 : 2, asns, count))
			{
				return false;
			}
			set = !set;
			count = 0;
			s++;
			continue;
		}
		if (!len)
		{
			s++;
			continue;
		}
		if (len >= sizeof(word) || count == countof(asns))
		{
			return false;
		}
		memcpy(word, s, len);
		word[len] = '\0';
		if (!config_parse_asn(word, &asns[count++]))
		{
			return false;
		}
		s += len;
	}
	return !set && put_segment(w, 2, asns, count);
}

static bool parse_as_path(test_t *t)
{
	const char *text = arg(t, "as_path");
	uint8_t buf[BLOB_MAX];
	wbuf_t w = wbuf_make(buf, sizeof(buf));

	if (text)
	{
		return (parse_path(text, &w) &&
				bgp_attr_set_blob(&t->set, BGP_BLOB_AS_PATH, buf,
								  wbuf_len(&w))) ||
			   refuse(t, "as_path", text, "a path such as '65001 65002 {1 2}'");
	}
	if (!t->live || !t->live->received || arg(t, "from_as"))
	{
		bgp_attr_set_blob(&t->set, BGP_BLOB_AS_PATH, NULL, 0);
		if (t->input.neighbor_as && !t->input.ibgp)
		{
			bgp_attr_set_prepend(&t->set, t->input.neighbor_as, 1);
		}
	}
	return true;
}

static bool parse_communities(test_t *t, const char *key,
							  config_community_t kind, bgp_blob_id_t blob,
							  const char *want)
{
	const char *rest = arg(t, key);
	uint8_t buf[BLOB_MAX];
	size_t size = config_community_size(kind), len = 0;
	char item[CONFIG_ITEM_MAX];

	if (!rest)
	{
		return true;
	}
	while (config_next_item(&rest, item))
	{
		uint8_t value[CONFIG_COMMUNITY_MAX];

		if (!config_parse_community(kind, item, value) ||
			len + size > sizeof(buf))
		{
			return refuse(t, key, item, want);
		}
		memcpy(buf + len, value, size);
		len += size;
	}
	return bgp_attr_set_blob(&t->set, blob, buf, len);
}

static bool parse_next_hop(test_t *t)
{
	const char *text = arg(t, "next_hop");

	if (text)
	{
		return addr_parse(text, &t->set.a.next_hop) ||
			   refuse(t, "next_hop", text, "an address");
	}
	if (!addr_is_set(&t->set.a.next_hop) && t->neighbor &&
		t->input.source == BGP_SOURCE_PEER)
	{
		t->set.a.next_hop = t->neighbor->address;
	}
	return true;
}

static bool parse_scalars(test_t *t)
{
	const char *origin = arg(t, "origin");
	bool med, pref;

	if (origin && !config_parse_origin(origin, &t->set.a.origin))
	{
		return refuse(t, "origin", origin, "igp, egp or incomplete");
	}
	if (!number(t, "med", &t->set.a.med, &med) ||
		!number(t, "local_pref", &t->set.a.local_pref, &pref))
	{
		return false;
	}
	t->set.a.has |=
		(uint8_t)((med ? BGP_HAS_MED : 0) | (pref ? BGP_HAS_LOCAL_PREF : 0));
	return true;
}

static bool parse(test_t *t)
{
	const char *prefix = arg(t, "prefix");

	if (!prefix || !prefix_parse(prefix, &t->input.prefix))
	{
		return refuse(t, "prefix", prefix ? prefix : "",
					  "a prefix such as 10.0.0.0/8");
	}
	if (t->live && t->live->received)
	{
		bgp_attr_set_load(&t->set, t->live->received);
	}
	return parse_neighbor(t) && parse_source(t) && parse_from_as(t) &&
		   parse_as_path(t) && parse_next_hop(t) && parse_scalars(t) &&
		   parse_communities(t, "community", CONFIG_COMMUNITY,
							 BGP_BLOB_COMMUNITIES,
							 "a community such as 65530:120 or no-export") &&
		   parse_communities(t, "ext_community", CONFIG_EXT_COMMUNITY,
							 BGP_BLOB_EXT_COMMUNITIES,
							 "an extended community such as rt:65530:120") &&
		   parse_communities(t, "large_community", CONFIG_LARGE_COMMUNITY,
							 BGP_BLOB_LARGE_COMMUNITIES,
							 "a large community such as 65530:1:2");
}

/* -- running it -------------------------------------------------------------- */

static json_object *run(test_t *t, const bgp_policy_t *policy)
{
	json_object *obj = json_object_new_object(), *o;
	bgp_policy_result_t result;
	bgp_attr_set_t out;
	bgp_verdict_t verdict;
	char text[PREFIX_STR_MAX];
	bool accepted;

	bgp_attr_set_init(&out);
	verdict = bgp_policy_run(policy, &t->input, &t->set.a, &out, &result);
	accepted = verdict == BGP_POLICY_ACCEPT;
	put_str(obj, "policy", bgp_policy_name(policy));
	put_str(obj, "prefix", prefix_format(&t->input.prefix, text));
	put_str(obj, "neighbor", t->input.neighbor);
	put_str(obj, "source", bgp_source_name(t->input.source));
	/* the attributes began as the neighbour announced them */
	put_bool(obj, "announced", t->live && t->live->received);
	put_str(obj, "verdict", accepted ? "accept" : "reject");
	put_str(obj, "rule", result.rule);
	o = put_object(obj, "before");
	view_attrs(o, &t->set.a);
	if (accepted)
	{
		const bgp_attrs_t *after = result.changed ? &out.a : &t->set.a;

		o = put_object(obj, "after");
		view_attrs(o, after);
		view_attrs_diff(obj, &t->set.a, after);
	}
	else
	{
		put_str(obj, "after", NULL);
		put_str(obj, "changes", NULL);
	}
	bgp_attr_set_deinit(&out);
	return obj;
}

static bool is_named(const bgp_policy_t *policy, const char *name)
{
	return policy && strcmp(bgp_policy_name(policy), name) == 0;
}

/** a policy in force, or of the configuration (then *made is to be freed) */
static const bgp_policy_t *find_policy(test_t *t, const char *name,
									   bgp_policy_t **made)
{
	const config_policy_t *section = config_find_policy(t->config, name);

	if (section)
	{
		return *made = policy_compile(section);
	}
	if (t->live && is_named(t->live->import_policy, name))
	{
		return t->live->import_policy;
	}
	if (t->live && is_named(t->live->export_policy, name))
	{
		return t->live->export_policy;
	}
	*t->error = str_format(
		"there is no policy '%.64s': see `cygnetctl policy list`%s", name,
		strncmp(name, "default-", 8) == 0
			? "; a default one is tested with --neighbor, on a "
			  "running gateway"
			: "");
	return NULL;
}

json_object *policy_test(const config_t *config, json_object *args,
						 const policy_test_live_t *live, char **error)
{
	test_t t = {.config = config, .args = args, .live = live, .error = error};
	const char *name = arg(&t, "policy");
	bgp_policy_t *made = NULL;
	const bgp_policy_t *policy;
	json_object *obj = NULL;

	*error = NULL;
	if (!name)
	{
		*error = str_copy("give the name of a policy: `cygnetctl policy list` "
						  "has them");
		return NULL;
	}
	bgp_attr_set_init(&t.set);
	policy = find_policy(&t, name, &made);
	if (policy && parse(&t))
	{
		obj = run(&t, policy);
	}
	bgp_policy_destroy(made);
	bgp_attr_set_deinit(&t.set);
	return obj;
}
