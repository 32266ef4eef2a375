#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: long
#
# The MTU that is computed is the kernel's own, to the byte: for every cipher,
# over IPv4 and IPv6, with and without NAT traversal. Then what charon has
# negotiated, with conf/examples/aws.conf as it stands: MTU and segment sizes
# follow a rekey to another cipher and the underlay's MTU, and hosts are told
# what fits.

. "$(dirname "$0")/../lib/all.sh"
table=$LAB_TOP/build/tests/lab/kernel/mtu

# -- the kernel alone ----------------------------------------------------------

xfrm_begin example
ns_add near far
veth near wan0 far wan0
addr near wan0 192.0.2.1/24 2001:db8::1/64
addr far wan0 192.0.2.2/24 2001:db8::2/64
addr near lo 172.16.0.1/32 fd01::1/128
ip -n cyg-far route add local 10.0.0.0/8 dev lo
ip -n cyg-far -6 route add local fd00::/16 dev lo

# measured: what the kernel does of what is computed
measured()
{
	"$table" 1500 |
		/usr/bin/python3 "$LAB_TOOLS/mtu.py" cyg-near cyg-far && return
	for where in near far
	do
		ns "$where" grep -v ' 0$' /proc/net/xfrm_stat
	done
}

# wrong: lines where computed, the kernel's and arrived are not one, where one
# byte more was not refused, or where other than one packet was on the wire that
# the underlay takes, with no room in it for another block
wrong()
{
	awk '{
		split($9, sealed, "x")
		if ($5 != $6 || $5 != $7 || $8 != $5 + 1 || sealed[1] != 1 ||
			sealed[2] > $10 || sealed[2] + 16 <= $10)
			print
	}' "$1"
}

measured >"$LAB_RUN/mtu.log" 2>&1
equal "every cipher was measured" "$(($("$table" 1500 | wc -l) * 2))" \
	"$(wc -l <"$LAB_RUN/mtu.log")"
equal "computed is what passes, and a byte more does not" \
	"" "$(wrong "$LAB_RUN/mtu.log")"
echo "# the kernel alone: $SECONDS s"
echo "# underlay 1500, as the kernel has it (suite, outer, NAT-T, MTU):"
awk '$4 == 4 { print "#   " $1, "IPv" $2, $3, $6 }' "$LAB_RUN/mtu.log"

# aws NAME: MTU and segment size, then with NAT-T, over 1500 of IPv4
aws()
{
	awk -v name="$1" '$1 == name && $2 == 4 && $4 == 4 {
		printf "%s%d/%d", sep, $6, $6 - 40; sep = " " }' "$LAB_RUN/mtu.log"
}
equal "AWS's table, GCM" "1446/1406 1438/1398" "$(aws aes256gcm16)"
equal "AWS's table, CBC with SHA-1" "1438/1398 1422/1382" "$(aws aes128-sha1)"
equal "AWS's table, SHA-256" "1438/1398 1422/1382" "$(aws aes256-sha256)"
equal "AWS's table, SHA-384" "1422/1382 1422/1382" "$(aws aes256-sha384)"
equal "AWS's table, SHA-512" "1422/1382 1406/1366" "$(aws aes256-sha512)"

# -- through charon and Cygnet -------------------------------------------------

