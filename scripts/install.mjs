// Brings a fresh clone to where the project's own Node can run. Plain JavaScript for any Node from 18 on.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')
/** The Node the project is written for, as its package brings it. */
export const node = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** Environment in which `node` is the project's and the tools of node_modules are found. */
export const environment = { ...process.env, PATH: `${join(modules, '.bin')}${delimiter}${process.env.PATH}` }

const read = path => JSON.parse(readFileSync(path, 'utf8'))

/** Why the installed packages are not those of the lock file; null when they are. */
function staleness() {
  if (!existsSync(modules)) return 'nothing is installed yet'
  // A linked folder belongs to another checkout: what is in it is decided there.
  if (lstatSync(modules).isSymbolicLink()) return null
  const receipt = join(modules, '.package-lock.json')
  if (!existsSync(receipt)) return 'an earlier installation did not finish'
  const installed = read(receipt).packages
  const wanted = Object.entries(read(join(root, 'package-lock.json')).packages)
  const behind = wanted.find(
    ([path, entry]) => path !== '' && !entry.optional && installed[path]?.version !== entry.version,
  )
  return behind ? `${behind[0].replace('node_modules/', '')} is not the version of the lock file` : null
}

/** Whether the empty ledger to copy is there, made after the last change of a migration. */
function hasTemplate() {
  const receipt = join(modules, '.cache', 'quarterdeck', 'ledger.marks')
  if (!existsSync(receipt)) return false
  const made = statSync(receipt).mtimeMs
  const place = join(root, 'src', 'postgres', 'migrations')
  return readdirSync(place).every(name => statSync(join(place, name)).mtimeMs < made)
}

function npm(...words) {
  // npm is run by the machine's own Node: the project's may be about to be replaced.
  const PATH = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(place => !place.includes('node_modules'))
    .join(delimiter)
  const done = spawnSync('npm', [...words, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, PATH },
  })
  if (done.status === 0) return
  console.error(`npm ${words.join(' ')} failed. Check the connection to the package registry and try again.`)
  process.exit(1)
}

/** Installs what is missing or behind the lock file; returns at once when nothing is. */
export function install() {
  const reason = staleness()
  if (reason) {
    console.log(`Installing packages: ${reason}. About a minute …`)
    npm('ci')
  }
  // Where install scripts are switched off the Node package has not fetched its program yet.
  if (!existsSync(node)) npm('rebuild', 'node', '--ignore-scripts=false')
  // Only a saving: without it the first start makes its ledger itself.
  if (!hasTemplate())
    spawnSync(node, [join(root, 'scripts', 'ledger-template.mjs')], {
      cwd: root,
      stdio: 'ignore',
      timeout: 120_000,
    })
}

/** Becomes the project's Node running `words`: same terminal, same signals, same exit code. */
export function become(...words) {
  // The embedded database is WebAssembly: V8's optimising compiler takes half a gigabyte to make it somewhat faster.
  const child = spawn(node, ['--liftoff-only', ...words], {
    cwd: process.cwd(),
    stdio: 'inherit',
    env: environment,
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}
