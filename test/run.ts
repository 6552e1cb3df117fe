/**
 * The whole suite, in one line at the end. Checks (lint, types, dead code, bundle) count as one each; the rest is
 * counted by Vitest. `npm test -- WORDS` hands the words to Vitest and leaves the checks out.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missingParts } from './parts.ts'
import { postgresPrograms, throwawayPostgres } from './throwaway-postgres.ts'

const bin = (name: string) => join('node_modules', '.bin', name)
const minutes = (count: number) => count * 60_000

const checks: { name: string; command: string; words: string[] }[] = [
  { name: 'format and lint', command: bin('biome'), words: ['ci', '--error-on-warnings', '.'] },
  { name: 'types', command: bin('tsc'), words: ['-p', '.'] },
  { name: 'dead code', command: bin('knip'), words: [] },
  { name: 'browser bundle', command: process.execPath, words: ['scripts/build.mjs'] },
]

const totals = { passed: 0, failed: 0, skipped: 0 }
const words = process.argv.slice(2)

/** Runs a program in a group of its own, so that nothing it started outlives its time. */
function run(command: string, words: string[], limit: number, quiet: boolean, env = process.env) {
  return new Promise<{ code: number; said: string }>(resolve => {
    const child = spawn(command, words, {
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      env,
      detached: true,
    })
    let said = ''
    child.stdout?.on('data', chunk => (said += chunk))
    child.stderr?.on('data', chunk => (said += chunk))
    const end = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }
    const timer = setTimeout(() => {
      said += `\nstopped: not done after ${limit / 60_000} minutes`
      console.error(`${command} ${words.join(' ')}: stopped, not done after ${limit / 60_000} minutes`)
      end()
    }, limit)
    const interrupt = () => {
      end()
      process.exit(130)
    }
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
    child.once('error', error => {
      said += error.message
    })
    child.once('close', code => {
      clearTimeout(timer)
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
      resolve({ code: code ?? 1, said })
    })
  })
}

async function check({ name, command, words: its }: (typeof checks)[number]): Promise<void> {
  const started = performance.now()
  const { code, said } = await run(command, its, minutes(4), true)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`)
  if (code !== 0) console.log(said.trimEnd())
  totals[code === 0 ? 'passed' : 'failed']++
}

if (words.length === 0) {
  // Types take one core about as long as all others take another.
  const isLong = ({ name }: (typeof checks)[number]) => name === 'types'
  const others = async () => {
    for (const one of checks.filter(one => !isLong(one))) await check(one)
  }
  await Promise.all([...checks.filter(isLong).map(check), others()])
}

const programs = postgresPrograms()
const env = { ...process.env }
const postgres =
  !env.TEST_DATABASE_URL && programs
    ? await throwawayPostgres(programs).catch((error: Error) => {
        console.error(`✗ PostgreSQL could not be started for the suite: ${error.message}`)
        totals.failed++
        return null
      })
    : null
if (postgres) env.TEST_DATABASE_URL = postgres.url

const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-test-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const report = join(folder, 'report.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const { code } = await run(bin('vitest'), ['run', ...reporters, ...words], minutes(30), false, env)
await postgres?.stop()
count(report, code)

if (totals.skipped > 0) for (const part of missingParts(env)) console.log(`skipped: ${part}`)
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`)
process.exit(totals.failed > 0 ? 1 : 0)

/** Vitest's own figures, plus one failure for each thing that went wrong outside any test. */
function count(path: string, exitCode: number) {
  if (!existsSync(path)) {
    console.error('✗ the tests did not run to their end')
    totals.failed++
    return
  }
  const result = JSON.parse(readFileSync(path, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    numTodoTests: number
    testResults: { status: string; assertionResults: { status: string }[] }[]
  }
  const brokenFiles = result.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  ).length
  const failed = result.numFailedTests + brokenFiles
  totals.passed += result.numPassedTests
  totals.failed += failed === 0 && exitCode !== 0 ? 1 : failed
  totals.skipped += result.numPendingTests + result.numTodoTests
}
