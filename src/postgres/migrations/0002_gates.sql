-- Who invited is known by id: an invitation ends with what its inviter may give.
ALTER TABLE "invitations" ADD COLUMN "invited_by_id" text;

UPDATE "invitations" SET "invited_by_id" = CASE
  WHEN "invited_by" IN ('system', 'command line') THEN 'system'
  ELSE (SELECT min("id") FROM "user" WHERE "name" = "invited_by" HAVING count(*) = 1)
END;

-- The request an act came in, as it stands in the log and in the answer; and the stores it concerns, null for the company.
ALTER TABLE "audit" ADD COLUMN "request" text;

ALTER TABLE "audit" ADD COLUMN "stores" jsonb;

-- Browsers are not trusted past the second factor any more.
DELETE FROM "verification" WHERE "identifier" LIKE 'trust-device-%';
