#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
# beside: another
#
# Faults that are made one by one, and whether `doctor` names them and what to do:
# those of BGP and of what carries it on tunnels over plain links, those of IKE
# on a connection whose peer is another charon. Up to the CHILD_SA nothing of
# that needs IPsec in the kernel; what does is at the end of 35-sa-life.sh.

. "$(dirname "$0")/../lib/all.sh"

IKE_PEER=198.51.100.2
IKE_SITE=198.51.100.1
CYGNET_HOLD=3
FRR_TIMERS="1 3"
# packets to what is protected may go to lan0, and into tunnels
ROOT_EXTRA="inside = lan0
	policies {
		nothing {
			all {
				verdict = reject
			}
		}
	}"

# A tunnel over IKE, beside the bundle's others: faults below its link only, as
# not every kernel can make that
doctor_section()
{
	cygnet_section interface | sed "/^			tunnels {/a\\
				vpn {\\
					address = 169.254.99.2/30\\
					supervise = no\\
				}"
}
CYGNET_SECTION=doctor_section

native_begin alibaba frr
one=${TUNNELS[0]} two=${TUNNELS[1]} three=${TUNNELS[2]}
conf=$LAB_RUN/site/swanctl/swanctl.conf
cp "$conf" "$conf.good"
ns cloud nft -f - <<NFT
table inet faults {
	chain input {
		type filter hook input priority 0;
	}
}
NFT

# session_is TUNNEL STATE
session_is()
{
	[ "$(ctl neighbor "$1" --json | jq -r .state)" = "$2" ]
}

not_up()
{
	! session_is "$1" Established
}

# in_tunnel TUNNEL SED-EXPRESSION: changes lines of its section
in_tunnel()
{
	sed -i "/^				$1 {/,/^				}/$2" "$conf"
}

# faults RULE…: what the cloud drops now
faults()
{
	local rule
	ns cloud nft flush chain inet faults input
	for rule in "$@"
	do
		# shellcheck disable=SC2086
		ns cloud nft add rule inet faults input $rule drop
	done
}

mend()
{
	faults
	cp "$conf.good" "$conf"
	ctl reload >/dev/null
}

# -- health ----------------------------------------------------------------

must holds "charon starts with Cygnet" cygnet_start
must becomes 30 "the cloud sees 3 sessions" frr_sessions_are cloud 3
for name in "${TUNNELS[@]}"
do
	becomes 10 "$name in health: no fault is found" healthy "$name"
done
holds "and the exit code is 0" doc "$one"
holds "as text" grep -q "^tunnel $one: healthy$" <(doc "$one")
refuses "a tunnel that there is not" doc nobody
equal "of all, the end says it" "1 of 4 tunnels has a fault, 3 are healthy." \
	"$(doc | tail -n 1)"
holds "without the gateway, what to do" grep -q "is charon running" \
	<(ns site "$CYGNETCTL" -s "$LAB_RUN/nobody.sock" doctor 2>&1)

# -- BGP -------------------------------------------------------------------

in_tunnel "$one" "s/remote_as = .*/remote_as = 64999/"
in_tunnel "$two" "s/remote_as = .*/&\n						password = ours/"
vty cloud "configure terminal" "router bgp $CLOUD_AS" \
	"neighbor ${INSIDE4[1]}.2 password theirs" >/dev/null
holds "another AS, another password" ctl reload
becomes 20 "wrong AS" finds "$one" wrong-as "another AS than remote_as = 64999" \
	"Correct remote_as of neighbor $one"
becomes 20 "MD5 mismatch" finds "$two" md5-mismatch "MD5 does not match" \
	"same \`password\` for neighbor $two on both sides"

# it is up between two silences that are longer than its hold time
for _ in 1 2
do
	becomes 20 "$three is up" session_is "$three" Established
	faults "iifname $three tcp dport 179" "iifname $three tcp sport 179"
	becomes 10 "$three is lost" not_up "$three"
	faults
done
becomes 20 "hold-time flap, whether it is up or not" finds "$three" \
	hold-time-flap "by its hold time again and again (2 times" \
	"raise hold_time of neighbor $three"
vty cloud "configure terminal" "router bgp $CLOUD_AS" \
	"no neighbor ${INSIDE4[1]}.2 password" >/dev/null
mend

# -- routes, and the MTU ---------------------------------------------------

becomes 20 "$one in health again" healthy "$one"
becomes 20 "$two in health again" healthy "$two"
# $one has both: the lower is named
for name in "$one" "$two"
do
	in_tunnel "$name" "s/address = 169.*\/30.*/&\n					import = nothing/"
