#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# The whole of it under valgrind: no invalid access, nothing lost. charon's own
# findings are not ours: only those with a frame of Cygnet count.

. "$(dirname "$0")/../lib/all.sh"
native_begin alibaba frr
log=$LAB_RUN/site/valgrind.log
VALGRIND=$(valgrind_command "$log")
export VALGRIND
must holds "charon starts under valgrind" cygnet_start
unset VALGRIND
must becomes 60 "the cloud sees three sessions" frr_sessions_are cloud 3
becomes 20 "every prefix has three ways" all_ways_are "$(links_but)"
ADVERTISE_EXTRA=", 192.168.77.0/24"
cygnet_conf interface
holds "reload" ctl reload
for command in status tunnels neighbors routes
do
	holds "cygnetctl $command" ctl "$command" --json
done
holds "junk on the control socket" \
	"$LAB_TOOLS/junk.py" "$LAB_RUN/site/cygnet.sock"
ip -n cyg-cloud link set "${TUNNELS[0]}" down
becomes 10 "a carrier lost" all_ways_are "$(links_but 0)"
holds "charon stops" stop site/charon
becomes 20 "valgrind has ended" valgrind_ended "$log"

equal "no finding with a frame of Cygnet" "" \
	"$(valgrind_findings "$log" | head -n 60)"
case_end
