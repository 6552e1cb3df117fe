import { addDays, type Day } from '#kernel/day.ts'
import { draw } from './draw.ts'

export interface Variant {
  /** Number within the catalogue, from 0. */
  index: number
  product: number
  sku: string
  title: string
  /** List price in pence before any rise. */
  price: number
  /** Landed unit cost in pence; null where nobody recorded it. */
  cost: number | null
  barcode: string
  options: readonly { name: string; value: string }[]
  /** How often it is bought, against the others. */
  weight: number
}

export interface Product {
  index: number
  title: string
  handle: string
  category: string
  vendor: string
  launched: Day
  /** The day it is taken out of the catalogue for good. */
  deleted: Day | null
  giftCard: boolean
  variants: readonly Variant[]
}

export interface Catalogue {
  products: readonly Product[]
  variants: readonly Variant[]
}

interface Category {
  name: string
  nouns: readonly string[]
  low: number
  high: number
  vendor: string
  option: string
  values: readonly string[]
}

const category = (
  name: string,
  vendor: string,
  [low, high]: readonly [number, number],
  option: string,
  values: readonly string[],
  nouns: readonly string[],
): Category => ({ name, vendor, low, high, option, values, nouns })

const categories: readonly Category[] = [
  category(
    'Kitchen',
    'Ashdown Ceramics',
    [900, 4200],
    'Colour',
    ['Sage', 'Cream', 'Ink', 'Clay'],
    ['Mug', 'Bowl', 'Jug', 'Plate', 'Teapot', 'Board'],
  ),
  category(
    'Lighting',
    'Brightwater Lighting',
    [1400, 9500],
    'Size',
    ['Small', 'Large'],
    ['Lamp', 'Lantern', 'Shade', 'Candle'],
  ),
  category(
    'Textiles',
    'Corrie Mills',
    [1200, 7900],
    'Colour',
    ['Oat', 'Moss', 'Rust'],
    ['Throw', 'Cushion', 'Towel', 'Blanket', 'Apron'],
  ),
  category(
    'Stationery',
    'Dellbrook Paper',
    [400, 2400],
    'Pattern',
    ['Fern', 'Wave'],
    ['Notebook', 'Diary', 'Card set', 'Pen'],
  ),
  category(
    'Garden',
    'Elmhurst Garden',
    [1100, 6400],
    'Size',
    ['Small', 'Medium', 'Large'],
    ['Planter', 'Trug', 'Bird feeder', 'Watering can'],
  ),
]

const lines = ['Harbour', 'Orchard', 'Fell', 'Meadow', 'Quay', 'Heath', 'Cove', 'Dale', 'Spinney', 'Strand']

/** Prices end in 95, as shelves do. */
const shelfPrice = (pence: number): number => Math.max(195, Math.round(pence / 100) * 100 - 5)

/** The catalogue: about forty products at scale 1, growing with the root of the scale, and a gift card. */
export function catalogueOf(seed: number, start: Day, days: number, scale: number): Catalogue {
  const count = Math.max(12, Math.round(40 * Math.sqrt(scale)))
  const products: Product[] = []
  const variants: Variant[] = []
  for (let index = 0; index < count; index++) {
    const chance = draw(seed, 11, index)
    const { name, nouns, low, high, vendor, option, values } = categories[
      index % categories.length
    ] as Category
    const noun = nouns[Math.floor(index / categories.length) % nouns.length] ?? ''
    const line = lines[(index * 7 + Math.floor(index / 10)) % lines.length] ?? ''
    const title = `${line} ${noun}${index >= 150 ? ` ${Math.floor(index / 150) + 1}` : ''}`
    const price = shelfPrice(chance.between(low, high))
    const share = chance.between(0.32, 0.48)
    // A few were launched within the history, one left it, and one leaves as the clock goes on.
    const launched = chance.chance(0.12) ? addDays(start, Math.floor(chance.unit() * days * 0.8)) : start
    const left = { [count - 1]: days + 3, [count - 2]: Math.floor(days * 0.7) }[index]
    const own = values.slice(0, 1 + chance.below(values.length)).map((value, n): Variant => {
      const listed = option === 'Size' ? shelfPrice(price * (1 + 0.3 * n)) : price
      const known = chance.chance(0.96)
      return {
        index: variants.length + n,
        product: index,
        sku: `${name.slice(0, 3).toUpperCase()}-${String(index + 1).padStart(4, '0')}-${value.slice(0, 2).toUpperCase()}`,
        title: value,
        price: listed,
        // One is given by its maker and really costs nothing; of some the cost was never written down.
        cost: index === 5 && n === 0 ? 0 : known && index !== 7 ? Math.round(listed * share * (5 / 6)) : null,
        barcode: `50${String(index * 10 + n).padStart(10, '0')}`,
        options: [{ name: option, value }],
        // The first products are the best sellers.
        weight: 1 / (index + 3) ** 0.8 / (n + 1),
      }
    })
    variants.push(...own)
    products.push({
      index,
      title,
      handle: title.toLowerCase().replaceAll(' ', '-'),
      category: name,
      vendor,
      launched,
      deleted: left === undefined ? null : addDays(start, left),
      giftCard: false,
      variants: own,
    })
  }
  const card = giftCard(products.length, variants.length)
  return { products: [...products, card], variants: [...variants, ...card.variants] }
}

function giftCard(product: number, first: number): Product {
  const variants = [2500, 5000, 10_000].map(
    (price, n): Variant => ({
      index: first + n,
      product,
      sku: `GIFT-${price / 100}`,
      title: String(price / 100),
      price,
      cost: null,
      barcode: '',
      options: [{ name: 'Denominations', value: String(price / 100) }],
      weight: 0,
    }),
  )
  return {
    index: product,
    title: 'Gift card',
    handle: 'gift-card',
    category: 'Gift cards',
    vendor: 'Larkfield',
    launched: '2000-01-01',
    deleted: null,
    giftCard: true,
    variants,
  }
}
