/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Path attributes as JSON, the same in all views.
 */

#ifndef CYGNET_CONTROL_VIEW_ATTRS_H
#define CYGNET_CONTROL_VIEW_ATTRS_H

#include "bgp/attr.h"
#include "control/json.h"

/** adds to obj: next_hop, as_path, origin, and of the others those that are
 * there */
void view_attrs(json_object *obj, const bgp_attrs_t *attrs);
/** adds "changes": what is different in `after`, each with both values; null if
 * nothing is */
void view_attrs_diff(json_object *obj, const bgp_attrs_t *before,
					 const bgp_attrs_t *after);

#endif
