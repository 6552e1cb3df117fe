-- A budget line goes along with a version begun from another: the line it was first, under which money, promises and files stand.
ALTER TABLE "plan_items" ADD COLUMN "origin" text;
CREATE INDEX "plan_items_origin" ON "plan_items" ("origin");
