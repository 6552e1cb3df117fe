/** Each question of the cockpit on ten million orders: the metric language, the best SQL by hand, and no rollups. */
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { createEngine } from '../src/metrics/create-engine.ts'
import type { Answer } from '../src/metrics/query.ts'
import { openDuckdb } from '../src/warehouse/duckdb.ts'
import { loadedGranary, world } from './granary.ts'
import { median, peakMemory, table, times } from './measure.ts'
import { bestSql, type Question, questions, type Span, sqlOf } from './questions.ts'

const [folder = '', size = '40000000'] = process.argv.slice(2)
const runs = 9
const data = await loadedGranary(folder, Number(size))

const scope = { stores: 'all', now: new Date('2026-01-01T12:00:00Z') } as const

/** Our own time and answer. Each run is an engine that has answered nothing yet, so that none is from memory. */
const granary = await openDuckdb({ folder: join(data, 'granary'), threads: 2 })
const asked: { question: Question; ms: number; answer: Answer }[] = []
for (const question of questions) {
  const { query } = question
  let answer: Answer | undefined
  const engines = Array.from({ length: runs + 1 }, () => createEngine({ granary, world: async () => world }))
  // Awake, with definitions and delivery log read, but without an answer.
  for (const engine of engines) await engine.explain(query, scope)
  const taken = await times(async run => {
    answer = await engines[run + 1]?.ask(query, scope)
  }, runs)
  if (!answer || answer.meta.cached) throw new Error('a run was answered from memory')
  asked.push({ question, ms: median(taken), answer })
}
const ours = peakMemory()
const again = createEngine({ granary, world: async () => world })
const remembered = await times(() => again.ask({ metrics: ['net_sales'], window: 'all_time' }, scope), 50)
await granary.close()

const database = await DuckDBInstance.create(join(data, 'granary', 'granary.duckdb'), {
  access_mode: 'READ_ONLY',
  threads: '2',
})
const connection = await database.connect()
const rows: (string | number)[][] = []
for (const { question, ms, answer } of asked) {
  const spans: Span[] = [
    { from: answer.meta.from, to: answer.meta.to },
    ...Object.values(answer.meta.comparisons),
  ]
  const best = bestSql(question, spans)
  const hand = median(
    await times(async () => {
      for (const sql of best) await connection.runAndReadAll(sql)
    }, runs),
  )
  const plain = sqlOf(question, question.plain, spans)
  const unrolled = median(await times(() => connection.runAndReadAll(plain), 3))
  agree(question.name, answer, (await connection.runAndReadAll(best[0] ?? '')).getRowObjectsJson())
  const verdict = ms <= question.allowed ? '' : 'over'
  rows.push([
    question.name,
    ms,
    hand,
    `${(ms / hand).toFixed(2)} ×`,
    unrolled,
    `${Math.round(unrolled / ms)} ×`,
    question.allowed,
    verdict,
  ])
}
table(
  `${Number(size).toLocaleString('en')} lines: median of ${runs} warm runs in ms, none from memory`,
  ['question', 'Quarterdeck', 'best SQL', 'ratio', 'no rollups', 'gain', 'allowed', ''],
  rows,
)
console.log(
  `\nPeak memory while asking: ${Math.round(ours)} MB. Asked again: ${median(remembered).toFixed(2)} ms, from memory.`,
)

/** The first figure of the first row must be the same by both roads, or the times mean nothing. */
function agree(name: string, answer: Answer, byHand: Record<string, unknown>[]) {
  const metric = name.includes('exact distinct') ? 'customers' : 'net_sales'
  const theirs = byHand[0]?.[metric] ?? byHand[0]?.[`${metric}_0`]
  const first = answer.rows[0]?.[metric] ?? null
  if (name.startsWith('heat map')) return
  if (Number(theirs) !== Number(first))
    throw new Error(`${name}: ${String(first)} by the language, ${String(theirs)} by hand`)
}
