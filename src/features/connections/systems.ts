import { desc, eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Checked } from '#connectors/connector.ts'
import { read, write, writeLast } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { type Actor, mayAct, seesAll } from '#kernel/actor.ts'
import { askedDay } from '#kernel/asked-day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { connections, streams, turns, unmapped } from '#postgres/tables/connections.ts'
import { stores } from '#postgres/tables/settings.ts'
import { readAgain } from '#sync/connected.ts'
import {
  ConnectInput,
  ConnectionRow,
  newsOf,
  shareOf,
  stateOf,
  Tested,
  TurnRow,
  toldOf,
  UnmappedRow,
  Vendor,
  zonesApart,
} from './systems-model.ts'

type Stored = typeof connections.$inferSelect

/** Every store a connection brings rows of. */
export const storesOf = (one: Pick<Stored, 'home' | 'shops'>): string[] => [
  ...new Set([one.home, ...one.shops.map(shop => shop.store)]),
]
const iso = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString())

const Id = z.object({ connection: z.string().describe('Id of the connection, as listed') })
const Gone = Id.extend({ keepData: z.boolean() })

/** The connection, for who may see all its stores. @throws Failure('not_found'): who may not does not learn that it is there. */
export async function ownOf({ ledger, actor }: Context, id: string): Promise<Stored> {
  const [found] = await ledger.select().from(connections).where(eq(connections.id, id))
  if (!found || !seesAll(actor, storesOf(found)))
    throw new Failure('not_found', `There is no connection ${id}.`, {
      next: 'See which there are with connections.systems.',
    })
  return found
}

const wholeCompany = (actor: Actor): void => {
  if (actor.stores !== 'all')
    throw new Failure('forbidden', 'Systems are connected by people who see every store.', {
      next: 'Ask an owner to connect it.',
    })
}

const mayConnect = ({ role, stores }: Actor): boolean => mayAct(role, 'director') && stores === 'all'

/**
 * Another address than the system's own may lead anywhere, into private networks too: only an owner allows one, for that
 * system from then on.
 */
const allowedAddress = async (
  { actor, ledger }: Context,
  { vendor, credentials }: Pick<z.infer<typeof ConnectInput>, 'vendor' | 'credentials'>,
): Promise<void> => {
  const address = credentials.base_url
  if (!address || actor.role === 'owner') return
  const own = await ledger.select().from(connections).where(eq(connections.vendor, vendor))
  if (!own.some(one => one.given.base_url === address))
    throw new Failure('forbidden', 'Another address than the system’s own is allowed by an owner only.', {
      next: 'Leave it empty, or ask an owner to connect the system.',
    })
}

/** Every connection the reader may see, with the state of its streams. */
async function rowsOf({ ledger, actor, syncs, clock }: Context): Promise<ConnectionRow[]> {
  const all = (await ledger.select().from(connections).orderBy(connections.createdAt)).filter(one =>
    seesAll(actor, storesOf(one)),
  )
  const states = await ledger.select().from(streams)
  const strange = await ledger
    .select({ connection: unmapped.connection, stream: unmapped.stream, n: sql<number>`count(*)::int` })
    .from(unmapped)
    .groupBy(unmapped.connection, unmapped.stream)
  const running = syncs.running()
  const now = clock().getTime()
  const zoned = await ledger.select().from(stores)
  const byHost = new Map(
    all.flatMap(one => one.shops.flatMap(shop => shop.hosts.map(host => [host, shop.store] as const))),
  )
  return all.map(one => {
    const vendor = syncs.vendors().find(known => known.vendor === one.vendor)
    const own = (vendor?.streams ?? []).map(stream => {
      const state = states.find(row => row.connection === one.id && row.stream === stream.name)
      return {
        name: stream.name,
        label: stream.label,
        records: Number(state?.records ?? 0),
        history: historyOf(stream.kind, state),
        byTime: stream.kind === 'window',
        lastAt: iso(state?.lastAt ?? null),
        nextAt: iso(state?.nextAt ?? null),
        trouble: state?.trouble ?? null,
        remarks: [...(state?.remarks ?? []), ...newsOf(state?.shape?.news, now)],
        unmapped: strange.find(row => row.connection === one.id && row.stream === stream.name)?.n ?? 0,
      }
    })
    const progress = running.get(one.id)
    const facts = {
      trouble: one.trouble,
      running: progress ? { label: progress.label, records: progress.records, total: progress.total } : null,
      uncompared: one.uncompared,
      history: shareOf(
        own.map(({ history }, n) => ({ history, hasPast: vendor?.streams[n]?.kind !== 'snapshot' })),
      ),
      lastAt: own.reduce<string | null>(
        (last, { lastAt }) => ((lastAt ?? '') > (last ?? '') ? lastAt : last),
        null,
      ),
    }
    const troubled = own.flatMap(({ label, trouble }) =>
      trouble ? [{ label, message: trouble.message, until: trouble.until }] : [],
    )
    const noted = own.flatMap(({ name, label }) => {
      const state = states.find(row => row.connection === one.id && row.stream === name)
      return newsOf(state?.shape?.news, now).length > 0 ? [label.toLowerCase()] : []
    })
    return {
      id: one.id,
      vendor: one.vendor,
      vendorName: vendor?.name ?? one.vendor,
      account: one.account,
      ...stateOf({ ...facts, paused: one.state === 'paused', troubled, noted }),
      stores: storesOf(one),
      byHost: vendor?.byHost ?? false,
      privacy: one.privacy,
      given: mayConnect(actor) ? one.given : {},
      limits: [
        ...one.limits,
        ...zonesApart(
          vendor?.name ?? one.vendor,
          { shops: one.shops, property: vendor?.byHost ? propertyOf(one) : null },
          zoned,
          byHost,
        ),
      ],
      records: own.reduce((sum, stream) => sum + stream.records, 0),
      nextAt: one.state === 'paused' ? null : iso(one.nextAt),
      streams: own,
      quotas: one.quotas && { at: one.quotas.at, list: [...one.quotas.list] },
      told: vendor?.hooks ? toldOf(vendor.name, one.hooks) : null,
      ...facts,
    }
  })
}

