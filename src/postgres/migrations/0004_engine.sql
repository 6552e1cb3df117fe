-- How it stands with the vendor's telling us of changes; null where nothing was asked for yet.
ALTER TABLE "connections" ADD COLUMN "hooks" jsonb;

-- What is kept of a stream is to be mapped anew: a store came that its rows may belong to.
ALTER TABLE "streams" ADD COLUMN "stale" boolean DEFAULT false NOT NULL;

-- Folders of the server that are looked through for files.
CREATE TABLE "watched_folders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"folder" text NOT NULL,
	"mapping" text,
	"preset" text,
	"store" text NOT NULL,
	"by" text NOT NULL,
	"trouble" jsonb,
	"looked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "watched_files" (
	"watched" uuid NOT NULL,
	"name" text NOT NULL,
	"size" bigint NOT NULL,
	"changed" bigint NOT NULL,
	"content" text,
	"import" uuid,
	CONSTRAINT "watched_files_watched_name_pk" PRIMARY KEY("watched","name")
);

-- People whose data was erased, by salted hash: what is read later of them is left out.
CREATE TABLE "erased" (
	"hash" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"done" boolean DEFAULT false NOT NULL
);
