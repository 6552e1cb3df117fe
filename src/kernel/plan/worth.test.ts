import { describe, expect, it } from 'vitest'
import { irr, npv, payback, rateOfPeriod } from './worth.ts'

/** Worked examples of Microsoft's reference of NPV() and IRR() (support.microsoft.com, functions NPV and IRR). */
describe('what a business case is worth', () => {
  it('agrees with published examples of net present value', () => {
    // NPV(8%, …) there discounts the first return by a year; the cost of 40,000 now is added apart.
    expect(npv(['-40000', '8000', '9200', '10000', '12000', '14500'], '0.08')).toBe('1922.06')
    expect(npv(['-40000', '8000', '9200', '10000', '12000', '14500', '-9000'], '0.08')).toBe('-3749.47')
    expect(npv(['0', '-10000', '3000', '4200', '6800'], '0.10')).toBe('1188.44')
  })
  it('agrees with published examples of the internal rate of return', () => {
    const flows = ['-70000', '12000', '15000', '18000', '21000', '26000']
    expect(Number(irr(flows).rate)).toBeCloseTo(0.0866, 4)
    expect(Number(irr(flows.slice(0, 5)).rate)).toBeCloseTo(-0.0212, 4)
    expect(Number(irr(flows.slice(0, 3)).rate)).toBeCloseTo(-0.4435, 4)
  })
  it('agrees with textbooks, where there are two rates or none too', () => {
    // Ross, Westerfield and Jaffe, Corporate Finance: −100, 60, 60. Brealey, Myers and Allen, Principles of Corporate
    // Finance, on the internal rate of return: −4,000, 2,000, 4,000; two rates (6 % and 28 %); none, and worth 339 at 10 %.
    expect(npv(['-100', '60', '60'], '0.1')).toBe('4.13')
    expect(Number(irr(['-100', '60', '60']).rate)).toBeCloseTo(0.1307, 4)
    expect(Number(irr(['-4000', '2000', '4000']).rate)).toBeCloseTo(0.2808, 4)
    const mine = ['-22', '15', '15', '15', '15', '-40']
    expect(irr(mine).why).toContain('2 rates fit')
    for (const rate of ['0.0609', '0.2806']) expect(Number(npv(mine, rate))).toBeCloseTo(0, 0)
    expect(irr(['1000', '-3000', '2500']).why).toContain('No rate')
    expect(npv(['1000', '-3000', '2500'], '0.1', 0)).toBe('339')
  })
  it('finds the one rate of money that comes first and is paid back, wherever it lies', () => {
    for (let percent = -98; percent < 300; percent += 7) {
      const back = String(-(100 + percent))
      expect(Number(irr(['100', back]).rate), back).toBeCloseTo(percent / 100, 7)
      expect(Number(irr(['-100', String(100 + percent)]).rate)).toBeCloseTo(percent / 100, 7)
    }
  })
  it('is worth nothing at its own rate of return', () => {
    const flows = ['-1000', '300', '420', '680']
    expect(Number(npv(flows, irr(flows).rate ?? '', 4))).toBeCloseTo(0, 3)
  })
  it('says why there is no rate of return, or none that can be believed', () => {
    expect(irr(['100', '200']).why).toContain('never change sign')
    expect(irr(['-1000', '2300', '-1320']).why).toContain('2 rates fit')
  })
  it('counts the periods until the money is back, and starts anew when it goes out again', () => {
    expect(payback(['-1000', '400', '400', '400'])).toBe('2.5')
    expect(payback(['-1000', '1500', '-800', '600'])).toBe('2.5')
    expect(payback(['-1000', '100'])).toBeNull()
  })
  it('compounds a yearly rate to the month', () => {
    expect(rateOfPeriod('0.12', 12).slice(0, 10)).toBe('0.00948879')
    expect(() => npv(['1'], '-1')).toThrow('above −100 %')
  })
})
