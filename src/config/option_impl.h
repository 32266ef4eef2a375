/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the files of options share: option.c (values with a member of their
 * own), option_passage.c (netmap and allow lists) and option_raw.c (values of
 * policies' rules, which are only checked).
 * Errors are the caller's to free.
 */

#ifndef CYGNET_CONFIG_OPTION_IMPL_H
#define CYGNET_CONFIG_OPTION_IMPL_H

#include "config/option.h"

/** "'value' is not " and what was wanted */
char *option_wrong(const char *value, const char *wanted);
/** what is wrong with a prefix, and what was meant if that can be told */
char *option_wrong_prefix(const char *item);
/** every wrong element of a list is told of; both are adopted, errors may be
 * NULL */
char *option_join(char *errors, char *error);
/** NULL if it is within the option's limits */
char *option_parse_number(const config_option_t *option, const char *value,
						  uint64_t *out);
char *option_parse_asn(const char *value, uint32_t *out);
/* lists of how packets pass, over what is there */
char *option_parse_netmap(const char *value, config_netmaps_t *out);
char *option_parse_allow(const char *value, config_allows_t *out);
char *option_netmap_text(const config_netmaps_t *list);
/** NULL: there is none */
char *option_allow_text(const config_allows_t *list);
/** of a raw type */
char *option_check_raw(const config_option_t *option, const char *value);

#endif
