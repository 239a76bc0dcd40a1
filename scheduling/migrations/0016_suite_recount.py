"""The suite's limits hold in the database: every write that touches a day recounts it under the day's lock.

A visit that is written or moved is counted over its own span, without cover. A change of roster is counted over
the whole day, with cover: cover stands for what is booked or seated. What can only help (a shift more, a break
less) is not counted. The numbers are those of SCH-02 to SCH-07, SCH-30, SCH-33, SCH-36 and SCH-37.
"""

import django.contrib.postgres.constraints
import django.db.models.expressions
from django.db import migrations, models

WORDS = """
CREATE FUNCTION suite_refuse(name text, day date, sentence text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: %', to_char(day, 'FMDay FMDD FMMonth'), sentence
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = name;
END $$;

CREATE FUNCTION suite_clock(minute integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT lpad((minute / 60 % 24)::text, 2, '0') || ':' || lpad((minute % 60)::text, 2, '0')
$$;
"""

LOCK = """
CREATE FUNCTION suite_lock(days bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- An old snapshot would not see what was booked before the lock was free.
    IF current_setting('transaction_isolation') = 'repeatable read' THEN
        RAISE EXCEPTION 'The suite is booked in read committed or serializable transactions only.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'suite_isolation';
    END IF;
    PERFORM 1 FROM scheduling_suiteday WHERE id = ANY (days) ORDER BY date, id FOR NO KEY UPDATE;
END $$;
"""

PEOPLE = """
CREATE FUNCTION suite_away(day_id bigint, person bigint, shift bigint) RETURNS int4multirange LANGUAGE sql STABLE
AS $$
    SELECT coalesce(range_agg(away), '{}'::int4multirange) FROM (
        SELECT int4range(from_minute, to_minute) AS away FROM scheduling_nursebreak WHERE shift_id = shift
        UNION ALL
        SELECT int4range(from_minute, to_minute) FROM scheduling_callout
        WHERE suite_day_id = day_id AND person_id = person AND taken_back_at IS NULL
    ) AS spans
$$;

-- One row a nurse's unbroken time on the floor, and a person of cover where cover counts.
CREATE FUNCTION suite_floor(day_id bigint, with_cover boolean) RETURNS TABLE (since integer, until integer)
LANGUAGE sql STABLE AS $$
    SELECT lower(there), upper(there)
    FROM scheduling_nurseshift AS shift
    JOIN kitclinic_staffuser AS nurse ON nurse.id = shift.nurse_id AND nurse.is_ketamine_trained
    CROSS JOIN LATERAL unnest(
        int4multirange(int4range(shift.from_minute, shift.to_minute))
        - suite_away(day_id, shift.nurse_id, shift.id)
    ) AS there
    WHERE shift.suite_day_id = day_id
    UNION ALL
    SELECT cover.from_minute, cover.to_minute
    FROM scheduling_coverneeded AS cover CROSS JOIN generate_series(1, cover.how_many)
    WHERE with_cover AND cover.suite_day_id = day_id AND cover.kind = 'nurse' AND cover.closed_at IS NULL
$$;

CREATE FUNCTION suite_on_site(day_id bigint, with_cover boolean) RETURNS int4multirange LANGUAGE sql STABLE AS $$
    SELECT coalesce(range_agg(there), '{}'::int4multirange) FROM (
        SELECT unnest(
            int4multirange(int4range(from_minute, to_minute)) - suite_away(day_id, provider_id, NULL)
        ) AS there
        FROM scheduling_providerpresence WHERE suite_day_id = day_id
        UNION ALL
        SELECT int4range(from_minute, to_minute) FROM scheduling_coverneeded
        WHERE with_cover AND suite_day_id = day_id AND kind = 'provider' AND closed_at IS NULL
    ) AS spans
$$;

CREATE FUNCTION suite_held(day_id bigint) RETURNS TABLE (
    visit bigint, chair integer, state text, seated integer, started integer, leaves integer
) LANGUAGE sql STABLE AS $$
    SELECT id, chair, state, start_minute, start_minute + iv_minutes,
           start_minute + iv_minutes + infusion_minutes + observation_minutes
    FROM scheduling_visit
    WHERE suite_day_id = day_id AND state NOT IN ('missed', 'cancelled')
$$;
"""

