# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A real systemd as process 1 of the site, with the units that Cygnet installs,
# charon's own and the few targets that these stand between.

# unit_install FILE [TARGET]: of the distribution, or of ours; enabled there
unit_install()
{
	local name
	name=$(basename "$1")
	cp "$1" "$LAB_RUN/units/$name"
	[ -z "${2:-}" ] || unit_enable "$name" "$2"
}

unit_enable()
{
	mkdir -p "$LAB_RUN/units/$2.target.wants"
	ln -s "../$1" "$LAB_RUN/units/$2.target.wants/"
}

# unit_more NAME LINE…: a drop-in of [Service]
unit_more()
{
	mkdir -p "$LAB_RUN/units/$1.d"
	local name=$1
	shift
	printf '%s\n' "[Service]" "$@" >"$LAB_RUN/units/$name.d/lab.conf"
}

units_targets()
{
	local target
	mkdir -p "$LAB_RUN/units"
	for target in sysinit basic sockets local-fs network-pre network shutdown \
		umount multi-user
	do
		unit_install "/lib/systemd/system/$target.target"
	done
}

# all of the machine's cgroups of version 2. Not below $LAB_RUN, which is removed
# with all that is in it
SYSTEMD_CGROUPS=/run/cygnet-cgroup

systemd_cgroup()
{
	echo "$SYSTEMD_CGROUPS/cygnet-lab.$(stat -Lc %i /proc/self/ns/mnt)"
}

# systemd_boot: true when all is started
systemd_boot()
{
	local group
	group=$(systemd_cgroup)
	mkdir -p "$SYSTEMD_CGROUPS" "$LAB_RUN/site/state"
	mountpoint -q "$SYSTEMD_CGROUPS" ||
		mount -t cgroup2 cgroup2 "$SYSTEMD_CGROUPS" || return 1
	mkdir -p "$group"
	spawn site/systemd site "$LAB_TOP/tests/lab/lib/systemd-boot" \
		"$group" "$LAB_RUN/units" "$LAB_RUN/site/state" \
		"$LAB_RUN/site/plugins"
	wait_for 60 systemd_settled && systemctl_in is-system-running
}

# systemd_settled: it has started what it can
systemd_settled()
{
	systemctl_in is-system-running | grep -qx 'running\|degraded'
}

# systemd_pid: its id here
systemd_pid()
{
	local pid
	while read -r pid
	do
		if grep -q '^NSpid:.*[[:space:]]1$' "/proc/$pid/status"
		then
			echo "$pid"
			return 0
		fi
	done 2>/dev/null <"$(systemd_cgroup)/init.scope/cgroup.procs"
	return 1
}

# systemctl_in ARG…
systemctl_in()
{
	nsenter -t "$(systemd_pid)" -a env SYSTEMD_UNIT_PATH="$LAB_RUN/units" \
		SYSTEMD_PAGER= systemctl "$@"
}

systemd_empty()
{
	! grep -rq . "$(systemd_cgroup)" --include=cgroup.procs
}

# systemd_kill: the power goes
systemd_kill()
{
	local folder
	kill -KILL "$(systemd_pid)" 2>/dev/null
	wait_for 20 gone site/systemd
	wait_for 5 systemd_empty
	find "$(systemd_cgroup)" -depth -type d | while read -r folder
	do
		rmdir "$folder"
	done
}
