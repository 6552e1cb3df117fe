-- Who is not reminded; an empty person: nobody in the company is.
CREATE TABLE "reminders_off" (
	"person" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
