import { Button, Select, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { api, words } from '#features/client.ts'
import { MayChange } from '#features/May.tsx'
import { show } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { Form, FormActions, FormRow, TextRow } from '#ui/Form.tsx'
import { Grid } from '#ui/Page.tsx'
import { EmptyState } from '#ui/State.tsx'
import { CostAccounts } from './CostAccounts.tsx'
import css from './costs.module.css'
import { Editor, Listed, useSaved } from './Editor.tsx'
import { type CostRate, ratedCostNames, type Settings, type Waterfall, waterfallCosts } from './model.ts'

type Rate = z.output<typeof CostRate>
type Tiers = z.output<typeof Waterfall>['tiers']
type Cost = keyof typeof waterfallCosts
type Read = z.output<typeof Settings>

const every = Object.keys(waterfallCosts) as Cost[]
const rated = ratedCostNames

/** What contribution is made of: which cost comes off in which tier, and what orders cost where no system tells. */
export function Costs({ settings }: { settings: Read }) {
  return (
    <Grid columns={1}>
      <Layering waterfall={settings.waterfall} />
      <Rates rates={settings.costRates} stores={settings.stores} />
      <CostAccounts kept={settings.costAccounts} />
    </Grid>
  )
}

function Layering({ waterfall }: { waterfall: Read['waterfall'] }) {
  const [tiers, setTiers] = useState<Tiers>(waterfall.tiers)
  const saved = useSaved(() => undefined)
  const save = useMutation(api.settings.saveWaterfall.mutationOptions({ onSuccess: saved }))
  const place = (cost: Cost) => tiers.findIndex(tier => tier.less.includes(cost))
  const put = (cost: Cost, at: number) =>
    setTiers(now =>
      now.map((tier, n) => ({
        ...tier,
        less: every.filter(one => (one === cost ? n === at : tier.less.includes(one))),
      })),
    )
  const changed = JSON.stringify(tiers) !== JSON.stringify(waterfall.tiers)
  const bare = tiers.find(tier => tier.less.length === 0)
  return (
    <Card
      title="Cost waterfall"
      note="tiers of contribution are no standard: these are printed beside every figure, and new plans begin with them"
    >
      <MayChange atLeast="director">
        <Form onSubmit={() => save.mutate({ tiers, version: waterfall.version })}>
          <div className={css.layering}>
            <div>
              <h3>Tiers</h3>
              {tiers.map((tier, n) => (
                <FormRow key={tier.name} label={`Tier ${n + 1}`} for={`tier-${n}`}>
                  <TextInput
                    id={`tier-${n}`}
                    value={tier.label}
                    onChange={event => {
                      const label = event.currentTarget.value
                      setTiers(now => now.map((one, at) => (at === n ? { ...one, label } : one)))
                    }}
                  />
                </FormRow>
              ))}
            </div>
            <div>
              <h3>Where each cost comes off</h3>
              {every.map(cost => (
                <FormRow key={cost} label={waterfallCosts[cost]} for={`cost-${cost}`}>
                  <Select
                    id={`cost-${cost}`}
                    allowDeselect={false}
                    data={[
                      ...tiers.map((tier, n) => ({ value: String(n), label: tier.label })),
                      { value: '-1', label: 'In no tier' },
                    ]}
                    value={String(place(cost))}
                    onChange={value => put(cost, Number(value))}
                  />
                </FormRow>
              ))}
            </div>
          </div>
          {save.error && <p role="alert">{words(save.error).message}</p>}
          {bare && <p className={css.quiet}>{bare.label} takes nothing off yet.</p>}
          <FormActions>
            <Button type="submit" disabled={!changed || bare !== undefined} loading={save.isPending}>
              Save the waterfall
            </Button>
            {changed && (
              <Button variant="default" onClick={() => setTiers(waterfall.tiers)}>
                Put it back
              </Button>
            )}
          </FormActions>
        </Form>
      </MayChange>
    </Card>
  )
}

const blank = (stores: Read['stores']): Rate => ({
  cost: 'fulfilment',
  store: null,
  currency: stores[0]?.currency ?? null,
  from: '2000-01-01',
  perOrder: '0',
  perUnit: '0',
  ofSales: '0',
  perReturn: '0',
  ofReturns: '0',
  note: '',
})

/** A part as people say it: 0.029 is 2.9 %. */
const percent = (part: string) => String(Number((Number(part) * 100).toFixed(4)))
const partOf = (text: string) => {
  const value = Number(text.replace(',', '.').replace('%', '').trim())
  return Number.isFinite(value) ? String(Number((value / 100).toFixed(4))) : text
}

function Rates({ rates, stores }: { rates: Read['costRates']; stores: Read['stores'] }) {
  const [form, setForm] = useState<Rate | null>(null)
  const saved = useSaved(() => setForm(null))
  const save = useMutation(api.settings.saveCostRate.mutationOptions({ onSuccess: saved }))
  const remove = useMutation(api.settings.removeCostRate.mutationOptions({ onSuccess: saved }))
  const set = (change: Partial<Rate>) => setForm(now => now && { ...now, ...change })
  const named = (store: string | null) =>
    stores.find(one => one.store === store)?.name ?? store ?? 'Every store'
  const id = form?.id
  const money = (key: 'perOrder' | 'perUnit' | 'perReturn', label: string, help?: string) =>
    form && (
      <TextRow
        decimal
        label={`${label}${form.currency ? `, ${form.currency}` : ''}`}
        value={form[key]}
        onChange={value => set({ [key]: value.replace(',', '.') })}
        help={help}
      />
    )
  return (
    <>
      <Listed
        title="What orders cost"
        note="rates stand in where no system tells the cost of each order; the last before a day holds"
        atLeast="director"
        add="Add a rate"
        onAdd={() => setForm(blank(stores))}
        caption="Cost rates"
        rows={rates}
        rowKey={row => row.id}
        onRow={row => setForm(inPercent(row))}
        empty={
          <EmptyState compact title="No rates yet">
            With what it costs to ship an order, take the money and take goods back, contribution reaches its
            second and third tier for every order, product, channel and market. Until then these tiers are
            N/A.
          </EmptyState>
        }
        columns={[
          { key: 'cost', label: 'Cost', render: row => rated[row.cost] },
          { key: 'store', label: 'Store', render: row => named(row.store) },
          {
            key: 'from',
            label: 'From',
            render: row => (row.from <= '2000-01-01' ? 'the beginning' : row.from),
          },
          // Dollars of two countries look alike.
          { key: 'currency', label: 'Currency', render: row => row.currency ?? 'any' },
          { key: 'rate', label: 'Rate', render: row => rateWords(row) },
          { key: 'note', label: 'From where', render: row => row.note },
        ]}
      />
      <Editor
        atLeast="director"
        opened={form !== null}
        title={id ? `${form ? rated[form.cost] : ''} rate` : 'A cost rate'}
        onClose={() => setForm(null)}
        save={save}
        onSave={() => form && save.mutate(inParts(form))}
        remove={remove}
        onRemove={id ? () => remove.mutate({ id }) : undefined}
      >
        {form && (
          <>
            <FormRow label="Cost" for="rate-cost">
              <Select
                id="rate-cost"
                allowDeselect={false}
                data={Object.entries(rated).map(([value, label]) => ({ value, label }))}
                value={form.cost}
                onChange={value => set({ cost: (value ?? 'fulfilment') as Rate['cost'] })}
              />
            </FormRow>
            <FormRow
              label="Store"
              for="rate-store"
              help="A store’s own rate goes before that of every store."
            >
              <Select
                id="rate-store"
                allowDeselect={false}
                data={[
                  { value: '', label: 'Every store' },
                  ...stores.map(one => ({ value: one.store, label: one.name })),
                ]}
                value={form.store ?? ''}
                onChange={value => {
                  const store = stores.find(one => one.store === value)
                  set({ store: value || null, ...(store && { currency: store.currency }) })
                }}
              />
            </FormRow>
            <TextRow
              label="Currency"
              value={form.currency ?? ''}
              onChange={value => set({ currency: value.toUpperCase() || null })}
              help="Of the amounts; a rate for every store holds in the stores of this currency."
            />
            <TextRow label="From" type="date" value={form.from} onChange={from => set({ from })} />
            {money('perOrder', 'An order')}
            {form.cost !== 'return_handling' && money('perUnit', 'A unit')}
            {form.cost === 'return_handling' && money('perReturn', 'A returned unit')}
            {form.cost !== 'return_handling' && (
              <TextRow
                decimal
                label="Of sales, %"
                help="Of gross sales less discounts."
                value={form.ofSales}
                onChange={value => set({ ofSales: value })}
              />
            )}
            {form.cost === 'return_handling' && (
              <TextRow
                decimal
                label="Of returns, %"
                help="Of the value of what came back."
                value={form.ofReturns}
                onChange={value => set({ ofReturns: value })}
              />
            )}
            <TextRow
              label="From where"
              value={form.note}
              onChange={note => set({ note })}
              help="The contract, invoice or estimate it rests on."
            />
          </>
        )}
      </Editor>
    </>
  )
}

/** While it is written, a part is what one types: percent. */
const inPercent = (rate: Rate): Rate => ({
  ...rate,
  ofSales: percent(rate.ofSales),
  ofReturns: percent(rate.ofReturns),
})
const inParts = (rate: Rate): Rate => ({
  ...rate,
  ofSales: partOf(rate.ofSales),
  ofReturns: partOf(rate.ofReturns),
})

/** "£3.95 an order + £0.35 a unit": a rate as it is said. */
function rateWords(rate: Rate): string {
  const amount = (value: string, of: string) =>
    Number(value) === 0 ? [] : [`${show(value, { unit: 'money', currency: rate.currency }, 'tooltip')} ${of}`]
  const part = (value: string, of: string) => (Number(value) === 0 ? [] : [`${percent(value)} % of ${of}`])
  const said = [
    ...amount(rate.perOrder, 'an order'),
    ...amount(rate.perUnit, 'a unit'),
    ...part(rate.ofSales, 'sales'),
    ...amount(rate.perReturn, 'a returned unit'),
    ...part(rate.ofReturns, 'returns'),
  ]
  return said.join(' + ') || 'nothing'
}
