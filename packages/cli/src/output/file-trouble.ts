/** What a file that could not be written or read means, for the person who named it. */
import type { FileFailure } from '@stowage/effects'

const sentences: Readonly<Record<string, string>> = {
  ENOSPC: 'no room is left on the disk; make room and run this again: what was written stays as it is, and the rest follows',
  EDQUOT: 'the quota of the disk is used up; make room and run this again',
  EROFS: 'the filesystem can only be read',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  ENAMETOOLONG: 'the name is too long',
}

export function fileTrouble({ code, path, message }: FileFailure): string {
  const sentence = sentences[code]
  return sentence === undefined ? message : `${path}: ${sentence}`
}
