#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# Rekeying and make-before-break reauthentication lose nothing: CHILD_SA and
# IKE_SA, started by us, by the peer, or by both at once, again and again. The
# kernel's own counters tell a packet that found no SA, or a wrong one, from
# one that an emulated machine did not keep up with.
#
# Then somebody deletes the outbound half of an SA, and its policies.
#
# Last, both sides rekey by themselves, with AWS's lifetimes 240 times shorter:
# 28800 s and 3600 s become 120 s and 15 s, the margin of 270 s with its fuzz of
# 100 % leaves 1 to 2 s: both begin at close times, and often at once.
#
# REKEYS=N: of each kind in a row; REAUTHS=N: reauthentications of ours, drained
# first; AWS=SECONDS: so long with AWS's timing.

. "$(dirname "$0")/../lib/all.sh"
REKEYS=${REKEYS:-3}
REAUTHS=${REAUTHS:-1}
AWS=${AWS:-20}
FLOWS=32
# the supervisor alone initiates: a changed lifetime is no reason to
export SITE_START=none
CHARON_EXTRA="make_before_break = yes"
BUNDLE_EXTRA="drain_time = 2"
xfrm_begin aws
must holds "charon starts with Cygnet" cygnet_start
all_up

# carried: packets that are missing, and how many were sent
carried()
{
	flows_report flows 0 | jq -r '"\(.missing) \(.sent)"'
}

# the highest rate at which nothing is lost when nothing happens
find_rate()
{
	local missing sent
	for RATE in 25 10 5
	do
		flows_start flows "$FLOWS" "$RATE" || return 1
		wait_for 10 flows_pass flows
		wait_for 3 false
		read -r missing sent <<<"$(carried)"
		if [ "$missing" = 0 ] && [ "$sent" -gt 0 ]
		then
			return 0
		fi
		flows_stop flows
	done
	return 1
}
find_rate && found=yes
must equal "a rate is found at which nothing is lost" yes "${found:-no}"
echo "# $FLOWS flows both ways, $RATE packets/s each"

# counters: what the kernel dropped, by where and why
counters()
{
	local where dropped n=0
	for where in site cloud
	do
		ns "$where" cat /proc/net/xfrm_stat | sed "s/^/$where /"
		ns "$where" nstat -asz IpOutNoRoutes IpExtInNoRoutes IpInDiscards \
			IpOutDiscards Ip6InNoRoutes Ip6OutNoRoutes Ip6InDiscards \
			Ip6OutDiscards Ip6FragFails | awk -v w="$where" '/^Ip/ { print w, $1, $2 }'
		ip -j -s -n "cyg-$where" link show | jq -r --arg w "$where" '.[] |
			"\($w) \(.ifname)-drops \(.stats64 | [.rx, .tx | .errors,
			.dropped] | add)"'
	done
	ctl_json neighbors '.[] | "\(.name) sessions \(.established)"'
	flows_report flows 0 | jq -r '"lan refused \(.refused)"'
	for where in lan vpc
	do
		ns "$where" nstat -asz UdpRcvbufErrors Udp6RcvbufErrors |
			awk -v w="$where" '/^Udp/ { print w, $1, $2 }'
	done
	while read -r _ dropped _
	do
		n=$((n + 16#$dropped))
	done </proc/net/softnet_stat
	echo "softnet dropped $n"
}

# since FILE: those that have grown
since()
{
	counters | awk -v before="$1" 'BEGIN {
			while ((getline line < before) > 0) {
				split(line, f)
				was[f[1] " " f[2]] = f[3]
			}
		}
		$3 > was[$1 " " $2] { printf "%s %s +%d, ", $1, $2,
			$3 - was[$1 " " $2] }'
}

# logged SIDE WORDS: how many lines of its charon's have them
logged()
{
	grep -c -- "$2" "$LAB_RUN/$1/charon.log"
}

# told WORDS N M: the site has said it more than N times, the cloud than M
told()
{
	[ "$(logged site "$1")" -gt "$2" ] && [ "$(logged cloud "$1")" -gt "$3" ]
}

