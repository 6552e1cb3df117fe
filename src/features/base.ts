import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { type AnyProcedure, isProcedure, os, Procedure } from '@orpc/server'
import { z } from 'zod'
import { type Actor, mayAct, type Role } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import { strict } from '#kernel/strict.ts'
import { audit } from '#postgres/tables/members.ts'
import type { Context } from './context.ts'

/** What the doors know of an operation besides its input and output. */
export interface Meta {
  effect?: 'read' | 'write'
  role?: Role
  summary?: string
  /** Offered to agents as a tool. */
  agents?: boolean
}

/** An operation as HTTP, OpenAPI, MCP, the command line and the palette see it. */
export interface Operation {
  name: string
  effect: 'read' | 'write'
  role: Role
  summary: string
  agents: boolean
  input: z.ZodType | undefined
  procedure: AnyProcedure
}

interface Spec {
  /** The least role that may. */
  role: Role
  summary: string
  agents?: boolean
}

interface WriteSpec extends Spec {
  /** Done before the transaction begins, so that nothing slow is done in it; the handler finds it as `context.prepared`. Only done of input that is not refused; it is handed as it came. */
  prepare?: (context: Context, input: unknown) => Promise<unknown>
}

/** Thing of a write that the audit names: a store, a person, an import. */
export interface Note {
  subject: string
  /** Stores it concerns; 'all' or null: the company. What the input names when absent. */
  stores?: Actor['stores'] | null
  before?: unknown
  after?: unknown
}

const base = (effect: 'read' | 'write', { role, summary, agents = true }: Spec) =>
  os
    .$context<Context>()
    .$meta<Meta>({ effect, role, summary, agents })
    .$route({ summary })
    .use(({ context, next }) => {
      if (!mayAct(context.actor.role, role))
        throw new Failure('forbidden', `This needs the role ${role}; yours is ${context.actor.role}.`, {
          next: 'Ask an owner for a wider role.',
        })
      return next()
    })

/** An operation that changes nothing. */
export const read = (spec: Spec) => base('read', spec)

const transactions = new AsyncLocalStorage<Context['ledger']>()

/**
 * The ledger of the transaction that this is part of; undefined outside of one. What a write asks of others that read the
 * ledger must go through it: an embedded ledger has one connection, and who waits for another one waits for ever.
 */
export const ledgerInside = (): Context['ledger'] | undefined => transactions.getStore()

/**
 * Runs an act in one transaction that also writes who did what to what. Work it asks for is sent, and what it leaves for
 * afterwards is done, once it is committed; `more` is what that gave.
 */
const recorded = async <T>(
  context: Context,
  operation: string,
  input: unknown,
  more: Partial<Context>,
  act: (inside: Partial<Context>) => Promise<T>,
): Promise<{ result: T; more: object[] }> => {
  const notes: Note[] = []
  const later: Parameters<Context['enqueue']>[] = []
  const afterwards: Parameters<Context['onceCommitted']>[0][] = []
  const result = await context.ledger.transaction(async tx => {
    const ledger = tx as unknown as Context['ledger']
    const done = await transactions.run(ledger, () =>
      act({
        ...more,
        ledger,
        note: note => notes.push(note),
        enqueue: (...job) => later.push(job),
        onceCommitted: once => afterwards.push(once),
      }),
    )
    const { actor } = context
    for (const note of notes.length > 0 ? notes : [{ subject: namedIn(input), after: input }])
      await tx.insert(audit).values({
        id: randomUUID(),
        at: context.clock(),
        actorKind: actor.kind,
        actorId: actor.id,
        actorName: actor.name,
        operation,
        subject: note.subject,
        before: redacted(('before' in note ? note.before : null) ?? null),
        after: redacted(note.after ?? null),
        request: context.requestId ?? null,
        stores: concerned(note, input),
      })
    return done
  })
  context.settled?.()
  for (const job of later) context.enqueue(...job)
  return { result, more: (await Promise.all(afterwards.map(once => once()))) as object[] }
}

