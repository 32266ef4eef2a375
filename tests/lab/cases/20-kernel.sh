#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# The tests of src/kernel against this kernel: those that "make check" cannot
# run where the machine's own has no XFRM interfaces.

. "$(dirname "$0")/../lib/all.sh"
need_root
trap '[ "$case_ended" = yes ] || echo "not ok $case_name: ended early"' EXIT
program=$LAB_TOP/build/tests/lab/kernel/native
holds "XFRM interfaces work here" native_xfrm
for test in probe_xfrm xfrm_links xfrm_nexthop
do
	holds "src/kernel, $test, on $(uname -r)" env CK_RUN_CASE=$test "$program"
done
case_end
