import { randomUUID } from 'node:crypto'
import { type AnyProcedure, isProcedure, os } from '@orpc/server'
import type { z } from 'zod'
import { mayAct, type Role } from '#kernel/actor.ts'
import { Failure } from '#kernel/error.ts'
import type { Ledger } from '#postgres/open.ts'
import { audit } from '#postgres/tables/members.ts'
import type { Context } from './context.ts'

interface About {
  /** The least role that may run it. */
  role: Role
  /** One line: what it does, as a menu would say it. */
  summary: string
  /** false keeps it from the tools of agents. */
  agents?: boolean
}

interface Meta extends Partial<About> {
  effect?: 'read' | 'write'
}

/** What a write did, for the audit: on which thing, and how it looked before and after. Never a secret. */
export interface Changed {
  subject: string
  before?: unknown
  after?: unknown
}

/** What a write is handed besides: `changed` says what the audit should hold. */
export interface WriteContext extends Context {
  changed: (change: Changed) => void
}

const start = (effect: 'read' | 'write', about: About) =>
  os
    .$context<Context>()
    .$meta<Meta>({ effect, ...about })
    .$route({ summary: about.summary })
    .use(({ context, next }) => {
      if (!mayAct(context.actor.role, about.role))
        throw new Failure('forbidden', `This needs the role ${about.role}; yours is ${context.actor.role}.`, {
          next: 'Ask an owner to change your role.',
        })
      return next()
    })

/** An operation that changes nothing. The role is checked before anything else. */
export const read = (about: About) => start('read', about)

/**
 * An operation that changes something: it runs in one transaction with its audit rows, so that neither stands without
 * the other. A write that names no change is audited all the same.
 */
export const write = (about: About) =>
  start('write', about).use(({ context, path, next }) =>
    context.ledger.transaction(async transaction => {
      const changes: Changed[] = []
      const result = await next({
        context: {
          ledger: transaction as unknown as Ledger,
          changed: (change: Changed) => void changes.push(change),
        },
      })
      const { actor } = context
      await transaction.insert(audit).values(
        (changes.length > 0 ? changes : [{ subject: '' }]).map(({ subject, before, after }) => ({
          id: randomUUID(),
          at: context.clock(),
          actorKind: actor.kind,
          actorId: actor.id,
          actorName: actor.name,
          operation: path.join('.'),
          subject,
          before: before ?? null,
          after: after ?? null,
        })),
      )
      return result
    }),
  )

/** One operation as the doors see it: enough to derive a tool, a command or a menu entry. */
export interface Operation {
  /** room.verb */
  name: string
  effect: 'read' | 'write'
  role: Role
  summary: string
  agents: boolean
  input: z.ZodType | undefined
  procedure: AnyProcedure
}

/** Every operation of a router. */
export function operationsOf(router: object, prefix = ''): Operation[] {
  return Object.entries(router).flatMap(([key, value]): Operation[] => {
    const name = prefix ? `${prefix}.${key}` : key
    if (!isProcedure(value)) return operationsOf(value as object, name)
    const { meta, inputSchema } = value['~orpc']
    const { effect = 'write', role = 'owner', summary = '', agents = true } = meta as Meta
    return [
      { name, effect, role, summary, agents, input: inputSchema as z.ZodType | undefined, procedure: value },
    ]
  })
}
