from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_candidate")]

    operations = [
        migrations.AlterField(
            model_name="componentcandidate",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "Proposed"),
                    ("accepted", "Taken in"),
                    ("rejected", "Left out"),
                    ("gone", "Taken in, said to be gone"),
                    ("retired", "Retired"),
                ],
                default="proposed",
                max_length=8,
                verbose_name="state",
            ),
        ),
    ]
