from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('problems', '0007_known_words'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='problemcandidate', name='one_open_candidate_each'),
        migrations.RemoveIndex(model_name='problemcandidate', name='candidate_of_value'),
        migrations.RenameField(model_name='problemcandidate', old_name='value', new_name='shared'),
        migrations.AddIndex(
            model_name='problemcandidate',
            index=models.Index(fields=['by', 'shared', '-id'], name='candidate_of_value'),
        ),
        migrations.AddConstraint(
            model_name='problemcandidate',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('by', 'shared'), name='one_open_candidate_each'),
        ),
    ]
