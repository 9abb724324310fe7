from django.db import migrations

FORWARD = """
CREATE FUNCTION core_seal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Seals are only ever added.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER core_seal_no_change BEFORE UPDATE OR DELETE ON core_seal
    FOR EACH ROW EXECUTE FUNCTION core_seal_is_append_only();
CREATE TRIGGER core_seal_no_truncate BEFORE TRUNCATE ON core_seal
    FOR EACH STATEMENT
    WHEN (current_setting('steady.may_truncate_events', true) IS DISTINCT FROM 'yes')
    EXECUTE FUNCTION core_seal_is_append_only();
"""

BACKWARD = """
DROP TRIGGER core_seal_no_truncate ON core_seal;
DROP TRIGGER core_seal_no_change ON core_seal;
DROP FUNCTION core_seal_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0005_seal")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
