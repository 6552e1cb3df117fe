-- Edits of a plan's cells that were replaced before they came: when they come they change nothing.
ALTER TABLE "plan_rows" ADD COLUMN "awaited" jsonb DEFAULT '{}'::jsonb NOT NULL;
