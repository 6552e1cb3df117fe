import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cycle, imports, type SourceFile, walls } from './walls.ts'

const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\0')
  .filter(path => path !== '' && existsSync(path) && statSync(path).isFile())

const sources: SourceFile[] = tracked
  .filter(path => /^src\/.*\.(ts|tsx)$/.test(path))
  .map(path => ({ path: path.slice('src/'.length), text: readFileSync(path, 'utf8') }))
const product = sources.filter(file => !file.path.includes('.test.'))

/** One file for each wall that it must catch. */
const offenders: Record<string, SourceFile[]> = {
  'a file imports its own floor or lower': [
    { path: 'kernel/money.ts', text: "import { duck } from '#warehouse/duckdb.ts'" },
    { path: 'metrics/ask.ts', text: "import type { Context } from '../features/context.ts'" },
    { path: 'features/operations.ts', text: "export * from '#server/http.ts'" },
    { path: 'sync/turn.ts', text: "const late = await import('#features/context.ts')" },
  ],
  'every file stands on a floor': [{ path: 'attic/old.ts', text: '' }],
  'connectors import only kernel and connectors': [
    {
      path: 'connectors/shopify/orders.ts',
      text: "import type { Warehouse } from '#warehouse/warehouse.ts'",
    },
  ],
  'a room imports no other room': [
    { path: 'features/plan/operations.ts', text: "import { audit } from '../members/model.ts'" },
  ],
  'browser files take values only from kernel, ui, their model.ts and the typed client': [
    { path: 'features/plan/Plan.tsx', text: "import { ask } from '#metrics/engine.ts'" },
    { path: 'features/plan/Plan.tsx', text: "import { type A, b } from './operations.ts'" },
    { path: 'ui/Chart.tsx', text: "import { readFileSync } from 'node:fs'" },
  ],
  'kernel and model.ts are pure': [
    { path: 'kernel/period.ts', text: 'export const today = () => new Date()' },
    { path: 'features/plan/model.ts', text: 'export const at = Date.now()' },
    { path: 'kernel/file.ts', text: "import { readFile } from 'node:fs/promises'" },
    { path: 'features/plan/model.ts', text: "export const get = () => fetch('/x')" },
    { path: 'features/plan/model.ts', text: "import { open } from '#postgres/tables.ts'" },
  ],
  'only the configuration and the command read the environment': [
    { path: 'server/http.ts', text: 'const port = process.env.PORT' },
  ],
  'what is large passes through the data folder, not through the machine’s for temporary files': [
    { path: 'sync/own-rows.ts', text: "const folder = mkdtempSync(join(tmpdir(), 'rows-'))" },
  ],
  'only server/start.ts composes': [
    { path: 'server/jobs.ts', text: "import { openDuckdb } from '#warehouse/duckdb.ts'" },
    { path: 'features/settings/operations.ts', text: "import { open } from '#postgres/open.ts'" },
  ],
  'names say what a file is': [
    { path: 'kernel/utils.ts', text: '' },
    { path: 'server/mailService.ts', text: '' },
    { path: 'server/mail-service.ts', text: '' },
    { path: 'ui/chart.tsx', text: '' },
  ],
  'no file is longer than 500 lines': [{ path: 'kernel/long.ts', text: 'x\n'.repeat(501) }],
}

describe('the house', () => {
  for (const wall of walls) {
    it(wall.name, () => {
      const found = product.flatMap(file =>
        wall.complaints(file).map(complaint => `${file.path} ${complaint}`),
      )
      expect(found).toEqual([])
    })

    it(`notices when not: ${wall.name}`, () => {
      const those = offenders[wall.name] ?? []
      expect(those).not.toEqual([])
      for (const file of those) expect(wall.complaints(file), file.text).not.toEqual([])
    })
  }

  it('has no circle of imports', () => {
    expect(cycle(product)).toBeNull()
  })

  it('notices a circle of imports, and lets types refer to one another', () => {
    const a = { path: 'kernel/a.ts', text: "import { b } from './b.ts'" }
    const b = { path: 'kernel/b.ts', text: "export { a } from '#kernel/a.ts'" }
    expect(cycle([a, b])).toEqual(['kernel/a.ts', 'kernel/b.ts', 'kernel/a.ts'])
    expect(cycle([a, { ...b, text: "import type { a } from '#kernel/a.ts'" }])).toBeNull()
  })

  it('lets prose speak of what code may not do', () => {
    const file = { path: 'kernel/a.ts', text: "// never new Date()\n/* import { x } from '#server/x.ts' */" }
    expect(walls.flatMap(wall => wall.complaints(file))).toEqual([])
    expect(imports(file)).toEqual([])
  })

  it('imports only files that exist', () => {
    const missing = sources.flatMap(file =>
      imports(file)
        .filter(({ to, own }) => own && !existsSync(`src/${to}`))
        .map(({ to }) => `${file.path} → ${to}`),
    )
    expect(missing).toEqual([])
  })

  it('keeps tests beside the code, at most 500 lines each', () => {
    const long = tracked.filter(
      path => /\.(ts|tsx|mjs)$/.test(path) && readFileSync(path, 'utf8').split('\n').length > 501,
    )
    expect(long).toEqual([])
  })
})

describe('the project as shipped', () => {
  const text = tracked.filter(path => !/\.(png|jpg|parquet|xlsx|zip|gz|woff2?|ico)$/.test(path))

  it('holds plain names, and no data folder or backup that something left behind', () => {
    const odd = (path: string) =>
      !/^[\w.@/-]+$/.test(path) || /(^|\/)(secret|erased\.jsonl|[^/]+\.duckdb|backup\.json)$/.test(path)
    expect(tracked.filter(odd)).toEqual([])
    for (const path of ["😀%_';--/backup.json", 'shop/secret', 'shop/granary/granary.duckdb'])
      expect(odd(path)).toBe(true)
  })

  it('gives each screen a key of its own, and none that switches light and dark', () => {
    const keys = [
      ...(readFileSync('src/features/screens.tsx', 'utf8').match(/^ {4}key: '.'/gm) ?? []),
      "    key: '.'",
    ]
    expect(keys.length).toBeGreaterThan(20)
    expect([...new Set(keys)]).toEqual(keys)
  })

  it('names no place of the machine it was written on', () => {
    const places = new RegExp(
      ['/(work|root)', '/(home|Users)/[a-z]+'].map(p => `(^|["'\`\\s=(])${p}/`).join('|'),
      'm',
    )
    const speaking = text.filter(path => places.test(readFileSync(path, 'utf8')))
    expect(speaking).toEqual([])
    expect(places.test(`cd ${'/wo'}rk/main/`)).toBe(true)
  })

  it('locks every package for every platform, naming no registry', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>
    }
    const entries = Object.entries(lock.packages)
    expect(entries.filter(([, entry]) => entry.resolved !== undefined)).toEqual([])
    const absent = entries.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        name => !lock.packages[`node_modules/${name}`] && !lock.packages[`${path}/node_modules/${name}`],
      ),
    )
    expect(absent, 'run npm run lock').toEqual([])
  })

  it('pins exact versions', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, v]) => !/^\d+\.\d+\.\d+/.test(v),
    )
    expect(loose).toEqual([])
  })
})
