import { defineConfig } from 'drizzle-kit'

/** For `npx drizzle-kit generate --name what_it_does`: writes the SQL that a changed table needs. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/postgres/tables/*.ts',
  out: './src/postgres/migrations',
})
