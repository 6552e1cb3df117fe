import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Folder for what is only needed while it is worked on; each name in it begins with the number of its process. */
export const workFolder = (folder: string): string => join(folder, 'work')

/** A new folder in it, for whoever makes it to take away again. */
export const makeWork = async (folder: string, name: string): Promise<string> => {
  const works = workFolder(folder)
  await mkdir(works, { recursive: true })
  return mkdtemp(join(works, `${process.pid}-${name}-`))
}

/** What a killed process left half done is thrown away: nothing of it was stored. */
export const sweepWork = async (folder: string): Promise<void> => {
  const works = workFolder(folder)
  for (const name of await readdir(works).catch(() => [] as string[])) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1])
    if (!isAlive(pid)) await rm(join(works, name), { recursive: true, force: true })
  }
}

const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as { code?: string }).code === 'EPERM'
  }
}
