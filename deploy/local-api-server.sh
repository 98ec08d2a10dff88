#!/bin/bash
# Builds the Kubernetes API server from Debian's own source package, which carries all that it needs, for machines that reach no cluster and no
# registry. It is old (1.20.2) and the newest that Debian has whole. Debian 12 as root. Once; five minutes of CPU time, 2 GB of disk meanwhile.
#   bash deploy/local-api-server.sh DIR        makes DIR/kube-apiserver-1.20.2
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: local-api-server.sh DIR" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
binary=$folder/kube-apiserver-1.20.2
[ ! -x "$binary" ] || exit 0
version=1.20.5+really1.20.2-1.1+deb12u1
work=$(mktemp -d "$folder/build.XXXXXX")
trap 'rm -rf "$work"' EXIT

go=/usr/lib/go-1.19/bin/go
reflect=/usr/share/gocode/src/github.com/modern-go/reflect2
[ -x "$go" ] && [ -d "$reflect" ] || {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-1.19-go golang-github-modern-go-reflect2-dev >/dev/null
}
# A list of sources of its own, from where the machine's packages come: its own lists stay as they are.
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' | head -1)}
mkdir -p "$work/lists/partial" "$work/sources"
cat >"$work/sources/source.sources" <<SOURCES
Types: deb-src
URIs: $mirror
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
debian=(-o "Dir::Etc::sourcelist=/dev/null" -o "Dir::Etc::sourceparts=$work/sources" -o "Dir::State::lists=$work/lists" -o "APT::Sandbox::User=root" -qq)
apt-get "${debian[@]}" update
(cd "$work" && apt-get "${debian[@]}" source --download-only "kubernetes=$version")

source=$work/src/k8s.io/kubernetes
mkdir -p "$source"
tar xzf "$work"/*.orig.tar.gz -C "$source" --strip-components 1
cd "$source"
export GO111MODULE=off GOPATH=$work GOCACHE=$work/cache CGO_ENABLED=0 GOFLAGS=-p=2
# The reflect2 that Kubernetes brings reads maps as Go before 1.18 laid them out, and crashes on custom resources; Debian's own does not.
rm -r vendor/github.com/modern-go/reflect2
cp -r "$reflect" vendor/github.com/modern-go/
# The one generated file that the package leaves out: Kubernetes' makefile makes it from every package that is marked so, less examples.
"$go" build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
packages=$(grep -rl --include='*.go' '^// +k8s:openapi-gen=' pkg staging/src \
  | grep -v -e /code-generator/ -e /sample-apiserver/ | xargs -n1 dirname | sort -u | sed -e 's,^staging/src/,vendor/,' -e 's,^,k8s.io/kubernetes/,' | paste -sd,)
"$work/openapi-gen" --logtostderr --go-header-file vendor/k8s.io/code-generator/hack/boilerplate.go.txt --report-filename "$work/violations" \
  -i "$packages" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi --output-base "$work/src"
nice -n 19 "$go" build -ldflags "-s -w" -o "$work/kube-apiserver" ./cmd/kube-apiserver
mv "$work/kube-apiserver" "$binary"
