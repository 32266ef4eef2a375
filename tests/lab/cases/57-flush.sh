#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# cygnetctl flush, after a stop that kept all and after a kill: nothing of ours
# is left in the kernel, and nothing of anybody else's is touched.

. "$(dirname "$0")/../lib/all.sh"
ROOT_EXTRA="keep_on_stop = all"
native_begin alibaba frr
state=$LAB_RUN/site/state
# what is not ours, near to what is
ns site nft -f - <<'NFT'
table inet cygnet2 {
	chain a { type filter hook output priority 5; }
}
table ip cygnet {
	chain a { type filter hook output priority 5; }
}
NFT
ip -n cyg-site nexthop add id 7 dev lan0
ip -n cyg-site nexthop add id 8 group 7
ip -n cyg-site route add 198.18.0.0/24 nhid 8 proto static
ip -n cyg-site route add unreachable 198.18.1.0/24 metric 4294967295
ip -n cyg-site rule add to 198.18.2.0/24 lookup 77 priority 4300
others()
{
	ip -n cyg-site -j nexthop show id 7
	ip -n cyg-site -j nexthop show id 8
	# the device is not shown with nexthop_compat_mode 0
	ip -n cyg-site route show root 198.18.0.0/15 | sed 's/dev lan0 //'
	# charon has one of its own
	ip -n cyg-site rule show | grep -v 'lookup 220'
	ip -n cyg-site -br link
	ip -n cyg-site -br addr
	ns site nft list table inet cygnet2
	ns site nft list table ip cygnet
}
before=$(others)

ours()
{
	echo "$(our_routes 4) $(our_routes 6) $(our_nexthops)" \
		"$(ns site nft list table inet cygnet 2>/dev/null | grep -c drop)"
}
must holds "charon starts with Cygnet" cygnet_start
all_up
refuses "flush while the gateway runs" ns site "$CYGNETCTL" \
	-s "$LAB_RUN/site/cygnet.sock" flush "$state"
holds "and nothing is gone" all_ways_are "$(links_but)"
holds "charon stops" stop site/charon
refuses "all is kept" [ "$(ours)" = "0 0 0 0" ]
flush()
{
	ns site "$CYGNETCTL" -s "$LAB_RUN/site/cygnet.sock" -j flush "$state"
}
seen=$(flush)
equal "flush says what it removed" "true 0" \
	"$(jq -r '"\(.table and .routes >= 4 and .nexthops >= 8) \(.failed)"' <<<"$seen")"
equal "nothing of ours is left" "0 0 0 0" "$(ours)"
equal "what is not ours is untouched" "$before" "$(others)"
seen=$(flush)
equal "once more: nothing is there" "0 0 0 0 false 0" "$(jq -r \
	'"\(.links) \(.rules) \(.nexthops) \(.routes) \(.table) \(.failed)"' \
	<<<"$seen")"

holds "charon starts again" cygnet_start
all_up
stop site/charon KILL
refuses "killed: all is there" [ "$(ours)" = "0 0 0 0" ]
holds "flush" flush
equal "nothing of ours is left after a kill" "0 0 0 0" "$(ours)"
equal "what is not ours is still untouched" "$before" "$(others)"
case_end
