-- A million rows of ten columns: what a large extract looks like.
create table measurement as
select number as id,
       (number * 7919 % 40)::integer as visits,
       40 + (number * 104729 % 9000) / 100.0::double precision as weight,
       ((number * 15485863 % 1000000) / 100.0)::numeric(12, 2) as amount,
       number % 7 = 0 as is_inpatient,
       date '2015-01-01' + (number * 31 % 4000)::integer as seen_on,
       timestamptz '2015-01-01 08:00+00' + number * interval '317 seconds' as recorded_at,
       'F' || (number * 13 % 90 + 10) || '.' || number % 10 as code,
       format('Seen %s days after the last visit; sleeps %s hours, mood %s of ten, appetite %s, works %s hours a week.',
              number * 17 % 90, number * 5 % 9, number * 3 % 10,
              (array['good', 'fair', 'poor'])[number % 3 + 1], number * 11 % 38) as finding,
       format('Continue sertraline %s mg, bloods in %s weeks, next review on the %s, letter to the general practitioner [NAME].',
              number % 4 * 50 + 50, number * 7 % 12 + 1,
              (array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'])[number % 5 + 1]) as plan
  from generate_series(1::bigint, 1000000) as number;
alter table measurement add primary key (id);
create table data_refresh as select now() as refreshed_at;
vacuum analyze measurement;
