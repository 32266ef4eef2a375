# Lines of single runs become one line for each (bench, family, size, figure,
# system): the median, the proportion of what is measured beside it to Cygnet's
# and of Cygnet's to the raw writer's, run by run; and of each figure that was
# taken at several sizes, the exponent between the smallest and the largest.

def median: sort | if length == 0 then null
	elif length % 2 == 1 then .[(length - 1) / 2]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def rounded: if . == null then null else . * 1000 | round / 1000 end;
def by_run($system): map(select(.system == $system and .value != null)
	| {(.run | tostring): .value}) | add // {};
# of A to B in the same run, the median
def proportion($a; $b): [$a | to_entries[] | select($b[.key] and $b[.key] > 0)
	| .value / $b[.key]] | median | rounded;

[group_by([.bench, .family, .size, .figure])[] | . as $all |
	by_run("cygnet") as $ours | by_run("raw") as $raw |
	group_by(.system)[] | by_run(.[0].system) as $these |
	(.[0] | {bench, family, size, figure, system, unit}) +
	{value: (map(.value | select(. != null)) | median | rounded), runs: length,
	 load: (map(.load) | max)} +
	if .[0].system == "cygnet" then
		{to_raw: proportion($ours; $raw)} +
		{ratio: ([$all | map(.system) | unique[]
			| select(. != "cygnet" and . != "raw")
			| . as $other | $all | by_run($other) | proportion(.; $ours)
			| select(. != null)] | min)}
	else
		{ratio: proportion($these; $ours)}
	end | with_entries(select(.value != null))] |
.[],
(group_by([.bench, .family, .figure, .system])[] | sort_by(.size) |
	map(select(.value and .value > 0)) | select(length > 1) |
	{bench: .[0].bench, family: .[0].family, figure: .[0].figure,
	 system: .[0].system, sizes: map(.size),
	 exponent: (((.[-1].value / .[0].value) | log)
		/ ((.[-1].size / .[0].size) | log) | rounded)})
