from django.db import migrations

FORWARD = """
CREATE FUNCTION core_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Events are only ever added.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER core_event_no_change BEFORE UPDATE OR DELETE ON core_event
    FOR EACH ROW EXECUTE FUNCTION core_event_is_append_only();
CREATE TRIGGER core_event_no_truncate BEFORE TRUNCATE ON core_event
    FOR EACH STATEMENT
    WHEN (current_setting('steady.may_truncate_events', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION core_event_is_append_only();
"""

BACKWARD = """
DROP TRIGGER core_event_no_truncate ON core_event;
DROP TRIGGER core_event_no_change ON core_event;
DROP FUNCTION core_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