/** What a system that counts for stores of others said of its zone. */
const propertyOf = ({ facts, home }: Stored): Parameters<typeof zonesApart>[1]['property'] => {
  const { timezone, hosts } = facts
  if (typeof timezone !== 'string' || timezone === '') return null
  return { timezone, home, hosts: Array.isArray(hosts) ? (hosts as string[]) : [] }
}

const historyOf = (kind: string, state: typeof streams.$inferSelect | undefined): number => {
  if (!state || state.bookmark === null) return 0
  if (kind !== 'window' || state.edge === null || state.start === null) return 1
  return state.bookmark <= state.start
    ? 1
    : Math.min(1, (state.bookmark - state.edge) / (state.bookmark - state.start))
}

/** What one may do with connected systems. */
export const systems = {
  vendors: read({ role: 'viewer', summary: 'Systems that can be connected, and what each asks for' })
    .output(z.array(Vendor))
    .handler(({ context }) =>
      context.syncs.vendors().map(({ vendor, name, about, byHost, guide, fields, streams: all }) => ({
        vendor,
        name,
        about,
        byHost: byHost ?? false,
        guide: [...guide],
        fields: fields.map(field => ({
          name: field.name,
          label: field.label,
          about: field.about,
          secret: field.secret ?? false,
          optional: field.optional ?? false,
        })),
        streams: all.map(stream => ({ name: stream.name, label: stream.label })),
      })),
    ),

  systems: read({ role: 'viewer', summary: 'Connected systems: state, freshness, problems' })
    .output(z.array(ConnectionRow))
    .handler(({ context }) => rowsOf(context)),

  test: read({ role: 'director', summary: 'Try credentials of a system; nothing is kept', agents: false })
    .input(ConnectInput.pick({ vendor: true, credentials: true }))
    .output(Tested)
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      await allowedAddress(context, input)
      const checked = await context.syncs.test(input.vendor, input.credentials)
      return testedOf(checked)
    }),

  connect: write({
    role: 'director',
    summary: 'Connect a system, or give a connection new credentials; reading begins at once',
    agents: false,
    // The vendor is asked before the transaction begins: it may take its time, and nobody else should wait for it.
    prepare: async (context, input) => {
      wholeCompany(context.actor)
      const { vendor, credentials } = ConnectInput.parse(input)
      await allowedAddress(context, { vendor, credentials })
      return context.syncs.test(vendor, credentials)
    },
  })
    .input(ConnectInput)
    .output(Tested.extend({ connection: z.string(), isNew: z.boolean() }))
    .handler(async ({ input, context }) => {
      const { name, start = true, ...request } = input
      const made = await context.syncs.connect(
        context.ledger,
        { ...request, id: name },
        context.prepared as Checked,
        context.actor.name,
      )
      context.note({
        subject: made.id,
        after: {
          vendor: input.vendor,
          store: input.store,
          privacy: input.privacy,
          fields: Object.keys(input.credentials),
        },
      })
      if (start) context.enqueue('sync', { id: made.id })
      return { ...testedOf(context.prepared as Checked), connection: made.id, isNew: made.isNew }
    }),

  sync: write({ role: 'contributor', summary: 'Read a connected system now, without waiting for its time' })
    .input(Id)
    .output(z.object({}))
    .handler(async ({ input, context }) => {
      const own = await ownOf(context, input.connection)
      if (own.state === 'paused')
        throw new Failure('conflict', `${own.id} is paused.`, { next: 'Resume it first.' })
      context.note({ subject: own.id })
      context.enqueue('sync', { id: own.id, all: true })
      return {}
    }),

  pause: write({ role: 'lead', summary: 'Read nothing more of a system until it is resumed' })
    .input(Id)
    .output(z.object({}))
    .handler(async ({ input, context }) => {
      const own = await ownOf(context, input.connection)
      await context.ledger.update(connections).set({ state: 'paused' }).where(eq(connections.id, own.id))
      context.onceCommitted(async () => {
        await context.syncs.stop(own.id, 'it was paused')
        return {}
      })
      context.note({ subject: own.id, before: { state: own.state }, after: { state: 'paused' } })
      return {}
    }),

  resume: write({ role: 'lead', summary: 'Go on reading a system that was paused' })
    .input(Id)
    .output(z.object({}))
    .handler(async ({ input, context }) => {
      const own = await ownOf(context, input.connection)
      const now = context.clock().toISOString()
      await context.ledger
        .update(connections)
        .set({ state: 'active', trouble: null, failures: 0, nextAt: now })
        .where(eq(connections.id, own.id))
      context.note({ subject: own.id, before: { state: own.state }, after: { state: 'active' } })
      context.enqueue('sync', { id: own.id })
      return {}
    }),

  reread: write({ role: 'lead', summary: 'Read a stretch of a stream’s history again' })
    .input(
      Id.extend({
        stream: z.string().optional().describe('All streams when absent'),
        from: askedDay,
        to: askedDay.describe('Inclusive'),
      }),
    )
    .output(z.object({}))
    .handler(async ({ input, context }) => {
      const own = await ownOf(context, input.connection)
      if (input.to < input.from) throw invalid('The last day is before the first.', 'Turn them round.')
      const known = context.syncs.vendors().find(one => one.vendor === own.vendor)
      const windows = (known?.streams ?? []).filter(
        one => one.kind === 'window' && (input.stream === undefined || one.name === input.stream),
      )
      if (windows.length === 0)
        throw invalid(
          `${own.id} has no stream ${input.stream} that is read by time.`,
          `There are ${(known?.streams ?? [])
            .filter(one => one.kind === 'window')
            .map(one => one.name)
            .join(', ')}.`,
        )
      const names = windows.map(one => one.name)
      const to = Date.parse(`${input.to}T00:00:00Z`) + 2 * 86_400_000
      const from = Date.parse(`${input.from}T00:00:00Z`) - 86_400_000
      await readAgain(context.ledger, own.id, names, { from, to })
      context.note({ subject: own.id, after: { streams: names, from: input.from, to: input.to } })
      context.enqueue('sync', { id: own.id })
      return {}
    }),

  replay: write({
    role: 'lead',
    summary: 'Apply today’s mapping to what was kept of a stream, without asking the vendor again',
  })
    .input(Id.extend({ stream: z.string() }))
    .output(z.object({}))
    .handler(async ({ input, context }) => {
      const own = await ownOf(context, input.connection)
      context.note({ subject: own.id, after: { stream: input.stream } })
      context.enqueue('sync', { id: own.id, replay: input.stream })
      return {}
    }),

  disconnect: writeLast({
    role: 'owner',
    summary: 'Take a connection away; what it brought is kept or deleted',
    agents: false,
  })
    .input(Gone)
    .output(z.object({}))
    .handler(async ({ input: { connection, keepData }, context }) => {
      await ownOf(context, connection)
      await context.syncs.leaving(connection, !keepData, () =>
        context.record(async inside => {
          const own = await ownOf(inside, connection)
          await inside.syncs.disconnect(inside.ledger, own.id, keepData)
          const before = { vendor: own.vendor, account: own.account }
          inside.note({ subject: own.id, before, after: { keepData } })
        }),
      )
      return {}
    }),

  turns: read({ role: 'viewer', summary: 'What the last turns of a connection did' })
    .input(Id.extend({ limit: z.int().min(1).max(500).optional() }))
    .output(z.array(TurnRow))
    .handler(async ({ input, context }) => {
      const own = await ownOf(context, input.connection)
      const rows = await context.ledger
        .select()
        .from(turns)
        .where(eq(turns.connection, own.id))
        .orderBy(desc(turns.startedAt), desc(turns.id))
        .limit(input.limit ?? 100)
      return rows.map(row => ({
        stream: row.stream,
        kind: row.kind,
        records: row.records,
        inserted: row.inserted,
        changed: row.changed,
        gone: row.gone,
        unmapped: row.unmapped,
        startedAt: new Date(row.startedAt).toISOString(),
        seconds: row.endedAt === null ? null : (Date.parse(row.endedAt) - Date.parse(row.startedAt)) / 1000,
        error: row.error?.message ?? null,
        stopped: row.error?.code === 'stopped',
      }))
    }),

  unmapped: read({
    role: 'contributor',
    summary: 'Records of a connection that were not understood, by reason',
  })
    .input(Id)
    .output(z.array(UnmappedRow))
    .handler(async ({ input, context }) => {
      const own = await ownOf(context, input.connection)
      const rows = await context.ledger
        .select({
          stream: unmapped.stream,
          reason: unmapped.reason,
          records: sql<number>`count(*)::int`,
          example: sql<string>`left(min(${unmapped.record}::text), 2000)`,
        })
        .from(unmapped)
        .where(eq(unmapped.connection, own.id))
        .groupBy(unmapped.stream, unmapped.reason)
      return rows
    }),
}

const testedOf = (checked: Checked): z.infer<typeof Tested> => ({
  account: checked.account,
  shops: checked.shops.map(({ key, name, currency, timezone, kind }) => ({
    key,
    name,
    currency,
    timezone,
    kind,
  })),
  limits: [...checked.limits],
})
