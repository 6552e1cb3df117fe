-- A reforecast on its way: what was signed off, what the checks may fail on and why, and what may yet come.
CREATE TABLE "plan_reforecasts" (
	"version" text PRIMARY KEY NOT NULL,
	"capacity" text,
	"steps" jsonb DEFAULT '{}' NOT NULL,
	"accepted" jsonb DEFAULT '{}' NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "plan_risks" (
	"id" text PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"kind" text NOT NULL,
	"line" text NOT NULL,
	"title" text NOT NULL,
	"probability" text NOT NULL,
	"impact" jsonb NOT NULL,
	"owner" text DEFAULT '' NOT NULL,
	"treatment" text NOT NULL,
	"what" text DEFAULT '' NOT NULL,
	"open" integer DEFAULT 1 NOT NULL,
	"saved" integer DEFAULT 1 NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE INDEX "plan_risks_version" ON "plan_risks" ("version");

-- Files beside budget lines and business cases; their bytes lie in the data folder under the id.
CREATE TABLE "plan_files" (
	"id" text PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"bytes" integer NOT NULL,
	"sha256" text NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE INDEX "plan_files_subject" ON "plan_files" ("subject");
