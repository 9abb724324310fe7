from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_seals_are_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='Interest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subscriber', models.CharField(max_length=80)),
                ('event_name', models.CharField(max_length=60)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('event_name', 'subscriber'), name='one_interest_each')],
            },
        ),
    ]
