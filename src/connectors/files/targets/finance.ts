import { quote } from '../reading.ts'
import type { Given, Place, Target } from '../target.ts'
import { absent, dayOf, empty, money, totals } from './catalogue.ts'
import { code, number, text, time, words } from './column.ts'

const same = (place: Place) => ({ store: quote(place.store), source: quote(place.source) })
const grains = ['day', 'week', 'month', 'quarter', 'year']

export const budgetLines: Target = {
  name: 'budget_lines',
  label: 'Budget',
  about: 'Planned figures by period and line: a metric such as net_sales, or a budget account.',
  table: 'budget_lines',
  columns: {
    version: text('Plan or version; budget when absent', 'version plan scenario budgetversion'),
    day: time('Period, by its first day', words.day),
    grain: text(`One of ${grains.join(', ')}; month when absent`, 'grain periodtype frequency'),
    line: text('Metric or account', 'line metric account kpi measure category budgetline konto poste cuenta'),
    slice: text('Which part of the business; the whole when absent', 'slice segment country channel region'),
    department: text('Department, of a budget account', words.department),
    cost_centre: text('Cost centre, of a budget account', words.costCentre),
    vendor: text('Vendor, of a budget account', words.vendor),
    amount: number('Amount', 'amount budget value plan target betrag montant importe importo bedrag planned'),
    currency: text('Currency', words.currency),
  },
  missing: has =>
    has('day') && has('line') && has('amount')
      ? null
      : 'period, line and amount: map `day`, `line` and `amount`',
  repeats: () => 'sum',
  derive(given, place) {
    const grain = given.has('grain')
      ? `coalesce(nullif(lower(${given.get('grain')}), ''), 'month')`
      : "'month'"
    const isGrain = `${grain} IN (${grains.map(quote).join(', ')})`
    return {
      faults: [
        [`${given.get('day')} IS NULL`, 'there is no period'],
        [`${given.get('amount')} IS NULL`, 'there is no amount'],
        absent(given, 'line', 'line'),
        totals(given, 'line'),
        [`NOT ${isGrain}`, `the grain is none of ${grains.join(', ')}`],
      ],
      columns: {
        ...same(place),
        version: given.has('version')
          ? `coalesce(nullif(${given.get('version')}, ''), 'budget')`
          : "'budget'",
        day: `CAST(date_trunc(CASE WHEN ${isGrain} THEN ${grain} ELSE 'day' END, ${given.get('day')}) AS DATE)`,
        grain,
        line: given.get('line'),
        slice: partOf(given),
        amount: given.get('amount'),
        currency: money(given, place),
      },
    }
  },
}

/** A part of a budget account as slices are spelt, JSON; the file's own words where it has none of its columns. */
const partOf = (given: Given): string => {
  const names = ['department', 'cost_centre', 'vendor'].filter(name => given.has(name))
  if (names.length === 0) return given.get('slice', empty)
  const pairs = names.map(
    name => `CASE WHEN ${given.get(name)} <> '' THEN '"${name}":' || to_json(${given.get(name)}) END`,
  )
  const parts = `concat_ws(',', ${pairs.join(', ')})`
  return `CASE WHEN ${parts} = '' THEN '' ELSE '{' || ${parts} || '}' END`
}

export const ledgerEntries: Target = {
  name: 'ledger_entries',
  label: 'General ledger',
  about: 'Postings as accounting exports them: budget lines of the same account take them as what was spent.',
  table: 'ledger_entries',
  columns: {
    day: time(
      'Day of posting',
      `postingdate dateposted glpostingdate buchungsdatum datecomptable ${words.day}`,
    ),
    account: code('Account', words.account),
    department: text('Department', words.department),
    cost_centre: text('Cost centre', words.costCentre),
    vendor: text('Vendor', words.vendor),
    amount: number(
      'Amount, a cost above zero',
      'amount netamount amountlcy betrag montant importe importo bedrag localamount value',
    ),
    debit: number(
      'Debit, where it stands apart from credit',
      'debit debits debitamount soll sollbetrag debe dare',
    ),
    credit: number('Credit', 'credit credits creditamount haben habenbetrag haber avere'),
    number: code(
      'Number of the posting',
      'entryno entrynumber documentno documentnumber docno journalno journalnumber voucher voucherno transactionid reference belegnr belegnummer buchungsnummer piece',
    ),
    words: text(
      'What it says it is',
      'description memo text narration details buchungstext libelle concepto',
    ),
    currency: text('Currency', words.currency),
  },
  missing: has =>
    has('day') && has('account') && (has('amount') || has('debit') || has('credit'))
      ? null
      : 'day, account and amount: map `day`, `account`, and `amount` or `debit` and `credit`',
  repeats: () => 'number',
  numbered: 'entry_id',
  derive(given, place) {
    const side = (name: string) => `coalesce(${given.get(name, '0')}, 0)`
    const amount = given.has('amount') ? given.get('amount') : `(${side('debit')} - ${side('credit')})`
    const lacking = given.has('amount')
      ? `${amount} IS NULL`
      : `${given.get('debit', 'NULL')} IS NULL AND ${given.get('credit', 'NULL')} IS NULL`
    // Without a number a posting is known by what it says and is for, so that the same export twice adds nothing.
    const unnumbered = `concat_ws(' ', ${given.get('words', empty)}, CAST(${amount} AS VARCHAR))`
    return {
      faults: [
        [`${given.get('day')} IS NULL`, 'there is no day'],
        absent(given, 'account', 'account'),
        [lacking, 'there is no amount'],
      ],
      columns: {
        ...same(place),
        entry_id: given.has('number')
          ? `coalesce(nullif(${given.get('number')}, ''), ${unnumbered})`
          : unnumbered,
        day: dayOf(given, 'day'),
        account: given.get('account'),
        department: given.get('department', empty),
        cost_centre: given.get('cost_centre', empty),
        vendor: given.get('vendor', empty),
        words: given.get('words', empty),
        amount,
        currency: money(given, place),
      },
    }
  },
}
