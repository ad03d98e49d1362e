/** Where pods may run, in the words of Kubernetes: Rook's `placement` holds the same five for each daemon. */
import * as z from 'zod'
import { tolerationSchema } from './driver-settings.ts'
import { qualifiedName } from './words.ts'

const labelRequirement = z.strictObject({
  key: qualifiedName.describe('Label.'),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']).describe('How it is compared.'),
  values: z.array(z.string()).optional().describe('Any of these; none with Exists and DoesNotExist.'),
})

const nodeRequirement = labelRequirement.extend({ operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']).describe('How it is compared.') })

const nodeSelectorTerm = z.strictObject({
  matchExpressions: z.array(nodeRequirement).optional().describe('Of labels; all must hold.'),
  matchFields: z.array(nodeRequirement).optional().describe('Of fields, e.g. metadata.name; all must hold.'),
})

const labelSelector = z.strictObject({
  matchLabels: z.record(qualifiedName, z.string()).optional().describe('All must hold.'),
  matchExpressions: z.array(labelRequirement).optional().describe('All must hold.'),
})

const weight = z.int().min(1).max(100).describe('1 to 100.')

const nodeAffinity = z.strictObject({
  requiredDuringSchedulingIgnoredDuringExecution: z
    .strictObject({ nodeSelectorTerms: z.array(nodeSelectorTerm).min(1).describe('Any of these must hold.') })
    .optional()
    .describe('Only on such nodes.'),
  preferredDuringSchedulingIgnoredDuringExecution: z
    .array(z.strictObject({ weight, preference: nodeSelectorTerm.describe('Such nodes.') }))
    .optional()
    .describe('Rather on such nodes.'),
})

const podAffinityTerm = z.strictObject({
  topologyKey: z.string().min(1).describe('Label of the node that says what “together” is, e.g. kubernetes.io/hostname.'),
  labelSelector: labelSelector.optional().describe('The other pods.'),
  namespaceSelector: labelSelector.optional().describe('Namespaces of the other pods.'),
  namespaces: z.array(z.string()).optional().describe('Namespaces of the other pods.'),
  matchLabelKeys: z.array(z.string()).optional().describe('Keys whose values are taken from the pod itself.'),
  mismatchLabelKeys: z.array(z.string()).optional().describe('Keys whose values must differ from the pod’s own.'),
})

const podAffinity = z.strictObject({
  requiredDuringSchedulingIgnoredDuringExecution: z.array(podAffinityTerm).optional().describe('Always.'),
  preferredDuringSchedulingIgnoredDuringExecution: z
    .array(z.strictObject({ weight, podAffinityTerm: podAffinityTerm.describe('Which pods.') }))
    .optional()
    .describe('Rather.'),
})

const spreadConstraint = z.strictObject({
  maxSkew: z.int().min(1).describe('How much more than the emptiest.'),
  topologyKey: z.string().min(1).describe('Label of the node over which pods are spread.'),
  whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']).describe('What happens when it cannot be.'),
  labelSelector: labelSelector.optional().describe('Pods that are counted.'),
  minDomains: z.int().min(1).optional().describe('Least number of domains.'),
  matchLabelKeys: z.array(z.string()).optional().describe('Keys whose values are taken from the pod itself.'),
  nodeAffinityPolicy: z.enum(['Honor', 'Ignore']).optional().describe('Whether nodes that the affinity forbids are counted.'),
  nodeTaintsPolicy: z.enum(['Honor', 'Ignore']).optional().describe('Whether tainted nodes are counted.'),
})

/** As in Rook's CRDs. */
export const placementSchema = z
  .strictObject({
    nodeAffinity: nodeAffinity.optional().describe('By labels of nodes.'),
    podAffinity: podAffinity.optional().describe('Together with other pods.'),
    podAntiAffinity: podAffinity.optional().describe('Apart from other pods.'),
    tolerations: z.array(tolerationSchema.extend({ tolerationSeconds: z.int().optional().describe('How long, with NoExecute.') })).optional().describe('Taints that are tolerated.'),
    topologySpreadConstraints: z.array(spreadConstraint).optional().describe('How pods are spread.'),
  })
  .meta({ id: 'Placement', description: 'Where pods may run.' })
