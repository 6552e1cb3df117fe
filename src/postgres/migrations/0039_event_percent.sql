-- By how much: what a promotion takes off, what a change of prices adds, in per cent.
ALTER TABLE "events" ADD COLUMN "percent" double precision;
