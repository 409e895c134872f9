{{- define "modelmonitor.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "modelmonitor.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "modelmonitor.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "modelmonitor.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "modelmonitor.selectorLabels" -}}
app.kubernetes.io/name: {{ include "modelmonitor.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "modelmonitor.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "modelmonitor.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "modelmonitor.image" -}}
{{- $tag := .Values.image.tag | default (printf "%s%s" .Chart.AppVersion (ternary "-gpu" "" .Values.gpu.enabled)) -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ $tag }}
{{- end }}
{{- end }}

{{- define "modelmonitor.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "modelmonitor.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- define "modelmonitor.configMapName" -}}
{{ .Values.existingConfigMap | default (include "modelmonitor.fullname" .) }}
{{- end }}

{{/* claim, emptyDir or external. */}}
{{- define "modelmonitor.stateKind" -}}
{{ .Values.state.kind | default (ternary "claim" "emptyDir" (eq .Values.mode "deployment")) }}
{{- end }}

{{/* The name of model's source, empty where there is none. */}}
{{- define "modelmonitor.modelSources" -}}
{{- $found := list -}}
{{- range $name := list "claim" "image" "init" "podVolume" "volume" -}}
{{- if get $.Values.model $name }}{{ $found = append $found $name }}{{ end -}}
{{- end -}}
{{ join " " $found }}
{{- end }}

{{/* Whether others than the pod reach the HTTP listener. */}}
{{- define "modelmonitor.httpOpen" -}}
{{ or (eq .Values.mode "deployment") (eq .Values.sidecar.http "pod") }}
{{- end }}

{{/* The places of config's actions that have one of some hooks, as text; empty where none has. Takes a list: the context, then the hooks. */}}
{{- define "modelmonitor.actionsWith" -}}
{{- $hooks := rest . -}}
{{- $found := list -}}
{{- range $name, $action := (first .).Values.config.actions | default dict -}}
{{- if has (get $action "hook" | default "") $hooks }}{{ $found = append $found (printf "config.actions.%s" $name) }}{{ end -}}
{{- end -}}
{{ join " and " $found }}
{{- end }}

{{/* Namespaces in which Jobs are made, as a JSON list; empty where the hook kubernetes-job is not used. */}}
{{- define "modelmonitor.jobNamespaces" -}}
{{- $found := .Values.rbac.namespaces -}}
{{- $asked := eq (toString .Values.rbac.create) "true" -}}
{{- range $name, $action := .Values.config.actions | default dict -}}
{{- if eq (get $action "hook" | default "") "kubernetes-job" -}}
{{- $asked = true -}}
{{- $metadata := $.Values.jobTemplate.metadata | default dict -}}
{{- $found = append $found (get ($action.options | default dict) "namespace" | default (get $metadata "namespace") | default $.Release.Namespace) -}}
{{- end -}}
{{- end -}}
{{- if and $asked (ne (toString .Values.rbac.create) "false") -}}
{{- toJson (uniq (empty $found | ternary (list .Release.Namespace) $found)) -}}
{{- end -}}
{{- end }}

{{/* What ServiceMonitor and PodMonitor say of an endpoint alike; its context is the one or the other's values. */}}
{{- define "modelmonitor.endpoint" -}}
path: /metrics
interval: {{ .interval }}
{{- with .relabelings }}
relabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
