{{/* The settings that all services have, as TOML. Secrets are files; no secret is here. */}}

{{- define "coffer.common-settings" -}}
{{- $root := .root -}}
[chassis]
environment = {{ $root.Values.environment | quote }}
run_setup_at_start = {{ eq $root.Values.setup.mode "start" }}
admin_listen = "0.0.0.0:9100"
log = {{ $root.Values.telemetry.log | quote }}
trace_ratio = {{ printf "%.4f" (float64 $root.Values.telemetry.ratio) }}
drain_seconds = {{ int .values.drainSeconds }}
{{- with $root.Values.telemetry.endpoint }}
otlp_endpoint = {{ . | quote }}
{{- end }}

[database]
url_file = "/run/secrets/coffer/database-url"

[bus]
url = {{ include "coffer.bus-url" $root | quote }}
replicas = {{ int $root.Values.bus.replicas }}
{{- if $root.Values.bus.credentials }}
credentials_file = "/run/secrets/coffer/bus-credentials"
{{- end }}
{{- if and .sealsCommands $root.Values.bus.sealing.secret }}
{{ include "coffer.sealing-settings" (dict "table" "bus.sealing" "folder" "/run/secrets/coffer-bus" "index" "index-key" "keys" $root.Values.bus.sealing.keys) }}
{{- end }}
{{- with .values.sealing.keys }}
{{ include "coffer.sealing-settings" (dict "table" "sealing" "folder" "/run/secrets/coffer" "index" "sealing-index-key" "keys" .) }}
{{- end }}
{{- end }}

{{- define "coffer.sealing-settings" }}
[{{ .table }}]
index_key_file = "{{ .folder }}/{{ .index }}"
{{- $place := . }}
{{- range .keys }}
[[{{ $place.table }}.keys]]
id = {{ .id | quote }}
key_file = "{{ $place.folder }}/{{ .entry }}"
{{- end }}
{{- end }}
