# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What `cygnetctl doctor` finds.

# doc [TUNNEL]: in the site's namespace, as a person there runs it
doc()
{
	ns site "$CYGNETCTL" -s "$LAB_RUN/site/cygnet.sock" doctor "$@"
}

# finds TUNNEL FAULT WORDS-OF-CAUSE WORDS-OF-REMEDY: with the exit code of it
finds()
{
	local seen code=0
	seen=$(doc "$1" --json) || code=$?
	echo "exit code $code: $seen"
	[ "$code" = 1 ] && jq -e --arg fault "$2" --arg cause "$3" \
		--arg remedy "$4" '.[0] | .fault == $fault and
			(.cause | contains($cause)) and
			(.remedy | contains($remedy))' <<<"$seen" >/dev/null
}

# healthy TUNNEL
healthy()
{
	local seen
	seen=$(doc "$1" --json)
	echo "$seen"
	[ "$(jq -r '.[0].verdict' <<<"$seen")" = healthy ]
}
