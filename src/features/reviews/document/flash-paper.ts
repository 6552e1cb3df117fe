import { show, showDay, showSigned } from '#kernel/format.ts'
import { flashWords } from '../model.ts'
import type { Flash } from '../pack-shape.ts'
import type { Cell, Paper } from './paper.ts'
import {
  currencyWords,
  eventsCard,
  type Ground,
  labelOf,
  meanings,
  measureOf,
  movedCell,
  storesWords,
  trustWords,
} from './words.ts'

/** The daily flash as a document: eight figures, what is out of the ordinary, what is on. */
export function flashPaper(flash: Flash, ground: Ground): Paper {
  const aimed = flash.figures.some(one => one.target !== null && one.target.value !== null)
  const yearly = flash.figures.some(one => one.lastYear.value !== null)
  return {
    name: `flash-${flash.day}`,
    kind: 'Daily flash',
    headline: flashWords(flash),
    facts: [[showDay(flash.day), storesWords(ground), ...currencyWords(flash.currency)].join(' · ')],
    warnings: [flash.trust.stale, flash.trust.coming].filter(one => one !== null),
    trust: trustWords(flash.trust, ground),
    landscape: false,
    made: ground.made,
    sections: [
      {
        title: null,
        rows: [
          {
            columns: [
              [
                {
                  title: 'Figures of the day',
                  blocks: [
                    flash.figures.length === 0
                      ? {
                          kind: 'text',
                          quiet: true,
                          text: `Nothing is known of ${showDay(flash.day, 'full')}. Eight figures of the day before will be here, with what is out of the ordinary.`,
                        }
                      : {
                          kind: 'tiles',
                          across: 4,
                          tiles: flash.figures.map(one => {
                            const measure = measureOf(flash, one.metric)
                            return {
                              label: labelOf(flash, one.metric),
                              value: show(one.value, measure, 'card'),
                              deltas: [
                                { cell: movedCell(one.before, measure, 'pp'), base: 'vs week before' },
                                ...(one.lastYear.value === null
                                  ? []
                                  : [{ cell: movedCell(one.lastYear, measure, 'pp'), base: 'vs last year' }]),
                                ...(one.target === null || one.target.value === null
                                  ? []
                                  : [{ cell: movedCell(one.target, measure, 'pp'), base: 'vs target' }]),
                              ],
                            }
                          }),
                        },
                  ],
                },
              ],
            ],
          },
          {
            columns: [
              [
                {
                  title: 'Exceptions',
                  note: 'beyond what this weekday does by itself',
                  blocks: [
                    flash.exceptions.length === 0
                      ? {
                          kind: 'text',
                          quiet: true,
                          text:
                            flash.figures.length === 0
                              ? 'What leaves the range of its weekday will be here.'
                              : 'Nothing out of the ordinary: every figure kept to the range of the same weekday in the last nine weeks.',
                        }
                      : {
                          kind: 'list',
                          items: flash.exceptions.map(one => ({
                            lead: '●',
                            text: one.words,
                            tone: one.tone,
                          })),
                        },
                  ],
                },
              ],
            ],
          },
          ...(flash.figures.length === 0
            ? []
            : [
                {
                  columns: [
                    [
                      {
                        title: 'Beside what they are compared with',
                        note: 'the same weekday a week and a year before',
                        blocks: [comparedTable(flash, { aimed, yearly })],
                      },
                    ],
                  ],
                },
              ]),
          { columns: [[eventsCard('Today and the week to come', flash.events)]] },
        ],
      },
      ...(flash.figures.length === 0
        ? []
        : [
            meanings(
              flash,
              flash.figures.map(one => one.metric),
              3,
            ),
          ]),
    ],
  }
}

/** Each figure, what it was, and by how much it is off: absolute beside relative. */
function comparedTable(flash: Flash, { aimed, yearly }: { aimed: boolean; yearly: boolean }) {
  const bases = [
    { name: 'Week before', of: (one: Flash['figures'][number]) => one.before },
    ...(yearly ? [{ name: 'Last year', of: (one: Flash['figures'][number]) => one.lastYear }] : []),
    ...(aimed ? [{ name: 'Target', of: (one: Flash['figures'][number]) => one.target }] : []),
  ]
  return {
    kind: 'table' as const,
    caption: 'Figures of the day beside what they are compared with',
    columns: [
      { head: '' },
      { head: 'The day' },
      ...bases.flatMap(({ name }) => [{ head: name, apart: true }, { head: 'change' }, { head: '' }]),
    ],
    rows: flash.figures.map(one => {
      const measure = measureOf(flash, one.metric)
      return [
        { text: labelOf(flash, one.metric) },
        { text: show(one.value, measure, 'card'), strong: true },
        ...bases.flatMap(({ of }): Cell[] => {
          const base = of(one)
          return [{ text: show(base?.value ?? null, measure, 'card') }, ...offBy(base, measure)]
        }),
      ]
    }),
  }
}

/** A change in its own unit, and relative to what it is compared with; a share has the one alone. */
function offBy(
  base: Flash['figures'][number]['before'] | null,
  measure: ReturnType<typeof measureOf>,
): Cell[] {
  const said = movedCell(base, measure, 'pp')
  if (base?.delta == null || said.text === '–') return [{ text: '' }, said]
  const absolute = measure.unit === 'share' ? '' : showSigned(base.delta, measure)
  return [{ text: absolute }, said]
}
