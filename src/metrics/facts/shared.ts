/** Dimensions that several facts hold, as SQL over the columns of their source (f) and of the product list (p). */

export const day = { weekday: '@weekday' }

export const place = { store: 'f.store', currency: 'f.currency' }

export const product = {
  product: 'f.product_id',
  category: 'p.category',
  brand: 'p.brand',
  vendor: 'p.vendor',
  product_title: 'p.title',
}

export const sale = { ...place, country: 'f.country', channel: 'f.channel' }
