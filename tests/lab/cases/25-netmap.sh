#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# Two sites with the very same networks and hosts, over two tunnels of which
# each direction takes one: 1:1 NAT of both families; allow lists; and a table
# that the kernel refuses. The far side translates by rules of its own.

. "$(dirname "$0")/../lib/all.sh"
LINKS=interface
scenario aws
SITE_NETS=(10.50.0.1/24 fd00:50::1/64)
CLOUD_NETS=("${SITE_NETS[@]}")
# as the far side knows ours, and we theirs
OURS4=10.200.0 OURS6=fd00:200::
THEIRS4=10.201.0 THEIRS6=fd00:201::
lab_begin
case_begin
topology_hosts
topology_links
ip -n cyg-cloud route add "$OURS4.0/24" via "${INSIDE4[1]}.2"
ip -n cyg-cloud -6 route add "$OURS6/64" via "${INSIDE6[1]}2"
ns cloud nft -f - <<NFT
table inet far {
	counter raw { }
	counter first { }
	counter second4 { }
	counter second6 { }
	chain seen {
		type filter hook prerouting priority -300;
		iifname "${TUNNELS[0]}" counter name first
		iifname { "${TUNNELS[0]}", "${TUNNELS[1]}" } ip saddr 10.50.0.0/24 counter name raw
		iifname { "${TUNNELS[0]}", "${TUNNELS[1]}" } ip6 saddr fd00:50::/64 counter name raw
	}
	chain sent {
		type filter hook postrouting priority 300;
		oifname "${TUNNELS[1]}" meta nfproto ipv4 counter name second4
		oifname "${TUNNELS[1]}" meta nfproto ipv6 counter name second6
	}
	chain in {
		type nat hook prerouting priority dstnat;
		ip daddr $THEIRS4.0/24 dnat ip prefix to ip daddr map { $THEIRS4.0/24 : 10.50.0.0/24 }
		ip6 daddr $THEIRS6/64 dnat ip6 prefix to ip6 daddr map { $THEIRS6/64 : fd00:50::/64 }
	}
	chain out {
		type nat hook postrouting priority srcnat;
		oifname "${TUNNELS[1]}" ip saddr 10.50.0.0/24 snat ip prefix to ip saddr map { 10.50.0.0/24 : $THEIRS4.0/24 }
		oifname "${TUNNELS[1]}" ip6 saddr fd00:50::/64 snat ip6 prefix to ip6 saddr map { fd00:50::/64 : $THEIRS6/64 }
	}
}
NFT
# a host's masquerading of its own would hide the site behind one address
ns site nft add table inet host
ns site nft add chain inet host masq \
	'{ type nat hook postrouting priority srcnat; }'
ns site nft add rule inet host masq oifname "{ ${TUNNELS[0]}, ${TUNNELS[1]} }" \
	masquerade