# again WORDS CMD…: CMD, until both charons say WORDS once more
again()
{
	local words=$1 site cloud
	shift
	site=$(logged site "$words")
	cloud=$(logged cloud "$words")
	"$@" >/dev/null || return 1
	wait_for 20 told "$words" "$site" "$cloud"
}

# repeat WORDS CMD…
repeat()
{
	local i
	for i in $(seq "$REKEYS")
	do
		again "$@" || return 1
	done
}

downs()
{
	ctl_json tunnels '[.[].downs] | add'
}

# mark: from here on it counts
mark()
{
	DOWNS=$(downs)
	counters >"$LAB_RUN/counters"
	read -r MISSING SENT <<<"$(carried)"
}

# unharmed WHAT: nothing was lost since the mark, though there was traffic. What the
# far side's kernel has dropped itself is not ours: its charon, left to itself,
# removes an SA by which a packet is being sealed (1 of 70,966 in 20 rekeys), and its
# FRR changes an IPv6 route by deleting it first (17 of 915,323 in 100 drains).
# Nor is what Linux drops as a group of IPv6 next hops is replaced: it lets go of
# what packets on their way hold of the old one (nh_rt_cache_flush), and such a one
# has no route to be forwarded by, or one of the blackhole device's MTU, for which
# our small ones are too big (3 of those; stacks by the tracepoint kfree_skb)
unharmed()
{
	local missing sent grown theirs
	read -r missing sent <<<"$(carried)"
	missing=$((missing > MISSING ? missing - MISSING : 0))
	sent=$((sent - SENT))
	grown=$(since "$LAB_RUN/counters")
	theirs=$(grep -oE \
		-e "cloud (XfrmOutStateInvalid|Ip6InNoRoutes) \+[0-9]+" \
		-e "site (XfrmFwdHdrError|Ip6FragFails) \+[0-9]+" \
		<<<"$grown" | awk -F+ '{ n += $2 } END { print n }')
	echo "# $1: of $sent packets $missing lost; $grown"
	missing=$((missing > ${theirs:-0} ? missing - ${theirs:-0} : 0))
	holds "$1: there was traffic" [ "$sent" -gt $((FLOWS * RATE)) ]
	equal "$1: packets lost" 0 "$missing"
	equal "$1: no tunnel went down" "$DOWNS" "$(downs)"
}

# row WHAT WORDS CMD…: REKEYS times
row()
{
	local what=$1
	shift
	mark
	holds "$what, $REKEYS in a row" repeat "$@"
	sleep 2
	unharmed "$what"
}

child=(--rekey --child "${TUNNELS[0]}")
ike=(--rekey --ike "${TUNNELS[0]}")
both()
{
	swan cloud "$@" >/dev/null &
	swan site "$@" >/dev/null
	wait $!
}
outbound="outbound CHILD_SA.* established with SPIs"
rekeyed="IKE_SA .* rekeyed between"
deleted="IKE_SA deleted"
row "we rekey the CHILD_SA" "$outbound" swan site "${child[@]}"
row "the peer rekeys the CHILD_SA" "$outbound" swan cloud "${child[@]}"
row "both rekey the CHILD_SA" "$outbound" both "${child[@]}"
row "we rekey the IKE_SA" "$rekeyed" swan site "${ike[@]}"
row "the peer rekeys the IKE_SA" "$rekeyed" swan cloud "${ike[@]}"
row "both rekey the IKE_SA" "$rekeyed" both "${ike[@]}"

# one_sa_each: no tunnel has a second one
one_sa_each()
{
	local n
	n=$(ctl_json tunnels '[.[].sa.count] | unique | join(" ")')
	echo "counted: $n"
	[ "$n" = 1 ]
}

# close_action FROM TO: the site's, of SAs to come
close_action()
{
	sed -i "s/close_action = $1/close_action = $2/" \
		"$LAB_RUN/site/swanctl/swanctl.conf" && swan_load site
}

