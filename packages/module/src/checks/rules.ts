/** What each rule of a declaration's findings means; `stowage explain <rule>` shows it. */
import { chartsRules } from './charts/rules.ts'
import { cephRules } from './ceph/rules.ts'
import { deliveryRules } from './delivery/rules.ts'
import { feasibilityRules } from './feasibility/rules.ts'
import { upstreamRules } from './upstream/rules.ts'
import { nfsRules } from './nfs/rules.ts'
import { platformRules } from './platform/rules.ts'
import { policiesRules } from './policies/rules.ts'
import { secretsRules } from './secrets/rules.ts'
import { snapshotsRules } from './snapshots/rules.ts'
import { veleroRules } from './velero/rules.ts'
import { registrationRules } from '../registration/rules.ts'
import type { RuleExplanation } from './rule-explanation.ts'

const commonRules: Readonly<Record<string, RuleExplanation>> = {
  'yaml-syntax': { means: 'The text is not YAML.', why: 'What follows the fault may be read wrongly, so nothing is planned from it.', fix: 'Correct the line that is named; quotes, colons and indentation are the usual places.' },
  'yaml-tab': { means: 'A tab indents a line.', why: 'YAML allows only spaces there. The line was read as if the tab were the spaces that were probably meant.', fix: 'Replace the tab by spaces, two for each level.' },
  empty: { means: 'Something is empty that must hold something.', why: 'An empty list or text would mean "none", which is never what is wanted there.', fix: 'Write at least one, or remove the key.' },
  'unknown-key': { means: 'Nothing knows this key.', why: 'A misspelt key that is silently ignored leaves a setting out that somebody relies on.', fix: 'Write the key that is named, or remove it. `stowage explain <field>` lists what is known.' },
  'duplicate-name': { means: 'A name is given twice in the same place.', why: 'YAML would keep only one of the two.', fix: 'Rename one, or remove it.' },
  'different-declarations': { means: 'The documents do not belong together.', why: 'Several documents or files make one declaration; apiVersion, kind and metadata.name must then agree.', fix: 'Use one name throughout, or check the files one by one.' },
  'invalid-name': { means: 'A name that Kubernetes would refuse.', why: 'Names become the names of objects.', fix: 'Use a-z, 0-9 and "-" (and "." where it is allowed), beginning and ending with a letter or digit.' },
  'missing-field': { means: 'A required field is not there.', why: 'It has no default that would be safe.', fix: 'Add it; `stowage explain <field>` says what it holds.' },
  'wrong-type': { means: 'A value of another type than the field holds.', why: 'In YAML "true" in quotes is text, and a list with one item is still a list.', fix: 'Write it as the message says.' },
  'invalid-value': { means: 'A value that the field cannot hold.', why: 'Only what is listed has a meaning.', fix: 'Write one of the values that are named.' },
  'out-of-range': { means: 'A number above or below what is possible.', why: 'Proxmox or Kubernetes would refuse it later.', fix: 'Write a number within the range.' },
  'invalid-size': { means: 'A size that is not a Kubernetes quantity with a unit.', why: '"10GB" is not known to Kubernetes, and a bare number would be bytes.', fix: 'Write binary units (Mi, Gi, Ti) or decimal ones (M, G, T).' },
  'secret-in-text': { means: 'A secret is written in the declaration.', why: 'Declarations are committed, rendered and shown; the secret is known from then on.', fix: 'Revoke it, put a new one into a Kubernetes Secret, and write only the name of that Secret.' },
  'backend-kind': { means: 'A backend does not say what it is, or says two things.', why: 'A backend is exactly one of proxmox, local, nfs, rookCeph, ceph.', fix: 'Keep one; make a backend of each.' },
  'not-built-yet': { means: 'This version does not have that part.', why: 'It would be silently ignored, and somebody would rely on it.', fix: 'Remove it, or use a version that has it.' },
  'bad-endpoint': { means: 'An endpoint that is not https://host[:port].', why: 'The API of Proxmox is reached over TLS only; a path or a user in the URL would be ignored.', fix: 'Write e.g. https://pve.example:8006.' },
  'tls-conflict': { means: 'More than one way to trust a certificate.', why: 'It would not be clear which one holds.', fix: 'Keep ca or fingerprint.' },
  'tls-insecure': { means: 'The certificate is not verified at all.', why: 'Whoever stands between the cluster and Proxmox can read the token and change every answer.', fix: 'Set tls.ca to the cluster’s /etc/pve/pve-root-ca.pem, or tls.fingerprint.' },
  'duplicate-region': { means: 'Two Proxmox backends have one region.', why: 'The region is the first part of each volume’s handle; a volume would be looked for in the wrong cluster.', fix: 'Give each its own region, or list all endpoints of one cluster in one backend.' },
  'unknown-backend': { means: 'A backend is named that is not declared.', why: 'Nothing would make the volumes of such a class, and nothing can be checked about it.', fix: 'Write the name of an entry of spec.backends.' },
  'two-default-classes': { means: 'More than one class is the default.', why: 'Kubernetes then takes the newest, which changes whenever a class is made again.', fix: 'Keep default: true on one class.' },
  'delete-by-default': { means: 'The default class deletes the data with its claim.', why: 'Claims that name no class get it, and a deleted namespace takes all of them along.', fix: 'Use Retain on the default class, and a class with Delete that is asked for by name.' },
  'driver-name-taken': { means: 'A driver name that belongs to another driver.', why: 'Kubernetes sends all volumes of a driver name to the one driver that has it.', fix: 'Give each kind its own name, or leave driverName out.' },
  'foreign-parameter': { means: 'A parameter of another kind of backend.', why: 'It would have no effect.', fix: 'Remove it, or use a backend of that kind.' },
  'unknown-parameter': { means: 'A StorageClass parameter that the driver does not know.', why: 'CreateVolume would refuse it.', fix: 'Write the parameter that is named, or remove it.' },
  'missing-parameter': { means: 'A StorageClass parameter that the driver needs is not there.', why: 'CreateVolume would refuse it.', fix: 'Add it.' },
  'invalid-parameter': { means: 'A StorageClass parameter with a value that the driver refuses.', why: 'CreateVolume would refuse it.', fix: 'Write what the message says.' },
  'conflicting-parameters': { means: 'Two StorageClass parameters that exclude each other.', why: 'CreateVolume would refuse them.', fix: 'Remove one of them.' },
  'parameter-without-effect': { means: 'A setting that does nothing here.', why: 'It says something that is not so.', fix: 'Remove it.' },
  'unknown-environment': { means: 'An environment that the declaration does not have.', why: 'Without its overlay another environment’s storage would be planned.', fix: 'Write the name of an entry of environments.' },
  'empty-parameter': { means: 'A StorageClass parameter without a value.', why: 'It has no effect.', fix: 'Give it a value, or remove it.' },
  'access-mode': { means: 'An access mode that the backend cannot serve.', why: 'A block device written to by two machines at once is destroyed; the driver refuses it at create.', fix: 'Use a class whose backend is shared (nfs, or rookCeph or ceph with a filesystem), or ReadWriteOnce.' },
  'unknown-class': { means: 'A class is named that is not declared.', why: 'A claim, a quota, a snapshot class or a restore that names it would wait for ever, or have no effect.', fix: 'Write the name of an entry of spec.classes.' },
  'invalid-handle': { means: 'A handle that does not name a disk.', why: 'A volume is found by region, node, storage and disk.', fix: 'Write region/zone/storage/disk, or region//storage/disk for shared storage.' },
  'wrong-region': { means: 'A handle in another region than its class’s backend.', why: 'The disk would be looked for in the wrong Proxmox cluster.', fix: 'Write the backend’s region, or use a class of the other backend.' },
  'foreign-field': { means: 'A field that means nothing where it stands.', why: 'It would be ignored, and somebody would rely on it.', fix: 'Remove it.' },
  'outside-backend': { means: 'A directory outside the backend’s own.', why: 'The driver touches nothing outside it.', fix: 'Move or bind-mount the directory below the backend’s path.' },
  'rename-conflict': { means: 'A name of before that leads to two things, to itself, or to one that is still there.', why: 'What is there would go on as the one or the other, and its data with it; Pulumi and Terraform refuse it, other tools choose.', fix: 'Keep renamedFrom at the one thing that the data belongs to, and remove it when the rename is done.', destroysData: true },
  'duplicate-volume': { means: 'Two volumes with one claim, or with the same data.', why: 'A claim is bound to one volume, and two volumes on one disk would be mounted twice.', fix: 'Remove one of the two.' },
}

