#!/bin/bash
# Prints the bill of materials (CycloneDX) of a published program: every NuGet package with version and hash, from its deps.json.
#   bash deploy/sbom.sh resprune.deps.json
set -euo pipefail
separator=""
printf '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"resprune"}},"components":['
# A library is '"NAME/VERSION": {' with "type" and "sha512" on lines of their own.
awk -F'"' '
  /"libraries": \{/ { on = 1; next }
  on && $2 ~ /\// && /\{$/ { split($2, id, "/") }
  on && $2 == "type" { type = $4 }
  on && $2 == "sha512" && type == "package" { print id[1], id[2], substr($4, 8) }' "$1" |
while read -r name version hash; do
  hex=$(printf '%s' "$hash" | base64 -d | od -An -v -tx1 | tr -d ' \n')
  printf '%s\n{"type":"library","name":"%s","version":"%s","purl":"pkg:nuget/%s@%s"' "$separator" "$name" "$version" "$name" "$version"
  [ -z "$hex" ] || printf ',"hashes":[{"alg":"SHA-512","content":"%s"}]' "$hex"
  printf '}'
  separator=,
done
printf ']}\n'
