#!/usr/bin/env bash
# A fleet at work, with what goes wrong in one, recorded by Prometheus: called by draw.sh, in namespaces of its own, from the repository's root.
#   record.sh RESPRUNE FOLDER PICTURES
# Two control silos and two workers with the bundled model; one batch where all is well, then one where a worker is killed, the store's
# disk is full for some seconds, a worker drains and a few rows cannot be answered.
set -euo pipefail
resprune=$1
folder=$2
pictures=$3
deploy=$PWD/deploy
samples=("$PWD"/src/ResPrune.TinyModel/Bundled/samples/*.*)
ip link set lo up
mkdir -p "$folder/data" "$folder/logs" "$folder/store" "$folder/redis"
mount -t tmpfs -o "size=$((200 + pictures / 10))m" tmpfs "$folder/store"

# Distinct files that decode to the samples, so that each is encoded; a few that are no pictures, or are not there.
mkdir "$folder/pictures"
for i in $(seq -w 1 "$pictures"); do
  sample=${samples[$((10#$i % ${#samples[@]}))]}
  { cat "$sample"; printf '%s' "$i"; } > "$folder/pictures/$i.${sample##*.}"
done
(
  cd "$folder/pictures"
  n=0
  for file in *; do
    n=$((n + 1))
    for question in "What is in the picture?" "Which colour is it?"; do
      image=$file
      [ $((n % 40)) -ne 7 ] || image=gone-$file
      [ $((n % 40)) -ne 23 ] || image=cut.${samples[0]##*.}
      printf '{"id":"%s %s","image":"%s","question":"%s"}\n' "$file" "$question" "$image" "$question"
    done
  done > ../rows.jsonl
  head -c 2000 "${samples[0]}" > "cut.${samples[0]##*.}"
  mv ../rows.jsonl .
)

redis-server --bind 127.0.0.1 --port 6379 --dir "$folder/redis" --appendonly yes --save "" > "$folder/logs/redis" &
export RESPRUNE__REDIS=127.0.0.1:6379 RESPRUNE__STORE=$folder/store OMP_NUM_THREADS=1
names=(control-0 control-1 worker-0 worker-1 worker-2 worker-3)
{
  echo "global: {scrape_interval: 5s, evaluation_interval: 5s}"
  echo "rule_files: ['$deploy/prometheus/resprune.rules.yml']"
  echo "scrape_configs:"
  echo "  - job_name: resprune"
  echo "    static_configs:"
  for n in "${!names[@]}"; do echo "      - {targets: ['127.0.0.1:$((9400 + n))'], labels: {namespace: fleet, instance: ${names[n]}}}"; done
} > "$folder/prometheus.yml"
prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" --web.listen-address=127.0.0.1:9090 --log.level=error &
prometheus=$!

declare -A pid
start() {
  local name=${names[$1]} device=()
  [ "${name%-*}" = control ] || device=(--device cpu)
  "$resprune" silo --role "${name%-*}" --name "$name" --metrics-port $((9400 + $1)) "${device[@]}" > "$folder/logs/$name" 2>&1 &
  pid[$name]=$!
}
up() { for _ in $(seq 600); do grep -q " is up, " "$folder/logs/$1" && return; sleep 0.2; done; echo "record.sh: $1 did not start" >&2; cat "$folder/logs/$1" >&2; exit 1; }
# Rows with an outcome, of everything so far.
answered() { curl -sf 'http://127.0.0.1:9090/api/v1/query' --data-urlencode 'query=sum(max_over_time(resprune_questions_total[1h]))' | grep -o '"[0-9]*"\]' | tr -dc '0-9'; }
until_answered() { local limit=$((SECONDS + 1500)) n=0; until n=$(answered || true); [ "${n:-0}" -ge "$1" ]; do [ $SECONDS -lt $limit ] || { echo "record.sh: ${n:-0} of $1 rows after 25 minutes" >&2; exit 1; }; sleep 1; done; echo "$(date +%T) $n rows: $2"; }
# Again where the machine has so much to do that no silo answers in time; the key makes one batch of all tries.
submit() {
  local tries
  for tries in $(seq 20); do
    if "$resprune" submit "$@" --keep 1/3 --rows-per-shard 16 --key "$1" > "$folder/submitted"; then tail -1 "$folder/submitted"; return; fi
    echo "record.sh: try $tries of 20 to submit failed" >&2
  done
  exit 1
}

for n in 0 1 2 3; do start $n; done
for n in 0 1 2 3; do up "${names[n]}"; done
from=$(date +%s)
sleep 10
mkdir "$folder/clean" && (cd "$folder/pictures" && find . -name '[0-9]*' -exec ln {} ../clean/ \;)
one=$(submit "$folder/clean" --ask "What is in the picture?" --ask "Which colour is the thing in the middle?")
rows=$((2 * pictures))
until_answered $((rows * 3 / 5)) "a second batch"
two=$(submit "$folder/pictures/rows.jsonl" --priority 5)
until_answered $((rows * 8 / 10)) "worker-1 is killed"
kill -9 "${pid[worker-1]}"
sleep 4
start 4
until_answered $((rows * 12 / 10)) "the store's disk is full for five seconds"
head -c 10G /dev/zero > "$folder/store/filler" 2>/dev/null || true
sleep 5
rm "$folder/store/filler"
until_answered $((rows * 15 / 10)) "worker-0 drains"
kill "${pid[worker-0]}"
start 5
# The pictures are of a fleet at work, so they end before the batches do.
until_answered $((rows * 19 / 10)) "the pictures end here"
echo "$from $(date +%s)" > "$folder/range"
for batch in "$one" "$two"; do "$resprune" watch "$batch" || [ $? -eq 3 ]; done
for batch in "$one" "$two"; do "$resprune" fetch "$batch" --output "$folder/answers/$batch"; done
kill $prometheus
wait $prometheus
