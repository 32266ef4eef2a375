#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# As 14-restart, with BIRD at the far side, and with BFD: a restart in order
# with keep_on_stop = all is not noticed. With `bfd on`, BIRD would end its wait
# for us when BFD falls silent; with `bfd graceful` it does not.

. "$(dirname "$0")/../lib/all.sh"
ROOT_EXTRA="keep_on_stop = all"
BIRD_BFD=100
BIRD_BFD_MODE=graceful
for i in 0 1 2
do
	tunnel_extra "$i" "					bfd = yes
					bfd_interval = 100"
done
native_begin alibaba bird
bird_up()
{
	must becomes 30 "BIRD sees three sessions" bird_sessions_are cloud 3
	must becomes 10 "every prefix of both families has three ways" \
		all_ways_are "$(links_but)"
}
must holds "charon starts with Cygnet" cygnet_start
bird_up
restart_unnoticed TERM bird_up
restart_unnoticed KILL bird_up
case_end
