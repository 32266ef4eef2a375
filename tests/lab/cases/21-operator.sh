#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
# beside: another
#
# What an operator asks of and does to sessions by cygnetctl, against FRR:
# policies, the routes of a session before and after them, why a path is chosen,
# refresh, reset, shutdown, start. Then what NOTIFICATIONs cost when both know
# RFC 8538, and that why a session ended is told while nobody answers.

. "$(dirname "$0")/../lib/all.sh"

BUNDLE_EXTRA="import = cloud-in"
ROOT_EXTRA="graceful_restart_notification = yes
	policies {
		cloud-in {
			not-wanted {
				match { prefixes = 10.0.1.0/24 }
				verdict = reject
			}
			preferred {
				set { local_pref = 150 }
				verdict = accept
			}
		}
	}"
native_begin alibaba frr
vty cloud "configure terminal" "router bgp $CLOUD_AS" "bgp graceful-restart" \
	"bgp graceful-restart preserve-fw-state" \
	"bgp graceful-restart restart-time 60" \
	"bgp graceful-restart notification" >/dev/null
must holds "charon starts with Cygnet" cygnet_start
must becomes 30 "the cloud sees 3 sessions" frr_sessions_are cloud 3
must becomes 10 "what the policy takes has 3 ways" \
	ways_are 10.0.0.0/24 "$(links_but)"
one=${TUNNELS[0]}

# says WORDS COMMAND…: cygnetctl COMMAND has the words somewhere
says()
{
	local words=$1
	shift
	ctl "$@" | grep -F -- "$words"
}

# is NAME JQ
is()
{
	ctl neighbor "$1" --json | jq -e "$2" >/dev/null
}

# who watches one of three; the checks of it are behind the deeds
spawn watch/one site "$CYGNETCTL" -s "$LAB_RUN/site/cygnet.sock" --json watch "$one"
spawn watch/log site "$CYGNETCTL" -s "$LAB_RUN/site/cygnet.sock" --json log \
	--follow -n 0 --level=notice "$one"

# policies
holds "policy list: who uses it" says "cloud-in        2         ${TUNNELS[*]}" \
	policy list
holds "policy show: its rules" says "prefixes = 10.0.1.0/24" policy show cloud-in
holds "policy test: what was announced is rejected" says \
	"10.0.1.0/24: rejected by policy cloud-in, rule not-wanted" \
	policy test cloud-in 10.0.1.0/24 --neighbor="$one"
holds "policy test: what was announced is changed" says \
	"local_pref: none -> 150" \
	policy test cloud-in 10.0.0.0/24 --neighbor="$one"
refuses "policy test: no such policy" ctl policy test cloud-out 10.0.0.0/24

# the routes of a session
holds "received: what policy took away is shown with its rule" \
	says "rejected by not-wanted" neighbor "$one" received 10.0.0.0/8 --longer
holds "received: what it changed, too" \
	says "changed by preferred" neighbor "$one" received 10.0.0.0/8 --longer
equal "accepted: only what it left" 10.0.0.0/24 \
	"$(ctl neighbor "$one" accepted 10.0.0.0/8 --longer --json |
		jq -r '.. | objects | .prefix? // empty')"
equal "accepted: with the LOCAL_PREF of the policy" 150 \
	"$(ctl neighbor "$one" accepted 10.0.0.0/24 --json |
		jq -r '[.. | objects | .local_pref? // empty] | unique[]')"
holds "advertised: the site's network" \
	says "next hop ${INSIDE4[0]}.2, AS path $SITE_AS" \
	neighbor "$one" advertised "$(nets 4 "${SITE_NETS[@]}" | head -n 1)"
holds "routes: three ways, told apart by nothing that counts" \
	says "equal, behind the best by" routes 10.0.0.0/24
holds "routes: which rule took it away" says "not-wanted" routes 10.0.1.0/24

# deeds
epoch()
{
	vty cloud "show bgp neighbors ${INSIDE4[0]}.2 json" |
		jq -c '.[] | [.bgpState, .connectionsEstablished]'
}

refreshes()
{
	vty cloud "show bgp neighbors ${INSIDE4[0]}.2 json" |
		jq '.[] | .messageStats.routeRefreshRecv'
}

asked()
{
	[ "$(refreshes)" -gt "$before" ]
}
before=$(refreshes)
holds "refresh" ctl neighbor "$one" refresh
becomes 5 "FRR was asked" asked
equal "the session stands" '["Established",1]' "$(epoch)"
holds "reset with words" ctl neighbor "$one" reset new cables

# the last NOTIFICATION as FRR has it: not the words within a Hard Reset
frr_saw()
{
	vty cloud "show bgp neighbors ${INSIDE4[0]}.2" | grep -F -- "$1"
}
becomes 5 "FRR read the Hard Reset before the new connection (RFC 8538)" \
	frr_saw "Hard Reset"
again()
{
	[ "$(epoch)" = "[\"Established\",$1]" ]
}
becomes 20 "it is up again" again 2
holds "and tells why it was not" \
	says 'sent Cease/Hard Reset (6/9): ' neighbor "$one"
