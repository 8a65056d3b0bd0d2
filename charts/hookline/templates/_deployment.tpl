{{/* The Deployment of one role: called with the list (root, "source" or "sensor"). */}}
{{- define "hookline.deployment" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- $values := index $root.Values $role -}}
{{- $name := include "hookline.fullname" $root -}}
{{- if lt (int $root.Values.terminationGracePeriodSeconds) (add $root.Values.preStopSeconds 26 | int) -}}
{{- fail "terminationGracePeriodSeconds must be over preStopSeconds and the 25 s of draining" -}}
{{- end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}-{{ $role }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "hookline.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $role }}
spec:
  replicas: {{ $values.replicas }}
  selector:
    matchLabels:
      {{- include "hookline.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ $role }}
  strategy:
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  template:
    metadata:
      labels:
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- include "hookline.labels" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $role }}
      {{- with $values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "hookline.account" (list $root $role) }}
      automountServiceAccountToken: {{ or (eq $role "sensor") (ne (include "hookline.rights" (list $root $role)) "{}") }}
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        fsGroup: 65532
        seccompProfile:
          type: RuntimeDefault
      {{- with $root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      containers:
        - name: hookline
          image: {{ printf "%s:%s" $root.Values.image.repository (default $root.Chart.AppVersion $root.Values.image.tag) | quote }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args:
            {{- include "hookline.args" . | nindent 12 }}
          env:
            {{- include "hookline.env" . | nindent 12 }}
          ports:
            - name: api
              containerPort: {{ $root.Values.apiPort }}
            {{- if eq $role "source" }}
            {{- range $values.ports }}
            - name: {{ .name }}
              containerPort: {{ .port }}
            {{- end }}
            {{- end }}
          # What is started slowly is not killed; what is red takes no requests and is not restarted.
          startupProbe:
            httpGet: {path: /livez, port: api}
            periodSeconds: 2
            failureThreshold: 30
          livenessProbe:
            httpGet: {path: /livez, port: api}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe:
            httpGet: {path: /readyz, port: api}
            periodSeconds: 5
            timeoutSeconds: 3
            failureThreshold: 2
          {{- if and (eq $role "source") $root.Values.preStopSeconds }}
          lifecycle:
            preStop:
              exec:
                command: [sleep, {{ $root.Values.preStopSeconds | quote }}]
          {{- end }}
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            {{- include "hookline.mounts" . | nindent 12 }}
      volumes:
        {{- include "hookline.volumes" . | nindent 8 }}
      {{- range $key := list "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" }}
      {{- with get $values $key }}
      {{ $key }}:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- end }}
{{- end }}

{{- define "hookline.args" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
- run
- /etc/hookline/manifests
- --role={{ $role }}
- --api-port={{ $root.Values.apiPort }}
- --log-level={{ $root.Values.logLevel }}
- --replicas={{ $root.Values.nats.replicas }}
- --max-bytes={{ int64 $root.Values.nats.maxBytes }}
{{- with $root.Values.nats.monitorUrl }}
- --nats-monitor={{ . }}
{{- end }}
{{- if $root.Values.secrets }}
- --secrets-dir=/etc/hookline/secrets
{{- end }}
{{- if $root.Values.configMaps }}
- --config-maps-dir=/etc/hookline/configmaps
{{- end }}
{{- with (index $root.Values $role).extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "hookline.env" -}}
{{- $root := index . 0 -}}
{{- $nats := $root.Values.nats -}}
# By variables, so that hookline explain and its like need no flags in a pod.
- name: HOOKLINE_NAMESPACE
  value: {{ include "hookline.namespace" $root | quote }}
- name: HOOKLINE_NATS_URL
{{- if $nats.existingSecret }}
  valueFrom:
    secretKeyRef:
      name: {{ $nats.existingSecret }}
      key: {{ $nats.secretKey }}
{{- else if contains "@" $nats.url }}
{{- fail "nats.url holds a password, which everybody who may see pods could read: put the address into a Secret and name it in nats.existingSecret" }}
{{- else }}
  value: {{ required "nats.url or nats.existingSecret is needed" $nats.url | quote }}
{{- end }}
{{- include "hookline.login" $nats }}
{{- with (index $root.Values (index . 1)).extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The variables of the login on NATS and of TLS there: called with .Values.nats. */}}
{{- define "hookline.login" -}}
{{- $login := .login -}}
{{- $ways := list -}}
{{- range list $login.credsKey $login.nkeyKey $login.user -}}
{{- if . }}{{ $ways = append $ways . }}{{ end -}}
{{- end -}}
{{- if gt (len $ways) 1 -}}
{{- fail "nats.login takes one of credsKey, nkeyKey and user" -}}
{{- end -}}
{{- if ne (empty $login.user) (empty $login.passwordKey) -}}
{{- fail "nats.login.user and nats.login.passwordKey come together" -}}
{{- end -}}
{{- if ne (empty $ways) (empty $login.existingSecret) -}}
{{- fail "nats.login.existingSecret and one of credsKey, nkeyKey and user come together" -}}
{{- end -}}
{{- if ne (empty .tls.certKey) (empty .tls.keyKey) -}}
{{- fail "nats.tls.certKey and nats.tls.keyKey come together" -}}
{{- end -}}
{{- if ne (and (empty .tls.caKey) (empty .tls.certKey)) (empty .tls.existingSecret) -}}
{{- fail "nats.tls.existingSecret and caKey or certKey come together" -}}
{{- end -}}
{{- with $login.user }}
- name: HOOKLINE_NATS_USER
  value: {{ . | quote }}
{{- end }}
{{- range $variable, $key := dict "CREDS" $login.credsKey "NKEY" $login.nkeyKey "PASSWORD_FILE" $login.passwordKey }}
{{- if $key }}
- name: HOOKLINE_NATS_{{ $variable }}
  value: {{ printf "/etc/hookline/nats/login/%s" $key | quote }}
{{- end }}
{{- end }}
{{- range $variable, $key := dict "CA" .tls.caKey "CERT" .tls.certKey "KEY" .tls.keyKey }}
{{- if $key }}
- name: HOOKLINE_NATS_{{ $variable }}
  value: {{ printf "/etc/hookline/nats/tls/%s" $key | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "hookline.mounts" -}}
{{- $root := index . 0 -}}
# Whole folders, no subPath: so a change of the ConfigMap or of a Secret is seen.
- name: manifests
  mountPath: /etc/hookline/manifests
  readOnly: true
{{- range $number, $name := $root.Values.secrets }}
- name: secret-{{ $number }}
  mountPath: /etc/hookline/secrets/{{ $name }}
  readOnly: true
{{- end }}
{{- range $number, $name := $root.Values.configMaps }}
- name: configmap-{{ $number }}
  mountPath: /etc/hookline/configmaps/{{ $name }}
  readOnly: true
{{- end }}
{{- range $part := list "login" "tls" }}
{{- if (get $root.Values.nats $part).existingSecret }}
- name: nats-{{ $part }}
  mountPath: /etc/hookline/nats/{{ $part }}
  readOnly: true
{{- end }}
{{- end }}
- name: tmp
  mountPath: /tmp
{{- with (index $root.Values (index . 1)).extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "hookline.volumes" -}}
{{- $root := index . 0 -}}
- name: manifests
  configMap:
    name: {{ include "hookline.manifests" $root }}
{{- range $number, $name := $root.Values.secrets }}
- name: secret-{{ $number }}
  secret:
    secretName: {{ $name }}
    defaultMode: 0440
    # One that is not there yet is waited for, by those who need it.
    optional: true
{{- end }}
{{- range $number, $name := $root.Values.configMaps }}
- name: configmap-{{ $number }}
  configMap:
    name: {{ $name }}
    optional: true
{{- end }}
{{- range $part := list "login" "tls" }}
{{- with (get $root.Values.nats $part).existingSecret }}
- name: nats-{{ $part }}
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}
- name: tmp
  emptyDir:
    sizeLimit: 16Mi
{{- with (index $root.Values (index . 1)).extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
