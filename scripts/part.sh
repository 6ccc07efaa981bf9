#!/bin/sh
# Runs one part of the checks, `part.sh NAME COMMAND ...`, and says how long it took; also into PARTS_FILE where set.
set -u
name=$1
shift
printf '\n== %s\n' "$name"
began=$(date +%s)
"$@"
status=$?
[ "$status" = 0 ] && verdict=passed || verdict=FAILED
line="$name $verdict in $(($(date +%s) - began)) s"
printf '== %s\n' "$line"
if [ -n "${PARTS_FILE:-}" ]; then
    echo "$line" >>"$PARTS_FILE"
fi
exit "$status"
