CREATE TABLE "review_decks" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"stores" jsonb NOT NULL,
	"target" text,
	"rule" jsonb NOT NULL,
	"sections" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "review_issues" (
	"deck" text NOT NULL,
	"week" text NOT NULL,
	"content" jsonb NOT NULL,
	"hash" text NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	PRIMARY KEY("deck","week")
);

CREATE TABLE "review_notes" (
	"deck" text NOT NULL,
	"week" text NOT NULL,
	"exception" text NOT NULL,
	"text" text NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	PRIMARY KEY("deck","week","exception")
);

CREATE TABLE "review_actions" (
	"id" text PRIMARY KEY NOT NULL,
	"deck" text NOT NULL,
	"week" text NOT NULL,
	"about" text DEFAULT '' NOT NULL,
	"text" text NOT NULL,
	"owner_id" text NOT NULL,
	"owner_name" text NOT NULL,
	"due" text NOT NULL,
	"done_at" timestamp with time zone,
	"done_week" text,
	"outcome" text DEFAULT '' NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE INDEX "review_actions_deck" ON "review_actions" ("deck", "week");

CREATE TABLE "letter_subscriptions" (
	"person" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
	"kind" text NOT NULL,
	"since" text NOT NULL,
	PRIMARY KEY("person","kind")
);

CREATE TABLE "letters" (
	"person" text NOT NULL,
	"kind" text NOT NULL,
	"day" text NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"said" text DEFAULT '' NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	PRIMARY KEY("person","kind","day")
);

CREATE TABLE "threads" (
	"id" text PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"title" text NOT NULL,
	"path" text NOT NULL,
	"stores" jsonb,
	"scope" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	UNIQUE("subject","scope")
);

CREATE TABLE "comments" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"thread" text NOT NULL REFERENCES "threads" ("id") ON DELETE CASCADE,
	"text" text NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone
);

CREATE INDEX "comments_thread" ON "comments" ("thread", "seq");

CREATE TABLE "mentions" (
	"comment" text NOT NULL REFERENCES "comments" ("id") ON DELETE CASCADE,
	"person" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
	"seen_at" timestamp with time zone,
	PRIMARY KEY("comment","person")
);

CREATE INDEX "mentions_person" ON "mentions" ("person", "seen_at");

CREATE TABLE "event_rules" (
	"id" text PRIMARY KEY NOT NULL,
	"platform" text NOT NULL,
	"label" text NOT NULL,
	"kind" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

-- Where an event came from: by hand, a file, or a task system; what people wrote by hand is never overwritten.
ALTER TABLE "events" ADD COLUMN "origin" text DEFAULT 'hand' NOT NULL;
