#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# The firewall's parts beside clamp and leak guard, each with packets that it
# stops and packets that it must let through, of both families: who reaches BGP
# and BFD, and how often strangers may ask for an IKE_SA.

. "$(dirname "$0")/../lib/all.sh"
LINKS=interface
scenario aws
lab_begin
case_begin
topology_hosts
topology_links
ns_add net
veth site wan0 net site0
addr site wan0 192.0.2.2/24 2001:db8:2::2/64
addr net site0 192.0.2.1/24 192.0.2.9/24 2001:db8:2::1/64 2001:db8:2::9/64
ns site nft -f - <<NFT
table inet seen {
	counter ike { }
	chain input {
		type filter hook input priority 20;
		udp dport { 500, 4500 } counter name ike
	}
}
NFT

cygnet_tunnel()
{
	local four=${INSIDE4[$1]} six=${INSIDE6[$1]}
	cat <<CONF
				${TUNNELS[$1]} {
					interface = ${TUNNELS[$1]}
					address = $four.2/30, ${six}2/126
					neighbor {
						address = $four.1
						remote_as = $CLOUD_AS
						passive = yes
					}
					neighbor6 {
						address = ${six}1
						remote_as = $CLOUD_AS
						passive = yes
					}
				}
CONF
}

# a peer that may ask as often as it likes
known_section()
{
	cygnet_section "$1"
	cat <<CONF
connections {
	known {
		remote_addrs = 192.0.2.9, 2001:db8:2::9
		local {
			auth = psk
		}
		remote {
			auth = psk
		}
	}
}
CONF
}
CYGNET_SECTION=known_section

# knock NS tcp|udp FROM TO PORT: "answered" if anything comes back
knock()
{
	ns "$1" python3 - "${@:2}" <<'PYTHON'
import socket
import sys
how, source, to, port = sys.argv[1:]
family = socket.AF_INET6 if ":" in to else socket.AF_INET
kind = socket.SOCK_STREAM if how == "tcp" else socket.SOCK_DGRAM
s = socket.socket(family, kind)
s.bind((source, 0))
s.settimeout(0.5)
try:
    s.connect((to, int(port)))
    if how == "udp":
        s.send(b"hello")
        s.recv(64)
    print("answered")
except ConnectionError:
    print("answered")
except TimeoutError:
    print("silent")
PYTHON
}

# dropped NAME: packets that its counter has
dropped()
{
	ns site nft -j list counters table inet cygnet |
		jq "[.nftables[].counter? | select(.name == \"$1\").packets] | add"
}

# passes COUNTER NS tcp|udp FROM TO PORT: answered, and nothing is counted
passes()
{
	local before
	before=$(dropped "$1")
	[ "$(knock "${@:2}") $(dropped "$1")" = "answered $before" ]
}

# stopped COUNTER NS tcp|udp FROM TO PORT: no answer, but a count
stopped()
{
	local before
	before=$(dropped "$1")
	[ "$(knock "${@:2}")" = silent ] && [ "$(dropped "$1")" -gt "$before" ]
}

change()
{
	ROOT_EXTRA=$1
	cygnet_conf interface
	must holds "reload with ${1:-nothing more}" ctl reload
}

ROOT_EXTRA="ike_init_rate = 5"
cygnet_begin interface
must holds "charon starts with Cygnet" cygnet_start
must becomes 10 "the table is there" ns site nft list chain inet cygnet port-guard

# who is a neighbour on one tunnel is none on the other
guards()
{
	local port how at neighbor stranger ours
	for at in "${INSIDE4[0]}.1 ${INSIDE4[1]}.1 ${INSIDE4[0]}.2" \
		"${INSIDE6[0]}1 ${INSIDE6[1]}1 ${INSIDE6[0]}2"
	do
		read -r neighbor stranger ours <<<"$at"
		for port in 179 3784 3785
		do
			how=udp
			[ "$port" != 179 ] || how=tcp
			holds "$how $port: the neighbour $neighbor gets through" \
				passes port-guard cloud "$how" "$neighbor" "$ours" "$port"
			"$1" "$how $port: $stranger, who is none there" \
				"$2" port-guard cloud "$how" "$stranger" "$ours" "$port"
		done
		holds "other ports are nobody's business" \
			passes port-guard cloud tcp "$stranger" "$ours" 180
	done
}
guards holds stopped
elsewhere()
{
	holds "$1 by the underlay" "$2" port-guard net tcp 192.0.2.1 192.0.2.2 179
	holds "$1 by the underlay" "$2" port-guard net udp 2001:db8:2::1 \
		2001:db8:2::2 3784
}
elsewhere "strangers get through" passes
change "port_guard = strict"
elsewhere "strict: strangers are stopped" stopped
holds "the loopback is left alone" passes port-guard site tcp 127.0.0.1 \
	127.0.0.1 179
holds "neighbours get through still" passes port-guard cloud tcp \
	"${INSIDE4[0]}.1" "${INSIDE4[0]}.2" 179

# -- requests for IKE_SAs -----------------------------------------------------

# ask FROM TO PORT RESPONDER: two hundred headers of IKE_SA_INIT
ask()
{
	ns net python3 - "$@" <<'PYTHON'
import socket
import struct
import sys
source, to, port, responder = sys.argv[1:]
family = socket.AF_INET6 if ":" in to else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.bind((source, 0))
marker = bytes(4) if port == "4500" else b""
for i in range(200):
    s.sendto(marker + struct.pack("!QQBBBBII", i + 1, int(responder), 33, 0x20,
                                  34, 8, 0, 28), (to, int(port)))
PYTHON
}

# asked FROM TO PORT RESPONDER: how many of those were dropped, how many passed
asked()
{
	local dropped passed
	dropped=$(dropped ike-init)
	passed=$(seen)
	ask "$@"
	echo "$(($(dropped ike-init) - dropped)) $(($(seen) - passed))"
}

seen()
{
	ns site nft -j list counters table inet seen |
		jq '[.nftables[].counter?.packets // empty] | add'
}

change "ike_init_rate = 5"
for at in "192.0.2.1 192.0.2.9 192.0.2.2" \
	"2001:db8:2::1 2001:db8:2::9 2001:db8:2::2"
do
	read -r stranger known ours <<<"$at"
	for port in 500 4500
	do
		read -r over under <<<"$(asked "$stranger" "$ours" "$port" 0)"
		equal "$stranger to $port: all are counted" 200 $((over + under))
		between "most are over the limit" 100 200 "$over"
		equal "$known to $port: a peer is not limited" "0 200" \
			"$(asked "$known" "$ours" "$port" 0)"
		equal "nor what is no first request" "0 200" \
			"$(asked "$stranger" "$ours" "$port" 1)"
	done
done
case_end
