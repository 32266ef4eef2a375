/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the fuzz targets share: libFuzzer's one entry, and a check that ends
 * the run whether or not assertions are compiled in.
 */

#ifndef CYGNET_FUZZ_H
#define CYGNET_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/** data is exactly size bytes, borrowed; returns 0 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define fuzz_check(condition)                                                  \
	do                                                                         \
	{                                                                          \
		if (!(condition))                                                      \
		{                                                                      \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,  \
					#condition);                                               \
			abort();                                                           \
		}                                                                      \
	} while (0)

#endif
