from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('problems', '0005_candidates'),
    ]

    operations = [
        migrations.AddField(
            model_name='finding',
            name='depth',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='finding',
            name='gate',
            field=models.CharField(choices=[('any', 'any of those below'), ('all', 'all of those below')], default='any', max_length=3),
        ),
        migrations.AlterField(
            model_name='finding',
            name='method',
            field=models.CharField(choices=[('whys', 'Five whys'), ('timeline', 'Timeline'), ('ishikawa', 'Possible causes (Ishikawa)'), ('comparison', 'Change analysis'), ('fault_tree', 'Fault tree')], max_length=12),
        ),
    ]
