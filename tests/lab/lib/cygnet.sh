# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Cygnet as it was built and installed into build/stage, in cyg-site.

CYGNET_STAGE=${CYGNET_STAGE:-$LAB_TOP/build/stage}
CYGNET_PROTO=110
CYGNET_HOLD=9

# cygnet_plugin: its path; looked for once
cygnet_plugin()
{
	if [ -n "${CYGNET_PLUGIN:-}" ]
	then
		echo "$CYGNET_PLUGIN"
	else
		find "$CYGNET_STAGE" -name libstrongswan-cygnet.so | head -n 1
	fi
}

# ctl ARG…: cygnetctl for the site
ctl()
{
	"$CYGNETCTL" -s "$LAB_RUN/site/cygnet.sock" "$@" 9>&-
}

# ctl_json COMMAND JQ-EXPRESSION…
ctl_json()
{
	local command=$1
	shift
	ctl "$command" --json | jq -r "$@"
}

# cygnet_tunnel N xfrm|interface: a tunnel's section
cygnet_tunnel()
{
	local name=${TUNNELS[$1]} four=${INSIDE4[$1]} six=${INSIDE6[$1]}
	echo "				$name {"
	[ "$2" = xfrm ] || echo "					interface = $name"
	cat <<CONF
					address = $four.2/30, ${six}2/126
${TUNNEL_EXTRA[$1]:-}
					neighbor {
						address = $four.1
						remote_as = $CLOUD_AS
						hold_time = $CYGNET_HOLD
						connect_retry = 5
					}
				}
CONF
}

# cygnet_section xfrm|interface: the cygnet section. BUNDLE_EXTRA, ROOT_EXTRA
# and ADVERTISE_EXTRA are put in.
cygnet_section()
{
	local i list
	list=$(nets 4 "${SITE_NETS[@]}"; nets 6 "${SITE_NETS[@]}")
	cat <<CONF
cygnet {
	asn = $SITE_AS
	router_id = $ROUTER_ID
	advertise = ${list//$'\n'/, }${ADVERTISE_EXTRA:-}
	${ROOT_EXTRA:-}
	bundles {
		$BUNDLE {
			profile = $BUNDLE
			mode = active-active
			${BUNDLE_EXTRA:-}
			tunnels {
CONF
	for i in "${!TUNNELS[@]}"
	do
		cygnet_tunnel "$i" "$1"
	done
	printf '\t\t\t}\n\t\t}\n\t}\n}\n'
}

# cygnet_conf xfrm|interface: swanctl.conf of the site, with all sections
cygnet_conf()
{
	if [ "$1" = xfrm ]
	then
		swanctl_conf site site
	else
		swanctl_conf site none
	fi
	"${CYGNET_SECTION:-cygnet_section}" "$1" >>"$LAB_RUN/site/swanctl/swanctl.conf"
}

# cygnet_begin xfrm|interface: configuration of the site's charon with Cygnet
cygnet_begin()
{
	CYGNETCTL=$(find "$CYGNET_STAGE" -name cygnetctl -type f -perm -u+x |
		head -n 1)
	CYGNET_PLUGIN=$(cygnet_plugin)
	[ -n "$CYGNET_PLUGIN" ] || die "no libstrongswan-cygnet.so in $CYGNET_STAGE"
	[ -n "$CYGNETCTL" ] || die "no cygnetctl in $CYGNET_STAGE"
	charon_conf site "		cygnet {
			load = yes
			socket = $LAB_RUN/site/cygnet.sock
			state_dir = $LAB_RUN/site/state
			${PLUGIN_EXTRA:-}
		}"
	charon_plugins site "$CYGNET_PLUGIN"
	cygnet_conf "$1"
}

# cygnet_start: as systemd does it, the connections are loaded as soon as charon
# runs, whatever Cygnet is about
cygnet_start()
{
	[ ! -e "$LAB_RUN/site/cygnet.sock" ] || rm "$LAB_RUN/site/cygnet.sock"
	charon_start site "$(cygnet_plugin)" && swan_load site &&
		wait_for 10 test -S "$LAB_RUN/site/cygnet.sock"
}

# link_of N: the name of tunnel N's link
link_of()
{
	case $LINKS in
		xfrm) echo "cyg-${TUNNELS[$1]}" ;;
		*) echo "${TUNNELS[$1]}" ;;
	esac
}

# links_but [N…]: names of the tunnels' links without those, in order
links_but()
{
	local i
	for i in "${!TUNNELS[@]}"
	do
		case " $* " in
			*" $i "*) ;;
			*) link_of "$i" ;;
		esac
	done | sort | xargs
}

