# Functions for the scripts beside it: an image builder and containers on a machine without Docker, registry or systemd.

# need PROGRAM...: installs what is missing.
need() {
  local missing=()
  for program in "$@"; do command -v "$program" >/dev/null || missing+=("$program"); done
  [ ${#missing[@]} -eq 0 ] && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" fuse-overlayfs containernetworking-plugins catatonit >/dev/null
}

# build_image TAG: the Dockerfile as it is. NuGet's configuration and the certificates are this machine's; they are mounted, not copied.
build_image() {
  local mounts=(-v /etc/ssl/certs:/etc/ssl/certs:ro)
  [ ! -d "$HOME/.nuget/NuGet" ] || mounts+=(-v "$HOME/.nuget/NuGet:/root/.nuget/NuGet:ro")
  # The stand-ins of local-base-images.sh cannot have the digests of what they stand for.
  mounts+=(--build-arg SDK=mcr.microsoft.com/dotnet/sdk:10.0 --build-arg ASPNET=mcr.microsoft.com/dotnet/aspnet:10.0)
  nice buildah bud --isolation chroot --pull-never --format docker --layers "${mounts[@]}" -t "$1" . >"${TMPDIR:-/tmp}/resprune-build.log" 2>&1 \
    || { tail -20 "${TMPDIR:-/tmp}/resprune-build.log" >&2; return 1; }
}

# container OPTION... IMAGE ARGUMENT...: podman run as Kubernetes' restricted profile would.
# runc and the limits are for machines without systemd; podman's own health checks need it too.
container() {
  podman run --runtime runc --network host --no-healthcheck --ulimit nofile=20000:20000 --ulimit nproc=4096:4096 \
    --read-only --tmpfs /tmp:mode=1777 --cap-drop all --security-opt no-new-privileges "$@"
}

# await SECONDS CONDITION: polls.
await() {
  local deadline=$((SECONDS + $1))
  until eval "$2"; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.3
  done
}
