from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0001_squashed'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='key',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('ordered_by', 'key'), name='ordered_once_a_key'),
        ),
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
