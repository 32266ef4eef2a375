# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the cases of one peer need beside all.sh.

for part in interop interop-table interop-rows
do
	# shellcheck source=/dev/null
	. "$lib/$part.sh"
done
