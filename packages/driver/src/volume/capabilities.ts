/** What is advertised, computed from what is there. */
import type { ControllerServiceCapabilityRPCType, Encodable, GetPluginCapabilitiesResponse } from '@stowage/wire/csi'
import type { VolumeBackend } from './backend.ts'

const needs: readonly (readonly [ControllerServiceCapabilityRPCType, readonly (keyof VolumeBackend)[]])[] = [
  ['CREATE_DELETE_VOLUME', ['create', 'delete']],
  ['PUBLISH_UNPUBLISH_VOLUME', ['publish', 'unpublish']],
  ['LIST_VOLUMES', ['list']],
  ['LIST_VOLUMES_PUBLISHED_NODES', ['list', 'publish']],
  ['GET_CAPACITY', ['capacity']],
  ['EXPAND_VOLUME', ['expand']],
  // ReadWriteOncePod: the provisioner asks for it by this capability (KEP 2485).
  ['SINGLE_NODE_MULTI_WRITER', ['create', 'delete']],
]

export function controllerCapabilities(backend: VolumeBackend): readonly ControllerServiceCapabilityRPCType[] {
  return needs.filter(([, members]) => members.every((member) => backend[member] !== undefined)).map(([type]) => type)
}

/**
 * The whole plugin's, from whichever instance is asked ("Identity Service RPC" of the CSI spec): a node process says that there is a
 * controller too, although it serves none.
 */
export function pluginCapabilities(topology: boolean): Encodable<GetPluginCapabilitiesResponse> {
  return {
    capabilities: [
      { service: { type: 'CONTROLLER_SERVICE' } },
      ...(topology ? [{ service: { type: 'VOLUME_ACCESSIBILITY_CONSTRAINTS' as const } }] : []),
      { volumeExpansion: { type: 'ONLINE' } },
    ],
  }
}
