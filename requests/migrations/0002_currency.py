from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0001_squashed'),
    ]

    operations = [
        migrations.AddField(
            model_name='catalogitem',
            name='currency',
            field=models.CharField(blank=True, max_length=3, verbose_name='currency'),
        ),
        migrations.AddField(
            model_name='servicerequest',
            name='currency',
            field=models.CharField(blank=True, editable=False, max_length=3),
        ),
    ]