COUNT = """
-- Patients and IV starts against the nurses on the floor, at every minute of [since, until) at which either
-- gets worse; IV starts only before ``starts_until``.
CREATE FUNCTION suite_count_floor(
    day_id bigint, day date, since integer, until integer, starts_until integer, with_cover boolean
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    over record;
BEGIN
    WITH held AS MATERIALIZED (
        SELECT * FROM suite_held(day_id) AS one WHERE one.seated < until AND one.leaves > since
    ), floor AS MATERIALIZED (
        SELECT * FROM suite_floor(day_id, with_cover)
    ), marks AS (
        SELECT since AS minute
        UNION SELECT held.seated FROM held WHERE held.seated > since
        UNION SELECT floor.until FROM floor
        WHERE floor.until > suite_count_floor.since AND floor.until < suite_count_floor.until
    ), counts AS (
        SELECT marks.minute,
               (SELECT count(*) FROM held WHERE held.seated <= marks.minute AND held.leaves > marks.minute)
                   AS patients,
               (SELECT count(*) FROM held WHERE held.seated <= marks.minute AND held.started > marks.minute)
                   AS starts,
               (SELECT count(*) FROM floor WHERE floor.since <= marks.minute AND floor.until > marks.minute)
                   AS nurses
        FROM marks
    )
    SELECT * INTO over FROM counts
    WHERE patients > 2 * nurses OR (minute < starts_until AND starts > nurses)
    ORDER BY minute LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF over.patients > 2 * over.nurses THEN
        PERFORM suite_refuse('suite_ratio', day, format(
            'at %s there would be %s for %s on the floor; at most 2 each. Nothing was saved. '
            'Choose another time, or find cover first.',
            suite_clock(over.minute),
            CASE over.patients WHEN 1 THEN '1 patient' ELSE over.patients || ' patients' END,
            CASE over.nurses WHEN 0 THEN 'no nurse' WHEN 1 THEN '1 nurse' ELSE over.nurses || ' nurses' END));
    END IF;
    PERFORM suite_refuse('suite_iv_starts', day, format(
        'at %s there would be %s IV starts for %s on the floor; at most 1 each. Nothing was saved. '
        'Choose another time, or find cover first.',
        suite_clock(over.minute), over.starts,
        CASE over.nurses WHEN 0 THEN 'no nurse' WHEN 1 THEN '1 nurse' ELSE over.nurses || ' nurses' END));
END $$;

-- A provider on site from seating to discharge, for one visit or (NULL) for all of the day.
CREATE FUNCTION suite_count_provider(day_id bigint, day date, only_visit bigint, with_cover boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    on_site int4multirange := suite_on_site(day_id, with_cover);
    gap integer;
BEGIN
    SELECT min(lower(int4multirange(int4range(held.seated, held.leaves)) - on_site)) INTO gap
    FROM suite_held(day_id) AS held
    WHERE (only_visit IS NULL OR held.visit = only_visit)
      AND NOT int4range(held.seated, held.leaves) <@ on_site;
    IF gap IS NOT NULL THEN
        PERFORM suite_refuse('suite_provider', day, format(
            'no provider would be on site at %s. Nothing was saved. Choose another time, or find cover first.',
            suite_clock(gap)));
    END IF;
END $$;

CREATE FUNCTION suite_recount(day_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    day date;
BEGIN
    PERFORM suite_lock(ARRAY[day_id]);
    IF NOT EXISTS (SELECT 1 FROM suite_held(day_id)) THEN
        RETURN;
    END IF;
    SELECT date INTO day FROM scheduling_suiteday WHERE id = day_id;
    PERFORM suite_count_floor(day_id, day, 0, 2880, 2880, true);
    PERFORM suite_count_provider(day_id, day, NULL, true);
END $$;
"""

