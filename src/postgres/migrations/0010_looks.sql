-- How far each rule has looked, and what it could not see yet.
CREATE TABLE "looks" (
	"rule" text PRIMARY KEY NOT NULL,
	"through" text,
	"at" timestamp with time zone NOT NULL,
	"gaps" jsonb NOT NULL
);

-- What was looked at before this was written down is not looked at again.
INSERT INTO "looks" ("rule", "through", "at", "gaps")
SELECT "alert_rules"."id", "seen"."day", now(), '[]'::jsonb
FROM "alert_rules", (SELECT max("seen_on") AS "day" FROM "alerts") AS "seen"
WHERE "seen"."day" IS NOT NULL;

-- The last day that had been looked at when somebody opened it again: only later days may close it.
ALTER TABLE "alerts" ADD COLUMN "held_on" text;
