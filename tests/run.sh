#!/usr/bin/env bash
# The test command. Installs what it needs, builds, runs every test, ends with "N passed, N failed".
#   bash tests/run.sh                 everything
#   bash tests/run.sh --golden DIR    only the reference tests, against the reference data in DIR
set -uo pipefail
cd "$(dirname "$0")/.."

filter=""
while [ $# -gt 0 ]; do
  case "$1" in
    --golden)
      [ $# -ge 2 ] && [ -d "$2" ] || { echo "tests/run.sh: --golden needs an existing directory" >&2; exit 2; }
      RESPRUNE_GOLDEN=$(cd "$2" && pwd)
      export RESPRUNE_GOLDEN
      filter="Category=Golden"
      shift 2 ;;
    *)
      echo "tests/run.sh: unknown argument '$1' (use --golden DIR, or nothing)" >&2
      exit 2 ;;
  esac
done

command -v dotnet >/dev/null || { echo "tests/run.sh: the .NET 10 SDK is needed: https://dot.net" >&2; exit 2; }

# Debian packages that tests start for real.
missing=()
command -v promtool >/dev/null || missing+=(prometheus)
command -v rsvg-convert >/dev/null || missing+=(librsvg2-bin)
command -v npm >/dev/null || missing+=(npm)
command -v unzip >/dev/null || missing+=(unzip)
command -v script >/dev/null || missing+=(bsdutils)
command -v redis-server >/dev/null || missing+=(redis-server)
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing ${missing[*]}"
  sudo=""
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
    || { echo "tests/run.sh: could not install ${missing[*]}" >&2; exit 1; }
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

dotnet build ResPrune.Cluster.sln -c Release -v q -clp:NoSummary || { echo "0 passed, 1 failed"; exit 1; }

# The drawings of the scenes that the bundled model is examined on; not needed for the reference tests.
if [ -z "$filter" ]; then
  export RESPRUNE_ICONS=$PWD/artifacts/icons
  [ -f "$RESPRUNE_ICONS/.complete" ] || { bash src/ResPrune.TinyModel/fetch-icons.sh "$RESPRUNE_ICONS" && touch "$RESPRUNE_ICONS/.complete"; } \
    || { echo "tests/run.sh: the drawings could not be fetched" >&2; echo "0 passed, 1 failed"; exit 1; }
  # The emulator of Azure Blob Storage that the store's tests start.
  bash tests/Azurite/install.sh "$PWD/artifacts/azurite" \
    || { echo "tests/run.sh: Azurite could not be installed" >&2; echo "0 passed, 1 failed"; exit 1; }
  # helm, and the types that the chart's objects are validated against.
  bash tests/Helm/install.sh "$PWD/artifacts/helm" && bash tests/Helm/install-models.sh "$PWD/artifacts/kubernetes-models" \
    || { echo "tests/run.sh: helm or the types of Kubernetes could not be installed" >&2; echo "0 passed, 1 failed"; exit 1; }
fi

# One project after another: they share two cores, and processes that a test starts must not starve each other.
failed_projects=0
for project in tests/*/*.csproj; do
  name=$(basename "$project" .csproj)
  arguments=(-c Release --no-build -v q --logger "console;verbosity=minimal" --logger "trx;LogFileName=$name.trx" --results-directory "$results" --blame-hang-timeout 20m)
  [ -n "$filter" ] && arguments+=(--filter "$filter")
  echo "== $name"
  dotnet test "$project" "${arguments[@]}" || failed_projects=$((failed_projects + 1))
done

sum() { grep -ho "<Counters [^>]*" "$results"/*.trx 2>/dev/null | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*' | awk '{ n += $1 } END { print n + 0 }'; }
passed=$(sum passed)
failed=$(($(sum total) - passed))
# A run that was aborted counts what it never reached as one failure at least.
[ "$failed" -eq 0 ] && [ "$failed_projects" -gt 0 ] && failed=$failed_projects
[ "$passed" -eq 0 ] && [ "$failed" -eq 0 ] && failed=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
