/** CustomResourceDefinitions that the charts bring; a test holds them to the pinned definitions. */
export const csiOperatorCrds = [
  'cephconnections.csi.ceph.io',
  'clientprofilemappings.csi.ceph.io',
  'clientprofilereplications.csi.ceph.io',
  'clientprofiles.csi.ceph.io',
  'drivers.csi.ceph.io',
  'operatorconfigs.csi.ceph.io',
] as const

export const rookCrds = [
  'cephblockpoolradosnamespaces.ceph.rook.io',
  'cephblockpools.ceph.rook.io',
  'cephbucketnotifications.ceph.rook.io',
  'cephbuckettopics.ceph.rook.io',
  'cephclients.ceph.rook.io',
  'cephclusters.ceph.rook.io',
  'cephcosidrivers.ceph.rook.io',
  'cephfilesystemmirrors.ceph.rook.io',
  'cephfilesystems.ceph.rook.io',
  'cephfilesystemsubvolumegroups.ceph.rook.io',
  'cephnfses.ceph.rook.io',
  'cephnvmeofgateways.ceph.rook.io',
  'cephobjectrealms.ceph.rook.io',
  'cephobjectstoreaccounts.ceph.rook.io',
  'cephobjectstores.ceph.rook.io',
  'cephobjectstoreusers.ceph.rook.io',
  'cephobjectzonegroups.ceph.rook.io',
  'cephobjectzones.ceph.rook.io',
  'cephrbdmirrors.ceph.rook.io',
  'objectbucketclaims.objectbucket.io',
  'objectbuckets.objectbucket.io',
] as const
