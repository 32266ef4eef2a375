#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# What can be missing: a connection that is not loaded yet, a name taken by a
# link that is not ours, XFRM in the kernel. Each is said, and charon goes on.

. "$(dirname "$0")/../lib/all.sh"
LINKS=xfrm
SITE_START=none
scenario alibaba
lab_begin
case_begin
topology_hosts
topology_underlay
# in the way of ali-2's link
ip -n cyg-site link add cyg-ali-2 type veth peer name other
cygnet_begin xfrm
rm -f "$LAB_RUN/site/cygnet.sock"
must holds "charon starts, nothing loaded yet" \
	charon_start site "$(cygnet_plugin)"
must becomes 10 "the control socket is there" \
	test -S "$LAB_RUN/site/cygnet.sock"

said()
{
	ctl status --json | grep "$1" >/dev/null
}

becomes 5 "connections not loaded: waiting" \
	test "$(ctl_json tunnels '[.[] | select(.state == "waiting")] | length')" = 3
if ! native_xfrm
then
	becomes 10 "status says that the kernel has no XFRM interfaces" \
		said '[Xx][Ff][Rr][Mm]'
	holds "charon's log says it too" \
		grep -qi 'xfrm' "$LAB_RUN/site/charon.log"
fi
becomes 10 "status names the link in the way" said cyg-ali-2
holds "charon serves its connections" swan_load site
holds "they are loaded" eval 'swan site --list-conns | grep ali-3 >/dev/null'
holds "the link in the way is untouched" \
	ip -n cyg-site link show dev cyg-ali-2 type veth
holds "charon stops" stop site/charon
holds "the link in the way is still there" \
	ip -n cyg-site link show dev cyg-ali-2 type veth
case_end
