# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034
#
# GoBGP as the peer (the verbs of interop.sh). It has no routing table of the
# kernel's below it.

declare -A PEER_LACKS=(
	[as2]="it has no option for it, its OPEN always has the capability|opens_with o4 in 65"
	[refresh_in]="it keeps what it heard and never asks|gobgp_asks_not l4"
	[wrongas_shown]="it logs no NOTIFICATION before a session is up|gobgp_passes_over xas"
	[enhanced]="no such capability in its OPEN|opens_without o4 in 70"
	[role]="no such capability in its OPEN|opens_without o4 in 9"
	[extmsg]="no such capability in its OPEN|opens_without o4 in 6"
)
declare -A PEER_SAYS=(
	[limit]='"Code":6,.*"Subcode":1,.*received notification'
	[hold]='"Code":4,.*"Subcode":0,.*sent notification'
)

peer_version()
{
	gobgpd --version | sed 's/^gobgpd version/GoBGP/'
}

# gobgp_neighbor ADDRESS AS [SESSION]
gobgp_neighbor()
{
	local name=${3:-} family
	cat <<-CONF
	[[neighbors]]
	  [neighbors.config]
	    neighbor-address = "$1"
	    peer-as = $2
	$(case $name in
		md5|md6|bad) echo '    auth-password = "key-of-the-lab"' ;;
	esac)
	  [neighbors.timers.config]
	    hold-time = $CYGNET_HOLD
	    keepalive-interval = 3
	    connect-retry = 2
	    idle-hold-time-after-reset = 2
	  [neighbors.transport.config]
	    passive-mode = $([ "${DIALS[${name:-l4}]}" = site ] && echo true || echo false)
	  [neighbors.graceful-restart.config]
	    enabled = true
	    restart-time = 60
	    deferral-time = 3
	CONF
	if [ "$name" = gtsm ]
	then
		printf '  [neighbors.ttl-security.config]\n'
		printf '    enabled = true\n    ttl-min = 255\n'
	fi
	for family in ipv4 ipv6
	do
		cat <<-CONF
		  [[neighbors.afi-safis]]
		    [neighbors.afi-safis.config]
		      afi-safi-name = "$family-unicast"
		    [neighbors.afi-safis.mp-graceful-restart.config]
		      enabled = true
		CONF
		if [ "$name" = lim ]
		then
			printf '    [neighbors.afi-safis.prefix-limit.config]\n'
			printf '      max-prefixes = 3\n'
		fi
	done
}

# gobgp_statement NAME PREFIX-SET NEIGHBOUR-SET ACTION
gobgp_statement()
{
	cat <<-CONF
	  [[policy-definitions.statements]]
	    name = "$1"
	    [policy-definitions.statements.conditions.match-prefix-set]
	      prefix-set = "$2"
	    [policy-definitions.statements.conditions.match-neighbor-set]
	      neighbor-set = "$3"
	$4
	    [policy-definitions.statements.actions]
	      route-disposition = "accept-route"
	CONF
}

# gobgp_set NAME NEIGHBOUR…
gobgp_set()
{
	echo "[[defined-sets.neighbor-sets]]"
	echo "  neighbor-set-name = \"$1\""
	shift
	printf '  neighbor-info-list = ['
	printf '"%s", ' "$@"
	echo "]"
}

