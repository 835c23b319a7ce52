{{/* The Job that migrates a service's database and declares its streams, and what it needs as a hook: settings
     of its own, since those of the release do not exist yet when a hook before installation runs. */}}

{{- define "coffer.hook" -}}
annotations:
  helm.sh/hook: pre-install,pre-upgrade
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: before-hook-creation{{ if .delete }},hook-succeeded{{ end }}
{{- end }}

{{- define "coffer.setup" -}}
{{- $mode := .root.Values.setup.mode -}}
{{- if ne $mode "start" }}
{{- $setup := merge (dict "name" (printf "%s-setup" .name) "settings" (ternary (printf "%s-setup" .settings) .settings (eq $mode "hook"))) . -}}
{{- $job := merge (dict "command" "setup") $setup -}}
{{- if eq $mode "hook" }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "coffer.metadata" $setup | nindent 2 }}
  {{- include "coffer.hook" (dict "weight" "-10") | nindent 2 }}
data:
  coffer.toml: |
    {{- .toml | nindent 4 }}
{{- end }}
---
apiVersion: batch/v1
kind: Job
metadata:
  {{- if eq $mode "hook" }}
  {{- include "coffer.metadata" $setup | nindent 2 }}
  {{- include "coffer.hook" (dict "weight" "-5" "delete" true) | nindent 2 }}
  {{- else }}
  name: {{ include "coffer.part" $setup }}-{{ list .toml (include "coffer.job-pod" $job) | join "" | sha256sum | trunc 8 }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "coffer.labels" $setup | nindent 4 }}
  {{- end }}
spec:
  backoffLimit: {{ int .root.Values.setup.backoffLimit }}
  activeDeadlineSeconds: {{ int .root.Values.setup.deadlineSeconds }}
  {{- if eq $mode "job" }}
  ttlSecondsAfterFinished: {{ int .root.Values.setup.keepSeconds }}
  {{- end }}
  template: {{- include "coffer.job-pod" $job | nindent 4 }}
{{- end }}
{{- end }}

{{/* The pod of a Job that runs one of a service's commands. A Job cannot be changed, so names of plain ones have a
     checksum of this. */}}
{{- define "coffer.job-pod" -}}
metadata:
  labels: {{- include "coffer.labels" . | nindent 4 }}
spec:
  restartPolicy: Never
  {{- include "coffer.pod" . | nindent 2 }}
  containers:
    - name: {{ .command }}
      image: {{ include "coffer.image" . | quote }}
      imagePullPolicy: {{ .root.Values.images.pullPolicy }}
      args: [--config, /etc/coffer/coffer.toml, {{ .command }}]
      env: {{- include "coffer.environment" . | nindent 8 }}
      resources: {{- toYaml .values.resources | nindent 8 }}
      {{- include "coffer.container-security" . | nindent 6 }}
      volumeMounts: {{- include "coffer.mounts" . | nindent 8 }}
  volumes: {{- include "coffer.volumes" . | nindent 4 }}
{{- end }}
