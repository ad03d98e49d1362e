/** How the driver itself runs in the cluster. Every field has a default. */
import * as z from 'zod'
import { absolutePath, dnsSubdomain, positiveInteger, qualifiedName, size } from './words.ts'

const cpu = z.string().regex(/^\d+(?:\.\d+)?m?$/, { error: 'must be a CPU quantity, e.g. 50m or 0.5' })
const amounts = z.strictObject({ cpu: cpu.optional().describe('e.g. 50m'), memory: size.optional().describe('e.g. 128Mi') })

export const resourcesSchema = z
  .strictObject({ requests: amounts.optional().describe('What is reserved.'), limits: amounts.optional().describe('What is the most.') })
  .describe('As in a container.')

export const tolerationSchema = z.strictObject({
  key: qualifiedName.optional().describe('Taint key; absent with Exists: every taint.'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('Default: Equal.'),
  value: z.string().optional().describe('Taint value.'),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional().describe('Default: every effect.'),
})

export const driverSettingsSchema = z
  .strictObject({
    image: z.string().min(1).describe('Image of the driver without tag. Default: ghcr.io/stowage-dev/driver.'),
    tag: z.string().regex(/^[\w][\w.-]{0,127}$/, { error: 'must be an image tag' }).describe('Default: this version of Stowage.'),
    imagePullPolicy: z.enum(['IfNotPresent', 'Always', 'Never']).describe('Default: IfNotPresent.'),
    imagePullSecrets: z.array(dnsSubdomain).describe('Names of Secrets in the same namespace.'),
    replicas: positiveInteger.describe('Controllers; one leads, the others wait. Default: 1.'),
    controllerPriorityClass: z.string().describe('Default: system-cluster-critical.'),
    nodePriorityClass: z.string().describe('Default: system-node-critical.'),
    kubeletRoot: absolutePath.describe('Default: /var/lib/kubelet (k0s: /var/lib/k0s/kubelet).'),
    logLevel: z.enum(['debug', 'info', 'warn', 'error']).describe('Default: info.'),
    nodeSelector: z.record(qualifiedName, z.string()).describe('Which nodes may run the controller.'),
    tolerations: z.array(tolerationSchema).describe('Of the controller; the node pods tolerate everything.'),
    controllerResources: resourcesSchema.describe('Of the driver’s container in the controller.'),
    nodeResources: resourcesSchema.describe('Of the driver’s container on each node.'),
    sidecars: z
      .strictObject({
        provisioner: z.string().describe('Default: registry.k8s.io/sig-storage/csi-provisioner:v6.3.0.'),
        attacher: z.string().describe('Default: registry.k8s.io/sig-storage/csi-attacher:v4.12.0.'),
        resizer: z.string().describe('Default: registry.k8s.io/sig-storage/csi-resizer:v2.2.1.'),
      })
      .partial()
      .describe('Images of the Kubernetes project’s own sidecars.'),
  })
  .partial()
  .describe('How the driver runs in the cluster.')
