# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The faults. Each is a function of the system; it brings the fault, notes what
# the flows had of it with "figures NAME", and leaves the world whole again, or
# fails: the next one then gets a new world. What cannot be mended comes last.
# The first tunnel is the one that suffers.

# name, what detects it, links that it needs, and what Cygnet must show: FIELD:MOST
# of the line, "first" where nobody may be faster, "-" for nothing. Of a silence,
# out_ms is the site's: what comes in waits for the far end, the same for all.
FAULTS="start 100 any first
silence-bfd100 100 any out_ms:350
recovery 100 any lost:0
drain 100 any lost:0
reload 100 any lost:0
far-stalls 100 any -
peer-deletes 100 xfrm out_ms:50
rekey-child 100 xfrm lost:0
rekey-ike 100 xfrm lost:0
reauth-make 100 xfrm lost:0
reauth-break 100 xfrm lost:0
reauth-break-peer 100 xfrm out_ms:50
route-deleted 100 any gap_ms:1000
table-deleted 100 any healed_ms:1000
charon-restarted 100 xfrm clear:0
charon-killed 100 xfrm lost:0
link-deleted 100 xfrm gap_ms:1000
far-killed 100 xfrm gap_ms:350
far-bgp-killed 100 interface -
link-flapped 100 any gap_ms:1000
carrier 100 interface gap_ms:350
silence-bfd300 300 any out_ms:950
silence-probe probe any out_ms:700"

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
	sleep "$3"
	figures "$2"
	if wanted "$2"
	then
		# no second look: in a guest it takes seconds, of silence
		mv "$LAB_RUN/after" "$LAB_RUN/before"
		MARK=$(now_ms)
	else
		mark
	fi
	find_again
	whole || return 1
	sleep 1
	[ "$2" != silence-bfd100 ] || figures recovery
}

# recovery is what comes after the silence, and measured with it
fault_recovery()
{
	case ",$WANTED," in
		*,silence-bfd100,*) ;;
		*) silent "$1" silence-bfd100 3 ;;
	esac
}

fault_silence-bfd100()
{
	silent "$1" silence-bfd100 3
}

fault_silence-bfd300()
{
	silent "$1" silence-bfd300 4
}

# longer than the hold time, which is what the others have
fault_silence-probe()
{
	silent "$1" silence-probe 12
}

fault_drain()
{
	mark
	system_drain "$1" >/dev/null
	sleep 4
	system_undrain "$1" >/dev/null
	whole || return 1
	sleep 1
	figures drain
}

fault_reload()
{
	mark
	system_reload "$1" >/dev/null
	sleep 3
	figures reload
	whole
}

# The far end's IKE daemon is gone for a second. Its kernel goes on, and so may
# the tunnel; its new daemon knows nothing of the old one's SAs.
fault_far-killed()
{
	mark
	stop cloud/charon KILL
	sleep 1
	charon_start cloud && swan_load cloud
	sleep 4
	figures far-killed
	return 1
}

# The far end's routing is gone for a second
fault_far-bgp-killed()
{
	mark
	stop cloud/frr/bgpd KILL
	rm -f "$LAB_RUN/cloud/frr/bgpd.vty"
	sleep 1
	frr_daemon cloud bgpd
	whole || { figures far-bgp-killed; return 1; }
	sleep 1
	figures far-bgp-killed
}

# The far BFD stands still for longer than the detection time, on every tunnel
# at once, as on a machine that is busy: the ways themselves are whole.
fault_far-stalls()
{
	mark
	kill -STOP "$(cat "$LAB_RUN/cloud/frr/bfdd.pid")"
	sleep 1
	kill -CONT "$(cat "$LAB_RUN/cloud/frr/bfdd.pid")"
	whole || return 1
	sleep 1
	figures far-stalls
}

# A link that FRR 8.4 at the far end set down itself and up again is not used
# by its routes any more: the next fault has a world of its own
fault_carrier()
{
	mark
	ip -n cyg-cloud link set "${TUNNELS[0]}" down
	sleep 3
	figures carrier
	return 1
}

fault_peer-deletes()
{
	mark
	swan cloud --terminate --ike "${TUNNELS[0]}" >/dev/null
	sleep 2
	figures peer-deletes
	whole
}

# logged SIDE PATTERN: how often charon has said it
logged()
{
	grep -c "$2" "$LAB_RUN/$1/charon.log"
}

said_more()
{
	[ "$(logged site "$1")" -gt "$2" ]
}

# newest SIDE: the number that its charon gave its last IKE_SA of the tunnel. By
# the name alone, one that is going would be reauthenticated as well, and so on.
newest()
{
	sed -n "s/.*IKE_SA ${TUNNELS[0]}\[\([0-9]*\)\] \(established\|rekeyed\) .*/\1/p" \
		"$LAB_RUN/$1/charon.log" | tail -n 1
}

