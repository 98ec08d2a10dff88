#!/bin/bash
# Installs, upgrades, rolls back, tests and uninstalls the chart with helm on a real Kubernetes API server, with every values file. There is the API
# server and its etcd, on loopback, and nothing else: objects are validated and stored, no pod runs. Where a controller or a kubelet is needed the
# script does its part, and says so. Ends with a failure at the first thing that is not so. Debian 12 as root.
#   bash deploy/try-api-server.sh [KUBE_APISERVER]        default: 1.20.2, built once from Debian's source package into artifacts/api-server
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '%s %s\n' "$(date +%T)" "$*"; }
fail() {
  [ ! -s "$work/server.log" ] || grep -m1 -A12 -e '^panic' -e '^fatal error' "$work/server.log" >&2 || tail -3 "$work/server.log" >&2
  say "FAILED: $*" >&2
  exit 1
}

missing=()
for part in etcd:etcd-server openssl:openssl curl:curl unzip:unzip npm:npm; do command -v "${part%:*}" >/dev/null || missing+=("${part#*:}"); done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
bash tests/Helm/install.sh artifacts/helm
if [ $# -eq 0 ]; then
  began=$SECONDS
  bash deploy/local-api-server.sh artifacts/api-server
  [ $((SECONDS - began)) -lt 5 ] || say "built the API server in $((SECONDS - began)) s"
fi
server=${1:-artifacts/api-server/kube-apiserver-1.20.2}

work=$(mktemp -d)
started=()
clean() {
  [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap clean EXIT
export HELM_CACHE_HOME=$work/helm HELM_CONFIG_HOME=$work/helm HELM_DATA_HOME=$work/helm KUBECONFIG=$work/config
helm() { artifacts/helm/helm "$@" 2>"$work/helm.err" || { local code=$?; cat "$work/helm.err" >&2; return $code; }; }
kubectl() { artifacts/helm/kubectl --cache-dir "$work/kubectl" "$@"; }
await() { # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.2
  done
}

# (1) etcd and the API server, on loopback.
etcd --data-dir "$work/etcd" --listen-client-urls http://127.0.0.1:12379 --advertise-client-urls http://127.0.0.1:12379 --listen-peer-urls http://127.0.0.1:12380 \
  --initial-advertise-peer-urls http://127.0.0.1:12380 --initial-cluster default=http://127.0.0.1:12380 >"$work/etcd.log" 2>&1 & started+=($!)
openssl genrsa -out "$work/sa.key" 2048 2>/dev/null
openssl rsa -in "$work/sa.key" -pubout -out "$work/sa.pub" 2>/dev/null
token=$(openssl rand -hex 16)
echo "$token,admin,1,\"system:masters\"" >"$work/tokens.csv"
"$server" --etcd-servers http://127.0.0.1:12379 --bind-address 127.0.0.1 --advertise-address 127.0.0.1 --secure-port 16443 --cert-dir "$work/certs" \
  --token-auth-file "$work/tokens.csv" --authorization-mode RBAC --service-account-issuer https://kubernetes.default.svc \
  --service-account-signing-key-file "$work/sa.key" --service-account-key-file "$work/sa.pub" --service-cluster-ip-range 10.96.0.0/24 \
  --endpoint-reconciler-type none --disable-admission-plugins ServiceAccount >"$work/server.log" 2>&1 & started+=($!)
cat >"$KUBECONFIG" <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: try, cluster: {server: "https://127.0.0.1:16443", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: "$token"}}]
contexts: [{name: try, context: {cluster: try, user: admin}}]
current-context: try
CONFIG
await 180 curl -fsk -H "Authorization: Bearer $token" https://127.0.0.1:16443/readyz || { tail -5 "$work/server.log" >&2; fail "the API server is not ready"; }
version=$(kubectl version -o json 2>/dev/null | awk -F'"' '/serverVersion/ { on = 1 } on && $2 == "gitVersion" { print $4 }')
say "a real API server, $(basename "$server") (it calls itself $version), with etcd $(etcd --version | awk 'NR == 1 { print $3 }'); $(helm version --short), no other part of Kubernetes"

# (2) The kinds of operators, by schemas of what the chart uses of them: a missing or mistyped field is refused, one that is not here is kept.
custom() { # GROUP VERSION KIND PLURAL SCHEMA-OF-SPEC
  printf -- '---\n{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: %s.%s}, spec: {group: %s, scope: Namespaced,\n' "$4" "$1" "$1"
  printf 'names: {kind: %s, plural: %s}, versions: [{name: %s, served: true, storage: true, schema: {openAPIV3Schema: {type: object, required: [spec],\n' "$3" "$4" "$2"
  printf 'properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true, %s}}}}}]}}\n' "$5"
}
text='{type: string}' count='{type: integer}' open='x-kubernetes-preserve-unknown-fields: true'
{
  custom monitoring.coreos.com v1 PodMonitor podmonitors "required: [selector, podMetricsEndpoints], properties: {selector: {type: object, $open}, podTargetLabels: {type: array, items: $text},
    podMetricsEndpoints: {type: array, items: {type: object, $open, properties: {port: $text, path: $text, interval: $text}}}}"
  custom monitoring.coreos.com v1 PrometheusRule prometheusrules "properties: {groups: {type: array, items: {type: object, $open, required: [name], properties: {name: $text,
    rules: {type: array, items: {type: object, $open, required: [expr], properties: {expr: $text, alert: $text, record: $text, for: $text}}}}}}}"
  custom keda.sh v1alpha1 ScaledObject scaledobjects "required: [scaleTargetRef, triggers], properties: {scaleTargetRef: {type: object, required: [name], properties: {name: $text}},
    minReplicaCount: $count, maxReplicaCount: $count, pollingInterval: $count, cooldownPeriod: $count, fallback: {type: object, required: [failureThreshold, replicas],
    properties: {failureThreshold: $count, replicas: $count}}, triggers: {type: array, items: {type: object, $open, required: [type, metadata], properties: {type: $text,
    metadata: {type: object, additionalProperties: $text}, authenticationRef: {type: object, required: [name], properties: {name: $text}}}}}}"
  custom keda.sh v1alpha1 TriggerAuthentication triggerauthentications "properties: {podIdentity: {type: object, required: [provider], properties: {provider: $text}}}"
  custom cert-manager.io v1 Issuer issuers "properties: {selfSigned: {type: object}, ca: {type: object, required: [secretName], properties: {secretName: $text}}}"
  custom cert-manager.io v1 Certificate certificates "required: [secretName, issuerRef], properties: {secretName: $text, commonName: $text, duration: $text, isCA: {type: boolean},
    dnsNames: {type: array, items: $text}, usages: {type: array, items: $text}, issuerRef: {type: object, required: [name], properties: {name: $text, kind: $text, group: $text}},
    privateKey: {type: object, properties: {algorithm: $text, size: $count, rotationPolicy: $text}}}"
} >"$work/kinds.yaml"
kubectl apply -f "$work/kinds.yaml" >/dev/null
kubectl wait --for condition=Established --timeout 60s -f "$work/kinds.yaml" >/dev/null

