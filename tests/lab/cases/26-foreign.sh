#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
# beside: another
#
# Rules of others that are in the way of tunnels, as hosts have them: by nftables,
# by iptables, in zones. `check` and `doctor` name the chain and what it does, and
# print the command that mends it; it is run as it is printed, and then what was
# stopped passes.

. "$(dirname "$0")/../lib/all.sh"
IKE_PEER=198.51.100.2
IKE_SITE=198.51.100.1
CYGNET_HOLD=9
FRR_TIMERS="3 9"
ROOT_EXTRA="inside = lan0"
tunnel_extra 0 "					bfd = yes
					bfd_strict = yes"

# a tunnel over IKE beside the others, and its connection
foreign_section()
{
	cygnet_section interface | sed "/^			tunnels {/a\\
				vpn {\\
					address = 169.254.99.2/30\\
					supervise = no\\
				}"
	ike_conf "$IKE_SITE" "$IKE_PEER"
}
CYGNET_SECTION=foreign_section

ike_conf()
{
	cat <<CONF
connections {
	vpn {
		version = 2
		mobike = no
		local_addrs = $1
		remote_addrs = $2
		proposals = aes128-sha256-modp2048
		if_id_in = 77
		if_id_out = 77
		local {
			auth = psk
		}
		remote {
			auth = psk
		}
		children {
			vpn {
				local_ts = 0.0.0.0/0
				remote_ts = 0.0.0.0/0
			}
		}
	}
}
secrets {
	ike-vpn {
		secret = "one secret"
	}
}
CONF
}

native_begin aws frr
one=${TUNNELS[0]} two=${TUNNELS[1]}
veth site ike0 cloud ike0
addr site ike0 "$IKE_SITE/30"
addr cloud ike0 "$IKE_PEER/30"
charon_conf cloud
swanctl_conf cloud none
ike_conf "$IKE_PEER" "$IKE_SITE" >>"$LAB_RUN/cloud/swanctl/swanctl.conf"
site_net=$(net_of "${SITE_NETS[0]}")
site_host=$(host_in "${SITE_NETS[0]}")
cloud_host=$(host_in "${CLOUD_NETS[0]}")

# checks [CMD…]: `check`, run by CMD
checks()
{
	ns site "$@" env SWANCTL_DIR="$LAB_RUN/site/swanctl" "$CYGNETCTL" check 2>&1
}

# told: what it says of rules
told()
{
	checks | grep "this machine: chain"
}

# tells WORDS…: among them is one with all of these
tells()
{
	local seen words
	seen=$(told) || true
	echo "$seen"
	for words in "$@"
	do
		seen=$(grep -F -- "$words" <<<"$seen") || return 1
	done
}

# silent: it says nothing of rules
silent()
{
	refuses "$1" told
}

# mended: every command that is printed is run, as it is
mended()
{
	local command
	told | sed -n 's/.*: run `\([^`]*\)`.*/\1/p' | while read -r command
	do
		echo "$command"
		ns site bash -ec "$command" || return 1
	done
}

# remedy TUNNEL: what doctor prints is run
remedy()
{
	local command
	command=$(doc "$1" --json | jq -r '.[0].remedy' |
		sed -n 's/^Run `\([^`]*\)`.*/\1/p')
	echo "$command"
	[ -n "$command" ] && ns site bash -ec "$command"
}

# pings: from a host of the site's to one behind the cloud
pings()
{
	ns lan ping -c 1 -W 1 "${cloud_host%/*}" >/dev/null
}

# reaches: the same by TCP, which nobody listens for there, but who refuses it is
# there
reaches()
{
	ns lan timeout 2 bash -c "exec 3<>/dev/tcp/${cloud_host%/*}/9" 2>&1 |
		grep "refused"
}

# as_sender: the far host sees who sent it
as_sender()
{
	ns vpc timeout 5 tcpdump -n -i eth0 -c 1 icmp >"$LAB_RUN/seen" 2>/dev/null &
	sleep 0.5
	pings
	wait $!
	grep -qF "IP ${site_host%/*} >" "$LAB_RUN/seen"
}

