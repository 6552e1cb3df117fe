-- How far back the history of a stream has been read once: what is read again later takes nothing from it.
ALTER TABLE "streams" ADD COLUMN "back" bigint;
UPDATE "streams" SET "back" = "edge";
