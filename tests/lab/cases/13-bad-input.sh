#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# A neighbour that does wrong gets the right NOTIFICATION, byte for byte, or the
# verdict of RFC 7606; the last error is shown in words with the offending
# bytes; and the other sessions do not notice, nor what is thrown at the
# gateway's socket. Junk on the control socket gets an error reply.

. "$(dirname "$0")/../lib/all.sh"
LINKS=interface
scenario alibaba
lab_begin
case_begin
topology_hosts
# FRR is the neighbour on the first two tunnels. The bad one has a namespace of
# its own at the end of the third, so that nobody else answers for it.
all=("${TUNNELS[@]}")
bad=${all[2]}
TUNNELS=("${all[@]:0:2}")
topology_links
cloud_frr
TUNNELS=("${all[@]}")
ns_add bad
veth site "$bad" bad "$bad"
addr site "$bad" "${INSIDE4[2]}.2/30" "${INSIDE6[2]}2/126"
addr bad "$bad" "${INSIDE4[2]}.1/30" "${INSIDE6[2]}1/126"

# bad_conf [OPTION…]: options of the bad neighbour's
bad_conf()
{
	local option words=
	for option in "role = customer" "role_strict = yes" "max_prefix = 40" \
		"max_memory = 1" "$@"
	do
		words="$words\\n\\t\\t\\t\\t\\t\\t$option"
	done
	cygnet_conf interface
	sed -i "/$bad {/,/}/s/remote_as = .*/&$words/" \
		"$LAB_RUN/site/swanctl/swanctl.conf"
}

# badpeer WHAT [ARGUMENT…]
badpeer()
{
	"$LAB_TOOLS/badpeer.py" cyg-bad "${INSIDE4[2]}.1" "${INSIDE4[2]}.2" \
		"$CLOUD_AS" "$bad" "$LAB_RUN/site/cygnet.sock" "$CYGNETCTL" "$@"
}

# rows WHAT: a check for each line that badpeer prints
rows()
{
	local name expected seen count=0
	while IFS=$'\t' read -r name expected seen
	do
		equal "$name" "$expected" "$seen"
		count=$((count + 1))
	done < <(badpeer "$1" 2>&1)
	[ "$count" -gt 0 ] || case_bad "$1" "some rows" "none"
}

# the good ones, as they see it themselves
epochs()
{
	vty cloud "show bgp neighbors json" |
		jq -c '[.[] | [.bgpState, .connectionsEstablished, .connectionsDropped]]'
}

# ended WHAT CODE-AND-DATA CMD…: what a session of the bad neighbour's gets when
# CMD is done; MORE: capabilities that it has
ended()
{
	local what=$1 wanted=$2 file=$LAB_RUN/sit.out
	shift 2
	: >"$file"
	badpeer sit ${MORE:+"$MORE"} >"$file" 2>&1 &
	wait_for 30 grep -q . "$file"
	"$@" >/dev/null 2>&1
	wait $!
	equal "$what" "up ffffffffffffffffffffffffffffffff$wanted" \
		"$(xargs <"$file")"
}

# reload OPTION: the bad neighbour's configuration is another
reload()
{
	bad_conf "$1"
	ctl reload
}

reload_without()
{
	TUNNELS=("${all[@]:0:2}")
	cygnet_conf interface
	ctl reload
	TUNNELS=("${all[@]}")
}

# turns JQ: over the histogram of the loop's turns
turns()
{
	ctl_json status ".loop.turns | $1"
}

# quick WHAT CMD…: meanwhile less than one turn of a hundred is over 20 ms, and
# the good sessions go on
quick()
{
	local what=$1 slow='."<50ms" + ."<100ms" + .">=100ms"' n0 s0 n1 s1 seen
	shift
	n0=$(turns 'add')
	s0=$(turns "$slow")
	seen=$("$@" 2>&1)
	n1=$(($(turns 'add') - n0))
	s1=$(($(turns "$slow") - s0))
	if [ "$n1" -gt 0 ] && [ $((s1 * 100)) -le "$n1" ]
	then
		case_ok "$what: turns stay short ($s1 of $n1 over 20 ms; $seen)"
	else
		case_bad "$what: turns stay short" "at most 1 % over 20 ms" \
			"$s1 of $n1; $(turns .)"
	fi
	equal "$what: the good sessions did not notice" "$before" "$(epochs)"
}

ROOT_EXTRA="graceful_restart_notification = yes"
cygnet_begin interface
bad_conf
must holds "charon starts with Cygnet" cygnet_start
must becomes 30 "the two good sessions are up" frr_sessions_are cloud 2
before=$(epochs)

rows notifications
rows collisions
# graceful restart with the N bit, on both sides (RFC 8538)
MORE="40 06 4078 0001 01 80"
ended "6/9 Hard Reset" 001f03060906040773656520796f75 ctl neighbor "$bad" reset "see you"
MORE=
rows refusal
equal "the good sessions did not notice" "$before" "$(epochs)"
rows verdicts
equal "the good sessions did not notice these" "$before" "$(epochs)"
equal "nothing of the bad neighbour's is left in the kernel" "" \
	"$(ways site 10.99.0.0/24)$(ways site 2001:db8:63::/48)"

# far_packets: what the kernel dropped as its TTL was too low
far_packets()
{
	ns site nstat -asz TcpExtTCPMinTTLDrop | awk '/MinTTL/ { print $2 }'
}

reload "ttl_security = 1" >/dev/null
far=$(far_packets)
rows gtsm
holds "the kernel dropped what came from afar" [ "$(far_packets)" -gt "$far" ]
reload "max_prefix_warn = 80" >/dev/null

ended "6/6 another hold time" 0015030606 reload "keepalive = 2"
ended "6/3 taken out of the configuration" 0015030603 reload_without
reload "max_prefix_warn = 90" >/dev/null

quick "octet by octet" badpeer loris 3
quick "1,000 connections a second" badpeer flood 3
quick "megabytes of garbage" badpeer garbage 3000000
ended "then it is served as if nothing had been" 0015030604 \
	ctl neighbor "$bad" reset

holds "junk on the control socket is refused" \
	"$LAB_TOOLS/junk.py" "$LAB_RUN/site/cygnet.sock"
holds "the control socket goes on answering" ctl status
equal "the good sessions did not notice that" "$before" "$(epochs)"
case_end
