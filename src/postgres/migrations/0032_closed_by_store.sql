-- The currency a period was closed in, and each store's part of its figures: what changes later is told by store.
ALTER TABLE "plan_closes" ADD COLUMN "currency" text;
ALTER TABLE "plan_closes" ADD COLUMN "by_store" jsonb;
