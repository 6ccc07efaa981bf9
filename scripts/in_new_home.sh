#!/bin/sh
# Runs a command with a SHOWCASE_HOME of its own, which goes afterwards with its database.
set -eu
folder=$(mktemp -d "${TMPDIR:-/tmp}/showcase-home-XXXXXX")
chmod 755 "$folder" # root's database server, which runs as nobody, must be able to enter
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
unset SHOWCASE_DATABASE_URL # never a person's own database
SHOWCASE_HOME=$folder/home "$@"
