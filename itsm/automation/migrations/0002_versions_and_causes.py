import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("automation", "0001_squashed")]

    operations = [
        migrations.AddField(
            model_name="macro",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="run",
            name="cause",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="runbook",
            name="revision",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AlterField(
            model_name="breaker",
            name="runbook",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="breakers",
                to="automation.runbook",
            ),
        ),
        migrations.AddConstraint(
            model_name="breaker",
            constraint=models.UniqueConstraint(
                condition=models.Q(("runbook", None)),
                fields=("target",),
                name="one_breaker_for_all",
            ),
        ),
    ]
