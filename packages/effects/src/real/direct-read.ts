import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { codeOf } from './failure-code.ts'

/** O_DIRECT wants offset, length and memory aligned to the device's blocks; 4096 suits every disk in use. */
const block = 4096
const window = 1024 * 1024

/**
 * Reads past the page cache: after a disk was plugged, unplugged or written by another machine, the cache can hold what is
 * no longer there. Filesystems without O_DIRECT (tmpfs: EINVAL) are read through the cache.
 */
export class DirectReader {
  #buffer: Uint8Array | undefined
  #turn: Promise<unknown> = Promise.resolve()

  /** Up to `length` bytes; fewer at the end of the file or device. */
  read(path: string, offset: number, length: number): Promise<Uint8Array> {
    const read = this.#turn.then(() => this.#read(path, offset, length))
    this.#turn = read.catch(() => {})
    return read
  }

  async #read(path: string, offset: number, length: number): Promise<Uint8Array> {
    const direct = await open(path, constants.O_RDONLY | (constants.O_DIRECT ?? 0)).catch((error: unknown) => {
      if (codeOf(error) === 'EINVAL') return undefined
      throw error
    })
    if (direct !== undefined) {
      try {
        return await this.#windows(direct, offset, length)
      } catch (error) {
        if (codeOf(error) !== 'EINVAL') throw error
      } finally {
        await direct.close()
      }
    }
    const cached = await open(path, constants.O_RDONLY)
    try {
      return await this.#windows(cached, offset, length)
    } finally {
      await cached.close()
    }
  }

  async #windows(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
    const buffer = (this.#buffer ??= alignedMemory())
    const result = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const from = offset + filled
      const start = from - (from % block)
      const wanted = Math.min(window, Math.ceil((offset + length - start) / block) * block)
      const { bytesRead } = await handle.read(buffer, 0, wanted, start)
      const usable = buffer.subarray(from - start, Math.min(bytesRead, offset + length - start))
      if (usable.length === 0) return result.subarray(0, filled)
      result.set(usable, filled)
      filled += usable.length
    }
    return result
  }
}

interface MemoryConstructor {
  new (descriptor: { initial: number; maximum: number }): { readonly buffer: ArrayBuffer }
}

/** WebAssembly's memory begins at a page boundary, which nothing else in JavaScript promises. */
function alignedMemory(): Uint8Array {
  const assembly: unknown = Reflect.get(globalThis, 'WebAssembly')
  const pages = window / 65_536
  if (isAssembly(assembly)) return new Uint8Array(new assembly.Memory({ initial: pages, maximum: pages }).buffer)
  return new Uint8Array(window)
}

function isAssembly(value: unknown): value is { Memory: MemoryConstructor } {
  return typeof value === 'object' && value !== null && 'Memory' in value && typeof value.Memory === 'function'
}
