# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The systems that are compared at the site, with the same timers: Cygnet, and
# what its users have today, charon beside FRR or BIRD over links made by hand.
# The far side is strongSwan and FRR with bfdd for all of them.
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
			xfrm_link site "${TUNNELS[$i]}" "${IF_ID[$i]}"
			addr site "${TUNNELS[$i]}" "${INSIDE4[$i]}.2/30" \
				"${INSIDE6[$i]}2/126"
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
	BUNDLE_EXTRA="drain_time = 3"
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
