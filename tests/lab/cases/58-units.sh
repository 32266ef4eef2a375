#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# The units under a real systemd: the guard is there before the network and
# after the firewall's flush, charon restarts and stops with Cygnet in it, and
# metrics are scraped by a socket that systemd holds.

. "$(dirname "$0")/../lib/all.sh"
ROOT_EXTRA="inside = lan0"
native_begin alibaba frr
state=$LAB_RUN/site/state/guard.nft
socket=$LAB_RUN/site/cygnet.sock

units()
{
	local unit
	units_targets
	for unit in cygnet-guard.service cygnet-metrics@.service
	do
		unit_install "$(find "$CYGNET_STAGE" -name "$unit")"
	done
	unit_enable cygnet-guard.service sysinit
	unit_install "$(find "$CYGNET_STAGE" -name cygnet-metrics.socket)" sockets
	# the unit sees nobody's home
	cp "$CYGNETCTL" "$LAB_RUN/cygnetctl"
	unit_more cygnet-metrics@.service "Environment=CYGNET_SOCKET=$socket" \
		ExecStart= "ExecStart=-$LAB_RUN/cygnetctl metrics --http"
	unit_install /lib/systemd/system/strongswan.service multi-user
	unit_more strongswan.service \
		"Environment=STRONGSWAN_CONF=$LAB_RUN/site/strongswan.conf" \
		"Environment=SWANCTL_DIR=$LAB_RUN/site/swanctl"
	printf 'swanctl {\n\tsocket = unix://%s\n}\n' "$LAB_RUN/site/vici.sock" \
		>>"$LAB_RUN/site/strongswan.conf"
}

# what a firewall's unit does, and what brings the network up
others()
{
	cat >"$LAB_RUN/units/nftables.service" <<UNIT
[Unit]
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft flush ruleset
UNIT
	unit_enable nftables.service sysinit
	cat >"$LAB_RUN/units/networking.service" <<UNIT
[Unit]
DefaultDependencies=no
After=network-pre.target
Before=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'nft list ruleset >$LAB_RUN/seen'
UNIT
	unit_enable networking.service multi-user
}

active()
{
	[ "$(systemctl_in is-active "$1")" = active ]
}

main_pid()
{
	systemctl_in show -P MainPID strongswan.service
}

guards()
{
	ns site nft list table inet cygnet | grep -c 'name "guard-.*drop'
}

# scrape [status]: as somebody who may do nothing
scrape()
{
	ns site setpriv --reuid 65534 --regid 65534 --clear-groups \
		/usr/bin/python3 - "$@" <<'PY'
import http.client, sys
c = http.client.HTTPConnection("127.0.0.1", 9713, timeout=20)
c.request("GET", "/metrics")
r = c.getresponse()
print(r.status if sys.argv[1:] else r.read().decode())
PY
}

scrapes()
{
	scrape | grep -c '^cygnet_tunnel_.*{'
}

# began UNIT: when it was started, in microseconds
began()
{
	systemctl_in show -P InactiveExitTimestampMonotonic "$1"
}

units
others
must holds "systemd starts everything" systemd_boot
equal "there was no guard to load" inactive \
	"$(systemctl_in is-active cygnet-guard.service)"
becomes 30 "the sessions are up" frr_sessions_are cloud "${#TUNNELS[@]}"
becomes 5 "the guard is saved" test -s "$state"
holds "a stranger scrapes" [ "$(scrapes)" -gt 0 ]
holds "once more" [ "$(scrapes)" -gt 0 ]
equal "no unit has failed" "" "$(systemctl_in --failed --no-legend)"

before=$(main_pid)
holds "systemctl restart strongswan" systemctl_in restart strongswan.service
refuses "it is another process" [ "$(main_pid)" = "$before" ]
holds "the guard holds" [ "$(guards)" -gt 0 ]
becomes 30 "the sessions are up again" frr_sessions_are cloud "${#TUNNELS[@]}"
holds "systemctl reload strongswan" systemctl_in reload strongswan.service
equal "the sessions stay" "${#TUNNELS[@]}" "$(frr_sessions cloud)"
holds "systemctl stop strongswan" systemctl_in stop strongswan.service
equal "it ended well" success \
	"$(systemctl_in show -P Result strongswan.service)"
holds "the guard stays" [ "$(guards)" -gt 0 ]
holds "and its file" test -s "$state"
equal "a scrape says that nobody answers" 503 "$(scrape status)"

systemd_kill
ns site nft flush ruleset
must holds "systemd starts everything once more" systemd_boot
holds "the guard was loaded" active cygnet-guard.service
holds "before the network, and after the flush" \
	grep -q 'table inet cygnet' "$LAB_RUN/seen"
between "and before charon" "$(began cygnet-guard.service)" \
	"$(began strongswan.service)" \
	"$(systemctl_in show -P ActiveEnterTimestampMonotonic cygnet-guard.service)"
holds "with what it drops" grep -q drop "$LAB_RUN/seen"
becomes 30 "the sessions are up" frr_sessions_are cloud "${#TUNNELS[@]}"
holds "the gateway has it now" [ "$(guards)" -gt 0 ]
holds "systemctl stop cygnet-guard" systemctl_in stop cygnet-guard.service
holds "which takes nothing away" [ "$(guards)" -gt 0 ]

systemctl_in stop strongswan.service
systemd_kill
: >"$state"
ns site nft flush ruleset
refuses "an empty file, from a loss of power, is told" systemd_boot
equal "by the unit" failed "$(systemctl_in is-active cygnet-guard.service)"
becomes 10 "the rest starts" active strongswan.service
becomes 10 "and the gateway guards" test -s "$state"
systemd_kill
case_end
