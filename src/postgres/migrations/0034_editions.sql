-- What records of a stream held when they were read; a program whose records hold more reads its history again.
ALTER TABLE "streams" ADD COLUMN "edition" integer DEFAULT 1 NOT NULL;