# What jq knows beside the routes: which links an id of a next hop or group
# stands for. With nexthop_compat_mode 0 the kernel tells the id alone. Beside a
# share of 256 in an IPv6 group stands one that gets no packet.
WAYS='def ways($hops):
	($hops | map({(.id | tostring): .}) | add // {}) as $by |
	[if .nhid then $by[.nhid | tostring] |
			if .group then (.group | if any(.weight == 256)
				then map(select(.weight == 256)) else . end)[] | $by[.id | tostring] else . end
		elif .nexthops then .nexthops[]
		else . end | .dev // empty] | sort | join(" ");'

# ways NS PREFIX: the links of our route to it, in order; "" without a route
ways()
{
	local family=-4
	case $2 in
		*:*) family=-6 ;;
	esac
	ip -n "cyg-$1" $family -j route show proto "$CYGNET_PROTO" "$2" |
		jq -r --argjson hops "$(ip -n "cyg-$1" -j nexthop show)" \
			"$WAYS"'[.[] | ways($hops)] | join(" ")'
}

# ways_are PREFIX LINKS
ways_are()
{
	local seen
	seen=$(ways site "$1")
	echo "$1 is reached by: ${seen:-nothing}"
	[ "$seen" = "$2" ]
}

# all_ways_are LINKS: each prefix of the cloud. One look at each family: in an
# emulated guest, every process counts.
all_ways_are()
{
	local nets=()
	mapfile -t nets < <(nets 4 "${CLOUD_NETS[@]}"; nets 6 "${CLOUD_NETS[@]}")
	{
		ip -n cyg-site -4 -j route show proto "$CYGNET_PROTO"
		ip -n cyg-site -6 -j route show proto "$CYGNET_PROTO"
	} | jq -rs --arg wanted "$1" \
		--argjson hops "$(ip -n cyg-site -j nexthop show)" "$WAYS"'
		(add | map({(if .dst == "default" then "0.0.0.0/0" else .dst end):
			ways($hops)}) | add // {}) as $seen |
		[$ARGS.positional[] | {net: ., seen: ($seen[.] // "")}] |
		(.[] | "\(.net) is reached by: \(.seen)"),
		(if all(.seen == $wanted) then empty else halt_error(1) end)
		' --args "${nets[@]}" 2>/dev/null
}

# our_routes 4|6: how many routes with our protocol number, in any table
our_routes()
{
	ip -n cyg-site "-$1" -j route show table all proto "$CYGNET_PROTO" |
		jq length
}

# our_nexthops: next hops and groups of ours
our_nexthops()
{
	ip -n cyg-site -j nexthop show | jq "[.[] | select(.protocol ==
		\"cygnet\" or .protocol == \"$CYGNET_PROTO\")] | length"
}

# sessions_are N: as cygnetctl sees them
sessions_are()
{
	[ "$(ctl_json neighbors '[.[] | select(.state == "Established")]
		| length')" = "$1" ]
}

# tunnels_forwarding N
tunnels_forwarding()
{
	[ "$(ctl_json tunnels '[.[] | select(.state == "forwarding")]
		| length')" = "$1" ]
}

# what to show beside a failure
case_state()
{
	ip -n cyg-site -br link
	ip -n cyg-site route show proto "$CYGNET_PROTO"
	ip -n cyg-site -6 route show proto "$CYGNET_PROTO"
	ctl status
	ctl tunnels
	ctl neighbors
	tail -n 20 "$LAB_RUN/site/charon.log"
}
