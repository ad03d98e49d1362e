import { died, PveFailure } from '../schema/failure.ts'
import { takeTime } from '../cluster.ts'
import { applyPending } from '../vm/apply.ts'
import { plugAll } from '../vm/hotplug.ts'
import { requireUnlocked } from '../vm/update.ts'
import type { Vm } from '../vm/vm.ts'
import type { Call, Calls } from './call.ts'
import { fork } from './call.ts'
import { describeVm } from './cluster-calls.ts'
import { vmOf } from './vm-config.ts'

/** A start takes every pending change with it. */
async function startUp(call: Call, vm: Vm): Promise<void> {
  await applyPending(call, vm)
  await takeTime(call.cluster, 500)
  // QEMU opens every image before the guest boots; one that is not there keeps the VM from starting.
  await plugAll(call.cluster, vm)
  vm.running = true
  vm.startedAt = call.cluster.clock.monotonic() / 1000
  await vm.power?.start()
  call.cluster.history.add({ kind: 'vm started', node: vm.node, vmid: vm.vmid, note: vm.name })
}

async function shutDown(call: Call, vm: Vm): Promise<void> {
  await vm.power?.stop()
  await takeTime(call.cluster, 300)
  vm.running = false
  for (const slot of vm.plugged.keys()) await vm.hardware.unplug(slot)
  vm.plugged.clear()
  call.cluster.history.add({ kind: 'vm stopped', node: vm.node, vmid: vm.vmid, note: vm.name })
}

function power(type: string, work: (call: Call, vm: Vm) => Promise<void>): (call: Call) => string {
  return (call) => {
    const vm = vmOf(call)
    if (call.parameters['skiplock'] !== undefined && call.rights.user !== 'root@pam') throw new PveFailure(400, 'Parameter verification failed.\n', { skiplock: 'Only root may use this option.' })
    if (type === 'qmstart' && vm.running) throw died(`VM ${vm.vmid} already running`)
    return fork(call, type, String(vm.vmid), () =>
      vm.fileLock.during(async () => {
        requireUnlocked(vm)
        await work(call, vm)
      }),
    ).upid
  }
}

async function stop(call: Call, vm: Vm): Promise<void> {
  if (vm.running) await shutDown(call, vm)
}

async function reboot(call: Call, vm: Vm): Promise<void> {
  if (!vm.running) throw died('VM is not running')
  await shutDown(call, vm)
  await startUp(call, vm)
}

function current(call: Call): unknown {
  const vm = vmOf(call)
  return { ...describeVm(call.cluster, vm), cpus: Number(vm.config.get('cores') ?? 1), qmpstatus: vm.running ? 'running' : 'stopped', ha: { managed: 0 } }
}

export const vmPowerCalls: Calls = {
  'GET /nodes/{node}/qemu/{vmid}': () => ['config', 'pending', 'resize', 'status', 'unlink'].map((subdir) => ({ subdir })),
  'GET /nodes/{node}/qemu/{vmid}/status/current': current,
  'POST /nodes/{node}/qemu/{vmid}/status/start': power('qmstart', startUp),
  'POST /nodes/{node}/qemu/{vmid}/status/stop': power('qmstop', stop),
  'POST /nodes/{node}/qemu/{vmid}/status/shutdown': power('qmshutdown', stop),
  'POST /nodes/{node}/qemu/{vmid}/status/reboot': power('qmreboot', reboot),
}