holds "shutdown with words" ctl neighbor "$one" shutdown moving house
becomes 5 "FRR saw that, too" frr_saw "Cease/Administrative Shutdown"
becomes 5 "its way leaves" ways_are 10.0.0.0/24 "$(links_but 0)"
stays 3 "it stays so" is "$one" '.held.shutdown and .held.text == "moving house"'
holds "start" ctl neighbor "$one" start
becomes 20 "three ways again" ways_are 10.0.0.0/24 "$(links_but)"

# what the two have heard of that
watched()
{
	jq -r 'select(.kind == "neighbor").to' "$LAB_RUN/watch/one.log" | xargs |
		grep -x "Idle Established Idle Established"
}
becomes 5 "watch: the session goes and comes, twice" watched
equal "watch: nobody else's" "$one" \
	"$(jq -r .name "$LAB_RUN/watch/one.log" | sort -u)"
holds "log: the words of the shutdown" says "moving house" log "$one"
becomes 5 "log --follow: the same lines" eval \
	'grep "moving house" "$LAB_RUN/watch/log.log" &&
	cmp <(ctl --json log -n 1000 --level=notice "$one" |
		jq -r .line | grep -A 1000 "moving house") \
	<(jq -r .line "$LAB_RUN/watch/log.log" | grep -A 1000 "moving house")'
equal "log: notices, and what is more urgent" "notice false" \
	"$(ctl --json log -n 1000 --level=notice | jq -rs 'map(.level) |
		"\(max_by({error: 1, warn: 2, notice: 3}[.] // 4)) \(any(. == "info"))"')"
refuses "watch: a name that nobody has" ctl watch nobody
refuses "log: a level that there is not" ctl log --level=loud

# configurations: what a reload would do, one that is not confirmed, one that is
holds "diff: nothing" says "nothing would change" diff
cp "$LAB_RUN/site/swanctl/swanctl.conf" "$LAB_RUN/before.conf"
ROOT_EXTRA=${ROOT_EXTRA/local_pref = 150/local_pref = 170}
cygnet_conf interface
differs()
{
	ctl diff
	[ $? = 1 ]
}
holds "diff: its exit status" differs
holds "diff: the option" says "local_pref: 150 -> 170" diff
holds "diff: what comes of it" says "import policy runs anew" diff
equal "diff: of another file, nothing" "nothing would change" \
	"$(ctl diff "$LAB_RUN/before.conf" | grep -v ^warning)"

# preferred N: the LOCAL_PREF that its routes have
preferred()
{
	ctl neighbor "$one" accepted 10.0.0.0/24 --json |
		jq -e --argjson n "$1" '[.. | objects | .local_pref? // empty] |
			unique == [$n]' >/dev/null
}
epochs_before=$(epoch)
holds "reload, to be confirmed" says "comes back" reload --confirm=60
holds "status has it" says "a reload is to be confirmed" status
becomes 5 "it is in force" preferred 170
holds "rollback" ctl rollback
becomes 5 "it is not any more" preferred 150
holds "status says so" says "the last reload was undone" status
holds "reload, to be confirmed at once" ctl reload --confirm=1
becomes 15 "nobody did" says "not confirmed in time" history configuration
becomes 5 "it is gone back from" preferred 150
holds "reload, to be confirmed, again" ctl reload --confirm=60
holds "confirm" says "it stays" confirm
refuses "there is nothing more to confirm" ctl confirm
becomes 5 "what was confirmed is in force" preferred 170
holds "reload" ctl reload
equal "no session was touched" "$epochs_before" "$(epoch)"

# NOTIFICATIONs that both survive, and one that is not to be survived
for name in "${TUNNELS[@]}"
do
	becomes 5 "$name: both know RFC 8538" \
		is "$name" '.capabilities.notification_restart'
done

touched()
{
	grep group "$LAB_RUN/monitor.log"
}

# cleared CONFIG WORDS: FRR resets all sessions
cleared()
{
	spawn monitor site ip -o monitor nexthop
	vty cloud "configure terminal" "router bgp $CLOUD_AS" "$1" >/dev/null
	vty cloud "clear bgp *" >/dev/null
	becomes 5 "$2: it is told" says "$2" neighbor "$one"
	becomes 30 "$2: the cloud sees 3 sessions" frr_sessions_are cloud 3
	becomes 20 "$2: three ways" ways_are 10.0.0.0/24 "$(links_but)"
	stop monitor
}
cleared "no bgp hard-administrative-reset" \
	"received Cease/Administrative Reset (6/4)"
refuses "the kernel noticed nothing" touched
cleared "bgp hard-administrative-reset" \
	"received Cease/Hard Reset (6/9): Cease/Administrative Reset (6/4)"
holds "the kernel's groups had to do without meanwhile" touched

# the other side takes its leave, and closes whatever is dialled after it
vty cloud "configure terminal" "router bgp $CLOUD_AS" \
	"neighbor ${INSIDE4[0]}.2 shutdown message gone fishing" >/dev/null
becomes 20 "why there is no connection" is "$one" ".connect_error"
becomes 20 "and beside it, why the session ended" \
	says 'Cease/Administrative Shutdown (6/2): "gone fishing"' neighbor "$one"
case_end