cygnet_section()
{
	local i
	cat <<CONF
cygnet {
	asn = $SITE_AS
	router_id = $ROUTER_ID
	advertise = $OURS4.0/24, $OURS6/64
	bundles {
		$BUNDLE {
			${NETMAP:-}
			tunnels {
CONF
	for i in 0 1
	do
		cat <<CONF
				${TUNNELS[$i]} {
					interface = ${TUNNELS[$i]}
					address = ${INSIDE4[$i]}.2/30, ${INSIDE6[$i]}2/126
					${ALLOW:-}
					${ROUTES[$i]:-}
					neighbor {
						address = ${INSIDE4[$i]}.1
						remote_as = $CLOUD_AS
						passive = yes
					}
				}
CONF
	done
	printf '\t\t\t}\n\t\t}\n\t}\n}\n'
}
ROUTES=("routes = $THEIRS4.0/24, $THEIRS6/64
					gateway = ${INSIDE6[0]}1" "")

# counted NS TABLE NAME: packets of a counter
counted()
{
	ns "$1" nft -j list counters table inet "$2" |
		jq "[.nftables[].counter? | select(.name == \"$3\").packets] | add"
}

counter_is()
{
	[ "$(counted site cygnet "$1")" = "$2" ]
}

ctl_says()
{
	ctl "$1" | grep -q "$2"
}

change()
{
	cygnet_conf interface
	must holds "reload with ${NETMAP:-no netmap}; ${ALLOW%%$'\n'*}" ctl reload
}

# says_who: each asker of TCP ports 443 and 80 is told its own address
says_who()
{
	ns "$1" python3 - <<'PYTHON' >"$LAB_RUN/who.$1" 2>&1 &
import selectors
import socket
servers = selectors.DefaultSelector()
for family, any in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    for port in 443, 80:
        s = socket.create_server((any, port), family=family, backlog=64)
        servers.register(s, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in servers.select():
        peer, who = key.fileobj.accept()
        peer.sendall(who[0].encode())
        peer.close()
PYTHON
	wait_for 10 grep -q ready "$LAB_RUN/who.$1"
}

# asked NS WHAT "TO PORT EXPECTED"…: connects to all at once and checks what comes
# back: as whom the other side saw us; BGP; refused; silent
asked()
{
	local where=$1 what=$2
	shift 2
	equal "$what" "$(printf '%s\n' "$@")" \
		"$(ns "$where" python3 - "$@" <<'PYTHON'
import selectors
import socket
import sys
import time
wanted = [line.split() for line in sys.argv[1:]]
seen = ["silent"] * len(wanted)
waiting = selectors.DefaultSelector()
for i, (to, port, _) in enumerate(wanted):
    s = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET)
    s.setblocking(False)
    s.connect_ex((to, int(port)))
    waiting.register(s, selectors.EVENT_READ, i)
end = time.monotonic() + 20
while waiting.get_map():
    keys = list(waiting.get_map().values())
    if all(wanted[key.data][2] == "silent" for key in keys):
        # nobody else is waited for: half a second for those that may not
        end = min(end, time.monotonic() + 0.5)
    ready = waiting.select(max(0, end - time.monotonic()))
    for key, _ in ready:
        try:
            said = key.fileobj.recv(64)
            seen[key.data] = "BGP" if said[:1] == b"\xff" else said.decode()
        except ConnectionError:
            seen[key.data] = "refused"
        waiting.unregister(key.fileobj)
    if not ready:
        break
for (to, port, _), got in zip(wanted, seen):
    print(to, port, got)
PYTHON
)"
}

# stray NS FROM TO …: resets of connections that nobody knows
stray()
{
	ns "$1" python3 - "${@:2}" <<'PYTHON'
import socket
import struct
import sys
for source, to in zip(sys.argv[1::2], sys.argv[2::2]):
    family = socket.AF_INET6 if ":" in to else socket.AF_INET
    head = struct.pack("!HHIIBBHHH", 4444, 5555, 1, 0, 5 << 4, 4, 0, 0, 0)
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, to)
    data = ends + struct.pack("!HH", 6, len(head)) + head
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    head = head[:16] + struct.pack("!H", ~total & 0xffff) + head[18:]
    s = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP)
    s.bind((source, 0))
    s.sendto(head, (to, 0))
PYTHON
}

must holds "a host on either side that says who asks" says_who lan
must holds "and its namesake" says_who vpc
NETMAP="netmap = 10.50.0.0/24 to $OURS4.0/24, fd00:50::/64 to $OURS6/64"
cygnet_begin interface
must holds "charon starts with Cygnet" cygnet_start
must becomes 10 "the table is there" ns site nft list chain inet cygnet \
	netmap-out
must becomes 10 "the far side is routed to" ways_are "$THEIRS6/64" \
	"${TUNNELS[0]}"

second4=$(counted cloud far second4) second6=$(counted cloud far second6)
asked lan "to the namesake: seen as our mapped one" \
	"$THEIRS4.10 443 $OURS4.10" "${THEIRS6}10 443 ${OURS6}10"
holds "answers came by the other tunnel" \
	test "$(counted cloud far second4)" -gt "$second4"
holds "of both families" test "$(counted cloud far second6)" -gt "$second6"
asked vpc "the same the other way, and to the gateway's own address" \
	"$OURS4.10 443 $THEIRS4.10" "${OURS6}10 443 ${THEIRS6}10" \
	"$OURS4.1 443 refused" "${OURS6}1 443 refused"
holds "and pings" ns vpc ping -c 1 -W 10 "$OURS4.10"
holds "of both families" ns vpc ping -c 1 -W 10 "${OURS6}10"
holds "what it sent came by the first" test "$(counted cloud far first)" -gt 0
equal "each connection is counted" 8 "$(counted site cygnet "netmap-$BUNDLE")"

equal "the screen has it, too" "$BUNDLE 8" \
	"$(ctl_json firewall '.counters[] | select(.kind == "netmap") | "\(.of) \(.packets)"')"

# what is no flow cannot be translated: it must not cross as it is
unmapped=$(counted site cygnet "unmapped-$BUNDLE")
stray lan 10.50.0.10 "$THEIRS4.10" fd00:50::10 "${THEIRS6}10"
becomes 5 "strays out are dropped" \
	counter_is "unmapped-$BUNDLE" $((unmapped + 2))
equal "nothing untranslated has come to the far side" 0 "$(counted cloud far raw)"

# too_big TO: an answer "too big" comes to the sender, through NAT and lists
too_big()
{
	local what=(-M "do" -c 1 -W 10 -s 1400)
	ns lan ping "${what[@]}" "$1" 2>&1 | grep -Ei "mtu[ =:]*1300"
}
for host in cloud:vpc0 vpc:eth0
do
	ip -n "cyg-${host%:*}" link set "${host#*:}" mtu 1300
done

# lists SEEN443 SEEN80 SELF80 OUT PING: what comes of port 443 and 80 of our host, 80
# of the gateway, 80 of their host, each "yes" or "no"; and pings
lists()
{
	local yes_theirs4="$THEIRS4.10" yes_theirs6="${THEIRS6}10"
	local yes_ours4="$OURS4.10" yes_ours6="${OURS6}10" yes_self=refused
	local no_theirs4=silent no_theirs6=silent no_ours4=silent no_ours6=silent
	local no_self=silent
	local -n host443_4="$1_theirs4" host443_6="$1_theirs6" \
		host80_4="$2_theirs4" host80_6="$2_theirs6" self="$3_self" \
		out4="$4_ours4" out6="$4_ours6"
	asked vpc "inwards: 443 $1, 80 $2, 80 of the gateway $3" \
		"$OURS4.10 443 $host443_4" "${OURS6}10 443 $host443_6" \
		"$OURS4.10 80 $host80_4" "${OURS6}10 80 $host80_6" \
		"$OURS4.1 80 $self" "${OURS6}1 80 $self"
	asked lan "outwards: $4" \
		"$THEIRS4.10 80 $out4" "${THEIRS6}10 80 $out6"
	"$5" "pings inwards" ns vpc ping -c 1 -W "$6" "$OURS4.10"
	"$5" "of both families" ns vpc ping -c 1 -W "$6" "${OURS6}10"
}

ALLOW="allow_in = 10.50.0.0/24 tcp 443, fd00:50::/64 tcp 400-443"
change
dropped=$(counted site cygnet "allow-in-${TUNNELS[1]}")
lists yes no no yes refuses 0.5
holds "drops are counted with their tunnel" \
	test "$(counted site cygnet "allow-in-${TUNNELS[1]}")" -gt "$dropped"
holds "too big comes back: $THEIRS4.10" too_big "$THEIRS4.10"
holds "too big comes back: ${THEIRS6}10" too_big "${THEIRS6}10"
holds "the tunnel's own address answers" ns cloud ping -c 1 -W 10 "${INSIDE4[0]}.2"
holds "of both families" ns cloud ping -c 1 -W 10 "${INSIDE6[1]}2"
asked cloud "the neighbour's BGP is let in, other ports are not" \
	"${INSIDE4[0]}.2 179 BGP" "${INSIDE4[0]}.2 180 silent"

ALLOW="allow_in = any from $THEIRS4.0/24 icmp, any from $THEIRS6/64 icmp, any tcp 80
					allow_out = none"
change
lists no yes yes no holds 10
holds "allow_out has its own counter" \
	test "$(counted site cygnet "allow-out-${TUNNELS[0]}")" -gt 0

# -- a table that the kernel refuses: no room for another hook ----------------
ALLOW="" NETMAP=""
change
mss=$(ns site nft list table inet cygnet | grep -v packets)
{
	echo "table inet crowd {"
	for i in $(seq 1022)
	do
		echo "chain c$i { type filter hook forward priority 0; }"
	done
	echo "}"
} | ns site nft -f -
NETMAP="netmap = 10.50.0.0/24 to $OURS4.0/24"
change
becomes 5 "status tells that it was refused" \
	ctl_says status "the one before stays in force"
equal "the firewall's screen, too" old "$(ctl_json firewall .state)"
equal "and it does" "$mss" "$(ns site nft list table inet cygnet | grep -v packets)"
ns site nft delete table inet crowd
NETMAP="netmap = fd00:50::/64 to $OURS6/64"
change
becomes 10 "with room again, it is there" ns site nft list chain inet cygnet \
	netmap-out
case_end