done
holds "an import policy" ctl reload
faults "iifname $one meta length 1400-2000 ip protocol icmp"
becomes 20 "MTU hole, of two faults the lower" finds "$one" mtu-hole "bytes, the MTU of $one, are lost" \
	"Set \`mtu\` of tunnel $one lower"
becomes 20 "policy rejects all" finds "$two" policy-rejects-all \
	"by import policy nothing" "correct the import policy"
in_tunnel "$two" "s/.*import = nothing.*//"
in_tunnel "$two" "s/remote_as = .*/&\n						max_prefix = 1/"
holds "a prefix limit" ctl reload
becomes 20 "prefix limit" finds "$two" prefix-limit "than max_prefix = 1 " \
	"raise max_prefix of neighbor $two"
mend

# -- what others of the bundle bring, and the way back -------------------------

# cloud_tells [no]: less by the first tunnel and the second, or not any more
cloud_tells()
{
	vty cloud "configure terminal" "route-map none deny 10" \
		"ip prefix-list few seq 5 permit $(net_of "${CLOUD_NETS[0]}")" \
		"router bgp $CLOUD_AS" "address-family ipv4 unicast" \
		"${1:-} neighbor ${INSIDE4[0]}.2 route-map none out" \
		"${1:-} neighbor ${INSIDE4[1]}.2 prefix-list few out" \
		"exit-address-family" "address-family ipv6 unicast" \
		"${1:-} neighbor ${INSIDE4[0]}.2 route-map none out" >/dev/null
}
becomes 20 "$two in health again" healthy "$two"
holds "the cloud tells less" cloud_tells
ip -n cyg-cloud route add "${INSIDE4[2]}.2/32" via "${INSIDE4[1]}.2"
becomes 20 "no prefixes" finds "$one" no-prefixes "announces no prefix" \
	"Have the far side announce its networks"
becomes 20 "prefixes missing" finds "$two" prefixes-missing \
	"and $three of the same bundle" "announce the same by both"
becomes 20 "asymmetric return" finds "$three" asymmetric-return \
	"comes back by $two instead of $three" \
	"send to ${INSIDE4[2]}.2 by this tunnel"
ip -n cyg-cloud route del "${INSIDE4[2]}.2/32"
cloud_tells no

# -- what our own firewall drops ----------------------------------------------

# noise NAME NS udp|tcp FROM TO PORT: until it is stopped
noise()
{
	spawn "$1" "$2" python3 -c '
import socket
import sys
import time
how, source, to, port = sys.argv[1:]
kind = socket.SOCK_STREAM if how == "tcp" else socket.SOCK_DGRAM
while True:
    s = socket.socket(socket.AF_INET, kind)
    s.setblocking(False)
    try:
        s.bind((source, 0))
        s.connect((to, int(port)))
        s.send(b"noise")
    except OSError:
        pass
    time.sleep(0.02)
    s.close()
' "${@:3}"
}

in_tunnel "$two" "s/address = 169.*\/30.*/&\n					allow_in = any tcp 443/"
holds "an allow list" ctl reload
# nobody speaks BGP at the far side but who has another address
for port in sport dport
do
	ns cloud nft add rule inet faults input iifname "$one" tcp "$port" 179 \
		reject with tcp reset
done
noise stranger cloud tcp "${INSIDE4[1]}.1" "${INSIDE4[0]}.2" 179
noise denied cloud udp "${INSIDE4[1]}.1" "${INSIDE4[1]}.2" 9
becomes 20 "the port guard drops" finds "$one" port-guard \
	"(${INSIDE4[1]}.1 to ${INSIDE4[0]}.2)" \
	"Have the far side speak from ${INSIDE4[0]}.1"
stop stranger
becomes 20 "TCP 179 refused" finds "$one" tcp-179-refused \
	"refuses TCP port 179" "Configure BGP at the far side"
becomes 20 "an allow list drops" finds "$two" allow-list \
	"allow_in of tunnel $two dropped" "add them to \`allow_in\` of tunnel $two"
stop denied
veth site leak0 cloud leak0
addr site leak0 198.18.0.1/24
ip -n cyg-site route add 10.99.0.0/16 dev leak0
noise leak site udp 198.18.0.1 10.99.0.1 9
becomes 20 "the leak guard drops" finds "$two" leak-guard \
	"The leak guard of bundle $BUNDLE dropped" "in \`exits\` of bundle $BUNDLE"
