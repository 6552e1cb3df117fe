import { bulkQuery } from './bulk-rules.ts'
import { type Desk, scopesOf } from './desk.ts'
import { gid, isoOf, isoOrNull } from './ids.ts'
import type { Node } from './node.ts'
import { linesOf, nodeSelection, pickerOf } from './project.ts'
import { streamOf } from './root.ts'
import { nodeTypeOf, schema } from './schema.ts'

export interface Job {
  id: string
  query: string
  status: 'CREATED' | 'RUNNING' | 'COMPLETED' | 'CANCELING' | 'CANCELED' | 'FAILED' | 'EXPIRED'
  errorCode: string | null
  createdAt: number
  completedAt: number | null
  objects: number
  roots: number
  bytes: number
  path: string | null
  /** The file holds only part of what was asked for. */
  partial: boolean
}

const atOnce = 5
const urlLife = 7 * 86_400_000

/** Starts an operation; what is wrong with it comes back as the vendor's user errors. */
export function runBulk(desk: Desk, { query }: { query: string }): Node {
  const refuse = (code: string, message: string): Node => ({
    __typename: 'BulkOperationRunQueryPayload',
    bulkOperation: null,
    userErrors: [{ __typename: 'BulkOperationUserError', field: ['query'], message, code }],
  })
  const running = [...desk.jobs.values()].filter(job => job.status === 'CREATED' || job.status === 'RUNNING')
  if (running.length >= atOnce || desk.world.faults.strikes('shopify', 'bulk_busy'))
    return refuse(
      'OPERATION_IN_PROGRESS',
      'A bulk query operation for this app and shop is already in progress.',
    )
  const read = bulkQuery(query)
  if (typeof read === 'string') return refuse('INVALID', read)
  desk.count += 1
  const job: Job = {
    id: gid('BulkOperation', 4_039_263_000_000 + desk.count),
    query,
    status: 'CREATED',
    errorCode: null,
    createdAt: desk.world.now(),
    completedAt: null,
    objects: 0,
    roots: 0,
    bytes: 0,
    path: null,
    partial: false,
  }
  desk.jobs.set(job.id, job)
  for (const id of [...desk.jobs.keys()].slice(0, -60)) desk.jobs.delete(id)
  void work(desk, job, read).catch(() => {
    job.status = 'FAILED'
    job.errorCode = 'INTERNAL_SERVER_ERROR'
  })
  return { __typename: 'BulkOperationRunQueryPayload', bulkOperation: jobNode(desk, job), userErrors: [] }
}

async function work(
  desk: Desk,
  job: Job,
  { field, scopes }: Exclude<ReturnType<typeof bulkQuery>, string>,
): Promise<void> {
  await new Promise<void>(done => setImmediate(done))
  if (job.status !== 'CREATED') return
  job.status = 'RUNNING'
  const granted = new Set(scopesOf(desk))
  const strikes = (fault: string) => desk.world.faults.strikes('shopify', fault)
  if (scopes.some(some => !some.some(scope => granted.has(scope)))) {
    job.status = 'FAILED'
    job.errorCode = 'ACCESS_DENIED'
    return
  }
  const type = schema().getQueryType()?.getFields()[field.name.value]?.type
  const selection = nodeSelection(field)
  if (!type || !selection) throw new Error('No nodes are selected.')
  const pick = pickerOf(selection, nodeTypeOf(type))
  const fails = strikes('bulk_failed')
  let roots = 0
  const lines = function* (): Generator<string> {
    for (const node of streamOf(desk, field)) {
      roots += 1
      if (fails && roots > 20) return
      yield* unordered(linesOf(node, pick), roots)
    }
    yield* held.splice(0)
  }
  // Order within the file is not promised: some children come before their parent, some parents much later.
  const held: string[] = []
  const unordered = function* (own: string[], number: number): Generator<string> {
    const [root, ...children] = own
    if (number % 11 === 0 && root) {
      held.push(root)
      yield* children
    } else if (number % 5 === 0) {
      yield* children
      if (root) yield root
    } else yield* own
    if (held.length > 40) yield* held.splice(0)
  }
  const { path, lines: count, bytes } = await desk.files.write(lines())
  if ((job.status as Job['status']) === 'CANCELING') job.status = 'CANCELED'
  else if (fails) {
    job.status = 'FAILED'
    job.errorCode = 'INTERNAL_SERVER_ERROR'
  } else if (strikes('bulk_expired')) job.status = 'EXPIRED'
  else if (strikes('bulk_canceled')) job.status = 'CANCELED'
  else job.status = 'COMPLETED'
  job.partial = job.status !== 'COMPLETED'
  job.completedAt = job.status === 'COMPLETED' ? desk.world.now() : null
  job.objects = count
  job.roots = roots
  job.bytes = bytes
  job.path = count > 0 ? path : null
}

export function jobNode(desk: Desk, job: Job): Node {
  const until = job.createdAt + urlLife
  const url = () =>
    job.path === null || desk.world.now() > until
      ? null
      : `${desk.world.url}/shopify/bulk/${desk.shop.store}/${job.id.split('/').at(-1)}.jsonl?Expires=${Math.floor(until / 1000)}&Signature=${signatureOf(desk, job)}`
  return {
    __typename: 'BulkOperation',
    id: job.id,
    type: 'QUERY',
    query: job.query,
    status: job.status,
    errorCode: job.errorCode,
    createdAt: isoOf(job.createdAt),
    completedAt: isoOrNull(job.completedAt),
    objectCount: String(job.objects),
    rootObjectCount: String(job.roots),
    fileSize: job.completedAt !== null && job.path ? String(job.bytes) : null,
    url: job.status === 'COMPLETED' ? url : null,
    partialDataUrl: job.partial ? url : null,
  }
}

export function cancelBulk(desk: Desk, { id }: { id: string }): Node {
  const job = desk.jobs.get(id)
  if (job && (job.status === 'CREATED' || job.status === 'RUNNING')) job.status = 'CANCELING'
  return {
    __typename: 'BulkOperationCancelPayload',
    bulkOperation: job ? jobNode(desk, job) : null,
    userErrors: [],
  }
}

/** What makes the address of a result a secret of its own: no token is sent to it. */
export const signatureOf = (desk: Desk, job: Job): string =>
  Buffer.from(`${desk.clientSecret.slice(-8)}${job.id.slice(-6)}`).toString('base64url')
