#!/usr/bin/env bash
# Installs the types of Kubernetes' API and of three operators that validate.mjs uses, npm packages: bash tests/Helm/install-models.sh DIR   (once; 31 MB)
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: install-models.sh DIR" >&2; exit 2; }
packages=(kubernetes-models@5.1.0 @kubernetes-models/prometheus-operator@6.0.0 @kubernetes-models/keda@2.0.0 @kubernetes-models/cert-manager@6.0.0
  @kubernetes-models/apimachinery@3.0.2 @kubernetes-models/base@6.0.1 @kubernetes-models/validate@5.0.2 yaml@2.9.1)
mark=$1/.models-$(echo "${packages[@]}" | sha256sum | cut -c1-12)
[ -f "$mark" ] && exit 0
command -v npm >/dev/null || { echo "install-models.sh: npm is needed: apt-get install npm" >&2; exit 1; }
mkdir -p "$1"
npm install --prefix "$1" --ignore-scripts --no-audit --no-fund --no-save --loglevel=error "${packages[@]}" >&2
touch "$mark"
