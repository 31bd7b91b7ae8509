"""The pages of sign-in, in the admin's dress; allauth's steps behind them."""

from __future__ import annotations

from functools import wraps

from allauth.account.internal.stagekit import clear_login
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import AddWebAuthnView, LoginWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import views as auth_views
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import FormView

from portal.account_rights import may_change
from portal.accounts import enrolment, forms, limits, second_factor
from portal.accounts.limits import Locked
from portal.models import FailedTry, User


def refusing(view):
    """A view that answers 429, and how long to wait, when there were too many tries."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Locked as locked:
            context = admin.site.each_context(request) | {
                "title": _("Too many tries"),
                "minutes": locked.minutes,
            }
            page = render(request, "admin/account/refused.html", context, status=429)
            page["Retry-After"] = str(locked.seconds)
            return page

    return guarded


class DeskPage:
    """What the admin's templates want to know."""

    title = ""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | admin.site.each_context(self.request)
        is_owed = second_factor.is_owed(self.request.user)
        return context | {"title": self.title, "is_owed": is_owed}


class SignIn(DeskPage, LoginView):
    title = _("Log in")
    template_name = "admin/login.html"
    form_class = forms.SignInForm

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "app_path": self.request.get_full_path(),
            "next": context["redirect_field_value"] or "",
            "has_letters": settings.EMAIL_IS_SENT,
        }


class SecondStep(DeskPage, AuthenticateView):
    title = _("The second step")
    template_name = "admin/account/code.html"
    form_class = forms.CodeForm
    webauthn_form_class = forms.PasskeyForm


class PasskeySignIn(LoginWebAuthnView):
    form_class = forms.PasskeySignInForm


@require_POST
def start_again(request):
    """Leave the second step, to sign in as somebody else."""
    clear_login(request)
    return redirect("account_login")


class Overview(DeskPage, IndexView):
    """The factors that there are; where one is owed, the way to it."""

    title = _("Sign-in security")
    template_name = "admin/account/overview.html"


class ConfirmMailbox(DeskPage, FormView):
    """A code from a letter, before the first factor is made."""

    title = _("Is this your mailbox?")
    template_name = "admin/account/confirm_mailbox.html"
    form_class = forms.MailboxForm
    success_url = reverse_lazy("mfa_index")

    def dispatch(self, request, *args, **kwargs):
        if enrolment.is_open(request):
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if "send" not in request.POST:
            return super().post(request, *args, **kwargs)
        limits.begin(request, FailedTry.RESET, user=request.user)  # a letter like that one
        enrolment.send(request)
        return redirect("confirm_mailbox")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"request": self.request}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"is_sent": enrolment.is_sent(self.request)}


class NewApp(DeskPage, ActivateTOTPView):
    title = _("App on the phone")
    template_name = "admin/account/new_app.html"
    form_class = forms.NewAppForm

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        blocks = [secret[start : start + 4] for start in range(0, len(secret), 4)]
        return context | {"secret": " ".join(blocks)}

    def form_valid(self, form):
        response = super().form_valid(form)
        second_factor.use_up(self.request.user, form.step)
        return response


class RemoveApp(DeskPage, DeactivateTOTPView):
    title = _("Remove the app on the phone")
    template_name = "admin/account/remove.html"
    extra_context = {"what": _("The app on your phone will no longer give codes for this account.")}


class NewPasskey(DeskPage, AddWebAuthnView):
    title = _("New passkey")
    template_name = "admin/account/new_passkey.html"
    form_class = forms.NewPasskeyForm

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            **kwargs
        )  # asks for a key, which we ask anew: last counts
        options = webauthn.begin_registration(self.request.user, passwordless=True)
        return context | {"js_data": {"creation_options": options}}


class RemovePasskey(DeskPage, RemoveWebAuthnView):
    title = _("Remove the passkey")
    template_name = "admin/account/remove.html"
    success_url = reverse_lazy("mfa_index")
    extra_context = {"what": _("This passkey will no longer open this account:")}


class RecoveryCodes(DeskPage, ViewRecoveryCodesView):
    title = _("Recovery codes")
    template_name = "admin/account/recovery_codes.html"


class NewRecoveryCodes(DeskPage, GenerateRecoveryCodesView):
    title = _("New recovery codes")
    template_name = "admin/account/new_recovery_codes.html"


class Confirm(DeskPage, ReauthenticateView):
    title = _("Enter your password once more")
    template_name = "admin/account/confirm.html"
    form_class = forms.ConfirmForm


class OwnPassword(DeskPage, auth_views.PasswordChangeView):
    title = _("Change password")
    template_name = "registration/password_change_form.html"
    form_class = forms.OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")


class _ByLetter(DeskPage):
    """Pages that are there only where letters are sent."""

    def dispatch(self, *args, **kwargs):
        if not settings.EMAIL_IS_SENT:
            raise Http404
        return super().dispatch(*args, **kwargs)


class Forgotten(_ByLetter, auth_views.PasswordResetView):
    title = _("Forgotten password")
    form_class = forms.ForgottenForm


class ForgottenSent(_ByLetter, auth_views.PasswordResetDoneView):
    title = _("Look into your mailbox")


class ForgottenNew(_ByLetter, auth_views.PasswordResetConfirmView):
    title = _("A new password")


class ForgottenDone(_ByLetter, auth_views.PasswordResetCompleteView):
    title = _("The new password holds")


@require_http_methods(["GET", "POST"])
def reset_factor(request, pk):
    """An administrator takes the lost second factor of somebody else off; never a superior's."""
    if not request.user.keeps_accounts:  # nor does he learn which numbers there are
        raise PermissionDenied
    account = get_object_or_404(User, pk=pk)
    if not _may_reset(request.user, account):
        raise PermissionDenied
    if request.method == "GET":
        context = admin.site.each_context(request) | {
            "title": _("Reset the second factor"),
            "account": account,
        }
        return render(request, "admin/account/reset_factor.html", context)
    second_factor.reset_second_factor(account, request=request)
    said = gettext("The second factor of %(name)s was reset. All their sessions have ended.")
    messages.success(request, said % {"name": account})
    return redirect("admin:portal_user_change", account.pk)


def _may_reset(administrator: User, account: User) -> bool:
    return administrator != account and may_change(administrator, account)
