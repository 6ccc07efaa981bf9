#!/bin/sh
# Runs the tests marked compat on the oldest versions that are supported: Python 3.12 and PostgreSQL 15.
# Where one of them is missing this says so and passes; in CI (CI=true) it fails.
set -eu

missing() {
    cat >&2 <<EOF
********************************************************************************
  NOT RUN: the tests on Python 3.12 and PostgreSQL 15. $1 is missing here.
********************************************************************************
EOF
    if [ "${CI:-}" = true ]; then
        exit 1
    fi
    exit 0
}

scripts/find_python.sh 3.12 >/dev/null || missing "Python 3.12"
programs=$(scripts/find_postgres.sh 15) || missing "PostgreSQL 15"
"${MAKE:-make}" .venv-3.12/.installed-dev
SHOWCASE_TEST_POSTGRES=$programs .venv-3.12/bin/python -m pytest -m "compat and not slow" "$@"