# the peer's DELETE of what it has replaced is no reason to start it once more
holds "what the peer deletes is to be started again" close_action none start
row "the peer reauthenticates" "$deleted" swan cloud "${ike[@]}" --reauth
becomes 5 "the peer reauthenticates: one SA a tunnel" one_sa_each
# inbound_is N: so many SAs that the cloud sends by has the site's kernel
inbound_is()
{
	local n
	n=$(ip -n cyg-site xfrm state list src "${OUTER[0]}" | grep -c "^src")
	echo "$n in the kernel"
	[ "$n" = "$1" ]
}
becomes 20 "the peer reauthenticates: nothing replaced stays" inbound_is 1
equal "the peer reauthenticates: nothing is started again" 0 \
	"$(logged site "restarting CHILD_SA")"
holds "as before" close_action start none

# what the peer sends by the new SA before we have it would be lost: it is
# drained first
reauthenticate()
{
	local i
	for i in $(seq "$REAUTHS")
	do
		again "$deleted" ctl reauth "${TUNNELS[0]}" &&
			wait_for 10 all_ways_are "$(links_but)" || return 1
	done
}
mark
holds "we reauthenticate, make before break, drained first" reauthenticate
# a drain is meant
DOWNS=$(downs)
unharmed "we reauthenticate"

# the outbound half goes, by whatever hand
went_down()
{
	[ "$(downs)" -gt "$1" ]
}
said()
{
	grep -qF -- "$1" "$LAB_RUN/site/charon.log"
}
down=$(downs)
holds "the outbound SA is deleted" \
	ns site ip xfrm state deleteall dst "${OUTER[0]}"
becomes 4 "no outbound SA: the tunnel leaves its group" went_down "$down"
holds "no outbound SA: the log says so" \
	said "tunnel ${TUNNELS[0]}: the kernel has no outbound SA"
becomes 5 "no outbound SA: there is one again" \
	said "tunnel ${TUNNELS[0]}: its outbound SA is there again"
becomes 3 "no outbound SA: two ways again" all_ways_are "$(links_but)"

# and its policies do
policies_deleted()
{
	ns site ip xfrm policy delete dir out src 0.0.0.0/0 dst 0.0.0.0/0 \
		if_id "${IF_ID[0]}" &&
		ns site ip xfrm policy delete dir out src ::/0 dst ::/0 \
			if_id "${IF_ID[0]}"
}
down=$(downs)
holds "the outbound policies are deleted" policies_deleted
becomes 6 "no outbound policy: the tunnel leaves its group" went_down "$down"
holds "no outbound policy: the log says so" \
	said "tunnel ${TUNNELS[0]}: the kernel has no outbound policy"
becomes 5 "no outbound policy: two ways again" all_ways_are "$(links_but)"
becomes 5 "all flows pass" flows_pass flows

# timing FROM TO: other lifetimes, on both sides, for SAs to come
timing()
{
	local side
	for side in cloud site
	do
		sed -i "s/^\(\t*\)rekey_time = ${IKE_LIFETIME}s/\1rekey_time = 118s\n\1rand_time = 2s/
			s/^\(\t*\)rekey_time = ${ESP_LIFETIME}s/\1rekey_time = 13s\n\1life_time = 15s\n\1rand_time = 1s/" \
			"$LAB_RUN/$side/swanctl/swanctl.conf"
		swan_load "$side" || return 1
	done
	for side in "${TUNNELS[@]}"
	do
		swan site --terminate --ike "$side" >/dev/null || return 1
	done
}

holds "both have AWS's timing" timing
becomes 10 "AWS's timing: two ways" all_ways_are "$(links_but)"
becomes 10 "AWS's timing: all flows pass" flows_pass flows
sleep 1
rekeys()
{
	echo $(($(logged site "$outbound") + $(logged cloud "$outbound")))
}
aws()
{
	local n at most
	n=$(rekeys)
	at=$SECONDS
	mark
	sleep "$AWS"
	n=$((($(rekeys) - n) / 2))
	# an SA is not rekeyed before its 12th second, and then by each side once
	most=$((2 * ${#TUNNELS[@]} * ((SECONDS - at + 1) / 12 + 1)))
	echo "# AWS's timing: $n rekeys in $AWS s," \
		"$(logged site collision) collisions"
	between "AWS's timing: rekeys" $((AWS / 15)) "$most" "$n"
	unharmed "AWS's timing"
	becomes 10 "AWS's timing: one SA a tunnel" one_sa_each
}
aws
flows_stop flows
case_end
