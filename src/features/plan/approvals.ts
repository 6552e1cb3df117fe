import { randomUUID } from 'node:crypto'
import { and, desc, eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { type Actor, mayAct } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { exact } from '#kernel/money.ts'
import { inConflict } from '#kernel/plan/edits.ts'
import * as tables from '#postgres/tables/plan.ts'
import { casesApproved } from './case-plan.ts'
import { otherState, person } from './cells.ts'
import { approvalPrint } from './fingerprint.ts'
import { amountsOf, rulesFor } from './rule-amounts.ts'
import { worked } from './versions.ts'

type Version = typeof tables.versions.$inferSelect
type Rule = typeof tables.rules.$inferSelect

/** What is still wanting for approval, in words; empty when it has all the consent its amounts need. */
export function wanting(
  rules: readonly Rule[],
  given: readonly { byId: string; role: Actor['role'] }[],
): string[] {
  const people = [...new Map(given.map(one => [one.byId, one])).values()]
  const least =
    rules.length > 0 ? rules : [{ department: '', fromAmount: '0', role: 'director' as const, people: 1 }]
  return least.flatMap(rule => {
    const have = people.filter(one => mayAct(one.role, rule.role)).length
    return have >= rule.people
      ? []
      : [
          `${rule.people - have} more ${rule.people - have === 1 ? 'approval' : 'approvals'} by a ${rule.role} or above${rule.department ? ` for ${rule.department}` : ''}${exact(rule.fromAmount).isZero() ? '' : `, from ${Number(rule.fromAmount).toLocaleString('en-GB')} on`}`,
        ]
  })
}

export const decide = (
  { ledger, actor, clock }: Context,
  subject: string,
  step: 'submitted' | 'approved' | 'refused' | 'locked' | 'reopened',
  comment: string,
  /** Fingerprint of what the step is of. */
  content: string | null = null,
) =>
  ledger.insert(tables.decisions).values({
    id: randomUUID(),
    subject,
    step,
    comment,
    content,
    byId: `${actor.id}|${actor.role}`,
    byName: actor.name,
    at: clock().toISOString(),
  })

/** Approvals given since the latest request. */
export async function approvalsSince({ ledger }: Context, subject: string) {
  const all = await ledger
    .select()
    .from(tables.decisions)
    .where(eq(tables.decisions.subject, subject))
    .orderBy(desc(tables.decisions.seq))
  const last = all.findIndex(one => one.step === 'submitted')
  return all
    .slice(0, last < 0 ? all.length : last)
    .filter(one => one.step === 'approved')
    .map(({ id, content, byName, byId: whole }) => {
      const [byId = '', role = 'viewer'] = whole.split('|')
      return { id, content, byName, byId, role: role as Actor['role'] }
    })
}

/** How a request stands as the version is now. */
export interface Standing {
  /** Fingerprint of the version as it is. */
  content: string
  rules: Rule[]
  /** Approvals that saw other content, by id: they do not count. */
  lapsed: Set<string>
  /** Whose approval lapsed. */
  names: string[]
  /** What is wanting for approval, in words; of an approved version only where it was changed since. */
  wanting: string[]
}

/** Approvals of a version held against what it is now: an approval is of what it saw. */
export async function standingOf(context: Context, version: Version): Promise<Standing> {
  const content = await approvalPrint(context, version)
  const rules = rulesFor(await rulesIn(context), await amountsOf(context, version))
  const given = await approvalsSince(context, `version:${version.id}`)
  const gone = given.filter(one => one.content !== null && one.content !== content)
  const lapsed = new Set(gone.map(one => one.id))
  const open = version.state === 'submitted' || (version.state === 'approved' && gone.length > 0)
  return {
    content,
    rules,
    lapsed,
    names: [...new Set(gone.map(one => one.byName))],
    wanting: open
      ? wanting(
          rules,
          given.filter(one => !lapsed.has(one.id)),
        )
      : [],
  }
}

/** What is said of an approved version whose approval lapsed; null of one whose approval stands. */
export const lapsedWords = (version: Version, { names, wanting: still }: Standing): string | null =>
  version.state === 'approved' && still.length > 0
    ? `It changed after ${names.join(' and ')} approved it: it has to be approved again (${still.join('; ')}).`
    : null

/**
 * Whether somebody may consent to a request.
 * @throws Failure('forbidden') for a key, for who asked or changed it since, and for a role the rules do not name.
 */
export function mayConsent(
  actor: Actor,
  { submittedBy, changedBy = [] }: { submittedBy: string | null; changedBy?: readonly string[] },
  rules: readonly Rule[],
): void {
  person(actor)
  if (changedBy.includes(actor.id))
    throw new Failure('forbidden', 'Nobody approves their own changes: you changed this since.', {
      next: 'Ask somebody else who may approve, or give it back to be asked for anew.',
    })
  if (submittedBy === actor.id)
    throw new Failure('forbidden', 'Nobody approves their own request: you submitted this.', {
      next: 'Ask somebody else who may approve.',
    })
  const roles = rules.length > 0 ? rules.map(rule => rule.role) : (['director'] as const)
  if (!roles.some(role => mayAct(actor.role, role)))
    throw new Failure('forbidden', `This needs a ${roles[0]} or above; you are ${actor.role}.`, {
      next: 'Ask one of them.',
    })
}

export async function rulesIn({ ledger }: Context): Promise<Rule[]> {
  return ledger.select().from(tables.rules).orderBy(tables.rules.department, tables.rules.fromAmount)
}

export async function submitVersion(context: Context, version: Version, comment: string): Promise<void> {
  person(context.actor)
  if (version.state !== 'draft') throw otherState(version, 'only a draft is asked approval for')
  const conflicts = (
    await context.ledger
      .select({ cells: tables.rows.cells })
      .from(tables.rows)
      .where(eq(tables.rows.version, version.id))
  ).filter(({ cells }) => Object.values(cells).some(inConflict)).length
  if (conflicts > 0)
    throw new Failure(
      'conflict',
      `${conflicts} ${conflicts === 1 ? 'row has' : 'rows have'} cells that two people filled in differently.`,
      {
        next: 'Choose one figure in each, then submit.',
      },
    )
  await casesApproved(context, version)
  const plan = await worked(context, version)
  const [problem] = plan.problems
  if (problem)
    throw invalid(`${version.name} has a line that cannot be worked out: ${problem.message}`, problem.next)
  await context.ledger
    .update(tables.versions)
    .set({
      state: 'submitted',
      submittedBy: context.actor.id,
      changedBy: [],
      updatedAt: context.clock().toISOString(),
    })
    .where(and(eq(tables.versions.id, version.id), eq(tables.versions.state, 'draft')))
  await decide(context, `version:${version.id}`, 'submitted', comment, await approvalPrint(context, version))
}
