import { eventKindNames } from '#kernel/event-kind.ts'
import { quote } from '../reading.ts'
import type { Target } from '../target.ts'
import { absent, dayOf } from './catalogue.ts'
import { code, number, text, time, words } from './column.ts'

/** What happened to trade and what is planned: charts mark it, and years are compared event with event. */
export const events: Target = {
  name: 'events',
  label: 'Events',
  about: 'Promotions, launches, outages, price changes and holidays, by their days.',
  table: 'calendar_events',
  columns: {
    event_id: code('Id of the event; its name and first day when absent', 'eventid id key number'),
    name: text(
      'Name',
      'name event eventname title promotion campaign description titel bezeichnung nom nombre nome',
    ),
    series: text(
      'Compared within: the same words in two years; the name when absent',
      'series comparedwithin group serie',
    ),
    kind: text(
      `One of ${eventKindNames.join(', ')}; other when absent`,
      'kind type eventtype category art typ categorie tipo',
    ),
    from: time(
      'First day',
      `from start startdate begin begins firstday starts von debut inicio inizio ${words.day}`,
    ),
    to: time('Last day; the first when absent', 'to end enddate until lastday ends bis fin hasta fine'),
    percent: number(
      'Per cent that a promotion takes off, or a change of prices adds',
      'percent percentage discountpercent discountpercentage depth pricechange prozent pourcentage porcentaje percentuale',
    ),
  },
  missing: has => (has('name') && has('from') ? null : 'name and first day: map `name` and `from`'),
  repeats: () => 'last',
  derive(given, place) {
    const from = dayOf(given, 'from')
    const to = `coalesce(${dayOf(given, 'to', 'NULL')}, ${from})`
    const kind = given.has('kind') ? `lower(trim(${given.get('kind')}))` : "'other'"
    return {
      faults: [
        absent(given, 'name', 'name'),
        [`${given.get('from')} IS NULL`, 'there is no first day'],
        [`${to} < ${from}`, 'the event ends before it begins'],
      ],
      columns: {
        store: quote(place.store),
        source: quote(place.source),
        event_id: given.has('event_id')
          ? given.get('event_id')
          : `${given.get('name')} || ' ' || CAST(${from} AS VARCHAR)`,
        name: given.get('name'),
        series: given.has('series')
          ? `coalesce(nullif(${given.get('series')}, ''), ${given.get('name')})`
          : given.get('name'),
        kind: `CASE WHEN ${kind} IN (${eventKindNames.map(quote).join(', ')}) THEN ${kind} ELSE 'other' END`,
        from_day: from,
        to_day: to,
        percent: given.get('percent', 'NULL'),
      },
    }
  },
}
