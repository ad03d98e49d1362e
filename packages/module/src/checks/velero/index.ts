/** Every check of backups, in the order in which a person would ask. */
import type { Check } from '../check.ts'
import { backupsHoldVolumes, somethingIsLeft } from './holds-data.ts'
import { hostBackupsAreBuilt } from './host-backups.ts'
import { valuesDoNotContradict } from './chart.ts'
import { exclusionsAreMeant, exclusionsDoNotEmptySchedules, namespaceIsItsOwn, restoredClassesExist, restorersAreNamed, snapshotLocationsAreUsed } from './exclusions.ts'
import { locationsLiveElsewhere, otherStoresLiveElsewhere } from './lives-on.ts'
import { backupsHaveAPlace, bucketsAreApart, configKeysAreKnown, defaultLocationIsUnique, locationsAreComplete, locationsAreReachedInPrivate } from './locations.ts'
import { passwordHasASource, passwordIsNotWritten } from './password.ts'
import { pluginsFitVelero, providersHavePlugins } from './plugins.ts'
import { copiesOutliveTheInterval, cronsAreValid, cronsMeanWhatTheySay, offsiteIsElsewhere, promisesCanBeKept, schedulesHaveTheirNames, schedulesNameALocation, schedulesSayWhen } from './schedules.ts'
import { runsExist, schedulesAreStaggered } from './starts.ts'
import { blockVolumesAreBackedUp, everyClassIsBackedUp, snapshotsBecomeBackups, snapshotsCanBeTaken } from './strategies.ts'
import { templatesAreKnown } from './template.ts'

export const veleroChecks: readonly Check[] = [
  hostBackupsAreBuilt, // backups of the storage hosts are refused, not ignored
  namespaceIsItsOwn, // Velero has a namespace of its own
  passwordIsNotWritten, // the repository's password is not in the text
  passwordHasASource, // and comes from exactly one place
  backupsHaveAPlace, // there is a bucket
  defaultLocationIsUnique, // one of them is the default
  bucketsAreApart, // no two share a folder
  locationsLiveElsewhere,
  otherStoresLiveElsewhere, // none lives on what it protects
  locationsAreComplete, // each says what its provider needs
  configKeysAreKnown, // in words that the provider's plugin knows
  locationsAreReachedInPrivate, // and is reached under TLS
  providersHavePlugins, // each provider has a plugin
  pluginsFitVelero, // of Velero's own release train
  schedulesSayWhen, // a schedule has a cron
  schedulesHaveTheirNames, // and a name that no tier has
  cronsAreValid, // that Velero can read
  cronsMeanWhatTheySay, // and that does not run on too many days
  copiesOutliveTheInterval, // a copy lives until the next is there
  promisesCanBeKept, // and no more is lost than was promised
  schedulesNameALocation, // it goes to a location that takes it
  offsiteIsElsewhere, // and the copy off site elsewhere
  runsExist, // each run has an hour to run in
  schedulesAreStaggered, // not all at once
  templatesAreKnown, // further fields are Velero's own
  snapshotsCanBeTaken, // snapshots have a controller and a class
  snapshotsBecomeBackups, // and their data leaves the storage
  everyClassIsBackedUp, // what neither strategy takes is named
  backupsHoldVolumes, // no filter takes the volumes away
  somethingIsLeft, // and no exclusion everything
  blockVolumesAreBackedUp, // block devices hold no files
  exclusionsAreMeant, // what is left out has a reason
  exclusionsDoNotEmptySchedules, // and is not asked for at the same time
  snapshotLocationsAreUsed, // places for snapshots are there for backups that take some
  restoredClassesExist, // a change of class ends at one that is there
  restorersAreNamed, // restores are not for everybody
  valuesDoNotContradict, // values of one's own undo nothing of this
]
