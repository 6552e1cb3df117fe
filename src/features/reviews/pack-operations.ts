import { and, desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { read, write } from '#features/base.ts'
import { todayOf } from '#features/company-days.ts'
import { askedDay } from '#kernel/asked-day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { user } from '#postgres/tables/members.ts'
import { letters, subscriptions } from '#postgres/tables/reviews.ts'
import { flashOf } from './flash.ts'
import { mondayOf } from './monday.ts'
import { landingTold } from './pack-landing.ts'
import { Flash, LandingTold, Monday, mailKinds, Subscription } from './pack-shape.ts'
import { everybody, remindersDeclined, setReminders } from './reminders.ts'

export const packOperations = {
  flash: read({ role: 'viewer', summary: 'Yesterday in eight figures and three exceptions' })
    .input(z.object({ day: askedDay.optional() }))
    .output(Flash)
    .handler(({ input, context }) => flashOf(context, input.day)),

  monday: read({
    role: 'viewer',
    summary: 'The Monday trading pack: the week, why, where, products, actions',
  })
    .input(
      z.object({
        week: askedDay.optional().describe('Last day of the week; the latest whole one when absent'),
      }),
    )
    .output(Monday)
    .handler(({ input, context }) => mondayOf(context, input.week)),

  landing: read({
    role: 'viewer',
    summary:
      'Where net sales or contribution of the month are heading: P10, P50, P90, and the chance of the target',
  })
    .input(
      z
        .object({
          of: z
            .enum(['net_sales', 'contribution'])
            .default('net_sales')
            .describe('Contribution: its last tier whose costs are known'),
        })
        .default({ of: 'net_sales' }),
    )
    .output(LandingTold)
    .handler(({ input, context }) => landingTold(context, input.of)),

  subscriptions: read({
    role: 'viewer',
    summary: 'Which letters one takes, and what became of the latest',
    agents: false,
  })
    .input(z.object({}).optional())
    .output(z.array(Subscription))
    .handler(async ({ context: { ledger, actor, accounts } }) => {
      const taken = await ledger.select().from(subscriptions).where(eq(subscriptions.person, actor.id))
      const past = await ledger
        .select()
        .from(letters)
        .where(eq(letters.person, actor.id))
        .orderBy(desc(letters.day))
        .limit(40)
      const declined = await remindersDeclined(ledger)
      return mailKinds.map(kind => {
        const last = past.find(one => one.kind === kind)
        return {
          kind,
          on: kind === 'reminder' ? !declined.has(actor.id) : taken.some(one => one.kind === kind),
          sent: kind !== 'reminder' || !declined.has(everybody),
          mail: accounts.mails,
          last: last ? { day: last.day, state: last.state, said: last.said } : null,
        }
      })
    }),

  subscribe: write({ role: 'viewer', summary: 'Take a letter by mail, or no longer', agents: false })
    .input(z.object({ kind: z.enum(mailKinds), on: z.boolean() }))
    .output(z.object({ on: z.boolean() }))
    .handler(async ({ input: { kind, on }, context }) => {
      const { ledger, actor } = context
      if (actor.kind !== 'person') throw invalid('Letters go to people.', 'Sign in as one.')
      // The owner of a demo is nobody who signed in: there is no address to write to.
      const [known] = await ledger.select({ id: user.id }).from(user).where(eq(user.id, actor.id))
      if (!known)
        throw new Failure('unsupported', `${actor.name} has no address here, so no letter can be sent.`, {
          next: 'Letters go to members who sign in: ./quarterdeck start serves them.',
        })
      const since = await todayOf(context)
      if (kind === 'reminder') await setReminders(context, actor.id, on)
      else if (on)
        await ledger.insert(subscriptions).values({ person: actor.id, kind, since }).onConflictDoNothing()
      else
        await ledger
          .delete(subscriptions)
          .where(and(eq(subscriptions.person, actor.id), eq(subscriptions.kind, kind)))
      context.note({ subject: `${kind} letter of ${actor.name}`, after: { on } })
      return { on }
    }),

  setReminders: write({
    role: 'director',
    summary: 'Remind owners of what is due by mail, or nobody in the company',
    agents: false,
  })
    .input(z.object({ on: z.boolean() }))
    .output(z.object({ on: z.boolean() }))
    .handler(async ({ input: { on }, context }) => {
      if (context.actor.stores !== 'all')
        throw new Failure('forbidden', 'Whether owners are reminded is decided by who sees all stores.')
      const before = !(await remindersDeclined(context.ledger)).has(everybody)
      await setReminders(context, everybody, on)
      context.note({ subject: 'reminders to owners', before: { on: before }, after: { on }, stores: 'all' })
      return { on }
    }),
}