VISIT = """
CREATE FUNCTION suite_visit_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    visit scheduling_visit;
    day scheduling_suiteday;
    leaves integer;
    seated boolean := false;
    moved boolean := true;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM suite_lock(ARRAY[OLD.suite_day_id, NEW.suite_day_id]);
    ELSE
        PERFORM suite_lock(ARRAY[NEW.suite_day_id]);
    END IF;
    SELECT * INTO visit FROM scheduling_visit WHERE id = NEW.id;
    IF NOT FOUND OR visit.state IN ('missed', 'cancelled') THEN
        RETURN NULL;
    END IF;
    SELECT * INTO day FROM scheduling_suiteday WHERE id = visit.suite_day_id;
    leaves := visit.start_minute + visit.iv_minutes + visit.infusion_minutes + visit.observation_minutes;
    IF TG_OP = 'UPDATE' AND OLD.state NOT IN ('missed', 'cancelled') AND OLD.suite_day_id = visit.suite_day_id THEN
        moved := (OLD.start_minute, OLD.iv_minutes, OLD.infusion_minutes, OLD.observation_minutes)
            IS DISTINCT FROM
            (visit.start_minute, visit.iv_minutes, visit.infusion_minutes, visit.observation_minutes);
        seated := OLD.state IN ('arrived', 'attended');  -- a patient who has come stays longer: a fact
    END IF;
    IF visit.date <> day.date THEN
        PERFORM suite_refuse('suite_day_of_visit', day.date, 'the visit is dated '
            || to_char(visit.date, 'FMDay FMDD FMMonth') || '. Nothing was saved; reload the page.');
    END IF;
    IF visit.chair > day.chairs THEN
        PERFORM suite_refuse('suite_chairs', day.date, format(
            'there is no chair %s; the suite has %s. Nothing was saved. Choose another chair.',
            visit.chair, day.chairs));
    END IF;
    IF NOT seated AND EXISTS (
        SELECT 1 FROM scheduling_chairoutage
        WHERE site_id = day.site_id AND chair = visit.chair AND first_day <= day.date
          AND (last_day IS NULL OR last_day >= day.date)
    ) THEN
        PERFORM suite_refuse('suite_chair_out', day.date, format(
            'chair %s is out of service. Nothing was saved. Choose another chair.', visit.chair));
    END IF;
    IF NOT moved THEN
        RETURN NULL;
    END IF;
    IF NOT seated THEN
        IF day.closed_because <> '' THEN
            PERFORM suite_refuse('suite_closed', day.date, format(
                'the clinic is closed (%s). Nothing was saved. Choose another day.', day.closed_because));
        END IF;
        IF visit.start_minute < day.opens_minute OR leaves > day.closes_minute THEN
            PERFORM suite_refuse('suite_hours', day.date, format(
                'a visit from %s to %s is outside the hours, %s to %s. Nothing was saved. Choose another time.',
                suite_clock(visit.start_minute), suite_clock(leaves), suite_clock(day.opens_minute),
                suite_clock(day.closes_minute)));
        END IF;
        IF day.daily_cap < (SELECT count(*) FROM suite_held(day.id)) THEN
            PERFORM suite_refuse('suite_cap', day.date, format(
                'all %s visits that the day takes are booked. Nothing was saved. Choose another day.',
                day.daily_cap));
        END IF;
    END IF;
    PERFORM suite_count_floor(day.id, day.date, visit.start_minute, leaves,
                              visit.start_minute + visit.iv_minutes, seated);
    PERFORM suite_count_provider(day.id, day.date, visit.id, seated);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER suite_visit_written AFTER INSERT ON scheduling_visit
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (NEW.state NOT IN ('missed', 'cancelled')) EXECUTE FUNCTION suite_visit_counted();

CREATE CONSTRAINT TRIGGER suite_visit_moved AFTER UPDATE ON scheduling_visit
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (NEW.state NOT IN ('missed', 'cancelled') AND (
        OLD.state IN ('missed', 'cancelled')
        OR (OLD.suite_day_id, OLD.date, OLD.chair, OLD.start_minute, OLD.iv_minutes, OLD.infusion_minutes,
            OLD.observation_minutes)
        IS DISTINCT FROM
           (NEW.suite_day_id, NEW.date, NEW.chair, NEW.start_minute, NEW.iv_minutes, NEW.infusion_minutes,
            NEW.observation_minutes)
    )) EXECUTE FUNCTION suite_visit_counted();
"""

