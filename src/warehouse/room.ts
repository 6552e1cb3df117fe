import { statfs } from 'node:fs/promises'
import { Failure } from '#kernel/error.ts'

/**
 * Bytes of the disk that loads leave free. Engines that meet its end while they order their own files stop answering at all
 * until they are started again: the ledger when it begins another 16 MB of its log, the granary when it folds its log in.
 */
const kept = 128 * 1024 * 1024

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1_048_576).toLocaleString('en')} MB`

/** Looks whether `bytes` more may be written where `folder` is. @throws Failure('unavailable') when the disk is too full. */
export async function checkRoom(folder: string, bytes = 0): Promise<void> {
  // Where it cannot be told, the disk itself tells.
  const disk = await statfs(folder).catch(() => null)
  if (!disk || disk.blocks === 0) return
  const free = disk.bavail * disk.bsize
  if (free >= kept + bytes) return
  throw new Failure(
    'unavailable',
    `The disk is full: ${megabytes(free)} are left, and ${megabytes(kept)} are kept free so that what is stored stays safe.`,
    {
      next: 'Free some space on the disk of the data folder. Connected systems are read on by themselves; an import is to be run again.',
    },
  )
}
