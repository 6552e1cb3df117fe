import { Button, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import {
  outlineOf,
  type Strategy as StrategyContent,
  strategyOf,
  strategyText,
} from '#kernel/plan/strategy.ts'
import { Card } from '#ui/Card.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { FormActions, FormRow } from '#ui/Form.tsx'
import { show } from '#ui/number.ts'
import { Page, Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { Cases } from './Cases.tsx'
import css from './plan.module.css'

const question = 'Where are we going, and by what?'

/** The strategy as a map of pillars and as one page of text; each saving keeps the one before. */
export function Strategy() {
  const cache = useQueryClient()
  const [form, setForm] = useState<{ ambition: string; horizon: string; text: string; why: string } | null>(
    null,
  )
  const read = useQuery(api.plan.strategy.queryOptions({ input: {} }))
  const save = useMutation(
    api.plan.saveStrategy.mutationOptions({
      onSuccess: async () => {
        setForm(null)
        await cache.invalidateQueries({ queryKey: api.plan.strategy.key() })
      },
    }),
  )
  if (read.error)
    return (
      <Page question={question} title="The strategy cannot be shown">
        <ErrorState
          title="The strategy could not be read"
          {...words(read.error)}
          onRetry={() => read.refetch()}
        />
      </Page>
    )
  if (!read.data)
    return (
      <Page question={question} title="Reading the strategy…">
        <Skeleton height={320} />
      </Page>
    )
  const { content, history, revision } = read.data
  const open = () =>
    setForm({ ambition: content.ambition, horizon: content.horizon, text: outlineOf(content), why: '' })
  const last = history[0]
  return (
    <Page
      question={question}
      title={content.ambition || 'No strategy yet'}
      note={
        last &&
        `${content.horizon ? `${content.horizon} · ` : ''}revision ${revision} by ${last.byName}: ${last.why}`
      }
      actions={
        <Row>
          <Button onClick={open}>{revision === 0 ? 'Write it' : 'Change it'}</Button>
        </Row>
      }
    >
      <UrlTabs
        tabs={[
          {
            name: 'map',
            label: 'Map',
            show: () => (
              <StrategyMap strategy={content} revision={revision} history={history} onWrite={open} />
            ),
          },
          { name: 'cases', label: 'Business cases', show: () => <Cases strategy={content} /> },
        ]}
      />
      <Drawer opened={form !== null} onClose={() => setForm(null)} title="The strategy" size={640}>
        {form && (
          <>
            <FormRow label="Ambition" for="strategy-ambition">
              <Textarea
                id="strategy-ambition"
                autosize
                value={form.ambition}
                onChange={event => setForm({ ...form, ambition: event.currentTarget.value })}
              />
            </FormRow>
            <FormRow label="Horizon" for="strategy-horizon">
              <TextInput
                id="strategy-horizon"
                value={form.horizon}
                onChange={event => setForm({ ...form, horizon: event.currentTarget.value })}
              />
            </FormRow>
            <FormRow
              label="Outline"
              for="strategy-text"
              help="A pillar on a line of its own; two spaces in, an objective; four, an initiative. After |: owner | metric target by-date."
            >
              <Textarea
                id="strategy-text"
                autosize
                minRows={10}
                maxRows={24}
                value={form.text}
                onChange={event => setForm({ ...form, text: event.currentTarget.value })}
                placeholder={
                  'Range\n  Sell more kitchen lines | Ada | net_sales 500000 2027-12-31\n    Photograph the range | Bo'
                }
              />
            </FormRow>
            <FormRow label="Why it changes" for="strategy-why">
              <TextInput
                id="strategy-why"
                value={form.why}
                onChange={event => setForm({ ...form, why: event.currentTarget.value })}
              />
            </FormRow>
            {save.error && <ErrorState compact title="That was not saved" {...words(save.error)} />}
            <FormActions>
              <Button
                variant="filled"
                disabled={!form.why.trim()}
                loading={save.isPending}
                onClick={() => save.mutate({ content: strategyOf(form, content), revision, why: form.why })}
              >
                Save
              </Button>
            </FormActions>
          </>
        )}
      </Drawer>
    </Page>
  )
}

/** Pillars beside each other, the same as a page of text, and how it came to be. */
function StrategyMap({
  strategy,
  revision,
  history,
  onWrite,
}: {
  strategy: StrategyContent
  revision: number
  history: readonly { revision: number; why: string; byName: string; at: string }[]
  onWrite: () => void
}) {
  const cases = useQuery(api.plan.cases.queryOptions({ input: {}, enabled: revision > 0 }))
  const worthOf = (initiative: string) =>
    (cases.data ?? [])
      .filter(one => one.content.initiative === initiative)
      .map(
        ({ state, content, worth }) =>
          ` · ${state === 'approved' ? '' : 'proposed, '}worth ${show(worth.adjusted, { unit: 'money', currency: content.currency }, 'card')}`,
      )
  return revision === 0 ? (
    <EmptyState
      title="Ambition, pillars, objectives, initiatives"
      action={
        <Button variant="filled" onClick={onWrite}>
          Write the strategy
        </Button>
      }
    >
      A page everybody can repeat: what you want to be, what carries it, who owns what, and how you will know.
    </EmptyState>
  ) : (
    <>
      <div className={css.pillars}>
        {strategy.pillars.map(pillar => (
          <section key={pillar.name} className={css.pillar}>
            <h3>{pillar.name}</h3>
            {pillar.why && <p>{pillar.why}</p>}
            <ul>
              {pillar.objectives.map(objective => (
                <li key={objective.name}>
                  {objective.name}
                  {objective.owner && `, ${objective.owner}`}
                  {objective.measures.map(
                    one =>
                      ` · ${one.metric.replaceAll('_', ' ')} ${one.target ?? ''}${one.by ? ` by ${one.by}` : ''}`,
                  )}
                  {objective.initiatives.length > 0 && (
                    <ul>
                      {objective.initiatives.map(one => (
                        <li key={one.name}>
                          {one.name}
                          {one.owner && `, ${one.owner}`}
                          {worthOf(one.name)}
                        </li>
                      ))}
                    </ul>
                  )}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <Card
        title="On one page"
        actions={
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => navigator.clipboard.writeText(strategyText(strategy))}
          >
            Copy
          </Button>
        }
      >
        <pre className={css.onepage}>{strategyText(strategy)}</pre>
      </Card>
      <Card title="How it came to be">
        {history.map(one => (
          <p key={one.revision}>
            {one.revision}. {new Date(one.at).toLocaleDateString('en-GB', { dateStyle: 'medium' })}{' '}
            {one.byName}: {one.why}
          </p>
        ))}
      </Card>
    </>
  )
}
