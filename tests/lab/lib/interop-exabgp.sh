# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034
#
# ExaBGP as the peer (the verbs of interop.sh). It chooses no routes and passes
# none on: exaspeaker.py, its process, is both what stands behind it and what it
# heard.

declare -A PEER_LACKS=(
	[role]="no such capability in its OPEN|opens_without o4 in 9"
	[limit_theirs]="its configuration knows no limit of prefixes|exabgp_knows_not prefix-limit maximum-prefix max-prefix"
	[text_shown]="it cannot decode a NOTIFICATION with such data|exabgp_cannot_decode o6"
	[refresh_out]="with enhanced refresh, not to be had apart, a request raises its TypeError|exabgp_fails_at_refresh gtsm"
	[enhanced]="a request for it raises its TypeError: see there|exabgp_fails_at_refresh md5"
	[text_in]="its API's teardown has a subcode and no words|exabgp_has_no_words"
	[gr_restarter]="it has no routing table in which to keep routes|exabgp_keeps_nothing"
)
declare -A PEER_SAYS=(
	[limit]="receive 6/1"
	[wrongas]="receive 2/2"
	[hold]="send 4/0"
)
# exaspeaker.py is behind ExaBGP and has no AS of its own in what it heard
PEER_PATH=
PEER_BEHIND="$PEER_NET4 own
$PEER_NET6 own"

peer_version()
{
	exabgp --version 2>&1 | sed -n 's/^ExaBGP *: */ExaBGP /p'
}

exabgp_dir()
{
	echo "$LAB_RUN/cloud/exabgp"
}

# exabgp_knows_not OPTION…: no neighbour may have one of them
exabgp_knows_not()
{
	local word dir
	dir=$(exabgp_dir)
	for word
	do
		sed "s/hold-time/$word 3;\n&/" "$dir/exabgp.conf" >"$dir/knows-not"
		! (exabgp_run --test "$dir/knows-not") >/dev/null 2>&1 || return 1
	done
}

# exabgp_source OBJECT: of its own
exabgp_source()
{
	/usr/bin/python3 -c "import inspect
from exabgp.reactor import peer
from exabgp.reactor.api.command import neighbor
print(inspect.getsource($1))"
}

# the one command of the API's that ends a session takes a number
exabgp_has_no_words()
{
	exabgp_source neighbor.teardown | grep -F 'code.isdigit()'
}

# a session's end takes all that came by it
exabgp_keeps_nothing()
{
	exabgp_source peer.Peer._main | grep -F 'rib.incoming.clear()'
}

# exabgp_cannot_decode SESSION: it answers one with 1/0 and says so
exabgp_cannot_decode()
{
	local hex
	hex=$(printf 'can not decode' | od -An -v -tx1 | tr -d ' \n')
	wait_for 10 grep -ai "^$1 send 1/0 0x$hex" "$(exabgp_dir)/events.log"
}

# exabgp_fails_at_refresh SESSION: its own words
exabgp_fails_at_refresh()
{
	site_refresh "$1" && wait_for 10 grep -F \
		"TypeError: 'RouteRefresh' object is not iterable" \
		"$LAB_RUN/cloud/exabgp/exabgp.log"
}

# exabgp_neighbor SESSION
exabgp_neighbor()
{
	local name=$1 as=$SITE_AS listen
	case $name in
		yas) as=64998 ;;
		as2) as=$AS2 ;;
		ibg) as=$PEER_AS ;;
	esac
	if [ "${DIALS[$name]}" = peer ]
	then
		listen="passive false; connect 179;"
	else
		listen="passive true; listen 179;"
	fi
	cat <<-CONF
	neighbor $(us "$name") {
		router-id 10.255.0.1;
		local-address $(them "$name");
		local-as $PEER_AS;
		peer-as $as;
		hold-time $CYGNET_HOLD;
		$listen
		group-updates false;
		adj-rib-out true;
	$(case $name in
		md5|md6|bad) echo "	md5-password key-of-the-lab;" ;;
		gtsm) echo "	outgoing-ttl 255; incoming-ttl 255;" ;;
	esac)
		family { ipv4 unicast; ipv6 unicast; }
		capability {
			route-refresh enable;
			extended-message enable;
			graceful-restart 60;
			asn4 $([ "$name" = as2 ] && echo disable || echo enable);
			nexthop $([ "$name" = enh ] && echo enable || echo disable);
		}
	$([ "$name" != enh ] || echo "	nexthop { ipv4 unicast ipv6; }")
		static {
	$("$LAB_TOOLS/exaspeaker.py" "$(exabgp_dir)" "$LAB_RUN/up" --static "$name")
		}
		api {
			processes [ speaker ];
			neighbor-changes;
			receive { parsed; update; notification; }
			send { parsed; notification; }
		}
	}
	CONF
}

