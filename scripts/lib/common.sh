# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What every script here needs: progress on the screen, the output of steps
# in a log that is shown when one fails. A script sets PREFIX to its name.

CYGNET_CACHE=${CYGNET_CACHE:-${XDG_CACHE_HOME:-/var/cache}/cygnet}

say()
{
	printf '%s: %s\n' "${PREFIX:-cygnet}" "$*"
}

die()
{
	printf '%s: error: %s\n' "${PREFIX:-cygnet}" "$*" >&2
	exit 1
}

need_root()
{
	[ "$(id -u)" = 0 ] || die "must run as root (sudo $0)"
}

# log_open FILE: where the output of logged steps goes
log_open()
{
	LOG_FILE=$1
	mkdir -p "$(dirname "$LOG_FILE")"
	: >"$LOG_FILE"
}

# logged NAME CMD…: runs a step quietly, shows what it said if it fails
logged()
{
	local name=$1 start rc
	shift
	start=$(wc -c <"$LOG_FILE")
	printf '== %s: %s\n' "$name" "$*" >>"$LOG_FILE"
	# Not "|| rc=$?": that would switch errexit off inside the step
	set +e
	(set -e; "$@") >>"$LOG_FILE" 2>&1 </dev/null 8>&-
	rc=$?
	set -e
	if [ "$rc" != 0 ]
	then
		tail -c +$((start + 1)) "$LOG_FILE" | tail -n 60 >&2
		die "$name failed with status $rc (whole log: $LOG_FILE)"
	fi
}

# native_xfrm: can this kernel do XFRM interfaces and ESP? Found by trying,
# in a namespace that goes away with the attempt.
native_xfrm()
{
	unshare -n sh -c '
		ip link set lo up &&
		ip link add cygprobe type xfrm dev lo if_id 1 &&
		ip xfrm state add src 127.0.0.1 dst 127.0.0.2 proto esp spi 0x1000 \
			mode tunnel reqid 1 if_id 1 aead "rfc4106(gcm(aes))" \
			0x0102030405060708090a0b0c0d0e0f1011121314 128 &&
		ip nexthop add id 1 blackhole' >/dev/null 2>&1
}
