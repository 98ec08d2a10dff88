#!/usr/bin/env bash
# 3,000 pictures through `resprune run --keep 1/9`: memory and live tensors must stay flat after the first 500, and a kill -9 in the
# middle must cost nothing: every id answered exactly once.
#   bash load/soak.sh [PICTURES]
set -euo pipefail
cd "$(dirname "$0")/.."
pictures=${1:-3000}
port=${PORT:-19464}
work=$(mktemp -d)
trap 'kill -9 "${pid:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

dotnet build src/ResPrune.Cli -c Release -v q -clp:NoSummary
resprune=$(ls -d artifacts/bin/ResPrune.Cli/release*/ | head -1)resprune

# Distinct files (another digest each, so that no encoding is shared) that decode to the samples.
mkdir "$work/pictures"
samples=(src/ResPrune.TinyModel/Bundled/samples/*.*)
for i in $(seq -w 1 "$pictures"); do
  sample=${samples[$((10#$i % ${#samples[@]}))]}
  { cat "$sample"; printf '%s' "$i"; } > "$work/pictures/$i.${sample##*.}"
done

run() { "$resprune" run "$work/pictures" --ask "What is in the picture?" --keep 1/9 --output "$work/out" --metrics-port "$port" --quiet >/dev/null 2>"$work/err" & pid=$!; }
metric() { curl -sf "http://127.0.0.1:$port/metrics" | awk -v name="$1" 'index($0, name "{") == 1 || index($0, name " ") == 1 { n += $NF; seen = 1 } END { if (seen) printf "%d\n", n }'; }
# Rows done, resident kB and live tensors, until the run ends or enough rows are done.
watch_until() {
  while kill -0 "$pid" 2>/dev/null; do
    rows=$(metric resprune_questions_total || true)
    tensors=$(metric resprune_tensors_live || true)
    resident=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
    [ -n "$rows" ] && [ -n "$tensors" ] && [ -n "$resident" ] && echo "$rows $resident $tensors" >> "$work/samples"
    [ "${rows:-0}" -ge "$1" ] && return
    sleep 0.05
  done
}

run
watch_until $((pictures / 2))
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
echo "killed at row $rows of $pictures"
: > "$work/samples"
run
watch_until $((pictures * 10))
status=0
wait "$pid" || status=$?
[ "$status" -eq 0 ] || { echo "the second run ended with $status"; cat "$work/err"; exit 1; }

answered=$(grep -c . "$work/out/output.jsonl")
distinct=$(grep -o '^{"id":"[^"]*"' "$work/out/output.jsonl" | sort -u | wc -l)
echo "answers $answered, distinct ids $distinct, pictures $pictures"
[ "$answered" -eq "$pictures" ] && [ "$distinct" -eq "$pictures" ] || { echo "FAILED: not every id exactly once"; exit 1; }

# The gauge is read between two micro-batches, when only weights and cache live.
awk '
  $1 < 500 { next }
  { n++; rss[n] = $2; live[n] = $3 }
  END {
    if (n < 40) { print "FAILED: only " n " samples after the first 500 rows; use more pictures"; exit 1 }
    half = int(n / 2); first = last = 0; low1 = low2 = 1e9
    for (i = 1; i <= n; i++) {
      if (i <= half) { if (rss[i] > first) first = rss[i]; if (live[i] < low1) low1 = live[i] }
      else { if (rss[i] > last) last = rss[i]; if (live[i] < low2) low2 = live[i] }
    }
    printf "resident after the first 500 rows: at most %.0f MiB in the first half of %d samples, %.0f MiB in the second: x %.3f\n", first / 1024, n, last / 1024, last / first
    printf "live tensors at the quietest moment: %d, then %d\n", low1, low2
    if (last > first * 1.05 || low2 > low1) { print "FAILED: it grows"; exit 1 }
  }' "$work/samples"
