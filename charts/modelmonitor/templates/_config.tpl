{{/* monitor.yaml: what the values say, and the listeners and the state as the chart lays them. */}}
{{- define "modelmonitor.config" -}}
{{- $address := ternary "*" "127.0.0.1" (eq .Values.mode "deployment") -}}
{{- $listen := dict "http" (printf "%s:9464" (ternary "*" $address (eq (include "modelmonitor.httpOpen" .) "true"))) "metrics" "*:9465" -}}
{{- if .Values.flight.enabled }}{{ $_ := set $listen "flight" (printf "%s:8815" $address) }}{{ end -}}
{{- if .Values.url -}}
{{- $_ := set $listen "url" .Values.url -}}
{{- else if eq .Values.mode "deployment" -}}
{{- $_ := set $listen "url" (printf "http://%s.%s.svc:9464" (include "modelmonitor.fullname" .) .Release.Namespace) -}}
{{- end -}}
{{- mergeOverwrite (deepCopy .Values.config) (dict "listen" $listen "state" .Values.state.path) | toYaml -}}
{{- end }}

{{/* What the schema cannot say. Every fault at once, each with its place. */}}
{{- define "modelmonitor.checks" -}}
{{- $faults := list -}}
{{- $sidecar := eq .Values.mode "sidecar" -}}
{{- $kind := include "modelmonitor.stateKind" . -}}
{{- $sources := include "modelmonitor.modelSources" . | splitList " " -}}
{{- if and .Values.config .Values.existingConfigMap -}}
{{- $faults = append $faults "existingConfigMap: is set beside config; give one of them" -}}
{{- else if not (or .Values.config .Values.existingConfigMap) -}}
{{- $faults = append $faults "config: is empty; it holds monitor.yaml, with at least one model (or name a ConfigMap of yours: existingConfigMap)" -}}
{{- end -}}
{{- if and .Values.existingConfigMap .Values.jobTemplate -}}
{{- $faults = append $faults "jobTemplate: is set beside existingConfigMap, into which the chart writes nothing; give the manifest as its key retrain-job.yaml" -}}
{{- end -}}
{{- range $key, $instead := dict "listen" "flight.enabled and url" "state" "state" -}}
{{- if hasKey $.Values.config $key }}{{ $faults = append $faults (printf "config.%s: the chart writes it; use %s" $key $instead) }}{{ end -}}
{{- end -}}
{{- if gt (len $sources) 1 }}{{ $faults = append $faults (printf "model: has %s; give one of them" (join " and " $sources)) }}{{ end -}}
{{- if and (gt (int .Values.replicas) 1) (eq $kind "claim") -}}
{{- $faults = append $faults (printf "replicas: is %d, but one process alone writes the state on a claim; set replicas to 1, or state.kind to emptyDir where each replica shall have a state of its own" (int .Values.replicas)) -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled .Values.podMonitor.enabled }}{{ $faults = append $faults "podMonitor.enabled: is on beside serviceMonitor; every series would be scraped twice" }}{{ end -}}
{{- if and .Values.state.existingClaim (ne $kind "claim") }}{{ $faults = append $faults (printf "state.existingClaim: needs state.kind claim, which is %s" $kind) }}{{ end -}}
{{- if $sidecar -}}
{{- if gt (int .Values.replicas) 1 }}{{ $faults = append $faults "replicas: is your Deployment's to say in the mode sidecar" }}{{ end -}}
{{- if .Values.serviceMonitor.enabled }}{{ $faults = append $faults "serviceMonitor.enabled: there is no Service in the mode sidecar; use podMonitor" }}{{ end -}}
{{- range $name := list "networkPolicy" "podDisruptionBudget" -}}
{{- if (get $.Values $name).enabled }}{{ $faults = append $faults (printf "%s.enabled: would be about your whole pod in the mode sidecar; write one for it" $name) }}{{ end -}}
{{- end -}}
{{- if eq .Values.sidecar.http "pod" -}}
{{- if not (or .Values.url .Values.existingConfigMap) }}{{ $faults = append $faults "url: is empty; sidecar.http pod needs the address at which call-backs reach the pod" }}{{ end -}}
{{- else -}}
{{- with include "modelmonitor.actionsWith" (list . "kubernetes-job") -}}
{{- $faults = append $faults (printf "sidecar.http: is loopback, so no Job of %s reaches its call-back; set sidecar.http to pod, and url to where Jobs reach the pod" .) -}}
{{- end -}}
{{- end -}}
{{- else -}}
{{- if eq $kind "external" }}{{ $faults = append $faults "state.kind: external is for the mode sidecar, where the pod is yours" }}{{ end -}}
{{- if eq .Values.sidecar.http "pod" }}{{ $faults = append $faults "sidecar.http: is for the mode sidecar; in the mode deployment a Service reaches the listener" }}{{ end -}}
{{- if .Values.model.podVolume }}{{ $faults = append $faults "model.podVolume: is for the mode sidecar, where the pod is yours" }}{{ end -}}
{{- end -}}
{{- if and .Values.prometheusRule.enabled (not (.Files.Glob "files/rules/*.yaml")) }}{{ $faults = append $faults "prometheusRule.enabled: this chart was packed without rules; run its sync.sh" }}{{ end -}}
{{- if and .Values.dashboards.enabled (not (.Files.Glob "files/dashboards/*.json")) }}{{ $faults = append $faults "dashboards.enabled: this chart was packed without dashboards; run its sync.sh" }}{{ end -}}
{{- if $faults }}{{ fail (printf "\n%s" (join "\n" $faults)) }}{{ end -}}
{{- end }}
