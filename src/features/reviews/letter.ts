import { type Measure, show, showDay } from '#kernel/format.ts'
import { change } from '#kernel/trend.ts'
import { spanWords } from '#kernel/view.ts'
import type { Definition } from '#metrics/query.ts'
import { landingWords } from './model.ts'
import type { Flash, Monday, PackFigure } from './pack-shape.ts'

/** A letter before it is written out: the same facts as HTML and as plain text. */
export interface Letter {
  subject: string
  title: string
  /** Said first, and marked: the data are not whole. */
  warning: string | null
  parts: (
    | { kind: 'table'; title: string; columns: string[]; rows: string[][] }
    | { kind: 'list'; title: string; items: string[]; none: string }
  )[]
  link: string
  why: string
}

const measureOf = (definition: Definition | undefined, currency: string | null): Measure => ({
  unit: definition?.unit ?? 'quantity',
  good: definition?.good ?? 'none',
  currency,
})

const moved = (one: PackFigure['before'] | null, measure: Measure): string => {
  const said = change(one ?? undefined, measure)
  return said.text === 'N/A' ? '–' : said.arrow ? `${said.arrow} ${said.text}` : said.text
}

const table = (
  title: string,
  figures: readonly PackFigure[],
  of: { definitions: Record<string, Definition>; currency: string | null },
  before: string,
): Letter['parts'][number] => {
  const aimed = figures.some(one => one.target !== null)
  return {
    kind: 'table',
    title,
    columns: ['', 'Actual', `on ${before}`, 'on last year', ...(aimed ? ['on target'] : [])],
    rows: figures.map(one => {
      const measure = measureOf(of.definitions[one.metric], of.currency)
      return [
        of.definitions[one.metric]?.label ?? one.metric,
        show(one.value, measure, 'card'),
        moved(one.before, measure),
        moved(one.lastYear, measure),
        ...(aimed ? [moved(one.target, measure)] : []),
      ]
    }),
  }
}

const events = (title: string, those: Flash['events']): Letter['parts'][number] => ({
  kind: 'list',
  title,
  items: those.map(one => `${spanWords(one.from, one.to)}: ${one.name}`),
  none: 'Nothing is planned.',
})

const warningOf = ({ stale, coming }: Flash['trust']): string | null =>
  [stale, coming].filter(words => words !== null).join(' ') || null

/** The daily flash as a letter; `url` is the address people reach the server by. */
export const flashLetter = (flash: Flash, url: string): Letter => {
  const [first] = flash.figures
  const measure = measureOf(flash.definitions[first?.metric ?? ''], flash.currency)
  const lead = first
    ? `${flash.definitions[first.metric]?.label ?? first.metric} ${show(first.value, measure, 'card')}`
    : 'no figures'
  return {
    subject: `${flash.trust.stale ? 'Not whole: ' : ''}${showDay(flash.day, 'card')}, ${lead}`,
    title: `Flash of ${showDay(flash.day, 'full')}`,
    warning: warningOf(flash.trust),
    parts: [
      table('Figures', flash.figures, flash, 'the week before'),
      {
        kind: 'list',
        title: 'Exceptions',
        items: flash.exceptions.map(one => one.words),
        none: 'Everything kept to what the weekday does by itself.',
      },
      events('Today and the week to come', flash.events),
    ],
    link: `${url}/flash?day=${flash.day}`,
    why: 'You take the daily flash; it can be turned off on its screen.',
  }
}

/** What runs out, what is late and what there is too much of, in a line each. */
const stockList = (stock: NonNullable<Monday['stock']>): Letter['parts'][number] => ({
  kind: 'list',
  title: 'Stock',
  items: [
    ...stock.atRisk.map(one => `At risk: ${one.name}, ${Number(one.cover).toFixed(1)} weeks of cover`),
    ...stock.late.map(
      one =>
        `Late: order ${one.order} of ${one.vendor || 'a vendor'}, ${one.name}, due ${showDay(one.due, 'card')}`,
    ),
    ...(stock.over.count > 0
      ? [`Over ${stock.over.above} weeks of cover: ${stock.over.count} products`]
      : []),
    ...stock.missing,
  ],
  none: 'No A product is short of cover, and nothing ordered is late.',
})

/** What was sent in the week and what came of it. */
const campaignTable = ({ campaigns, definitions, currency }: Monday): Letter['parts'][number] => {
  const said = (metric: string, value: string | null) =>
    show(value, measureOf(definitions[metric], currency), 'card')
  return {
    kind: 'table',
    title: 'Campaigns sent',
    columns: ['', 'Sent', 'Click rate', 'Unsubscribed', 'Revenue per recipient'],
    rows: campaigns.map(one => [
      one.name,
      said('messages_sent', one.sent),
      said('click_rate', one.clicks),
      said('unsubscribe_rate', one.goodbyes),
      said('campaign_revenue_per_recipient', one.revenue),
    ]),
  }
}

