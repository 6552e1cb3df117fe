import { useQuery } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { WayIn } from '#features/WayIn.tsx'
import { showDay } from '#kernel/format.ts'
import { Card } from '#ui/Card.tsx'
import { Delta, Figure } from '#ui/Figure.tsx'
import { Hint, MeaningCard } from '#ui/Hint.tsx'
import { Grid, Page } from '#ui/Page.tsx'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import { useUrl } from '#ui/url.ts'
import { AsPdf } from './AsPdf.tsx'
import { Coming, Stale } from './Coming.tsx'
import { flashWords } from './model.ts'
import css from './reviews.module.css'
import { Subscribe } from './Subscribe.tsx'

const question = 'How was yesterday?'

/** The daily flash: eight figures, at most three exceptions, what is on today. */
export function Flash() {
  const [search] = useUrl()
  const asked = useQuery(api.reviews.flash.queryOptions({ input: search.day ? { day: search.day } : {} }))
  const flash = asked.data
  if (asked.error)
    return (
      <Page question={question} title="The flash cannot be shown">
        <ErrorState
          title="Yesterday could not be read"
          {...words(asked.error)}
          onRetry={() => asked.refetch()}
        />
      </Page>
    )
  if (!flash)
    return (
      <Page question={question} title="Reading yesterday…">
        <Skeleton height={240} />
      </Page>
    )
  const aimed = flash.figures.some(one => one.target !== null)
  return (
    <div className={css.paper}>
      <Page
        question={question}
        title={flashWords(flash)}
        note={<Subscribe kind="flash" />}
        actions={<AsPdf of={{ which: 'flash', day: flash.day }} />}
      >
        <Stale trust={flash.trust} />
        {flash.figures.length === 0 ? (
          <EmptyState
            kind="no_match"
            title={`Nothing is known of ${showDay(flash.day, 'full')}`}
            action={<WayIn />}
          >
            Eight figures of the day before will be here, with what is out of the ordinary.
          </EmptyState>
        ) : (
          <TileRow label="Figures of the day">
            {flash.figures.map(one => {
              const definition = flash.definitions[one.metric]
              const measure = {
                unit: definition?.unit ?? 'quantity',
                good: definition?.good ?? 'none',
                currency: flash.currency,
              } as const
              return (
                <StatTile
                  key={one.metric}
                  label={
                    definition ? (
                      <Hint about={<MeaningCard of={definition} />}>{definition.label}</Hint>
                    ) : (
                      one.metric
                    )
                  }
                  value={<Figure value={one.value} measure={measure} place="card" />}
                  deltas={
                    <>
                      <Delta against={one.before} measure={measure} base="vs week before" />
                      {one.lastYear.value !== null && (
                        <Delta against={one.lastYear} measure={measure} base="vs last year" />
                      )}
                      {aimed && one.target && one.target.value !== null && (
                        <Delta against={one.target} measure={measure} base="vs target" />
                      )}
                    </>
                  }
                />
              )
            })}
          </TileRow>
        )}
        <Grid columns={2}>
          <Card title="Exceptions" note="beyond what this weekday does by itself">
            {flash.exceptions.length === 0 ? (
              flash.figures.length === 0 ? (
                <EmptyState compact title="Nothing to tell yet">
                  What leaves the range of its weekday will be here.
                </EmptyState>
              ) : (
                <EmptyState compact kind="all_done" title="Nothing out of the ordinary">
                  Every figure kept to the range of the same weekday in the last nine weeks.
                </EmptyState>
              )
            ) : (
              <ul className={css.exceptions}>
                {flash.exceptions.map(one => (
                  <li key={one.words} data-tone={one.tone}>
                    <a href={`/?metric=${one.metric}&period=${flash.day}..${flash.day}`}>
                      <Sentence of={one.words} />
                    </a>
                  </li>
                ))}
              </ul>
            )}
          </Card>
          <Coming title="Today and the week to come" events={flash.events} />
        </Grid>
      </Page>
    </div>
  )
}