initiates()
{
	swan site --initiate --child vpn --timeout 3 >/dev/null 2>&1 || true
}

# not_found TUNNEL FAULT
not_found()
{
	! doc "$1" --json | jq -e --arg fault "$2" '.[0].fault == $fault'
}

silent "without rules, nothing is told"
holds "the peer's charon starts" charon_start cloud
holds "and has its connection" swan_load cloud
must holds "charon starts with Cygnet" cygnet_start
must becomes 30 "the cloud sees 2 sessions" frr_sessions_are cloud 2
becomes 20 "a host reaches the far one" reaches

# -- a host's own rules, by nftables -------------------------------------------

ns site nft -f - <<NFT
table inet host {
	chain input {
		type filter hook input priority filter; policy drop;
		iifname "lo" accept
		udp sport { 500, 4500 } drop
		ct state established,related accept
		ct state invalid drop
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport 22 accept
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state vmap { established : accept, related : accept, invalid : drop }
		iifname "lan0" oifname "wan0" accept
	}
	chain output {
		type filter hook output priority filter; policy accept;
	}
}
table ip host {
	chain post {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr $site_net masquerade
	}
}
NFT
holds "IKE" tells "chain input of table inet host drops IKE from $IKE_PEER" \
	"(tunnel vpn)" \
	"\`nft insert rule inet host input ip saddr $IKE_PEER udp dport { 500, 4500 } accept\`"
holds "ESP" tells "drops ESP (where no NAT is between) from $IKE_PEER" \
	"\`nft insert rule inet host input ip saddr $IKE_PEER meta l4proto esp accept\`"
holds "BGP" tells "drops BGP that comes in by $one, $two (tunnels $one, $two)" \
	"\`nft insert rule inet host input iifname { $one, $two } tcp dport 179 accept\`"
holds "BFD" tells "drops BFD that comes in by $one (tunnel $one)"
holds "what is forwarded" tells "chain forward of table inet host" \
	"drops what is forwarded into"
holds "who is translated" tells "chain post of table ip host" \
	"rewrites the source of what is forwarded into"
equal "and nothing else" 6 "$(told | wc -l)"
equal "a file is anybody's: rules are of this machine" 0 \
	"$(ns site "$CYGNETCTL" check "$LAB_RUN/site/swanctl/swanctl.conf" |
		grep -c "this machine: chain")"
holds "who may not look is told so" grep -q "were not looked at: that takes root" \
	<(checks setpriv --bounding-set -net_admin)
initiates
becomes 20 "doctor: IKE" finds vpn foreign-firewall \
	"Chain input of table inet host drops IKE from $IKE_PEER" \
	"\`nft insert rule inet host input ip saddr $IKE_PEER udp dport"
holds "doctor: its remedy for IKE" remedy vpn
initiates
becomes 20 "doctor: it is not that any more" not_found vpn foreign-firewall
holds "BGP begins anew" vty cloud "clear bgp *"
becomes 20 "doctor: BFD" finds "$one" foreign-firewall "drops BFD that comes in" \
	"nft insert rule inet host input iifname $one udp dport 3784 accept"
holds "doctor: its remedy for BFD" remedy "$one"
becomes 20 "doctor: what is forwarded" finds "$two" foreign-forward \
	"Chain forward of table inet host drops what is forwarded into $two" \
	"nft insert rule inet host forward oifname $two accept"
holds "doctor: its remedy" remedy "$two"
becomes 20 "doctor: who is translated" finds "$two" foreign-masquerade \
	"rewrites the source of what is forwarded into $two" \
	"nft insert rule ip host post oifname $two accept"
holds "doctor: its remedy" remedy "$two"
becomes 20 "doctor: $two is healthy" healthy "$two"
holds "what is left, as printed" mended
silent "then nothing is told"
becomes 20 "a host reaches the far one" reaches
becomes 10 "and is seen as what it is" as_sender
ns site nft flush ruleset
becomes 10 "our own table is back" ns site nft list table inet cygnet

