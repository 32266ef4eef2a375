# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# When things happened, by charon's own log and by the kernel's notices: what a
# case's own processes take, above all in an emulated machine, is not in it.
# Times are in ms of the day.

# said PATTERN [LINES]: when it was last said, after so many lines of the log
said()
{
	sed "1,${2:-0}d" "$LAB_RUN/site/charon.log" | grep -E -- "$1" | tail -n 1 |
		awk -F '[ :.]' '{ print (($1 * 60 + $2) * 60 + $3) * 1000 + $4 }'
}

# log_lines: how many there are now
log_lines()
{
	wc -l <"$LAB_RUN/site/charon.log"
}

# groups_watch: from now on, changes of groups are noted
groups_watch()
{
	spawn groups site ip -ts monitor nexthop
}

# groups_changed SINCE [N]: when groups changed for the Nth time after that, or
# the last time; "" if they did not
groups_changed()
{
	awk -v since="$1" -v n="${2:-0}" '/ group / {
			split($1, t, /[T:.]/)
			ms = ((t[2] * 60 + t[3]) * 60 + t[4]) * 1000 + int(t[5] / 1000)
			if (ms >= since) {
				seen = ms
				if (++count == n)
					exit
			}
		}
		END { if (seen && count >= n) print seen }' "$LAB_RUN/groups.log"
}

# syns_resent: how many SYNs the site's kernel has sent again, as nobody answered
syns_resent()
{
	ns site nstat -asz TcpExtTCPSynRetrans | awk '/SynRetrans/ { print $2 }'
}

# start_took LINES: from charon's start, after so many lines of its log, to the
# last group
start_took()
{
	local from
	from=$(said "spawning [0-9]* worker threads" "$1")
	echo $(($(groups_changed "$from") - from))
}

# timeline WHAT LINES: the same, step by step
timeline()
{
	local from sa up
	from=$(said "spawning [0-9]* worker threads" "$2")
	sa=$(said "tunnel .* is forwarding" "$2")
	up=$(said "neighbor .* is Established" "$2")
	echo "# $1: tunnels $((sa - from)) ms after charon's start, sessions" \
		"$((up - sa)) ms later, routes $(($(groups_changed "$from") - up)) ms later"
}
