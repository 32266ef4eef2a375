# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# systemd-networkd itself in a namespace, with a bus of its own for networkctl.
# It takes a machine whose /sys cannot be written for one without udev, and does
# not wait for that to name the links.

NETWORKD_FILES=/run/systemd/network

# networkd_file NAME TEXT
networkd_file()
{
	mkdir -p "$NETWORKD_FILES"
	echo "$2" >"$NETWORKD_FILES/$1"
}

# networkd_conf TEXT: of networkd.conf
networkd_conf()
{
	mkdir -p /run/systemd/networkd.conf.d
	printf '[Network]\n%s\n' "$1" >/run/systemd/networkd.conf.d/lab.conf
}

bus_start()
{
	mkdir -p /run/dbus
	spawn "$1/bus" "$1" dbus-daemon --system --nofork --nopidfile
	wait_for 10 test -S /run/dbus/system_bus_socket
}

# networkd_start NS: true when it has looked at all links
networkd_start()
{
	mkdir -p /run/systemd/netif/{links,leases,lldp}
	chown -R systemd-network: /run/systemd/netif
	[ -S /run/dbus/system_bus_socket ] || bus_start "$1" || return 1
	rm -f "$LAB_RUN/$1/networkd.log"
	spawn "$1/networkd" "$1" unshare -m sh -c \
		'mount -o remount,ro /sys && exec /lib/systemd/systemd-networkd'
	wait_for 20 grep -q "Enumeration completed" "$LAB_RUN/$1/networkd.log"
}

# networkd_restart NS: as `systemctl restart` does
networkd_restart()
{
	stop "$1/networkd"
	networkd_start "$1"
}
