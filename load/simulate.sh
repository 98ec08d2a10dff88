#!/usr/bin/env bash
# A fleet in simulated time, in one process. See load/README.md.
#   bash load/simulate.sh [--silos N] [--devices N] [--rows N[,N...]] [--lost-per-hour SHARE] [--at-least SHARE] [...]   (--help says all)
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${SIMULATOR_BUILT:-}" ] || dotnet build load/ResPrune.FleetSimulator -c Release -v q -clp:NoSummary
exec dotnet "$(ls -d "$PWD"/artifacts/bin/ResPrune.FleetSimulator/release*/ | head -1)ResPrune.FleetSimulator.dll" "$@"
