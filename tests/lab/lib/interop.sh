# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034
#
# One BGP daemon as the peer of a Cygnet, by many sessions at once, each over a
# link of its own and each for something else:
#
#   cyg-feed --- cyg-site ====== cyg-cloud --- cyg-up
#   speaker.py    Cygnet   SESSIONS  the peer    speaker.py
#
# The two speakers announce to the letter what routes_of says and write down to
# the letter what they hear. What is behind one is heard behind the other after
# Cygnet and the peer have read it and written it anew, once in each order.
#
# A peer's own verbs are in interop-PEER.sh:
#   PEER_LACKS                    [ROW]="why|command that shows it"
#   PEER_BEHIND                   more lines of what is announced behind it
#   PEER_DIALS                    [SESSION]=peer|site, if not as in SESSION_TABLE
#   PEER_AS2_WITHOUT              a prefix that is not told to it as a speaker of
#                                 2-byte AS numbers, if that has a reason
#   peer_version                  one line
#   peer_conf                     writes its configuration of SESSIONS
#   peer_start, peer_restart      the latter after a death, as itself intends
#   peer_stop [SIGNAL]
#   peer_up SESSION               is it established?
#   peer_has SESSION PREFIX       is it among what came by the session?
#   peer_value SESSION PREFIX med|local_pref
#   peer_refresh SESSION          asks us anew
#   peer_shutdown SESSION TEXT    and peer_enable SESSION
#   peer_says SESSION WHAT        does it tell a person of the WHAT (PEER_SAYS) that ended
#                                 the session?

SITE_AS=4200065530
PEER_AS=65531
FEED_AS=4200065010
UP_AS=4200065020
# ours towards a speaker of 2-byte AS numbers, who cannot name the other
AS2=64997
ROUTER_ID=10.255.0.2
CAPTURE=$LAB_RUN/wire.pcap
INTEROP_PEERS="frr bird gobgp openbgpd exabgp"
SITE_NET4=192.168.0.0/24
SITE_NET6=fd65:530:0:1::/64
# the peer's own
PEER_NET4=10.88.1.0/24
PEER_NET6=fd88:0:0:1::/64

# name, transport, who dials, the row that a peer without it lacks
SESSION_TABLE="
o4 4 peer -
l4 4 site -
o6 6 peer -
l6 6 site -
hold 4 site -
enh 6 peer enh
as2 4 peer as2
md5 4 peer md5
md6 6 site md5
bad 4 site md5
gtsm 4 site gtsm
role 6 peer role
xas 4 site -
yas 4 site wrongas_theirs
max 4 site -
lim 4 site limit_theirs
ibg 4 peer localpref
"

declare -A NUMBER FAMILY DIALS

# sessions_make: SESSIONS are those whose feature the peer has; TUNNELS and the
# like tell the rest of the lab
sessions_make()
{
	local name family dials row number=10
	declare -p PEER_DIALS >/dev/null 2>&1 || declare -gA PEER_DIALS=()
	SESSIONS=() TUNNELS=() INSIDE4=() INSIDE6=()
	while read -r name family dials row
	do
		if [ -z "$name" ] || [ -n "${PEER_LACKS[$row]:-}" ]
		then
			continue
		fi
		SESSIONS+=("$name")
		TUNNELS+=("$name")
		NUMBER[$name]=$number FAMILY[$name]=$family
		DIALS[$name]=${PEER_DIALS[$name]:-$dials}
		INSIDE4+=("169.254.$number") INSIDE6+=("fd00:a:$number::")
		number=$((number + 1))
	done <<<"$SESSION_TABLE"
}

# us SESSION, them SESSION: the ends of a session
us()
{
	inside "$1" "${FAMILY[$1]}" 2
}

them()
{
	inside "$1" "${FAMILY[$1]}" 1
}

# inside SESSION 4|6 1|2
inside()
{
	case $2 in
		4) echo "169.254.${NUMBER[$1]}.$3" ;;
		6) echo "fd00:a:${NUMBER[$1]}::$3" ;;
	esac
}

