#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# As 14-restart, with BFD on which the far side's BGP hangs: a restart in order
# with keep_on_stop = all is not noticed.

. "$(dirname "$0")/../lib/all.sh"
ROOT_EXTRA="keep_on_stop = all"
FRR_BFD=yes
for i in 0 1 2
do
	tunnel_extra "$i" "					bfd = yes
					bfd_interval = 100"
done
native_begin alibaba frr
bfdd_profile cloud 100
with_bfd()
{
	all_up
	must becomes 10 "bfdd has all sessions up" bfdd_up_are \
		"${INSIDE4[0]}.2 ${INSIDE4[1]}.2 ${INSIDE4[2]}.2"
}
must holds "charon starts with Cygnet" cygnet_start
with_bfd
restart_unnoticed TERM with_bfd
restart_unnoticed KILL with_bfd
case_end
