{{/* The objects that each service has: account, settings, Deployment, Service, PodDisruptionBudget, set-up. */}}

{{- define "coffer.service" -}}
{{- $settings := include (printf "coffer.%s-settings" .name) . | trim -}}
{{- $part := merge (dict "toml" $settings "settings" (include "coffer.part" .)) . -}}
apiVersion: v1
kind: ServiceAccount
metadata: {{- include "coffer.metadata" . | nindent 2 }}
automountServiceAccountToken: false
---
apiVersion: v1
kind: ConfigMap
metadata: {{- include "coffer.metadata" . | nindent 2 }}
data:
  coffer.toml: |
    {{- $settings | nindent 4 }}
---
{{ include "coffer.deployment" $part }}
---
apiVersion: v1
kind: Service
metadata: {{- include "coffer.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  selector: {{- include "coffer.selector" . | nindent 4 }}
  ports:
    {{- if .web }}
    - {name: http, port: 80, targetPort: http, protocol: TCP}
    {{- end }}
    - {name: admin, port: 9100, targetPort: admin, protocol: TCP}
{{- if gt (int (ternary .values.autoscaling.minReplicas .values.replicas .values.autoscaling.enabled)) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{- include "coffer.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "coffer.selector" . | nindent 6 }}
{{- end }}
{{ include "coffer.setup" $part }}
{{- end }}

{{- define "coffer.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata: {{- include "coffer.metadata" . | nindent 2 }}
spec:
  {{- if not .values.autoscaling.enabled }}
  replicas: {{ int .values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  progressDeadlineSeconds: 600
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels: {{- include "coffer.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "coffer.labels" . | nindent 8 }}
      annotations:
        checksum/settings: {{ include "coffer.checksum" .toml | quote }}
    spec:
      serviceAccountName: {{ include "coffer.part" . }}
      {{- include "coffer.pod" . | nindent 6 }}
      {{- include "coffer.spread" . | nindent 6 }}
      # The sleep, then the drain, then what flushing takes.
      terminationGracePeriodSeconds: {{ add 5 (int .values.drainSeconds) 15 }}
      containers:
        - name: {{ .name }}
          image: {{ include "coffer.image" . | quote }}
          imagePullPolicy: {{ .root.Values.images.pullPolicy }}
          args: [--config, /etc/coffer/coffer.toml]
          env: {{- include "coffer.environment" . | nindent 12 }}
          ports:
            {{- if .web }}
            - {name: http, containerPort: 8080, protocol: TCP}
            {{- end }}
            - {name: admin, containerPort: 9100, protocol: TCP}
          {{- include "coffer.probes" . | nindent 10 }}
          lifecycle:
            # Until every proxy knows that this pod is going.
            preStop:
              sleep: {seconds: 5}
          resources: {{- toYaml .values.resources | nindent 12 }}
          {{- include "coffer.container-security" . | nindent 10 }}
          volumeMounts: {{- include "coffer.mounts" . | nindent 12 }}
      volumes: {{- include "coffer.volumes" . | nindent 8 }}
{{- end }}
