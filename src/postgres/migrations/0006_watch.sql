-- Forecasts as they were made, what they were made of, and what came.
CREATE TABLE "forecasts" (
	"id" text PRIMARY KEY NOT NULL,
	"metric" text NOT NULL,
	"store" text NOT NULL,
	"currency" text NOT NULL,
	"as_of" text NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"hindsight" boolean NOT NULL,
	"inputs" jsonb NOT NULL,
	"model" text NOT NULL,
	"why" text NOT NULL,
	"beats_naive" boolean,
	"backtest" jsonb,
	"points" jsonb NOT NULL,
	"naive" jsonb NOT NULL,
	"actuals" jsonb NOT NULL
);

CREATE INDEX "forecasts_course" ON "forecasts" ("metric", "store", "as_of");

-- What is watched for, found, done about it, and told to whom.
CREATE TABLE "alert_rules" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"metric" text NOT NULL,
	"by" jsonb NOT NULL,
	"against" text NOT NULL,
	"about" text NOT NULL,
	"direction" text NOT NULL,
	"score" double precision NOT NULL,
	"least_share" double precision NOT NULL,
	"least_money" numeric(18, 4),
	"least_volume" double precision NOT NULL,
	"persistence" integer NOT NULL,
	"cool_down" integer NOT NULL,
	"active" boolean NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "alerts" (
	"id" text PRIMARY KEY NOT NULL,
	"rule" text NOT NULL,
	"metric" text NOT NULL,
	"slice" jsonb NOT NULL,
	"stores" jsonb NOT NULL,
	"kind" text NOT NULL,
	"direction" text NOT NULL,
	"since" text NOT NULL,
	"until" text,
	"seen_on" text NOT NULL,
	"score" double precision NOT NULL,
	"finding" jsonb NOT NULL,
	"money_per_day" double precision,
	"currency" text NOT NULL,
	"doubt" text,
	"state" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"snoozed_until" text,
	"useful" boolean,
	"first_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);

CREATE INDEX "alerts_state" ON "alerts" ("state", "seen_on");

CREATE TABLE "alert_acts" (
	"id" text PRIMARY KEY NOT NULL,
	"alert" text NOT NULL,
	"act" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE INDEX "alert_acts_alert" ON "alert_acts" ("alert");

CREATE TABLE "alert_channels" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"to" text NOT NULL,
	"sealed" text NOT NULL,
	"stores" jsonb,
	"alerts" boolean NOT NULL,
	"least_money" numeric(18, 4),
	"digest_at" integer,
	"quiet_from" integer,
	"quiet_to" integer,
	"stale" text NOT NULL,
	"active" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

-- What is to be sent: one row for each message and channel, whatever happens to the process.
CREATE TABLE "outbox" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"channel" text NOT NULL,
	"message" jsonb NOT NULL,
	"state" text NOT NULL,
	"not_before" timestamp with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"claimed_at" timestamp with time zone,
	"sent_at" timestamp with time zone,
	"error" text,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "outbox_key" UNIQUE("key")
);

CREATE INDEX "outbox_waiting" ON "outbox" ("state", "not_before");
