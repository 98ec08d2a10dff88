#!/bin/bash
# For machines that cannot reach the .NET image registry: makes stand-ins for the two base images of the Dockerfile out of Debian 12 and the
# .NET SDK installed here, under the same names, so that the Dockerfile builds unchanged. Needs root, debootstrap and buildah. Once; two minutes.
set -euo pipefail
registry=mcr.microsoft.com/dotnet version=10.0
buildah inspect --type image "$registry/sdk:$version" >/dev/null 2>&1 && buildah inspect --type image "$registry/aspnet:$version" >/dev/null 2>&1 && exit 0
root=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
debootstrap --variant=minbase --include=ca-certificates,libicu72,libssl3,libstdc++6,zlib1g bookworm "$work/rootfs" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$work/log" \
  || { tail -5 "$work/log" >&2; exit 1; }
rm -rf "$work"/rootfs/var/cache/apt/* "$work"/rootfs/var/lib/apt/lists/*
# aspnet: the runtime of the newest version installed here.
base=$(buildah from scratch)
buildah add -q "$base" "$work/rootfs" / >/dev/null
for part in host shared; do buildah add -q "$base" "$root/$part" "/usr/share/dotnet/$part" >/dev/null; done
buildah add -q "$base" "$root/dotnet" /usr/share/dotnet/ >/dev/null
buildah run --isolation chroot "$base" -- sh -c 'ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet && groupadd -g 1654 app && useradd -u 1654 -g 1654 -M app'
buildah config --env DOTNET_RUNNING_IN_CONTAINER=true --env APP_UID=1654 "$base"
buildah commit -q "$base" "$registry/aspnet:$version" >/dev/null
# sdk: the same with everything.
buildah add -q "$base" "$root" /usr/share/dotnet >/dev/null
buildah commit -q --rm "$base" "$registry/sdk:$version" >/dev/null
echo "made $registry/aspnet:$version and $registry/sdk:$version"
