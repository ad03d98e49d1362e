import { died, permissionFailure } from '../schema/failure.ts'
import { splitList } from '../schema/formats.ts'
import type { PermissionCheck, SchemaMethod } from '../schema/method.ts'
import { isOn } from '../schema/method.ts'
import type { Parameters } from '../schema/verify.ts'
import type { Directory } from './directory.ts'
import { normalPath } from './directory.ts'
import { aclByPath, permissionsOf } from './effective.ts'
import type { AclByPath, Granted } from './effective.ts'

/** The rights of one caller in one call; as in PVE::RPCEnvironment's aclcache, what a path gives is worked out once. `user` is `csi@pve` or `csi@pve!token`; a token of root@pam is not root@pam. */
export class Rights {
  private readonly directory: Directory
  private readonly known = new Map<string, Granted>()
  private acl: AclByPath | undefined
  readonly user: string
  constructor(directory: Directory, user: string) {
    this.directory = directory
    this.user = user
  }

  has(path: string, ...privileges: readonly string[]): boolean {
    const granted = this.at(path)
    return privileges.every((privilege) => granted.has(privilege))
  }

  hasAny(path: string, ...privileges: readonly string[]): boolean {
    const granted = this.at(path)
    return privileges.some((privilege) => granted.has(privilege))
  }

  private at(path: string): Granted {
    const known = this.known.get(path)
    if (known !== undefined) return known
    this.acl ??= aclByPath(this.directory)
    const granted = permissionsOf(this.directory, this.user, path, this.acl)
    this.known.set(path, granted)
    return granted
  }

  /** 403 that names the first privilege that is missing. */
  require(path: string, ...privileges: readonly string[]): void {
    const missing = privileges.find((privilege) => !this.has(path, privilege))
    if (missing !== undefined) throw permissionFailure(`${normalPath(path)}, ${missing}`)
  }

  requireAny(path: string, ...privileges: readonly string[]): void {
    if (!this.hasAny(path, ...privileges)) throw permissionFailure(`${normalPath(path)}, ${privileges.join('|')}`)
  }

  /** PVE::RPCEnvironment::check_api2_permissions: no `permissions` at all means root@pam. */
  checkCall(method: SchemaMethod, parameters: Parameters): void {
    const { permissions } = method
    if (this.user === 'root@pam') return
    if (permissions === undefined) throw permissionFailure('user != root@pam')
    if (permissions.user === 'world' || permissions.user === 'all') return
    if (permissions.check === undefined) throw permissionFailure()
    this.checkExpression(permissions.check, parameters)
  }

  checkExpression(check: PermissionCheck, parameters: Parameters): void {
    const [kind, ...rest] = check
    if (kind === 'and') for (const part of rest) this.checkExpression(asCheck(part), parameters)
    else if (kind === 'or') this.checkAlternatives(rest.map(asCheck), parameters)
    else if (kind === 'perm') this.checkPerm(rest, parameters)
    else if (kind === 'perm-modify') this.checkModify(substitute(String(rest[0]), parameters))
    else if (kind === 'userid-param') this.checkUseridParam(String(rest[0]), parameters)
    else if (kind === 'userid-group') this.checkUseridGroup(rest, parameters)
    else throw died(`unknown permission test '${String(kind)}'`)
  }

  private checkAlternatives(alternatives: readonly PermissionCheck[], parameters: Parameters): void {
    const passes = alternatives.some((alternative) => {
      try {
        this.checkExpression(alternative, parameters)
        return true
      } catch {
        return false
      }
    })
    if (!passes) throw permissionFailure()
  }

  private checkPerm([template, privileges, ...options]: readonly unknown[], parameters: Parameters): void {
    const settings = pairs(options)
    const required = settings.get('require_param')
    if (required !== undefined && parameters[String(required)] === undefined) return
    const path = substitute(String(template), parameters)
    const names = asNames(privileges)
    if (isOn(Number(settings.get('any') ?? 0))) this.requireAny(path, ...names)
    else this.require(path, ...names)
  }

  /** Who may change permissions at a path: Permissions.Modify there, or the privilege to allocate the thing itself. */
  checkModify(path: string): void {
    if (path === '') return this.require('/access', 'Permissions.Modify')
    const own = /^\/storage\/.+/.test(path)
      ? ['Datastore.Allocate']
      : /^\/vms\/.+/.test(path)
        ? ['VM.Allocate']
        : /^\/pool\/.+/.test(path)
          ? ['Pool.Allocate']
          : []
    this.requireAny(path, 'Permissions.Modify', ...own)
  }

  private checkUseridParam(test: string, parameters: Parameters): void {
    const userid = parameters['userid'] ?? ''
    if (test === 'self') {
      this.requireUser(userid)
      if (this.user !== userid) throw permissionFailure()
    } else if (test === 'Realm.AllocateUser') {
      this.require(`/access/realm/${userid.split('@').at(-1) ?? ''}`, 'Realm.AllocateUser')
    } else throw died(`unknown userid-param test '${test}'`)
  }

  private checkUseridGroup([privileges, ...options]: readonly unknown[], parameters: Parameters): void {
    const names = asNames(privileges)
    const groupsParam = pairs(options).get('groups_param')
    const userid = parameters['userid'] ?? ''
    if (groupsParam !== 'create') this.requireUser(userid)
    if (this.hasAny('/access/groups', ...names)) return
    if (groupsParam !== undefined) {
      const groups = splitList(parameters['groups'] ?? '')
      if (groups.length === 0 && groupsParam === 'create') this.requireAny('/access/groups', ...names)
      for (const group of groups) this.requireAny(`/access/groups/${group}`, ...names)
    }
    const member = this.directory.users.get(userid)?.groups.some((group) => this.hasAny(`/access/groups/${group}`, ...names))
    if (groupsParam !== 'create' && member !== true) throw permissionFailure()
  }

  private requireUser(userid: string): void {
    if (!this.directory.users.has(userid)) throw died(`no such user ('${userid}')`)
  }
}

function substitute(template: string, parameters: Parameters): string {
  return template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => parameters[name] ?? '')
}

function pairs(options: readonly unknown[]): Map<string, unknown> {
  const settings = new Map<string, unknown>()
  for (let index = 0; index < options.length; index += 2) settings.set(String(options[index]), options[index + 1])
  return settings
}

function asCheck(part: unknown): PermissionCheck {
  if (!Array.isArray(part)) throw died('a permission check that is not a list')
  return part
}

function asNames(privileges: unknown): string[] {
  return Array.isArray(privileges) ? privileges.map(String) : []
}
