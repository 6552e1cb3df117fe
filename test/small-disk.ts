import { execFileSync } from 'node:child_process'

/** Why a test that needs a small disk is skipped. */
export const noSmallDisk = 'a small disk cannot be mounted here (it takes root)'

/** Mounts a disk of so many bytes ("160m") on a folder; false where that is not allowed. */
export const mountDisk = (folder: string, size: string): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