# (3) The chart as it is, or for a server that is older than it allows, a copy that such a server can take.
chart=helm/resprune
if ! kubectl api-versions | grep -qx policy/v1; then
  refusal=$(helm install early "$chart" 2>&1 >/dev/null) && fail "the chart took $version, which is older than its kubeVersion"
  say "the chart itself is refused: $(echo "$refusal" | tail -1)"
  cp -rL "$chart" "$work/chart"
  chart=$work/chart
  sed -i '/^kubeVersion:/d' "$chart/Chart.yaml"
  sed -i 's,^apiVersion: policy/v1$,apiVersion: policy/v1beta1,' "$chart"/templates/*.yaml
  say "so a copy is installed: without kubeVersion, and with disruption budgets as policy/v1beta1, which have the same fields; as policy/v1 they were decoded only (tests)"
fi

kinds=$(kubectl api-resources --verbs list --namespaced -o name | grep -v -e '^events' -e metrics.k8s.io -e '\.extensions$' | paste -sd,)
all() { kubectl get "$kinds" -n "$1" -o name 2>/dev/null | grep -v -e '^serviceaccount/default$' -e '^configmap/kube-root-ca.crt$' -e '^secret/sh.helm' | sort; }
generations() { kubectl get deployments,statefulsets -n "$1" -o 'jsonpath={range .items[*]}{.metadata.name}={.metadata.generation} {end}'; }
field() { kubectl get "$2" -n "$1" -o "jsonpath=$3"; }
expect() { [ "$2" = "$3" ] || fail "$1: '$2', not '$3'"; }
status() { helm list -n "$1" -o json | sed -E 's/.*"revision":"([0-9]+)".*"status":"([a-z-]+)".*/\2, revision \1/'; }

# What the kubelet does: runs the pod of 'helm test', which here is only said to have succeeded.
pass_test() { # NAMESPACE POD
  await 60 kubectl get pod -n "$1" "$2" || return 1
  kubectl patch pod -n "$1" "$2" --subresource status --type merge -p '{"status":{"phase":"Succeeded"}}' >/dev/null
}

