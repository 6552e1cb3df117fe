import { expect, it } from 'vitest'
import { tradingEvents } from './event-kind.ts'

const event = (kind: 'promotion' | 'closed' | 'launch', stores: string[] = []) => ({
  ...{ name: kind, series: kind, kind, stores },
  ...{ from: '2026-05-01', to: '2026-05-02' },
})

it('closes a company on the days all of its stores are closed, and takes no launch for a season', () => {
  const names = (stores: string[]) =>
    tradingEvents(
      [event('promotion', ['a']), event('launch'), event('closed', ['a']), event('closed', ['a', 'b'])],
      stores,
    ).map(one => `${one.name}${one.closed ? '!' : ''}`)
  expect(names(['a', 'b'])).toEqual(['promotion', 'closed!'])
  expect(names(['a'])).toEqual(['promotion', 'closed!', 'closed!'])
  expect(tradingEvents([event('closed')], [])).toHaveLength(1)
  expect(tradingEvents([event('closed', ['a'])], [])).toEqual([])
})
