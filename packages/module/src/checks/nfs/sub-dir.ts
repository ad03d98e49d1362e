/** Claims that get one directory together lose it together: csi-driver-nfs deletes (or moves away) the whole of it with the first claim. */
import { kindOfBackend } from '../backends.ts'
import { classesOf, fault, type Check } from '../check.ts'

export const deletedDirectoriesAreOnesOwn: Check = (subject) =>
  classesOf(subject).flatMap(([name, { backend, subDir, reclaimPolicy, onDelete = 'delete' }]) => {
    if (kindOfBackend(subject, backend) !== 'nfs' || subDir === undefined || reclaimPolicy !== 'Delete' || onDelete === 'retain' || isOnesOwn(subDir)) return []
    const what = onDelete === 'archive' ? 'moved away' : 'deleted'
    return [
      {
        ...fault('shared-directory', ['spec', 'classes', name, 'subDir'], `class ${name} can give several claims the directory ${JSON.stringify(subDir)}, and when the first of them goes it is ${what} with the data of all`, 'write ${pvc.metadata.namespace}/${pvc.metadata.name} or ${pv.metadata.name} into it, or reclaimPolicy: Retain'),
        object: `class/${name}`,
      },
    ]
  })

/** Names of claims repeat in other namespaces; names of volumes do not repeat. */
function isOnesOwn(subDir: string): boolean {
  return subDir.includes('${pv.metadata.name}') || (subDir.includes('${pvc.metadata.namespace}') && subDir.includes('${pvc.metadata.name}'))
}
