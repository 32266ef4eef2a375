/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Attributes in the words of operators. What is not known is shown as its
 * type and bytes. An AS_SET is an array in the array of the path.
 */

#include "control/view_attrs.h"

#include <stdio.h>

#include "base/community.h"
#include "base/rbuf.h"
#include "base/text.h"

#define AS_SET 1

/** bytes of an unknown attribute that are shown */
#define UNKNOWN_MAX 64

static void as_path(json_object *obj, const bgp_attrs_t *attrs)
{
	rbuf_t r = rbuf_make(attrs->as_path.data, attrs->as_path.len);
	json_object *array = put_array(obj, "as_path");
	uint8_t type, count;

	while (rbuf_u8(&r, &type) && rbuf_u8(&r, &count))
	{
		json_object *to = array;
		uint32_t asn;

		if (type == AS_SET)
		{
			to = json_object_new_array();
			json_object_array_add(array, to);
		}
		while (count-- && rbuf_u32(&r, &asn))
		{
			json_object_array_add(to, json_object_new_uint64(asn));
		}
	}
}

static void put_id(json_object *obj, const char *key, uint32_t id)
{
	addr_t addr = addr_v4(id);

	put_addr(obj, key, &addr);
}

static json_object *list(json_object *obj, const char *key,
						 const bgp_blob_t *blob)
{
	return blob->len ? put_array(obj, key) : NULL;
}

static void communities(json_object *obj, const bgp_attrs_t *a)
{
	json_object *array = list(obj, "communities", &a->communities);
	rbuf_t r = rbuf_make(a->communities.data, a->communities.len);
	char text[COMMUNITY_STR_MAX];
	uint8_t bytes[12];
	uint32_t value;

	while (rbuf_u32(&r, &value))
	{
		json_object_array_add(
			array, json_object_new_string(community_format(value, text)));
	}
	array = list(obj, "ext_communities", &a->ext_communities);
	r = rbuf_make(a->ext_communities.data, a->ext_communities.len);
	while (rbuf_bytes(&r, bytes, 8))
	{
		json_object_array_add(
			array, json_object_new_string(ext_community_format(bytes, text)));
	}
	array = list(obj, "large_communities", &a->large_communities);
	r = rbuf_make(a->large_communities.data, a->large_communities.len);
	while (rbuf_bytes(&r, bytes, 12))
	{
		json_object_array_add(
			array, json_object_new_string(large_community_format(bytes, text)));
	}
}

static void clusters(json_object *obj, const bgp_attrs_t *a)
{
	json_object *array = list(obj, "cluster_list", &a->cluster_list);
	rbuf_t r = rbuf_make(a->cluster_list.data, a->cluster_list.len);
	char text[ADDR_STR_MAX];
	uint32_t id;

	while (rbuf_u32(&r, &id))
	{
		addr_t addr = addr_v4(id);

		json_object_array_add(array,
							  json_object_new_string(addr_format(&addr, text)));
	}
}

/** whole attributes {flags, type, length, value}, see bgp_attrs_t */
static void unknown(json_object *obj, const bgp_attrs_t *a)
{
	json_object *array = list(obj, "unknown", &a->unknown);
	rbuf_t r = rbuf_make(a->unknown.data, a->unknown.len), value;
	uint8_t flags, type, byte;
	uint16_t len;

	while (rbuf_u8(&r, &flags) && rbuf_u8(&r, &type) && rbuf_u16(&r, &len) &&
		   rbuf_sub(&r, len, &value))
	{
		json_object *o = put_item(array);
		text_t hex = {0};

		put_num(o, "type", type);
		put_num(o, "length", len);
		for (unsigned i = 0; i < UNKNOWN_MAX && rbuf_u8(&value, &byte); i++)
		{
			text_printf(&hex, "%02x", byte);
		}
		put_str(o, "bytes", text_str(&hex));
		text_deinit(&hex);
	}
}

void view_attrs(json_object *obj, const bgp_attrs_t *a)
{
	static const char *const origins[] = {"igp", "egp", "incomplete"};
	json_object *o;

	put_addr(obj, "next_hop", &a->next_hop);
	if (addr_is_set(&a->next_hop_ll))
	{
		put_addr(obj, "next_hop_link_local", &a->next_hop_ll);
	}
	as_path(obj, a);
	put_str(obj, "origin", origins[a->origin % 3]);
	if (a->has & BGP_HAS_LOCAL_PREF)
	{
		put_num(obj, "local_pref", a->local_pref);
	}
	if (a->has & BGP_HAS_MED)
	{
		put_num(obj, "med", a->med);
	}
	communities(obj, a);
	if (a->has & BGP_HAS_OTC)
	{
		put_num(obj, "only_to_customer", a->otc);
	}
	if (a->has & BGP_HAS_ATOMIC)
	{
		put_bool(obj, "atomic_aggregate", true);
	}
	if (a->has & BGP_HAS_AGGREGATOR)
	{
		o = put_object(obj, "aggregator");
		put_num(o, "as", a->aggregator_as);
		put_id(o, "id", a->aggregator_id);
	}
	if (a->has & BGP_HAS_ORIGINATOR)
	{
		put_id(obj, "originator_id", a->originator_id);
	}
	clusters(obj, a);
	if (a->weight)
	{
		put_num(obj, "set_weight", a->weight);
	}
	unknown(obj, a);
}

/** one member of the difference, if there is one; NULL: absent */
static void compare(json_object **changes, const char *key, json_object *before,
					json_object *after)
{
	json_object *o;

	if (json_object_equal(before, after))
	{
		return;
	}
	if (!*changes)
	{
		*changes = json_object_new_object();
	}
	o = put_object(*changes, key);
	json_object_object_add(o, "before", json_object_get(before));
	json_object_object_add(o, "after", json_object_get(after));
}

void view_attrs_diff(json_object *obj, const bgp_attrs_t *before,
					 const bgp_attrs_t *after)
{
	json_object *a = json_object_new_object(), *b = json_object_new_object();
	json_object *changes = NULL;

	view_attrs(a, before);
	view_attrs(b, after);
	json_object_object_foreach(b, key, value)
	{
		compare(&changes, key, json_object_object_get(a, key), value);
	}
	json_object_object_foreach(a, old, was)
	{
		if (!json_object_object_get_ex(b, old, NULL))
		{
			compare(&changes, old, was, NULL);
		}
	}
	json_object_object_add(obj, "changes", changes);
	json_object_put(a);
	json_object_put(b);
}
