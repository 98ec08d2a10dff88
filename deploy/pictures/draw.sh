#!/usr/bin/env bash
# Draws deploy/pictures/*.png: records a real fleet with a real Prometheus (record.sh, some minutes) and draws every dashboard of
# deploy/grafana from what the recording answers to its queries. Fails where a panel has nothing to show.
#   bash deploy/pictures/draw.sh [--pictures N]     N pictures, four questions each in two batches (1500)
#   bash deploy/pictures/draw.sh --again            draws the last recording once more
set -euo pipefail
cd "$(dirname "$0")/../.."
again="" pictures=1500
while [ $# -gt 0 ]; do
  case "$1" in
    --again) again=yes; shift ;;
    --pictures) [ $# -ge 2 ] || { echo "draw.sh: --pictures needs a number" >&2; exit 2; }; pictures=$2; shift 2 ;;
    *) echo "draw.sh: unknown argument '$1'" >&2; exit 2 ;;
  esac
done
packages=()
command -v prometheus >/dev/null || packages+=(prometheus)
command -v redis-server >/dev/null || packages+=(redis-server)
command -v rsvg-convert >/dev/null || packages+=(librsvg2-bin)
command -v pngquant >/dev/null || packages+=(pngquant)
command -v npm >/dev/null || packages+=(npm)
command -v curl >/dev/null || packages+=(curl)
command -v ip >/dev/null || packages+=(iproute2)
fc-list 2>/dev/null | grep Inter >/dev/null || packages+=(fontconfig fonts-inter)
[ ${#packages[@]} -eq 0 ] || { echo "draw.sh: needed: apt-get install ${packages[*]}" >&2; exit 2; }

# ECharts draws; units and colours are Grafana's own, from the library of its frontend.
tool=$PWD/artifacts/pictures
versions="echarts@6.1.0 @grafana/data@13.2.3 @grafana/schema@13.2.3 typescript@6.0.3"
mkdir -p "$tool"
[ "$(cat "$tool/.installed" 2>/dev/null)" = "$versions" ] || {
  # shellcheck disable=SC2086
  npm install --prefix "$tool" --no-audit --no-fund --no-save --loglevel=error $versions >&2
  echo "$versions" > "$tool/.installed"
}
cp deploy/pictures/*.mjs "$tool"

# The dashboards against the types of Grafana's schema; names of an enumeration count as its values.
rm -rf "$tool/schema"
mkdir "$tool/schema"
for dashboard in deploy/grafana/*.json; do
  {
    echo "import type { Dashboard } from '@grafana/schema';"
    echo 'type Json<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;'
    echo "export const dashboard: Json<Dashboard> ="
    cat "$dashboard"
  } > "$tool/schema/$(basename "$dashboard" .json).ts"
done
node "$tool/node_modules/typescript/bin/tsc" --noEmit --skipLibCheck --strict --module nodenext --target es2022 "$tool"/schema/*.ts

# Ports and the disk that is filled are seen by nobody else, and no process outlives the script.
user=()
[ "$(id -u)" = 0 ] || user=(--map-root-user)
alone() { unshare --mount --pid --net --mount-proc --fork --kill-child "${user[@]}" "$@"; }
recording=$tool/recording
if [ -z "$again" ]; then
  dotnet build src/ResPrune.Cli -c Release -v q -clp:NoSummary
  resprune=$(ls -d "$PWD"/artifacts/bin/ResPrune.Cli/release*/ | head -1)resprune
  rm -rf "$recording"
  alone bash deploy/pictures/record.sh "$resprune" "$recording" "$pictures"
fi
read -r from to < "$recording/range"
alone bash -c '
  ip link set lo up
  echo "{}" > "$1/empty.yml"
  prometheus --config.file="$1/empty.yml" --storage.tsdb.path="$1/data" --web.listen-address=127.0.0.1:9090 --log.level=error &
  for _ in $(seq 100); do curl -sf http://127.0.0.1:9090/-/ready >/dev/null && break; sleep 0.2; done
  node "$2/draw.mjs" http://127.0.0.1:9090 "$3" "$4" "$1" deploy/grafana/*.json
' draw "$recording" "$tool" "$from" "$to"
for dashboard in deploy/grafana/*.json; do
  name=$(basename "$dashboard" .json)
  rsvg-convert "$recording/$name.svg" | pngquant --speed 1 --strip 256 - > "deploy/pictures/$name.png"
  ls -l "deploy/pictures/$name.png" | awk '{ print $NF, $5, "bytes" }'
done
