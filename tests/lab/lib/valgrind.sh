# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# charon under valgrind. Its own findings and OpenSSL's are not ours: those
# count that have a frame in a source file of Cygnet, told by its path.

# valgrind_command LOG: words to run a program under, for VALGRIND
valgrind_command()
{
	echo valgrind "--log-file=$1" --leak-check=full --keep-debuginfo=yes \
		--show-leak-kinds=definite,indirect --num-callers=40 \
		--fullpath-after= "--suppressions=$LAB_TOP/tests/lab/lib/valgrind.supp"
}

# valgrind_ended LOG
valgrind_ended()
{
	grep -q 'ERROR SUMMARY' "$1"
}

# valgrind_findings LOG: paragraphs with a frame of ours, less OpenSSL's and
# charon's
valgrind_findings()
{
	sed 's/^==[0-9]*== \?//' "$1" |
		awk -v RS= -v ORS='\n\n' '/(src\/[a-z]+|plugins\/cygnet)\/[a-z0-9_]+\.c:/'
}
