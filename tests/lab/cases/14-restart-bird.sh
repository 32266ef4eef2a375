#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# As 14-restart, with BIRD at the far side: an orderly restart with
# keep_on_stop = all is not noticed.

. "$(dirname "$0")/../lib/all.sh"
ROOT_EXTRA="keep_on_stop = all"
native_begin alibaba bird
bird_up()
{
	must becomes 30 "BIRD sees three sessions" bird_sessions_are cloud 3
	must becomes 10 "every prefix of both families has three ways" \
		all_ways_are "$(links_but)"
}
must holds "charon starts with Cygnet" cygnet_start
bird_up
restart_unnoticed bird_up
case_end
