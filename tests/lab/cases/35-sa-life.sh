#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# The life of SAs by the real charons: rekeyed by either side and by both at
# once, reauthenticated both ways, deleted by either. A tunnel goes down when
# its last SA does, at once, and never otherwise.

. "$(dirname "$0")/../lib/all.sh"
# what is deleted stays away, to be looked at
export SITE_CLOSE=none
# the cloud makes an IKE_SA more when it is asked to initiate what is there
export CHARON_EXTRA="reuse_ikesa = no"
tunnel_extra 0 "					supervise = no"
xfrm_begin alibaba
sed -i -e 's/^charon {$/&\n\tmake_before_break = yes/' \
	-e 's/retransmit_tries = .*/retransmit_tries = 8/' \
	-e '/reuse_ikesa/d' \
	"$LAB_RUN/site/strongswan.conf"
must holds "charon starts with Cygnet" cygnet_start
all_up
flows_start flows 12 5
must becomes 20 "all flows pass" flows_pass flows

# figure FIELD: of the first tunnel
figure()
{
	ctl_json tunnels ".[] | select(.name == \"${TUNNELS[0]}\") | .$1"
}

# state_is STATE
state_is()
{
	local state
	state=$(figure state)
	echo "$state"
	[ "$state" = "$1" ]
}

# newest SIDE: the highest number of its CHILD_SAs of that tunnel
newest()
{
	swan "$1" --list-sas --ike "${TUNNELS[0]}" --raw |
		grep -o "uniqueid=[0-9]*" | sed 's/.*=//' | sort -n | tail -n 1
}

# newer SIDE THAN
newer()
{
	[ "$(newest "$1")" -gt "$2" ]
}

# one_sa: the tunnel counts one SA
one_sa()
{
	local n
	n="$(figure sa.count)"
	echo "counted: $n"
	[ "$n" = 1 ]
}

# unharmed WHAT MOST SIDE SWANCTL-ARG…: the tunnel stays up while it happens, and at
# most so many packets are lost
unharmed()
{
	local what=$1 most=$2 side=$3 downs number missing
	shift 3
	downs=$(figure downs)
	number=$(newest "$side")
	missing=$(flows_get flows missing)
	holds "$what" swan "$side" "$@"
	becomes 20 "$what: there is a newer SA" newer "$side" "$number"
	becomes 30 "$what: one SA counts" one_sa
	equal "$what: the tunnel did not go down" "$downs" "$(figure downs)"
	equal "$what: it forwards" true "$(figure forwarding)"
	between "$what: packets lost" 0 "$most" \
		$(($(flows_get flows missing) - missing))
}

child=(--rekey --child "${TUNNELS[0]}")
ike=(--rekey --ike "${TUNNELS[0]}")
unharmed "we rekey the CHILD_SA" 0 site "${child[@]}"
unharmed "the peer rekeys the CHILD_SA" 0 cloud "${child[@]}"
both()
{
	swan cloud "${child[@]}" >/dev/null &
	swan site "${child[@]}"
	wait $!
}
downs=$(figure downs)
number=$(newest site)
holds "both rekey the CHILD_SA" both
becomes 20 "both: there is a newer SA" newer site "$number"
becomes 30 "both: one SA counts" one_sa
equal "both: the tunnel did not go down" "$downs" "$(figure downs)"

downs=$(figure downs)
holds "we rekey the IKE_SA" swan site "${ike[@]}"
holds "the peer rekeys the IKE_SA" swan cloud "${ike[@]}"
stays 3 "IKE rekey: the tunnel forwards" tunnels_forwarding 3
equal "IKE rekey: it did not go down" "$downs" "$(figure downs)"
# by hand nothing drains the tunnel before, and the peer sends by its new SA until
# we have it, too: 20 packets/s of the flows for 75 ms, or for longer if the machine
# is busy. Drained, by cygnetctl reauth: case 38
unharmed "we reauthenticate, make before break" 5 site "${ike[@]}" --reauth

number=$(newest site)
holds "the peer reauthenticates, break before make" \
	swan cloud "${ike[@]}" --reauth
becomes 20 "break before make: there is a newer SA" newer site "$number"
becomes 20 "break before make: the tunnel forwards again" tunnels_forwarding 3
becomes 20 "break before make: one SA counts" one_sa
becomes 20 "all flows pass" flows_pass flows

# lost WHAT SIDE SWANCTL-ARG…: the tunnel is down at once, and up by us again
lost()
{
	local what=$1 side=$2
	shift 2
	holds "$what" swan "$side" "$@"
	becomes 3 "$what: two ways are left" all_ways_are "$(links_but 0)"
	becomes 3 "$what: the tunnel is down" state_is down
	becomes 20 "$what: all flows pass" flows_pass flows
	holds "$what: initiated again" swan site --initiate \
		--child "${TUNNELS[0]}"
	becomes 20 "$what: the tunnel forwards again" tunnels_forwarding 3
	becomes 30 "$what: three ways again" all_ways_are "$(links_but)"
}

