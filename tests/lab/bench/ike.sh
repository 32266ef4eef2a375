# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# charon beside the table: how long IKE takes, without routes of ours in the
# kernel ("none") and with them. The far side is a charon without Cygnet; its
# IKE_SA has no children, so that no ESP is needed. The site does not name its
# own address: charon has to ask the kernel for the way there, which is what
# a large table might slow down.

IKE_SITE=198.51.100.1
IKE_FAR=198.51.100.2
# how often each is done
BENCH_IKE=${BENCH_IKE:-10}

# ike_conf OWN OTHER LINE…: the one connection
ike_conf()
{
	local own=$1 other=$2
	shift 2
	cat <<CONF
connections {
	far {
		version = 2
		remote_addrs = $other
		proposals = aes256gcm16-prfsha384-ecp256
		childless = force
		rekey_time = 0
		mobike = no
		$*
		local {
			auth = psk
			id = $own
		}
		remote {
			auth = psk
			id = $other
		}
	}
}
secrets {
	ike-far {
		id-1 = $own
		id-2 = $other
		secret = "lab secret"
	}
}
CONF
}

# ike_section: the site's, behind the gateway's own
ike_section()
{
	feed_section "$@"
	ike_conf "$IKE_SITE" "$IKE_FAR"
}

ike_world()
{
	CYGNET_SECTION=ike_section world cygnet || return 1
	ns_add far
	veth site outer far outer
	addr site outer "$IKE_SITE/30"
	addr far outer "$IKE_FAR/30"
	charon_conf far
	swanctl_conf far none
	ike_conf "$IKE_FAR" "$IKE_SITE" "dpd_delay = 1s" \
		>>"$LAB_RUN/far/swanctl/swanctl.conf"
	charon_start far && swan_load far
}

# ike_initiate: ms of each
ike_initiate()
{
	local i before
	for ((i = 0; i < BENCH_IKE; i++))
	do
		[ "$i" = 0 ] || swan site --terminate --ike far >/dev/null || return 1
		before=${EPOCHREALTIME/[.,]/}
		swan site --initiate --ike far --timeout 30 >"$LAB_RUN/initiate.out" ||
			return 1
		echo "$((${EPOCHREALTIME/[.,]/} - before))"
	done | median
}

# ike_answers KIND: from a packet of the far side to the site's next
ike_answers()
{
	awk -v kind="$1" -v far="$IKE_FAR." '
		index($3, far) == 1 { asked = $0 ~ kind ? $1 : 0 }
		index($3, far) != 1 && asked { print ($1 - asked) * 1000000; asked = 0 }
	' "$LAB_RUN/ike.log" | median
}

# median: of lines in microseconds, in ms; nothing of no lines
median()
{
	sort -n | awk '{ v[NR] = $1 } END { if (NR)
		printf "%.3f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2000 }'
}

# answered KIND N: the far side has asked so often
answered()
{
	[ "$(awk -v kind="$1" -v far="$IKE_FAR." 'index($3, far) == 1 &&
		$0 ~ kind { n++ } END { print n + 0 }' "$LAB_RUN/ike.log")" -ge "$2" ]
}

# ike_alone: what a rekey has replaced is gone
ike_alone()
{
	[ "$(swan far --list-sas --raw | grep -o 'state=[A-Z]*' | xargs)" = \
		state=ESTABLISHED ]
}

# ike_phase SYSTEM: the figures of it
ike_phase()
{
	local i SYSTEM=$1
	figure initiate "$(ike_initiate)" ms
	: >"$LAB_RUN/ike.log"
	spawn ike site tcpdump -i outer -n -tt -l --immediate-mode \
		"udp port 500 or udp port 4500" || return 1
	wait_for 30 answered inf2 "$BENCH_IKE" || return 1
	figure dpd_answer "$(ike_answers inf2)" ms
	for ((i = 1; i <= BENCH_IKE; i++))
	do
		wait_for 10 ike_alone || return 1
		swan far --rekey --ike far >"$LAB_RUN/rekey.log" 2>&1 || return 1
		wait_for 10 answered 'sa +child_sa' "$i" || return 1
	done
	figure rekey_answer "$(ike_answers 'sa +child_sa')" ms
	stop ike
	swan site --terminate --ike far >/dev/null
}

# ike: an IKE_SA is initiated, and the other side's DPD and rekey answered
bench_ike()
{
	[ "$SYSTEM" = cygnet ] || return 0
	ike_world || return 1
	sleep 1
	ike_phase none || return 1
	load_all feed0 feed1 && wait_for "$LOAD_LIMIT" calm || return 1
	ike_phase cygnet
}
