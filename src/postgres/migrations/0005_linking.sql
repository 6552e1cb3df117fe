-- By which rules records of several systems are one customer or account, and how far that was applied. One row, 'company'.
CREATE TABLE "linking" (
	"id" text PRIMARY KEY NOT NULL,
	"rules" jsonb NOT NULL,
	"free_mail" jsonb NOT NULL,
	"applied" jsonb,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
-- What people said of two records: that they are one, or that they are not.
CREATE TABLE "links_by_hand" (
	"id" text PRIMARY KEY NOT NULL,
	"a" jsonb NOT NULL,
	"b" jsonb NOT NULL,
	"together" boolean NOT NULL,
	"by" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
