import { createImports } from '#sync/imports.ts'
       import { openDuckdb } from '#warehouse/duckdb.ts'
       const granary = await openDuckdb({ folder: "/tmp/bad-3hXaeC/killed" })
       const imports = createImports({ granary, folder: "/tmp/bad-3hXaeC/killed", ensureStore: async () => ({ currency: 'GBP', timezone: 'UTC' }) })
       console.log('ready')
       const result = await imports.run({ path: "/tmp/bad-3hXaeC/in/killed.csv", store: 'killed', by: 'test', mapping: {"target":"sales_lines","columns":{"order_id":"Order","at":"When","sku":"Item","quantity":"Qty","unit_price":"Price"}} })
       const [sum] = await granary.query('SELECT count(*) AS lines, sum(gross) AS gross FROM sales_lines')
       console.log(JSON.stringify({ ...result, ...sum }))
       await granary.close()