stop leak
ip -n cyg-site link del leak0
mend
# strict BFD waits for a far side that speaks from another address
in_tunnel "$three" "s/address = 169.*\/30.*/&\n					bfd = yes\n					bfd_strict = yes/"
holds "BFD" ctl reload
noise stranger cloud udp "${INSIDE4[1]}.1" "${INSIDE4[2]}.2" 3784
becomes 20 "the port guard drops BFD" finds "$three" port-guard \
	"BFD over the tunnel is down, and the port guard dropped" \
	"run BFD from the address that the neighbor of tunnel $three has"
stop stranger
mend

# -- the way ---------------------------------------------------------------

faults "iifname $one tcp dport 179" "iifname $one tcp sport 179"
becomes 20 "TCP 179 filtered" finds "$one" tcp-179-filtered \
	"nothing on TCP port 179" "Allow TCP port 179 between ${INSIDE4[0]}.2"
ip -n cyg-site addr flush dev "$two"
addr site "$two" "${INSIDE4[1]}.6/29"
in_tunnel "$two" "s/address = 169.*\/30.*/address = ${INSIDE4[1]}.6\/29/"
holds "another inside address" ctl reload
becomes 20 "wrong inside address" finds "$two" wrong-inside-address \
	"inside addresses do not fit" "Compare \`address\` (${INSIDE4[1]}.6/29)"
ip -n cyg-site link set "$one" down
becomes 10 "an interface that is down, of two faults the lower" finds "$one" \
	interface-down "$one is set down" "ip link set $one up"
ip -n cyg-site link del "$three"
becomes 10 "interface deleted" finds "$three" interface-missing \
	"The interface $three is not there" "Make $three again"
mend

# -- IKE -------------------------------------------------------------------

veth site ike0 cloud ike0
addr site ike0 "$IKE_SITE/30"
addr cloud ike0 "$IKE_PEER/30"

# ike_conf NS FILE: the connection as this end has it. SECRET, PROPOSAL, IDs and
# AUTH are what a fault changes
ike_conf()
{
	local here=$IKE_SITE there=$IKE_PEER me=site.example you=cloud.example
	local certs=
	if [ "$1" = cloud ]
	then
		here=$IKE_PEER there=$IKE_SITE
		me=${CLOUD_ID:-cloud.example} you=site.example
	fi
	[ "${AUTH:-psk}" = psk ] || certs="certs = $1.pem"
	cat <<CONF
connections {
	vpn {
		version = 2
		mobike = no
		local_addrs = $here
		remote_addrs = $there
		proposals = $(if [ "$1" = cloud ]; then
			echo "${CLOUD_IKE:-aes128-sha256-modp2048}"; else
			echo aes128-sha256-modp2048; fi)
		if_id_in = 77
		if_id_out = ${IF_ID_OUT:-77}
		encap = ${ENCAP:-no}
		local {
			auth = ${AUTH:-psk}
			id = $me
			$certs
		}
		remote {
			auth = ${AUTH:-psk}
			id = $you
		}
		children {
			vpn {
				local_ts = 0.0.0.0/0
				remote_ts = 0.0.0.0/0
				esp_proposals = aes128-sha256
			}
		}
	}
}
secrets {
	ike-vpn {
		id-1 = site.example
		id-2 = ${CLOUD_ID:-cloud.example}
		secret = "$(if [ "$1" = cloud ]; then
			echo "${CLOUD_SECRET:-one secret}"; else echo "one secret"; fi)"
	}
}
CONF
}

# ike_load: both ends have what is set; an end's earlier IKE_SAs are gone
ike_load()
{
	{
		ike_conf site
		sed -n '/^cygnet {/,$p' "$conf.good"
	} >"$conf"
	ike_conf cloud >"$LAB_RUN/cloud/swanctl/swanctl.conf"
	swan_load site && swan_load cloud
}

# initiates NS: whatever comes of it
initiates()
{
	swan "$1" --initiate --child vpn --timeout 4 >/dev/null 2>&1 || true
}

charon_conf cloud
swanctl_conf cloud none
holds "the peer's charon starts" charon_start cloud
holds "the connection is unknown" finds vpn not-loaded \
	"no connection vpn loaded" "swanctl --load-all"
# the if_ids of one connection, whatever comes of IKE
IF_ID_OUT=78 must holds "loaded" ike_load
becomes 5 "if_id mismatch" finds vpn if-id-mismatch \
	"if_id_in is 77 and if_id_out 78" "same number as if_id_in and if_id_out"
