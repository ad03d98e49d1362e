/** What goes wrong while a schedule runs, decided by its seed: calls, answers, tasks, machines, processes, storages, locks. */
import type { ProgramFault } from '@stowage/lab/machines/machine-programs'
import type { CallFault, CallInfo } from '@stowage/lab/proxmox/faults'
import type { SeededRandom } from '@stowage/effects/virtual'
import type { Operator } from './operator.ts'
import { proxmoxNodes } from './site.ts'

type Trouble = (operator: Operator, random: SeededRandom) => Promise<void>

const troubles: readonly Trouble[] = [
  (operator) => operator.restartController(),
  (operator) => operator.restartController(),
  (operator, random) => operator.restartNodeDriver(random.pick(operator.site.nodes)),
  (operator, random) => operator.resetMachine(random.pick(operator.site.nodes)),
  (operator, random) => operator.rebootVm(random.pick(operator.site.nodes)),
  async ({ site, clock }, random) => {
    const { vmid } = random.pick(site.nodes)
    site.proxmox.setLock(vmid, 'backup')
    await clock.sleep(random.integer(20_000))
    site.proxmox.setLock(vmid, undefined)
  },
  async ({ site, clock }, random) => {
    const release = await site.proxmox.holdVm(random.pick(site.nodes).vmid).catch(() => undefined)
    await clock.sleep(random.integer(12_000))
    release?.()
  },
  async ({ site, clock }, random) => {
    const storage = random.pick(['local-zfs', 'local-lvm', 'local', 'nas'])
    site.proxmox.setStorage(storage, 'offline')
    await clock.sleep(random.integer(15_000))
    site.proxmox.setStorage(storage, 'online')
  },
  async ({ site, clock }, random) => {
    const node = random.pick(proxmoxNodes)
    site.proxmox.setNode(node, 'down')
    await clock.sleep(random.integer(15_000))
    site.proxmox.setNode(node, 'up')
  },
  async ({ site, clock }, random) => {
    site.proxmox.faults.quorumLost = true
    await clock.sleep(random.integer(10_000))
    site.proxmox.faults.quorumLost = false
  },
  async ({ site, clock }, random) => {
    const { machine } = random.pick(site.nodes)
    machine.faults.refusesPlug = () => 'the guest does not take it'
    await clock.sleep(random.integer(15_000))
    machine.faults.refusesPlug = undefined
  },
  async ({ site, clock }, random) => {
    const { machine } = random.pick(site.nodes)
    machine.faults.program = ({ program }) => (random.next() < 0.3 ? programFault(program, random) : undefined)
    await clock.sleep(random.integer(15_000))
    machine.faults.program = undefined
  },
  async ({ site, clock }, random) => {
    const { machine } = random.pick(site.nodes)
    const slots = ['scsi1', 'scsi2', 'scsi3']
    for (const slot of slots) machine.failDevice(slot, (operation) => operation === 'read' && random.next() < 0.5)
    await clock.sleep(random.integer(10_000))
    for (const slot of slots) machine.failDevice(slot, undefined)
  },
]

/** A tool that fails, lies or hangs; blkid's 2 is "nothing there". */
function programFault(program: string, random: SeededRandom): ProgramFault {
  const after = random.next() < 0.3
  if (random.next() < 0.2) return { kind: 'hang', after }
  const exitCode = program.endsWith('blkid') ? 2 : random.pick([1, 8, 32])
  return { kind: 'fail', exitCode, stderr: `${program}: something went wrong`, after }
}

/** Makes trouble until `endsAtMs` of the world's time; resolves when all of it is over. */
export async function makeTrouble(operator: Operator, endsAtMs: number): Promise<void> {
  const { world, proxmox } = operator.site
  const random = world.random('trouble')
  const rate = 0.02 + random.next() * 0.25
  const stopCalls = proxmox.faults.onCall((info) => (random.next() < rate ? callFault(info, random) : undefined))
  world.faults.http = (_, process) => {
    if (!process.startsWith('controller') || random.next() > rate / 3) return 'deliver'
    return random.pick(['lose-request', 'lose-answer', 'silence', 'silence-answer', 'refuse'])
  }
  world.faults.rpc = () => (random.next() > rate / 4 ? 'deliver' : random.pick(['lose-request', 'lose-answer']))
  const underWay: Promise<void>[] = []
  while (world.elapsed() < endsAtMs) {
    await operator.clock.sleep(500 + random.integer(12_000))
    const trouble = random.pick(troubles)
    // One restart at a time, as a Deployment of one replica does.
    underWay.push(trouble(operator, random))
    if (troubles.indexOf(trouble) < 5) await underWay.at(-1)
  }
  await Promise.all(underWay)
  stopCalls()
  world.faults.http = undefined
  world.faults.rpc = undefined
}

function callFault({ call }: CallInfo, random: SeededRandom): CallFault | undefined {
  const texts = ['got timeout', "can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout", "cfs-lock 'storage-nas' error: got lock request timeout"]
  const message = random.pick(texts)
  if (call.startsWith('GET')) return random.next() < 0.5 ? { kind: 'fail-before', status: 500, message } : { kind: 'delay', ms: random.integer(6_000) }
  return random.pick<CallFault>([
    { kind: 'fail-before', status: 500, message },
    { kind: 'fail-after', status: 596, message: 'Broken pipe' },
    { kind: 'lose-request' },
    { kind: 'lose-answer' },
    { kind: 'lose-answer-early' },
    { kind: 'delay', ms: random.integer(8_000) },
    { kind: 'task-fails', when: 'before', message },
    { kind: 'task-fails', when: 'after', message },
    { kind: 'task-warns', message: 'something is slow' },
  ])
}
