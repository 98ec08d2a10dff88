#!/usr/bin/env bash
# What a fleet of real processes costs beside its devices. See load/README.md.
#   bash load/fleet-cost.sh starvation [--workers N] [--rows N] [--batch-time MS] [--store folder|container] [--at-most SHARE]
#   bash load/fleet-cost.sh many-batches [--batches N] [--latency SECONDS] [--workers N]
#   bash load/fleet-cost.sh memory [--rows N[,N...]] [--workers N]
set -euo pipefail
cd "$(dirname "$0")/.."
command -v redis-server >/dev/null || { echo "fleet-cost.sh: redis-server is needed: apt-get install redis-server" >&2; exit 2; }
RESPRUNE_AZURITE=${RESPRUNE_AZURITE:-$PWD/artifacts/azurite}
export RESPRUNE_AZURITE
case " $* " in *" container "* | *" many-batches "*) bash tests/Azurite/install.sh "$RESPRUNE_AZURITE" ;; esac
[ -n "${FLEET_COST_BUILT:-}" ] || dotnet build load/ResPrune.FleetCost -c Release -v q -clp:NoSummary
exec dotnet "$(ls -d "$PWD"/artifacts/bin/ResPrune.FleetCost/release*/ | head -1)ResPrune.FleetCost.dll" "$@"