# the site as the example has it; the cloud has its secrets, and forces NAT
# traversal on the second tunnel
cp "$LAB_TOP/conf/examples/aws.conf" "$LAB_RUN/site/swanctl/swanctl.conf"
sed -i "s/lab secret of aws-/change_me_/
	/^	aws-2 {/a\\		encap = yes" "$LAB_RUN/cloud/swanctl/swanctl.conf"
holds "the cloud has the example's secrets" swan_load cloud
addr site lan0 fd65::1/64
addr lan eth0 fd65::10/64
addr cloud vpc0 fd64::1/64
addr vpc eth0 fd64::10/64
ip -n cyg-lan -6 route add default via fd65::1
ip -n cyg-vpc -6 route add default via fd64::1
must holds "charon starts with Cygnet" cygnet_start
all_up

# computed SUITE ENCAP [UNDERLAY]
computed()
{
	"$table" "${3:-1500}" |
		awk -v s="$1" -v e="$2" '$1 == s && $2 == 4 && $3 == e { print $4 }'
}
mtu_of()
{
	ns site cat "/sys/class/net/$(link_of "$1")/mtu"
}
mtu_is()
{
	local seen
	seen=$(mtu_of "$1")
	echo "$(link_of "$1") has $seen, computed is $2"
	[ "$seen" = "$2" ]
}
gcm=$(computed aes256gcm16 0)
natted=$(computed aes256gcm16 1)
cbc=$(computed aes256-sha512 0)
becomes 5 "AES-GCM: the link's MTU is the computed one" mtu_is 0 "$gcm"
becomes 5 "AES-GCM, NAT-T: it is 8 less" mtu_is 1 "$natted"

# by_tunnel N: where the hosts' traffic goes, both ways
by_tunnel()
{
	local where
	ip -n cyg-site route replace 10.20.0.10 dev "$(link_of "$1")"
	ip -n cyg-site route replace fd64::10 dev "$(link_of "$1")"
	ip -n cyg-cloud route replace 192.168.0.10 dev "${TUNNELS[$1]}"
	ip -n cyg-cloud route replace fd65::10 dev "${TUNNELS[$1]}"
	for where in lan site cloud vpc
	do
		ip -n "cyg-$where" -4 route flush cache
		ip -n "cyg-$where" -6 route flush cache
	done
}

# listen WHERE: for SYNs, from here on
listen()
{
	spawn "syn-$1" "$1" tcpdump -l -n -Q in -i eth0 \
		'dst portrange 7700-7799'
	wait_for 20 grep -q 'listening on' "$LAB_RUN/syn-$1.log"
}

# syns FROM TO: the segment sizes in SYNs of both families, IPv4 first
syns()
{
	local four=10.20.0.10 six=fd64::10 log=$LAB_RUN/syn-$2.log
	[ "$2" = vpc ] || four=192.168.0.10 six=fd65::10
	# shellcheck disable=SC2016
	ns "$1" bash -c 'for to in "$2" "$3"; do : 3<>"/dev/tcp/$to/$1"; done' \
		- "$port" "$four" "$six" 2>/dev/null
	wait_for 10 eval "grep -q 'IP6 .*[.]$port: .*mss' '$log'"
	sed -n "s/.* IP .*[.]$port: .*mss \([0-9]*\).*/\1/p" "$log" | head -n 1
	sed -n "s/.* IP6 .*[.]$port: .*mss \([0-9]*\).*/\1/p" "$log" | head -n 1
}

# told FAMILY SIZE MTU: a host of the site's that sends so much is told what fits
told()
{
	local to=10.20.0.10 headers=28 seen
	[ "$1" = 4 ] || to=fd64::10 headers=48
	seen=$(ns lan ping -n "-$1" -M "do" -c 1 -W 1 -s $(($2 - headers)) "$to" 2>&1 |
		sed -n 's/^\(From\|ping: local error\).*mtu[=: ]*\([0-9]*\).*/\2/p')
	echo "told: $seen"
	[ "$seen" = "$3" ]
}

# fits FAMILY SIZE: it passes, both ways
fits()
{
	local to=10.20.0.10 headers=28
	[ "$1" = 4 ] || to=fd64::10 headers=48
	ns lan ping -n "-$1" -M "do" -c 1 -W 3 -s $(($2 - headers)) "$to"
}

# segments WHAT MTU
segments()
{
	local both="$(($2 - 40)) $(($2 - 60))"
	port=$((port + 1))
	equal "$1: segments fit on the way out" "$both" "$(syns lan vpc | xargs)"
	equal "$1: and on the way in" "$both" "$(syns vpc lan | xargs)"
}

# exact WHAT N MTU: of tunnel N, for the hosts
exact()
{
	local mtu=$3 family
	by_tunnel "$2"
	segments "$1" "$mtu"
	for family in 4 6
	do
		becomes 5 "$1: a host is told what fits, IPv$family" \
			told "$family" 1500 "$mtu"
		becomes 5 "$1: which passes whole, IPv$family" fits "$family" "$mtu"
	done
}

port=7700
listen vpc
listen lan
# the cloud's own links take as much, so that answers come back whole
for name in "${TUNNELS[@]}"
do
	ip -n cyg-cloud link set "$name" mtu 1500
done
exact "AES-GCM" 0 "$gcm"
exact "AES-GCM, NAT-T" 1 "$natted"

# each side prefers what it lists first where the other initiates
esp_proposals()
{
	sed -i "s/esp_proposals = .*/esp_proposals = $2/" \
		"$LAB_RUN/$1/swanctl/swanctl.conf"
	swan_load "$1"
}
spis()
{
	ip -n cyg-site xfrm state | grep -o 'spi 0x[0-9a-f]*' | sort
}
renewed()
{
	[ -z "$(comm -12 <(echo "$1") <(spis))" ] && sas_up site 2
}
keys=$(spis)
holds "the cloud has another cipher, too" \
	esp_proposals cloud aes256gcm16-ecp384,aes256-sha512-ecp384
holds "so has the site" \
	esp_proposals site aes256-sha512-ecp384,aes256gcm16-ecp384
must becomes 20 "both SAs are made anew" renewed "$keys"
becomes 5 "AES-GCM again" mtu_is 0 "$gcm"
holds "the cloud rekeys the first" swan cloud --rekey --child "${TUNNELS[0]}"
becomes 10 "AES-CBC with SHA-512 by now: the MTU follows" mtu_is 0 "$cbc"
equal "and the other's does not" "$natted" "$(mtu_of 1)"
exact "AES-CBC with SHA-512" 0 "$cbc"

# less on the way: the kernel takes up what a router tells of it
ip -n cyg-net link set cloud0 mtu 1400
by_tunnel 0
path=$(computed aes256-sha512 0 1400)
for family in 4 6
do
	becomes 5 "a router on the way takes 1400: the host is told, IPv$family" \
		told "$family" "$cbc" "$path"
	becomes 5 "and what it is told passes, IPv$family" fits "$family" "$path"
done
equal "the link keeps its own" "$cbc" "$(mtu_of 0)"
ip -n cyg-net link set cloud0 mtu 1500

# and less at the site
ip -n cyg-site link set wan0 mtu 1400
becomes 5 "the underlay takes 1400: the first's MTU follows" mtu_is 0 "$path"
becomes 5 "the underlay takes 1400: the second's MTU follows" \
	mtu_is 1 "$(computed aes256gcm16 1 1400)"
by_tunnel 0
segments "over 1400" "$path"
ip -n cyg-site link set wan0 mtu 1500
becomes 5 "the underlay takes 1500 again: so does the MTU" mtu_is 0 "$cbc"
equal "no packet was put together on the way" "0 0" "$(
	for where in site cloud
	do
		ns "$where" nstat -asz IpReasmReqds Ip6ReasmReqds |
			awk '/Reasm/ { n += $2 } END { print n + 0 }'
	done | xargs)"
case_end
