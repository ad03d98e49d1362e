import type { SchemaMethod } from './method.ts'

export interface RouteMatch {
  readonly method: SchemaMethod
  /** From the path, percent-decoded. */
  readonly parameters: Readonly<Record<string, string>>
}

interface Branch {
  readonly fixed: Map<string, Branch>
  variable: { readonly name: string; readonly branch: Branch } | undefined
  readonly methods: Map<string, SchemaMethod>
}

/** Finds the schema's method of a request. Built once: walking it costs one step for each segment. */
export class Routes {
  private readonly root: Branch = newBranch()
  readonly methods: readonly SchemaMethod[]

  constructor(methods: readonly SchemaMethod[]) {
    this.methods = methods
    for (const method of methods) this.add(method)
  }

  /** `path` without the `/api2/json` prefix. A volume id may hold a slash, which a client sends as it is or as %2F. */
  find(httpMethod: string, path: string): RouteMatch | undefined {
    const segments = path.split('/').filter((segment) => segment !== '')
    const parameters: Record<string, string> = {}
    let branch = this.root
    for (const [index, segment] of segments.entries()) {
      const next = branch.fixed.get(segment)
      if (next !== undefined) {
        branch = next
        continue
      }
      if (branch.variable === undefined) return undefined
      const { name } = branch.variable
      branch = branch.variable.branch
      // Proxmox lets the last parameter of `content/{volume}` run on over slashes.
      const rest = name === 'volume' ? segments.slice(index).join('/') : segment
      parameters[name] = decodeURIComponent(rest)
      if (name === 'volume') break
    }
    const method = branch.methods.get(httpMethod)
    return method === undefined ? undefined : { method, parameters }
  }

  private add(method: SchemaMethod): void {
    let branch = this.root
    for (const segment of method.path.split('/').filter((part) => part !== '')) {
      const variable = /^\{(.+)\}$/.exec(segment)?.[1]
      branch = variable === undefined ? fixedBranch(branch, segment) : variableBranch(branch, variable)
    }
    branch.methods.set(method.method, method)
  }
}

function newBranch(): Branch {
  return { fixed: new Map(), variable: undefined, methods: new Map() }
}

function fixedBranch(parent: Branch, segment: string): Branch {
  const known = parent.fixed.get(segment)
  if (known !== undefined) return known
  const branch = newBranch()
  parent.fixed.set(segment, branch)
  return branch
}

function variableBranch(parent: Branch, name: string): Branch {
  parent.variable ??= { name, branch: newBranch() }
  return parent.variable.branch
}
