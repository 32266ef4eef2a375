/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Path-compressed binary trie of prefixes of one family, built for full
 * tables: nodes live in one growing pool and are named by 32-bit handles, a
 * node of IPv4 takes at most 20 bytes. Each prefix holds one 32-bit value of
 * the caller's (a handle into a pool of its own), never 0.
 *
 * Walking is by prefix and not by node, so that a walk can stop, the trie
 * change, and the walk go on where it stopped: sliced work needs no lock.
 */

#ifndef CYGNET_TRIE_H
#define CYGNET_TRIE_H

#include "base/addr.h"

/** prefixes of one trie_warm */
#define TRIE_WARM_MAX 32u

typedef struct trie_t trie_t;

/** family: FAMILY_IPV4 or FAMILY_IPV6 */
trie_t *trie_create(family_t family);
void trie_destroy(trie_t *trie);
/** the value's place, entered with value 0 if absent: the caller sets it at
 * once to non-zero. Valid until the next change of the trie. */
uint32_t *trie_insert(trie_t *trie, const prefix_t *p);
/** 0 if absent */
uint32_t trie_get(const trie_t *trie, const prefix_t *p);
/** the value that was there, 0 if absent */
uint32_t trie_remove(trie_t *trie, const prefix_t *p);
/** the longest prefix that contains p (or is it); 0 if none.  found may be
 * NULL */
uint32_t trie_match(const trie_t *trie, const prefix_t *p, prefix_t *found);
/** the first prefix after `after` in prefix_cmp order (NULL: the first of
 * all); 0 at the end */
uint32_t trie_next(const trie_t *trie, const prefix_t *after, prefix_t *found);
/** fetches what a call for each of these will read, in a large trie, so that
 * they wait for memory together and not one after the other. values: what
 * trie_get would say, 0 also if it was not looked for. n: TRIE_WARM_MAX at most
 */
void trie_warm(const trie_t *trie, const prefix_t *p, size_t n,
			   uint32_t *values);
size_t trie_count(const trie_t *trie);
/** bytes held, for status */
size_t trie_memory(const trie_t *trie);

#endif
