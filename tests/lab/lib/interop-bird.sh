# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034
#
# BIRD 2 as the peer (the verbs of interop.sh).

declare -A PEER_LACKS=()
declare -A PEER_SAYS=(
	[limit]="Received: Maximum number of prefixes reached"
	[wrongas]="Received: Bad peer AS"
	[hold]="Error: Hold timer expired"
)

peer_version()
{
	bird --version 2>&1 | sed 's/^BIRD version/BIRD/'
}

# bird_channel 4|6 SESSION
bird_channel()
{
	local here
	here=$(inside "$2" "$1" 1)
	echo "	ipv$1 {"
	case $2 in
		ibg) echo "		import all; export all;" ;;
		l4) echo "		import all; export filter wide;" ;;
		*) echo "		import all; export filter plain;" ;;
	esac
	case $2 in
		enh) [ "$1" = 6 ] || echo "		extended next hop on;" ;;
		*)
			# over the other family: our address of this one
			[ "$1" = "${FAMILY[$2]}" ] || echo "		next hop address $here;" ;;
	esac
	[ "$2" != lim ] || echo "		import limit 3 action disable;"
	echo "	};"
}

# bird_neighbor SESSION
bird_neighbor()
{
	local as=$SITE_AS
	case $1 in
		yas) as=64998 ;;
		as2) as=$AS2 ;;
		ibg) as=$PEER_AS ;;
	esac
	echo "protocol bgp b_$1 from session {"
	echo "	neighbor $(us "$1") as $as;"
	[ "${DIALS[$1]}" = peer ] || echo "	passive on;"
	case $1 in
		md5|md6|bad) echo '	password "key-of-the-lab";' ;;
		gtsm) echo "	ttl security on;" ;;
		role) echo "	local role provider;" ;;
		as2) echo "	enable as4 off;" ;;
	esac
	bird_channel 4 "$1"
	bird_channel 6 "$1"
	echo "}"
}

# bird_filter NAME BANDWIDTH: bytes a second as a float in hex
bird_filter()
{
	cat <<-CONF
	filter $1 {
		if source != RTS_BGP && source != RTS_STATIC then reject;
		if net = 10.77.4.0/24 then bgp_med = 55;
		if net = 10.77.8.0/24 then
			bgp_ext_community.add((generic, 0x0004fffb, $2));
		accept;
	}
	CONF
}

peer_conf()
{
	local dir=$LAB_RUN/cloud/bird name
	mkdir -p "$dir"
	{
		cat <<-CONF
		log "$dir/bgp.log" all;
		router id 10.255.0.1;
		graceful restart wait 5;
		protocol device { }
		protocol direct { ipv4; ipv6; }
		protocol kernel { persist; ipv4 { export where source = RTS_BGP; }; }
		protocol kernel { persist; ipv6 { export where source = RTS_BGP; }; }
		protocol static { ipv4; route $PEER_NET4 unreachable; }
		protocol static { ipv6; route $PEER_NET6 unreachable; }
		template bgp session {
			local as $PEER_AS;
			hold time $CYGNET_HOLD; keepalive time 3;
			connect delay time 1; connect retry time 2;
			error wait time 1, 5;
			graceful restart on;
			enable extended messages on;
		}
		CONF
		bird_filter plain 0x4b3ebc20
		bird_filter wide 0x4c0f0d18
		for name in "${SESSIONS[@]}"
		do
			bird_neighbor "$name"
		done
		cat <<-CONF
		protocol bgp behind from session {
			neighbor 169.254.91.1 as $UP_AS;
			passive on;
			ipv4 {
				import filter {
					if net = 10.77.4.0/24 then bgp_local_pref = 250;
					accept;
				};
				export all;
			};
			ipv6 { import all; export all; next hop address fd00:a:91::2; };
		}
		CONF
	} >"$dir/bird.conf"
}

# bird_daemon [OPTION…]
bird_daemon()
{
	local dir=$LAB_RUN/cloud/bird
	rm -f "$dir/bird.ctl"
	spawn cloud/bird/bird cloud bird -f -c "$dir/bird.conf" \
		-s "$dir/bird.ctl" -P "$dir/own.pid" "$@"
	wait_for 20 test -S "$dir/bird.ctl"
}

peer_start()
{
	bird_daemon
}

peer_stop()
{
	stop cloud/bird/bird "${1:-TERM}"
}

peer_restart()
{
	bird_daemon -R
}

peer_up()
{
	birdcmd cloud "show protocols b_$1" | grep Established
}

# bird_path SESSION PREFIX
bird_path()
{
	birdcmd cloud "show route for $2 protocol b_$1 all"
}

peer_has()
{
	bird_path "$@" | grep -F "$2 "
}

peer_value()
{
	bird_path "$1" "$2" | sed -n "s/^.*BGP.$3: //p"
}

peer_refresh()
{
	birdcmd cloud "reload in b_$1"
}

peer_shutdown()
{
	birdcmd cloud "disable b_$1 \"$2\""
}

peer_enable()
{
	birdcmd cloud "enable b_$1"
}

peer_says()
{
	grep -F "b_$1: " "$LAB_RUN/cloud/bird/bgp.log" |
		grep -F -- "${PEER_SAYS[$2]:-$2}"
}