gobgp_policies()
{
	local name number bandwidth
	local at="    [policy-definitions.statements.actions.bgp-actions"
	for number in 4 8
	do
		echo "[[defined-sets.prefix-sets]]"
		echo "  prefix-set-name = \"p$number\""
		echo "  [[defined-sets.prefix-sets.prefix-list]]"
		echo "    ip-prefix = \"10.77.$number.0/24\""
	done
	gobgp_set up 169.254.91.1/32
	gobgp_set l4 "$(us l4)/32"
	# shellcheck disable=SC2046
	gobgp_set others $(for name in "${SESSIONS[@]}"
	do
		case $name${FAMILY[$name]} in
			l4?|ibg?) ;;
			*4) echo "$(us "$name")/32" ;;
			*6) echo "$(us "$name")/128" ;;
		esac
	done)
	echo "[[policy-definitions]]"
	echo "  name = \"in\""
	gobgp_statement local-pref p4 up "$at]
      set-local-pref = 250"
	echo "[[policy-definitions]]"
	echo "  name = \"out\""
	for name in l4:37500000 others:12500000
	do
		bandwidth=${name#*:} name=${name%:*}
		gobgp_statement "med-$name" p4 "$name" "$at]
      set-med = \"55\""
		gobgp_statement "width-$name" p8 "$name" \
"$at.set-ext-community]
      options = \"ADD\"
      [policy-definitions.statements.actions.bgp-actions.set-ext-community.set-ext-community-method]
        communities-list = [\"lb:$PEER_AS:$bandwidth\"]"
	done
}

peer_conf()
{
	local dir=$LAB_RUN/cloud/gobgp name as
	mkdir -p "$dir"
	{
		cat <<-CONF
		[global.config]
		  as = $PEER_AS
		  router-id = "10.255.0.1"
		[global.apply-policy.config]
		  import-policy-list = ["in"]
		  export-policy-list = ["out"]
		CONF
		for name in "${SESSIONS[@]}"
		do
			as=$SITE_AS
			case $name in
				yas) as=64998 ;;
				ibg) as=$PEER_AS ;;
			esac
			gobgp_neighbor "$(us "$name")" "$as" "$name"
		done
		gobgp_neighbor 169.254.91.1 "$UP_AS"
		gobgp_policies
	} >"$dir/gobgp.conf"
}

# gobgpd_start [OPTION…]
gobgpd_start()
{
	spawn cloud/gobgp/gobgpd cloud gobgpd -f "$LAB_RUN/cloud/gobgp/gobgp.conf" \
		--api-hosts=127.0.0.1:50051 --pprof-disable "$@"
	wait_for 20 gobgp_cli global || return
	gobgp_cli global rib add -a ipv4 "$PEER_NET4"
	gobgp_cli global rib add -a ipv6 "$PEER_NET6"
}

peer_start()
{
	gobgpd_start
}

peer_stop()
{
	stop cloud/gobgp/gobgpd "${1:-TERM}"
}

peer_restart()
{
	gobgpd_start --graceful-restart
}

gobgp_cli()
{
	ns cloud gobgp "$@"
}

peer_up()
{
	gobgp_cli neighbor "$(us "$1")" | grep 'BGP state = ESTABLISHED'
}

gobgp_family()
{
	case $1 in
		*:*) echo ipv6 ;;
		*) echo ipv4 ;;
	esac
}

# gobgp_path SESSION PREFIX: its path attributes as JSON
gobgp_path()
{
	gobgp_cli neighbor "$(us "$1")" adj-in -a "$(gobgp_family "$2")" -j |
		jq -en --arg p "$2" 'input | .[$p][0].attrs'
}

peer_has()
{
	gobgp_path "$@" >/dev/null
}

peer_value()
{
	case $3 in
		med) gobgp_path "$1" "$2" | jq '.[] | select(.type == 4) | .metric' ;;
		local_pref)
			gobgp_path "$1" "$2" | jq '.[] | select(.type == 5) | .value' ;;
	esac
}

peer_refresh()
{
	gobgp_cli neighbor "$(us "$1")" softresetin
}

# gobgp_passes_over SESSION: the NOTIFICATION went, and no word of one
gobgp_passes_over()
{
	noticed "$1" out 2 2 && ! grep -F "\"$(us "$1")\"" \
		"$LAB_RUN/cloud/gobgp/gobgpd.log" | grep -i notification
}

# gobgp_asks_not SESSION: a soft reset is worked off without a message
gobgp_asks_not()
{
	peer_refresh "$1" && ! wire "$1" \
		'any(.[]; .dir == "in" and .type == "REFRESH")'
}

peer_shutdown()
{
	gobgp_cli neighbor "$(us "$1")" shutdown --reason "$2"
}

peer_enable()
{
	gobgp_cli neighbor "$(us "$1")" enable
}

peer_says()
{
	grep -F "\"$(us "$1")\"" "$LAB_RUN/cloud/gobgp/gobgpd.log" |
		grep -E -- "${PEER_SAYS[$2]:-$2}"
}
