"""What is asked at sign-in; every secret goes through the limits."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal import flows
from allauth.account.models import Login
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
)
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.forms import PasswordResetForm, UsernameField
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts import enrolment, letters, limits, second_factor
from portal.accounts.backend import find_account
from portal.models import FailedTry

LONGEST = 254


def _password_field() -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    return forms.CharField(label=_("Password"), strip=False, max_length=LONGEST, widget=widget)


def _code_field(label) -> forms.CharField:
    widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    )
    return forms.CharField(label=label, max_length=20, widget=widget)


class SignInForm(forms.Form):
    """Name or e-mail address and password; `login` takes the next step."""

    username = UsernameField(
        label=_("User name or email address"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    password = _password_field()

    def __init__(self, *args, request=None, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)

    def clean(self):
        given = super().clean()
        if self.errors:
            return given
        self.user = get_adapter().authenticate(
            self.request, username=given["username"], password=given["password"]
        )
        if self.user is None:
            raise ValidationError(gettext("The user name or the password is wrong."))
        return given

    def login(self, request, redirect_url=None):
        login = Login(user=self.user, redirect_url=redirect_url)
        return flows.login.perform_password_login(request, {}, login)


class CodeForm(AuthenticateForm):
    """The second step: a code of the phone, or one of the recovery codes."""

    code = _code_field(_("Code"))

    def clean_code(self):
        code, request = self.cleaned_data["code"], context.request
        row = limits.begin(request, FailedTry.CODE, user=self.user)
        self.authenticator = second_factor.take_code(self.user, code)
        if self.authenticator is None:
            limits.failed(row, request, self.user)
            raise get_adapter().validation_error("incorrect_code")
        limits.passed(row)
        return code


class MailboxForm(forms.Form):
    """The code of the letter that is sent before the first factor is made."""

    code = _code_field(_("The code in the letter"))

    def __init__(self, *args, request, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_code(self):
        code, request = self.cleaned_data["code"], self.request
        row = limits.begin(request, FailedTry.CODE, user=request.user)
        if not enrolment.confirm(request, code):
            limits.failed(row, request, request.user)
            raise ValidationError(gettext("This is not the code of the last letter, or it is old."))
        limits.passed(row)
        return code


class NewAppForm(ActivateTOTPForm):
    """The first code of a phone proves that it has the secret; nobody guesses his own."""

    code = _code_field(_("The code that the app shows"))

    def clean_code(self):
        self.step = second_factor.step_of(self.secret, self.cleaned_data["code"])
        if self.step is None:
            raise get_adapter().validation_error("incorrect_code")
        return self.cleaned_data["code"]


class _CountedPasskey:
    """A passkey cannot be guessed; who sends rubbish is counted by address alone."""

    def clean_credential(self):
        row = limits.begin(context.request, FailedTry.PASSKEY)
        try:
            credential = super().clean_credential()
        except ValidationError:
            limits.failed(row, context.request, self.user)
            raise
        limits.passed(row)
        return credential


class PasskeyForm(_CountedPasskey, AuthenticateWebAuthnForm):
    """The second step by a passkey."""


class PasskeySignInForm(_CountedPasskey, LoginWebAuthnForm):
    """Sign-in by a passkey, which asks for a finger, a face or a PIN: both factors in one."""


class NewPasskeyForm(AddWebAuthnForm):
    """Every passkey signs in without a password, so every one must have verified its owner."""

    passwordless = None
    name = forms.CharField(
        label=_("Name of the passkey"),
        max_length=80,
        required=False,
        help_text=_("So that you know it again. For example: work laptop, key on my key ring."),
    )

    def clean(self):
        given = super().clean()
        credential = given.get("credential")
        if credential and not _is_verified(credential):
            raise get_adapter().validation_error("incorrect_code")
        return given


def _is_verified(credential: dict) -> bool:
    response = webauthn.parse_registration_response(credential).response
    return response.attestation_object.auth_data.is_user_verified()


class ConfirmForm(ReauthenticateForm):
    """The password once more, before what protects the account is changed."""

    password = _password_field()


class OwnPasswordForm(AdminPasswordChangeForm):
    """One's own password; who found an open screen does not guess the old one here either."""

    def clean_old_password(self):
        old = self.cleaned_data["old_password"]
        if not get_adapter().reauthenticate(self.user, old):
            raise get_adapter().validation_error("incorrect_password")
        return old


class ForgottenForm(PasswordResetForm):
    """A letter with a link, whatever was asked for: the answer tells nobody who has an account."""

    def clean_email(self):
        """Every letter counts, so that nobody's mailbox is filled; raises limits.Locked."""
        email = self.cleaned_data["email"]
        account = find_account(email)
        row = limits.begin(context.request, FailedTry.RESET, user=account, name=email)
        self.is_too_much = limits.recent(row) > limits.MOST
        return email

    def get_users(self, email):
        users = [] if self.is_too_much else super().get_users(email)
        return (user for user in users if user.is_staff)

    def send_mail(self, subject_template, email_template, context, *args, **kwargs):
        args = {"uidb64": context["uid"], "token": context["token"]}
        letters.write(
            context["user"],
            gettext("A new password for your account"),
            gettext(
                "Somebody, you we hope, asked for a new password. Choose one here within an hour:"
                "\n\n%(link)s\n\nIf it was not you, do nothing: your password stays."
            )
            % {"link": settings.SITE_URL + reverse("password_reset_confirm", kwargs=args)},
        )
