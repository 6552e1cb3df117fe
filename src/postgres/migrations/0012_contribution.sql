CREATE TABLE "cost_waterfall" (
	"id" text PRIMARY KEY NOT NULL,
	"tiers" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "cost_rates" (
	"id" text PRIMARY KEY NOT NULL,
	"cost" text NOT NULL,
	"store" text,
	"currency" text,
	"from_day" text NOT NULL,
	"per_order" text NOT NULL,
	"per_unit" text NOT NULL,
	"of_sales" text NOT NULL,
	"per_return" text NOT NULL,
	"of_returns" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "metric_owners" (
	"metric" text PRIMARY KEY NOT NULL,
	"person" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
