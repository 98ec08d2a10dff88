{{/*
Ends the rendering with a message. 'fail' does it, but 'helm lint' goes on after a 'fail' as if nothing were wrong: there the inclusion of
a template that is named like the message ends it.
*/}}
{{- define "resprune.refuse" -}}
{{- fail . -}}
{{- include . nil -}}
{{- end -}}

{{/* What the schema cannot say, or not in words that help. */}}
{{- define "resprune.validate" -}}
{{- if and .Values.storage.url .Values.storage.connectionString.secretName -}}
{{- include "resprune.refuse" "storage.url and storage.connectionString.secretName are both set: keep the url for workload identity, or the secret for a connection string, and remove the other" -}}
{{- end -}}
{{- if and .Values.storage.volume.existingClaim (or .Values.storage.url .Values.storage.connectionString.secretName) -}}
{{- include "resprune.refuse" (printf "storage.volume.existingClaim and storage.%s are both set: batches are in one place, so remove one of them" (ternary "url" "connectionString.secretName" (ne .Values.storage.url ""))) -}}
{{- end -}}
{{- if and .Values.storage.url (not (regexMatch "^https?://[^/]+/[^?]+$" .Values.storage.url)) -}}
{{- include "resprune.refuse" (printf "storage.url is '%s': give https://ACCOUNT.blob.core.windows.net/CONTAINER, without a SAS" .Values.storage.url) -}}
{{- end -}}
{{- if and .Values.storage.workloadIdentity.clientId (not .Values.storage.url) -}}
{{- include "resprune.refuse" "storage.workloadIdentity.clientId is set and storage.url is not: give the container's url, or remove the identity" -}}
{{- end -}}
{{- if and .Values.tls.secretName (not .Values.tls.enabled) -}}
{{- include "resprune.refuse" "tls.secretName is set and tls.enabled is not: set tls.enabled to true, or remove the secret" -}}
{{- end -}}
{{- if and .Values.tls.secretName .Values.tls.certManager.issuerName -}}
{{- include "resprune.refuse" "tls.secretName and tls.certManager.issuerName are both set: the certificate comes from one place, so remove one of them" -}}
{{- end -}}
{{- $keep := toString .Values.test.keep -}}
{{- if not (or (eq $keep "all") (regexMatch "^[1-9][0-9]*$" $keep) (regexMatch "^(0?\\.[0-9]*[1-9][0-9]*|1\\.0*)$" $keep) (regexMatch "^[1-9][0-9]*/[1-9][0-9]*$" $keep)) -}}
{{- include "resprune.refuse" (printf "test.keep is '%s': give a share of at most 1 (0.25 or 1/3), a whole number of tokens (64), or all" $keep) -}}
{{- end -}}
{{- if contains "/" $keep -}}
{{- $parts := splitList "/" $keep -}}
{{- if gt (index $parts 0 | int) (index $parts 1 | int) -}}
{{- include "resprune.refuse" (printf "test.keep is '%s', more than all tokens: give a share of at most 1 (1/3 or 0.25), a whole number of tokens (64), or all" $keep) -}}
{{- end -}}
{{- end -}}
{{- $names := list -}}
{{- range .Values.workerPools -}}
{{- $pool := fromJson (include "resprune.pool" (list $.Values.workerDefaults .)) -}}
{{- $where := printf "workerPools[%s]" $pool.name -}}
{{- if has $pool.name $names -}}
{{- include "resprune.refuse" (printf "two pools are named '%s': give each of workerPools a name of its own" $pool.name) -}}
{{- end -}}
{{- $names = append $names $pool.name -}}
{{- if and (eq $pool.device "cuda") (lt (int $pool.gpu.count) 1) -}}
{{- include "resprune.refuse" (printf "%s has device cuda and gpu.count 0: set gpu.count to 1 or more, or device to cpu" $where) -}}
{{- end -}}
{{- if and (eq $pool.device "cpu") (gt (int $pool.gpu.count) 0) -}}
{{- include "resprune.refuse" (printf "%s has device cpu and gpu.count %d, which would stand idle: set device to cuda, or gpu.count to 0" $where (int $pool.gpu.count)) -}}
{{- end -}}
{{- if and (eq $pool.model.source "download") (not $pool.model.name) -}}
{{- include "resprune.refuse" (printf "%s has model.source download and no model.name: give ORG/NAME of the model on the hub" $where) -}}
{{- end -}}
{{- if and (eq $pool.model.source "download") (not $pool.model.revision) -}}
{{- include "resprune.refuse" (printf "%s has model.source download and no model.revision: give the commit (40 hex digits) that the hub shows beside the model's files" $where) -}}
{{- end -}}
{{- if and (eq $pool.model.source "claim") (not $pool.model.claim) -}}
{{- include "resprune.refuse" (printf "%s has model.source claim and no model.claim: name the PersistentVolumeClaim that the model is in" $where) -}}
{{- end -}}
{{- if and $pool.autoscaling.enabled (not $pool.autoscaling.prometheusAddress) -}}
{{- include "resprune.refuse" (printf "%s is autoscaled without autoscaling.prometheusAddress: give the Prometheus that scrapes this fleet, as http://HOST:PORT" $where) -}}
{{- end -}}
{{- if gt (int $pool.autoscaling.minReplicas) (int $pool.autoscaling.maxReplicas) -}}
{{- include "resprune.refuse" (printf "%s has autoscaling.minReplicas %d above maxReplicas %d: raise maxReplicas" $where (int $pool.autoscaling.minReplicas) (int $pool.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