/**
 * An operation that changes the ledger. By construction it runs in one transaction, and the same transaction writes
 * who did what to what: a write that fails leaves neither. Work it asks for is sent once it is committed.
 */
export const write = (spec: WriteSpec) =>
  base('write', spec).use(async ({ context, next, path, procedure }, input) => {
    const { prepare } = spec
    const refused = prepare && (await procedure['~orpc'].inputSchema?.['~standard'].validate(input))?.issues
    const prepared = refused ? undefined : await prepare?.(context, input)
    const { result, more } = await recorded(context, path.join('.'), input, { prepared }, async inside =>
      next({ context: inside as Context }),
    )
    if (more.length === 0) return result
    return { ...result, output: Object.assign({}, result.output, ...more) as unknown }
  })

/** What a `writeLast` is handed beside the context. */
export interface Recording {
  /** The one transaction, with its audit. */
  record: <T>(act: (inside: Context) => Promise<T>) => Promise<T>
}

/**
 * An operation that asks the metric language first and changes the ledger last. Inside a transaction of the embedded
 * ledger nothing else is read, and the language reads what people decided: such an operation asks before it records.
 */
export const writeLast = (spec: Spec) =>
  base('write', spec).use(async ({ context, next, path }, input) => {
    let done = false
    const record: Recording['record'] = async act => {
      done = true
      const made = await recorded(context, path.join('.'), input, {}, inside =>
        act({ ...context, ...inside }),
      )
      return made.result
    }
    const result = await next({ context: { record } })
    if (!done) throw new Error(`${path.join('.')} recorded nothing`)
    return result
  })

/** What an input says it is about, where the write itself says nothing: by name, or the version it belongs to. */
const namedIn = (input: unknown): string => {
  const { name, version } = (typeof input === 'object' && input !== null ? input : {}) as Record<
    string,
    unknown
  >
  const said = [name, version].find(one => typeof one === 'string')
  return (said as string | undefined) ?? ''
}

/** The stores a write concerns, as its note says or else its input; null: the company. */
const concerned = (note: Note, input: unknown): string[] | null => {
  const named = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>
  const stores = note.stores !== undefined ? note.stores : (named.stores ?? named.store)
  const list = typeof stores === 'string' && stores !== 'all' ? [stores] : stores
  return Array.isArray(list) && list.length > 0 ? (list as string[]) : null
}

const secret = /pass(word)?|token|secret|(^|_|api|private|access)key$|authorization|cookie/i

/** A copy for the audit without what must never be written down. */
const redacted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(redacted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, v]) => [name, secret.test(name) ? '•••' : redacted(v)]),
  )
}

/** The same operations, which refuse words in their input that they do not know; one without input takes none. */
export function strictInputs<T extends object>(router: T): T {
  const entries = Object.entries(router).map(([key, value]) => {
    if (!isProcedure(value)) return [key, strictInputs(value as object)]
    const def = value['~orpc']
    const input = (def.inputSchema as z.ZodType | undefined) ?? z.object({}).optional()
    return [key, new Procedure({ ...def, inputSchema: strict(input) })]
  })
  return Object.fromEntries(entries) as T
}

/** Every operation of a router, by name. */
export function operationsOf(router: object, prefix = ''): Operation[] {
  return Object.entries(router).flatMap(([key, value]): Operation[] => {
    const name = prefix ? `${prefix}.${key}` : key
    if (!isProcedure(value)) return operationsOf(value as object, name)
    const def = value['~orpc']
    const meta = def.meta as Meta
    return [
      {
        name,
        effect: meta.effect ?? 'write',
        role: meta.role ?? 'owner',
        summary: meta.summary ?? '',
        agents: meta.agents ?? true,
        input: def.inputSchema as z.ZodType | undefined,
        procedure: value,
      },
    ]
  })
}
