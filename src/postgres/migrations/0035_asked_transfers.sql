-- Transfers between budget lines that wait for the consent the rules want, and what became of them.
CREATE TABLE "plan_transfers" (
	"id" text PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"from_item" text NOT NULL,
	"to_item" text NOT NULL,
	"period" text NOT NULL,
	"amount" text NOT NULL,
	"why" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"submitted_by" text NOT NULL,
	"submitted_name" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
CREATE INDEX "plan_transfers_version" ON "plan_transfers" ("version");
