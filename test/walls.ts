import { posix } from 'node:path'

/** A source file as the walls see it. `path` is relative to src/, e.g. features/plan/model.ts. */
export interface SourceFile {
  path: string
  text: string
}

interface Import {
  /** Path relative to src/ for the project's own files, else the package's name. */
  to: string
  own: boolean
  typeOnly: boolean
}

export interface Wall {
  name: string
  /** What is wrong with the file, in words; empty when nothing is. */
  complaints(file: SourceFile): string[]
}

const floors: readonly (readonly string[])[] = [
  ['kernel'],
  ['postgres', 'warehouse', 'ui'],
  ['connectors', 'simulators'],
  ['sync', 'metrics', 'forecast'],
  ['features'],
  ['server', 'web', 'cli', 'cli.ts'],
]

const top = (path: string) => path.split('/')[0] ?? path
const floor = (path: string) => floors.findIndex(names => names.includes(top(path)))
const room = (path: string) => /^features\/([^/]+)\//.exec(path)?.[1] ?? null
const isPure = (path: string) => top(path) === 'kernel' || posix.basename(path) === 'model.ts'

/** The text without comments, so that walls judge code and not prose about it. */
const code = (text: string) =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[\s;{(])\/\/.*$/gm, '$1')

/** Every import of a file: static, re-exported and dynamic. */
export function imports(file: SourceFile): Import[] {
  const statement =
    /(?:^|\n|;)\s*(import|export)\s+(type\s+)?(?:([\w*{}\s,$]+?)\s+from\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g
  return [...code(file.text).matchAll(statement)].map(([, , type, names, from, dynamic]) => {
    const target = from ?? dynamic ?? ''
    const own = target.startsWith('#') || target.startsWith('.')
    const to = target.startsWith('#')
      ? target.slice(1)
      : own
        ? posix.normalize(posix.join(posix.dirname(file.path), target))
        : target
    return { to, own, typeOnly: type !== undefined || onlyTypes(names) }
  })
}

/** `{ type A, type B }` carries no value either. */
function onlyTypes(names: string | undefined): boolean {
  const inner = /^\s*\{([\s\S]*)\}\s*$/.exec(names ?? '')?.[1]
  if (inner === undefined) return false
  const parts = inner.split(',').map(part => part.trim())
  return parts.every(part => part === '' || part.startsWith('type '))
}

const ownImports = (file: SourceFile) => imports(file).filter(one => one.own)

/** What a browser file may take values from. */
function browserMayImport(file: SourceFile, to: string): boolean {
  const own = posix.dirname(file.path) === posix.dirname(to) && posix.basename(to) === 'model.ts'
  const browser = ['kernel', 'ui', 'web'].includes(top(to)) || to.endsWith('.tsx') || to.endsWith('.css')
  return own || browser || posix.basename(to) === 'client.ts'
}

const impurities: [RegExp, string][] = [
  [/'node:/, 'uses node:*'],
  [/\bfetch\(/, 'calls fetch'],
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\.now\b/, 'reads the clock'],
  [/\bMath\.random\b|\bcrypto\./, 'draws at random'],
  [/\bprocess\./, 'touches the process'],
]

const readers = ['server/config.ts', 'cli.ts']
const engines = /^(warehouse\/(duckdb|clickhouse)\b.*|postgres\/open)\.ts$/
const lowercaseTsx = ['main.tsx', 'router.tsx', 'screens.tsx']

export const walls: readonly Wall[] = [
  {
    name: 'a file imports its own floor or lower',
    complaints: file =>
      ownImports(file)
        .filter(({ to }) => floor(to) > floor(file.path))
        .map(({ to }) => `imports ${to}, which is a floor above`),
  },
  {
    name: 'every file stands on a floor',
    complaints: file => (floor(file.path) < 0 ? ['is on no floor of the house'] : []),
  },
  {
    name: 'connectors import only kernel and connectors',
    complaints: file =>
      top(file.path) !== 'connectors'
        ? []
        : ownImports(file)
            .filter(({ to }) => !['kernel', 'connectors'].includes(top(to)))
            .map(({ to }) => `imports ${to}`),
  },
  {
    name: 'a room imports no other room',
    complaints: file => {
      const own = room(file.path)
      return own === null
        ? []
        : ownImports(file)
            .filter(({ to }) => room(to) !== null && room(to) !== own)
            .map(({ to }) => `imports ${to}, another room`)
    },
  },
  {
    name: 'browser files take values only from kernel, ui, their model.ts and the typed client',
    complaints: file =>
      !file.path.endsWith('.tsx')
        ? []
        : imports(file)
            .filter(one => !one.typeOnly)
            .filter(({ to, own }) => (own ? !browserMayImport(file, to) : to.startsWith('node:')))
            .map(({ to }) => `imports a value from ${to}`),
  },
  {
    name: 'kernel and model.ts are pure',
    complaints: file => {
      if (!isPure(file.path)) return []
      const impure = ownImports(file).filter(one => !one.typeOnly && !isPure(one.to))
      const found = impurities.filter(([pattern]) => pattern.test(code(file.text)))
      return [...found.map(([, complaint]) => complaint), ...impure.map(({ to }) => `imports ${to}`)]
    },
  },
  {
    name: 'only the configuration and the command read the environment',
    complaints: file =>
      /\bprocess\.env\b/.test(code(file.text)) && !readers.includes(file.path) ? ['reads process.env'] : [],
  },
  {
    // A disk of its own that is small, and is not swept where a process was killed.
    name: 'what is large passes through the data folder, not through the machine’s for temporary files',
    complaints: file =>
      /\btmpdir\b/.test(code(file.text)) && top(file.path) !== 'simulators' ? ['writes to tmpdir()'] : [],
  },
  {
    name: 'only server/start.ts composes',
    complaints: file =>
      file.path === 'server/start.ts'
        ? []
        : ownImports(file)
            .filter(one => !one.typeOnly && engines.test(one.to) && top(one.to) !== top(file.path))
            .map(({ to }) => `opens an engine itself: ${to}`),
  },
  {
    name: 'names say what a file is',
    complaints: file => {
      const name = posix.basename(file.path)
      const shape = name.endsWith('.tsx') ? /^[A-Z][A-Za-z0-9]*\.tsx$/ : /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/
      const vague = /(^|[/-])(utils?|helpers?|common|managers?|services?|misc)([/.-]|$)/.test(file.path)
      return [
        ...(shape.test(name) || lowercaseTsx.includes(name)
          ? []
          : ['is neither kebab-case.ts nor Pascal.tsx']),
        ...(vague ? ['has a name that says nothing'] : []),
      ]
    },
  },
  {
    name: 'no file is longer than 500 lines',
    complaints: file => {
      const lines = file.text.split('\n').length - 1
      return lines > 500 ? [`has ${lines} lines`] : []
    },
  },
]

/** The first circle of imports found, as a path from a file back to itself; null when there is none. Types do not count: they are gone at run time. */
export function cycle(files: readonly SourceFile[]): string[] | null {
  const edges = new Map(
    files.map(file => [file.path, ownImports(file).flatMap(one => (one.typeOnly ? [] : [one.to]))] as const),
  )
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
    if (done.has(path)) return null
    for (const next of edges.get(path) ?? []) {
      const found = visit(next, [...trail, path])
      if (found) return found
    }
    done.add(path)
    return null
  }
  for (const path of edges.keys()) {
    const found = visit(path, [])
    if (found) return found
  }
  return null
}