DAY = """
-- Hours, closure, chairs and cap are asked of visits whose patients have not come.
CREATE FUNCTION suite_day_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day scheduling_suiteday;
    held record;
BEGIN
    PERFORM suite_lock(ARRAY[NEW.id]);
    SELECT * INTO day FROM scheduling_suiteday WHERE id = NEW.id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF (OLD.date, OLD.site_id) IS DISTINCT FROM (day.date, day.site_id)
       AND EXISTS (SELECT 1 FROM scheduling_visit WHERE suite_day_id = day.id) THEN
        PERFORM suite_refuse('suite_day_of_visit', OLD.date, 'a day with visits keeps its date. Nothing was saved.');
    END IF;
    SELECT count(*) AS count, count(*) FILTER (WHERE state = 'booked') AS booked,
           min(seated) FILTER (WHERE state = 'booked') AS first,
           max(leaves) FILTER (WHERE state = 'booked') AS last,
           max(chair) FILTER (WHERE state <> 'attended') AS chair
    INTO held FROM suite_held(day.id);
    IF day.closed_because <> '' AND OLD.closed_because IS DISTINCT FROM day.closed_because AND held.booked > 0 THEN
        PERFORM suite_refuse('suite_closed', day.date, format(
            '%s booked %s. Nothing was saved. Move or cancel them, then close the day.',
            held.booked, CASE held.booked WHEN 1 THEN 'visit is' ELSE 'visits are' END));
    END IF;
    IF (OLD.opens_minute, OLD.closes_minute) IS DISTINCT FROM (day.opens_minute, day.closes_minute)
       AND (held.first < day.opens_minute OR held.last > day.closes_minute) THEN
        PERFORM suite_refuse('suite_hours', day.date, format(
            'visits are booked from %s to %s. Nothing was saved. Choose hours that hold them.',
            suite_clock(held.first), suite_clock(held.last)));
    END IF;
    IF day.chairs < OLD.chairs AND held.chair > day.chairs THEN
        PERFORM suite_refuse('suite_chairs', day.date, format(
            'a visit is booked in chair %s. Nothing was saved. Move it first.', held.chair));
    END IF;
    IF OLD.daily_cap IS DISTINCT FROM day.daily_cap AND held.count > day.daily_cap THEN
        PERFORM suite_refuse('suite_cap', day.date, format(
            '%s visits are booked. Nothing was saved. Choose a cap of %s or more.', held.count, held.count));
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER suite_day_changed AFTER UPDATE ON scheduling_suiteday
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN ((OLD.site_id, OLD.date, OLD.opens_minute, OLD.closes_minute, OLD.chairs, OLD.daily_cap,
           OLD.closed_because)
          IS DISTINCT FROM
          (NEW.site_id, NEW.date, NEW.opens_minute, NEW.closes_minute, NEW.chairs, NEW.daily_cap,
           NEW.closed_because))
    EXECUTE FUNCTION suite_day_counted();

CREATE FUNCTION suite_chair_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    outage scheduling_chairoutage;
    booked record;
BEGIN
    PERFORM suite_lock(coalesce((
        SELECT array_agg(id) FROM scheduling_suiteday
        WHERE site_id = NEW.site_id AND date >= NEW.first_day AND date <= coalesce(NEW.last_day, 'infinity')
    ), '{}'));
    SELECT * INTO outage FROM scheduling_chairoutage WHERE id = NEW.id;
    SELECT visit.date, visit.start_minute INTO booked FROM scheduling_visit AS visit
    WHERE visit.site_id = outage.site_id AND visit.chair = outage.chair AND visit.state IN ('booked', 'arrived')
      AND visit.date >= outage.first_day AND visit.date <= coalesce(outage.last_day, 'infinity')
    ORDER BY visit.date, visit.start_minute LIMIT 1;
    IF FOUND THEN
        PERFORM suite_refuse('suite_chair_out', booked.date, format(
            'the visit at %s is in chair %s. Nothing was saved. Give it another chair first.',
            suite_clock(booked.start_minute), outage.chair));
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER suite_chair_out AFTER INSERT OR UPDATE ON scheduling_chairoutage
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION suite_chair_counted();
"""

