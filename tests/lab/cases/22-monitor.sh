#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# Monitoring: a real Prometheus scrapes what cygnet-metrics.socket starts, loads
# the rules, and has data for each query of the dashboard; check-health's exit
# codes. Access: who may look, and who may change; a thousand bad clients keep
# nobody waiting; no secret is in anything that is said.

. "$(dirname "$0")/../lib/all.sh"
PORT=9713
SECRETS=(psk-never-shown md5-never-shown bfd-never-shown)
PLUGIN_EXTRA="socket_group = daemon
			admin_group = adm"
ROOT_EXTRA="neighbors {
		silent {
			address = 192.0.2.99
			remote_as = 64999
			multihop = 5
			password = ${SECRETS[1]}
		}
	}"

# with secrets of each sort, and a tunnel whose link is not there
secret_section()
{
	cygnet_section "$1" | sed '/^			tunnels {/a\
				absent {\
					interface = no-such-link\
					address = 169.254.99.2/30\
					bfd = yes\
					bfd_address = 169.254.99.1\
					bfd_auth = keyed-sha1\
					bfd_password = '"${SECRETS[2]}"'\
				}'
	printf 'secrets {\n\tike-none {\n\t\tid-1 = none\n\t\tsecret = %s\n\t}\n}\n' \
		"${SECRETS[0]}"
}
CYGNET_SECTION=secret_section
CHARON_EXTRA="plugins { cygnet { log_level = debug } }"
scenario alibaba
for i in "${!TUNNELS[@]}"
do
	tunnel_extra "$i" "					probe = ${INSIDE4[$i]}.1
					probe_interval = 100"
done
native_begin alibaba frr
must holds "charon starts with Cygnet" cygnet_start

# metric NAME-AND-LABELS: its value
metric()
{
	ctl metrics | awk -v name="$1" '$1 == name { print $2 }'
}

share=$(find "$CYGNET_STAGE" -name monitoring -type d)
must holds "rules and dashboard are installed" \
	test -s "$share/cygnet-dashboard.json"
holds "promtool has nothing against the rules" \
	promtool check rules "$share/cygnet-alerts.yml"

# the socket, as systemd holds it, and Prometheus, as the example has it
spawn site/metrics site systemd-socket-activate --accept --inetd \
	--listen "127.0.0.1:$PORT" --setenv "CYGNET_SOCKET=$LAB_RUN/site/cygnet.sock" \
	"$CYGNETCTL" metrics --http
