ALTER TABLE "connections" ADD COLUMN "quotas" jsonb;
