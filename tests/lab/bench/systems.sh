# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The systems that are compared at the site, with the same timers: Cygnet, and
# what its users have today, charon beside FRR or BIRD over links made by hand.
# The far side is strongSwan and FRR with bfdd for all of them.
#
# The others are set up as their guides do, and a little better. Two XFRM
# interfaces with fixed if_ids, made by a script before the daemons start: no
# updown script. swanctl.conf with start_action = start, close_action = start,
# dpd_action = restart, keyingtries = 0, DPD every 2 s, retransmissions as
# charon has them by default (it gives up after 165 s, not 14 s as elsewhere in
# the lab). BGP 3/9, connect retry 5 s instead of 120 s, BFD by bfdd or BIRD,
# ECMP by hashes of ports. No nftables rules. Cygnet has the same connections,
# the links are its own, and keep_on_stop = all, as the others' routes stay too
# when charon stops; and when_down = keep, as there is no second gateway, for
# which the others have nothing.
#
# DETECT is what finds a silent tunnel: a number, BFD of so many ms times 3;
# or "probe", without BFD: Cygnet's probe of 200 ms times 3, and hold times of
# 9 s, which are all that the others have.

# which_daemon SYSTEM: the part of it that routes
which_daemon()
{
	echo "${1#strongswan-}"
}

system_conf()
{
	local i
	if [ "$1" = cygnet ]
	then
		system_cygnet
		return
	fi
	if [ "$LINKS" = xfrm ]
	then
		for i in "${!TUNNELS[@]}"
		do
			site_link "$i"
		done
		charon_conf site
		swanctl_conf site site
	fi
	ns site sysctl -q net.ipv4.fib_multipath_hash_policy=1 \
		net.ipv6.fib_multipath_hash_policy=1
	case $(which_daemon "$1") in
		frr) frr_conf site "$SITE_AS" "$ROUTER_ID" "$CLOUD_AS" 1 \
				"${SITE_NETS[@]}" ;;
		bird) bird_conf site "$SITE_AS" "$ROUTER_ID" "$CLOUD_AS" 1 \
				"${SITE_NETS[@]}" ;;
	esac
}

# site_link N: as the others' scripts make it
site_link()
{
	xfrm_link site "${TUNNELS[$1]}" "${IF_ID[$1]}"
	addr site "${TUNNELS[$1]}" "${INSIDE4[$1]}.2/30" "${INSIDE6[$1]}2/126"
}

# system_link SYSTEM N: the name of tunnel N's link
system_link()
{
	case $1 in
		cygnet) link_of "$2" ;;
		*) echo "${TUNNELS[$2]}" ;;
	esac
}

system_cygnet()
{
	local i
	for i in "${!TUNNELS[@]}"
	do
		if [ "$DETECT" = probe ]
		then
			tunnel_extra "$i" "					probe = ${INSIDE4[$i]}.1
					probe_interval = 200"
		else
			tunnel_extra "$i" "					bfd = yes
					bfd_interval = $DETECT"
		fi
	done
	BUNDLE_EXTRA="drain_time = 3
			when_down = keep"
	ROOT_EXTRA="keep_on_stop = all"
	cygnet_begin "$LINKS"
}

system_start()
{
	if [ "$1" = cygnet ]
	then
		cygnet_start
		return
	fi
	[ "$LINKS" = interface ] || { charon_start site && swan_load site; } ||
		return 1
	case $(which_daemon "$1") in
		frr) frr_up site ;;
		bird) bird_start site ;;
	esac
}

# frr_up NS: FRR, with bfdd if there is BFD
frr_up()
{
	local where=$1 dir=$LAB_RUN/$1/frr
	chmod 755 "$LAB_RUN" "$LAB_RUN/$where"
	chown -R frr:frr "$dir"
	frr_daemon "$where" zebra
	wait_for 20 test -S "$dir/zebra.vty" || return 1
	[ "$DETECT" = probe ] || bfdd_profile "$where" "$DETECT" || return 1
	frr_daemon "$where" bgpd
	wait_for 20 test -S "$dir/bgpd.vty"
}

# system_drain SYSTEM, system_undrain SYSTEM: the first tunnel, before and
# after maintenance, as the users of each do it
system_drain()
{
	case $(which_daemon "$1") in
		cygnet) ctl drain "${TUNNELS[0]}" ;;
		frr) vty site "configure terminal" "router bgp $SITE_AS" \
				"neighbor ${INSIDE4[0]}.1 shutdown" ;;
		bird) birdcmd site "disable b0" ;;
	esac
}

system_undrain()
{
	case $(which_daemon "$1") in
		cygnet) ctl undrain "${TUNNELS[0]}" ;;
		frr) vty site "configure terminal" "router bgp $SITE_AS" \
				"no neighbor ${INSIDE4[0]}.1 shutdown" ;;
		bird) birdcmd site "enable b0" ;;
	esac
}

# system_reload SYSTEM: one more network is announced
system_reload()
{
	local conf=$LAB_RUN/site/bird/bird.conf
	case $(which_daemon "$1") in
		cygnet)
			ADVERTISE_EXTRA=", 192.168.99.0/24"
			cygnet_conf "$LINKS"
			ADVERTISE_EXTRA=
			ctl reload ;;
		frr) vty site "configure terminal" "router bgp $SITE_AS" \
				"address-family ipv4 unicast" "network 192.168.99.0/24" ;;
		bird)
			echo "protocol static more { ipv4; route 192.168.99.0/24 unreachable; }" \
				>>"$conf"
			birdcmd site "configure" ;;
	esac
}

# system_reauth SYSTEM: of the first tunnel, as its operator does it
system_reauth()
{
	case $1 in
		cygnet) ctl reauth "${TUNNELS[0]}" ;;
		*) reauth_ike site ;;
	esac
}

# system_routes_again SYSTEM: what its operator does about deleted routes
system_routes_again()
{
	case $(which_daemon "$1") in
		frr) vty site "clear bgp *" ;;
		bird) birdcmd site "restart kernel4"; birdcmd site "restart kernel6" ;;
	esac
}

# charon_again SYSTEM: charon after it was killed
charon_again()
{
	if [ "$1" = cygnet ]
	then
		cygnet_start
	else
		charon_start site && swan_load site
	fi
}
