import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** The command as a person has it: run as a process, watched from outside. */
export const program = resolve(import.meta.dirname, '..', 'quarterdeck')

export interface Ran {
  code: number | null
  out: string
  err: string
}

export interface Serving {
  url: string
  setUpLink: string | null
  child: ChildProcess
}

/**
 * A temporary place to run the command in; `clear` ends every server it started and removes the place. Its servers may
 * watch the folder `incoming` in it.
 */
export function stage() {
  const place = mkdtempSync(join(tmpdir(), 'command-'))
  const incoming = join(place, 'incoming')
  const env = {
    ...process.env,
    LOG_LEVEL: 'silent',
    DATABASE_URL: '',
    WAREHOUSE_URL: '',
    WATCH_FOLDER: incoming,
  }
  const servers: ChildProcess[] = []
  return {
    place,
    incoming,
    run: (words: string[], { input = '', as = program } = {}): Promise<Ran> =>
      new Promise(done => {
        const child = spawn(as, words, { cwd: place, env })
        let out = ''
        let err = ''
        child.stdout.on('data', part => {
          out += part
        })
        child.stderr.on('data', part => {
          err += part
        })
        child.on('close', code => done({ code, out, err }))
        child.stdin.end(input)
      }),
    /** Starts a server on a free port and waits until it says where it is. */
    serve: (folder: string): Promise<Serving> =>
      new Promise((done, failed) => {
        const child = spawn(program, ['start', '--port', '0', '--data', folder, '--json'], { env })
        servers.push(child)
        let out = ''
        let err = ''
        child.stdout.on('data', part => {
          out += part
          if (out.includes('\n')) done({ ...JSON.parse(out), child })
        })
        child.stderr.on('data', part => {
          err += part
        })
        child.on('exit', code => failed(new Error(`the server ended with ${code}: ${err}`)))
      }),
    clear() {
      for (const server of servers) server.kill('SIGKILL')
      rmSync(place, { recursive: true, force: true })
    },
  }
}

export const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise(done => child.once('exit', done))

/** A file beside this one run as a process to be killed, loaded as quickly as the command is. */
export const forked = (file: string, words: string[], env: NodeJS.ProcessEnv = {}): ChildProcess =>
  fork(join(import.meta.dirname, file), words, {
    // V8 keeps what it compiled apart for each set of its flags: these are the command's.
    execArgv: ['--liftoff-only', '--max-semi-space-size=8', '--import', '#cli/quick-imports.ts'],
    env: { NODE_COMPILE_CACHE: resolve('node_modules/.cache/quarterdeck'), ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