lost "the peer deletes the CHILD_SA" cloud --terminate --child "${TUNNELS[0]}"
lost "we delete the CHILD_SA" site --terminate --child "${TUNNELS[0]}"
lost "the peer deletes the IKE_SA" cloud --terminate --ike "${TUNNELS[0]}"
lost "we delete the IKE_SA" site --terminate --ike "${TUNNELS[0]}"
flows_stop flows

# -- doctor, where there is IPsec -------------------------------------------

becomes 20 "every session is up again" sessions_are 3
# the first lost its session again and again above, which is a fault to doctor
for name in "${TUNNELS[@]:1}"
do
	becomes 10 "doctor: $name is healthy" healthy "$name"
done

holds "the CHILD_SA is made twice" swan cloud --initiate --child "${TUNNELS[2]}"
becomes 40 "doctor: two CHILD_SAs" finds "${TUNNELS[2]}" duplicate-child-sa \
	"2 CHILD_SAs of one child" "swanctl --terminate --child-id"
remedy()
{
	local id
	id=$(doc "${TUNNELS[2]}" --json | jq -r '.[0].remedy' |
		sed -n 's/.*--child-id \([0-9]*\).*/\1/p')
	swan site --terminate --child-id "$id"
}
holds "doctor: its remedy is taken" remedy
becomes 10 "doctor: ${TUNNELS[2]} is healthy again" healthy "${TUNNELS[2]}"

# ESP is stopped on its way, by the site itself, at its own door
two=${TUNNELS[1]}
ns site nft -f - <<NFT
table inet faults {
	chain input {
		type filter hook input priority 0;
	}
	chain output {
		type filter hook output priority 0;
	}
}
NFT
ns cloud nft -f - <<NFT
table inet faults {
	chain input {
		type filter hook input priority 0;
	}
}
NFT

# esp_stops NS CHAIN saddr|daddr [MATCH…]: that of the second tunnel, and its
# session ends
esp_stops()
{
	ns site nft flush table inet faults
	ns cloud nft flush table inet faults
	ns "$1" nft add rule inet faults "$2" ip "$3" "${OUTER[1]}" \
		meta l4proto esp "${@:4}" drop
	ctl neighbor "$two" reset
}
holds "ESP is filtered towards the peer" esp_stops cloud input daddr
becomes 40 "doctor: lost on its way there" finds "$two" not-heard \
	"ESP is filtered towards the peer" "towards the peer, then see"
# with a mark, it is not known of the rule whether it is the one
holds "ESP is filtered on its way back" esp_stops site input saddr meta mark 0
becomes 40 "doctor: lost on its way back" finds "$two" one-way \
	"ESP is filtered" "Allow ESP (protocol 50, or UDP 4500) both ways"
holds "ESP is filtered by a rule here" esp_stops site input saddr
becomes 40 "doctor: which rule drops it" finds "$two" foreign-firewall \
	"Chain input of table inet faults drops ESP (where no NAT is between) from ${OUTER[1]}" \
	"nft insert rule inet faults input ip saddr ${OUTER[1]} meta l4proto esp accept"
esp_remedy()
{
	ns site bash -ec "$(doc "$two" --json | jq -r '.[0].remedy' |
		sed -n 's/^Run `\([^`]*\)`.*/\1/p')"
}
holds "doctor: its remedy is taken" esp_remedy
becomes 40 "doctor: $two is healthy again" healthy "$two"
holds "ESP is filtered by this host" esp_stops site output daddr meta mark 0
becomes 40 "doctor: refused here" finds "$two" refused-here \
	"refused by this host itself" "Accept ESP (protocol 50)"
ns site nft flush table inet faults
becomes 40 "doctor: $two is healthy again" healthy "$two"

# policies_in: the second tunnel's, for what comes in, are gone
policies_in()
{
	local net
	for net in 0.0.0.0/0 ::/0
	do
		ip -n cyg-site xfrm policy delete dir in src "$net" dst "$net" \
			if_id "${IF_ID[1]}" || return 1
	done
	ctl neighbor "$two" reset
}
holds "the policies of what comes in are deleted" policies_in
becomes 40 "doctor: IPsec drops" finds "$two" ipsec-drops \
	"as XfrmInNoPols in /proc/net/xfrm_stat" "swanctl --terminate --ike $two"
# in_connection SED-EXPRESSION: of the second tunnel, and it is loaded again
in_connection()
{
	sed -i "/^	$two {/,/^	}/$1" "$LAB_RUN/site/swanctl/swanctl.conf"
	swan_load site
}
# charon itself would make all anew: it is Cygnet that initiates
holds "the connection is not started by charon" \
	in_connection "s/start_action = .*/start_action = none/"
becomes 60 "doctor: $two is healthy again" healthy "$two"
holds "the connection gets another if_id" \
	in_connection "s/if_id_\(in\|out\) = .*/if_id_\1 = 77/"
becomes 40 "doctor: the SA has the one of before" finds "$two" if-id-mismatch \
	"the SA was made with ${IF_ID[1]}" "swanctl --terminate --ike $two"
holds "doctor: its remedy is taken" swan site --terminate --ike "$two"
becomes 60 "doctor: $two is healthy with the other" healthy "$two"
case_end
