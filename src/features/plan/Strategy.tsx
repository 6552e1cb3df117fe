import { Button, Checkbox, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { formOf, type StrategyForm, strategyOf } from '#kernel/plan/strategy-text.ts'
import { Drawer } from '#ui/Drawer.tsx'
import { FormActions, FormRow } from '#ui/Form.tsx'
import { Page, Row } from '#ui/Page.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { UrlTabs } from '#ui/UrlTabs.tsx'
import { Cases } from './Cases.tsx'
import { StrategyMap } from './StrategyMap.tsx'

const question = 'Where are we going, and by what?'

/** The strategy as a map of pillars and as one page of text; each saving keeps the one before. */
export function Strategy() {
  const cache = useQueryClient()
  const [form, setForm] = useState<(StrategyForm & { why: string }) | null>(null)
  /** Parts that look renamed and are not. */
  const [apart, setApart] = useState<ReadonlySet<string>>(new Set())
  const read = useQuery(api.plan.strategy.queryOptions({ input: {} }))
  const save = useMutation(
    api.plan.saveStrategy.mutationOptions({
      onSuccess: async () => {
        setForm(null)
        await cache.invalidateQueries({ queryKey: api.plan.key() })
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
  const open = () => {
    setApart(new Set())
    setForm({ ...formOf(content), why: '' })
  }
  const typed = form && strategyOf(form, content, apart)
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
          <May atLeast="director">
            <Button onClick={open}>{revision === 0 ? 'Write it' : 'Change it'}</Button>
          </May>
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
            <FormRow label="Owner" for="strategy-owner">
              <TextInput
                id="strategy-owner"
                value={form.owner}
                onChange={event => setForm({ ...form, owner: event.currentTarget.value })}
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
              label="Measures"
              for="strategy-measures"
              help="How one will know that it is reached: metric, target, date; a | between two of them."
            >
              <TextInput
                id="strategy-measures"
                value={form.measures}
                placeholder="net_sales 20000000 2028-12-31 | ebitda_margin 0.1"
                onChange={event => setForm({ ...form, measures: event.currentTarget.value })}
              />
            </FormRow>
            <FormRow
              label="Outline"
              for="strategy-text"
              help="A pillar on a line of its own; two spaces in, an objective; four, an initiative. After each |: its owner, until when, and measures (metric, target, date). A pillar’s why stands before its owner."
            >
              <Textarea
                id="strategy-text"
                autosize
                minRows={10}
                maxRows={24}
                value={form.text}
                onChange={event => setForm({ ...form, text: event.currentTarget.value })}
                placeholder={
                  'Range | Repeat customers carry the margin | Ada | until 2028\n  Sell more kitchen lines | Ada | net_sales 500000 2027-12-31\n    Photograph the range | Bo | until June'
                }
              />
            </FormRow>
            {typed && typed.renamed.length > 0 && (
              <FormRow
                label="Renamed"
                help="What is renamed keeps its business cases; what is new begins without."
              >
                {typed.renamed.map(({ id, from, to }) => (
                  <Checkbox
                    key={id}
                    label={`“${from}” is now called “${to}”`}
                    checked={!apart.has(id)}
                    onChange={event => {
                      const next = new Set(apart)
                      if (event.currentTarget.checked) next.delete(id)
                      else next.add(id)
                      setApart(next)
                    }}
                  />
                ))}
              </FormRow>
            )}
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
                onClick={() => typed && save.mutate({ content: typed.strategy, revision, why: form.why })}
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
