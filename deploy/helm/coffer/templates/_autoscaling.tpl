{{/* KEDA: as many replicas as the messages that wait in the consumers call for. */}}

{{- define "coffer.scaled-object" -}}
{{- $part := . -}}
{{- if .values.autoscaling.enabled }}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {{- include "coffer.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "coffer.part" . }}
  minReplicaCount: {{ int .values.autoscaling.minReplicas }}
  maxReplicaCount: {{ int .values.autoscaling.maxReplicas }}
  triggers:
    {{- range .consumers }}
    - type: nats-jetstream
      metadata:
        natsServerMonitoringEndpoint: {{ $part.root.Values.keda.natsMonitoring | quote }}
        account: {{ $part.root.Values.keda.account | quote }}
        stream: {{ .stream }}
        consumer: {{ .durable }}
        lagThreshold: {{ $part.values.autoscaling.lagThreshold | int | quote }}
    {{- end }}
{{- end }}
{{- end }}
