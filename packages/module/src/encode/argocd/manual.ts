import type { Manual } from '../readme.ts'

export function manual(namespace: string): Manual {
  return {
    tool: 'Argo CD',
    use: [
      `Once: \`kubectl patch configmap argocd-cm -n ${namespace} --patch-file argocd-cm-patch.yaml\`. It gives Argo CD health checks for the kinds that it has none for, and for Applications, without which waves of Applications do not wait.`,
      'Commit this folder to the repository and the path that the declaration names, then `kubectl apply -f root.yaml`. From then on a commit is what changes the cluster.',
    ],
    order: [
      '`root.yaml` brings the Applications in waves: the number before a step is its wave. Within a step, waves say which object comes first.',
      'HEALTH_WARN of a Ceph cluster counts as Degraded in Argo CD: waves after it wait until the warning is gone.',
    ],
    removing: [
      'Nothing is pruned by itself, and no Application has a finalizer: deleting an Application leaves everything that it made. What holds data, namespaces and definitions carry Prune=false and Delete=false, so that neither a prune by hand nor a cascading delete takes them.',
      'Take the Applications away first, then delete by name what shall go, claims and volumes last.',
      'StorageClasses are replaced (Force, Replace) because their fields cannot be changed; volumes that are bound keep the old terms.',
    ],
    renaming: ['Applications are named after steps and releases, so a rename in the declaration makes no new one. The new object is made; the old one is shown as out of sync and stays until somebody removes it.'],
  }
}
