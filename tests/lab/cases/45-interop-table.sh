#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# What the cases before found out with each peer, as one table: rows features,
# columns peers.

. "$(dirname "$0")/../lib/all.sh"
. "$lib/interop-all.sh"
# shellcheck disable=SC2086
table $INTEROP_PEERS
for peer in $INTEROP_PEERS
do
	equal "every row of $peer is passed, or the peer lacks it" "" \
		"$(not_passed "$peer")"
done
