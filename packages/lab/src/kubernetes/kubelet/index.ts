/** The lab's nodes: a container runtime and a kubelet for each, and exec and logs over all of them. */
export { createKubelet } from './kubelet.ts'
export type { Kubelet, KubeletOptions, VolumeStats } from './kubelet.ts'
export type { NodeConfig } from './node-object.ts'
export { ContainerRuntime } from './runtime.ts'
export type { Container, ContainerSpec, Execute, RuntimeOptions } from './runtime.ts'
export { createPodStreams } from './streams.ts'