CLOUD_SECRET="another secret" must holds "loaded" ike_load
initiates site
becomes 5 "wrong PSK, as we initiate" finds vpn authentication-refused \
	"the pre-shared key is wrong, or" "Compare \`secret\`, \`local.id\`"
initiates cloud
becomes 5 "wrong PSK, as the peer initiates" finds vpn wrong-psk \
	"pre-shared keys of the two ends differ" "Write the same \`secret\`"
CLOUD_ID=stranger.example holds "loaded" ike_load
initiates cloud
becomes 15 "ID mismatch" finds vpn identity-mismatch \
	"fits a peer that calls itself 'stranger.example'" \
	"Make \`remote.id\` of connection vpn what the peer calls itself"
CLOUD_IKE=aes256-sha512-ecp384 holds "loaded" ike_load
initiates site
becomes 5 "proposal mismatch, as we initiate" finds vpn ike-proposal \
	"the peer refused ours, IKE:AES_CBC_128" "Write into \`proposals\`"
initiates cloud
becomes 5 "proposal mismatch, as the peer initiates" finds vpn ike-proposal \
	"the peer offers IKE:AES_CBC_256" "Write into \`proposals\`"
# with encap, IKE_AUTH goes to port 4500
faults "iifname ike0 udp dport 4500"
ENCAP=yes holds "loaded" ike_load
initiates site
becomes 5 "UDP 4500 blocked" finds vpn udp-4500-blocked \
	"IKE_AUTH gets no answer" "Allow UDP 4500"
# or it is asked again while others are tried below
swan site --terminate --ike vpn --force --timeout 2 >/dev/null 2>&1 || true
faults

# cert NAME YEAR: of an end, by one authority, good until that year begins
cert()
{
	local dir=$LAB_RUN/certs name=$1
	printf 'subjectAltName=DNS:%s.example\n' "$name" >"$dir/$name.ext"
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$dir/$name.key" -out "$dir/$name.csr" \
		-subj "/CN=$name.example" 2>/dev/null
	openssl ca -batch -config "$dir/ca.conf" -in "$dir/$name.csr" \
		-startdate 20200101000000Z -enddate "${2}0101000000Z" \
		-extfile "$dir/$name.ext" -out "$dir/$name.pem" -notext 2>/dev/null
	cp "$dir/$name.pem" "$LAB_RUN/$name/swanctl/x509/"
	cp "$dir/$name.key" "$LAB_RUN/$name/swanctl/private/"
	cp "$dir/ca.pem" "$LAB_RUN/$name/swanctl/x509ca/"
}
mkdir "$LAB_RUN/certs"
openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout "$LAB_RUN/certs/ca.key" -out "$LAB_RUN/certs/ca.pem" -days 9000 \
	-subj "/CN=Lab CA" 2>/dev/null
cat >"$LAB_RUN/certs/ca.conf" <<CONF
[ca]
default_ca = lab
[lab]
database = $LAB_RUN/certs/index
new_certs_dir = $LAB_RUN/certs
certificate = $LAB_RUN/certs/ca.pem
private_key = $LAB_RUN/certs/ca.key
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
CONF
: >"$LAB_RUN/certs/index"
cert site 2049
cert cloud 2021
AUTH=pubkey holds "loaded" ike_load
initiates site
becomes 5 "the peer's certificate has expired" finds vpn certificate-expired \
	"the certificate of 'CN=cloud.example' is good from" \
	"have the peer's certificate renewed"
cert site 2021
cert cloud 2049
AUTH=pubkey holds "loaded" ike_load
initiates site
becomes 5 "our certificate has expired" finds vpn own-certificate-expired \
	"the certificate of 'CN=site.example' is good from" \
	"renew our certificate"

# nothing passes
faults "iifname ike0 udp dport 500" "iifname ike0 udp dport 4500"
initiates site
becomes 10 "UDP blocked" finds vpn udp-blocked \
	"$IKE_PEER does not answer IKE: UDP 500 is blocked" \
	"Allow UDP 500 and 4500 (and ESP) to and from $IKE_PEER"
ip -n cyg-site route add "$IKE_PEER/32" dev "$two"
becomes 20 "underlay route into the tunnel" finds vpn underlay-into-tunnel \
	"outer address $IKE_PEER leads into a tunnel, by $two" \
	"Delete that route"
ip -n cyg-site addr flush dev ike0
ip -n cyg-site route flush "$IKE_PEER/32"
becomes 20 "no route to the peer" finds vpn no-route \
	"no route to the peer's outer address $IKE_PEER" "Bring up the underlay"
case_end
