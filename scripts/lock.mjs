// Rewrites package-lock.json so that `npm ci` accepts it on every platform and through every registry.
// npm leaves out the optional platform packages that the registry at hand does not hold, and then refuses its own
// lock file for lacking them; and it may write the registry's address into it. Run after changing a dependency.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

execFileSync('npm', ['install', '--package-lock-only', '--omit-lockfile-registry-resolved=true'], {
  stdio: ['ignore', 'ignore', 'inherit'],
})

const systems = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
  'aix',
]
const chips = ['arm64', 'arm', 'ia32', 'x64', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32']

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const added = []
for (const [path, entry] of Object.entries(lock.packages)) {
  delete entry.resolved
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (path === '' || !/^\d/.test(version)) continue
    const words = name.split(/[/-]/)
    const os = systems.filter(system => words.includes(system))
    const cpu = chips.filter(chip => words.includes(chip))
    if (os.length === 0 && cpu.length === 0) continue
    const places = [`${path}/node_modules/${name}`, `node_modules/${name}`]
    if (places.some(place => lock.packages[place]?.version === version)) continue
    const place = lock.packages[places[1]] ? places[0] : places[1]
    const libc = words.some(word => word.startsWith('musl')) ? ['musl'] : undefined
    const dev = entry.dev ? { dev: true } : {}
    lock.packages[place] = { version, cpu, ...dev, ...(libc ? { libc } : {}), optional: true, os }
    added.push(place)
  }
}
const sorted = Object.keys(lock.packages).sort((a, b) => a.localeCompare(b, 'en'))
lock.packages = Object.fromEntries(sorted.map(path => [path, lock.packages[path]]))
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
console.log(`package-lock.json: ${sorted.length} packages, ${added.length} of other platforms added`)
