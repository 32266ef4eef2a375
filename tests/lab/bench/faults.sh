# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The faults. Each is a function of the system; it brings the fault, notes what
# the flows had of it with "figures NAME", and leaves the world whole again.
# The first tunnel is the one that suffers.

# name, what detects it, links that it needs
FAULTS="start 100 any
silence-bfd100 100 any
recovery 100 any
drain 100 any
reload 100 any
far-killed 100 any
far-stalls 100 any
carrier 100 interface
peer-deletes 100 xfrm
rekey-child 100 xfrm
rekey-ike 100 xfrm
charon-killed 100 xfrm
silence-bfd300 300 any
silence-slow probe any"

# lose, find: the first tunnel, without a word
lose()
{
	if [ "$LINKS" = xfrm ]
	then
		blackhole 0
	else
		silence 0
	fi
}

find_again()
{
	if [ "$LINKS" = xfrm ]
	then
		unblackhole
	else
		unsilence
	fi
}

# silent SYSTEM NAME SECONDS
silent()
{
	mark
	lose
	wait_for "$3" false
	figures "$2"
	mark
	find_again
	whole || return 1
	wait_for 1 false
	[ "$2" != silence-bfd100 ] || figures recovery
}

# recovery is what comes after the silence, and measured with it
fault_recovery()
{
	case ",$WANTED," in
		*,silence-bfd100,*) ;;
		*) silent "$1" silence-bfd100 5 ;;
	esac
}

fault_silence-bfd100()
{
	silent "$1" silence-bfd100 5
}

fault_silence-bfd300()
{
	silent "$1" silence-bfd300 5
}

# longer than the hold time
fault_silence-slow()
{
	silent "$1" silence-slow 13
}

fault_drain()
{
	mark
	system_drain "$1" >/dev/null
	wait_for 5 false
	system_undrain "$1" >/dev/null
	whole || return 1
	wait_for 1 false
	figures drain
}

fault_reload()
{
	mark
	system_reload "$1" >/dev/null
	wait_for 4 false
	whole || return 1
	figures reload
}

# The far end's routing is gone for a second, or (xfrm) its IKE daemon. The
# latter alone does not stop its kernel: the tunnel may well go on.
fault_far-killed()
{
	mark
	if [ "$LINKS" = xfrm ]
	then
		stop cloud/charon KILL
		wait_for 1 false
		charon_start cloud && swan_load cloud
	else
		stop cloud/frr/bgpd KILL
		rm -f "$LAB_RUN/cloud/frr/bgpd.vty"
		wait_for 1 false
		frr_daemon cloud bgpd
	fi
	whole || true
	wait_for 2 false
	figures far-killed
}

# The far BFD stands still for longer than the detection time, on every tunnel
# at once, as on a machine that is busy: the ways themselves are whole.
fault_far-stalls()
{
	mark
	kill -STOP "$(cat "$LAB_RUN/cloud/frr/bfdd.pid")"
	wait_for 1 false
	kill -CONT "$(cat "$LAB_RUN/cloud/frr/bfdd.pid")"
	whole || return 1
	wait_for 1 false
	figures far-stalls
}

# A link that FRR 8.4 at the far end set down itself and up again is not used
# by its routes any more: the next fault has a world of its own
fault_carrier()
{
	mark
	ip -n cyg-cloud link set "${TUNNELS[0]}" down
	wait_for 4 false
	figures carrier
	return 1
}

fault_peer-deletes()
{
	mark
	swan cloud --terminate --ike "${TUNNELS[0]}" >/dev/null
	whole || true
	wait_for 1 false
	figures peer-deletes
}

# rekeys WHAT: by either side, three times in turn
rekeys()
{
	local side
	mark
	for side in site cloud site cloud site cloud
	do
		swan "$side" --rekey "--$1" "${TUNNELS[0]}" >/dev/null
		wait_for 1 false
	done
	wait_for 1 false
	figures "rekey-$1"
}

fault_rekey-child()
{
	rekeys child
}

fault_rekey-ike()
{
	rekeys ike
}

fault_charon-killed()
{
	mark
	stop site/charon KILL
	wait_for 1 false
	charon_again "$1"
	whole || true
	wait_for 1 false
	figures charon-killed
}
