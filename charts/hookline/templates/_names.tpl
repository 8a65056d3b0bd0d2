{{/* What things are called and how they are found. */}}

{{- define "hookline.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "hookline.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "hookline.labels" -}}
{{ include "hookline.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "hookline.namespace" -}}
{{ default .Release.Namespace .Values.namespace }}
{{- end }}

{{- define "hookline.manifests" -}}
{{ default (printf "%s-manifests" (include "hookline.fullname" .)) .Values.manifests.existingConfigMap }}
{{- end }}

{{/* The service account of a role: called with the list (root, "source" or "sensor"). */}}
{{- define "hookline.account" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- $account := (index $root.Values $role).serviceAccount -}}
{{- $own := printf "%s-%s" (include "hookline.fullname" $root) $role -}}
{{ default (ternary $own "default" $account.create) $account.name }}
{{- end }}

{{/* The rights of a role, namespace to rules, as JSON: called with (root, role). Who may create may look. */}}
{{- define "hookline.rights" -}}
{{- $root := index . 0 -}}
{{- $values := index $root.Values (index . 1) -}}
{{- $wanted := deepCopy $values.namespaces -}}
{{- $home := include "hookline.namespace" $root -}}
{{- $own := $values.rules -}}
{{- range $resource, $names := dict "secrets" $values.apiSecrets "configmaps" $values.apiConfigMaps -}}
{{- if $names -}}
{{- $own = append $own (dict "apiGroups" (list "") "resources" (list $resource) "resourceNames" $names "verbs" (list "get")) -}}
{{- end -}}
{{- end -}}
{{- if $own -}}
{{- $_ := set $wanted $home (concat $own (default list (get $wanted $home))) -}}
{{- end -}}
{{- $rights := dict -}}
{{- range $namespace, $rules := $wanted -}}
{{- $full := list -}}
{{- range $rule := $rules -}}
{{- $verbs := $rule.verbs -}}
{{- if has "create" $verbs -}}
{{- $verbs = concat $verbs (list "get" "list") | uniq -}}
{{- end -}}
{{- $full = append $full (merge (dict "verbs" $verbs) $rule) -}}
{{- end -}}
{{- if $full -}}
{{- $_ := set $rights $namespace $full -}}
{{- end -}}
{{- end -}}
{{ toJson $rights }}
{{- end }}
