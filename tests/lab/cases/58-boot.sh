#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# The boot, step by step: the guard that the gateway saved is loaded by what
# cygnet-guard.service runs, before the links are there; nothing for a protected
# prefix leaves by the underlay; and the gateway takes the table over.

. "$(dirname "$0")/../lib/all.sh"
ROOT_EXTRA="inside = lan0"
native_begin alibaba frr
state=$LAB_RUN/site/state/guard.nft
unit=$(boot_unit)

# a way out to everywhere, where it is counted what comes for that prefix
wan()
{
	veth site wan0 net site0
	addr site wan0 198.51.100.2/24 2001:db8:51::2/64
	addr net site0 198.51.100.1/24 2001:db8:51::1/64
	ip -n cyg-site route add default via 198.51.100.1
	ip -n cyg-site -6 route add default via 2001:db8:51::1
}

came()
{
	ns net nft -j list table inet seen | jq '[.. | .packets? // empty] | add'
}

# leaves FROM [ADDRESS]: a packet for a protected prefix that no route covers
leaves()
{
	local before
	before=$(came)
	ns "$1" ping -c 1 -W 1 "${2:-10.77.0.1}" >/dev/null 2>&1
	[ "$(came)" -gt "$before" ]
}

# inside_holds WHEN: nor does one for a far end within a tunnel
inside_holds()
{
	local from peer
	for from in site lan
	do
		for peer in "${INSIDE4[0]}.1" "${INSIDE6[0]}1"
		do
			refuses "$1: nothing for the far end $peer leaves from $from" \
				leaves "$from" "$peer"
		done
	done
}

guarded()
{
	ctl_json status '.bundles[0].leak_guard.dropped_packets'
}

# a unit of systemd's that is enabled at this boot: NAME TARGET TEXT
enabled()
{
	local dir=$LAB_RUN/units
	mkdir -p "$dir/$2.target.wants"
	printf '%s\n' "$3" >"$dir/$1.service"
	ln -s "../$1.service" "$dir/$2.target.wants/"
}

# firewalls as Debian has them, each as its unit says
boot_units()
{
	local run="[Service]
Type=oneshot
ExecStart=/bin/true"
	enabled cygnet-guard sysinit "$(cat "$unit")"
	enabled firewalld multi-user "[Unit]
Before=network-pre.target
Wants=network-pre.target
After=dbus.service
$run"
	enabled ufw multi-user "[Unit]
DefaultDependencies=no
Before=network-pre.target
Wants=network-pre.target
$run"
	enabled netfilter-persistent multi-user "[Unit]
DefaultDependencies=no
Wants=network-pre.target systemd-modules-load.service local-fs.target
Before=network-pre.target shutdown.target
After=systemd-modules-load.service local-fs.target
$run"
}

# what systemd has to say about a boot with them
boot_words()
{
	SYSTEMD_UNIT_PATH=$LAB_RUN/units: systemd-analyze verify --man=no \
		"$LAB_RUN/units/cygnet-guard.service" multi-user.target 2>&1
}

boot_units
equal "systemd has nothing against the unit, nor finds a cycle" "" \
	"$(boot_words)"
sed -i 's/^Before=/&sysinit.target /' "$LAB_RUN/units/cygnet-guard.service"
refuses "it would have" [ -z "$(boot_words)" ]
ns_add net
ns net nft -f - <<'NFT'
table inet seen {
	chain in {
		type filter hook prerouting priority -300;
		ip daddr { 10.77.0.1, 169.254.0.0/16 } icmp type echo-request counter drop
		ip6 daddr fd00::/8 icmpv6 type echo-request counter drop
	}
}
NFT
wan
must holds "charon starts with Cygnet" cygnet_start
all_up
becomes 5 "the guard is saved" test -s "$state"
equal "for root alone" "600 700" \
	"$(stat -c %a "$state") $(stat -c %a "$LAB_RUN/site/state")"
refuses "the guard holds what the host sends" leaves site
refuses "and what it forwards" leaves lan
equal "it is as nft's own of ours" \
	"$(ns site nft list table inet cygnet | grep -c 'name "guard-.*drop')" \
	"$(grep -c drop "$state")"

# the power goes; at first there is nothing
stop site/charon KILL
ns site nft delete table inet cygnet
ip -n cyg-site route flush proto "$CYGNET_PROTO"
ip -n cyg-site link del wan0
for link in "${TUNNELS[@]}"
do
	ip -n cyg-site link del "$link"
done
must holds "the unit's program loads it" boot_guard
wan
refuses "no tunnel is there: nothing leaves" leaves site
refuses "nor is it forwarded" leaves lan
inside_holds "no tunnel"
holds "the site's own network is reached" ns site ping -c 1 -W 2 \
	"$(host_in "${SITE_NETS[0]}" | cut -d/ -f1)"
holds "loaded once more" boot_guard
refuses "it still holds" leaves site
ns site nft delete table inet cygnet
holds "without it, packets do leave" leaves site
holds "forwarded ones, too" leaves lan
holds "those for a far end, too" leaves site "${INSIDE4[0]}.1"
holds "of either family" leaves lan "${INSIDE6[0]}1"
cp "$state" "$state.whole"
for size in 0 $(($(stat -c %s "$state") / 2))
do
	truncate -s "$size" "$state"
	refuses "$size bytes of it are not loaded" boot_guard
	refuses "nor a part of them" ns site nft list table inet cygnet
done
mv "$state.whole" "$state"
holds "loaded again" boot_guard

topology_links
holds "charon starts" cygnet_start
counted()
{
	ns site nft list table inet cygnet | grep 'counter name "guard-' >/dev/null
}
becomes 10 "the gateway has replaced the table" counted
refuses "and it holds" leaves site
ip -n cyg-site link del "${TUNNELS[0]}"
before=$(guarded)
inside_holds "a link gone"
holds "and they are counted for the bundle" [ "$(guarded)" -ge $((before + 4)) ]

# a tunnel, then all of them, are taken out of the configuration before a boot
stop site/charon KILL
ip -n cyg-site link del "${TUNNELS[2]}"
TUNNELS=("${TUNNELS[@]:0:2}")
cygnet_conf interface
holds "a boot after that" boot_guard
holds "charon starts with a tunnel less" cygnet_start
becomes 10 "the guard is of those that are left" eval \
	'counted && ! ns site nft list table inet cygnet | grep -F "${INSIDE4[2]}."'
refuses "in the file, too" grep -F "${INSIDE4[2]}." "$state"
refuses "and it holds" leaves site
stop site/charon KILL
no_bundle()
{
	printf 'cygnet {\n\tasn = 65530\n\trouter_id = 192.0.2.1\n}\n'
}
CYGNET_SECTION=no_bundle cygnet_conf interface
holds "another one" boot_guard
holds "charon starts without a tunnel" cygnet_start
refuses_guard()
{
	! ns site nft list table inet cygnet | grep drop
}
becomes 10 "there is nothing to guard" refuses_guard
becomes 5 "nor at the next boot" test ! -e "$state"

ROOT_EXTRA="leak_guard = no"
cygnet_conf interface
holds "reload without the guard" ctl reload
becomes 5 "no guard for the next boot" test ! -e "$state"
ROOT_EXTRA="inside = lan0
	keep_on_stop = none"
cygnet_conf interface
holds "reload with it, none to be kept" ctl reload
becomes 5 "it is saved again" test -s "$state"
holds "charon stops" stop site/charon
holds "nothing was to be kept" test ! -e "$state"
case_end
