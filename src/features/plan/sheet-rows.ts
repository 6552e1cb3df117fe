import { eq } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { invalid } from '#kernel/error.ts'
import type { Input } from '#kernel/plan/calculate.ts'
import type { Line, Sheet } from '#kernel/plan/sheet.ts'
import { inPercent } from '#kernel/plan/typed.ts'
import * as tables from '#postgres/tables/plan.ts'

/** Under which rows' names are remembered: one list for all files, so that the next one knows what the last one taught. */
const remembered = 'rows'

/** A row of somebody's sheet: a line of its own (null), a line of the plan's template, or left out (''). */
export type RowMapping = Record<string, string | null>

const plain = (label: string) => label.trim().toLowerCase().replaceAll(/\s+/g, ' ')

export async function rememberedRows({ ledger }: Context): Promise<Record<string, string>> {
  const [found] = await ledger.select().from(tables.mappings).where(eq(tables.mappings.headings, remembered))
  return found?.mapping ?? {}
}

/** What each row was last time, or what its name says it is; null where neither is known. */
export function guessRows(
  labels: readonly string[],
  lines: readonly Line[],
  known: Readonly<Record<string, string>>,
): RowMapping {
  const fillable = lines.filter(line => line.formula === null)
  return Object.fromEntries(
    labels.map(label => {
      const before = known[plain(label)]
      const named = fillable.find(line => [line.label, line.name].some(name => plain(name) === plain(label)))
      return [label, before ?? named?.name ?? null]
    }),
  )
}

/** Keeps what people said rows are, in the transaction of the write. */
export async function rememberRows(context: Context, rows: RowMapping): Promise<void> {
  const said = Object.entries(rows).flatMap(([label, line]) =>
    line === null ? [] : [[plain(label), line] as const],
  )
  if (said.length === 0) return
  const mapping = { ...(await rememberedRows(context)), ...Object.fromEntries(said) }
  const at = context.clock().toISOString()
  await context.ledger
    .insert(tables.mappings)
    .values({ headings: remembered, mapping, at })
    .onConflictDoUpdate({ target: tables.mappings.headings, set: { mapping, at } })
}

/**
 * A pasted sheet over the plan's template: rows that are a line of it fill that line, rows left out are gone, the rest
 * stay lines of their own below.
 * @throws Failure('invalid') where two rows would fill the same line, or a line is worked out.
 */
export function mapped(
  pasted: { sheet: Sheet; inputs: Input[] },
  lines: readonly Line[],
  rows: RowMapping,
): { sheet: Sheet; inputs: Input[] } {
  const said = new Map(Object.entries(rows).map(([label, line]) => [plain(label), line]))
  const target = new Map(pasted.sheet.lines.map(line => [line.name, said.get(plain(line.label)) ?? null]))
  if ([...target.values()].every(one => one === null)) return pasted
  const filled = new Map<string, string>()
  for (const { name, label } of pasted.sheet.lines) {
    const to = target.get(name)
    if (!to) continue
    const line = lines.find(one => one.name === to)
    if (!line) throw invalid(`The template has no line "${to}" for the row ${label}.`)
    if (line.formula !== null)
      throw invalid(`${line.label} is worked out: the row ${label} cannot fill it.`, 'Leave the row out.')
    const before = filled.get(to)
    if (before)
      throw invalid(`The rows ${before} and ${label} are both ${line.label}.`, 'Choose one of them.')
    filled.set(to, label)
    // A row in percent says so in its cells; one of 3.5 for 3.5 % would be a hundred times too much.
    const bare = inPercent(line.unit) && pasted.sheet.lines.find(one => one.name === name)?.unit !== 'share'
    const first = bare && pasted.inputs.find(one => one.line === name && Number(one.value) > 1)
    if (first)
      throw invalid(
        `${label} is ${line.label}, a part of a whole: ${first.value} in ${first.period} would be ${Number(first.value) * 100} %.`,
        `Write its figures with a percent sign, or as 0.035 for 3.5 %, and copy again; nothing was taken.`,
      )
  }
  const taken = new Set(lines.map(line => line.name))
  const own = pasted.sheet.lines.filter(line => target.get(line.name) === null)
  const renamed = new Map(own.map(line => [line.name, taken.has(line.name) ? `${line.name}_own` : line.name]))
  return {
    sheet: {
      ...pasted.sheet,
      lines: [...lines, ...own.map(line => ({ ...line, name: renamed.get(line.name) ?? line.name }))],
    },
    inputs: pasted.inputs.flatMap(input => {
      const to = target.get(input.line)
      return to === '' ? [] : [{ ...input, line: to ?? renamed.get(input.line) ?? input.line }]
    }),
  }
}
