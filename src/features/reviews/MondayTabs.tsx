import type { ReactNode } from 'react'
import { placeOf, showSigned } from '#kernel/format.ts'
import { BarList } from '#ui/BarList.tsx'
import { Card } from '#ui/Card.tsx'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState } from '#ui/State.tsx'
import { FigureTable } from './FigureTable.tsx'
import { Heat, StockCards } from './MondayParts.tsx'
import type { Monday } from './pack-shape.ts'
import css from './reviews.module.css'

const lists = {
  categories: { title: 'Categories', dimension: 'category' },
  best: { title: 'Best 20 products', dimension: 'product' },
  worst: { title: 'Lost most on the week before', dimension: 'product' },
} as const

/** What the tables of a pack have in common. */
const tableOf = ({ definitions, currency, week }: Monday) => ({
  definitions,
  currency,
  days: { from: week.from, to: week.to },
})

/** A tab's evidence, or where it would come from; and what it cannot tell. */
function Tab(props: { pack: Monday; name: string; empty: string; children: ReactNode[] }) {
  const untold = props.pack.missing.filter(one => one.tab === props.name)
  const shown = props.children.flat().some(Boolean)
  return (
    <>
      {!shown && (
        <Card>
          <EmptyState compact title="Nothing is known of the week here">
            {props.empty}
          </EmptyState>
        </Card>
      )}
      <div className={css.blocks}>
        {props.children}
        {untold.length > 0 && (
          <div data-whole="screen">
            <Card title="What this page cannot tell">
              <ul className={css.untold}>
                {untold.map(({ words }) => (
                  <li key={words}>{words}</li>
                ))}
              </ul>
            </Card>
          </div>
        )}
      </div>
    </>
  )
}

/** The figures of one part of the shop, beside the week before, last year and the target. */
function Figures({ pack, of }: { pack: Monday; of: string }) {
  const tab = pack.tabs.find(one => one.id === of)
  const aimed = pack.target !== null
  return (
    tab && (
      <div data-whole>
        <Card title="Figures of the week" flush>
          <FigureTable
            caption={`${tab.name}: figures of the week`}
            value="Week"
            columns={['on week before', 'on last year', ...(aimed ? ['on target'] : [])]}
            {...tableOf(pack)}
            rows={tab.figures.map(one => ({
              metric: one.metric,
              value: one.value,
              moved: [one.before, one.lastYear, ...(aimed ? [one.target] : [])],
            }))}
          />
        </Card>
      </div>
    )
  )
}

const moneyOf = ({ currency }: Monday) => ({ unit: 'money' as const, currency })
const amounts = ({ drivers }: Monday['bridges'][number]) => drivers.map(({ amount }) => amount)

/** Why net sales moved, against each base. */
export const WhyTab = ({ pack }: { pack: Monday }) =>
  pack.bridges.length === 0 ? (
    <Card>
      <EmptyState compact title="Nothing to compare with yet">
        Once a week before, last year or a target is known, what moved net sales stands here.
      </EmptyState>
    </Card>
  ) : (
    <div className={css.blocks}>
      {pack.bridges.map(one => (
        <Card key={one.against} title={`Against ${one.against}`}>
          <p className={css.why}>
            <Sentence of={one.sentence} links={one.parts} />
          </p>
          <BarList
            label={`What moved net sales against ${one.against}`}
            bars={one.drivers.map(({ name, amount, href }) => ({
              key: name,
              name,
              size: Number(amount),
              value: showSigned(amount, moneyOf(pack), placeOf(amounts(one), moneyOf(pack))),
              href,
            }))}
          />
        </Card>
      ))}
    </div>
  )

