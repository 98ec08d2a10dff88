#!/bin/bash
# Starts the compose file with a real 'docker compose' (Debian 13's, unpacked beside the build) against podman, and sends the samples through the fleet.
# Images that cannot be had here are stood for by ones made of Debian's and npm's parts, under the same names; Grafana's cannot, and is left out.
# Podman's health checks need systemd, so they are switched off in an override. Debian 12 as root.
#   bash deploy/try-compose.sh            after try-image.sh, which builds resprune:0.1.0
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '%s %s\n' "$(date +%T)" "$*"; }
fail() { say "FAILED: $*" >&2; exit 1; }
. deploy/podman.sh
work=$(mktemp -d)
file=deploy/compose/compose.yaml
tools=$PWD/artifacts/compose
compose() { "$tools/docker-compose" -f "$file" "${override[@]}" "$@"; }
override=() service=
clean() {
  if [ -n "$service" ]; then
    compose --profile client down -v -t 60 >/dev/null 2>&1 || true
    kill "$service" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap clean EXIT

# (1) docker compose itself, which reads the file as Docker would.
if [ ! -x "$tools/docker-compose" ]; then
  mkdir -p "$tools" "$work/lists/partial" "$work/sources" "$work/cache/archives/partial"
  printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
    "${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' | head -1)}" >"$work/sources/trixie.sources"
  debian=(-o "Dir::Etc::sourcelist=/dev/null" -o "Dir::Etc::sourceparts=$work/sources" -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=root" -qq)
  apt-get "${debian[@]}" update
  (cd "$work" && apt-get "${debian[@]}" download docker-compose && dpkg -x docker-compose_*.deb unpacked)
  cp "$(find "$work/unpacked" -type f -name docker-compose -perm -u+x | head -1)" "$tools/docker-compose"
fi
compose --profile client config -q || fail "docker compose refuses $file"
say "docker compose $("$tools/docker-compose" version --short) takes the file: services $(compose --profile client config --services | sort | paste -sd' ')"

need podman runc buildah redis-server prometheus npm curl
for package in netavark aardvark-dns; do [ -x "/usr/lib/podman/$package" ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null; done
image=resprune:0.1.0
podman image exists "$image" || fail "there is no image $image: run deploy/try-image.sh first"

# (2) Stand-ins, with what the services need of the originals.
stand_in() { # IMAGE COMMAND...: from the base of the image, with a program of this machine and what it links to
  local name=$1 base libraries
  shift
  podman image exists "$name" && return
  base=$(buildah from --pull-never mcr.microsoft.com/dotnet/aspnet:10.0)
  "$@" "$base"
  buildah commit -q --rm "$base" "$name" >/dev/null
}
with_program() { # PROGRAM... CONTAINER
  local base=${*: -1} program
  for program in "${@:1:$#-1}"; do
    buildah add -q "$base" "$(type -P "$program")" "/usr/local/bin/$program" >/dev/null
    ldd "$(type -P "$program")" 2>/dev/null | grep -o '/[^ ]*\.so[^ ]*' | while read -r library; do
      buildah add -q "$base" "$library" "/usr/local/lib/stand-in/$(basename "$library")" >/dev/null
    done
  done
  buildah config --env LD_LIBRARY_PATH=/usr/local/lib/stand-in "$base"
}
redis() {
  with_program redis-server redis-cli "$1"
  # The original answers other hosts by default; Debian's does not.
  printf '#!/bin/sh\nexec "$@" --protected-mode no\n' >"$work/redis-entrypoint"
  buildah add -q --chmod 755 "$1" "$work/redis-entrypoint" /usr/local/bin/redis-entrypoint >/dev/null
  buildah config --entrypoint '["redis-entrypoint"]' "$1"
}
azurite() {
  with_program node "$1"
  buildah add -q "$1" artifacts/azurite /opt/azurite >/dev/null
  printf '#!/bin/sh\nexec node /opt/azurite/node_modules/azurite/dist/src/blob/main.js "$@"\n' >"$work/azurite-blob"
  buildah add -q --chmod 755 "$1" "$work/azurite-blob" /usr/local/bin/azurite-blob >/dev/null
}
prometheus() {
  with_program prometheus "$1"
  buildah config --entrypoint '["prometheus"]' --cmd '--config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/prometheus' "$1"
}
bash tests/Azurite/install.sh artifacts/azurite
# Without the digest, which a stand-in cannot have.
image_of() { compose --profile client config --format json | node -p 'JSON.parse(require("fs").readFileSync(0)).services[process.argv[1]].image.split("@")[0]' "$1"; }
for name in redis azurite prometheus; do stand_in "$(image_of $name)" "$name"; done
say "stand-ins for $(image_of redis), $(image_of azurite) and $(image_of prometheus)"

# (3) Podman in Docker's place.
cat >"$work/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
CONF
export CONTAINERS_CONF=$work/containers.conf DOCKER_HOST=unix://$work/podman.sock
podman system service --time 0 "$DOCKER_HOST" >"$work/podman.log" 2>&1 & service=$!
await 30 "[ -S $work/podman.sock ]" || fail "podman's service did not start"
{
  echo "services:"
  for name in control worker client; do echo "  $name: {healthcheck: {disable: true}, depends_on: {redis: {condition: service_started}}}"; done
  echo "  redis: {healthcheck: !reset null, image: \"$(image_of redis)\"}"
  for name in azurite container prometheus; do echo "  $name: {image: \"$(image_of $name)\"}"; done
} >"$work/podman.yaml"
override=(-f "$work/podman.yaml")
compose up -d --no-build --pull never --scale control=2 --scale worker=2 redis azurite container control worker prometheus >"$work/up.log" 2>&1 \
  || { tail -15 "$work/up.log" >&2; fail "docker compose up"; }
silos=$(podman ps --format '{{.Names}}' | grep -E 'control|worker' | sort)
for silo in $silos; do
  await 180 "podman logs $silo 2>&1 | grep -q 'is up'" || { podman logs "$silo" 2>&1 | tail -5; fail "$silo did not come up"; }
done
say "up: $(podman ps --format '{{.Names}}' | sort | paste -sd' ')"

# (4) What the comment in the file says to type.
export FILES=$work/files UID_=0
mkdir "$FILES" && chmod 777 "$FILES"
client() { compose run --rm --no-deps -T client "$@" 2>"$work/client.err" || { tail -5 "$work/client.err" >&2; fail "client $1"; }; }
batch=$(client submit /app/models/resprune-tiny/samples --ask "What is in the picture?" | tail -1)
say "watch: $(client watch "$batch" | tail -1)"
client fetch "$batch" --output /work/answers >/dev/null
say "fetched $(wc -l <"$FILES/answers/output.jsonl") answers"
targets() { curl -fsS "http://127.0.0.1:9090/api/v1/targets" | grep -o '"health":"[a-z]*"' | sort | uniq -c | awk '{ print $1, $2 }' | paste -sd' '; }
await 60 "[ \"\$(targets)\" = '4 \"health\":\"up\"' ]" || fail "Prometheus' targets: $(targets)"
query() { curl -fsS "http://127.0.0.1:9090/api/v1/query" --data-urlencode "query=$1" | grep -o '"value":\[[^]]*\]' | head -1; }
await 60 "query 'sum(resprune_images_total)' | grep -q value" || fail "Prometheus has no images"
say "Prometheus scrapes $(targets), and has images: $(query 'sum(resprune_images_total)'); groups of rules: $(curl -fsS http://127.0.0.1:9090/api/v1/rules | grep -o '"file":' | wc -l)"
began=$SECONDS
compose stop >/dev/null 2>&1 || fail "docker compose stop"
for silo in $silos; do
  code=$(podman inspect --format '{{.State.ExitCode}}' "$silo")
  [ "$code" = 0 ] || fail "$silo ended with exit code $code"
done
say "stopped in $((SECONDS - began)) s, every silo with exit code 0; Grafana was not tried"
