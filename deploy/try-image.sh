#!/bin/bash
# Builds the image from the Dockerfile as it is and tries it: read-only, not root, without capabilities; 'run' on the samples, health, SIGTERM.
# Prints what it saw; ends with a failure at the first thing that is not so. Debian as root; needs no registry and no Docker.
#   bash deploy/try-image.sh [TAG]        default: resprune:0.1.0
set -euo pipefail
cd "$(dirname "$0")/.."
tag=${1:-resprune:0.1.0}
say() { printf '%s %s\n' "$(date +%T)" "$*"; }
fail() { say "FAILED: $*" >&2; exit 1; }

. deploy/podman.sh
need buildah podman runc debootstrap redis-server
bash deploy/local-base-images.sh

began=$SECONDS
build_image "$tag"
say "built $tag in $((SECONDS - began)) s"
say "size: $(podman image inspect --format '{{.Size}}' "$tag" | awk '{ printf "%d MB", $1 / 1e6 }'), of which the layers are"
podman history --format '{{.Size}}  {{.CreatedBy}}' "$tag" | awk '$1 != "0" { print "    " substr($0, 1, 110) }'
say "user $(podman image inspect --format '{{.User}}' "$tag"), health check $(podman image inspect --format '{{.HealthCheck.Test}}' "$tag")"
sbom=$(podman image inspect --format '{{index .Labels "io.resprune.sbom"}}' "$tag")
contained=$(container --rm --entrypoint cat "$tag" "$sbom" | grep -c '"type":"library"') || fail "no bill of materials at $sbom"
say "bill of materials at $sbom: $contained packages"

work=$(mktemp -d)
redis=
trap 'podman rm -f -t 0 try-control try-worker >/dev/null 2>&1 || true; [ -z "$redis" ] || kill "$redis" 2>/dev/null || true; rm -rf "$work"' EXIT
install -d -o 1654 -g 1654 "$work/out" "$work/store"
mkdir "$work/redis"

status=$(container --rm --entrypoint sh "$tag" -c 'id -u; grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status; touch /app/x 2>&1 || true')
say "inside: $(echo "$status" | tr '\n\t' '  ')"
echo "$status" | grep -q '^1654$' || fail "it does not run as user 1654"
echo "$status" | grep -q 'Read-only file system' || fail "the root can be written to"

container --rm -v "$work/out:/out" "$tag" run /app/models/resprune-tiny/samples --ask "What is in the picture?" --output /out/answers --quiet \
  || fail "'run' on the samples ended with $?"
say "'run' answered $(wc -l < "$work/out/answers/output.jsonl") pictures: $(head -c 200 "$work/out/answers/output.jsonl") ..."

redis-server --bind 127.0.0.1 --port 16379 --dir "$work/redis" --appendonly yes --save "" >"$work/redis/log" & redis=$!
silo() { # NAME ROLE METRICS-PORT
  container -d --name "try-$1" -v "$work/store:/store" -e RESPRUNE__STORE=/store -e RESPRUNE__REDIS=127.0.0.1:16379 -e RESPRUNE__NAME="$1" \
    -e RESPRUNE__ROLE="$2" -e RESPRUNE__METRICSPORT="$3" -e RESPRUNE__STARTTIMEOUT=00:01:00 "$tag" silo >/dev/null
}
silo control control 19464
silo worker worker 19465
for name in control worker; do
  await 120 "podman logs try-$name 2>&1 | grep -q 'is up'" || { podman logs "try-$name"; fail "silo $name did not come up"; }
  say "$(podman logs "try-$name" 2>/dev/null | grep 'is up')"
  podman exec "try-$name" /app/healthcheck || fail "the health check of $name fails: $(podman exec "try-$name" bash -c 'exec 3<>/dev/tcp/127.0.0.1/$RESPRUNE__METRICSPORT; printf "GET /healthz/live HTTP/1.0\r\n\r\n" >&3; cat <&3')"
done
say "health checks pass"

# Enough questions that SIGTERM comes in the middle.
client() { container --rm -v "$work/store:/store" -v "$work/out:/out" -e RESPRUNE__STORE=/store -e RESPRUNE__REDIS=127.0.0.1:16379 "$tag" "$@"; }
mapfile -t asked < <(for n in $(seq 40); do printf -- '--ask\nWhat is in picture %s?\n' "$n"; done)
batch=$(client submit /app/models/resprune-tiny/samples "${asked[@]}" | tail -1)
await 120 "ls -A $work/store/batches/$batch/commits 2>/dev/null | grep -q ." || fail "no shard of $batch was finished"
began=$(date +%s%N)
podman stop -t 60 try-worker >/dev/null
code=$(podman inspect --format '{{.State.ExitCode}}' try-worker)
say "SIGTERM to the worker during batch $batch: ended after $((($(date +%s%N) - began) / 1000000)) ms with exit code $code; it said: $(podman logs try-worker 2>&1 | tail -1)"
[ "$code" = 0 ] || fail "the worker did not drain"
podman rm try-worker >/dev/null
silo worker worker 19465
client watch "$batch" | tail -1 || fail "'watch' ended with $?"
client fetch "$batch" --output /out/batch >/dev/null
say "the batch was finished by the worker started again: $(wc -l < "$work/out/batch/output.jsonl") answers, $(cut -d'"' -f4 "$work/out/batch/output.jsonl" | sort | uniq -d | wc -l) ids twice"
podman stop -t 60 try-control try-worker >/dev/null
for name in control worker; do
  code=$(podman inspect --format '{{.State.ExitCode}}' "try-$name")
  [ "$code" = 0 ] || fail "silo $name ended with exit code $code on SIGTERM"
done
say "all silos left with exit code 0"
