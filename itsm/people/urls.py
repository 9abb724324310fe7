"""Where people sign in and out, and look after their own account."""

from django.urls import path

from itsm.people.views import account, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("account/", account.profile, name="account"),
    path("account/profile/", account.change_profile, name="account-profile"),
    path("account/preferences/", account.change_preferences, name="account-preferences"),
    path("account/theme/", account.change_theme, name="account-theme"),
]
