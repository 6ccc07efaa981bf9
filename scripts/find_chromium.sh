#!/bin/sh
# Prints the Chromium that drives the browser tests; as root on Debian it is installed where there is none.
set -eu

find_one() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        found=$(command -v "$name" || true)
        if [ -n "$found" ] && "$found" --version >/dev/null 2>&1; then
            echo "$found"
            return 0
        fi
    done
    for found in "/Applications/Chromium.app/Contents/MacOS/Chromium" \
                 "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if [ -x "$found" ]; then
            echo "$found"
            return 0
        fi
    done
    return 1
}

if find_one; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests ..." >&2
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >&2
    if find_one; then
        exit 0
    fi
fi
cat >&2 <<'EOF'
The browser tests need Chromium on PATH, found none.
Install it with one of
    sudo apt-get update && sudo apt-get install -y chromium      (Debian)
    brew install --cask chromium                                 (macOS)
EOF
exit 1
