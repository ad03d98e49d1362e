/** The lab's control plane: controllers, garbage collection and the scheduler over one store. */
export { startControlPlane } from './control-plane.ts'
export type { ControlPlaneOptions } from './control-plane.ts'
export type { Controller } from './controller.ts'