# BGP both ways: what is there already is not in the way
ns site nft -f - <<NFT
table ip filter {
	chain IN {
		type filter hook input priority filter; policy accept;
		tcp dport 179 reject with tcp reset
		tcp sport 179 drop
	}
}
NFT
holds "BGP is stopped" ctl neighbor "$two" reset
becomes 20 "doctor: BGP" finds "$two" foreign-firewall \
	"Chain IN of table ip filter drops BGP that comes in by $two" \
	"nft insert rule ip filter IN iifname $two tcp dport 179 accept"
holds "doctor: its remedy" remedy "$two"
becomes 30 "doctor: $two is healthy" healthy "$two"
ns site nft delete table ip filter

# -- by iptables -----------------------------------------------------------

ns site bash -ec "
iptables -P INPUT DROP
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A INPUT -p icmp -j ACCEPT
iptables -A INPUT -p tcp -m multiport --dports 22,80 -j ACCEPT
iptables -P FORWARD DROP
iptables -A FORWARD -p icmp --icmp-type echo-request -j ACCEPT
iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -i lan0 -o wan0 -j ACCEPT
iptables -t nat -A POSTROUTING -s $site_net ! -o docker0 -j MASQUERADE"
holds "iptables: IKE" tells "chain INPUT of table ip filter drops IKE" \
	"\`iptables -I INPUT -s $IKE_PEER -p udp -m multiport --dports 500,4500 -j ACCEPT\`"
holds "iptables: BGP" tells "drops BGP that comes in by $one, $two" \
	"\`iptables -I INPUT -i $one -p tcp --dport 179 -j ACCEPT; iptables -I INPUT -i $two "
holds "iptables: who is translated" tells \
	"iptables -t nat -I POSTROUTING -o $one -j ACCEPT; "
equal "iptables: and nothing else but ESP, BFD and what is forwarded" 6 \
	"$(told | wc -l)"
refuses "iptables: nothing passes" reaches
holds "iptables: as printed" mended
silent "iptables: then nothing is told"
becomes 20 "iptables: a host reaches the far one" reaches
becomes 10 "iptables: and is seen as what it is" as_sender
ns site nft flush ruleset
becomes 10 "our own table is back" ns site nft list table inet cygnet
if ns site iptables-legacy -P INPUT ACCEPT 2>/dev/null
then
	holds "rules of iptables-legacy are told of" grep -q \
		"rules of iptables-legacy, which are not looked at" \
		<(checks)
fi

# -- in zones, as firewalld has them ---------------------------------------

ns site nft -f - <<NFT
table inet firewalld {
	chain filter_INPUT {
		type filter hook input priority filter + 10; policy accept;
		ct state { established, related } accept
		iifname "lo" accept
		ct state invalid drop
		jump zones_in
		reject with icmpx admin-prohibited
	}
	chain filter_FORWARD {
		type filter hook forward priority filter + 10; policy accept;
		ct state { established, related } accept
		jump zones
		reject with icmpx admin-prohibited
	}
	chain zones_in {
		iifname "lan0" goto in_internal
		goto in_public
	}
	chain in_internal {
		tcp dport 22 accept
		meta l4proto { icmp, ipv6-icmp } accept
	}
	chain in_public {
		tcp dport 22 accept
		meta l4proto { icmp, ipv6-icmp } accept
	}
	chain zones {
		iifname vmap { "lan0" : goto internal, "wan0" : goto public }
		goto public
	}
	chain internal {
		oifname "wan0" accept
	}
	chain public {
		counter
	}
}
NFT
holds "zones: IKE" tells "chain filter_INPUT of table inet firewalld drops IKE"
refuses "zones: nothing passes" reaches
holds "zones: as printed" mended
silent "zones: then nothing is told"
becomes 20 "zones: a host reaches the far one" reaches
case_end
