/** Amounts as the vendor writes them: at least one decimal, none that says nothing (20.0, 749.95). */
export const amountOf = (coins: number): string => {
  const sign = coins < 0 ? '-' : ''
  const whole = Math.floor(Math.abs(coins) / 100)
  const rest = Math.abs(coins) % 100
  const decimals = rest % 10 === 0 ? String(rest / 10) : String(rest).padStart(2, '0')
  return `${sign}${whole}.${decimals}`
}

export interface Money {
  __typename: 'MoneyV2'
  amount: string
  currencyCode: string
}

export const money = (coins: number, currencyCode: string): Money => ({
  __typename: 'MoneyV2',
  amount: amountOf(coins),
  currencyCode,
})

/** An amount in the shop's currency and as the buyer saw it, at the rate of the buyer's market. */
export const bagBy =
  (currency: string, market: { currency: string; rate: number }) =>
  (coins: number): { __typename: 'MoneyBag'; shopMoney: Money; presentmentMoney: () => Money } => ({
    __typename: 'MoneyBag',
    shopMoney: money(coins, currency),
    presentmentMoney: () => money(Math.round(coins * market.rate), market.currency),
  })
