#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
# beside: another
#
# The plugin in the distribution's own charon, under valgrind: loaded with every
# symbol resolved, reloaded both ways, unloaded. What is missing (a capability,
# the file, a brace) costs one line, and charon goes on.

. "$(dirname "$0")/../lib/all.sh"
LINKS=interface
SITE_START=none
scenario alibaba
lab_begin
case_begin
topology_hosts
topology_links
cygnet_begin interface
dir=$LAB_RUN/site
log=$dir/charon.log
conf=$dir/swanctl/swanctl.conf

# Unresolved symbols show when it is loaded, not when they are called; port 500
# needs a capability that is taken away below
sed -i 's/^charon {$/&\n\tdlopen_use_rtld_now = yes\n\tport = 15500/' \
	"$dir/strongswan.conf"
# a connection that charon loads, beside tunnels over plain links
{
	echo "connections {"
	connection "$SITE_OUTER" "${OUTER[0]}" extra 77 none
	echo "}"
} >>"$conf"

# lines WORDS: how many of charon's lines have them
lines()
{
	grep -c -- "$1" "$log" || true
}

# lines_are N WORDS
lines_are()
{
	echo "$2: $(lines "$2") lines"
	[ "$(lines "$2")" = "$1" ]
}

# charon_as WRAPPER…: starts it anew, within 30 s
charon_as()
{
	rm -f "$dir/cygnet.sock"
	: >"$log"
	VALGRIND="$*" charon_start site "$(cygnet_plugin)"
}

valgrind=$dir/valgrind.log
must holds "charon starts under valgrind" charon_as \
	"$(valgrind_command "$valgrind")"
must becomes 20 "the plugin is loaded" grep -q 'loaded plugins: .*cygnet' "$log"
must becomes 30 "the configuration is taken" lines_are 1 'configuration taken'
becomes 10 "the control socket is there" test -S "$dir/cygnet.sock"
holds "a connection is loaded" swan_load site
holds "SIGHUP" kill -HUP "$(cat "$dir/charon.pid")"
becomes 30 "it reloads the configuration" lines_are 2 'configuration taken'
holds "swanctl --reload-settings" swan site --reload-settings
becomes 30 "it reloads the configuration too" lines_are 3 'configuration taken'
cp "$conf" "$conf.good"
sed -i 's/asn = .*/asn = many/' "$conf"
holds "SIGHUP with a wrong configuration" kill -HUP "$(cat "$dir/charon.pid")"
becomes 30 "it is refused by name" grep -q 'cygnet\.asn' "$log"
equal "and nothing is taken" 3 "$(lines 'configuration taken')"
holds "charon stops" stop site/charon
becomes 20 "valgrind has ended" valgrind_ended "$valgrind"
equal "no finding with a frame of ours" "" \
	"$(valgrind_findings "$valgrind" | head -n 60)"
holds "the control socket is gone" test ! -e "$dir/cygnet.sock"

# a brace is missing, and a secret stands where the parser stumbles
{
	cat "$conf.good"
	echo 'secrets { ike-extra { secret = "not to be seen" hunter2 }'
} >"$conf"
must holds "charon starts with a file that cannot be parsed" charon_as
must becomes 20 "the control socket is there" test -S "$dir/cygnet.sock"
becomes 10 "the log says that it cannot be parsed" grep -q "$conf" "$log"
refuses "a client's reload fails" ctl reload
refuses "and quotes nothing of the file" \
	grep -q hunter2 <(ctl reload 2>&1; ctl status --json 2>&1)
cp "$conf.good" "$conf"
holds "mended, it is taken" ctl reload
holds "charon stops" stop site/charon

rm "$conf"
must holds "charon starts without the file" charon_as
becomes 10 "the log names it" grep -q "$conf: cannot be read" "$log"
holds "charon stops" stop site/charon
cp "$conf.good" "$conf"

must holds "charon starts without two capabilities" charon_as \
	setpriv --bounding-set=-net_bind_service,-net_raw \
	--inh-caps=-net_bind_service,-net_raw
equal "one line for CAP_NET_BIND_SERVICE" 1 \
	"$(lines 'cygnet: no CAP_NET_BIND_SERVICE')"
equal "one line for CAP_NET_RAW" 1 "$(lines 'cygnet: no CAP_NET_RAW')"
becomes 20 "charon serves its connections" swan_load site
holds "charon stops" stop site/charon
case_end
