# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Flows between the hosts of both sites, what they lost, and a capture that
# looks for inside packets in the clear on the underlay.

# host_of FAMILY NET…: the test host's address in the first such network
host_of()
{
	local family=$1 net
	shift
	for net in "$@"
	do
		case $family$net in
			6*:*|4*.*)
				net=$(host_in "$net")
				echo "${net%/*}"
				return ;;
		esac
	done
}

# flows_start NAME FLOWS RATE [4|6|46] [TCP-STREAMS]
flows_start()
{
	local name=$1 a=cyg-lan b=cyg-vpc family families=${4:-46}
	for family in ${families//6/ 6}
	do
		a=$a,$(host_of "$family" "${SITE_NETS[@]}")
		b=$b,$(host_of "$family" "${CLOUD_NETS[@]}")
	done
	rm -f "$LAB_RUN/$name.ask" "$LAB_RUN/$name.json"
	spawn "$name" lan "$LAB_TOOLS/flows.py" run --a "$a" --b "$b" \
		--flows "$2" --rate "$3" --tcp "${5:-0}" \
		--state "$LAB_RUN/$name.json" --ask "$LAB_RUN/$name.ask"
	wait_for 20 test -s "$LAB_RUN/$name.json"
}

# flows_report NAME SINCE-MS: all figures, as of now, or of its end
flows_report()
{
	local answer=$LAB_RUN/$1.answer.$BASHPID
	if running "$1"
	then
		echo "$2 $answer" >"$LAB_RUN/$1.ask"
		for _ in $(seq 200)
		do
			[ ! -s "$answer" ] || break
			sleep 0.02
		done
		cat "$answer"
		rm -f "$answer"
	else
		"$LAB_TOOLS/flows.py" report --state "$LAB_RUN/$1.json" --since "$2"
	fi
}

# flows_get NAME FIELD [SINCE-MS]: a figure as of now
flows_get()
{
	flows_report "$1" "${3:-0}" | jq -r ".$2"
}

# flows_pass NAME: no flow is silent
flows_pass()
{
	local stalled
	stalled=$(flows_get "$1" stalled)
	echo "$stalled flows are silent"
	[ "$stalled" = 0 ]
}

flows_stop()
{
	stop "$1"
}

# What passes the site's line to the Internet and should not be seen there:
# anything that is neither IKE nor ESP and belongs to the inside.
capture_start()
{
	spawn capture net tcpdump -l -n -p -i site0 \
		'net 192.168.0.0/16 or net 10.0.0.0/8 or net 169.254.0.0/16 or
		(ip6 and net fd00::/8)'
	wait_for 20 grep -q 'listening on' "$LAB_RUN/capture.log"
}

# capture_clear: how many inside packets were seen in the clear
capture_clear()
{
	grep -cE '^[0-9:.]+ IP6? ' "$LAB_RUN/capture.log" || true
}

# A packet that the capture must see: the capture can fail
capture_proves()
{
	local before
	before=$(capture_clear)
	ns net ip route add 10.99.99.99/32 via "$SITE_OUTER" dev site0 || true
	ns net ping -c 1 -W 1 10.99.99.99 >/dev/null 2>&1 || true
	wait_for 5 capture_more_than "$before"
}

capture_more_than()
{
	[ "$(capture_clear)" -gt "$1" ]
}

# sealed: ESP packets that the Internet has forwarded
sealed()
{
	ns net nft -j list counter inet path sealed |
		jq '.nftables[] | select(.counter) | .counter.packets'
}
