#!/bin/sh
# Runs once, when the volume is empty: each database with a role of its own name that alone may use it. The services
# own theirs; the hospital's are the administrator's, and their roles may read.
set -eu
password=$(cat /run/secrets/coffer/role-password)
for name in coffer_gateway coffer_consent coffer_mailer coffer_research_query demo_clinical demo_identity demo_research; do
  case $name in
    coffer_*) owner=$name ;;
    *) owner=postgres ;;
  esac
  psql --set ON_ERROR_STOP=1 --username postgres --set name="$name" --set owner="$owner" --set password="$password" <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"owner";
revoke all on database :"name" from public;
grant connect on database :"name" to :"name";
\connect :"name"
alter default privileges in schema public grant select on tables to :"name";
SQL
done
