# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What is tried with each peer, in the order in which it costs the least time.
# The site's words in comments: "in" is from the peer, "out" is to it.

# interop PEER: the whole case
interop()
{
	PEER=$1
	# shellcheck source=/dev/null
	. "$lib/interop-$PEER.sh"
	LINKS=interface
	CYGNET_SECTION=interop_section
	lab_begin
	case_begin
	PEER_PATH=${PEER_PATH-$PEER_AS }
	sessions_make
	interop_topology
	cygnet_begin interface
	peer_conf
	must holds "$(peer_version) starts" peer_start
	must holds "charon starts with Cygnet" cygnet_start
	speakers_start
	rows_sessions
	rows_silence_begin
	rows_routes
	rows_attributes
	rows_refusals
	rows_refresh
	rows_withdraw
	rows_texts
	rows_silence_end
	rows_restarts
	captures_save
	columns_complete
	column_save
	table "$PEER"
	case_end
}

# dialled SESSION peer|us: who opened the connection that became a session
dialled()
{
	wire "$1" "[.[] | select(.type == \"UPDATE\")] | .[-1].dialled == \"$2\""
}

rows_sessions()
{
	local name row
	for name in o4:open4 l4:listen4 o6:open6 l6:listen6
	do
		row=${name#*:} name=${name%:*}
		row "$row" must becomes 20 "$name: both see the session" up "$name"
		if [ "${DIALS[$name]}" = peer ]
		then
			row "$row" becomes 5 "$name: the peer dialled" dialled "$name" peer
		else
			row "$row" becomes 5 "$name: we dialled" dialled "$name" us
		fi
	done
	if has enh
	then
		row enh becomes 10 "enh: both see the session" up enh
	fi
	if has as2
	then
		row as2 becomes 10 "as2: both see the session" up as2
		row as2 holds "as2: the peer says nothing of 4-byte AS numbers" \
			opens_without as2 in 65
	fi
	if has md5
	then
		row md5 becomes 20 "TCP MD5 over IPv4, dialled by ${DIALS[md5]}" up md5
		row md5 becomes 20 "TCP MD5 over IPv6, dialled by ${DIALS[md6]}" up md6
	fi
	if has gtsm
	then
		row gtsm becomes 10 "TTL security on both sides" up gtsm
		row gtsm holds "TTL security: 255 from both" ttls gtsm
	fi
	if has role
	then
		row role becomes 10 "roles: both see the session" up role
		row role holds "the peer is provider" \
			wire role 'any(.[]; .dir == "in" and .caps["9"] == ["00"])'
		row role holds "we are customer" \
			wire role 'any(.[]; .dir == "out" and .caps["9"] == ["03"])'
	fi
	becomes 20 "the speakers are heard" heard feed "$(up_net 1 4)"
}

# the numbers of what is announced behind the peer and behind the site
up_net()
{
	net_at 77 "$1" "$2"
}

feed_net()
{
	net_at 66 "$1" "$2"
}

# net_at NET NUMBER 4|6
net_at()
{
	case $3 in
		4) echo "10.$1.$2.0/24" ;;
		6) echo "fd$1:0:0:$2::/64" ;;
	esac
}

# ttls SESSION: TTLs or hop limits of BGP's packets in both directions
ttls()
{
	[ "$(tcpdump -n -v -r "$CAPTURE" "host $(us "$1") and tcp port 179" \
		2>/dev/null | grep -o 'ttl [0-9]*' | sort -u)" = "ttl 255" ]
}

# taken SESSION 4|6: has the session's path to what is behind the peer come?
taken()
{
	neighbor "$1" ".received.ipv$2 >= 5"
}

# given SESSION 4|6: has the peer what is ours and what is behind us?
given()
{
	peer_has "$1" "$(feed_net 1 "$2")" &&
		case $2 in
			4) peer_has "$1" "$SITE_NET4" ;;
			6) peer_has "$1" "$SITE_NET6" ;;
		esac
}

