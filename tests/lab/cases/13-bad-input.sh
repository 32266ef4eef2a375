#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# A neighbour that does wrong gets the right NOTIFICATION, and the other
# sessions do not notice; junk on the control socket gets an error reply.

. "$(dirname "$0")/../lib/all.sh"
LINKS=interface
scenario alibaba
lab_begin
case_begin
topology_hosts
topology_links
# FRR is the neighbour on the first two tunnels, the bad peer on the third
all=("${TUNNELS[@]}")
TUNNELS=("${all[@]:0:2}")
cloud_frr
TUNNELS=("${all[@]}")
cygnet_begin interface
must holds "charon starts with Cygnet" cygnet_start
must becomes 30 "the two good sessions are up" frr_sessions_are cloud 2

epochs()
{
	vty cloud "show bgp neighbors json" |
		jq -c '[.[] | [.bgpState, .connectionsEstablished, .connectionsDropped]]'
}
before=$(epochs)

# The gateway waits longer after each failure of a neighbour: taken out and put
# in again, it is new and spoken to at once.
fresh_peer()
{
	TUNNELS=("${all[@]:0:2}")
	cygnet_conf interface
	ctl reload >/dev/null
	TUNNELS=("${all[@]}")
	cygnet_conf interface
	ctl reload >/dev/null
}

# told FAULT CODE SUBCODE
told()
{
	fresh_peer
	equal "$1: NOTIFICATION" "$2 $3" "$("$LAB_TOOLS/badpeer.py" cyg-cloud \
		"${INSIDE4[2]}.1" "${INSIDE4[2]}.2" "$CLOUD_AS" "$1")"
}

told marker 1 1
told short 1 2
told long 1 2
told type 1 3
told keepalive-length 1 2
told version 2 1
told as 2 2
told identifier 2 3
told hold 2 6
told early 5 1
told attributes 3 1
told network 3 10
told again 5 3
equal "the good sessions did not notice" "$before" "$(epochs)"

holds "junk on the control socket is refused" \
	"$LAB_TOOLS/junk.py" "$LAB_RUN/site/cygnet.sock"
holds "the control socket goes on answering" ctl status
equal "the good sessions did not notice that" "$before" "$(epochs)"
case_end
