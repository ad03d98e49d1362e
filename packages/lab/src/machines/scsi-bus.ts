/** The machine's disks as its hypervisor plugs and pulls them. */
import type { Cancel, Clock, Random } from '@stowage/effects'
import type { GuestHardware, PluggedDisk } from './disk.ts'
import type { Kernel } from './kernel/kernel.ts'
import { ScsiDevice } from './kernel/scsi-device.ts'

export interface BusInit {
  readonly clock: Clock
  readonly random: Random
  /** Undefined while the machine is down. */
  readonly kernel: () => Kernel | undefined
  /** A guest that does not take a new device: why. */
  readonly refusesPlug: (slot: string) => string | undefined
}

const mostSlots = 31

export class ScsiBus implements GuestHardware {
  private readonly init: BusInit
  private readonly slots = new Map<string, PluggedDisk>()
  private readonly appearing = new Map<string, Cancel>()

  constructor(init: BusInit) {
    this.init = init
  }

  get running(): boolean {
    return this.init.kernel() !== undefined
  }

  async plug(slot: string, device: PluggedDisk): Promise<void> {
    const number = Number(/^scsi(\d+)$/.exec(slot)?.[1] ?? Number.NaN)
    if (!(number < mostSlots)) throw new RangeError(`there is no slot ${slot}: a machine of the lab has scsi0 to scsi${mostSlots - 1}`)
    if (this.slots.has(slot)) throw new Error(`slot ${slot} holds a disk already`)
    const refusal = this.running ? this.init.refusesPlug(slot) : undefined
    if (refusal !== undefined) throw new Error(refusal)
    this.slots.set(slot, device)
    if (!this.running) return
    // The SCSI scan, then udev with its links.
    const cancel = this.init.clock.after(30 + this.init.random.next() * 150, () => {
      this.appearing.delete(slot)
      const kernel = this.init.kernel()
      if (kernel !== undefined) this.attach(kernel, slot, device)
    })
    this.appearing.set(slot, cancel)
  }

  async unplug(slot: string): Promise<'released' | 'busy'> {
    const kernel = this.init.kernel()
    const found = kernel === undefined ? undefined : deviceIn(kernel, slot)
    if (kernel !== undefined && found !== undefined && kernel.isBusy(found)) return 'busy'
    this.takeOut(slot)
    return 'released'
  }

  resized(slot: string): void {
    this.init.clock.after(20 + this.init.random.next() * 60, () => {
      const kernel = this.init.kernel()
      const device = kernel === undefined ? undefined : deviceIn(kernel, slot)
      if (device === undefined || device.size === device.plugged.disk.size) return
      kernel?.log(`sd ${device.name}: capacity changed from ${device.size} to ${device.plugged.disk.size}`)
      device.size = device.plugged.disk.size
    })
  }

  /** Without asking the guest: whoever uses the disk gets EIO from here on. */
  pull(slot: string): void {
    const kernel = this.init.kernel()
    const found = kernel === undefined ? undefined : deviceIn(kernel, slot)
    if (found !== undefined) found.gone = true
    this.takeOut(slot)
  }

  device(slot: string): ScsiDevice | undefined {
    const kernel = this.init.kernel()
    return kernel === undefined ? undefined : deviceIn(kernel, slot)
  }

  /** At boot everything in a slot is there, in the order of the slots. */
  attachAll(kernel: Kernel): void {
    for (const cancel of this.appearing.values()) cancel()
    this.appearing.clear()
    const ordered = [...this.slots].sort(([a], [b]) => Number(a.slice(4)) - Number(b.slice(4)))
    for (const [slot, device] of ordered) this.attach(kernel, slot, device)
  }

  private takeOut(slot: string): void {
    this.appearing.get(slot)?.()
    this.appearing.delete(slot)
    this.slots.delete(slot)
    const kernel = this.init.kernel()
    const found = kernel === undefined ? undefined : deviceIn(kernel, slot)
    if (kernel !== undefined && found !== undefined) kernel.detach(found)
  }

  private attach(kernel: Kernel, slot: string, plugged: PluggedDisk): void {
    const taken = new Set([...kernel.devices.values()].map((device) => device.index))
    let index = 0
    while (taken.has(index)) index += 1
    kernel.attach(new ScsiDevice(slot, index, plugged))
  }
}

function deviceIn(kernel: Kernel, slot: string): ScsiDevice | undefined {
  return [...kernel.devices.values()].find((device) => device.slot === slot)
}
