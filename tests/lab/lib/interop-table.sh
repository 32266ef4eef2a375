# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What was tested with which peer: cells as the rows come, the table at the
# end. A row that was not come to is a failure.

# row, words
ROW_TABLE="
open4 session over IPv4, peer dials
listen4 session over IPv4, peer listens
open6 session over IPv6, peer dials
listen6 session over IPv6, peer listens
v4over4 IPv4 routes over IPv4
v6over6 IPv6 routes over IPv6
v6over4 IPv6 routes over IPv4
v4over6 IPv4 routes over IPv6
enh IPv4 routes by IPv6 next hops (RFC 8950)
as4 4-byte AS numbers (RFC 6793)
as2 session without 4-byte AS numbers
refresh_in route refresh, peer asks (RFC 2918)
refresh_out route refresh, we ask
enhanced enhanced route refresh (RFC 7313)
eor_in End-of-RIB from the peer (RFC 4724)
eor_out End-of-RIB to the peer
withdraw withdrawals, both ways
comm communities, both ways (RFC 1997)
ext extended communities, both ways (RFC 4360)
large large communities, both ways (RFC 8092)
path300 AS path of 300 hops, both ways
origin ORIGIN, both ways
med MED, both ways
localpref LOCAL_PREF by iBGP, both ways
asset AS_SET, AGGREGATOR, both ways
bandwidth link bandwidth community from the peer
extmsg messages over 4096 bytes, both ways (RFC 8654)
md5 TCP MD5, over IPv4 and IPv6 (RFC 2385)
md5wrong TCP MD5, a wrong key
gtsm TTL security (RFC 5082)
role roles (RFC 9234)
wrongas_ours wrong AS, we refuse
wrongas_shown wrong AS, our refusal is shown by the peer
wrongas_theirs wrong AS, peer refuses
limit_ours maximum prefixes, ours (RFC 4486)
limit_shown maximum prefixes, ours is shown by the peer
limit_theirs maximum prefixes, the peer's
text_in shutdown communication from the peer (RFC 9003)
text_out shutdown communication to the peer
text_shown shutdown communication, ours is shown by the peer
hold_ours silent peer, our hold timer
hold_theirs we are silent, the peer's hold timer
restart peer restarts cleanly
gr_helper peer killed and restarted, we keep its routes (RFC 4724)
gr_restarter we are killed and restarted, peer keeps ours (RFC 4724)
"

declare -A CELL WHY

# row NAME CHECK…: the check counts for the row, which may have several
row()
{
	local name=$1
	shift
	if "$@"
	then
		CELL[$name]=${CELL[$name]:-passed}
	else
		CELL[$name]=FAILED
	fi
}

# has ROW: the peer has the feature. If not, that is shown, once.
has()
{
	local why=${PEER_LACKS[$1]:-}
	[ -n "$why" ] || return 0
	if [ -z "${CELL[$1]:-}" ]
	then
		WHY[$1]=${why%%|*}
		# shellcheck disable=SC2086
		row "$1" holds "$PEER lacks $1: ${why%%|*}" ${why#*|}
		[ "${CELL[$1]}" = FAILED ] || CELL[$1]="peer lacks it"
	fi
	return 1
}

rows()
{
	awk 'NF { print $1 }' <<<"$ROW_TABLE"
}

results_dir()
{
	if [ -n "${LAB_SAVE:-}" ]
	then
		dirname "$LAB_SAVE"
	else
		echo "${TMPDIR:-/tmp}/cygnet-interop"
	fi
}

# column_save: this peer's cells, one a line, for the table
column_save()
{
	local dir name
	dir=$(results_dir)
	mkdir -p "$dir"
	{
		peer_version
		for name in $(rows)
		do
			printf '%s\t%s\t%s\n' "$name" "${CELL[$name]:-FAILED}" \
				"${WHY[$name]:-}"
		done
	} >"$dir/interop-$PEER.cells"
}

# columns_complete: no row was passed over
columns_complete()
{
	local name
	for name in $(rows)
	do
		[ -n "${CELL[$name]:-}" ] || case_bad "$name was tested" \
			"a check of the row" "none"
	done
}

# table PEER…: columns of those that ran, then what each lacks and why
table()
{
	local peer files=()
	for peer
	do
		files+=("$(results_dir)/interop-$peer.cells")
	done
	# ROW_TABLE's words by row, then a line a cell
	awk -F '\t' -v words="$ROW_TABLE" -v peers="$*" '
		function lacks(file, row) {
			return seen[file, row] == "peer lacks it"
		}
		{ sub(".*/interop-", "", FILENAME); sub("\\.cells$", "", FILENAME) }
		FNR == 1 { version[FILENAME] = $0; next }
		{ seen[FILENAME, $1] = $2; why[FILENAME, $1] = $3 }
		END {
			n = split(peers, peer, " ")
			printf "%-58s", ""
			for (i = 1; i <= n; i++) printf " %-13s", peer[i]
			print ""
			rows = split(words, line, "\n")
			for (r = 1; r <= rows; r++) {
				if (line[r] == "") continue
				row = line[r]; sub(" .*", "", row)
				text[row] = substr(line[r], length(row) + 2)
				printf "%-58s", text[row]
				for (i = 1; i <= n; i++) printf " %-13s", \
					seen[peer[i], row] == "" ? "not run" : seen[peer[i], row]
				print ""
			}
			for (i = 1; i <= n; i++) {
				print "\n" version[peer[i]]
				for (r = 1; r <= rows; r++) {
					row = line[r]; sub(" .*", "", row)
					if (row != "" && lacks(peer[i], row))
						print "  lacks " text[row] ": " why[peer[i], row]
				}
			}
		}' "${files[@]}" 2>/dev/null
}

# not_passed PEER: its rows that are neither passed nor lacking
not_passed()
{
	local file
	file=$(results_dir)/interop-$1.cells
	[ -s "$file" ] || echo "not run"
	awk -F '\t' 'NR > 1 && $2 != "passed" && $2 != "peer lacks it" {
		print $1 ": " $2 }' "$file" 2>/dev/null
}
