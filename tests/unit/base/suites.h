/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The suites of the module base, one for each of its source files.
 */

#ifndef CYGNET_UNIT_BASE_SUITES_H
#define CYGNET_UNIT_BASE_SUITES_H

#include "unit/unit.h"

Suite *addr_suite(void);
Suite *base_suite(void);
Suite *community_suite(void);
Suite *hash_suite(void);
Suite *list_suite(void);
Suite *log_suite(void);
Suite *path_regex_suite(void);
Suite *rbuf_suite(void);
Suite *suggest_suite(void);
Suite *text_suite(void);
Suite *timer_suite(void);
Suite *trie_suite(void);
Suite *wbuf_suite(void);

#endif
