#!/bin/sh
# Installs the wheel in dist/ into a new environment outside the checkout and uses it there; run by `make wheel-check`.
set -eu
checkout=$(pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/showcase-wheel-XXXXXX")
chmod 755 "$folder"
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

"$(scripts/find_python.sh)" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --constraint constraints.txt "$(ls "$checkout"/dist/showcase-*.whl)"
cd "$folder"
"$checkout/scripts/in_new_home.sh" sh -euc '
    venv/bin/python -c "import showcase; print(\"installed in\", showcase.__path__[0])"
    venv/bin/showcase doctor
    venv/bin/showcase run --scenario demo_minimal --reseed --keep --name from-the-wheel
    venv/bin/showcase workspaces list
'
