import { eq, sql } from 'drizzle-orm'
import type { CanonicalRow } from '#connectors/connector.ts'
import type { TableName } from '#kernel/canonical.ts'
import {
  freeMail,
  type LinkByHand,
  type LinkRecord,
  type LinkRule,
  linkKey,
  linkRules,
  linksOf,
  plainName,
} from '#kernel/linking.ts'
import type { Ledger } from '#postgres/open.ts'
import { linking, linksByHand } from '#postgres/tables/linking.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import { type Carrying, carryRows } from './own-rows.ts'

/** By which rules records are one. `version` 0: nobody changed them yet. */
export interface LinkSettings {
  rules: LinkRule[]
  freeMail: string[]
  version: number
}

/** Names alone are often shared by strangers: that rule is off until somebody wants it. */
const usual: LinkSettings = { rules: ['email', 'domain'], freeMail: [...freeMail], version: 0 }
const company = 'company'
/** Who the links in the granary are from. */
const source = 'linking'
const tables: readonly TableName[] = ['customers', 'leads', 'accounts']

/** The rules as people set them. */
export async function linkSettings(ledger: Ledger): Promise<LinkSettings> {
  const [kept] = await ledger.select().from(linking).where(eq(linking.id, company))
  if (!kept) return usual
  return {
    rules: linkRules.filter(rule => kept.rules.includes(rule)),
    freeMail: kept.freeMail,
    version: kept.version,
  }
}

/** Has the links made anew at the next `relink`, with other rules where these are given. Gives the version saved. */
export async function changeLinking(
  ledger: Ledger,
  change: Partial<Omit<LinkSettings, 'version'>> = {},
): Promise<number> {
  const before = await linkSettings(ledger)
  const row = { rules: change.rules ?? before.rules, freeMail: change.freeMail ?? before.freeMail }
  const [saved] = await ledger
    .insert(linking)
    .values({ id: company, ...row })
    .onConflictDoUpdate({
      target: linking.id,
      set: { ...row, applied: null, version: sql`${linking.version} + 1`, updatedAt: sql`now()` },
    })
    .returning({ version: linking.version })
  return saved?.version ?? 1
}

/**
 * Makes the links of the granary anew where a table they rest on, or the rules, changed since; else does nothing.
 * The same records and rules give the same links, however often and in whatever order they came.
 */
export async function relink(
  { ledger, granary, folder }: Carrying & { ledger: Ledger },
  now: Date,
): Promise<boolean> {
  const settings = await linkSettings(ledger)
  const [kept] = await ledger.select().from(linking).where(eq(linking.id, company))
  const seen = kept?.applied?.granary ?? -1
  const changes = await granary.changes(seen)
  const last = changes.at(-1)?.version ?? seen
  // A granary put back from a copy may be behind what was seen of it: then nothing is known of it.
  const known = kept?.applied && (last > seen || (await granary.changes(seen - 1)).length > 0)
  if (known && !changes.some(one => tables.includes(one.table) && one.stores.length > 0)) return false
  const byHand: LinkByHand[] = await ledger.select().from(linksByHand)
  const rows = linksOf(await recordsOf(granary, settings, byHand), byHand).map(
    ({ by, ...link }): CanonicalRow => ({ ...link, joined_by: by }),
  )
  await carryRows(
    { granary, folder },
    {
      id: `links ${last} ${settings.version} ${now.getTime()}`,
      table: 'links',
      rows,
      source,
      whole: true,
    },
  )
  const applied = { granary: last, at: now.toISOString() }
  await ledger
    .insert(linking)
    .values({ id: company, rules: settings.rules, freeMail: settings.freeMail, applied })
    .onConflictDoUpdate({
      target: linking.id,
      set: { applied },
      // Rules that were changed meanwhile are still to be applied.
      setWhere: eq(linking.version, Math.max(1, settings.version)),
    })
  return true
}

/** The records that may be one with others: those whose mark another has too, and those people spoke of. */
async function recordsOf(
  granary: Warehouse,
  { rules, freeMail: free }: LinkSettings,
  byHand: readonly LinkByHand[],
): Promise<LinkRecord[]> {
  const records = new Map<string, LinkRecord>()
  const add = (record: LinkRecord) => {
    const key = linkKey(record)
    const before = records.get(key)
    records.set(key, before ? { ...before, marks: [...before.marks, ...record.marks] } : record)
  }
  for (const { a, b } of byHand) for (const ref of [a, b]) add({ ...ref, marks: [] })
  const { from } = granary.dialect
  if (rules.includes('email')) {
    const people = `SELECT store, 'customer' AS kind, customer_id AS id, email_hash AS mark FROM ${from('customers')} WHERE email_hash <> ''
      UNION ALL SELECT DISTINCT store, 'lead' AS kind, platform || ' ' || lead_id AS id, email_hash AS mark FROM ${from('leads')} WHERE email_hash <> ''`
    const shared = `SELECT x.mark FROM (${people}) x GROUP BY x.mark HAVING count(*) > 1`
    const found = granary.stream(`SELECT p.store AS store, p.kind AS kind, p.id AS id, p.mark AS mark
      FROM (${people}) p WHERE p.mark IN (${shared})`)
    for await (const batch of found)
      for (const row of batch)
        add({
          kind: row.kind === 'lead' ? 'lead' : 'customer',
          store: String(row.store),
          id: String(row.id),
          marks: [{ rule: 'email', value: String(row.mark) }],
        })
  }
  if (rules.includes('domain') || rules.includes('name'))
    for await (const batch of granary.stream(
      `SELECT store, account_id, name, coalesce(domain, '') AS domain FROM ${from('accounts')}`,
    ))
      for (const row of batch) {
        const domain = String(row.domain)
        const marks = [
          { rule: 'domain' as const, value: free.includes(domain) ? '' : domain },
          { rule: 'name' as const, value: plainName(String(row.name)) },
        ]
        add({
          kind: 'account',
          store: String(row.store),
          id: String(row.account_id),
          marks: marks.filter(one => rules.includes(one.rule)),
        })
      }
  return [...records.values()]
}