peer_conf()
{
	local dir name hop as pref
	dir=$(exabgp_dir)
	mkdir -p "$dir" "$LAB_RUN/up"
	speaker_routes up
	for name in "${SESSIONS[@]}"
	do
		hop=$(inside "$name" 4 1) as=$PEER_AS pref=-
		case $name in
			enh) hop=$(them enh) ;;
			ibg) as=- pref=250 ;;
			l4) as="$PEER_AS*" ;;
		esac
		echo "$name $(us "$name") $hop $(inside "$name" 6 1) $as $UP_AS $pref"
	done >"$dir/neighbors"
	{
		echo "process speaker {"
		echo "	run $LAB_TOOLS/exaspeaker.py $dir $LAB_RUN/up;"
		echo "	encoder json;"
		echo "}"
		for name in "${SESSIONS[@]}"
		do
			exabgp_neighbor "$name"
		done
	} >"$dir/exabgp.conf"
}

# exabgp_run ARG…: becomes it, with nothing of the machine's
exabgp_run()
{
	exec env exabgp.daemon.user=root exabgp.daemon.drop=false \
		exabgp.log.level=DEBUG exabgp.log.all=false exabgp.log.destination=stdout \
		exabgp.log.reactor=true exabgp.log.processes=false \
		exabgp.log.network=false exabgp.log.packets=false \
		exabgp.log.rib=false exabgp.log.message=false \
		exabgp.log.timers=false exabgp.log.routes=false \
		exabgp.log.parser=false exabgp.log.configuration=false \
		exabgp.api.cli=false exabgp.api.ack=false exabgp "$@"
}

peer_start()
{
	local dir
	dir=$(exabgp_dir)
	rm -f "$dir/states.json" "$dir/commands"
	export -f exabgp_run
	spawn cloud/exabgp/exabgp cloud bash -c 'exabgp_run "$1"' exabgp \
		"$dir/exabgp.conf"
	wait_for 20 test -s "$dir/states.json"
}

peer_restart()
{
	peer_start
}

# its process ends by itself when ExaBGP is gone
peer_stop()
{
	stop cloud/exabgp/exabgp "${1:-TERM}"
}

peer_up()
{
	jq -en --arg n "$1" 'input | .[$n] == "up"' "$(exabgp_dir)/states.json"
}

# exabgp_path SESSION PREFIX
exabgp_path()
{
	jq -en --arg p "$2" 'input | .[$p] // halt_error(1)' \
		"$(exabgp_dir)/table-$1.json"
}

peer_has()
{
	exabgp_path "$@" >/dev/null
}

peer_value()
{
	local kind=4 hex
	[ "$3" = med ] || kind=5
	hex=$(exabgp_path "$1" "$2" | jq -r ".attrs[\"$kind\"] // \"\"")
	echo $((16#$hex))
}

# exabgp_command WORDS…
exabgp_command()
{
	echo "$*" >>"$(exabgp_dir)/commands"
}

peer_refresh()
{
	exabgp_command "neighbor $(us "$1") announce route-refresh ipv4 unicast"
}

peer_shutdown()
{
	exabgp_command "neighbor $(us "$1") teardown 2"
}

peer_enable()
{
	:
}

peer_says()
{
	local hex
	hex=$(printf '%s' "$2" | od -An -v -tx1 | tr -d ' \n')
	grep -a "^$1 " "$(exabgp_dir)/events.log" |
		grep -aiE -- "${PEER_SAYS[$2]:-$2|$hex}"
}
