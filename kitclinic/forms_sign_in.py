"""Forms of signing in and of one's own account."""

from django import forms


def _password(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget, help_text=help_text)


def _code(label: str, help_text: str) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
    return forms.CharField(label=label, max_length=20, widget=forms.TextInput(attrs=attrs), help_text=help_text)


class SignInForm(forms.Form):
    username = forms.CharField(
        label="Username",
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = _password("Password", "current-password")


class CodeForm(forms.Form):
    """A code of the codes app, or a recovery code."""

    code = _code("Code", "Six digits from your codes app, or one of your recovery codes")


class AppForm(forms.Form):
    code = _code("Code the app shows now", "Six digits; they change every 30 seconds")


class ConfirmForm(forms.Form):
    password = _password("Your password", "current-password")


class PasswordForm(forms.Form):
    password = _password("New password", "new-password", "At least 12 characters; several words are easy to keep")
    again = _password("The same password again", "new-password")
