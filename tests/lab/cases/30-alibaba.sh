#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# Alibaba Cloud's published scenario: three tunnels up, traffic spread over
# them, one lost in the underlay and back, rekeying, a far side that deletes.

. "$(dirname "$0")/../lib/all.sh"
xfrm_begin alibaba
capture_start
must holds "charon starts with Cygnet" cygnet_start
all_up

for i in "${!TUNNELS[@]}"
do
	link=$(link_of "$i")
	equal "$link has the if_id of its connection" "${IF_ID[$i]}" \
		"$(($(ip -n cyg-site -d -j link show dev "$link" |
			jq -r '.[0].linkinfo.info_data.if_id')))"
	equal "$link says what it is" "cygnet $BUNDLE/${TUNNELS[$i]}" \
		"$(ip -n cyg-site -j link show dev "$link" | jq -r '.[0].ifalias')"
	# AES-CBC with SHA-1 over IPv4: 1500 - 20 - 8 - 16 - 12, to whole blocks
	between "$link has an MTU that fits" 1280 1446 \
		"$(ip -n cyg-site -j link show dev "$link" | jq '.[0].mtu')"
	equal "$link has both addresses" "${INSIDE4[$i]}.2 ${INSIDE6[$i]}2" \
		"$(ip -n cyg-site -j addr show dev "$link" |
			jq -r '[.[0].addr_info[] | select(.scope == "global") | .local]
				| join(" ")')"
done
for family in ipv4 ipv6
do
	equal "$family hashes ports too" 1 \
		"$(ns site sysctl -n "net.$family.fib_multipath_hash_policy")"
done
becomes 10 "IPv4 passes between the hosts" \
	lan_pings "$(host_of 4 "${CLOUD_NETS[@]}")"
becomes 10 "IPv6 passes between the hosts" \
	lan_pings "$(host_of 6 "${CLOUD_NETS[@]}")"
holds "whole packets pass, as large as the link takes" \
	ns lan ping -c 1 -W 3 -s 1300 "$(host_of 4 "${CLOUD_NETS[@]}")"

# TCP's segments fit the tunnel: what the far host sees in a SYN
ns vpc timeout 20 tcpdump -l -n -i eth0 -c 1 -v 'tcp dst port 7777' \
	>"$LAB_RUN/syn.log" 2>&1 &
syn=$!
wait_for 10 grep -q 'listening on' "$LAB_RUN/syn.log"
ns lan bash -c "exec 3<>/dev/tcp/$(host_of 4 "${CLOUD_NETS[@]}")/7777" \
	>/dev/null 2>&1
wait "$syn"
mtu=$(ip -n cyg-site -j link show dev "$(link_of 0)" | jq '.[0].mtu')
between "a SYN's segment size is clamped" 1000 $((mtu - 40)) \
	"$(grep -o 'mss [0-9]*' "$LAB_RUN/syn.log" | head -n 1 | cut -d' ' -f2)"

# traffic on all
counts()
{
	local i
	for i in "${!TUNNELS[@]}"
	do
		packets site "$(link_of "$i")" tx
		packets site "$(link_of "$i")" rx
	done
}
# least_growth BEFORE: the smallest growth of any tunnel in any direction
least_growth()
{
	paste <(echo "$1") <(counts) |
		awk '{ d = $2 - $1; if (NR == 1 || d < m) m = d } END { print m }'
}
grown()
{
	[ "$(least_growth "$1")" -ge "$2" ]
}
flows_start flows 24 5
must becomes 20 "all flows pass" flows_pass flows
before=$(counts)
becomes 20 "every tunnel carries flows both ways" grown "$before" 20

# one lost in the underlay
fault=$(now_ms)
blackhole 0
soon $((CYGNET_HOLD + 5)) "blackhole: its way leaves every prefix" \
	all_ways_are "$(links_but 0)"
becomes 20 "blackhole: all flows pass" flows_pass flows
between "outage of the worst flow in ms, by a hold time of $CYGNET_HOLD s" \
	100 $((CYGNET_HOLD * 1000 + 4000)) "$(flows_get flows outage_ms "$fault")"
between "flows that were hit, of 48" 1 47 "$(flows_get flows hit "$fault")"

# and back
unblackhole
becomes 60 "way back: three SAs" sas_up site 3
becomes 60 "way back: three ways" all_ways_are "$(links_but)"
becomes 20 "way back: all flows pass" flows_pass flows
before=$(counts)
becomes 20 "every tunnel carries flows again" grown "$before" 20

# rekeying by either side, of either kind
since=$(now_ms)
spis()
{
	ip -n cyg-site xfrm state | grep -o 'spi 0x[0-9a-f]*' | sort
}
rekeyed()
{
	[ "$(comm -12 <(echo "$1") <(spis) | wc -l)" -le "$2" ]
}
keys=$(spis)
holds "site rekeys a CHILD_SA" swan site --rekey --child "${TUNNELS[0]}"
holds "cloud rekeys a CHILD_SA" swan cloud --rekey --child "${TUNNELS[1]}"
holds "site rekeys an IKE_SA" swan site --rekey --ike "${TUNNELS[2]}"
stays 8 "rekeying takes no tunnel down" all_ways_are "$(links_but)"
holds "the keys did change" rekeyed "$keys" 2
between "packets lost by rekeying" 0 20 "$(flows_get flows lost "$since")"
holds "all flows pass" flows_pass flows

# the far side deletes
ike_up()
{
	swan site --list-sas --ike "${TUNNELS[$1]}" --raw | grep 'state=INSTALLED' >/dev/null
}
downs()
{
	ctl_json tunnels ".[] | select(.name == \"${TUNNELS[1]}\") | .downs"
}
downs_are()
{
	[ "$(downs)" = "$1" ]
}
before=$(downs)
fault=$(now_ms)
swan cloud --terminate --ike "${TUNNELS[1]}" >/dev/null
becomes 5 "deleted by the far side: the tunnel goes down, once" \
	downs_are $((before + 1))
becomes 60 "deleted by the far side: it is back" ike_up 1
becomes 60 "deleted by the far side: three ways" all_ways_are "$(links_but)"
becomes 20 "all flows pass" flows_pass flows
between "outage after a delete in ms, far below the hold time" \
	0 $((CYGNET_HOLD * 1000 - 3000)) "$(flows_get flows outage_ms "$fault")"

flows_stop flows
between "ESP packets on the underlay" 1000 10000000 "$(sealed)"
equal "packets in the clear on the underlay" 0 "$(capture_clear)"
holds "a packet in the clear would have been seen" capture_proves
case_end
