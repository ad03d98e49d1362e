/** A Velero server as its Deployment describes it: where it works, which plugins it has, what it was told. */
import { arrayAt, at, objectAt, textAt } from '../../api/json.ts'
import type { Json, JsonObject } from '../../api/json.ts'
import { core } from '../cluster-api.ts'
import type { ClusterApi } from '../cluster-api.ts'
import { nameOf, namespaceOf } from '../objects.ts'
import { parseDuration } from './duration.ts'

export interface VeleroServer {
  readonly namespace: string
  /** Providers of object stores: `velero.io/aws`. */
  readonly providers: ReadonlySet<string>
  readonly csi: boolean
  readonly hasNodeAgent: boolean
  readonly defaultLocation: string
  readonly defaultTtlMs: number
  readonly defaultMoveData: boolean
  readonly defaultFsBackup: boolean
  readonly skipImmediately: boolean
}

/** Object stores by the image of the plugin that brings them. */
const pluginProviders: Readonly<Record<string, string>> = {
  'velero-plugin-for-aws': 'velero.io/aws',
  'velero-plugin-for-microsoft-azure': 'velero.io/azure',
  'velero-plugin-for-gcp': 'velero.io/gcp',
}

const thirtyDaysMs = 720 * 3_600_000

/** Servers that would run: one whose pod waits for a Secret that is not there does nothing. */
export async function serversOf(api: ClusterApi): Promise<readonly VeleroServer[]> {
  const deployments = (await api.list(core.deployments)).filter((each) => nameOf(each) === 'velero' && at(each, 'spec', 'replicas') !== 0)
  const servers: VeleroServer[] = []
  for (const deployment of deployments) if (await canStart(api, deployment)) servers.push(await serverOf(api, deployment))
  return servers
}

async function canStart(api: ClusterApi, deployment: JsonObject): Promise<boolean> {
  const volumes = arrayAt(deployment, 'spec', 'template', 'spec', 'volumes')
  const needed = volumes.filter((each) => at(each, 'secret', 'optional') !== true).map((each) => textAt(each, 'secret', 'secretName')).filter((each) => each !== '')
  for (const name of needed) if ((await api.get(core.secrets, name, namespaceOf(deployment))) === undefined) return false
  return true
}

async function serverOf(api: ClusterApi, deployment: JsonObject): Promise<VeleroServer> {
  const namespace = namespaceOf(deployment)
  const pod = objectAt(deployment, 'spec', 'template', 'spec')
  const flag = flagsOf(arrayAt(pod, 'containers', 0, 'args'))
  const plugins = arrayAt(pod, 'initContainers').map((each) => imageName(textAt(each, 'image')))
  const daemonSets = await api.list(core.daemonSets, namespace)
  return {
    namespace,
    providers: new Set(plugins.flatMap((each) => pluginProviders[each] ?? [])),
    csi: (flag('features') ?? '').split(',').includes('EnableCSI'),
    hasNodeAgent: daemonSets.some((each) => nameOf(each) === 'node-agent'),
    defaultLocation: flag('default-backup-storage-location') ?? 'default',
    defaultTtlMs: parseDuration(flag('default-backup-ttl') ?? '') ?? thirtyDaysMs,
    defaultMoveData: isOn(flag('default-snapshot-move-data')),
    defaultFsBackup: isOn(flag('default-volumes-to-fs-backup')),
    skipImmediately: isOn(flag('schedule-skip-immediately')),
  }
}

function imageName(image: string): string {
  return (image.replace(/@.*$/, '').split('/').at(-1) ?? '').replace(/:.*$/, '')
}

/** `--a=b`, `--a b` and `--a`. */
function flagsOf(args: readonly Json[]): (name: string) => string | undefined {
  const texts = args.map(String)
  return (name) => {
    const place = texts.findIndex((each) => each === `--${name}` || each.startsWith(`--${name}=`))
    const found = texts[place]
    if (found === undefined) return undefined
    if (found.includes('=')) return found.slice(found.indexOf('=') + 1)
    const next = texts[place + 1]
    return next === undefined || next.startsWith('-') ? 'true' : next
  }
}

const isOn = (text: string | undefined): boolean => text === 'true'