mkdir -p "$LAB_RUN/prometheus"
cp "$share"/*.yml "$LAB_RUN/prometheus"
unit=$(find "$CYGNET_STAGE" -name cygnet-metrics.socket)
equal "the example scrapes where the unit listens" \
	"ListenStream=127.0.0.1:$PORT 1" \
	"$(grep ^Listen "$unit") $(
		grep -c "127.0.0.1:$PORT" "$share/prometheus.yml")"
# units_words: what systemd has to say about both, with what they start in place
units_words()
{
	local dir=$LAB_RUN/units
	rm -rf "$dir"
	mkdir "$dir"
	cp "$(dirname "$unit")"/cygnet-metrics* "$dir"
	sed -i "s|^ExecStart=-[^ ]*|ExecStart=-$CYGNETCTL|" "$dir"/*.service
	[ $# = 0 ] || sed -i "$1" "$dir"/*
	SYSTEMD_UNIT_PATH=$dir: systemd-analyze verify --man=no \
		"$dir/cygnet-metrics.socket" "$dir/cygnet-metrics@.service" 2>&1
}
equal "systemd has nothing against the units" "" "$(units_words)"
refuses "it would have" [ -z "$(units_words s/^TasksMax/Task/)" ]
sed -i 's/scrape_interval: 15s/scrape_interval: 500ms/
	/^rule_files/i global:\n  evaluation_interval: 500ms' \
	"$LAB_RUN/prometheus/prometheus.yml"
holds "promtool has nothing against the example" \
	promtool check config "$LAB_RUN/prometheus/prometheus.yml"
spawn prometheus/prometheus site prometheus \
	--config.file="$LAB_RUN/prometheus/prometheus.yml" \
	--storage.tsdb.path="$LAB_RUN/prometheus/data" \
	--web.listen-address=127.0.0.1:9090
all_up
becomes 10 "its probes are answered" eval \
	'ctl_json tunnels "[.[] | select(.probe.rtt)] | length" | grep -x 3'

holds "the reference parser takes it as OpenMetrics" /usr/bin/python3 -c '
import sys
from prometheus_client.openmetrics import parser
assert len(list(parser.text_string_to_metric_families(sys.stdin.read()))) > 50
' < <(ctl metrics)
holds "promtool has nothing against the older format" \
	promtool check metrics < <(ctl metrics --text)
equal "a tunnel that is there" 1 \
	"$(metric "cygnet_tunnel_forwarding{bundle=\"$BUNDLE\",tunnel=\"${TUNNELS[0]}\"}")"
equal "one that is not, is told of as 0" 0 \
	"$(metric "cygnet_tunnel_forwarding{bundle=\"$BUNDLE\",tunnel=\"absent\"}")"
holds "a session that is none" grep -q 'neighbor_up{neighbor="silent",tunnel=""} 0' \
	<(ctl metrics)
# bytes are the kernel's own, of a tenth of a second ago at most
kernel_bytes()
{
	ip -n cyg-site -s -j link show dev "${TUNNELS[0]}" | jq '.[0].stats64.tx.bytes'
}
least=$(kernel_bytes)
kernel_said()
{
	local seen
	seen=$(metric "cygnet_tunnel_transmit_bytes_total{bundle=\"$BUNDLE\",tunnel=\"${TUNNELS[0]}\"}")
	echo "$seen, from $least on"
	[ "$seen" -ge "$least" ] && [ "$seen" -le "$(kernel_bytes)" ]
}
becomes 3 "its bytes are the kernel's" kernel_said

panels()
{
	ns site /usr/bin/python3 "$LAB_TOOLS/panels.py" "$share/cygnet-dashboard.json" \
		http://127.0.0.1:9090 10s
}
becomes 15 "each query of the dashboard has data" panels

# value QUERY: one sample
value()
{
	ns site promtool query instant http://127.0.0.1:9090 "$1" |
		sed -n 's/.* => \([^ ]*\) .*/\1/p'
}

