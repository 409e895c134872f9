{{/* The container of the monitor, as an item of a pod's containers. */}}
{{- define "modelmonitor.container" -}}
{{- $deployment := eq .Values.mode "deployment" -}}
{{- $counts := or $deployment .Values.sidecar.readiness -}}
- name: modelmonitor
  image: {{ include "modelmonitor.image" . | quote }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args: [run, -c, /etc/modelmonitor/monitor.yaml]
  {{- with .Values.env }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.envFrom }}
  envFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  # Named apart from your containers' ports: names are unique in a pod.
  ports:
    - { name: monitor-metrics, containerPort: 9465, protocol: TCP }
    {{- if eq (include "modelmonitor.httpOpen" .) "true" }}
    - { name: monitor-http, containerPort: 9464, protocol: TCP }
    {{- end }}
    {{- if and $deployment .Values.flight.enabled }}
    - { name: monitor-flight, containerPort: 8815, protocol: TCP }
    {{- end }}
  {{- if $counts }}
  startupProbe:
    httpGet: { path: /health/live, port: monitor-metrics }
    {{- toYaml .Values.probes.startup | nindent 4 }}
  {{- end }}
  livenessProbe:
    httpGet: { path: /health/live, port: monitor-metrics }
    {{- if not (or $counts (hasKey .Values.probes.liveness "initialDelaySeconds")) }}
    # A container whose startup probe has not succeeded makes the whole pod unready. So there is none, and this one waits as long as that would.
    initialDelaySeconds: {{ include "modelmonitor.startupSeconds" . }}
    {{- end }}
    {{- toYaml .Values.probes.liveness | nindent 4 }}
  {{- if $counts }}
  readinessProbe:
    httpGet: { path: /health/ready, port: monitor-metrics }
    {{- toYaml .Values.probes.readiness | nindent 4 }}
  {{- end }}
  resources:
    {{- include "modelmonitor.resources" . | nindent 4 }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  volumeMounts:
    - { name: modelmonitor-config, mountPath: /etc/modelmonitor, readOnly: true }
    - { name: modelmonitor-state, mountPath: {{ .Values.state.path | quote }} }
    - { name: modelmonitor-tmp, mountPath: /tmp }
    {{- if include "modelmonitor.modelSources" . }}
    - name: {{ .Values.model.podVolume | default "modelmonitor-model" }}
      mountPath: {{ .Values.model.path | quote }}
      readOnly: true
      {{- with .Values.model.subPath }}
      subPath: {{ . | quote }}
      {{- end }}
    {{- end }}
    {{- with .Values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* How long the startup probe lets the monitor take; where it leaves something out, as Kubernetes reads it. */}}
{{- define "modelmonitor.startupSeconds" -}}
{{- $probe := .Values.probes.startup | default dict -}}
{{ add ($probe.initialDelaySeconds | default 0) (mul ($probe.periodSeconds | default 10) ($probe.failureThreshold | default 3)) }}
{{- end }}

{{- define "modelmonitor.resources" -}}
{{- $resources := deepCopy .Values.resources -}}
{{- if .Values.gpu.enabled -}}
{{- $gpu := dict .Values.gpu.resource (int .Values.gpu.count) -}}
{{- $_ := set $resources "limits" (merge $gpu ($resources.limits | default dict)) -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end }}

{{/* The container that copies the model's files, as an item of a pod's initContainers; empty where none does. */}}
{{- define "modelmonitor.initContainers" -}}
{{- with .Values.model.init -}}
- name: modelmonitor-model
  image: {{ .image | quote }}
  {{- with .pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  {{- range $key := list "command" "args" "env" "envFrom" "resources" }}
  {{- with get $.Values.model.init $key }}
  {{ $key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  securityContext:
    {{- toYaml $.Values.securityContext | nindent 4 }}
  volumeMounts:
    - { name: modelmonitor-model, mountPath: {{ $.Values.model.path | quote }} }
    - { name: modelmonitor-tmp, mountPath: /tmp }
{{- end -}}
{{- end }}

{{/* The volumes of both, as items of a pod's volumes. */}}
{{- define "modelmonitor.volumes" -}}
- name: modelmonitor-config
  configMap: { name: {{ include "modelmonitor.configMapName" . }} }
- name: modelmonitor-tmp
  emptyDir: { sizeLimit: 256Mi }
{{- $kind := include "modelmonitor.stateKind" . }}
{{- if eq $kind "claim" }}
- name: modelmonitor-state
  persistentVolumeClaim: { claimName: {{ .Values.state.existingClaim | default (include "modelmonitor.fullname" .) }} }
{{- else if eq $kind "emptyDir" }}
- name: modelmonitor-state
  emptyDir: { sizeLimit: {{ .Values.state.sizeLimit }} }
{{- end }}
{{- with .Values.model }}
{{- if .claim }}
- name: modelmonitor-model
  persistentVolumeClaim: { claimName: {{ .claim }}, readOnly: true }
{{- else if .image }}
- name: modelmonitor-model
  image: { reference: {{ .image | quote }}, pullPolicy: {{ $.Values.image.pullPolicy }} }
{{- else if .init }}
- name: modelmonitor-model
  emptyDir: {}
{{- else if .volume }}
- name: modelmonitor-model
  {{- toYaml .volume | nindent 2 }}
{{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A change of the configuration is a change of the pod. */}}
{{- define "modelmonitor.annotations" -}}
{{- if .Values.config -}}
modelmonitor/config: {{ printf "%s%s" (include "modelmonitor.config" .) (toJson .Values.jobTemplate) | sha256sum | trunc 16 | quote }}
{{- else -}}
modelmonitor/config: {{ .Values.existingConfigMap | quote }}
{{- end }}
{{- end }}

{{/* By which the PodMonitor finds a pod. */}}
{{- define "modelmonitor.podLabels" -}}
modelmonitor/monitor: {{ include "modelmonitor.fullname" . }}
{{- end }}
