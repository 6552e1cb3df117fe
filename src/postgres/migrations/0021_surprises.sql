ALTER TABLE "streams" ADD COLUMN "shape" jsonb;
ALTER TABLE "connections" ADD COLUMN "uncompared" jsonb;
