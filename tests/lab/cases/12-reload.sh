#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
# beside: another
#
# Reloads: what changed is done and nothing else is touched; a configuration
# with any error is refused whole, with every error in it.

. "$(dirname "$0")/../lib/all.sh"
native_begin alibaba frr
must holds "charon starts with Cygnet" cygnet_start
all_up
conf=$LAB_RUN/site/swanctl/swanctl.conf

# which sessions are up and how often they came and went, as the cloud sees it
epochs()
{
	vty cloud "show bgp neighbors json" |
		jq -c '[.[] | [.bgpState, .connectionsEstablished, .connectionsDropped]]'
}

cloud_has()
{
	vty cloud "show bgp ipv4 unicast $1 json" |
		jq -e '.paths | length == 3' >/dev/null
}

cloud_lacks()
{
	! vty cloud "show bgp ipv4 unicast $1 json" | jq -e '.paths' >/dev/null
}

before=$(epochs)
ADVERTISE_EXTRA=", 192.168.77.0/24"
cygnet_conf interface
holds "reload with one more prefix" ctl reload
becomes 10 "the cloud has it by every session" cloud_has 192.168.77.0/24
ADVERTISE_EXTRA=
cygnet_conf interface
holds "reload without it" ctl reload
becomes 10 "the cloud has it no more" cloud_lacks 192.168.77.0/24
equal "no session was touched" "$before" "$(epochs)"

# refused WHAT SED-EXPRESSION WORD…: the configuration so changed is refused,
# all WORDs are in what is said
refused()
{
	local what=$1 edit=$2 word seen
	shift 2
	cygnet_conf interface
	sed -i "$edit" "$conf"
	if seen=$(ctl reload 2>&1)
	then
		case_bad "$what is refused" "failure of cygnetctl reload" "$seen"
		return
	fi
	for word in "$@"
	do
		case $seen in
			*"$word"*) ;;
			*)
				case_bad "$what is refused" "words '$word'" "$seen"
				return ;;
		esac
	done
	case_ok "$what is refused"
}

refused "a misspelt option" 's/advertise =/advertis =/' \
	"cygnet: unknown option 'advertis', did you mean 'advertise'?"
refused "a hold time out of range" '0,/hold_time = .*/s//hold_time = 1/' \
	"cygnet.bundles.alibaba.tunnels.ali-1.neighbor" hold_time
refused "an address that is none" \
	's,address = 169.254.11.2/30,address = 169.254.999.2/30,' \
	cygnet.bundles.alibaba.tunnels.ali-2 address
refused "two errors at once" \
	's/advertise =/advertis =/; s/mode = .*/mode = fast/' \
	advertis cygnet.bundles.alibaba.mode
refused "a family without address" \
	's,\(address = 169.254.10.2/30\)\, .*,\1,; 0,/remote_as/s//ipv6 = yes\n&/' \
	cygnet.bundles.alibaba.tunnels.ali-1 ipv6
refused "a file that cannot be parsed" 's/^cygnet {/cygnet { {/' ""
equal "after all refusals no session was touched" "$before" "$(epochs)"
holds "and no route" all_ways_are "$(links_but)"

# a tunnel taken out by configuration
all=("${TUNNELS[@]}")
TUNNELS=("${all[@]:0:2}")
cygnet_conf interface
equal "asked before, it says so" \
	"tunnel ${all[2]}: it goes, and its routes with it" \
	"$(ctl diff | sed -n "s/^  \(tunnel\)/\1/p")"
holds "and does nothing" tunnels_forwarding 3
holds "reload with a tunnel less" ctl reload
becomes 10 "routes have the two others" all_ways_are "$(links_but)"
equal "the two others' sessions were not touched" \
	"$(jq -c '[.[] | select(.[0] == "Established")][0:2]' <<<"$before")" \
	"$(epochs | jq -c '[.[] | select(.[0] == "Established")]')"
TUNNELS=("${all[@]}")
cygnet_conf interface
holds "reload with it again" ctl reload
becomes 30 "three ways again" all_ways_are "$(links_but)"
case_end
