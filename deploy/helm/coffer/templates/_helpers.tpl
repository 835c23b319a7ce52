{{/* Names, labels and images. Templates of a part get a dict: root (the chart's context), name, values. */}}

{{- define "coffer.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "coffer.part" -}}
{{ include "coffer.fullname" .root }}-{{ .name }}
{{- end }}

{{- define "coffer.version" -}}
{{ .Values.images.tag | default .Chart.AppVersion }}
{{- end }}

{{/* What selects pods: never changes, so no version. */}}
{{- define "coffer.selector" -}}
app.kubernetes.io/name: coffer
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "coffer.labels" -}}
{{ include "coffer.selector" . }}
app.kubernetes.io/version: {{ include "coffer.version" .root | quote }}
app.kubernetes.io/part-of: coffer
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "coffer.metadata" -}}
name: {{ include "coffer.part" . }}
namespace: {{ .root.Release.Namespace }}
labels: {{- include "coffer.labels" . | nindent 2 }}
{{- end }}

{{/* Coffer's own image: by digest if there is one, else by tag. */}}
{{- define "coffer.image" -}}
{{- with .root.Values.images.registry }}{{ . }}/{{ end -}}
{{- .values.image.repository -}}
{{- with .values.image.digest }}@{{ . }}{{ else }}:{{ include "coffer.version" .root }}{{ end -}}
{{- end }}

{{/* Another's image, given with its repository, tag and digest. */}}
{{- define "coffer.foreign-image" -}}
{{ .repository }}{{ with .digest }}@{{ . }}{{ else }}:{{ .tag }}{{ end }}
{{- end }}

{{- define "coffer.bus-url" -}}
{{- if .Values.nats.enabled }}nats://{{ include "coffer.fullname" . }}-nats:4222{{ else }}{{ .Values.bus.url }}{{ end -}}
{{- end }}

{{/* What a name or an annotation changes by when the content does. */}}
{{- define "coffer.checksum" -}}
{{ . | sha256sum | trunc 16 }}
{{- end }}
