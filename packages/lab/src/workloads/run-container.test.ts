import type { Effects } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import type { ContainerContext } from '../kubernetes/kubelet/container.ts'
import { withOwnMountTable } from '../kubernetes/kubelet/container-mounts.ts'
import { containerFiles, viewOf } from '../kubernetes/kubelet/container-view.ts'
import type { Machine } from '../machines/machine.ts'
import { createMachine } from '../machines/machine.ts'
import { createDisk } from '../machines/sparse-disk.ts'
import { execute, runContainer } from './run-container.ts'

interface Rig {
  readonly context: ContainerContext
  readonly machine: Machine
  readonly effects: Effects
  readonly logs: string[]
  readonly stop: AbortController
  readonly sh: (script: string) => Promise<{ code: number; out: string; err: string }>
  readonly exec: (...argv: string[]) => Promise<{ code: number; out: string; err: string }>
}

/** A pod whose volume /data is an ext4 filesystem of 10 GiB on a disk of its machine. */
async function inPod(body: (rig: Rig) => Promise<void>, command: readonly string[] = [], args: readonly string[] = []): Promise<void> {
  const world = new VirtualWorld({ seed: 3, startMs: Date.UTC(2026, 4, 6, 7, 8, 9) })
  const { effects } = world.process('test')
  await world.run(async () => {
    const machine = createMachine({ name: 'k1', clock: effects.clock, random: effects.random, systemUuid: effects.random.uuid() })
    const disk = createDisk(10 * 1024 ** 3)
    await machine.hardware.plug('scsi1', { disk, serial: 'drive-scsi1', vendor: 'QEMU', product: 'QEMU HARDDISK', readOnly: false, discard: true, rotational: false })
    await effects.clock.sleep(1000)
    const source = '/var/lib/kubelet/pods/1/volumes/data'
    await machine.files.makeDirectory(source)
    await machine.programs.run({ program: 'mkfs.ext4', args: ['-q', '/dev/sda'], timeoutMs: 60_000 })
    await machine.programs.run({ program: 'mount', args: ['-o', 'noatime', '/dev/sda', source], timeoutMs: 60_000 })
    await machine.files.makeDirectory('/run/containers/1/tmp')
    const mounts = [{ containerPath: '/data', hostPath: source, readOnly: false }, { containerPath: '/dev/xvda', hostPath: '/dev/sda', readOnly: false }]
    const system = ['/proc', '/sys'].map((path) => ({ containerPath: path, hostPath: path, readOnly: true }))
    const files = withOwnMountTable(containerFiles(machine.files, viewOf([...mounts, ...system], '/run/containers/1')), mounts)
    const logs: string[] = []
    const stop = new AbortController()
    const context: ContainerContext = {
      namespace: 'default', pod: 'test-storage-pod', podUid: 'u', container: 'test', node: 'k1', command, args, env: { GREETING: 'hello world' }, privileged: false,
      effects: { ...effects, files, programs: machine.programs }, log: (line) => logs.push(line), stop: stop.signal,
    }
    const exec = async (...argv: string[]): Promise<{ code: number; out: string; err: string }> => {
      const { exitCode, stdout, stderr } = await execute(context, argv)
      return { code: exitCode, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) }
    }
    await body({ context, machine, effects, logs, stop, exec, sh: (script) => exec('sh', '-c', script) })
  })
}

test("the documents' own command writes to the volume and reads it back", () =>
  inPod(async ({ exec, machine }) => {
    expect(await exec('sh', '-c', "echo 'test' > /data/test.txt && cat /data/test.txt")).toEqual({ code: 0, out: 'test\n', err: '' })
    expect(await machine.files.readText('/var/lib/kubelet/pods/1/volumes/data/test.txt')).toBe('test\n')
  }))

test('df -h shows the volume with its size as a real one does', () =>
  inPod(async ({ exec }) => {
    const { out, code } = await exec('df', '-h')
    expect(code).toBe(0)
    expect(out.split('\n')[0]).toBe('Filesystem                Size      Used Available Use% Mounted on')
    expect(out).toContain('/dev/sda                  9.7G     24.0K      9.2G   1% /data\n')
    expect((await exec('df', '/nothing')).code).toBe(1)
  }))

test('ls -la lists names with modes, and lost+found is there', () =>
  inPod(async ({ exec, sh }) => {
    await sh('echo 12345 > /data/file; ln -s file /data/link')
    const { out } = await exec('ls', '-la', '/data')
    expect(out).toMatch(/^total \d+\ndrwxr-xr-x/)
    expect(out).toMatch(/-rw-r--r-- +1 root +root +6 May +6 07:08 file\n/)
    expect(out).toContain('link -> file\n')
    expect(out).toMatch(/drwx------ +2 root +root +16384 .* lost\+found\n/)
  }))

