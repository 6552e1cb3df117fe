import { Button, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, words } from '#features/client.ts'
import { outlineOf, strategyOf } from '#kernel/plan/strategy.ts'
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
