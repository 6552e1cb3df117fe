-- What owners were reminded of: each thing once.
CREATE TABLE "reminders" (
	"person" text NOT NULL,
	"subject" text NOT NULL,
	"day" text NOT NULL,
	"words" text NOT NULL,
	"path" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reminders_pkey" PRIMARY KEY("person","subject")
);

CREATE INDEX "reminders_day" ON "reminders" ("day");

-- Forecasts of parts of the company: a category, a channel.
ALTER TABLE "forecasts" ADD COLUMN "slice" text DEFAULT '' NOT NULL;