test.each([
  ["echo a b  c", 'a b c\n'],
  ['echo "$GREETING" $GREETING \'$GREETING\'', 'hello world hello world $GREETING\n'],
  ['A=1; A=2; echo $A ${B:-none} ${GREETING#hello } ${#A} $((A * 3 + 1))', '2 none world 1 7\n'],
  ['for i in 1 2 3; do echo $i; done | tail -n 1', '3\n'],
  ['i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i -eq 2 ] && continue; echo $i; done', '1\n3\n'],
  ['if [ -f /data/x ]; then echo yes; elif test -d /data; then echo dir; else echo no; fi', 'dir\n'],
  ['false || echo or; true && echo and; ! true || echo not', 'or\nand\nnot\n'],
  ['echo $(echo inner | wc -c)', '6\n'],
  ['(cd /data; pwd); pwd', '/data\n/\n'],
  ['cat <<EOF\nvalue $GREETING\nEOF', 'value hello world\n'],
  ['echo one > /data/a; echo two >> /data/a; cat < /data/a; wc -l /data/a', 'one\ntwo\n2 /data/a\n'],
  ['echo gone > /dev/null; echo err 1>&2; ls /none 2>/dev/null; echo $?', '1\n'],
  ['mkdir -p /data/d/e; touch /data/d/e/f.txt /data/d/g.log; cd /data/d; echo *; find . -name "*.txt"', 'e g.log\n./e/f.txt\n'],
  ['printf "%s-%03d\\n" x 7; seq 2 4; echo abc | grep -q b && echo found', 'x-007\n2\n3\n4\nfound\n'],
  ['echo hi > /data/h; sha256sum /data/h', '98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4  /data/h\n'],
  ['echo hi > /data/h; sha256sum /data/h > /data/sum; sha256sum -c /data/sum', '/data/h: OK\n'],
  ['stat -c "%s %a" /data; date -u +%Y-%m-%d; hostname; id -u', '4096 755\n2026-05-06\ntest-storage-pod\n0\n'],
  ['set -e; true; false; echo never', ''],
])('sh -c %j', (script, out) => inPod(async ({ sh }) => expect((await sh(script)).out).toBe(out)))

test('rm -rf with a glob empties a directory and leaves it', () =>
  inPod(async ({ sh }) => {
    await sh('mkdir -p /data/old-data/x; echo 1 > /data/old-data/a; echo 2 > /data/old-data/x/b')
    expect(await sh('rm -rf /data/old-data/*; ls -A /data/old-data | wc -l')).toMatchObject({ code: 0, out: '0\n' })
  }))

test('dd writes files and devices', () =>
  inPod(async ({ sh }) => {
    expect(await sh('dd if=/dev/urandom of=/data/random bs=1M count=8 conv=fsync && wc -c < /data/random')).toMatchObject({ code: 0, out: '8388608\n' })
    expect((await sh('dd if=/dev/urandom of=/dev/xvda bs=4096 count=1 seek=2000000')).code).toBe(0)
    expect((await sh('blockdev --getsize64 /dev/xvda')).out).toBe(`${10 * 1024 ** 3}\n`)
  }))

test('a write to a full volume fails with the words of a full volume', () =>
  inPod(async ({ sh, machine }) => {
    await machine.programs.run({ program: 'mount', args: ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'], timeoutMs: 1000 })
    await machine.files.symlink('/mnt', '/run/containers/1/small')
    const full = await sh('dd if=/dev/zero of=/small/big bs=1M count=2')
    expect(full).toMatchObject({ code: 1 })
    expect(full.err).toContain("dd: error writing '/small/big': No space left on device\n")
  }))

test('what the lab does not have answers 127 and says so', () =>
  inPod(async ({ exec, sh }) => {
    expect(await exec('psql', '-c', 'select 1')).toMatchObject({ code: 127, err: 'sh: psql: not found (the lab has no such program)\n' })
    expect(await sh('case x in x) echo;; esac')).toMatchObject({ code: 2, err: "sh: the lab's shell has no 'case'\n" })
    expect(await sh('cat /nothing')).toMatchObject({ code: 1, err: "cat: can't open '/nothing': No such file or directory\n" })
  }))

test('busybox without a command ends at once; a sleep as PID 1 outlives SIGTERM, a trap does not', async () => {
  await inPod(async ({ context }) => expect(await runContainer(context, 'busybox:1.36')).toBe(0))
  await inPod(async ({ context, effects, stop }) => {
    let ended = false
    void runContainer(context, 'busybox').then(() => (ended = true))
    await effects.clock.sleep(1000)
    stop.abort()
    await effects.clock.sleep(60_000)
    expect(ended).toBe(false)
  }, ['sleep', '3600'])
  await inPod(async ({ context, effects, stop, logs }) => {
    const code = runContainer(context, 'busybox')
    await effects.clock.sleep(1000)
    stop.abort()
    expect(await code).toBe(3)
    expect(logs).toEqual(['started', 'ending'])
  }, ['sh', '-c'], ["trap 'echo ending; exit 3' TERM; echo started; while true; do sleep 1; done"])
})

test("postgres refuses a bare mount point as initdb does, and runs in a directory below it", async () => {
  await inPod(async ({ context, logs }) => {
    const bare = { ...context, env: { PGDATA: '/data', POSTGRES_PASSWORD: 'x' } }
    expect(await runContainer(bare, 'postgres:15')).toBe(1)
    expect(logs.join('\n')).toContain('It contains a lost+found directory, perhaps due to it being a mount point.')
  })
  await inPod(async ({ context, effects, stop, machine }) => {
    const code = runContainer({ ...context, env: { PGDATA: '/data/pgdata', POSTGRES_PASSWORD: 'x' } }, 'docker.io/library/postgres:15')
    await effects.clock.sleep(20_000)
    stop.abort()
    expect(await code).toBe(0)
    expect(await machine.files.readText('/var/lib/kubelet/pods/1/volumes/data/pgdata/PG_VERSION')).toBe('15\n')
    expect(await machine.files.readText('/var/lib/kubelet/pods/1/volumes/data/pgdata/pg_wal/000000010000000000000001')).toContain('checkpoint 3')
  })
})

test('an image that the lab cannot run says so and idles until it is stopped', () =>
  inPod(async ({ context, effects, stop, logs }) => {
    const code = runContainer(context, 'nginx:1.27')
    await effects.clock.sleep(5000)
    expect(logs).toEqual(['the lab has no program for the entrypoint of image nginx:1.27: this container idles until it is stopped'])
    stop.abort()
    expect(await code).toBe(0)
  }))
