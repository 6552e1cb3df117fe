import { randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '#kernel/error.ts'

/** Who holds a data folder. The embedded engines allow one process, so everyone else goes through it. */
export interface Holder {
  pid: number
  host: string
  /** Tells this process from a later one with the same id; '' where the system does not say. */
  born: string
  /** Where the holder answers HTTP; null while it is not (yet) serving. */
  url: string | null
  /** Lets a local command act as the system over that HTTP; readable by the owner of the folder only. */
  token: string
  /** 'start', 'import' …: shown to whoever has to wait. */
  command: string
}

const BEAT_MS = 5_000
const fileOf = (folder: string) => join(folder, 'server.json')

/** When the process began, so that a recycled process id is not mistaken for the holder. */
function bornOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return ''
  }
}

function running(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readFile(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return null
  }
}

/** Whether the holder still lives. On another machine (a shared volume) only its heartbeat can tell. */
function alive(holder: Holder & { beat?: number }, now: number): boolean {
  if (holder.host !== hostname()) return now - (holder.beat ?? 0) < 4 * BEAT_MS
  if (!running(holder.pid)) return false
  const born = bornOf(holder.pid)
  return !holder.born || !born || holder.born === born
}

/** The living holder of a data folder, or null; what a killed process left behind counts as nobody. */
export function holderOf(folder: string): Holder | null {
  const holder = readFile(fileOf(folder))
  return holder && alive(holder, Date.now()) ? holder : null
}

export interface Lock {
  readonly holder: Holder
  /** Announces where the holder answers, so that commands go through it from now on. */
  serving(url: string): void
  release(): void
}

/** Node's own recursive mkdir never ends where a folder exists in which none can be made, as below /proc. */
function makeWithParents(folder: string): void {
  if (existsSync(folder)) return
  makeWithParents(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

const unusable = (folder: string, cause: unknown) =>
  new Failure('unavailable', `The data folder ${folder} cannot be used: ${(cause as Error).message}.`, {
    next: 'Run the command as the owner of the folder, or choose another one with --data.',
    cause,
  })

/** Makes the data folder where it is not there yet. @throws Failure('unavailable') where none can be. */
export function makeDataFolder(folder: string): void {
  try {
    makeWithParents(folder)
    if (!statSync(folder).isDirectory()) throw new Error('it is a file, not a folder')
  } catch (cause) {
    throw unusable(folder, cause)
  }
}

/**
 * Takes the data folder for this process, or gives null when another living process has it.
 * A lock left by a killed process is taken over.
 */
export function takeLock(folder: string, command: string): Lock | null {
  const path = fileOf(folder)
  let holder: Holder & { beat: number } = {
    pid: process.pid,
    host: hostname(),
    born: bornOf(process.pid),
    url: null,
    token: randomBytes(32).toString('base64url'),
    command,
    beat: Date.now(),
  }
  const draft = `${path}.${process.pid}`
  const write = () => writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
  makeDataFolder(folder)
  try {
    write()
  } catch (cause) {
    throw unusable(folder, cause)
  }
  try {
    if (!claim(path, draft)) return null
  } finally {
    rmSync(draft, { force: true })
  }
  const replace = () => {
    write()
    renameSync(draft, path)
  }
  const beat = setInterval(() => {
    holder = { ...holder, beat: Date.now() }
    try {
      replace()
    } catch {
      // The folder is gone or full: the process id still speaks for us on this machine.
    }
  }, BEAT_MS)
  beat.unref()
  const release = () => {
    clearInterval(beat)
    if (readFile(path)?.token === holder.token) rmSync(path, { force: true })
  }
  return {
    get holder() {
      return holder
    },
    serving(url) {
      holder = { ...holder, url }
      replace()
    },
    release,
  }
}

/** Links the draft into place: whole or not at all, and only where nobody alive is. */
function claim(path: string, draft: string): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      linkSync(draft, path)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const found = readFile(path)
    if (found && alive(found, Date.now())) return false
    // Move the stale lock aside; if another process was quicker and this was its fresh lock, put it back.
    const aside = `${path}.stale.${process.pid}`
    try {
      renameSync(path, aside)
    } catch {
      continue
    }
    const moved = readFile(aside)
    if (moved && moved.token !== found?.token) {
      try {
        linkSync(aside, path)
      } catch {
        // A third process has it by now.
      }
    }
    rmSync(aside, { force: true })
  }
  return false
}

/**
 * Waits for the folder, for commands that queue behind one another.
 * Resolves to the lock, or to the holder as soon as the holder serves and can be asked instead.
 * @throws Failure('conflict') after `seconds`.
 */
export async function waitForLock(
  folder: string,
  command: string,
  seconds: number,
  onWait: (holder: Holder) => void,
): Promise<{ lock: Lock } | { holder: Holder & { url: string } }> {
  const until = Date.now() + seconds * 1000
  let told = false
  for (;;) {
    const holder = holderOf(folder)
    if (holder?.url) return { holder: { ...holder, url: holder.url } }
    const lock = takeLock(folder, command)
    if (lock) return { lock }
    if (holder && !told) {
      told = true
      onWait(holder)
    }
    if (Date.now() > until)
      throw new Failure(
        'conflict',
        `The data folder ${folder} is in use by \`quarterdeck ${holder?.command ?? '…'}\` (process ${holder?.pid ?? '?'}).`,
        { next: 'Wait until it has finished, or stop it, then try again.' },
      )
    await sleep(100)
  }
}
