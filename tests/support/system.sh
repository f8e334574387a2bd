#!/usr/bin/env bash
# What `make system` runs: the browsers and tools the tests use, from the system's own packages.
#
# Quiet when all is there. Installs what is missing where it may (root or passwordless sudo, apt-get).
# Elsewhere it prints the one command to type, and fails only when Chromium is missing: without
# Chromium no end-to-end test can run; the rest only narrows what is tested.
set -euo pipefail

# package=command (or package=:fontlang), first what is required.
WANTED=(
    chromium=chromium
    firefox-esr=firefox-esr
    shellcheck=shellcheck
    nftables=nft
    iproute2=ip
    coturn=turnserver
    postgresql=initdb
    build-essential=gcc
    fonts-noto-cjk=:zh
)
# What the benches stand beside or begin with: Janus as a peer, a voice that speaks, a player.
if [ "${1:-}" = bench ]; then
    WANTED+=(janus=janus espeak-ng=espeak-ng vlc-bin=vlc vlc-plugin-base=vlc)
fi

present() {
    case "$1" in
        :*) command -v fc-list >/dev/null && [ -n "$(fc-list ":lang=${1#:}" family)" ] ;;
        chromium)
            command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
                command -v google-chrome >/dev/null
            ;;
        # Debian keeps initdb off the path; its own wrapper comes with the server.
        initdb) command -v initdb >/dev/null || command -v pg_ctlcluster >/dev/null ;;
        firefox-esr) command -v firefox-esr >/dev/null || command -v firefox >/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

missing=()
look() {
    missing=()
    local wanted
    for wanted in "${WANTED[@]}"; do
        present "${wanted#*=}" || missing+=("${wanted%%=*}")
    done
}

look
[ "${#missing[@]}" -eq 0 ] && exit 0

install=(apt-get install -y --no-install-recommends)
as_root=()
may_install=no
if command -v apt-get >/dev/null; then
    if [ "$(id -u)" -eq 0 ]; then
        may_install=yes
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=(sudo -n)
        may_install=yes
    fi
fi

if [ "$may_install" = yes ]; then
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    echo "Installing for the tests: ${missing[*]}"
    # A stale package list is the usual reason for a first failure. A name this system does not know
    # is the next: then each goes alone, so that one unknown does not keep out the others.
    if ! "${as_root[@]}" "${install[@]}" "${missing[@]}" >"$log" 2>&1; then
        "${as_root[@]}" apt-get update >"$log" 2>&1 || tail -n 5 "$log" >&2
        for name in "${missing[@]}"; do
            "${as_root[@]}" "${install[@]}" "$name" >"$log" 2>&1 || tail -n 5 "$log" >&2
        done
    fi
    look
fi

[ "${#missing[@]}" -eq 0 ] && exit 0

# The one command to type.
if command -v apt-get >/dev/null; then
    echo "sudo apt-get update && sudo ${install[*]} ${missing[*]}" >&2
else
    echo "Install with your system's package manager: ${missing[*]}" >&2
fi
for name in "${missing[@]}"; do
    if [ "$name" = chromium ]; then
        exit 1
    fi
done
exit 0
