import { upstreamChecks } from './upstream/index.ts'
import { chartsChecks } from './charts/index.ts'
import { nfsChecks } from './nfs/index.ts'
import { snapshotsChecks } from './snapshots/index.ts'
import { veleroChecks } from './velero/index.ts'
import { secretsChecks } from './secrets/index.ts'
import { platformChecks } from './platform/index.ts'
import { policiesChecks } from './policies/index.ts'
import { deliveryChecks } from './delivery/index.ts'
import { feasibilityChecks } from './feasibility/index.ts'
import { backendsHoldOneKind, certificatesAreVerified, endpointsAreHttps, oneLocalBackend, regionsAreUnique } from './backends.ts'
import { cephChecks } from './ceph/index.ts'
import { withAcceptances } from './acceptances.ts'
import type { Check, Fault, Subject } from './check.ts'
import {
  accessModesCanBeServed,
  classesNameABackend,
  defaultClassIsUnique,
  defaultIsSaidOnce,
  deletedDataIsMeant,
  driverNamesAreFree,
  parametersAreAccepted,
  parametersFitTheBackend,
} from './classes.ts'
import { noNameVanishes } from './names.ts'
import { renamesAreClear } from './renames.ts'
import { secretsStayOutside } from './no-secrets-in-text.ts'
import { claimsAndDisksAreUnique, directoriesHaveOneSpelling, directoriesLieApart, volumeAccessModesCanBeServed, volumesNameAClass, volumesPointAtData } from './volumes.ts'

/** Every check of a declaration, in the order in which a person would ask. */
export const checks: readonly Check[] = [
  secretsStayOutside, // no password or token is written in the text
  noNameVanishes, // no name is one that JavaScript would swallow
  renamesAreClear, // a name of before leads to one thing of now
  backendsHoldOneKind, // a backend is proxmox, or local, or …: exactly one
  endpointsAreHttps, // https://host:port and nothing else
  certificatesAreVerified, // one way of trust; insecure is said aloud
  regionsAreUnique, // two clusters never share a region
  oneLocalBackend, // one directory tree a node, today
  classesNameABackend, // a class's backend is declared
  defaultClassIsUnique, // at most one default class
  defaultIsSaidOnce, // in one word
  deletedDataIsMeant, // the default class does not delete data unasked
  driverNamesAreFree, // a second driver name serves one kind of backend
  parametersFitTheBackend, // no parameter of another kind of backend
  parametersAreAccepted, // the driver's own reading of the parameters
  accessModesCanBeServed, // no ReadWriteMany of a block backend
  volumesNameAClass, // an adopted volume's class is declared
  volumesPointAtData, // and it says exactly where its data is
  volumeAccessModesCanBeServed, // in modes that the backend can serve
  directoriesHaveOneSpelling, // each directory by its one name
  directoriesLieApart, // and none inside another
  claimsAndDisksAreUnique, // one claim, one disk, one volume
  ...cephChecks,
  ...upstreamChecks,
  ...nfsChecks,
  ...snapshotsChecks,
  ...veleroChecks,
  ...chartsChecks,
  ...secretsChecks,
  ...platformChecks,
  ...policiesChecks,
  ...deliveryChecks,
  ...feasibilityChecks,
]

export function runChecks(subject: Subject): readonly Fault[] {
  return withAcceptances(checks.flatMap((check) => check(subject)), subject)
}
