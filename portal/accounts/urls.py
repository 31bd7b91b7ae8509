"""The addresses of sign-in, all below ADMIN_PATH: what hides the desk hides them.

Included before the admin's own, whose plain sign-in they stand in front of. The names are those
that allauth and Django look up.
"""

from django.contrib import admin
from django.urls import path
from django.views.decorators.cache import never_cache

from portal.accounts import views


def _page(route, view, name):
    return path(route, never_cache(views.refusing(view)), name=name)


sign_in = never_cache(views.refusing(views.SignIn.as_view()))
# Whoever calls the admin's sign-in by another way than its address gets this one too.
admin.site.login = sign_in

_FACTOR = "second-factor/"

urlpatterns = [
    path("login/", sign_in, name="account_login"),
    _page("login/passkey/", views.PasskeySignIn.as_view(), "mfa_login_webauthn"),
    _page("login/code/", views.SecondStep.as_view(), "mfa_authenticate"),
    _page("login/again/", views.start_again, "start_again"),
    _page(_FACTOR, views.Overview.as_view(), "mfa_index"),
    _page(
        f"{_FACTOR}mailbox/",
        admin.site.admin_view(views.ConfirmMailbox.as_view()),
        "confirm_mailbox",
    ),
    _page(f"{_FACTOR}app/", views.NewApp.as_view(), "mfa_activate_totp"),
    _page(f"{_FACTOR}app/remove/", views.RemoveApp.as_view(), "mfa_deactivate_totp"),
    _page(f"{_FACTOR}passkey/", views.NewPasskey.as_view(), "mfa_add_webauthn"),
    _page(f"{_FACTOR}passkey/<int:pk>/", views.RemovePasskey.as_view(), "mfa_remove_webauthn"),
    _page(f"{_FACTOR}codes/", views.RecoveryCodes.as_view(), "mfa_view_recovery_codes"),
    _page(f"{_FACTOR}codes/new/", views.NewRecoveryCodes.as_view(), "mfa_generate_recovery_codes"),
    _page("confirm/", views.Confirm.as_view(), "account_reauthenticate"),
    _page(
        "portal/user/<int:pk>/second-factor/",
        admin.site.admin_view(views.reset_factor),
        "reset_second_factor",
    ),
    _page(
        "password_change/", admin.site.admin_view(views.OwnPassword.as_view()), "password_change"
    ),
    _page("password_reset/", views.Forgotten.as_view(), "admin_password_reset"),
    _page("password_reset/sent/", views.ForgottenSent.as_view(), "password_reset_done"),
    _page(
        "password_reset/<uidb64>/<token>/", views.ForgottenNew.as_view(), "password_reset_confirm"
    ),
    _page("password_reset/done/", views.ForgottenDone.as_view(), "password_reset_complete"),
]