# alert_is STATE NAME
alert_is()
{
	[ "$(value "count(ALERTS{alertname=\"$2\",alertstate=\"$1\"})")" = 1 ]
}
equal "it was scraped, by OpenMetrics" 1 "$(value 'up{job="cygnet"}')"
equal "a tunnel of the four is pending as an alert" 1 \
	"$(value 'count(ALERTS{alertname="CygnetTunnelDown"})')"
holds "HTTP as nobody should speak it" ns site /usr/bin/python3 \
	"$LAB_TOOLS/scrapes.py" "$PORT"

# health WORD: `check-health` says so, and its code with it
health()
{
	local codes=(OK WARNING CRITICAL UNKNOWN) line code
	line=$(ctl check-health)
	code=$?
	echo "$code: $line"
	[[ $line = "CYGNET $1 - "*" | "* ]] && [ "${codes[$code]}" = "$1" ]
}
holds "a tunnel and a session are missing: a warning" health WARNING
BUNDLE_EXTRA="min_links = 4"
cygnet_conf interface
holds "reload with min_links = 4" ctl reload
becomes 3 "three of four are too few: critical" health CRITICAL
becomes 10 "Prometheus sees it" alert_is pending CygnetBundleDown
BUNDLE_EXTRA=
cygnet_conf interface
holds "reload without" ctl reload
equal "nobody answers: unknown" "3 CYGNET UNKNOWN" \
	"$("$CYGNETCTL" -s /nowhere check-health >"$LAB_RUN/out"; echo "$? $(
		cut -d' ' -f1,2 "$LAB_RUN/out")")"
equal "JSON is asked for in vain: unknown" "3 CYGNET UNKNOWN" \
	"$(ctl check-health --json >"$LAB_RUN/out"; echo "$? $(
		cut -d' ' -f1,2 "$LAB_RUN/out")")"
CYGNET_SECTION=cygnet_section ROOT_EXTRA=
cygnet_conf interface
holds "reload without what is missing" ctl reload
becomes 3 "all is well" health OK
CYGNET_SECTION=secret_section
ROOT_EXTRA="neighbors {
		silent {
			address = 192.0.2.99
			remote_as = 64999
			password = ${SECRETS[1]}
		}
	}"
cygnet_conf interface
holds "reload with it" ctl reload

# nobody may not read where this was built
install -m 755 -t "$LAB_RUN" "$CYGNETCTL" "$LAB_TOOLS/crowd.py"

# histories, and who watches: a tunnel goes and comes, charon is killed. Whether
# the probe or the link's carrier tells first is chance: dead, then down, or down
spawn watch/watch site sh -c 'exec "$@" 2>"$0"' "$LAB_RUN/watch/words" \
	"$CYGNETCTL" -s "$LAB_RUN/site/cygnet.sock" --json watch --since=1
ip -n cyg-cloud link set "${TUNNELS[0]}" down
seen_down()
{
	ctl history "${TUNNELS[0]}" | tail -n 3 |
		grep -E "tunnel .*: (forwarding|dead) to down: "
}
becomes 5 "its history has the loss, and why" seen_down
ip -n cyg-cloud link set "${TUNNELS[0]}" up
becomes 10 "its session is back, too" eval \
	'ctl history "${TUNNELS[0]}" | grep -c "to Established" | grep -x 2'
becomes 5 "who watches was told in order" eval \
	'jq -r "select(.name == \"${TUNNELS[0]}\" and .kind == \"tunnel\").to" \
	"$LAB_RUN/watch/watch.log" | xargs | grep -E "down (dead )?forwarding$"'
last=$(jq -s '.[-1].seq' "$LAB_RUN/watch/watch.log")
becomes 10 "it is kept in a file" \
	grep -q "^$last	" "$LAB_RUN/site/state/history"
history_before=$(ctl history "${TUNNELS[0]}" | grep tunnel)
stop site/charon KILL
holds "charon is killed, and starts" cygnet_start
becomes 10 "all is as before" tunnels_forwarding 3
equal "it knows what was before" "$history_before" \
	"$(ctl history "${TUNNELS[0]}" | grep tunnel | head -n "$(wc -l <<<"$history_before")")"
holds "numbers go on" [ \
	"$(ctl --json history "${TUNNELS[0]}" | jq '.[-1].seq')" -gt "$last" ]
becomes 20 "sessions are back" sessions_are 3
becomes 5 "who watches went on, and knows that some may be missing" eval \
	'jq -s -e --argjson last "$last" "map(select(.seq > \$last)) |
		any(has(\"lost\")) and any(.to == \"forwarding\")" "$LAB_RUN/watch/watch.log"'

equal "top, plain: a line a tunnel and two of head, without escapes" "6 0" \
	"$(ctl top --once | awk '/\033/ { n++ } END { print NR, n + 0 }')"
# bsdutils' own terminal; a key ends it
top_ends()
{
	{ sleep 1.3; printf q; sleep 5; } | ns site timeout 4 script -qec \
		"$CYGNETCTL -s $LAB_RUN/site/cygnet.sock top" /dev/null \
		>"$LAB_RUN/top" && grep -q "${TUNNELS[2]} .*forwarding" "$LAB_RUN/top"
}
holds "top on a terminal, until q" top_ends

# fits SCHEMA WORD…: what cygnetctl says is as the schema has it
fits()
{
	local name=$1
	shift
	ctl --json "$@" | "$LAB_TOP/tests/scripts/schema" "$name"
}
for command in status tunnels neighbors routes metrics "tunnel ${TUNNELS[0]}" \
	"tunnel absent" "neighbor silent" "neighbor ${TUNNELS[0]}" \
	"history ${TUNNELS[0]}"
do
	# shellcheck disable=SC2086
	holds "$command is as its schema says" fits ${command%% *} $command
done
holds "a route is" fits route routes 10.0.0.0/24
holds "what a reload would do is" fits diff diff
holds "the log is" eval \
	'ctl --json log -n 1000 | jq -s . | "$LAB_TOP/tests/scripts/schema" log'
holds "events are" eval \
	'jq -s . "$LAB_RUN/watch/watch.log" | "$LAB_TOP/tests/scripts/schema" watch'
holds "what was received is" fits received neighbor "${TUNNELS[0]}" received
holds "what is advertised is" fits advertised neighbor "${TUNNELS[0]}" advertised

# as GROUPS CMD…: nobody in these groups
as()
{
	local groups=$1
	shift
	setpriv --reuid 65534 --regid "${groups%%,*}" --groups "$groups" "$@" 9>&-
}
equal "the socket is its group's" "660 root daemon" \
	"$(stat -c '%a %U %G' "$LAB_RUN/site/cygnet.sock")"
holds "who is in no group gets nothing" grep -q "permission denied" \
	<(as nogroup "$LAB_RUN/cygnetctl" -s "$LAB_RUN/site/cygnet.sock" status 2>&1)
holds "its group may look" \
	as daemon "$LAB_RUN/cygnetctl" -s "$LAB_RUN/site/cygnet.sock" status
holds "and may not change" grep -q "admin_group may change" \
	<(as daemon "$LAB_RUN/cygnetctl" -s "$LAB_RUN/site/cygnet.sock" drain absent 2>&1)
holds "who is of the admins, too, may" \
	as daemon,adm "$LAB_RUN/cygnetctl" -s "$LAB_RUN/site/cygnet.sock" drain absent
holds "the admins without it do not reach it" grep -q "permission denied" \
	<(as adm "$LAB_RUN/cygnetctl" -s "$LAB_RUN/site/cygnet.sock" undrain absent 2>&1)

# sessions, and how often they came and went, as the cloud sees them
epochs()
{
	vty cloud "show bgp neighbors json" |
		jq -c '[.[] | [.bgpState, .connectionsDropped]]'
}
before=$(epochs)
mkfifo "$LAB_RUN/crowd.in"
as daemon /usr/bin/python3 "$LAB_RUN/crowd.py" "$LAB_RUN/site/cygnet.sock" \
	<"$LAB_RUN/crowd.in" >"$LAB_RUN/crowd.log" 2>&1 &
exec 7>"$LAB_RUN/crowd.in"
must becomes 10 "a thousand bad clients are there" \
	grep -x there "$LAB_RUN/crowd.log"
answered=0
for _ in 1 2 3 4 5 6 7 8 9 10
do
	timeout 2 "$CYGNETCTL" -s "$LAB_RUN/site/cygnet.sock" tunnels \
		>/dev/null 2>&1 7>&- 9>&- && answered=$((answered + 1))
done
equal "root is answered all the while" 10 "$answered"
equal "no session and no tunnel was lost" "$before 3" \
	"$(epochs) $(ctl_json tunnels '[.[] | select(.forwarding)] | length')"
exec 7>&-
wait
becomes 5 "they leave, and others may look again" \
	as daemon "$LAB_RUN/cygnetctl" -s "$LAB_RUN/site/cygnet.sock" status

# everything that can be said, refused configurations with a secret in them too
sed -i "s/password = ${SECRETS[1]}/&$(printf -- '-long%.0s' {1..40})/" \
	"$LAB_RUN/site/swanctl/swanctl.conf"
{
	ctl reload
	SWANCTL_DIR=$LAB_RUN/site/swanctl ctl check
	SWANCTL_DIR=$LAB_RUN/site/swanctl ctl --json check
	cygnet_conf interface
	ctl reload test
	ctl reload
	for format in --text --json
	do
		for command in status tunnels neighbors metrics routes "policy list" \
			"tunnel absent" "neighbor silent" "history ${TUNNELS[0]}" check-health diff
		do
			# shellcheck disable=SC2086
			ctl ${format/#--text/-s$LAB_RUN/site/cygnet.sock} $command
		done
	done
	ns site nft list table inet cygnet
	cat "$LAB_RUN/site/charon.log" "$LAB_RUN/site/metrics.log" \
		"$LAB_RUN/watch/watch.log"
	find "$LAB_RUN/site/state" -type f -exec cat {} +
} >"$LAB_RUN/said" 2>&1
holds "much was said" [ "$(wc -c <"$LAB_RUN/said")" -gt 50000 ]
for secret in "${SECRETS[@]}"
do
	holds "$secret is configured" grep -qF -- "$secret" \
		"$LAB_RUN/site/swanctl/swanctl.conf"
	refuses "and in nothing that was said" grep -F -- "$secret" "$LAB_RUN/said"
done
case_end
