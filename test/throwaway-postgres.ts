import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'

/** A PostgreSQL server of the suite's own: made in a temporary folder, gone afterwards. */
export interface ThrowawayPostgres {
  url: string
  stop(): Promise<void>
}

/** The folder of PostgreSQL's programs, newest version first where Debian keeps several; null when not installed. */
export function postgresPrograms(): string | null {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const places = [
    ...versions.map(version => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return (
    places.find(place => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres'))) ?? null
  )
}

/** Starts a server on a free local port. @throws when the programs refuse, with what they said. */
export async function throwawayPostgres(
  programs: string,
  more: readonly string[] = [],
): Promise<ThrowawayPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-postgres-'))
  const who = unprivileged()
  if (who) chownSync(folder, who.uid, who.gid)
  const data = join(folder, 'data')
  const initdb = ['-D', data, '-U', 'quarterdeck', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  const made = spawnSync(join(programs, 'initdb'), initdb, { ...who, cwd: folder, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr || made.error?.message}`)

  const port = await freePort()
  const settings = [
    'fsync=off',
    'full_page_writes=off',
    'synchronous_commit=off',
    'max_connections=200',
    ...more,
  ]
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-k', folder, '-h', '127.0.0.1', '-p', `${port}`, ...settings.flatMap(s => ['-c', s])],
    { ...who, cwd: folder, stdio: 'ignore' },
  )
  const gone = new Promise<void>(resolve => server.once('exit', () => resolve()))
  // Also when the suite is interrupted: nothing it started may outlive it.
  const abandon = () => {
    server.kill('SIGQUIT')
    // An exit handler cannot await; the server needs a moment to let go of its files.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', abandon)
  const stop = async () => {
    process.off('exit', abandon)
    server.kill('SIGINT')
    await gone
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `postgres://quarterdeck@127.0.0.1:${port}/postgres`
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await answers(url)) return { url, stop }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  await stop()
  throw new Error('PostgreSQL did not answer within 10 seconds')
}

/** PostgreSQL refuses to run as root; then it runs as the user Debian made for it, or as nobody. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const user of ['postgres', 'nobody']) {
    const id = (flag: string) =>
      Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout || Number.NaN)
    const [uid, gid] = [id('-u'), id('-g')]
    if (uid > 0 && gid > 0) return { uid, gid }
  }
  return undefined
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString })
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
