#!/bin/sh
# Prints the folder of the system's PostgreSQL programs of the given major version, as in `find_postgres.sh 15`.
# In CI, as root on Debian, it is installed where it is missing.
set -eu
major=$1

find_one() {
    for folder in "/usr/lib/postgresql/$major/bin" "/usr/pgsql-$major/bin" \
                  "/opt/homebrew/opt/postgresql@$major/bin" "/usr/local/opt/postgresql@$major/bin"; do
        if "$folder/postgres" --version >/dev/null 2>&1; then
            echo "$folder"
            return 0
        fi
    done
    return 1
}

if find_one; then
    exit 0
fi
if [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing PostgreSQL $major ..." >&2
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "postgresql-$major" >&2 || true
    if find_one; then
        exit 0
    fi
fi
echo "PostgreSQL $major was expected in /usr/lib/postgresql/$major/bin, found none." >&2
echo "Install it with: sudo apt-get update && sudo apt-get install -y postgresql-$major" >&2
exit 1
