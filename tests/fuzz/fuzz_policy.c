/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A policy from its text to what it does to a route: rules up to a NUL, behind
 * it octets of the route's AS path and communities. What loads compiles, to the
 * same each time; a run leaves alone what it was given, and what comes out is
 * as whole as what a peer could have sent.
 */

#include "fuzz/fuzz.h"

#include "base/text.h"
#include "gateway/policy_compile.h"
#include "unit/config/text_source.h"

#include <string.h>

static const char *const frame[] = {
	"cygnet {\n asn = 65530\n router_id = 192.0.2.1\n"
	" advertise = 192.168.0.0/24\n neighbors {\n far {\n"
	"  address = 192.0.2.10\n remote_as = 65531\n import = p\n } }\n"
	" policies { p {\n",
	"\n}\n}\n}\n",
};

static config_t *load(const char *rules)
{
	char *text = str_format("%s%s%s", frame[0], rules, frame[1]);
	config_source_t *source = text_source_create(text);
	config_report_t report;
	config_t *config;

	free(text);
	if (!source)
	{
		return NULL;
	}
	config = config_load(source, &report);
	source->destroy(source);
	config_report_deinit(&report);
	return config;
}

/** a third of the octets for each blob that policies look at; what is no whole
 * blob is left out, as the codec would */
static void fill(bgp_attr_set_t *set, const uint8_t *data, size_t size)
{
	static const bgp_blob_id_t ids[] = {BGP_BLOB_AS_PATH, BGP_BLOB_COMMUNITIES,
										BGP_BLOB_EXT_COMMUNITIES,
										BGP_BLOB_LARGE_COMMUNITIES};
	size_t share = size / countof(ids) / 4 * 4;

	bgp_attr_set_init(set);
	set->a.next_hop = addr_v4(0xc000020a);
	for (size_t i = 0; share && i < countof(ids); i++)
	{
		bgp_attr_set_blob(set, ids[i], data + i * share, share);
	}
}

static void check_whole(const bgp_attrs_t *a)
{
	bgp_attr_set_t copy;
	static const bgp_blob_id_t ids[] = {BGP_BLOB_AS_PATH, BGP_BLOB_COMMUNITIES,
										BGP_BLOB_EXT_COMMUNITIES,
										BGP_BLOB_LARGE_COMMUNITIES};

	bgp_attr_set_init(&copy);
	for (size_t i = 0; i < countof(ids); i++)
	{
		const bgp_blob_t *blob = bgp_attrs_blob(a, ids[i]);
		const bgp_blob_t *again = bgp_attrs_blob(&copy.a, ids[i]);

		/* sorted and whole: set once more, it is the same */
		fuzz_check(bgp_attr_set_blob(&copy, ids[i], blob->data, blob->len));
		fuzz_check(again->len == blob->len);
		fuzz_check(!blob->len || !memcmp(again->data, blob->data, blob->len));
	}
	fuzz_check(copy.a.as_path_hops == a->as_path_hops);
	fuzz_check(copy.a.neighbor_as == a->neighbor_as);
	fuzz_check(a->origin <= BGP_ORIGIN_INCOMPLETE);
	bgp_attr_set_deinit(&copy);
}

static void run(const bgp_policy_t *policy, const bgp_attr_set_t *route,
				const bgp_policy_input_t *input)
{
	bgp_attr_set_t scratch, in_place;
	bgp_policy_result_t result;
	bgp_attrs_t before;
	const char *rule;
	bool changed;
	bgp_verdict_t verdict;

	bgp_attr_set_init(&scratch);
	bgp_attr_set_init(&in_place);
	bgp_attr_set_load(&in_place, &route->a);
	memcpy(&before, &route->a, sizeof(before));
	verdict = bgp_policy_run(policy, input, &route->a, &scratch, &result);
	fuzz_check(!memcmp(&before, &route->a, sizeof(before)));
	fuzz_check(verdict == BGP_POLICY_ACCEPT || verdict == BGP_POLICY_REJECT);
	fuzz_check(verdict == BGP_POLICY_REJECT || result.rule);
	fuzz_check(bgp_policy_apply(policy, input, &in_place, &changed, &rule) ==
			   verdict);
	fuzz_check(changed == result.changed);
	fuzz_check(rule == result.rule);
	if (result.changed)
	{
		check_whole(&scratch.a);
	}
	check_whole(&in_place.a);
	bgp_attr_set_deinit(&scratch);
	bgp_attr_set_deinit(&in_place);
}

static void run_all(const bgp_policy_t *policy, const bgp_attr_set_t *route)
{
	static const struct
	{
		bgp_source_t source;
		const char *prefix;
	} sources[] = {
		{BGP_SOURCE_PEER, "10.1.0.0/16"},
		{BGP_SOURCE_PEER, "2001:db8::/32"},
		{BGP_SOURCE_ADVERTISE, "192.168.0.0/24"},
		{BGP_SOURCE_STATIC, "0.0.0.0/0"},
		{BGP_SOURCE_AGGREGATE, "10.0.0.0/8"},
	};

	for (size_t i = 0; i < countof(sources); i++)
	{
		bgp_policy_input_t input = {
			.source = sources[i].source,
			.local_as = 65530,
		};

		if (input.source == BGP_SOURCE_PEER)
		{
			input.neighbor = "far";
			input.neighbor_as = 65531;
		}
		prefix_parse(sources[i].prefix, &input.prefix);
		run(policy, route, &input);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\0', size) : NULL;
	size_t len = end ? (size_t)(end - data) : size;
	char *rules = str_format("%.*s", (int)len, size ? (const char *)data : "");
	config_t *config = load(rules);
	bgp_policy_t *policy, *again;
	bgp_attr_set_t route;

	free(rules);
	if (!config)
	{
		return 0;
	}
	for (size_t i = 0; i < config->n_policies; i++)
	{
		policy = policy_compile(&config->policies[i]);
		again = policy_compile(&config->policies[i]);
		fuzz_check(bgp_policy_equal(policy, again));
		fill(&route, end ? end + 1 : NULL, end ? size - len - 1 : 0);
		run_all(policy, &route);
		bgp_attr_set_deinit(&route);
		bgp_policy_destroy(policy);
		bgp_policy_destroy(again);
	}
	config_destroy(config);
	return 0;
}
