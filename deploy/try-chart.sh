#!/bin/bash
# Runs the chart's own workloads as containers ('podman play kube') and the chart's test against them: two control silos and two pools of one worker,
# each pod with its own address on a bridge. What podman cannot do is changed in the rendered text and nothing else: see 'for_podman'.
#   bash deploy/try-chart.sh [TAG]        the image that try-image.sh built
set -euo pipefail
cd "$(dirname "$0")/.."
image=${1:-resprune:0.1.0}
say() { printf '%s %s\n' "$(date +%T)" "$*"; }
fail() { say "FAILED: $*" >&2; exit 1; }

. deploy/podman.sh
need podman runc redis-server unzip npm
podman image exists "$image" || fail "there is no image $image: run deploy/try-image.sh first"
bash tests/Helm/install.sh artifacts/helm

work=$(mktemp -d)
redis=
pods() { podman pod ls -q --filter network=resprune-try; }
clean() {
  podman pod rm -f $(pods) >/dev/null 2>&1 || true
  podman rm -f -t 0 try-bridge >/dev/null 2>&1 || true
  [ -z "$redis" ] || kill "$redis" 2>/dev/null || true
  podman volume rm -f try-resprune-store >/dev/null 2>&1 || true
  podman network rm -f resprune-try >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean EXIT
clean
mkdir -p "$work/redis"

podman network create --subnet 10.99.7.0/24 --gateway 10.99.7.1 resprune-try >/dev/null
podman volume create try-resprune-store >/dev/null
# Kubernetes does this by fsGroup.
chown 1654:1654 "$(podman volume inspect --format '{{.Mountpoint}}' try-resprune-store)"
cat >"$work/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
CONF
export CONTAINERS_CONF=$work/containers.conf

render() { # TEMPLATE
  HELM_CACHE_HOME=$work HELM_CONFIG_HOME=$work HELM_DATA_HOME=$work artifacts/helm/helm template try helm/resprune -f helm/resprune/values-cpu-trial.yaml \
    --show-only "templates/$1" --set image.repository=localhost/resprune,image.tag="${image##*:}",image.pullPolicy=Never,redis.address=10.99.7.1:16379 \
    --set "workerPools[0].name=one,workerPools[1].name=two" 2>/dev/null
}
# StatefulSets become Deployments; probes need systemd; ports would be taken on the machine; the address of a pod is not offered, and the one that leads to Redis is it.
for_podman() { # SUFFIX
  sed -e 's/^kind: StatefulSet/kind: Deployment/' -e '/^  serviceName:/d' -e '/^  podManagementPolicy:/d' \
    -e '/^ *\(startup\|liveness\|readiness\)Probe:/,+4d' -e '/^ *ports:$/d' -e '/containerPort:/d' -e '/name: RESPRUNE__ADVERTISEIP/,+1d' \
    -e "s/^  name: \(try-resprune-.*\)/  name: \1$1/"
}
only() { awk -v kind="kind: $1" 'BEGIN { RS = "---\n" } index($0, kind) { print "---\n" $0 }'; }
for n in 0 1; do render control.yaml | only StatefulSet | for_podman "-$n" >"$work/control-$n.yaml"; done
render workers.yaml | only Deployment | for_podman "" >"$work/workers.yaml"

# The bridge has its address from the first container on.
podman run -d --name try-bridge --no-healthcheck --network resprune-try --entrypoint sleep "$image" infinity >/dev/null
redis-server --bind 10.99.7.1 --port 16379 --protected-mode no --dir "$work/redis" --appendonly yes --save "" >"$work/redis/log" 2>&1 & redis=$!
for file in control-0 control-1 workers; do
  podman play kube --network resprune-try "$work/$file.yaml" >"$work/$file.log" 2>&1 || { cat "$work/$file.log" >&2; fail "podman cannot play $file.yaml"; }
done
silos=$(podman ps --format "{{.Names}}" | grep "^try-resprune-.*-silo$" || true)
[ "$(echo "$silos" | wc -l)" = 4 ] || { podman ps -a; fail "not all containers run"; }
for silo in $silos; do
  await 180 "podman logs $silo 2>&1 | grep -q 'is up'" || { podman logs "$silo" | tail -5; fail "$silo did not come up"; }
  podman exec "$silo" /app/healthcheck || fail "the health check of $silo fails"
  say "$(podman logs "$silo" 2>/dev/null | grep 'is up')"
done
one=$(echo "$silos" | tail -1)
say "a worker runs as: $(podman exec "$one" sh -c 'echo user $(id -u), $(grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status | tr "\n\t" "  "); touch /app/x 2>&1 || true')"

# What 'helm test' runs.
render tests/samples.yaml | for_podman "" >"$work/test.yaml"
podman play kube --network resprune-try "$work/test.yaml" >"$work/test.log" 2>&1 || { cat "$work/test.log" >&2; fail "podman cannot play the test"; }
code=$(podman wait try-resprune-test-samples)
podman logs try-resprune-test-samples >"$work/seen" 2>/dev/null
[ "$code" = 0 ] || { podman logs try-resprune-test-samples >&2; fail "the chart's test ended with exit code $code"; }
say "the chart's test: $(grep completed "$work/seen"); first of $(grep -c '"answer"' "$work/seen") answers: $(grep -m1 '"answer"' "$work/seen" | cut -c1-160) ..."

began=$SECONDS
# The containers, not the pods: podman takes a pod's network away at once, Kubernetes only when its containers have ended.
podman stop -t 60 $(echo "$silos" | grep worker) $(echo "$silos" | grep control) >/dev/null
for silo in $silos; do
  code=$(podman inspect --format '{{.State.ExitCode}}' "$silo")
  [ "$code" = 0 ] || fail "$silo ended with exit code $code on SIGTERM"
done
say "all four left with exit code 0 within $((SECONDS - began)) s"
