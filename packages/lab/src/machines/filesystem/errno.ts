/** What the kernel answers a system call that fails. `MachineFiles` turns it into a FileFailure with the path. */
export type ErrnoCode =
  | 'EACCES' | 'EBUSY' | 'EEXIST' | 'EINVAL' | 'EIO' | 'EISDIR' | 'ELOOP' | 'EMFILE' | 'ENODEV' | 'ENOENT' | 'ENOSPC'
  | 'ENOTDIR' | 'ENOTEMPTY' | 'EOPNOTSUPP' | 'EPERM' | 'EROFS' | 'ETXTBSY' | 'EXDEV' | 'ENXIO' | 'EFBIG'

export class Errno extends Error {
  override readonly name = 'Errno'
  readonly code: ErrnoCode
  constructor(code: ErrnoCode) {
    super(errnoText[code])
    this.code = code
  }
}

/** strerror(3) of glibc. */
export const errnoText = {
  EACCES: 'Permission denied',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  EFBIG: 'File too large',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  EMFILE: 'Too many open files',
  ENODEV: 'No such device',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  ENOTEMPTY: 'Directory not empty',
  ENXIO: 'No such device or address',
  EOPNOTSUPP: 'Operation not supported',
  EPERM: 'Operation not permitted',
  EROFS: 'Read-only file system',
  ETXTBSY: 'Text file busy',
  EXDEV: 'Invalid cross-device link',
} as const satisfies Record<ErrnoCode, string>
