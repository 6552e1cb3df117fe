import { describe, expect, it } from 'vitest'
import { meant } from './nearest.ts'

const names = ['/', 'Cockpit', '/products', '/budget', '/work', '/tree', '/connections', 'Systems', '/who']

describe('what a wrong name was meant to be', () => {
  it('is a name that differs by a slip of the hand, or goes on', () => {
    expect(meant('/product', names)).toBe('/products')
    expect(meant('/prodcuts', names)).toBe('/products')
    expect(meant('/budgets/2026', names)).toBe('/budget')
    expect(meant('system', names)).toBe('Systems')
    expect(meant('/who-is-who', names)).toBe('/who')
  })

  it('is none where none is near', () => {
    for (const wanted of ['/orders', '/network', '/team', '/wp-admin', '/x', '', '/'])
      expect(meant(wanted, names)).toBeNull()
  })
})
