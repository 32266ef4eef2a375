#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# Bundles of 2 and of 16 members, the most that there are at once, with unequal
# weights: which part of the flows goes by each link, in both families, by static
# routes, plain groups and resilient ones.

. "$(dirname "$0")/../lib/all.sh"
LINKS=interface
SITE_NETS=(192.168.0.1/24 fd65:530:0:1::1/64)
CLOUD_NETS=(10.0.0.1/24 fd65:531:0:1::1/64)
TUNNELS=() INSIDE4=() INSIDE6=()
for i in $(seq 16)
do
	TUNNELS+=("wide-$i") INSIDE4+=("169.254.$i") INSIDE6+=("fd00:a:$i::")
done
lab_begin
case_begin
topology_hosts
topology_links
FLOWS=1600

# section WEIGHT…: a bundle of as many tunnels
section()
{
	local i=0 weight
	cat <<CONF
cygnet {
	bundles {
		wide {
			routes = 10.0.0.0/24, fd65:531:0:1::/64
			$BUNDLE_EXTRA
			tunnels {
CONF
	for weight in "$@"
	do
		cat <<CONF
				${TUNNELS[$i]} {
					interface = ${TUNNELS[$i]}
					address = ${INSIDE4[$i]}.2/30, ${INSIDE6[$i]}2/126
					gateway = ${INSIDE6[$i]}1
					weight = $weight
				}
CONF
		i=$((i + 1))
	done
	printf '\t\t\t}\n\t\t}\n\t}\n}\n'
}
cygnet_section()
{
	# shellcheck disable=SC2086
	section $WEIGHTS
}

# shares: one line for each family with a share that cannot be: by more than
# five times the square root of what is expected, and a bucket or two
shares()
{
	local at
	printf -v at '%s,' cyg-cloud "${TUNNELS[@]}"
	"$LAB_TOOLS/spread.py" --flows "$FLOWS" --at "${at%,}" \
		--from cyg-lan,192.168.0.10,fd65:530:0:1::10 \
		--to 10.0.0.10,fd65:531:0:1::10 >"$LAB_RUN/spread"
	awk -v flows="$FLOWS" -v list="$WEIGHTS" '
		BEGIN { n = split(list, weight); for (i in weight) sum += weight[i] }
		{ seen[$1, $3]++ }
		END {
			for (family = 4; family <= 6; family += 2)
				for (i = 1; i <= 16; i++) {
					want = i <= n ? flows * weight[i] / sum : 0
					got = seen[family, "wide-" i] + 0
					off = got - want
					limit = want ? 5 * sqrt(want) + flows / 1024 : 0
					line = sprintf("IPv%d %s: %d of %d, wanted %.1f", family,
						"wide-" i, got, flows, want)
					print line
					if (off > limit || -off > limit)
						bad = bad line "\n"
				}
			if (bad) { print "wrong:\n" bad; exit 1 }
		}' "$LAB_RUN/spread"
}

# wide WORDS WEIGHT…
wide()
{
	local words=$1 n
	shift
	WEIGHTS="$*"
	cygnet_conf interface
	holds "$words: reload" ctl reload
	for n in 10.0.0.0/24 fd65:531:0:1::/64
	do
		becomes 10 "$words: $n goes by $# links" has_ways "$n" $#
	done
	holds "$words: the shares of the flows are the weights'" shares
}

has_ways()
{
	[ "$(ways site "$1" | wc -w)" = "$2" ]
}

BUNDLE_EXTRA=
WEIGHTS="1 1"
cygnet_begin interface
must holds "charon starts with Cygnet" cygnet_start
wide "two, equal" 1 1
wide "two, one to three" 1 3
wide "two, 1 to 255" 1 255
wide "sixteen, equal" 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
wide "sixteen, 1 to 16" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
wide "sixteen, one at 255" 255 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
BUNDLE_EXTRA="resilient = yes"
wide "sixteen, 1 to 16, resilient" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
wide "two, one to three, resilient" 1 3
# one lost of sixteen, by its carrier: the others share what it had
wide "sixteen again" 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
ip -n cyg-cloud link set wide-16 down
becomes 3 "one is lost: fifteen ways" has_ways 10.0.0.0/24 15
becomes 3 "in IPv6, too" has_ways fd65:531:0:1::/64 15
WEIGHTS="1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"
holds "fifteen: the shares of the flows are the weights'" shares
case_end
