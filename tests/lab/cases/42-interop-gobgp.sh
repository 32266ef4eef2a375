#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
# beside: another
#
# GoBGP as the peer: each feature of BGP that both have, see lib/interop-rows.sh.

. "$(dirname "$0")/../lib/all.sh"
. "$lib/interop-all.sh"
interop gobgp
