ALTER TABLE "streams" ADD COLUMN "shape" jsonb;