/** Channel, market and device: crossed, then each by itself. */
export const WhereTab = ({ pack }: { pack: Monday }) => (
  <Tab pack={pack} name="where" empty="Orders with a channel or a country would fill it.">
    {pack.heats.map(heat => (
      <div key={heat.label} data-whole={heat.columns.length > 3 ? 'screen' : undefined}>
        <Heat heat={heat} week={pack.week} definitions={pack.definitions} currency={pack.currency} />
      </div>
    ))}
    {pack.grids.map(grid => (
      <Card key={grid.dimension} title={grid.label} flush>
        <FigureTable
          caption={grid.label}
          value="Week"
          columns={['on week before', 'on last year']}
          {...tableOf(pack)}
          rows={grid.rows.map(row => ({
            metric: grid.metric,
            name: row.name,
            slice: [{ dimension: grid.dimension, is: [row.of] }],
            value: row.value,
            moved: [row.before, row.lastYear],
          }))}
        />
      </Card>
    ))}
  </Tab>
)

/** Categories, the best twenty products and those that lost most. */
export const ProductsTab = ({ pack }: { pack: Monday }) => (
  <Tab pack={pack} name="products" empty="Orders with their products would fill it.">
    {pack.products
      .filter(one => one.rows.length > 0)
      .map(({ list, rows }) => (
        <div key={list} data-whole={list === 'categories' || 'screen'}>
          <Card title={lists[list].title} flush>
            <FigureTable
              caption={lists[list].title}
              value="Net sales"
              columns={[
                'on week before',
                'on last year',
                'Units',
                'Margin',
                ...(pack.contribution ? [pack.contribution.label] : []),
                'Weeks of cover',
                'Price',
              ]}
              {...tableOf(pack)}
              rows={rows.map(row => ({
                metric: 'net_sales',
                name: row.name,
                slice: [{ dimension: lists[list].dimension, is: [row.of] }],
                value: row.value,
                moved: [row.before, row.lastYear],
                more: [
                  { metric: 'units_sold', value: row.units },
                  { metric: 'gross_margin', value: row.margin },
                  ...(pack.contribution
                    ? [{ metric: pack.contribution.metric, value: row.contribution }]
                    : []),
                  { metric: 'weeks_of_cover', value: row.cover },
                  { metric: 'asp', value: row.price },
                ],
              }))}
            />
          </Card>
        </div>
      ))}
  </Tab>
)

/** What runs out, what there is too much of, what is late, and the week in a line. */
export const StockTab = ({ pack }: { pack: Monday }) => (
  <Tab pack={pack} name="stock" empty="A connected shop or a stock file would fill it.">
    {[
      pack.stock && <StockCards key="cards" stock={pack.stock} currency={pack.currency} />,
      pack.tabs.some(one => one.id === 'stock') && <Figures key="figures" pack={pack} of="stock" />,
    ]}
  </Tab>
)

/** What was spent, what it cost to win a customer, and what was sent. */
export const MarketingTab = ({ pack }: { pack: Monday }) => (
  <Tab pack={pack} name="marketing" empty="An ad platform or an e-mail system would fill it.">
    {[
      pack.tabs.some(one => one.id === 'marketing') && <Figures key="figures" pack={pack} of="marketing" />,
      pack.campaigns.length > 0 && (
        <div key="campaigns" data-whole>
          <Card title="Campaigns sent" flush>
            <FigureTable
              caption="Campaigns sent in the week"
              value="Sent"
              columns={['Click rate', 'Unsubscribed', 'Revenue per recipient']}
              {...tableOf(pack)}
              rows={pack.campaigns.map(one => ({
                metric: 'messages_sent',
                name: one.name,
                slice: [{ dimension: 'message', is: [one.name] }],
                value: one.sent,
                moved: [],
                more: [
                  { metric: 'click_rate', value: one.clicks },
                  { metric: 'unsubscribe_rate', value: one.goodbyes },
                  { metric: 'campaign_revenue_per_recipient', value: one.revenue },
                ],
              }))}
            />
          </Card>
        </div>
      ),
    ]}
  </Tab>
)

/** The site, returns and delivery. */
export const ServiceTab = ({ pack }: { pack: Monday }) => (
  <Tab pack={pack} name="service" empty="Analytics, orders or a carrier would fill it.">
    {[pack.tabs.some(one => one.id === 'service') && <Figures key="figures" pack={pack} of="service" />]}
  </Tab>
)
