{{- define "resprune.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "resprune.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "resprune.labels" -}}
{{ include "resprune.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "resprune.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "resprune.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The image: a list of root and device. */}}
{{- define "resprune.image" -}}
{{- $root := index . 0 -}}
{{- $tag := default $root.Chart.AppVersion $root.Values.image.tag -}}
{{- if eq (index . 1) "cuda" }}{{ $tag = default (printf "%s-cuda" $tag) $root.Values.image.cudaTag }}{{ end -}}
{{- printf "%s%s%s" $root.Values.image.repository (ternary "@" ":" (hasPrefix "sha256:" $tag)) $tag -}}
{{- end -}}

{{/* Where batches are: azure, secret or volume. */}}
{{- define "resprune.storageKind" -}}
{{- if .Values.storage.url }}azure{{ else if .Values.storage.connectionString.secretName }}secret{{ else }}volume{{ end -}}
{{- end -}}

{{- define "resprune.storageClaim" -}}
{{- default (printf "%s-store" (include "resprune.fullname" .)) .Values.storage.volume.existingClaim -}}
{{- end -}}

{{/* One pool with the defaults filled in, as JSON: a list of defaults and pool. Not mergeOverwrite, for which 0 and false are no values. */}}
{{- define "resprune.pool" -}}
{{- $pool := deepCopy (index . 0) -}}
{{- range $key, $value := index . 1 -}}
{{- $old := get $pool $key -}}
{{- if and (kindIs "map" $value) (kindIs "map" $old) -}}
{{- range $inner, $innerValue := $value }}{{ $_ := set $old $inner $innerValue }}{{ end -}}
{{- else -}}
{{- $_ := set $pool $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $pool -}}
{{- end -}}

{{/* The secret that Redis' password is in; empty for a Redis of the user's own without one. */}}
{{- define "resprune.redisSecret" -}}
{{- if .Values.redis.passwordSecretName -}}
{{- .Values.redis.passwordSecretName -}}
{{- else if not .Values.redis.address -}}
{{- printf "%s-redis" (include "resprune.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- define "resprune.redisPasswordEnv" -}}
- name: REDIS_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ include "resprune.redisSecret" . }}, key: {{ .Values.redis.passwordSecretKey }}}}
{{- end -}}

{{/* The secret with the certificate of silos and clients. */}}
{{- define "resprune.tlsSecret" -}}
{{- default (printf "%s-tls" (include "resprune.fullname" .)) .Values.tls.secretName -}}
{{- end -}}

{{/* Whole, never by subPath: a renewed certificate must reach the running pod. */}}
{{- define "resprune.tlsMount" -}}
{{- if .Values.tls.enabled }}
- {name: tls, mountPath: /tls, readOnly: true}
{{- end }}
{{- end -}}

{{- define "resprune.tlsVolume" -}}
{{- if .Values.tls.enabled }}
- name: tls
  secret: {secretName: {{ include "resprune.tlsSecret" . }}, defaultMode: 0440}
{{- end }}
{{- end -}}

{{/* Which fleet it is: for silos and clients. */}}
{{- define "resprune.fleetEnv" -}}
{{- $fullname := include "resprune.fullname" . -}}
{{- $kind := include "resprune.storageKind" . -}}
{{- $password := include "resprune.redisSecret" . -}}
{{- if $password }}
{{ include "resprune.redisPasswordEnv" . }}
{{- end }}
- name: RESPRUNE__REDIS
  value: {{ printf "%s%s%s" (default (printf "%s-redis:6379" $fullname) .Values.redis.address) (ternary ",password=$(REDIS_PASSWORD)" "" (ne $password "")) (ternary ",ssl=true" "" .Values.redis.tls) | quote }}
{{- if .Values.tls.enabled }}
- name: RESPRUNE__TLS__CERTIFICATE
  value: /tls/tls.crt
- name: RESPRUNE__TLS__KEY
  value: /tls/tls.key
- name: RESPRUNE__TLS__CA
  value: /tls/ca.crt
{{- end }}
{{- if eq $kind "secret" }}
- name: RESPRUNE_STORAGE_CONNECTION_STRING
  valueFrom: {secretKeyRef: {name: {{ .Values.storage.connectionString.secretName }}, key: {{ .Values.storage.connectionString.secretKey }}}}
{{- end }}
- name: RESPRUNE__STORE
  value: {{ if eq $kind "azure" }}{{ .Values.storage.url | quote }}{{ else if eq $kind "secret" }}{{ printf "azure:%s" .Values.storage.connectionString.container | quote }}{{ else }}/store{{ end }}
- name: RESPRUNE__CLUSTERID
  value: {{ default $fullname .Values.clusterId | quote }}
- name: RESPRUNE__SERVICEID
  value: {{ default $fullname .Values.clusterId | quote }}
- name: RESPRUNE__STARTTIMEOUT
  value: "00:01:00"
{{- end -}}

{{/* What one silo is: a list of root, role, drainSeconds. */}}
{{- define "resprune.siloEnv" -}}
- name: RESPRUNE__ROLE
  value: {{ index . 1 }}
- name: RESPRUNE__NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: RESPRUNE__ADVERTISEIP
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
- name: RESPRUNE__SILOPORT
  value: "11111"
{{- if eq (index . 1) "control" }}
- name: RESPRUNE__GATEWAYPORT
  value: "30000"
{{- end }}
- name: RESPRUNE__METRICSPORT
  value: "9464"
- name: RESPRUNE__DRAINTIMEOUT
  value: {{ printf "%02d:%02d:%02d" (div (index . 2 | int) 3600) (mod (div (index . 2 | int) 60) 60) (mod (index . 2 | int) 60) | quote }}
- name: LOGGING__CONSOLE__FORMATTERNAME
  value: json
{{ include "resprune.fleetEnv" (index . 0) }}
{{- end -}}

{{/* Probes of a silo: a dict with startupSeconds. */}}
{{- define "resprune.probes" -}}
startupProbe:
  httpGet: {path: /healthz/startup, port: metrics}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: {{ max 1 (div (int .startupSeconds) 5) }}
livenessProbe:
  httpGet: {path: /healthz/live, port: metrics}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /healthz/ready, port: metrics}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
{{- end -}}

{{- define "resprune.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Labels of silo pods beyond the selector. */}}
{{- define "resprune.podLabels" -}}
{{- with .Values.commonLabels }}
{{- toYaml . }}
{{ end -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- if eq (include "resprune.storageKind" .) "azure" }}
azure.workload.identity/use: "true"
{{- end }}
{{- end -}}

{{- define "resprune.storeMount" -}}
{{- if eq (include "resprune.storageKind" .) "volume" }}
- {name: store, mountPath: /store}
{{- end }}
{{- end -}}

{{- define "resprune.storeVolume" -}}
{{- if eq (include "resprune.storageKind" .) "volume" }}
- name: store
  persistentVolumeClaim: {claimName: {{ include "resprune.storageClaim" . }}}
{{- end }}
{{- end -}}

{{/* Placement of a pod: from a map with nodeSelector, tolerations, affinity, topologySpreadConstraints and priorityClassName. */}}
{{- define "resprune.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .topologySpreadConstraints }}
topologySpreadConstraints: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}
