import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_other_houses'),
    ]

    operations = [
        migrations.AddField(
            model_name='delegate',
            name='holds_from',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name='delegate',
            name='holds_until',
            field=models.DateTimeField(editable=False, null=True),
        ),
        # Until now their days were those of UTC.
        migrations.RunSQL(
            "UPDATE people_delegate SET holds_from = starts_on::timestamp AT TIME ZONE 'UTC',"
            " holds_until = (ends_on + 1)::timestamp AT TIME ZONE 'UTC'",
            migrations.RunSQL.noop,
        ),
    ]