rows_routes()
{
	local spec row name family
	for spec in v4over4:o4:4 v4over4:l4:4 v6over6:o6:6 v6over6:l6:6 \
		v6over4:o4:6 v6over4:l4:6 v4over6:o6:4 v4over6:l6:4
	do
		IFS=: read -r row name family <<<"$spec"
		has "$row" || continue
		row "$row" becomes 10 "$name: IPv$family routes from the peer" \
			taken "$name" "$family"
		row "$row" becomes 10 "$name: IPv$family routes to the peer" \
			given "$name" "$family"
	done
	if has enh
	then
		row enh becomes 10 "enh: IPv4 routes from the peer" taken enh 4
		row enh becomes 10 "enh: IPv4 routes to the peer" given enh 4
		row enh holds "enh: by IPv6 next hops both ways" wire enh \
			'[.[] | select(.type == "UPDATE") |
			select(any(.announced[]; startswith("10."))) |
			{dir, six: all(.hops[]; contains(":"))}] |
			all(.six) and ([.[].dir] | unique == ["in", "out"])'
	fi
	if has as2
	then
		row as2 becomes 10 "as2: IPv4 routes from the peer" taken as2 4
		row as2 becomes 10 "as2: IPv4 routes to the peer" given as2 4
		row as2 becomes 5 "as2: paths to the peer have AS_TRANS and AS4_PATH" \
			wire as2 'any(.[]; .dir == "out" and .attrs["17"] != null and
			(.attrs["2"] | test("5ba0")))'
		row as2 becomes 5 "as2: the path from the peer is made whole" \
			path_by as2 "$(up_net 1 4)" "[$PEER_AS,$UP_AS]"
	fi
	row as4 becomes 10 "4-byte AS numbers from the peer" heard feed \
		"$(up_net 1 4)" ".path == \"$SITE_AS $PEER_AS $UP_AS\""
	row as4 becomes 10 "4-byte AS numbers to the peer" heard up \
		"$(feed_net 1 4)" ".path == \"${PEER_PATH}$SITE_AS $FEED_AS\""
	for family in ipv4 ipv6
	do
		if has eor_in
		then
			row eor_in becomes 5 "$family: End-of-RIB from the peer" \
				ended in "$family"
			row eor_in holds "$family: we say that it came" \
				neighbor o4 ".end_of_rib.$family"
		fi
		row eor_out becomes 5 "$family: End-of-RIB to the peer" \
			ended out "$family"
	done
}

ended()
{
	wire o4 "any(.[]; .dir == \"$1\" and .ended == \"$2\")"
}

# path_by SESSION PREFIX AS-PATH: cygnetctl shows it for the session
path_by()
{
	ctl routes "$2" --json | jq -en --arg n "$1" --argjson path "$3" \
		'any(input | .. | objects | select(.neighbor? == $n); .as_path == $path)'
}

# equal_units ROW FAMILY KIND UNIT-LENGTH HEX: both ways, unit by unit
equal_units()
{
	local test=".attrs[\"$3\"] // \"\" | units($4) == (\"$5\" | units($4))"
	row "$1" becomes 10 "$1 in IPv$2 routes from the peer" \
		heard feed "$(up_net 2 "$2")" "$test"
	row "$1" becomes 10 "$1 in IPv$2 routes to the peer" \
		heard up "$(feed_net 2 "$2")" "$test"
}

