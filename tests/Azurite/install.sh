#!/usr/bin/env bash
# Installs Azurite, the emulator of Azure Blob Storage that the tests start for real: bash tests/Azurite/install.sh DIR   (once; 365 MB)
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: install.sh DIR" >&2; exit 2; }
version=3.37.0
[ -f "$1/.azurite-$version" ] && exit 0
command -v npm >/dev/null || { echo "install.sh: npm is needed: apt-get install npm" >&2; exit 1; }
mkdir -p "$1"
npm install --prefix "$1" --no-audit --no-fund --no-save --loglevel=error "azurite@$version" >&2
touch "$1/.azurite-$version"
