/** A pod with the ceph command, configured from what Rook keeps of the monitors (after rook v1.20, deploy/examples/toolbox.yaml). */
import type { RookCephBackendSpec } from '../../spec/ceph-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import { labelsOf } from '../labels.ts'
import { planned } from '../planned.ts'
import type { PlannedObject } from '../plan.ts'
import { clusterId } from './ids.ts'

/** Monitors move: the configuration is written again whenever their list changes. */
const script = `set -eu
write() {
  endpoints=$(sed 's/[a-z0-9_-]\\+=//g' /etc/rook/mon-endpoints)
  printf '[global]\\nmon_host = %s\\n\\n[client.admin]\\nkeyring = /etc/ceph/keyring\\n' "$endpoints" > /etc/ceph/ceph.conf
}
printf '[%s]\\nkey = %s\\n' "$ROOK_CEPH_USERNAME" "$(cat /var/lib/rook-ceph-mon/secret.keyring)" > /etc/ceph/keyring
known=
while true; do
  now=$(cat /etc/rook/mon-endpoints)
  if [ "$now" != "$known" ]; then write; known=$now; fi
  sleep 10
done
`

export function toolbox(spec: Spec, backend: RookCephBackendSpec): PlannedObject {
  const selector = { app: 'rook-ceph-tools' }
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'rook-ceph-tools', namespace: spec.namespace, labels: { ...labelsOf(spec, 'ceph'), ...selector } },
    spec: {
      replicas: 1,
      selector: { matchLabels: selector },
      template: { metadata: { labels: { ...labelsOf(spec, 'ceph'), ...selector } }, spec: podSpec(backend.image) },
    },
  }
  return planned('cluster', object, 'the ceph command for the person on call: kubectl exec into it', [clusterId(spec.namespace, backend)], 'the ceph command has to be run elsewhere; no data is lost')
}

function podSpec(image: string): object {
  return {
    dnsPolicy: 'ClusterFirstWithHostNet',
    serviceAccountName: 'rook-ceph-default',
    containers: [
      {
        name: 'rook-ceph-tools',
        image,
        command: ['/bin/bash', '-c', script],
        imagePullPolicy: 'IfNotPresent',
        tty: true,
        securityContext: { runAsNonRoot: true, runAsUser: 2016, runAsGroup: 2016, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        env: [{ name: 'ROOK_CEPH_USERNAME', valueFrom: { secretKeyRef: { name: 'rook-ceph-mon', key: 'ceph-username' } } }],
        volumeMounts: [
          { name: 'ceph-config', mountPath: '/etc/ceph' },
          { name: 'mon-endpoint-volume', mountPath: '/etc/rook' },
          { name: 'ceph-admin-secret', mountPath: '/var/lib/rook-ceph-mon', readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: 'ceph-admin-secret', secret: { secretName: 'rook-ceph-mon', items: [{ key: 'ceph-secret', path: 'secret.keyring' }] } },
      { name: 'mon-endpoint-volume', configMap: { name: 'rook-ceph-mon-endpoints', items: [{ key: 'data', path: 'mon-endpoints' }] } },
      { name: 'ceph-config', emptyDir: {} },
    ],
  }
}
