import { tradeShop } from '../company/trade-basket.ts'

/** One website with a view for each country; the first is the back office, as in every Magento. */
export const websites = [
  { id: 0, code: 'admin', name: 'Admin', default_group_id: 0 },
  { id: 1, code: 'larkfield_trade', name: tradeShop.name, default_group_id: 1 },
]

export const groupsJson = [
  { id: 0, website_id: 0, root_category_id: 0, default_store_id: 0, name: 'Default', code: 'default' },
  { id: 1, website_id: 1, root_category_id: 2, default_store_id: 1, name: 'Trade', code: 'trade' },
]

export const storeViews = [
  { id: 0, code: 'admin', name: 'Admin', website_id: 0, store_group_id: 0, is_active: 1 },
  { id: 1, code: 'trade_uk', name: 'United Kingdom', website_id: 1, store_group_id: 1, is_active: 1 },
  { id: 2, code: 'trade_ie', name: 'Ireland', website_id: 1, store_group_id: 1, is_active: 1 },
]

export const storeConfigs = () =>
  storeViews
    .filter(one => one.id > 0)
    .map(({ id, code, website_id }) => {
      const base = `https://${tradeShop.host}/`
      return {
        id,
        code,
        website_id,
        locale: id === 2 ? 'en_IE' : 'en_GB',
        base_currency_code: tradeShop.currency,
        default_display_currency_code: id === 2 ? 'EUR' : 'GBP',
        timezone: tradeShop.timezone,
        weight_unit: 'kgs',
        base_url: base,
        base_link_url: base,
        base_static_url: `${base}static/`,
        base_media_url: `${base}media/`,
        secure_base_url: base,
        secure_base_link_url: base,
        secure_base_static_url: `${base}static/`,
        secure_base_media_url: `${base}media/`,
      }
    })