/** The Monday pack as a letter. */
export const mondayLetter = (pack: Monday, url: string): Letter => ({
  subject: `${pack.trust.stale ? 'Not whole: ' : ''}Trading, ${pack.week.label}`,
  title: `Trading, ${spanWords(pack.week.from, pack.week.to)}`,
  warning: warningOf(pack.trust),
  parts: [
    table('Headline', pack.headline, pack, 'the week before'),
    {
      kind: 'list',
      title: 'Landing of net sales',
      items: pack.landings.map(one => landingWords(one, pack.currency)),
      none: 'There is nothing to learn a landing from yet.',
    },
    {
      kind: 'list',
      title: 'Top three levers',
      items: pack.levers.map(
        one =>
          `${one.words}: up to ${show(one.perWeek, { unit: 'money', currency: pack.currency }, 'card')} a week (${one.owner})`,
      ),
      none: 'No lever stands out.',
    },
    {
      kind: 'list',
      title: 'Why',
      items: pack.bridges.map(one => `Against ${one.against}: ${one.sentence}`),
      none: 'The change cannot be explained yet.',
    },
    ...(pack.stock ? [stockList(pack.stock)] : []),
    ...pack.tabs.map(tab => table(tab.name, tab.figures, pack, 'the week before')),
    ...(pack.campaigns.length > 0 ? [campaignTable(pack)] : []),
    {
      kind: 'list',
      title: 'Actions',
      items: pack.actions.map(
        one =>
          `${one.done ? 'Done' : 'Open'}: ${one.text} (${one.owner.name}, due ${showDay(one.due, 'card')})${one.outcome && `: ${one.outcome}`}`,
      ),
      none: 'No actions are open.',
    },
    events('This week and the three after', pack.events),
  ],
  link: `${url}/monday?week=${pack.week.to}`,
  why: 'You take the Monday pack; it can be turned off on its screen.',
})

/** The letter as plain text, columns set apart by blanks. */
export function letterText(letter: Letter): string {
  const parts = letter.parts.map(part => {
    if (part.kind === 'list')
      return [
        part.title,
        ...(part.items.length > 0 ? part.items.map(item => `- ${item}`) : [part.none]),
      ].join('\n')
    const all = [part.columns, ...part.rows]
    const widths = part.columns.map((_, n) => Math.max(...all.map(row => row[n]?.length ?? 0)))
    const line = (row: string[]) =>
      row
        .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
        .join('  ')
        .trimEnd()
    return [part.title, ...all.map(line)].join('\n')
  })
  return [
    letter.title,
    ...(letter.warning ? [`! ${letter.warning}`] : []),
    ...parts,
    letter.link,
    letter.why,
  ].join('\n\n')
}

const safe = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** The letter as HTML: one column, no pictures, nothing fetched, so that every reader shows it. */
export function letterHtml(letter: Letter): string {
  const cell = (tag: 'th' | 'td', text: string, first: boolean) =>
    `<${tag} align="${first ? 'left' : 'right'}" style="padding:5px 10px 5px 0;border-bottom:1px solid #e5e5e8;font-weight:${tag === 'th' ? 400 : first ? 400 : 500};color:${tag === 'th' ? '#666671' : '#1a1a1e'};white-space:nowrap">${safe(text)}</${tag}>`
  const row = (tag: 'th' | 'td', cells: string[]) =>
    `<tr>${cells.map((text, n) => cell(tag, text, n === 0)).join('')}</tr>`
  const parts = letter.parts.map(part => {
    const inside =
      part.kind === 'table'
        ? `<table cellspacing="0" style="border-collapse:collapse;font-size:13px;width:100%">${row('th', part.columns)}${part.rows.map(cells => row('td', cells)).join('')}</table>`
        : part.items.length > 0
          ? `<ul style="margin:0;padding-left:18px">${part.items.map(item => `<li style="padding:2px 0">${safe(item)}</li>`).join('')}</ul>`
          : `<p style="margin:0;color:#666671">${safe(part.none)}</p>`
    return `<h2 style="font-size:14px;font-weight:600;margin:22px 0 6px">${safe(part.title)}</h2>${inside}`
  })
  const warning = letter.warning
    ? `<p style="margin:12px 0;padding:8px 12px;background:#fdf4e4;color:#8a5300;border-radius:6px">${safe(letter.warning)}</p>`
    : ''
  return `<!doctype html><html lang="en"><body style="margin:0;background:#fafafa"><div style="max-width:640px;margin:0 auto;padding:24px;background:#fff;color:#1a1a1e;font:14px/20px Inter,system-ui,sans-serif"><h1 style="font-size:20px;font-weight:500;margin:0">${safe(letter.title)}</h1>${warning}${parts.join('')}<p style="margin:24px 0 6px"><a href="${safe(letter.link)}" style="color:#1d4fb8">Open it</a></p><p style="margin:0;font-size:12px;color:#666671">${safe(letter.why)}</p></div></body></html>`
}
