-- What a step of approval saw, so that it lapses when that changes; and who changed a version since it was approved.
ALTER TABLE "plan_decisions" ADD COLUMN "content" text;

ALTER TABLE "plan_versions" ADD COLUMN "changed_by" jsonb DEFAULT '[]' NOT NULL;
