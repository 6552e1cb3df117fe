-- What the systems knew of a month when it was closed: how far it agreed with the shops' own totals, and when they were read.
ALTER TABLE "plan_closes" ADD COLUMN "state" jsonb;
