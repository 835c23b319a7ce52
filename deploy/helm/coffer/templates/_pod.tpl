{{/* What every pod has: the restricted Pod Security Standard, placement, probes. */}}

{{- define "coffer.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.scheduling }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* Replicas of one service keep apart, as far as the cluster has room. */}}
{{- define "coffer.spread" -}}
{{- $part := . -}}
{{- with .root.Values.scheduling.topologyKeys }}
topologySpreadConstraints:
  {{- range . }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "coffer.selector" $part | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}
{{- end }}

{{- define "coffer.container-security" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* Startup waits for migrations; liveness asks the process alone; readiness asks its parts too. */}}
{{- define "coffer.probes" -}}
startupProbe:
  httpGet: {path: /startupz, port: admin, scheme: HTTP}
  initialDelaySeconds: 0
  periodSeconds: 2
  timeoutSeconds: 3
  successThreshold: 1
  failureThreshold: 150
livenessProbe:
  httpGet: {path: /livez, port: admin, scheme: HTTP}
  initialDelaySeconds: 0
  periodSeconds: 10
  timeoutSeconds: 3
  successThreshold: 1
  failureThreshold: 3
readinessProbe:
  httpGet: {path: /readyz, port: admin, scheme: HTTP}
  initialDelaySeconds: 0
  periodSeconds: 5
  timeoutSeconds: 4
  successThreshold: 1
  failureThreshold: 2
{{- end }}

{{/* Settings, secrets as files, and room for files in the making. */}}
{{- define "coffer.volumes" -}}
- name: settings
  configMap:
    name: {{ .settings }}
- name: secrets
  secret:
    secretName: {{ .values.secret }}
    defaultMode: 0440
{{- if and .sealsCommands .root.Values.bus.sealing.secret }}
- name: bus-secrets
  secret:
    secretName: {{ .root.Values.bus.sealing.secret }}
    defaultMode: 0440
{{- end }}
- name: scratch
  emptyDir:
    sizeLimit: {{ .values.scratch | default "64Mi" }}
{{- end }}

{{- define "coffer.mounts" -}}
- name: settings
  mountPath: /etc/coffer
  readOnly: true
- name: secrets
  mountPath: /run/secrets/coffer
  readOnly: true
{{- if and .sealsCommands .root.Values.bus.sealing.secret }}
- name: bus-secrets
  mountPath: /run/secrets/coffer-bus
  readOnly: true
{{- end }}
- name: scratch
  mountPath: /tmp
{{- end }}

{{- define "coffer.environment" -}}
- name: COFFER_CHASSIS__INSTANCE
  valueFrom:
    fieldRef: {fieldPath: metadata.name}
{{- range $name, $value := .values.settings }}
- name: COFFER_{{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
