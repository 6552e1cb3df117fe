-- Tasks and cards that were made of an action or an alert.
CREATE TABLE "made_tasks" (
	"subject" text PRIMARY KEY NOT NULL,
	"connection" text NOT NULL,
	"platform" text NOT NULL,
	"project" text NOT NULL,
	"task" text NOT NULL,
	"url" text NOT NULL,
	"by_id" text NOT NULL,
	"by_name" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
