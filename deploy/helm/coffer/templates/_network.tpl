{{/* One NetworkPolicy per part: each edge is a dict of peers (empty: anywhere) and a port. */}}

{{/* A part of this release as peer. */}}
{{- define "coffer.peer" -}}
podSelector:
  matchLabels: {{- include "coffer.selector" . | nindent 4 }}
{{- end }}

{{- define "coffer.edge" -}}
{{- $direction := .direction -}}
{{- with .edge }}
- {{ with .peers }}{{ $direction }}: {{- toYaml . | nindent 4 }}
  {{ end -}}
  ports:
    {{- range .ports }}
    - {protocol: {{ .protocol | default "TCP" }}, port: {{ .port }}}
    {{- end }}
{{- end }}
{{- end }}

{{- define "coffer.policy" -}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{- include "coffer.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchExpressions:
      - {key: app.kubernetes.io/instance, operator: In, values: [{{ .root.Release.Name }}]}
      - {key: app.kubernetes.io/component, operator: In, values: [{{ .name }}, {{ .name }}-setup, {{ .name }}-seed]}
  policyTypes: [Ingress, Egress]
  {{- with .ingress }}
  ingress:
    {{- range . }}
    {{- include "coffer.edge" (dict "direction" "from" "edge" .) | nindent 4 }}
    {{- end }}
  {{- end }}
  {{- with .egress }}
  egress:
    {{- range . }}
    {{- include "coffer.edge" (dict "direction" "to" "edge" .) | nindent 4 }}
    {{- end }}
  {{- end }}
{{ end }}
