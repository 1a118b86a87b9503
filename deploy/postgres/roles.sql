-- The roles of a Yanshu database. Run once, as a superuser, before `yanshu init`:
--     psql -f deploy/postgres/roles.sql
-- then give each role a password with \password, and create the database:
--     CREATE DATABASE yanshu OWNER yanshu_owner;

-- owns every table and runs migrations; used by `yanshu init` alone
CREATE ROLE yanshu_owner LOGIN;

-- what the product connects as: owns nothing, held by row-level security
CREATE ROLE yanshu_app LOGIN NOBYPASSRLS;
GRANT pg_read_all_stats TO yanshu_app; -- `yanshu doctor` shows the oldest open transaction, whoever holds it

-- what the pipeline reads with: SELECT on the tables it needs, over all universities
CREATE ROLE yanshu_feed LOGIN BYPASSRLS;
