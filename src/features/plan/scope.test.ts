import { call, isProcedure } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import type { Context } from '#features/context.ts'
import { operations } from '#features/operations.ts'
import { Failure } from '#kernel/error.ts'

/** What is asked of the sales data alone: narrowed to the asker's stores by the language itself. */
const narrowed = ['phase', 'pacing', 'variance', 'salesVariance']

const figure = '1'
const day = '2026-01-01'
const item = { version: 'v', label: 'x', kind: 'opex', currency: 'GBP' }
const commitment = {
  item: 'i',
  kind: 'contract',
  reference: 'r',
  amount: figure,
  currency: 'GBP',
  from: day,
  to: day,
}
const cell = { version: 'v', line: 'l', slice: [], period: 'p' }
const edit = { id: 'edit-00001', line: 'l', slice: [], period: 'p', value: '1' }
const sheet = {
  currency: 'GBP',
  periods: [{ key: 'p', label: 'p', from: day, to: day, year: '2026' }],
  dimensions: [],
  lines: [],
}
const content = { title: 'c', currency: 'GBP', periods: [{ label: 'a', cost: '1', benefit: '2' }] }
const part = { version: 'v', target: 't' }
const file = new File(['x'], 'x.xlsx')

/** An input each operation takes, so that what is refused is the asker and not the question. */
const inputs: Record<string, unknown> = {
  versions: {},
  importedBudgets: {},
  cases: {},
  closed: {},
  credit: {},
  strategy: {},
  start: { id: 'v', name: 'v', currency: 'GBP', from: day, to: day, begin: { with: 'template' } },
  edit: { version: 'v', edits: [edit] },
  since: { version: 'v', seq: 0 },
  reshape: { version: 'v', sheet, revision: 1 },
  history: cell,
  yearBefore: { version: 'v', line: 'l' },
  comment: { ...cell, text: 'x' },
  resolve: { id: 'x' },
  propose: { version: 'v', edits: [{ line: 'l', slice: [], period: 'p', value: '1' }], why: 'x' },
  settle: { id: 'x', take: true },
  compare: { a: 'v', b: 'v' },
  refuse: { version: 'v', comment: 'x' },
  reproduce: { id: 'x' },
  saveRules: { rules: [] },
  saveItem: item,
  removeItem: { id: 'a' },
  itemHistory: { id: 'a' },
  sinceApproval: { version: 'a' },
  saveRates: { version: 'v', rates: {} },
  budgetChanges: { version: 'v', name: 'x' },
  takeBudget: { version: 'v', name: 'x' },
  transfer: { from: 'a', to: 'b', period: 'p', amount: figure, why: 'x' },
  transfers: { version: 'v' },
  consentTransfer: { id: 'x' },
  refuseTransfer: { id: 'x', why: 'x' },
  saveCommitment: commitment,
  recordSpent: { source: 'x', entries: [{ item: 'i', day, amount: figure, currency: 'GBP' }] },
  saveCase: { content },
  submitCase: { id: 'x' },
  approveCase: { id: 'x' },
  refuseCase: { id: 'x', comment: 'x' },
  attachCase: { id: 'x', version: 'v' },
  detachCase: { id: 'x', version: 'v', why: 'x' },
  withdrawCase: { id: 'x', why: 'x' },
  bring: { version: 'v', line: 'l', values: [{ period: 'p', value: '1' }], why: 'x' },
  signStep: { version: 'v', step: 'baseline' },
  acceptCheck: { version: 'v', check: 'stock', says: 'x', why: 'x' },
  saveCapacity: { version: 'v', capacity: '1' },
  saveRisk: {
    version: 'v',
    kind: 'risk',
    line: 'l',
    title: 'x',
    probability: '0.5',
    impact: { p: '1' },
    treatment: 'accept',
  },
  attachments: { subject: 'item:x' },
  attachment: { id: 'x' },
  attach: { subject: 'item:x', file: new File(['x'], 'x.txt') },
  removeAttachment: { id: 'x' },
  agreement: { from: day, to: day },
  close: { period: 'p', from: day, to: day, reconciliation: 'x' },
  removeOverlay: { id: 'x' },
  overlay: {
    version: 'v',
    metric: 'net_sales',
    period: 'p',
    from: day,
    to: day,
    baseline: figure,
    value: figure,
    reason: 'x',
    confidence: 'low',
  },
  saveStrategy: { content: {}, revision: 0, why: 'x' },
  driverVariance: part,
  simulate: { ...part, drivers: [{ line: 'l', spread: { kind: 'normal', sd: 0.1 } }] },
  seek: { ...part, lever: { line: 'l' }, goal: figure },
  sensitivity: { ...part, levers: [{ lever: { line: 'l' }, changes: [0] }] },
  differences: { version: 'v', file },
  readRows: { text: 'x' },
  phasing: { version: 'v', line: 'l', period: 'p' },
  adjustPhasing: { version: 'v', days: { [day]: 2 }, revision: 1 },
}

/** Nothing may be read before the asker is looked at: a ledger that is touched says so. */
const untouched = new Proxy(
  {},
  {
    get: (_, name) => {
      if (name === 'transaction') return (act: (tx: unknown) => unknown) => act(untouched)
      throw new Error(`the ledger was read (${String(name)}) before the asker was looked at`)
    },
  },
)
const context = {
  actor: { kind: 'person', id: 'sue', name: 'Sue', role: 'owner', stores: ['shop'] },
  ledger: untouched,
  granary: untouched,
  metrics: untouched,
  clock: () => new Date('2026-06-01T00:00:00Z'),
  note: () => undefined,
  enqueue: () => undefined,
} as unknown as Context

const metaOf = (one: unknown) =>
  (one as { '~orpc': { meta: { effect: string; agents: boolean } } })['~orpc'].meta

describe('whoever sees only some stores', () => {
  const asked = Object.entries(operations.plan).filter(
    ([name, one]) => isProcedure(one) && !narrowed.includes(name),
  )
  it.each(asked)('is refused plan.%s before anything is read', async (name, operation) => {
    const input = name in inputs ? inputs[name] : { version: 'v' }
    const failed = await call(operation as never, input as never, { context } as never).then(
      () => null,
      (error: unknown) => error,
    )
    expect(failed).toBeInstanceOf(Failure)
    expect((failed as Failure).code).toBe('forbidden')
    expect((failed as Failure).message).toContain('you see only some of its stores')
  })
})

describe('a key', () => {
  const key = { ...context, actor: { kind: 'key', id: 'k', name: 'Robot', role: 'owner', stores: 'all' } }
  const writes = Object.entries(operations.plan).filter(([, one]) => metaOf(one).effect === 'write')
  it('is offered no more than to suggest, to comment and to draft a business case', () => {
    expect(writes.flatMap(([name, one]) => (metaOf(one).agents ? [name] : [])).sort()).toEqual([
      'comment',
      'propose',
      'saveCase',
    ])
  })
  it.each(writes.filter(([, one]) => !metaOf(one).agents))(
    'is refused plan.%s, whatever its role',
    async (name, operation) => {
      const input = name in inputs ? inputs[name] : { version: 'v' }
      const failed = await call(operation as never, input as never, { context: key } as never).then(
        () => null,
        (error: unknown) => error,
      )
      expect(failed).toMatchObject({ code: 'forbidden', message: expect.stringContaining('A key') })
    },
  )
})
