/** The declarations that are lived with: the accept rig's, the examples, and those that carry the reference documents over. */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface DeclarationFile {
  /** `homelab` */
  readonly name: string
  readonly path: string
}

/** `wanted`: names, or paths of other files; none: all. Throws for a name that nothing has. */
export async function declarationFiles(root: string, wanted: readonly string[] = []): Promise<readonly DeclarationFile[]> {
  const accept = await yamlIn(join(root, 'packages/e2e/accept'))
  const examples = (await readdir(join(root, 'examples'), { recursive: true })).filter((file) => basename(file) === 'storage.yaml').map((file) => join(root, 'examples', file))
  const documents = await yamlIn(join(root, 'examples/documents'))
  const all = [...accept, ...examples, ...documents].map((path) => ({ name: nameOf(path), path })).toSorted((one, other) => one.name.localeCompare(other.name))
  if (wanted.length === 0) return all
  return wanted.map((name) => {
    const found = name.includes('/') ? { name: nameOf(name), path: name } : all.find((each) => each.name === name)
    if (found === undefined) throw new Error(`there is no declaration ${name}; there are ${all.map((each) => each.name).join(', ')}`)
    return found
  })
}

async function yamlIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.yaml')).map((file) => join(folder, file))
}

/** `examples/homelab/storage.yaml` → `homelab`. */
function nameOf(path: string): string {
  return basename(path) === 'storage.yaml' ? basename(dirname(path)) : basename(path, '.yaml')
}
