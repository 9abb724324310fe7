from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_user_manager'),
    ]

    operations = [
        migrations.AddField(
            model_name='identityprovider',
            name='manager_claim',
            field=models.CharField(blank=True, help_text="The manager's e-mail address, user name or id there; read at every sign-in. What it does not tell stays as it is.", max_length=80, verbose_name='claim with the manager'),
        ),
        migrations.AddField(
            model_name='ldapdirectory',
            name='manager_attribute',
            field=models.CharField(blank=True, help_text='Such as manager; read at every sign-in. Left empty, managers are set by hand.', max_length=60, verbose_name='attribute of the manager'),
        ),
    ]
