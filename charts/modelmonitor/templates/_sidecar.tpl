{{/*
What your own Deployment includes, with the context of this chart as your dependency: (include "modelmonitor.sidecar.container" .Subcharts.modelmonitor).
*/}}
{{- define "modelmonitor.sidecar.container" -}}
{{- if ne .Values.mode "sidecar" }}{{ fail (printf "\nmode: is %s; your values must say `modelmonitor: { mode: sidecar }`" .Values.mode) }}{{ end -}}
{{- include "modelmonitor.checks" . -}}
{{- include "modelmonitor.container" . }}
{{- end }}

{{- define "modelmonitor.sidecar.initContainers" -}}
{{- include "modelmonitor.initContainers" . }}
{{- end }}

{{- define "modelmonitor.sidecar.volumes" -}}
{{- include "modelmonitor.volumes" . }}
{{- end }}

{{- define "modelmonitor.sidecar.annotations" -}}
{{- include "modelmonitor.annotations" . }}
{{- end }}

{{- define "modelmonitor.sidecar.podLabels" -}}
{{- include "modelmonitor.podLabels" . }}
{{- end }}
