"""Where people sign in and out, and look after their own account."""

from django.urls import path

from itsm.people.views import account, enrol, factor, oidc, reset, security, sign_in, tokens

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("sign-in/forgotten/", reset.forgotten, name="forgotten"),
    path("sign-in/new-password/", reset.new_password, name="new-password"),
    path("sign-in/factor/", factor.factor, name="factor"),
    path("sign-in/passkey/", factor.passkey, name="factor-passkey"),
    path("sign-in/passkey/options/", factor.passkey_options, name="passkey-options"),
    path("sign-in/with/<slug:slug>/", oidc.start, name="oidc"),
    path("sign-in/with/<slug:slug>/back/", oidc.back, name="oidc-back"),
    path("sign-in/enrol/", enrol.choose, name="enrol"),
    path("account/factors/app/", enrol.app, name="factor-add-app"),
    path("account/factors/passkey/", enrol.passkey, name="factor-add-passkey"),
    path("account/factors/passkey/options/", enrol.passkey_options, name="factor-add-options"),
    path("account/factors/spare-codes/", enrol.spare_codes, name="factor-spare-codes"),
    path("account/factors/remove/", enrol.remove, name="factor-remove"),
    path("account/", account.profile, name="account"),
    path("account/profile/", account.change_profile, name="account-profile"),
    path("account/email/", account.email, name="email"),
    path("account/preferences/", account.change_preferences, name="account-preferences"),
    path("account/theme/", account.change_theme, name="account-theme"),
    path("account/tokens/", tokens.tokens, name="account-tokens"),
    path("account/tokens/issue/", tokens.issue, name="account-tokens-issue"),
    path("account/tokens/revoke/", tokens.revoke, name="account-tokens-revoke"),
    path("account/confirm/", security.confirm, name="account-confirm"),
    path("account/security/", security.security, name="account-security"),
    path("account/password/", security.change, name="account-password"),
    path("account/sessions/", security.sessions, name="account-sessions"),
    path("account/sessions/end/", security.end, name="account-sessions-end"),
]
