import type { RuleExplanation } from '../rule-explanation.ts'

export const nfsRules: Readonly<Record<string, RuleExplanation>> = {
  'exports-collide': { means: 'Two exports are the same directory, or one lies in the other.', why: 'Volumes of the one would lie among the files of the other, and both would be counted twice.', fix: 'Export directories that lie beside each other.' },
  'two-releases': { means: 'Two backends want one chart twice, or in two ways.', why: 'The chart’s driver is there once in a cluster.', fix: 'Write chart on one backend only.' },
  'unknown-export': { means: 'A class of an export that its backend does not have.', why: 'The mount would be refused.', fix: 'Write the name of one of the backend’s exports.' },
  'soft-mount': { means: 'A class mounts NFS soft.', why: 'After about timeo × (retrans + 1) the application gets an error in place of its write; nfs(5) warns of silent corruption. Hard waits for the server.', fix: 'Keep soft for what can be made again; use hard, or a block class, for what matters.' },
  'shared-directory': { means: 'Claims of a class that deletes get one directory together.', why: 'The driver deletes the directory with the first claim that goes, and with it what the others have written.', fix: 'Let the directory hold the names of namespace and claim, or keep the data with Retain.', destroysData: true },
  'outside-export': { means: 'An adopted directory is under none of the declared exports.', why: 'A server mounts only what it exports. Old paths may work through links on the server, which cannot be seen here.', fix: 'Name the export, or see that the server exports the path.' },
  'paths-collide': { means: 'Two adopted directories lie one in the other.', why: 'What one pod deletes is gone for the other.', fix: 'Adopt directories that lie beside each other, or leave it when that is meant.' },
}
