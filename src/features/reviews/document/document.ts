import { approvedNames } from '#features/approved-plans.ts'
import { zoneOf } from '#features/company-days.ts'
import type { Context } from '#features/context.ts'
import { stores as shops } from '#postgres/tables/settings.ts'
import { askAs } from '../decks.ts'
import type { Flash, Monday } from '../pack-shape.ts'
import { flashPaper } from './flash-paper.ts'
import { mondayPaper } from './monday-paper.ts'
import type { Paper } from './paper.ts'
import { press } from './press.ts'
import type { Shown } from './review-paper.ts'
import { reviewPaper } from './review-paper.ts'
import { type Ground, storesWords, trustWords } from './words.ts'

/** What a document is made of: what its screen shows the same reader. */
export type Told =
  | { which: 'flash'; told: Flash }
  | { which: 'monday'; told: Monday }
  | { which: 'review'; told: Shown }

/** What was read as a PDF; its figures are those handed over, nothing is asked again. */
export async function documentOf(context: Context, of: Told): Promise<File> {
  const ground = await groundOf(context, of.which === 'review' ? of.told.content.deck.stores : [])
  switch (of.which) {
    case 'flash':
      return fileOf(flashPaper(of.told, ground))
    case 'monday':
      return fileOf(mondayPaper(of.told, ground))
    case 'review':
      return fileOf(reviewPaper(of.told, ground))
  }
}

/** A document of a company that has sold nothing yet says so, and what to do; null where there is something to tell. */
export async function emptyDocument(context: Context, kind: string): Promise<File | null> {
  const { meta } = await askAs(context, { metrics: ['net_sales'], window: 'all_time' })
  if (meta.lastDay !== null) return null
  const ground = await groundOf(context, [])
  return fileOf({
    name: kind.toLowerCase().replaceAll(' ', '-'),
    kind,
    headline: 'There is nothing to review yet',
    facts: [storesWords(ground)],
    warnings: [],
    trust: trustWords({ lastDay: null, asOf: meta.asOf }, ground),
    landscape: true,
    made: ground.made,
    sections: [
      {
        title: null,
        rows: [
          {
            columns: [
              [
                {
                  title: 'No sales are known',
                  blocks: [
                    {
                      kind: 'text',
                      text: 'Connect a shop or import a file of orders: figures, what is out of the ordinary and what is agreed will stand here.',
                    },
                  ],
                },
              ],
            ],
          },
        ],
      },
    ],
  })
}

/** What stands on every document. `stores`: those it is of, none for all that the reader may see. */
async function groundOf(context: Context, stores: readonly string[]): Promise<Ground> {
  const { actor, ledger } = context
  const all = await ledger.select().from(shops).orderBy(shops.name)
  const wanted = stores.length > 0 ? stores : actor.stores
  const seen = all.filter(({ store }) => wanted === 'all' || wanted.includes(store))
  return {
    stores: seen.map(({ name }) => name),
    everyStore: seen.length === all.length,
    plans: await approvedNames(ledger),
    made: context.clock(),
    zone: await zoneOf(context),
  }
}

async function fileOf(paper: Paper): Promise<File> {
  return new File([await press(paper)], `${paper.name}.pdf`, { type: 'application/pdf' })
}
