"""Where people sign in and out, and look after their own account."""

from django.urls import path

from itsm.people.views import account, reset, security, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("sign-in/forgotten/", reset.forgotten, name="forgotten"),
    path("sign-in/new-password/", reset.new_password, name="new-password"),
    path("account/", account.profile, name="account"),
    path("account/profile/", account.change_profile, name="account-profile"),
    path("account/preferences/", account.change_preferences, name="account-preferences"),
    path("account/theme/", account.change_theme, name="account-theme"),
    path("account/confirm/", security.confirm, name="account-confirm"),
    path("account/security/", security.security, name="account-security"),
    path("account/password/", security.change, name="account-password"),
    path("account/sessions/", security.sessions, name="account-sessions"),
    path("account/sessions/end/", security.end, name="account-sessions-end"),
]
