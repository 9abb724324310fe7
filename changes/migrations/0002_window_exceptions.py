"""What a window's rule leaves out, and what is added to it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("changes", "0001_squashed")]

    operations = [
        migrations.AddField(
            model_name="window",
            name="left_out",
            field=models.TextField(
                blank=True,
                default="",
                help_text="When it is not, one a line: 2026-12-24, or 2026-12-24 22:00 in its zone.",
                max_length=20000,
                verbose_name="left out",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="window",
            name="added",
            field=models.TextField(
                blank=True,
                default="",
                help_text="When it is besides, one a line: 2026-12-24 22:00, or 2026-12-24 22:00 to "
                "2026-12-25 02:00.",
                max_length=20000,
                verbose_name="added",
            ),
            preserve_default=False,
        ),
    ]
