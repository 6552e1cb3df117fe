CREATE TABLE "connections" (
	"id" text PRIMARY KEY NOT NULL,
	"vendor" text NOT NULL,
	"account" text NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"credentials" text NOT NULL,
	"given" jsonb NOT NULL,
	"shops" jsonb NOT NULL,
	"home" text NOT NULL,
	"facts" jsonb NOT NULL,
	"limits" jsonb NOT NULL,
	"privacy" boolean DEFAULT false NOT NULL,
	"back_days" integer NOT NULL,
	"trouble" jsonb,
	"failures" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"compared_at" timestamp with time zone,
	"by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE "streams" (
	"connection" text NOT NULL,
	"stream" text NOT NULL,
	"bookmark" bigint,
	"cursor" text,
	"edge" bigint,
	"start" bigint,
	"records" bigint DEFAULT 0 NOT NULL,
	"last_at" timestamp with time zone,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"trouble" jsonb,
	"failures" integer DEFAULT 0 NOT NULL,
	"remarks" jsonb DEFAULT '[]' NOT NULL,
	CONSTRAINT "streams_connection_stream_pk" PRIMARY KEY("connection","stream")
);
CREATE TABLE "turns" (
	"id" text PRIMARY KEY NOT NULL,
	"connection" text NOT NULL,
	"stream" text NOT NULL,
	"kind" text NOT NULL,
	"from_ms" bigint NOT NULL,
	"to_ms" bigint NOT NULL,
	"records" integer DEFAULT 0 NOT NULL,
	"total" integer,
	"inserted" integer DEFAULT 0 NOT NULL,
	"changed" integer DEFAULT 0 NOT NULL,
	"gone" integer DEFAULT 0 NOT NULL,
	"unmapped" integer DEFAULT 0 NOT NULL,
	"error" jsonb,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
CREATE INDEX "turns_by_connection" ON "turns" ("connection", "started_at");
CREATE TABLE "unmapped" (
	"connection" text NOT NULL,
	"stream" text NOT NULL,
	"key" text NOT NULL,
	"reason" text NOT NULL,
	"record" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "unmapped_connection_stream_key_pk" PRIMARY KEY("connection","stream","key")
);
CREATE TABLE "hooks_taken" (
	"connection" text NOT NULL,
	"id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "hooks_taken_connection_id_pk" PRIMARY KEY("connection","id")
);
CREATE TABLE "source_totals" (
	"connection" text NOT NULL,
	"store" text NOT NULL,
	"day" text NOT NULL,
	"values" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "source_totals_connection_store_day_pk" PRIMARY KEY("connection","store","day")
);