try() { # NAME [VALUES-FILE]
  local space=try-$1 name=fleet-resprune values=() objects before kept
  [ $# -lt 2 ] || values=(-f "$2")
  helm install fleet "$chart" -n "$space" --create-namespace "${values[@]}" >/dev/null || fail "$1: install"
  expect "$1 after install" "$(status "$space")" "deployed, revision 1"
  helm get manifest fleet -n "$space" >"$work/manifest"
  objects=$(kubectl get -f "$work/manifest" -n "$space" -o name | sort) || fail "$1: not everything is stored"
  expect "$1: objects stored" "$(echo "$objects" | wc -l)" "$(grep -c '^kind:' "$work/manifest")"
  say "$1: installed, $(echo "$objects" | wc -l) objects stored: $(echo "$objects" | cut -d/ -f1 | cut -d. -f1 | sort | uniq -c | awk '{ printf "%s%s %s", n++ ? ", " : "", $1, $2 }')"

  # What the autoscaler does: it sets a number of workers, which an upgrade must leave alone.
  local scaled=() followed=
  mapfile -t scaled < <(kubectl get scaledobjects -n "$space" -o name | cut -d/ -f2)
  for pool in "${scaled[@]}"; do kubectl scale deployment -n "$space" "$pool" --replicas 5 >/dev/null; done
  before=$(generations "$space")
  helm upgrade fleet "$chart" -n "$space" "${values[@]}" >/dev/null || fail "$1: upgrade"
  expect "$1 upgraded to the same" "$(generations "$space")" "$before"
  helm upgrade fleet "$chart" -n "$space" "${values[@]}" --set control.drainSeconds=41 >/dev/null || fail "$1: upgrade with a changed value"
  expect "$1 after upgrades" "$(status "$space")" "deployed, revision 3"
  expect "$1: grace period" "$(field "$space" "statefulset/$name-control" '{.spec.template.spec.terminationGracePeriodSeconds}')" 56
  for pool in "${scaled[@]}"; do expect "$1: workers of $pool" "$(field "$space" "deployment/$pool" '{.spec.replicas}')" 5; done
  [ ${#scaled[@]} -eq 0 ] || followed="; the 5 workers that the autoscaler had set stayed"
  say "$1: upgraded with the same values (no workload changed), then with control.drainSeconds=41 (stored grace period 56 s)$followed"
  helm rollback fleet 1 -n "$space" >/dev/null || fail "$1: rollback"
  expect "$1: grace period" "$(field "$space" "statefulset/$name-control" '{.spec.template.spec.terminationGracePeriodSeconds}')" 40
  expect "$1 after rollback" "$(status "$space")" "deployed, revision 4"
  for pool in "${scaled[@]}"; do expect "$1: workers of $pool" "$(field "$space" "deployment/$pool" '{.spec.replicas}')" 5; done

  helm get hooks fleet -n "$space" | kubectl apply --dry-run=server -n "$space" -f - >/dev/null || fail "$1: the test pod is refused"
  pass_test "$space" "$name-test" & local kubelet=$!
  helm test fleet -n "$space" --timeout 90s >"$work/test.log" || { cat "$work/test.log" >&2; fail "$1: helm test"; }
  wait $kubelet || fail "$1: no test pod"
  say "$1: rolled back; helm list: $(status "$space"); helm test: its pod was taken, $(grep -o 'Phase: *.*' "$work/test.log" | tr -s ' ') once told to have succeeded"

  # What the controller of StatefulSets does: it makes a claim for the pod of Redis, which outlives the set.
  kept=$(kubectl get -f "$work/manifest" -n "$space" -o name | grep '^persistentvolumeclaim/' || true)
  field "$space" "statefulset/$name-redis" '{.spec.volumeClaimTemplates[0].spec}' | sed "s|^|{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolumeClaim\",\"metadata\":{\"name\":\"data-$name-redis-0\"},\"spec\":|; s|\$|}|" \
    | kubectl create -n "$space" -f - >/dev/null
  helm uninstall fleet -n "$space" >/dev/null || fail "$1: uninstall"
  expect "$1: left after uninstall" "$(all "$space")" "$(printf '%s\n' "persistentvolumeclaim/data-$name-redis-0" $kept | sort)"
  expect "$1: releases after uninstall" "$(helm list -n "$space" -q)" ""
  helm install fleet "$chart" -n "$space" "${values[@]}" >/dev/null || fail "$1: install over what was left"
  helm uninstall fleet -n "$space" >/dev/null || fail "$1: second uninstall"
  say "$1: uninstalled; left: $(all "$space" | paste -sd' '); installed over that and uninstalled again"
}

try defaults
for file in helm/resprune/values-*.yaml tests/Helm/values-*.yaml; do try "$(basename "$file" .yaml | sed 's/^values-//')" "$file"; done

# (4) That it is a server that refuses.
refused() { # WHAT MESSAGE SETTING...
  local what=$1 message=$2 seen
  shift 2
  seen=$(helm install bad "$chart" -n default "${@/#/--set=}" 2>&1 >/dev/null) && fail "the server took $what"
  echo "$seen" | grep -qi -- "$message" || fail "$what is refused otherwise: $seen"
  say "refused, as it should be: $what: $(echo "$seen" | grep -i -m1 -o -- "$message.*" | cut -c1-150)"
  helm uninstall bad -n default --ignore-not-found >/dev/null
}
object=(extraObjects[0].apiVersion=apps/v1 extraObjects[0].kind=Deployment extraObjects[0].metadata.name=a)
refused "a Deployment without selector" 'spec.selector' "${object[@]}"
refused "an unknown field" 'field not declared in schema\|unknown field' "${object[@]}" extraObjects[0].spec.replica=1
refused "two volumes of one name" 'duplicate value\|duplicate entries' 'control.extraVolumes[0].name=tmp,control.extraVolumes[0].emptyDir.medium=Memory'
say "all as expected, in $SECONDS s"