rows_attributes()
{
	local family hops
	for family in 4 6
	do
		equal_units comm "$family" 8 8 "$COMM"
		equal_units ext "$family" 16 16 "$EXT"
		has large && equal_units large "$family" 32 24 "$LARGE"
		hops=$(printf ' 64500%.0s' $(seq 299))
		row path300 becomes 10 "300 hops in IPv$family from the peer" \
			heard feed "$(up_net 3 "$family")" \
			".path == \"$SITE_AS $PEER_AS $UP_AS$hops\""
		row path300 becomes 10 "300 hops in IPv$family to the peer" \
			heard up "$(feed_net 3 "$family")" \
			".path == \"${PEER_PATH}$SITE_AS $FEED_AS$hops\""
	done
	row origin becomes 5 "ORIGIN from the peer" heard feed \
		"$(up_net 4 4)" '.attrs["1"] == "01"'
	row origin becomes 5 "ORIGIN to the peer" heard up \
		"$(feed_net 4 4)" '.attrs["1"] == "01"'
	row med becomes 5 "MED from the peer" wire l4 \
		'any(.[]; .dir == "in" and .announced == ["10.77.4.0/24"] and
		.attrs["4"] == "00000037")'
	row med becomes 5 "MED to the peer" value_is l4 "$(feed_net 4 4)" med 77
	if has localpref
	then
		row localpref becomes 10 "iBGP: both see the session" up ibg
		row localpref becomes 5 "iBGP: LOCAL_PREF from the peer" \
			local_pref_by ibg "$(up_net 4 4)" 250
		row localpref becomes 5 "iBGP: LOCAL_PREF to the peer" \
			value_is ibg "$(feed_net 4 4)" local_pref 50
	fi
	if has asset
	then
		row asset becomes 5 "AS_SET from the peer" heard feed \
			"$(up_net 5 4)" \
			".path == \"$SITE_AS $PEER_AS $UP_AS 64500 {64501 64502}\""
		row asset becomes 5 "AS_SET from the peer, where none is wanted" \
			neighbor o4 '.dropped.as_set > 0'
		row asset becomes 5 "AGGREGATOR from the peer" heard feed \
			"$(up_net 5 4)" '.attrs["7"] == "fa57e7fc0a0a0a0a"'
		row asset becomes 5 "AS_SET to the peer" heard up \
			"$(feed_net 5 4)" \
			".path == \"${PEER_PATH}$SITE_AS $FEED_AS 64500 {64501 64502}\""
		row asset becomes 5 "AGGREGATOR to the peer" heard up \
			"$(feed_net 5 4)" '.attrs["7"] == "fa57e7f20a0a0a0a"'
	fi
	if has bandwidth
	then
		row bandwidth becomes 5 "link bandwidth is said by the peer" wire l4 \
			'any(.[]; .dir == "in" and
			(.announced // [] | contains(["10.77.8.0/24"])) and
			((.attrs["16"] // "") | test("^[04]004")))'
		row bandwidth becomes 5 "three times as much is thrice the share" \
			shares l4 3 o4 1
	fi
	if has extmsg
	then
		row extmsg becomes 10 "more than 4096 bytes from the peer" heard feed \
			"$(up_net 6 4)" '.attrs["32"] | length == 9600'
		row extmsg becomes 10 "more than 4096 bytes to the peer" heard up \
			"$(feed_net 6 4)" '.attrs["32"] | length == 9600'
		row extmsg becomes 10 "in one message" wire l4 \
			'[.[] | select(.length > 4096) | .dir] | unique == ["in", "out"]'
	else
		holds "what would be over 4096 bytes is not said to the peer" \
			wire l4 'all(.[]; .length <= 4096)'
	fi
}

# shares SESSION N SESSION M: of traffic to what has the community
shares()
{
	ctl routes "$(up_net 8 4)" --json | jq -en --arg a "$1" --arg b "$3" \
		"[input | .. | objects | select(.neighbor?) |
			{key: .neighbor, value: .weight}] | from_entries |
		.[\$a] * $4 == .[\$b] * $2"
}

value_is()
{
	[ "$(peer_value "$1" "$2" "$3")" = "$4" ]
}

local_pref_by()
{
	ctl routes "$2" --json | jq -en --arg n "$1" --argjson pref "$3" \
		'any(input | .. | objects | select(.neighbor? == $n); .local_pref == $pref)'
}

# last_is SESSION sent|received CODE SUBCODE: cygnetctl's last NOTIFICATION
last_is()
{
	neighbor "$1" ".last_notification | .code == $3 and .subcode == $4 and
		.direction == \"$2\""
}

rows_refusals()
{
	if has md5
	then
		row md5wrong becomes 5 "a wrong key, dialled by ${DIALS[bad]}" \
			dialled_in_vain bad
		row md5wrong refuses "and it is no session" up bad
	else
		has md5wrong
	fi
	row wrongas_ours becomes 10 "wrong AS: 2/2 from us" noticed xas out 2 2
	row wrongas_ours becomes 5 "cygnetctl shows it" last_is xas sent 2 2
	if has wrongas_shown
	then
		row wrongas_shown becomes 5 "the peer shows it" peer_says xas wrongas
	fi
	if has wrongas_theirs
	then
		row wrongas_theirs becomes 10 "wrong AS: 2/2 from the peer" \
			noticed yas in 2 2
		row wrongas_theirs becomes 5 "cygnetctl shows it" \
			last_is yas received 2 2
	fi
	row limit_ours becomes 10 "too many prefixes: 6/1 from us" \
		noticed max out 6 1
	row limit_ours becomes 5 "cygnetctl shows it" last_is max sent 6 1
	if has limit_shown
	then
		row limit_shown becomes 5 "the peer shows it" peer_says max limit
	fi
	if has limit_theirs
	then
		row limit_theirs becomes 10 "too many prefixes: 6/1 from the peer" \
			noticed lim in 6 1
		row limit_theirs becomes 5 "cygnetctl shows it" \
			last_is lim received 6 1
	fi
}

# SYNs have gone out and nothing was answered
dialled_in_vain()
{
	[ "$(tcpdump -n -r "$CAPTURE" "host $(them "$1") and \
		tcp[tcpflags] == tcp-syn" 2>/dev/null | wc -l)" != 0 ] &&
		wire "$1" 'length == 0'
}

# asked DIRECTION: how many REFRESH messages of l4's, and the answers after the
# last of them, in the other direction
asked()
{
	local back=in
	[ "$1" = out ] || back=out
	wire l4 "([.[] | select(.type == \"REFRESH\" and .dir == \"$1\" and
		.family == \"ipv4\" and .subtype == 0)] | .[-1].time) as \$at |
		\$at != null and any(.[]; .dir == \"$back\" and .time >= \$at and
		(.announced // [] | length > 0))"
}

rows_refresh()
{
	if has refresh_in
	then
		row refresh_in holds "the peer is told to ask" peer_refresh l4
		row refresh_in becomes 5 "the peer asks and is answered" asked in
	fi
	if has refresh_out
	then
		row refresh_out holds "we are told to ask" site_refresh l4
		row refresh_out becomes 5 "we ask and are answered" asked out
	fi
	if has enhanced
	then
		row enhanced becomes 5 "the peer's answer has begin and end" wire l4 \
			'[.[] | select(.type == "REFRESH" and .dir == "in") | .subtype] |
			contains([1, 2])'
		row enhanced becomes 5 "ours has begin and end" wire l4 \
			'[.[] | select(.type == "REFRESH" and .dir == "out") | .subtype] |
			contains([1, 2])'
	fi
	holds "after that the session is the same" neighbor l4 '.established == 1'
}

site_refresh()
{
	ctl neighbor "$1" refresh
}

rows_withdraw()
{
	row withdraw holds "the route is there before" heard feed "$(up_net 7 4)"
	speaker_routes up 7
	speaker_routes feed 7
	local family
	for family in 4 6
	do
		row withdraw becomes 10 "IPv$family: withdrawn by the peer" \
			unheard feed "$(up_net 7 "$family")"
		row withdraw becomes 10 "IPv$family: withdrawn to the peer" \
			unheard up "$(feed_net 7 "$family")"
	done
	speaker_routes up
	speaker_routes feed
	for family in 4 6
	do
		row withdraw becomes 10 "IPv$family: by the peer again" \
			heard feed "$(up_net 7 "$family")"
		row withdraw becomes 10 "IPv$family: to the peer again" \
			heard up "$(feed_net 7 "$family")"
	done
}

TEXT_IN="cable work until 14:00"
TEXT_OUT="back in an hour, ask the NOC"

rows_texts()
{
	if has text_in
	then
		row text_in holds "the peer shuts down with words" \
			peer_shutdown l4 "$TEXT_IN"
		row text_in becomes 5 "cygnetctl shows the words" \
			site_says l4 "$TEXT_IN"
		row text_in holds "the peer enables it" peer_enable l4
	fi
	row text_out holds "we shut down with words" \
		ctl neighbor o6 shutdown "$TEXT_OUT"
	row text_out becomes 5 "the wire has them" text_went o6 "$TEXT_OUT"
	if has text_shown
	then
		row text_shown becomes 5 "the peer shows the words" \
			peer_says o6 "$TEXT_OUT"
	fi
	row text_out holds "we enable it" ctl neighbor o6 start
	# it may wait longer than a test, once we have ceased
	peer_enable o6 >/dev/null 2>&1
	if has text_in
	then
		row text_in becomes 20 "the session is back" up l4
	fi
	row text_out becomes 20 "the session is back" up o6
}

site_says()
{
	ctl neighbor "$1" | grep -F -- "$2"
}

# text_went SESSION TEXT: RFC 9003 section 2: a length, then the words
text_went()
{
	local hex
	hex=$(printf '%02x' "${#2}")$(printf '%s' "$2" | od -An -v -tx1 | tr -d ' \n')
	wire "$1" "any(.[]; .dir == \"out\" and .code == 6 and .subcode == 2 and
		.data == \"$hex\")"
}

rows_silence_begin()
{
	becomes 10 "hold: both see the session" up hold
	SILENT=$(now_ms)
	mute hold
	ns site nft -f - <<-NFT
	table inet mute {
		chain in {
			type filter hook input priority 0;
			iifname hold tcp dport 179 drop
			iifname hold tcp sport 179 drop
		}
	}
	NFT
}

rows_silence_end()
{
	local limit=$((CYGNET_HOLD + 6))
	row hold_ours becomes "$limit" "silent peer: our hold timer" \
		last_is hold sent 4 0
	row hold_theirs becomes "$limit" "we are silent: the peer's hold timer" \
		peer_says hold hold
	unmute
	ns site nft delete table inet mute
	row hold_ours becomes 20 "the session is back" up hold
}

# all of those that should be up
base_up()
{
	all_up_of o4 l4 o6 l6
}

routes_known()
{
	heard feed "$(up_net 1 4)" && heard feed "$(up_net 1 6)" &&
		heard up "$(feed_net 1 4)" && heard up "$(feed_net 1 6)"
}

rows_restarts()
{
	row restart holds "the peer stops" peer_stop TERM
	row restart holds "the peer starts" peer_restart
	row restart becomes 30 "four sessions are back" base_up
	row restart becomes 20 "all is heard again" routes_known
	if has gr_helper
	then
		rows_helper
	fi
	if has gr_restarter
	then
		rows_restarter
	fi
}

# kernel_watch: from here on, and what is there
kernel_watch()
{
	spawn monitor site ip -ts -o monitor route
	wait_for 10 monitor_shows || return 1
	ip -n cyg-site -4 route show "$PEER_NET4" >"$LAB_RUN/monitor-first.log" &&
		ip -n cyg-site -6 route show "$PEER_NET6" >>"$LAB_RUN/monitor-first.log"
}

# somebody's route, which nobody looks at
monitor_shows()
{
	ip -n cyg-site route add blackhole 192.0.2.254
	ip -n cyg-site route del blackhole 192.0.2.254
	grep -q 192.0.2.254 "$LAB_RUN/monitor.log"
}

# A route that is replaced is announced by its new next hop before it is deleted
# by its old one, be it that the watch began between the two; else it was lost
kernel_lost()
{
	awk -v four="$PEER_NET4" -v six="$PEER_NET6" '
		{ sub(/^\[[^]]*\] */, ""); gone = sub(/^Deleted /, "") }
		$1 != four && $1 != six { next }
		gone && (!($1 in now) || now[$1] == $3) { print; lost = 1 }
		!gone { now[$1] = $3 }
		END { exit !lost }' "$LAB_RUN/monitor-first.log" "$LAB_RUN/monitor.log"
}

tables_ended()
{
	local name
	for name in o4 l4 o6 l6
	do
		neighbor "$name" '.end_of_rib | .ipv4 and .ipv6' || return
	done
}

rows_helper()
{
	row gr_helper becomes 20 "the peer has ended its tables" tables_ended
	row gr_helper becomes 5 "the peer's networks are in the kernel" \
		own_in_kernel
	holds "the kernel's routes are watched" kernel_watch
	row gr_helper holds "the peer is killed" peer_stop KILL
	row gr_helper becomes 5 "cygnetctl says that it restarts" \
		neighbor l4 '.graceful_restart.restarting'
	row gr_helper becomes 2 "its routes stay" own_in_kernel
	row gr_helper holds "the peer starts" peer_restart
	row gr_helper becomes 30 "four sessions are back" base_up
	row gr_helper becomes 20 "all is heard again" routes_known
	row gr_helper becomes 20 "the restart is over" \
		neighbor l4 '.graceful_restart.restarting | not'
	row gr_helper refuses "the kernel lost no route" kernel_lost
	stop monitor
}

own_in_kernel()
{
	[ -n "$(ways site "$PEER_NET4")" ] && [ -n "$(ways site "$PEER_NET6")" ]
}

# what the speaker behind the peer heard withdrawn of what is ours
taken_away()
{
	tail -n "+$((MARK + 1))" "$LAB_RUN/up/events.log" |
		grep -E -- "-($SITE_NET4|$SITE_NET6)"
}

rows_restarter()
{
	local all=("${SESSIONS[@]}")
	# after a restart, a neighbour that can be dialled is waited for
	SESSIONS=(o4 l4 o6 l6)
	cygnet_conf interface
	SESSIONS=("${all[@]}")
	row gr_restarter holds "the refused sessions are taken out" ctl reload
	row gr_restarter becomes 10 "the peer has passed our networks on" \
		heard up "$SITE_NET4"
	MARK=$(wc -l <"$LAB_RUN/up/events.log")
	row gr_restarter holds "charon is killed" stop site/charon KILL
	row gr_restarter holds "charon starts again" cygnet_start
	row gr_restarter becomes 30 "four sessions are back" base_up
	row gr_restarter becomes 20 "all is heard again" routes_known
	row gr_restarter holds "our OPEN says that we restarted" wire l4 \
		'[.[] | select(.type == "OPEN" and .dir == "out")] |
		.[-1].caps["64"][0] | test("^[89abcdef]")'
	row gr_restarter refuses "our networks were not withdrawn behind it" \
		taken_away
}

# The bytes of one whole session, for the fuzz targets' corpora
captures_save()
{
	[ -z "${LAB_SAVE:-}" ] || {
		mkdir -p "$LAB_SAVE"; cp "$CAPTURE" "$LAB_SAVE"/
		"$LAB_TOOLS/wire.py" "$CAPTURE" "$(them l4)" --bytes \
			"$LAB_SAVE/$PEER"
	}
}
