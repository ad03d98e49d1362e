import type { Check } from '../check.ts'
import { cephParametersFit, classesHaveOnePlace, imagesHaveAHead, mountersFit, namesResolve, outsideClassesHaveSecrets, renamedClassesKeepTheirData } from './classes.ts'
import { chartsGoTogether, cleanupIsNotDeclared, imageIsSupported, kubernetesIsNewEnough, monitorsMakeAMajority, networksAreNamed, oneClusterInTheNamespace, outsideClustersAreNamedOnce } from './clusters.ts'
import { allDevicesAreMeant, deviceNamesStay, devicesAreNamedOnce, filtersAreRead, nodesAreChosenOnce, nodesAreNamedOnce } from './devices.ts'
import { filesystemNamesFit, filesystemsAreDeclaredOnce, filesystemsOutliveTheirObjects, metadataServersHaveMemory, objectsAreApart, pinningIsOne } from './filesystems.ts'
import { encryptedDevicesAreWhole, metadataDevicesAreApart } from './osd-settings.ts'
import { copiesFitTheirDomains, dataPoolsAreNamed, deviceClassesAreOnAll, firstDataPoolIsReplicated, metadataIsReplicated, poolNamesAreUnique, poolsHaveOneRedundancy, singleCopiesAreMeant } from './pools.ts'
import { encryptedClustersAreMountedSo, imageFeaturesAreWhole, imagesAreMountedAsFilesystems, imagesBesideOsdsAreExt4, imagesHaveOneWriter, volumesOfCephAreMade } from './serving.ts'

export const cephChecks: readonly Check[] = [
  oneClusterInTheNamespace, // Rook runs one CephCluster in a namespace
  outsideClustersAreNamedOnce, // and a cluster elsewhere is one backend
  imageIsSupported, // Ceph 19 or 20
  chartsGoTogether, // of the time of three charts
  kubernetesIsNewEnough, // on a Kubernetes that Rook knows
  monitorsMakeAMajority, // an odd number, three or more
  networksAreNamed, // multus says which networks
  cleanupIsNotDeclared, // nothing wipes disks in passing
  nodesAreChosenOnce, // all nodes, or those that are named
  nodesAreNamedOnce, // each once
  devicesAreNamedOnce, // and each device of it, under whatever name
  deviceNamesStay, // by names that outlast a boot
  allDevicesAreMeant, // not whatever is plugged in
  filtersAreRead, // no filter without effect
  encryptedDevicesAreWhole, // encryption of whole disks
  metadataDevicesAreApart, // metadata on something faster, and not on data
  metadataIsReplicated, // metadata pools have copies
  firstDataPoolIsReplicated, // and so has the first data pool
  poolsHaveOneRedundancy, // copies or chunks
  singleCopiesAreMeant, // one copy only when it is said twice
  copiesFitTheirDomains, // copies that can be laid out
  poolNamesAreUnique, // a pool of each name
  dataPoolsAreNamed, // that does not depend on its place
  deviceClassesAreOnAll, // a device class on all pools or on none
  filesystemsAreDeclaredOnce, // a filesystem of each name
  filesystemNamesFit, // that metadata servers can bear
  objectsAreApart, // and objects that do not meet under one name
  metadataServersHaveMemory, // whose servers have memory
  filesystemsOutliveTheirObjects, // which keeps its data
  pinningIsOne, // pinned in one way
  classesHaveOnePlace, // a class says where its volumes are
  namesResolve, // in something that is declared
  imagesHaveAHead, // images begin in a replicated pool
  cephParametersFit, // no parameter without effect
  mountersFit, // a mounter of the right kind
  renamedClassesKeepTheirData, // a rename is no new filesystem
  outsideClassesHaveSecrets, // users of a cluster elsewhere
  imagesHaveOneWriter, // no ReadWriteMany of images
  encryptedClustersAreMountedSo, // mounted as the wire demands
  imagesAreMountedAsFilesystems, // which is not told to the filesystem on an image
  imagesBesideOsdsAreExt4, // nor is xfs put beside OSDs unsaid
  imageFeaturesAreWhole, // features with what they are built on
  volumesOfCephAreMade, // adoption is not built
]
