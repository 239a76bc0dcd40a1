"""What an ID token must be to count, and what the environment must say; keys of our own, no network."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kitclinic.environment import Environment, EnvironmentProblem
from kitclinic.openid import FRESH_S, SKEW_S, ProviderError, had_second_step, read_token
from kitclinic.openid_providers import providers
from tests.single_sign_on.provider import configured

KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
ISSUER = "https://id.example"
PROVIDER = configured(ISSUER)
AT = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
NOW = int(AT.timestamp())
RIGHT: dict[str, Any] = {
    "iss": ISSUER, "aud": "clinic", "sub": "sub-1", "nonce": "n", "iat": NOW, "exp": NOW + 300, "auth_time": NOW,
}  # fmt: skip


def token(*, key: Any = KEY, algorithm: str = "ES256", without: str = "", **claims: Any) -> str:
    held = {name: value for name, value in (RIGHT | claims).items() if name != without}
    return jwt.encode(held, key, algorithm=algorithm)


def read(text: str, at: datetime = AT) -> dict[str, Any]:
    return read_token(PROVIDER, text, nonce="n", keys=KEY.public_key(), at=at)


def test_acc_08_a_right_token_is_read() -> None:
    assert read(token())["sub"] == "sub-1"
    assert read(token(aud=["clinic", "other"], azp="clinic"))["sub"] == "sub-1"
    edge = token(exp=NOW - SKEW_S + 1, iat=NOW + SKEW_S, nbf=NOW + SKEW_S)  # the clocks may differ so much
    assert read(edge)["sub"] == "sub-1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.example"},
        {"iss": f"{ISSUER}/"},
        {"aud": "other"},
        {"aud": ["clinic", "other"]},
        {"azp": "other"},
        {"nonce": "another"},
        {"nonce": ""},
        {"nonce": None},
        {"exp": NOW - SKEW_S},
        {"exp": "later"},
        {"exp": float("nan")},
        {"iat": NOW + SKEW_S + 1},
        {"iat": None},
        {"nbf": NOW + SKEW_S + 1},
        {"nbf": "now"},
        {"sub": ""},
        {"sub": "a" * 192},
        {"sub": "a\0"},
        {"nonce": "\ud800"},
        {"auth_time": None},
        {"auth_time": "now"},
        {"auth_time": True},
        {"auth_time": float("nan")},
        {"auth_time": NOW + 3600},
        {"key": OTHER},
        *({"without": name} for name in RIGHT),
    ],
    ids=lambda wrong: "key of another" if "key" in wrong else str(wrong),
)
def test_acc_08_a_token_with_one_thing_wrong_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ProviderError):
        read(token(**wrong))


def test_acc_08_a_token_signed_by_nobody_or_with_our_own_secret_is_refused() -> None:
    with pytest.raises(ProviderError):
        read(jwt.encode(RIGHT, "", algorithm="none"))
    with pytest.raises(ProviderError):
        read(jwt.encode(RIGHT, PROVIDER.secret * 3, algorithm="HS256"))
    with pytest.raises(ProviderError):
        read("no.token.at-all")


@pytest.mark.parametrize(("ago", "counts"), [(0, True), (FRESH_S + SKEW_S, True), (FRESH_S + SKEW_S + 1, False)])
def test_acc_08_a_minute_and_the_clocks_are_the_limit(ago: int, counts: bool) -> None:
    at = AT + timedelta(seconds=ago)
    if counts:
        assert read(token(), at)["auth_time"] == NOW
    else:
        with pytest.raises(ProviderError, match="too long ago"):
            read(token(), at)


@pytest.mark.parametrize(
    ("setting", "claims", "had"),
    [
        ("", {"amr": ["pwd", "mfa"]}, True),
        ("", {"amr": ["pwd", "otp"]}, True),
        ("", {"amr": ["hwk"]}, True),
        ("", {"amr": ["sc"]}, True),
        ("", {"amr": ["pwd"]}, False),
        ("", {"amr": ["pwd", "sms"]}, False),
        ("", {"amr": "mfa"}, False),
        ("", {"amr": [["mfa"], None, 1]}, False),
        ("", {"acr": "urn:two:factors"}, False),
        ("", {}, False),
        ("never", {"amr": ["mfa"]}, False),
        ("amr:mfa", {"amr": ["otp"]}, False),
        ("acr:urn:two:factors", {"acr": "urn:two:factors"}, True),
        ("acr:urn:two:factors", {"acr": "urn:two"}, False),
        ("acr:urn:two:factors", {"amr": ["mfa"]}, False),
        ("amr:mfa, acr:2", {"acr": "2"}, True),
        ("amr:mfa, acr:2", {"acr": 2}, False),
    ],
)
def test_sin_04_a_second_step_counts_only_as_it_was_configured(
    setting: str, claims: dict[str, Any], had: bool
) -> None:
    provider = providers(Environment(WORK | {"KITCLINIC_SSO_WORK_SECOND_STEP": setting}))["work"]
    assert had_second_step(provider, claims) is had


# -- the environment

WORK = {
    "KITCLINIC_SSO": "work",
    "KITCLINIC_SSO_WORK_ISSUER": ISSUER,
    "KITCLINIC_SSO_WORK_CLIENT": "clinic",
    "KITCLINIC_SSO_WORK_SECRET": "s",
}


def test_a_provider_is_read_with_its_defaults_and_several_may_be_named() -> None:
    home = {name.replace("WORK", "HOME"): value for name, value in WORK.items() if name != "KITCLINIC_SSO"}
    more = {
        "KITCLINIC_SSO_HOME_SITES": "a, b",
        "KITCLINIC_SSO_HOME_BUTTON": "By home",
        "KITCLINIC_SSO": "work,home",
    }
    found = providers(Environment(WORK | home | more))
    assert list(found) == ["work", "home"]
    assert found["work"] == configured(ISSUER, secret="s")
    assert (found["home"].button, found["home"].sites) == ("By home", {"a", "b"})
    assert providers(Environment({})) == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"KITCLINIC_SSO_WORK_SECRET": ""}, "set KITCLINIC_SSO_WORK_SECRET"),
        ({"KITCLINIC_SSO_WORK_ISSUER": "http://id.example"}, "must start with https"),
        ({"KITCLINIC_SSO_WORK_ISSUER": "https://id.example/?a=b"}, "without"),
        ({"KITCLINIC_SSO_WORK_SECOND_STEP": "sometimes"}, "never, or amr:VALUE"),
        ({"KITCLINIC_SSO_WORK_SECOND_STEP": "amr:mfa, amr:"}, "never, or amr:VALUE"),
        ({"KITCLINIC_SSO_WORK_SECOND_STEP": "always"}, "never, or amr:VALUE"),
        ({"KITCLINIC_SSO_WORK_COLOUR": "red"}, "Unknown setting KITCLINIC_SSO_WORK_COLOUR"),
        ({"KITCLINIC_SSO_HOME_CLIENT": "x"}, "Unknown setting KITCLINIC_SSO_HOME_CLIENT"),
        ({"KITCLINIC_SSO": "Work!"}, "Unknown setting|small letters"),
    ],
)
def test_what_is_missing_or_unknown_is_a_loud_error(change: dict[str, str], says: str) -> None:
    with pytest.raises(EnvironmentProblem, match=says):
        providers(Environment(WORK | change))
