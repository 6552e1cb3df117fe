CREATE TABLE "plan_versions" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"based_on" text,
	"closed_periods" integer DEFAULT 0 NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"sheet" jsonb NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"submitted_by" text,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "plan_rows" (
	"version" text NOT NULL,
	"line" text NOT NULL,
	"slice" text NOT NULL,
	"cells" jsonb NOT NULL,
	PRIMARY KEY("version","line","slice")
);

CREATE TABLE "plan_changes" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"version" text NOT NULL,
	"line" text NOT NULL,
	"slice" text NOT NULL,
	"period" text NOT NULL,
	"before" text,
	"after" text,
	"why" text DEFAULT '' NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE INDEX "plan_changes_cell" ON "plan_changes" ("version", "line", "slice", "period");

CREATE INDEX "plan_changes_seq" ON "plan_changes" ("version", "seq");

CREATE TABLE "plan_comments" (
	"id" text PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"line" text NOT NULL,
	"slice" text NOT NULL,
	"period" text NOT NULL,
	"text" text NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp with time zone
);

CREATE INDEX "plan_comments_version" ON "plan_comments" ("version");

CREATE TABLE "plan_snapshots" (
	"id" text PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"reason" text NOT NULL,
	"hash" text NOT NULL,
	"content" jsonb NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "plan_decisions" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"subject" text NOT NULL,
	"step" text NOT NULL,
	"comment" text DEFAULT '' NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE INDEX "plan_decisions_subject" ON "plan_decisions" ("subject");

CREATE TABLE "plan_rules" (
	"id" text PRIMARY KEY NOT NULL,
	"department" text NOT NULL,
	"from_amount" numeric(18, 4) NOT NULL,
	"role" text NOT NULL,
	"people" integer DEFAULT 1 NOT NULL
);

CREATE TABLE "plan_proposals" (
	"id" text PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"edits" jsonb NOT NULL,
	"why" text NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "plan_items" (
	"id" text PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"label" text NOT NULL,
	"kind" text NOT NULL,
	"account" text NOT NULL,
	"department" text NOT NULL,
	"cost_centre" text NOT NULL,
	"owner" text NOT NULL,
	"vendor" text NOT NULL,
	"market" text NOT NULL,
	"currency" text NOT NULL,
	"amounts" jsonb NOT NULL,
	"pattern" jsonb,
	"note" text DEFAULT '' NOT NULL,
	"saved" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE INDEX "plan_items_version" ON "plan_items" ("version");

CREATE TABLE "plan_commitments" (
	"id" text PRIMARY KEY NOT NULL,
	"item" text NOT NULL,
	"kind" text NOT NULL,
	"reference" text NOT NULL,
	"vendor" text NOT NULL,
	"amount" text NOT NULL,
	"currency" text NOT NULL,
	"from_day" text NOT NULL,
	"to_day" text NOT NULL,
	"open" integer DEFAULT 1 NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"saved" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE INDEX "plan_commitments_item" ON "plan_commitments" ("item");

CREATE TABLE "plan_spent" (
	"id" text PRIMARY KEY NOT NULL,
	"item" text NOT NULL,
	"day" text NOT NULL,
	"amount" text NOT NULL,
	"currency" text NOT NULL,
	"source" text NOT NULL,
	"reference" text DEFAULT '' NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE INDEX "plan_spent_item" ON "plan_spent" ("item");

CREATE TABLE "plan_closes" (
	"period" text PRIMARY KEY NOT NULL,
	"from_day" text NOT NULL,
	"to_day" text NOT NULL,
	"figures" jsonb NOT NULL,
	"reconciliation" text NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "plan_overlays" (
	"id" text PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"metric" text NOT NULL,
	"period" text NOT NULL,
	"from_day" text NOT NULL,
	"to_day" text NOT NULL,
	"baseline" text NOT NULL,
	"value" text NOT NULL,
	"reason" text NOT NULL,
	"confidence" text NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE INDEX "plan_overlays_version" ON "plan_overlays" ("version");

CREATE TABLE "plan_strategies" (
	"revision" integer PRIMARY KEY NOT NULL,
	"content" jsonb NOT NULL,
	"why" text NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "plan_cases" (
	"id" text PRIMARY KEY NOT NULL,
	"content" jsonb NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"submitted_by" text,
	"saved" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "plan_mappings" (
	"headings" text PRIMARY KEY NOT NULL,
	"mapping" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
