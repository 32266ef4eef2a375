# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# BFD and probes at the far side, and a way that is lost without a word.

# tunnel_extra N TEXT: more options of tunnel N, for cygnet_conf
declare -A TUNNEL_EXTRA
tunnel_extra()
{
	TUNNEL_EXTRA[$1]=$2
}

# silence_begin: rules of the cloud's that can make a tunnel silent
silence_begin()
{
	ns cloud nft -f - <<'NFT'
table inet silence {
	chain lost { }
	chain in { type filter hook prerouting priority -400; jump lost; }
	chain out { type filter hook postrouting priority 400; jump lost; }
}
NFT
}

# silence N: nothing passes tunnel N, and its carrier stays
silence()
{
	ns cloud nft "add rule inet silence lost iifname ${TUNNELS[$1]} drop
		add rule inet silence lost oifname ${TUNNELS[$1]} drop"
}

unsilence()
{
	ns cloud nft flush chain inet silence lost
}

# tunnel_json N JQ-EXPRESSION: of what `tunnel` says of tunnel N
tunnel_json()
{
	ctl --json tunnel "${TUNNELS[$1]}" | jq -r "$2"
}

# tells WORDS: status has a line of what is wrong with these words
tells()
{
	local lines
	lines=$(ctl_json status '.problems[]')
	echo "status says: ${lines:-nothing}"
	grep -qF -- "$1" <<<"$lines"
}

# bfdd_start MS [N…]: FRR's bfdd in the cloud with a session on these tunnels
bfdd_start()
{
	local ms=$1 dir=$LAB_RUN/cloud/frr i
	shift
	{
		echo "hostname cloud"
		echo "log file $dir/bfdd.log informational"
		echo "bfd"
		for i in "$@"
		do
			echo " peer ${INSIDE4[$i]}.2 interface ${TUNNELS[$i]}"
			echo "  receive-interval $ms"
			echo "  transmit-interval $ms"
			echo "  detect-multiplier 3"
			echo "  no shutdown"
		done
	} >"$dir/bfdd.conf"
	chown -R frr:frr "$dir"
	# its own socket, too, is in the run's folder
	frr_daemon cloud bfdd --bfdctl "$dir/bfdd.sock"
	wait_for 20 test -S "$dir/bfdd.vty"
}

# bfdd_up: addresses of peers whose session is up
bfdd_up()
{
	vty cloud "show bfd peers json" |
		jq -r '[.[] | select(.status == "up") | .peer] | sort | join(" ")'
}

bfdd_up_are()
{
	local seen
	seen=$(bfdd_up)
	echo "bfdd has up: ${seen:-none}"
	[ "$seen" = "$1" ]
}

# bird_bfd MS KEY [N…]: BIRD's sessions on these tunnels, keyed unless KEY is ""
bird_bfd()
{
	local ms=$1 key=$2 i
	shift 2
	{
		echo "protocol bfd {"
		echo "	interface \"*\" {"
		echo "		interval $ms ms; idle tx interval 1 s; multiplier 3;"
		if [ -n "$key" ]
		then
			echo "		authentication meticulous keyed sha1;"
			echo "		password \"$key\" { id 7; };"
		fi
		echo "	};"
		for i in "$@"
		do
			echo "	neighbor ${INSIDE4[$i]}.2 dev \"${TUNNELS[$i]}\";"
		done
		echo "}"
	} >>"$LAB_RUN/cloud/bird/bird.conf"
}

bird_bfd_up()
{
	[ "$(birdcmd cloud 'show bfd sessions' | grep -c ' Up ')" = "$1" ]
}
