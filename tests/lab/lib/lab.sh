# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The ground of each lab run: namespaces named cyg-*, programs in them, waiting
# with a limit, and the removal of all of it however the run ends. Everything
# else in this folder builds on it.
#
# A run has process ids and names of namespaces of its own: several go side by
# side, and nothing survives the run even if it is killed. Only a demo that is
# to stay on this machine is in the open (LAB_OPEN=yes).
#
# LAB_RUN   folder of this run's configurations, sockets and logs
# LAB_KEEP  "yes": what is there stays when the script ends

LAB_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
LAB_TOOLS=$LAB_TOP/tests/lab/tools
LAB_RUN=${LAB_RUN:-/run/cygnet-lab}
LAB_LOCK=/run/cygnet-lab.lock
LAB_KEEP=no
LAB_OPEN=${LAB_OPEN:-no}

if [ "$LAB_OPEN" = no ] && [ "${LAB_PRIVATE:-}" != "$$" ] && [ "$(id -u)" = 0 ]
then
	# the first process of its own, where $$ is 1
	LAB_PRIVATE=1 exec unshare --mount --pid --fork --kill-child \
		--mount-proc bash "$0" "$@"
fi

# shellcheck source=scripts/lib/common.sh
. "$LAB_TOP/scripts/lib/common.sh"

lab_begin()
{
	need_root
	if [ "$LAB_OPEN" = no ]
	then
		mount -t tmpfs -o mode=755 tmpfs /run
		mkdir -p /run/netns /run/lock
	else
		# the names are the machine's: one at a time
		exec 9>"$LAB_LOCK"
		flock -n 9 || die "another lab run in the open is going on"
	fi
	trap lab_end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
	lab_remove
	mkdir -p "$LAB_RUN"
}

lab_namespaces()
{
	ip netns list | awk '$1 ~ /^cyg-/ { print $1 }'
}

# Ends everything in our namespaces by its id, then the namespaces
lab_remove()
{
	local ns pids signal
	for signal in TERM KILL
	do
		pids=$(for ns in $(lab_namespaces); do ip netns pids "$ns"; done)
		[ -n "$pids" ] || break
		# shellcheck disable=SC2086
		kill -"$signal" $pids 2>/dev/null || true
		for _ in $(seq 30)
		do
			pids=$(for ns in $(lab_namespaces); do ip netns pids "$ns"; done)
			[ -n "$pids" ] || break
			sleep 0.1
		done
	done
	for ns in $(lab_namespaces)
	do
		ip netns del "$ns"
	done
	rm -rf "$LAB_RUN"
}

lab_end()
{
	local rc=$?
	trap '' INT TERM HUP
	trap - EXIT
	if [ "$LAB_KEEP" = yes ]
	then
		: >"$LAB_RUN/kept"
	else
		lab_logs_save
		lab_remove
	fi
	exit "$rc"
}

# Logs outlive the run where LAB_SAVE names a folder
lab_logs_save()
{
	[ -n "${LAB_SAVE:-}" ] || return 0
	mkdir -p "$LAB_SAVE"
	(cd "$LAB_RUN" && find . -name '*.log' -o -name '*.conf' |
		cpio -pdmu --quiet "$LAB_SAVE") 2>/dev/null || true
}

# ns_add NAME…: namespaces as a router wants them
ns_add()
{
	local name
	for name in "$@"
	do
		ip netns add "cyg-$name"
		ns "$name" sysctl -q net.ipv4.ip_forward=1 \
			net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.accept_ra=0 net.ipv4.conf.all.rp_filter=0 \
			net.ipv6.conf.all.keep_addr_on_down=1 \
			net.ipv4.conf.default.rp_filter=0
		ip -n "cyg-$name" link set lo up
	done
}

# ns NAME CMD…: runs CMD in a namespace of ours
ns()
{
	local name=$1
	shift
	ip netns exec "cyg-$name" "$@" 9>&-
}

# veth NS1 DEV1 NS2 DEV2
veth()
{
	ip link add "$2" netns "cyg-$1" type veth peer name "$4" netns "cyg-$3"
	ip -n "cyg-$1" link set "$2" up
	ip -n "cyg-$3" link set "$4" up
}

# addr NS DEV ADDRESS…
addr()
{
	local name=$1 dev=$2 address
	shift 2
	for address in "$@"
	do
		case $address in
			*:*) ip -n "cyg-$name" addr add "$address" dev "$dev" nodad ;;
			*) ip -n "cyg-$name" addr add "$address" dev "$dev" ;;
		esac
	done
}

# spawn NAME NS CMD…: in the background; its id in $LAB_RUN/NAME.pid, its
# output in NAME.log
spawn()
{
	local name=$1 where=$2
	shift 2
	mkdir -p "$(dirname "$LAB_RUN/$name")"
	setsid ip netns exec "cyg-$where" "$@" >>"$LAB_RUN/$name.log" 2>&1 \
		</dev/null 9>&- &
	echo $! >"$LAB_RUN/$name.pid"
	disown $!
}

running()
{
	[ -s "$LAB_RUN/$1.pid" ] && kill -0 "$(cat "$LAB_RUN/$1.pid")" 2>/dev/null
}

gone()
{
	! running "$1"
}

# stop NAME [SIGNAL]: and wait until it is gone
stop()
{
	local name=$1 signal=${2:-TERM}
	running "$name" || return 0
	kill -"$signal" "$(cat "$LAB_RUN/$name.pid")" 2>/dev/null || true
	if ! wait_for 20 gone "$name"
	then
		kill -KILL "$(cat "$LAB_RUN/$name.pid")" 2>/dev/null || true
		return 1
	fi
}

# wait_for SECONDS CMD…: polls until CMD succeeds; false when time is up.
# WAITED is how long it took, in ms.
wait_for()
{
	local limit=$1 start now
	shift
	start=$(now_ms)
	while :
	do
		if "$@" >/dev/null 2>&1
		then
			WAITED=$(($(now_ms) - start))
			return 0
		fi
		now=$(now_ms)
		WAITED=$((now - start))
		[ "$WAITED" -lt $((limit * 1000)) ] || return 1
		sleep 0.1
	done
}

now_ms()
{
	local now=${EPOCHREALTIME/[.,]/}
	echo $((now / 1000))
}
