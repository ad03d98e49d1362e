/**
 * Health checks (Lua) for kinds that Argo CD has none for, made from what the plan itself waits for. Without them such an object counts as
 * healthy as soon as it exists, and the next wave begins too early.
 */
import type { Plan, PlannedObject, Ready } from '../../plan/plan.ts'
import { yamlFile, type EncodedFile } from '../encoded-file.ts'
import { printYaml } from '../print-yaml.ts'

/** Kinds with a check of their own in Argo CD 3 (resource_customizations in its repository), of those that Stowage plans. */
const builtIn = new Set([
  'apps/Deployment', 'apps/DaemonSet', 'apps/StatefulSet', '/PersistentVolumeClaim', 'ceph.rook.io/CephCluster', 'external-secrets.io/ExternalSecret',
  'velero.io/Backup', 'velero.io/Restore', 'velero.io/Schedule', 'snapshot.storage.k8s.io/VolumeSnapshot', 'apiextensions.k8s.io/CustomResourceDefinition',
])

/** `argocd-cm-patch.yaml`: merged into the ConfigMap argocd-cm, which is not the plan's. */
export function healthPatch(plan: Plan, namespace: string): EncodedFile {
  const kinds = new Map<string, Ready>()
  for (const planned of plan.objects) if (planned.ready !== undefined && !builtIn.has(kindKey(planned))) kinds.set(kindKey(planned), planned.ready)
  const checks = [...kinds].map(([kind, ready]) => [`resource.customizations.health.${kind.replace('/', '_')}`, luaOf(ready)] as const)
  // Argo CD took its own check of Applications out in 1.8; waves of Applications need it.
  const data = Object.fromEntries([['resource.customizations.health.argoproj.io_Application', applicationLua] as const, ...checks])
  return yamlFile('argocd-cm-patch.yaml', printYaml({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace }, data }))
}

function kindKey({ object }: PlannedObject): string {
  const group = object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : ''
  return `${group}/${object.kind}`
}

const applicationLua = `hs = {status = "Progressing", message = ""}
if obj.status ~= nil and obj.status.health ~= nil then
  hs.status = obj.status.health.status
  if obj.status.health.message ~= nil then hs.message = obj.status.health.message end
end
return hs
`

/** Healthy when every field and condition is as given; degraded when the phase is one that its controller uses for a failure. */
function luaOf({ fields = {}, conditions = [] }: Ready): string {
  const tests = [...Object.entries(fields).map(([path, value]) => `at(obj, ${pathWords(path)}) == ${luaText(value)}`), ...conditions.map((type) => `holds(${luaText(type)})`)]
  const wanted = [...Object.entries(fields).map(([path, value]) => `${path} is ${value}`), ...conditions.map((type) => `condition ${type} is True`)].join(', ')
  return `local function at(value, ...)
  for _, key in ipairs({...}) do
    if type(value) ~= "table" then return nil end
    value = value[key]
  end
  return value
end
local function holds(wanted)
  for _, condition in ipairs(at(obj, "status", "conditions") or {}) do
    if condition.type == wanted then return condition.status == "True" end
  end
  return false
end
local phase = at(obj, "status", "phase")
if ${tests.join(' and ')} then
  return {status = "Healthy", message = ${luaText(wanted)}}
end
if phase == "Failure" or phase == "Failed" or phase == "Error" or phase == "Unavailable" or phase == "FailedValidation" then
  return {status = "Degraded", message = at(obj, "status", "message") or ("phase is " .. phase)}
end
return {status = "Progressing", message = ${luaText(`waiting until ${wanted}`)}}
`
}

function pathWords(path: string): string {
  return path.split('.').map(luaText).join(', ')
}

/** A short string of Lua; JSON's escapes of quotes, backslashes and newlines are Lua's, too. */
function luaText(text: string): string {
  return JSON.stringify(text)
}