# in_turn COUNT PATTERN CMD…: CMD SIDE, for either side in turn, each when the one
# before it has been seen in the log; DONE of them
in_turn()
{
	local count=$1 pattern=$2 side=site before i
	shift 2
	DONE=0
	for i in $(seq "$count")
	do
		before=$(logged site "$pattern")
		"$@" "$side" >/dev/null
		wait_for 10 said_more "$pattern" "$before" || break
		DONE=$i
		# what the old one leaves is taken away
		sleep 0.2
		case $side in
			site) side=cloud ;;
			*) side=site ;;
		esac
	done
	sleep 1
}

rekey_child()
{
	swan "$1" --rekey --child "${TUNNELS[0]}"
}

rekey_ike()
{
	swan "$1" --rekey --ike-id "$(newest "$1")"
}

reauth_ike()
{
	swan "$1" --rekey --ike-id "$(newest "$1")" --reauth
}

fault_rekey-child()
{
	mark
	in_turn "$TIMES" "outbound CHILD_SA ${TUNNELS[0]}{[0-9]*} established" \
		rekey_child
	figures rekey-child
	whole
}

fault_rekey-ike()
{
	mark
	in_turn "$TIMES" "IKE_SA ${TUNNELS[0]}\[[0-9]*\] rekeyed between" rekey_ike
	figures rekey-ike
	whole
}

# established: what charon says of a new IKE_SA
established()
{
	echo "IKE_SA ${TUNNELS[0]}\[[0-9]*\] established between"
}

# make_before_break yes|no: of both ends. An IKE_SA has what held when it began
make_before_break()
{
	local side
	for side in site cloud
	do
		sed -i -e '/make_before_break/d' \
			-e "s/^charon {\$/&\n\tmake_before_break = $1/" \
			"$LAB_RUN/$side/strongswan.conf"
		swan "$side" --reload-settings >/dev/null
	done
	rekey_ike site >/dev/null
	sleep 1
}

# reauth_make SIDE: the site's by its operator
reauth_make()
{
	case $1 in
		site) system_reauth "$SYSTEM" ;;
		*) reauth_ike "$1" ;;
	esac
}

fault_reauth-make()
{
	make_before_break yes
	mark
	in_turn "$TIMES" "$(established)" reauth_make
	figures reauth-make
	make_before_break no
	whole
}

# reauth NAME CMD…: one with a break
reauth()
{
	local name=$1 before
	shift
	mark
	before=$(logged site "$(established)")
	"$@" >/dev/null
	DONE=0
	! wait_for 10 said_more "$(established)" "$before" || DONE=1
	sleep 2
	figures "$name"
	whole
}

fault_reauth-break()
{
	reauth reauth-break system_reauth "$1"
}

fault_reauth-break-peer()
{
	reauth reauth-break-peer reauth_ike cloud
}

# some_net 4|6: one of the far networks, to which flows go
some_net()
{
	nets "$1" "${CLOUD_NETS[@]}" | head -n 1
}

routes_there()
{
	[ -n "$(ip -n cyg-site route show "$(some_net 4)")" ] &&
		[ -n "$(ip -n cyg-site -6 route show "$(some_net 6)")" ]
}

fault_route-deleted()
{
	mark
	ip -n cyg-site route del "$(some_net 4)"
	ip -n cyg-site -6 route del "$(some_net 6)"
	healed routes_there || say "$SYSTEM: the routes are not there again"
	sleep 1
	figures route-deleted
	[ "$HEALED" != null ] || system_routes_again "$1"
	whole
}

# the others have no table
fault_table-deleted()
{
	[ "$1" = cygnet ] || return 0
	mark
	ns site nft delete table inet cygnet
	healed ns site nft list table inet cygnet
	sleep 1
	figures table-deleted
	whole
}

fault_link-flapped()
{
	local link
	link=$(system_link "$1" 0)
	mark
	ip -n cyg-site link set "$link" down
	ip -n cyg-site link set "$link" up
	sleep 3
	figures link-flapped
	whole 4
}

# The others' links are made by a script at boot: it is run again
fault_link-deleted()
{
	local link
	link=$(system_link "$1" 0)
	mark
	ip -n cyg-site link del "$link"
	if [ "$1" = cygnet ]
	then
		healed ip -n cyg-site link show dev "$link"
	fi
	sleep 3
	figures link-deleted
	[ "$1" = cygnet ] || site_link 0
	whole 4
}

fault_charon-restarted()
{
	mark
	stop site/charon
	charon_again "$1"
	whole || { figures charon-restarted; return 1; }
	sleep 1
	figures charon-restarted
}

fault_charon-killed()
{
	mark
	stop site/charon KILL
	sleep 1
	charon_again "$1"
	sleep 3
	figures charon-killed
	whole
}
