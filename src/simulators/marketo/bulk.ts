import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { daysBetween, earlier, later } from '#kernel/day.ts'
import { happenings, isFound } from '../company/mailing-events.ts'
import type { World } from '../world.ts'
import { attributesOf, typeOf, when } from './activities.ts'
import { given, refused } from './answer.ts'

interface Job {
  id: string
  status: 'Created' | 'Queued' | 'Processing' | 'Completed' | 'Failed' | 'Cancelled'
  from: number
  to: number
  types: ReadonlySet<number>
  createdAt: number
  queuedAt: number | null
  /** As of when it looks: when it was queued. */
  asOf: number
  finished: { records: number; size: number; checksum: string } | null
}

const quoted = (text: string): string => (/[",\n\r\0]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
const longest = 31 * 86_400_000

/** Exports of activities: made, queued, looked after, fetched. */
export function bulkRoutes(world: World): Hono {
  const app = new Hono()
  const jobs = new Map<string, Job>()
  const strikes = (fault: string) => world.faults.strikes('marketo', fault)
  const running = () => [...jobs.values()].filter(one => one.status === 'Processing').length
  const queued = () => [...jobs.values()].filter(one => one.status === 'Queued').length

  function* lines(job: Job): Generator<string> {
    yield 'marketoGUID,leadId,activityDate,activityTypeId,campaignId,primaryAttributeValueId,primaryAttributeValue,attributes\n'
    const first = later(new Date(job.from).toISOString().slice(0, 10), world.company.start)
    const last = earlier(
      new Date(job.to).toISOString().slice(0, 10),
      new Date(job.asOf).toISOString().slice(0, 10),
    )
    if (first > last) return
    for (const day of daysBetween(first, last))
      for (const one of happenings(world.company, day)) {
        if (one.at < job.from || one.at > job.to || !job.types.has(typeOf(one)) || !isFound(one, job.asOf))
          continue
        const letter = one.what.is === 'letter' ? one.what.letter : null
        // What people typed in long ago comes out with it.
        const dirt = one.at % 50_000 === 0 ? '\r\0' : ''
        yield `${[
          one.guid,
          one.lead.id,
          when(one.at),
          typeOf(one),
          letter?.program ?? 'null',
          letter?.id ?? 'null',
          letter ? letter.name + dirt : 'null',
          JSON.stringify(attributesOf(one)),
        ]
          .map(value => quoted(String(value)))
          .join(',')}\n`
      }
  }
  const finish = (job: Job) => {
    const hash = createHash('sha256')
    let records = -1
    let size = 0
    for (const line of lines(job)) {
      hash.update(line)
      records += 1
      size += Buffer.byteLength(line)
    }
    job.finished = { records, size, checksum: `sha256:${hash.digest('hex')}` }
    job.status = 'Completed'
  }
  const shown = (job: Job) => ({
    exportId: job.id,
    status: job.status,
    createdAt: when(job.createdAt),
    ...(job.queuedAt !== null && { queuedAt: when(job.queuedAt) }),
    format: 'CSV',
    ...(job.finished && {
      startedAt: when(job.asOf),
      finishedAt: when(job.asOf),
      numberOfRecords: job.finished.records,
      fileSize: job.finished.size,
      fileChecksum: job.finished.checksum,
    }),
  })

  app.post('/bulk/v1/activities/export/create.json', async context => {
    const body = (await context.req.json()) as {
      filter?: { createdAt?: { startAt?: string; endAt?: string }; activityTypeIds?: number[] }
    }
    if (strikes('bulk_quota')) return refused(context, '1029', 'Export daily quota 500MB exceeded.')
    const { startAt = '', endAt = '' } = body.filter?.createdAt ?? {}
    if (/\.\d+/.test(startAt + endAt)) return refused(context, '1003', 'Dates are given without milliseconds')
    const [from, to] = [Date.parse(startAt), Date.parse(endAt)]
    if (Number.isNaN(from) || Number.isNaN(to) || to <= from)
      return refused(context, '1003', 'createdAt is missing')
    if (to - from > longest) return refused(context, '1003', 'The range may not be longer than 31 days')
    const id = createHash('sha256').update(`${jobs.size} ${from} ${to}`).digest('hex').slice(0, 32)
    const job: Job = {
      id: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      status: 'Created',
      from,
      to,
      types: new Set(body.filter?.activityTypeIds ?? []),
      createdAt: world.now(),
      queuedAt: null,
      asOf: world.now(),
      finished: null,
    }
    jobs.set(job.id, job)
    return given(context, { result: [shown(job)] })
  })
  app.post('/bulk/v1/activities/export/:id/enqueue.json', context => {
    const job = jobs.get(context.req.param('id'))
    if (!job) return refused(context, '1020', 'Export not found')
    if (queued() >= 10 || strikes('bulk_full')) return refused(context, '1029', 'Too many jobs (10) in queue')
    job.queuedAt = world.now()
    job.asOf = world.now()
    job.status = 'Queued'
    return given(context, { result: [shown(job)] })
  })
  app.get('/bulk/v1/activities/export/:id/status.json', context => {
    const job = jobs.get(context.req.param('id'))
    if (!job) return refused(context, '1020', 'Export not found')
    // Two at a time; work goes on from one look to the next.
    for (const one of jobs.values()) if (one !== job && one.status === 'Processing') finish(one)
    for (const one of jobs.values()) if (one.status === 'Queued' && running() < 2) one.status = 'Processing'
    if (job.status === 'Processing' && !strikes('bulk_slow')) {
      if (strikes('bulk_failed')) job.status = 'Failed'
      else if (strikes('bulk_cancelled')) job.status = 'Cancelled'
      else finish(job)
    }
    return given(context, { result: [shown(job)] })
  })
  app.get('/bulk/v1/activities/export/:id/file.json', context => {
    const job = jobs.get(context.req.param('id'))
    if (job?.status !== 'Completed' || strikes('file_404')) return context.text('File not found', 404)
    let left = strikes('file_short') ? Math.floor((job.finished?.size ?? 0) / 2) : Number.POSITIVE_INFINITY
    const all = lines(job)
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        let part = ''
        for (let n = 0; n < 200; n++) {
          const next = all.next()
          if (next.done) break
          part += next.value
        }
        const bytes = Buffer.from(part).subarray(0, left)
        left -= bytes.length
        if (bytes.length > 0) controller.enqueue(new Uint8Array(bytes))
        if (part === '' || left <= 0) controller.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/csv;charset=UTF-8' } })
  })
  return app
}