interop_topology()
{
	local name
	ns_add site cloud feed up
	for name in "${SESSIONS[@]}"
	do
		veth site "$name" cloud "$name"
		if [ "$name" != enh ]
		then
			addr site "$name" "$(inside "$name" 4 2)/30"
			addr cloud "$name" "$(inside "$name" 4 1)/30"
		fi
		addr site "$name" "$(inside "$name" 6 2)/126"
		addr cloud "$name" "$(inside "$name" 6 1)/126"
	done
	veth site feed feed eth0
	addr site feed 169.254.90.2/30 fd00:a:90::2/126
	addr feed eth0 169.254.90.1/30 fd00:a:90::1/126
	veth cloud behind up eth0
	addr cloud behind 169.254.91.2/30 fd00:a:91::2/126
	addr up eth0 169.254.91.1/30 fd00:a:91::1/126
	ns cloud nft add table inet mute
	ns cloud nft add chain inet mute in \
		'{ type filter hook input priority 0; }'
	spawn wire site tcpdump -q -n -U --immediate-mode -s 65535 -B 65536 -i any \
		-w "$CAPTURE" "tcp port 179"
	wait_for 10 test -s "$CAPTURE"
}

# -- Cygnet ------------------------------------------------------------------

# site_neighbor SESSION: options of its neighbor section
site_neighbor()
{
	local as=$PEER_AS
	[ "$1" != xas ] || as=64999
	echo "address = $(them "$1")"
	echo "remote_as = $as"
	echo "hold_time = $CYGNET_HOLD"
	echo "connect_retry = 3"
	echo "ipv4 = yes"
	echo "ipv6 = yes"
	[ "${DIALS[$1]}" = site ] || echo "passive = yes"
	# RFC 9774 stands on one of the sessions that say the same
	[ "$1" = o4 ] || echo "reject_as_sets = no"
	case $1 in
		md5|md6) echo "password = key-of-the-lab" ;;
		bad) echo "password = not-the-key" ;;
		gtsm) echo "ttl_security = 1" ;;
		# else what is withdrawn when they have ended may be kept for them
		hold|lim) echo "graceful_restart = no" ;;
		role) echo "role = customer" ;;
		max)
			echo "max_prefix = 3"
			echo "graceful_restart = no" ;;
		as2)
			echo "local_as = $AS2"
			[ -z "${PEER_AS2_WITHOUT:-}" ] || echo "export = older" ;;
		ibg)
			echo "local_as = $PEER_AS"
			echo "import = inner-in"
			echo "export = inner-out" ;;
	esac
}

# interop_section: the cygnet section. SITE_MED is what our MED is.
interop_section()
{
	local name
	cat <<CONF
cygnet {
	asn = $SITE_AS
	router_id = $ROUTER_ID
	advertise = $SITE_NET4, $SITE_NET6
	keep_on_stop = all
	bundles {
		peer {
			export = onward
			tunnels {
CONF
	for name in "${SESSIONS[@]}"
	do
		echo "$name {"
		echo "interface = $name"
		if [ "$name" = enh ]
		then
			echo "address = $(inside "$name" 6 2)/126"
		else
			echo "address = $(inside "$name" 4 2)/30," \
				"$(inside "$name" 6 2)/126"
		fi
		echo "neighbor {"
		site_neighbor "$name"
		echo "}"
		echo "}"
	done
	cat <<CONF
			}
		}
		feed {
			export = everything
			tunnels {
				feed {
					interface = feed
					address = 169.254.90.2/30, fd00:a:90::2/126
					neighbor {
						address = 169.254.90.1
						remote_as = $FEED_AS
						reject_as_sets = no
						ipv4 = yes
						ipv6 = yes
						passive = yes
					}
				}
			}
		}
	}
	policies {
		everything {
			all { }
		}
		onward {
			med {
				match { prefixes = 10.66.4.0/24 }
				set { med = ${SITE_MED:-77} }
			}
			fed { match { as = $FEED_AS } }
			own { match { local = yes } }
		}
		older {
			without {
				match { prefixes = ${PEER_AS2_WITHOUT:-10.66.0.0/24} }
				verdict = reject
			}
			fed { match { as = $FEED_AS } }
			own { match { local = yes } }
		}
		inner-in { one { match { prefixes = 10.77.4.0/24 } } }
		inner-out {
			one {
				match { prefixes = 10.66.4.0/24 }
				set { local_pref = 50 }
			}
		}
	}
}
CONF
}

# neighbor SESSION JQ-EXPRESSION: of cygnetctl neighbor; false for false, null
neighbor()
{
	ctl neighbor "$1" --json | jq -en "input | $2"
}

site_up()
{
	neighbor "$1" '.state == "Established"'
}

up()
{
	site_up "$1" && peer_up "$1"
}

all_up_of()
{
	local name
	for name
	do
		up "$name" || return 1
	done
}

# -- the speakers --------------------------------------------------------------

COMM=fdea0001fdea0064fdeb0002
EXT=0002fdea000000640003fdea000000c80102c000020100640202fa57e7f20005
LARGE=0000fdea0000000300000004fa57e7f20000000100000002