const acceptanceRules: Readonly<Record<string, RuleExplanation>> = {
  'acceptance-of-nothing-known': { means: 'An acceptance names a check that there is not.', why: 'It would accept nothing, and somebody believes that it does.', fix: 'Write the rule that stands in brackets behind the finding.' },
  'acceptance-refused': { means: 'This check cannot be accepted.', why: 'Its refusal keeps data from being destroyed, or without a correction no plan can be made at all.', fix: 'Correct what the check says.' },
  'acceptance-ended': { means: 'The last day of an acceptance is past.', why: 'It was accepted for a time; after it the refusal stands again.', fix: 'Correct what was accepted, or decide anew with a later day.' },
  'acceptance-without-effect': { means: 'An acceptance accepts nothing.', why: 'The finding is gone, or its object is called otherwise; a left-over acceptance would silently take a later one.', fix: 'Remove it, or write the object that is named.' },
}

export const ruleExplanations: Readonly<Record<string, RuleExplanation>> = {
  ...commonRules,
  ...cephRules,
  ...upstreamRules,
  ...nfsRules,
  ...snapshotsRules,
  ...veleroRules,
  ...registrationRules,
  ...chartsRules,
  ...secretsRules,
  ...platformRules,
  ...policiesRules,
  ...deliveryRules,
  ...feasibilityRules,
  ...acceptanceRules,
}
