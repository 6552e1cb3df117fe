import { desc, eq } from 'drizzle-orm'
import type { Finder } from '#features/finder.ts'
import * as tables from '#postgres/tables/plan.ts'
import { initiativesOf } from './initiatives.ts'
import { CaseShape } from './model.ts'

const kinds: Record<(typeof tables.versions.$inferSelect)['kind'], string> = {
  budget: 'Budget',
  le: 'Reforecast',
  scenario: 'Scenario',
  long_range: 'Long range',
}

/** What the plan room finds: versions, initiatives, business cases, budget lines and those the money goes to. */
export const planFinders: readonly Finder[] = [
  {
    kind: 'Plan versions',
    whole: true,
    async find({ ledger }) {
      const { id, name, kind, state } = tables.versions
      const all = await ledger.select({ id, name, kind, state }).from(tables.versions)
      return all.map(one => ({
        id: one.id,
        label: one.name,
        about: `${kinds[one.kind]}, ${one.state}`,
        path: '/plan',
        search: { version: one.id },
      }))
    },
  },
  {
    kind: 'Initiatives',
    whole: true,
    find: async context =>
      [...(await initiativesOf(context)).values()]
        .filter(one => !one.gone)
        .map(({ id, name }) => ({
          id,
          label: name,
          about: '',
          path: '/strategy',
          search: { initiative: id },
        })),
  },
  {
    kind: 'Business cases',
    whole: true,
    async find({ ledger }) {
      const all = await ledger.select().from(tables.cases)
      return all.map(({ id, state, content }) => ({
        id,
        label: CaseShape.parse(content).title,
        about: state === 'submitted' ? 'waits for approval' : state,
        path: '/strategy',
        search: { tab: 'cases', case: id },
      }))
    },
  },
  {
    kind: 'Budget lines',
    whole: true,
    async find({ ledger }) {
      const { id, label, vendor, owner, department, version } = tables.items
      const all = await ledger
        .select({ id, label, vendor, owner, department, version, of: tables.versions.name })
        .from(tables.items)
        .innerJoin(tables.versions, eq(tables.versions.id, version))
        .orderBy(desc(tables.versions.updatedAt))
      return all.map(one => ({
        id: one.id,
        label: one.label,
        about: [one.of, one.vendor, one.department, one.owner].filter(Boolean).join(' · '),
        path: '/budget',
        search: { version: one.version, line: one.id },
      }))
    },
  },
]
