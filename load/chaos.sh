#!/usr/bin/env bash
# Seeded faults against real processes: Redis, a store, 2 control and 3 worker silos. See load/README.md.
#   bash load/chaos.sh --from SEED --count N [--keep-going] [--whole] [--store folder|container] [--rows N]
#   bash load/chaos.sh --break-commits [--from SEED] [--count N]
#   bash load/chaos.sh --recovery N
#   bash load/chaos.sh --neighbour N
set -euo pipefail
cd "$(dirname "$0")/.."
command -v redis-server >/dev/null || { echo "chaos.sh: redis-server is needed: apt-get install redis-server" >&2; exit 2; }
RESPRUNE_AZURITE=${RESPRUNE_AZURITE:-$PWD/artifacts/azurite}
export RESPRUNE_AZURITE
bash tests/Azurite/install.sh "$RESPRUNE_AZURITE"
[ -n "${CHAOS_BUILT:-}" ] || dotnet build load/ResPrune.Chaos -c Release -v q -clp:NoSummary
program=$(ls -d "$PWD"/artifacts/bin/ResPrune.Chaos/release*/ | head -1)ResPrune.Chaos.dll
# Namespaces of its own: the disk that scenarios fill is seen by nobody else, and no process outlives the run, however it ends.
user=()
[ "$(id -u)" = 0 ] || user=(--map-root-user)
exec unshare --mount --pid --mount-proc --fork --kill-child "${user[@]}" dotnet "$program" "$@"
