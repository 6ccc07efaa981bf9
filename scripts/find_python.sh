#!/bin/sh
# Prints the Python interpreter to use: 3.12 or newer, or exactly the version given, as in `find_python.sh 3.12`.
# An interpreter counts only if it runs: a shim of pyenv can be found and still fail.
set -eu
wanted=${1:-}

fits() {
    if [ -n "$wanted" ]; then
        claim="'%d.%d' % sys.version_info[:2] == '$wanted'"
    else
        claim="sys.version_info >= (3, 12)"
    fi
    "$1" -c "import sys; assert $claim" >/dev/null 2>&1
}

for name in ${wanted:+python$wanted} python3.13 python3.12 python3; do
    found=$(command -v "$name" || true)
    if [ -n "$found" ] && fits "$found"; then
        echo "$found"
        exit 0
    fi
done
for folder in "${PYENV_ROOT:-}" "${HOME:-}/.pyenv"; do
    for version in ${wanted:-3.13 3.12 3.}; do
        for found in "$folder/versions/$version"*/bin/python; do
            if [ -x "$found" ] && fits "$found"; then
                echo "$found"
                exit 0
            fi
        done
    done
done

cat >&2 <<EOF
Python ${wanted:-3.12 or newer} was expected, found none among python3.13, python3.12, python3 and pyenv's versions.
Install it, for example with one of
    apt-get install python3.13 python3.13-venv      (Debian 13; python3.12 and python3.12-venv on Ubuntu 24.04)
    brew install python@3.13                        (macOS)
    pyenv install 3.13
EOF
exit 1