ROSTER = """
CREATE FUNCTION suite_roster_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'scheduling_nursebreak' THEN
        PERFORM suite_recount(suite_day_id) FROM scheduling_nurseshift WHERE id = NEW.shift_id;
    ELSIF TG_TABLE_NAME = 'scheduling_callout' THEN
        PERFORM suite_recount(NEW.suite_day_id);
    ELSE
        PERFORM suite_recount(OLD.suite_day_id);
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER suite_shift_changed AFTER UPDATE OR DELETE ON scheduling_nurseshift
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION suite_roster_counted();
CREATE CONSTRAINT TRIGGER suite_break_changed AFTER INSERT OR UPDATE ON scheduling_nursebreak
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION suite_roster_counted();
CREATE CONSTRAINT TRIGGER suite_call_out_changed AFTER INSERT OR UPDATE ON scheduling_callout
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION suite_roster_counted();
CREATE CONSTRAINT TRIGGER suite_provider_changed AFTER UPDATE OR DELETE ON scheduling_providerpresence
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION suite_roster_counted();
CREATE CONSTRAINT TRIGGER suite_cover_changed AFTER UPDATE OR DELETE ON scheduling_coverneeded
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION suite_roster_counted();

-- Training taken away counts for days from yesterday on: what was done before stays done.
CREATE FUNCTION suite_training_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    days bigint[];
    one bigint;
BEGIN
    SELECT array_agg(day.id ORDER BY day.date) INTO days
    FROM scheduling_suiteday AS day
    WHERE day.date >= current_date - 1
      AND EXISTS (SELECT 1 FROM scheduling_nurseshift WHERE suite_day_id = day.id AND nurse_id = NEW.id);
    IF days IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM suite_lock(days);
    FOREACH one IN ARRAY days LOOP
        PERFORM suite_recount(one);
    END LOOP;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER suite_training_changed AFTER UPDATE ON kitclinic_staffuser
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (OLD.is_ketamine_trained AND NOT NEW.is_ketamine_trained) EXECUTE FUNCTION suite_training_counted();
"""

AWAY = """
DROP TRIGGER suite_training_changed ON kitclinic_staffuser;
DROP TRIGGER suite_cover_changed ON scheduling_coverneeded;
DROP TRIGGER suite_provider_changed ON scheduling_providerpresence;
DROP TRIGGER suite_call_out_changed ON scheduling_callout;
DROP TRIGGER suite_break_changed ON scheduling_nursebreak;
DROP TRIGGER suite_shift_changed ON scheduling_nurseshift;
DROP TRIGGER suite_chair_out ON scheduling_chairoutage;
DROP TRIGGER suite_day_changed ON scheduling_suiteday;
DROP TRIGGER suite_visit_moved ON scheduling_visit;
DROP TRIGGER suite_visit_written ON scheduling_visit;
DROP FUNCTION suite_training_counted, suite_roster_counted, suite_chair_counted, suite_day_counted,
    suite_visit_counted, suite_recount, suite_count_provider, suite_count_floor, suite_held, suite_on_site,
    suite_floor, suite_away, suite_lock, suite_clock, suite_refuse;
"""


def _once(person: str, name: str, sentence: str) -> django.contrib.postgres.constraints.ExclusionConstraint:
    def span(kind: str, first: str, last: str, bounds: str) -> models.Func:
        return models.Func(
            models.F(first),
            models.F(last),
            models.Value(bounds),
            function=kind,
            output_field=models.TextField(),
        )

    return django.contrib.postgres.constraints.ExclusionConstraint(
        name=name,
        expressions=[
            (span("int8range", "site_id", "site_id", "[]"), "&&"),
            (span("int8range", "suite_day_id", "suite_day_id", "[]"), "&&"),
            (span("int8range", person, person, "[]"), "&&"),
            (span("int4range", "from_minute", "to_minute", "[)"), "&&"),
        ],
        violation_error_message=sentence,
    )


class Migration(migrations.Migration):
    dependencies = [("kitclinic", "0004_scheduling_settings"), ("scheduling", "0015_visit_revision")]
    operations = [
        migrations.AddConstraint(
            "nurseshift",
            _once(
                "nurse_id",
                "nurse_shift_once",
                "This nurse is on shift at that time already. Nothing was saved; reload the page.",
            ),
        ),
        migrations.AddConstraint(
            "providerpresence",
            _once(
                "provider_id",
                "provider_presence_once",
                "This provider is on site at that time already. Nothing was saved; reload the page.",
            ),
        ),
        migrations.RunSQL([WORDS, LOCK, PEOPLE, COUNT, VISIT, DAY, ROSTER], AWAY),
    ]
