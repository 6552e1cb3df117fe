-- The day a look that goes on is to come to: until then silence tells nothing.
ALTER TABLE "looks" ADD COLUMN "up_to" text;
