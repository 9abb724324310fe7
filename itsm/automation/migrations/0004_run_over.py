from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("automation", "0003_likeness")]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)),
                fields=["ended_at"],
                name="run_over",
            ),
        ),
    ]
