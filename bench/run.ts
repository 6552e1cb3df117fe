/**
 * `npm run bench` prints ratios and the machine they were taken on. Each part can run alone and smaller:
 * `npm run bench -- cockpit --lines 1000000`. The parts are listed below.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machine } from './measure.ts'

const parts = [
  'import',
  'memory',
  'cockpit',
  'postgres',
  'crowd',
  'start',
  'forecast',
  'plan',
  'plan-actual',
  'grid',
  'sync',
  'why',
]
/** Run only when asked for: they need something that is not made here. */
const asked = ['collections']
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { lines: { type: 'string' }, folder: { type: 'string' } },
})
const known = [...parts, ...asked]
const unknown = positionals.filter(name => !known.includes(name))
if (unknown.length > 0) {
  console.error(`no part ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}
const folder = values.folder ?? join(tmpdir(), 'quarterdeck-bench')
mkdirSync(folder, { recursive: true })

console.log(await machine())
let failed = false
for (const part of positionals.length > 0 ? positionals : parts) {
  // Each part in a process of its own, so that none measures what another left in memory.
  const words = [`bench/${part}.ts`, folder, ...(values.lines ? [values.lines] : [])]
  failed = spawnSync(process.execPath, words, { stdio: 'inherit' }).status !== 0 || failed
}
process.exit(failed ? 1 : 0)
