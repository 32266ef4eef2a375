#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# BFD with FRR's bfdd, and a probe: a tunnel that falls silent with its carrier
# up leaves in a few intervals and comes back by itself; the BGP session, whose
# hold time is long, is not waited for.

. "$(dirname "$0")/../lib/all.sh"
CYGNET_HOLD=90
FRR_TIMERS="30 90"
tunnel_extra 0 "					bfd = yes
					bfd_interval = 100"
tunnel_extra 1 "					bfd = yes
					bfd_interval = 50
					bfd_multiplier = 40"
tunnel_extra 2 "					probe = 169.254.12.1
					probe_interval = 200"
native_begin alibaba frr
silence_begin
bfdd_start 100 0 1
must holds "charon starts with Cygnet" cygnet_start
all_up

becomes 10 "bfdd has both sessions up" \
	bfdd_up_are "${INSIDE4[0]}.2 ${INSIDE4[1]}.2"
bfdd_sees()
{
	vty cloud "show bfd peers json" | jq -r ".[] |
		select(.peer == \"${INSIDE4[$1]}.2\") | .$2"
}
equal "what Cygnet wants to send, in ms" 100 \
	"$(bfdd_sees 0 '"remote-transmit-interval"')"
equal "what it wants to receive" 50 "$(bfdd_sees 1 '"remote-receive-interval"')"

bfdd_ups()
{
	vty cloud "show bfd peers counters json" | jq -r ".[] |
		select(.peer == \"${INSIDE4[$1]}.2\") | .\"session-up\""
}

equal "the screen has it, up on both sides, in 300 ms" "Up Up 0.3" \
	"$(tunnel_json 0 '.bfd | "\(.state) \(.remote_state) \(.detection_time)"')"
equal "and the probe's answers" "false true true" "$(tunnel_json 2 '.probe |
	"\(.failed) \(.answered) \(.rtt > 0 and .rtt < 0.2)"')"
holds "in the table, too" grep -q "BFD Up .* it works" <(ctl tunnels)
refuses "no word of BFD in the status" tells BFD

# not before three intervals since the last answer; how fast it is at the most
# is for the bench to say, a busy machine delays the silence, too
at=$(now_ms)
silence 0
becomes 3 "silence: BFD takes the way out" all_ways_are "$(links_but 0)"
between "ms until the routes are without it, far below the hold time" 150 \
	$((CYGNET_HOLD * 500)) $(($(now_ms) - at))
holds "its BGP session is left to its hold time" sessions_are 3
equal "why, in the words of RFC 5880" "Control Detection Time Expired" \
	"$(tunnel_json 0 .bfd.diagnostic)"
holds "the status says what to look at" \
	tells "tunnel ${TUNNELS[0]}: BFD with ${INSIDE4[0]}.1 is Down"
unsilence
becomes 10 "it speaks again: three ways" all_ways_are "$(links_but)"
equal "it came up twice" 2 "$(tunnel_json 0 .bfd.ups)"

at=$(now_ms)
silence 2
becomes 3 "silence: the probe takes the way out" all_ways_are "$(links_but 2)"
between "ms until the routes are without it, far below the hold time" 350 \
	$((CYGNET_HOLD * 500)) $(($(now_ms) - at))
holds "the status says who does not answer" \
	tells "the probe gets no answers from ${INSIDE4[2]}.1"
holds "and the screen that it failed" grep -q "probe .*failed" \
	<(ctl tunnel "${TUNNELS[2]}")
unsilence
becomes 10 "answers again: three ways" all_ways_are "$(links_but)"

# We stand still for longer than our detection time, and for less than the
# peer's: what it sent meanwhile waits for us and is heard first.
changes()
{
	grep -c "tunnel ${TUNNELS[1]}: BFD is" "$LAB_RUN/site/charon.log"
}
before=$(changes)
kill -STOP "$(cat "$LAB_RUN/site/charon.pid")"
sleep 1.2
kill -CONT "$(cat "$LAB_RUN/site/charon.pid")"
becomes 3 "and run again" ctl status
equal "stopped for 1.2 s: BFD did not fail" "$before" "$(changes)"
becomes 10 "three ways, as the other tunnels come back" \
	all_ways_are "$(links_but)"

# the far operator's will is no failure of the path
vty cloud "configure terminal" "bfd" \
	"peer ${INSIDE4[1]}.2 interface ${TUNNELS[1]}" "shutdown" >/dev/null
becomes 5 "bfdd is shut down on one" bfdd_up_are "${INSIDE4[0]}.2"
stays 2 "its way stays" all_ways_are "$(links_but)"
holds "the status says that nobody watches" \
	tells "BFD was taken down at ${INSIDE4[1]}.1 by a person"
vty cloud "configure terminal" "bfd" \
	"peer ${INSIDE4[1]}.2 interface ${TUNNELS[1]}" "no shutdown" >/dev/null
becomes 5 "and up again" bfdd_up_are "${INSIDE4[0]}.2 ${INSIDE4[1]}.2"

# the daemon dies: that is one
stop cloud/frr/bfdd KILL
soon 2 "bfdd killed: both ways leave" all_ways_are "$(links_but 0 1)"
bfdd_start 100 0 1
becomes 15 "bfdd started: three ways" all_ways_are "$(links_but)"

# new times at reload, without a flap
tunnel_extra 0 "					bfd = yes
					bfd_interval = 400"
cygnet_conf interface
holds "reload with other times" ctl reload
slower()
{
	[ "$(bfdd_sees 0 '"remote-transmit-interval"')" = 400 ]
}
becomes 10 "bfdd has heard of them" slower
holds "three ways still" all_ways_are "$(links_but)"
equal "no session was lost over it" 1 "$(bfdd_ups 0)"
case_end