# large_set N: N large communities, as hex
large_set()
{
	local i
	for ((i = 1; i <= $1; i++))
	do
		printf '0000fdea%08x%08x' "$i" "$((i * 7))"
	done
}

# routes_of NET HOP4 HOP6 AS: what a speaker announces, by the third number:
# 1 plain, 2 communities, 3 a path of 300 hops, 4 another origin, 5 an AS_SET
# with its aggregator, 6 more than 4096 bytes, 7 to be taken away, 8 and 9 fill
routes_of()
{
	local net=$1 hop4=$2 hop6=$3 as i comm
	as=$(printf '%08x' "$4")
	comm="c0.8=$COMM c0.16=$EXT c0.32=$LARGE"
	for i in 1 7 8 9
	do
		echo "10.$net.$i.0/24 $hop4"
		echo "fd$net:0:0:$i::/64 $hop6"
	done
	echo "10.$net.2.0/24 $hop4 $comm"
	echo "fd$net:0:0:2::/64 $hop6 $comm"
	echo "10.$net.3.0/24 $hop4 path=299*64500"
	echo "fd$net:0:0:3::/64 $hop6 path=299*64500"
	echo "10.$net.4.0/24 $hop4 origin=1"
	echo "10.$net.5.0/24 $hop4 path=64500,{64501,64502} 40.6= c0.7=${as}0a0a0a0a"
	echo "10.$net.6.0/24 $hop4 c0.32=$(large_set 400)"
}

# speaker_routes feed|up [7]: with 7 without that route
speaker_routes()
{
	local dir=$LAB_RUN/$1
	mkdir -p "$dir"
	if [ "$1" = feed ]
	then
		routes_of 66 169.254.90.1 fd00:a:90::1 "$FEED_AS"
	else
		routes_of 77 169.254.91.1 fd00:a:91::1 "$UP_AS"
		echo "${PEER_BEHIND:-}"
	fi | grep -v "^[^ ]*[.:]${2:-none}\(\.0/24\|::/64\) " >"$dir/announce.new"
	mv "$dir/announce.new" "$dir/announce"
}

speakers_start()
{
	speaker_routes feed
	spawn feed/speaker feed "$LAB_TOOLS/speaker.py" cyg-feed 169.254.90.1 \
		169.254.90.2 "$FEED_AS" "$LAB_RUN/feed"
	speaker_routes up
	[ "$PEER" = exabgp ] ||
		spawn up/speaker up "$LAB_TOOLS/speaker.py" cyg-up 169.254.91.1 \
			169.254.91.2 "$UP_AS" "$LAB_RUN/up"
}

UNITS='def units($n): [match("[0-9a-f]{\($n)}"; "g").string] | sort;'

# heard feed|up PREFIX [JQ-EXPRESSION]: is it heard there, and so?
heard()
{
	jq -en --arg p "$2" "$UNITS"' input | .[$p] // halt_error(1) | '"${3:-true}" \
		"$LAB_RUN/$1/table.json"
}

unheard()
{
	jq -en --arg p "$2" 'input | has($p) | not' "$LAB_RUN/$1/table.json"
}

# -- the wire ------------------------------------------------------------------

# wire SESSION JQ-EXPRESSION: over the messages of its, in order
wire()
{
	"$LAB_TOOLS/wire.py" "$CAPTURE" "$(them "$1")" | jq -en "input | $2"
}

# opens_with SESSION in|out CODE: the capability is in an OPEN of that direction
opens_with()
{
	wire "$1" "[.[] | select(.dir == \"$2\" and .type == \"OPEN\")] |
		.[-1].caps | has(\"$3\")"
}

opens_without()
{
	wire "$1" "[.[] | select(.dir == \"$2\" and .type == \"OPEN\")] |
		length > 0 and (.[-1].caps | has(\"$3\") | not)"
}

# noticed SESSION in|out CODE SUBCODE: a NOTIFICATION in that direction
noticed()
{
	wire "$1" "any(.[]; .dir == \"$2\" and .type == \"NOTIFICATION\" and
		.code == $3 and .subcode == $4)"
}

# mute SESSION, unmute: the link goes on, nothing of BGP's arrives any more
mute()
{
	ns cloud nft add rule inet mute in iifname "$1" tcp dport 179 drop
	ns cloud nft add rule inet mute in iifname "$1" tcp sport 179 drop
}

unmute()
{
	ns cloud nft flush chain inet mute in
}
