{{/* What the demo's own servers share. */}}

{{- define "coffer.foreign-probe" -}}
httpGet: {path: {{ .path | quote }}, port: {{ .port }}, scheme: HTTP}
{{ include "coffer.foreign-probe-times" . }}
{{- end }}

{{- define "coffer.foreign-probe-times" -}}
initialDelaySeconds: 0
periodSeconds: 5
timeoutSeconds: 5
successThreshold: 1
failureThreshold: {{ .failures }}
{{- end }}

{{- define "coffer.claim" -}}
metadata:
  name: data
spec:
  accessModes: [ReadWriteOnce]
  {{- with .storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ .storage }}
{{- end }}
