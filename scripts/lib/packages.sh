# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Installs Debian packages without starting or enabling any service.

POLICY=/usr/sbin/policy-rc.d

# packages_missing NAME…: those that are not installed, one a line
packages_missing()
{
	local name
	for name in "$@"
	do
		dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null |
			grep -x installed >/dev/null || printf '%s\n' "$name"
	done
}

# While a policy-rc.d says 101, maintainer scripts start nothing. The
# machine's own one, if any, comes back afterwards.
policy_deny()
{
	if [ -e "$POLICY.cygnet-saved" ] || [ -L "$POLICY.cygnet-saved" ]
	then
		# left by a run that was killed: what stands there now is ours
		rm -f "$POLICY"
	elif [ -e "$POLICY" ] || [ -L "$POLICY" ]
	then
		mv "$POLICY" "$POLICY.cygnet-saved"
	fi
	printf '#!/bin/sh\nexit 101\n' >"$POLICY"
	chmod 755 "$POLICY"
	trap policy_restore EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

policy_restore()
{
	rm -f "$POLICY"
	if [ -e "$POLICY.cygnet-saved" ] || [ -L "$POLICY.cygnet-saved" ]
	then
		mv "$POLICY.cygnet-saved" "$POLICY"
	fi
	trap - EXIT INT TERM
}

apt_get()
{
	DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
		-o Acquire::Retries=3 --no-install-recommends "$@"
}

# The lists may be absent or older than what the mirror still holds
packages_get()
{
	apt_get install "$@" && return
	echo "trying again after apt-get update"
	apt_get update && apt_get install "$@"
}

installed_list()
{
	dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n' |
		awk '$2 == "installed" { print $1 }' | sort
}

# Maintainer scripts enable units for the next boot: undo that for the units
# that came in just now.
units_disable()
{
	local package unit
	command -v systemctl >/dev/null || return 0
	for package in "$@"
	do
		dpkg -L "$package" | sed -n \
			's,^\(/usr\)\?/lib/systemd/system/\([^/]*\.\(service\|socket\|timer\)\)$,\2,p' |
		while read -r unit
		do
			if [ "$(systemctl is-enabled "$unit" 2>/dev/null)" = enabled ]
			then
				echo "disabling $unit"
				systemctl disable "$unit" || true
			fi
		done
	done
}

# packages_install WHAT-FOR NAME…
packages_install()
{
	local what=$1 before after missing
	shift
	mapfile -t missing < <(packages_missing "$@")
	if [ ${#missing[@]} = 0 ]
	then
		say "packages for $what: all installed"
		return
	fi
	say "${#missing[@]} packages to install for $what: ${missing[*]}"
	before=$(installed_list)
	policy_deny
	logged "apt-get install" packages_get "${missing[@]}"
	policy_restore
	after=$(installed_list)
	mapfile -t missing < <(comm -13 <(echo "$before") <(echo "$after"))
	logged "disabling units" units_disable "${missing[@]}"
}
