ALTER TABLE "plan_items" ADD COLUMN "actuals" jsonb DEFAULT '[]' NOT NULL;

ALTER TABLE "plan_versions" ADD COLUMN "rates" jsonb DEFAULT '{}' NOT NULL;
