import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '#features/client.ts'
import { show } from '#kernel/format.ts'
import type { Query } from '#metrics/query.ts'
import { sayOf, useLens } from '../Lens.tsx'
import { breakEvenIs, cell, headline, numberOf } from './model.ts'
import { SliceTable } from './SliceTable.tsx'
import { Tiles } from './Tiles.tsx'
import { TradingPage } from './TradingPage.tsx'

const tiles = ['spend', 'mer', 'amer', 'ncac', 'marketing_share', 'break_even_roas']
const media = ['channel', 'campaign', 'platform', 'store']
/** Platforms that attribute nothing themselves: what analytics says of campaigns and automations together. */
const ofAll = 'email_revenue_per_recipient'
const sends = [
  { value: 'campaign', label: 'Campaigns' },
  { value: 'flow', label: 'Automations' },
]

/** Why these figures are not added up over channels, campaigns and platforms. */
const partly = 'Not added up: not all platforms tell their clicks.'
const claimed = 'Not added up: several platforms claim the same sale.'
const unpaid = 'Not added up: over all lines it would count what nobody paid for.'

/** What media and messages cost and bring: blended figures first, then by channel and campaign, then e-mail. */
export function Marketing() {
  const lens = useLens()
  const asked = useQuery(
    api.performance.query.queryOptions({
      input: lens.ask({
        metrics: [...tiles, 'messages_sent', 'contribution_before_media', ofAll],
        compare: lens.comparisons as Query['compare'],
      }),
      enabled: lens.ready && !lens.empty,
    }),
  )
  const answer = asked.data
  const by = media.find(name => name === lens.search.by) ?? 'channel'
  const kind = lens.search.sends === 'flow' ? 'flow' : 'campaign'
  const nothing =
    answer && numberOf(answer.totals, 'spend') === null && numberOf(answer.totals, 'messages_sent') === null
  return (
    <TradingPage
      lens={lens}
      question="What do media and e-mail cost, and what do they bring?"
      title={
        answer ? headline(answer, 'spend', sayOf(answer), lens.known?.firstDay) || 'Media and messages' : ''
      }
      answer={answer}
      error={asked.error}
      onRetry={() => asked.refetch()}
      empty={
        lens.empty || nothing
          ? {
              title: 'No media spend is known for this period',
              words:
                'Connect an ad platform, HubSpot or Marketo, or bring in a file of spend: this screen then shows what each channel and campaign costs, what a new customer costs, and what e-mail brings.',
            }
          : null
      }
      note={
        <>
          <span>
            In the tiles MER, aMER and nCAC set all sales against all spend and need no attribution; in the
            table they are attributed.
          </span>
          {answer && <span>{breakEvenIs(answer.totals)}</span>}
        </>
      }
    >
      {answer && (
        <>
          <Tiles lens={lens} answer={answer} metrics={tiles} />
          <SliceTable
            lens={lens}
            id="media"
            title="Media"
            note={
              <span style={{ color: 'var(--ink-2)' }}>
                Platform revenue and ROAS follow each platform’s own model and window. All other results go by
                the last non-direct click, as far back as analytics looks; MER, aMER, new customers and nCAC
                count the shop’s own orders.
              </span>
            }
            by={by}
            metrics={[
              'spend',
              'analytics_mer',
              'analytics_amer',
              'tracked_new_customers',
              'analytics_ncac',
              'purchase_revenue',
              'analytics_roas',
              'platform_revenue',
              'roas',
              'clicks',
              'cpc',
            ]}
            moved={['spend']}
            short={{
              platform_revenue: 'Platform revenue',
              roas: 'Platform ROAS',
              purchase_revenue: 'Analytics revenue',
              analytics_roas: 'Analytics ROAS',
              analytics_mer: 'MER',
              analytics_amer: 'aMER',
              tracked_new_customers: 'New customers',
              analytics_ncac: 'nCAC',
            }}
            untotalled={{
              clicks: partly,
              cpc: partly,
              platform_revenue: claimed,
              roas: claimed,
              purchase_revenue: unpaid,
              analytics_roas: unpaid,
              analytics_mer: unpaid,
              analytics_amer: unpaid,
              tracked_new_customers: unpaid,
              analytics_ncac: unpaid,
            }}
            supply="Connect an ad platform or bring in a file of spend."
            filters={[{ metric: 'spend', over: 0 }]}
            actions={
              <SegmentedControl
                aria-label="Media by"
                value={by}
                onChange={name =>
                  lens.setUrl({ by: name === 'channel' ? undefined : name }, { replace: true })
                }
                data={media.map(value => ({ value, label: lens.label(value) }))}
              />
            }
          />
          <SliceTable
            lens={lens}
            id="messages"
            title="E-mail and automation"
            note={
              <>
                mail privacy inflates opens: they are no goal
                {cell(answer.totals, ofAll) !== null &&
                  ` · all e-mail: ${show(cell(answer.totals, ofAll), { unit: 'money', currency: answer.meta.currency })} a recipient, as analytics attributes it`}
              </>
            }
            by="message"
            filters={[{ dimension: 'message_kind', is: [kind] }]}
            metrics={[
              'messages_sent',
              'delivery_rate',
              'click_rate',
              'click_to_open_rate',
              'unsubscribe_rate',
              'spam_rate',
              kind === 'flow' ? 'flow_revenue_per_recipient' : 'campaign_revenue_per_recipient',
            ]}
            optional={['campaign_revenue_per_recipient', 'flow_revenue_per_recipient']}
            // A campaign is sent once: only automations have a before.
            moved={kind === 'flow' ? ['messages_sent', 'click_rate'] : []}
            supply="Connect HubSpot or Marketo, or bring in a file of sends."
            actions={
              <SegmentedControl
                aria-label="Kind of message"
                value={kind}
                onChange={value =>
                  lens.setUrl({ sends: value === 'flow' ? 'flow' : undefined }, { replace: true })
                }
                data={sends}
              />
            }
          />
        </>
      )}
    </TradingPage>
  )
}
