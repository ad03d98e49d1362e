/** What of Velero's chart its operator's stand-in looks at: the server with its plugins and flags, and the node-agent. Words of the values are the chart's. */
export const veleroTemplate = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: velero
  namespace: {{ .Release.Namespace }}
spec:
  replicas: 1
  selector: { matchLabels: { name: velero } }
  template:
    metadata: { labels: { name: velero } }
    spec:
      volumes: [{ name: plugins, emptyDir: {} }]
      initContainers: {{ .Values.initContainers | default list | toJson }}
      containers:
        - name: velero
          image: velero/velero:{{ .Chart.AppVersion }}
          args:
            - server
            - --features={{ .Values.configuration.features }}
            {{- with .Values.configuration.defaultBackupTTL }}
            - --default-backup-ttl={{ . }}
            {{- end }}
            {{- if .Values.configuration.defaultVolumesToFsBackup }}
            - --default-volumes-to-fs-backup
            {{- end }}
            {{- if .Values.configuration.defaultSnapshotMoveData }}
            - --default-snapshot-move-data
            {{- end }}
{{- if .Values.deployNodeAgent }}
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: node-agent
  namespace: {{ .Release.Namespace }}
spec:
  selector: { matchLabels: { name: node-agent } }
  template:
    metadata: { labels: { name: node-agent } }
    spec:
      containers:
        - name: node-agent
          image: velero/velero:{{ .Chart.AppVersion }}
          args: [node-agent, server]
{{- end }}
`
