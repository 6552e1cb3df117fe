import { describe, expect, it } from 'vitest'
import { matches, pageOf, readCriteria, sorted } from './criteria.ts'
import { only, readFields } from './fields.ts'

const rows = Array.from({ length: 7 }, (_, n) => ({
  entity_id: n + 1,
  status: n % 2 ? 'complete' : 'pending',
  coupon: n === 3 ? 'TRADE5' : null,
  updated_at: `2026-01-0${1 + (n % 3)} 00:00:00`,
}))
const search = (text: string) => {
  const criteria = readCriteria(new URLSearchParams(text))
  const found = sorted(
    rows.filter(row => matches(row, criteria.groups)),
    criteria,
    'entity_id',
  )
  return pageOf(found, criteria).map(row => row.entity_id)
}
const filter = (g: number, f: number, field: string, value: string, condition?: string) =>
  `searchCriteria[filter_groups][${g}][filters][${f}][field]=${field}&searchCriteria[filter_groups][${g}][filters][${f}][value]=${value}` +
  (condition ? `&searchCriteria[filter_groups][${g}][filters][${f}][condition_type]=${condition}` : '')

describe('searches as Magento reads them', () => {
  it('ors within a group and ands between groups, whatever their numbers', () => {
    expect(search(`${filter(7, 0, 'entity_id', '2')}&${filter(7, 5, 'entity_id', '5')}`)).toEqual([2, 5])
    expect(
      search(`${filter(0, 0, 'entity_id', '2,4,5', 'in')}&${filter(3, 0, 'status', 'complete')}`),
    ).toEqual([2, 4])
  })

  it('knows conditions, in camel case too', () => {
    expect(search(filter(0, 0, 'coupon', '', 'notnull'))).toEqual([4])
    expect(search(filter(0, 0, 'status', 'comp%25', 'like'))).toEqual([2, 4, 6])
    expect(search(filter(0, 0, 'entity_id', '1,2,3,4', 'nin'))).toEqual([5, 6, 7])
    expect(
      search(
        'searchCriteria[filterGroups][0][filters][0][field]=entity_id&searchCriteria[filterGroups][0][filters][0][value]=6&searchCriteria[filterGroups][0][filters][0][conditionType]=gteq',
      ),
    ).toEqual([6, 7])
    expect(() => search(filter(0, 0, 'entity_id', '1', 'near'))).toThrow('Undefined condition type')
    expect(() => search(filter(0, 0, 'nothing', '1'))).toThrow('Invalid attribute name')
  })

  it('sorts downwards unless told, and gives the last page again past the end', () => {
    expect(search('searchCriteria[sortOrders][0][field]=entity_id&searchCriteria[pageSize]=3')).toEqual([
      7, 6, 5,
    ])
    expect(search('searchCriteria[pageSize]=3&searchCriteria[currentPage]=3')).toEqual([7])
    expect(search('searchCriteria[pageSize]=3&searchCriteria[currentPage]=9')).toEqual([7])
    expect(search('searchCriteria[pageSize]=3&searchCriteria[currentPage]=0')).toEqual([1, 2, 3])
  })

  it('repeats and skips rows across pages when the sort is not unique', () => {
    const page = (n: number, size: number) =>
      search(
        `searchCriteria[sortOrders][0][field]=updated_at&searchCriteria[pageSize]=${size}&searchCriteria[currentPage]=${n}`,
      )
    const sizes = [1, 2, 3].map(size =>
      Array.from({ length: Math.ceil(7 / size) }, (_, n) => page(n + 1, size)).flat(),
    )
    expect(sizes.some(all => new Set(all).size < 7)).toBe(true)
  })

  it('wants searchCriteria, and at most 300 rows', () => {
    expect(() => search('')).toThrow('is required')
    expect(() => search('searchCriteria[pageSize]=301')).toThrow('Maximum')
    expect(() => search('searchCriteria[pageSiz]=3')).toThrow('does not have accessor')
    expect(() => search('searchcriteria=')).toThrow('not known')
  })

  it('gives only the fields asked for', () => {
    const answer = { items: [{ id: 1, sku: 'A', more: { x: 1, y: 2 } }], total_count: 1 }
    expect(only(answer, readFields('items[id,more[y]],total_count'))).toEqual({
      items: [{ id: 1, more: { y: 2 } }],
      total_count: 1,
    })
  })
})
