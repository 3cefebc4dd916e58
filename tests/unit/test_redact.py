"""What must never reach the disk is replaced, and nothing else is touched."""

from __future__ import annotations

import html
import json
import random
import uuid
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from pydantic import BaseModel, SecretBytes, SecretStr

from playhead.codec import pack, unpack
from playhead.redact import Redactor
from playhead.redact.cards import is_card_number, passes_luhn
from playhead.redact.shapes import SHAPES

KEY, GONE = "sk-proj-4f9Kd02mXq81LsPz77TgYwBn", "[redacted api key]"
RANDOM, HEX = "Zq8Xv2Lm4Nb7Kc1Jd9Hf3Gs5Pw6Ty0Ru", "0123456789abcdef" * 2
# Put together here, so that no scanner takes this file for a leak.
SERVICES = [
    *(("whsec_", RANDOM), ("pypi-", "AgEIcHlwaS5vcmc" + RANDOM * 2), ("npm_", RANDOM + "aB3d"), ("hf_", RANDOM)),
    *(("SG.", RANDOM[:22] + "." + RANDOM + "aB3dEf12345"), ("gsk_", RANDOM + RANDOM[:20]), ("xai-", RANDOM * 2)),
    *(("pplx-", RANDOM), ("dop_v1_", HEX * 2), ("shpat_", HEX), ("shpss_", HEX), ("shpca_", HEX)),
    *(("lsv2_pt_", HEX + "_0123456789"), ("lsv2_sk_", HEX + "_0123456789"), ("hvs.", RANDOM * 3), ("SK", HEX)),
    *(("key-", HEX), ("123456789:AA", RANDOM + "x"), ("MTIzNDU2Nzg5MDEyMzQ1Njc4", ".GabcdE." + RANDOM)),
    *(("ck_", HEX + HEX[:8]), ("cs_", HEX + HEX[:8]), ("sq0atp-", RANDOM[:22]), ("sq0csp-", RANDOM + RANDOM[:11])),
    *(("shippo_live_", HEX + HEX[:8]), ("pat-na1-", "01234567-89ab-4def-8123-456789abcdef")),
    *(("xkeysib-", HEX * 2 + "-" + RANDOM[:16]), ("pat", RANDOM[:14] + "." + HEX * 2), ("GOCSPX-", RANDOM[:28])),
    *(("secret_", RANDOM + RANDOM[:11]), ("ntn_", RANDOM + RANDOM[:14]), ("lin_api_", RANDOM + RANDOM[:8])),
    *(("EAA", RANDOM * 4), ("nvapi-", RANDOM * 2), ("tskey-auth-", RANDOM), ("dckr_pat_", RANDOM[:27])),
    *(("dapi", HEX), ("PMAK-", HEX[:24] + "-" + HEX + "01"), ("r8_", RANDOM + "aB3dE"), ("figd_", RANDOM + "aB3dEfgh")),
    *(("ATATT3x", RANDOM * 5), ("glsa_", RANDOM + "_" + HEX[:8])),
]
SECRETS = [
    ("api key", "sk-proj-4f9Kd02mXq81LsPz77TgYwBn"),
    ("api key", "sk-ant-api03-Zx8Qm1Lw7Rt5Vb2Nc9Kd-4f9Kd02mXq8AA"),
    ("api key", "sk-abcdefghijklmnopqrstuvwx"),
    ("api key", "sk_live_51H8xQ2eZvKYlo2CabcdEFGH"),
    ("api key", "rk_test_4eC39HqLyjWDarjtT1zdp7dc"),
    ("aws key", "AKIAIOSFODNN7EXAMPLE"),
    ("github token", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
    ("github token", "github_pat_11ABCDEFG0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcdef"),
    ("gitlab token", "glpat-xY7_kL9mN2pQ4rS6tU8v"),
    ("slack token", "xoxb-263594206564-FGqddMF8t08v8N7Oq4i57vs1"),
    ("google key", "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"),
    ("token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"),
    ("bearer token", "Bearer 7f4d2a9c0b1e8f63a5d7"),
    ("bearer token", "bearer\tmF_9.B5f-4.1JqM/abcd"),
    ("bearer token", "BEARER abcdefghijklmnopqrstuvwxyz=="),
    ("private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA04up8hoqzS1\n-----END RSA PRIVATE KEY-----"),
    ("password in address", "postgresql://admin:hunter2@"),
    *(("service key", begin + end) for begin, end in SERVICES),
    ("slack token", "xapp-" + "1-A0123456789-1234567890123-" + HEX),
    ("slack token", "hooks.slack.com/" + "services/T00000000/B00000000/" + RANDOM[:24]),
    ("google key", "ya29." + "a0AfH6SMB" + RANDOM),
    ("private key", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQdGBF\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----"),
    ("api key", "sk%2D" + "proj%2D4f9Kd02mXq81LsPz77TgYwBn"),
    ("card number", "4111111111111111"),
    ("card number", "4111 1111 1111 1111"),
    ("card number", "5500-0000-0000-0004"),
    ("card number", "3782 822463 10005"),
    ("card number", "6011000990139424"),
    ("card number", "2223003122003222"),
    ("card number", "30569309025904"),
    ("card number", "3530111333300000"),
]

ORDINARY = [
    "sk-learn-tutorial-for-beginners is what I read",
    "the column pk_customer_address_id",
    "a task-list-for-tomorrow-morning",
    "AKIA is a name",
    "AKIAIOSFODNN7EXAMPLES",
    "ghp_short",
    "xox and more",
    "AIza is short",
    "eyJust.eyJoking.around",
    "the ring bearer responsibilities",
    "a bearer of good news",
    "-----BEGIN CERTIFICATE-----\nMIIEowIBAAKCAQEA04\n-----END CERTIFICATE-----",
    "https://bikes.example/hours?day=monday",
    "http://localhost:8000/path@home",
    "mailto: ana@bikes.example",
    "the pypi-package-index and npm_config_registry, hf_hub_download, xai-explainability",
    "SG. Dynamo Dresden, key-value-store, SKU 0123456789abcdef",
    "in 2026:AA batteries, 12345678:AA",
    "shpat_ and dop_v1_ are prefixes",
    "password: ask the owner; the password is required",
    "password=settings.DB_PASSWORD, password=None, pwd=/",
    'password = "<password>", password="${DB_PASSWORD}"',
    "secret=True, max_tokens=1000000, token=token",
    "https://shop.example/orders?page_token=CAoQAA12345678&nextToken=CAoQAA12345678",
    "?next_token=CAoQAA12345678 and api_key=settings.openai_api_key_2, API_KEY=None, api-key-rotation",
    "cs_CZ, ck_editor_5, test_secret_of_a_program_with_a_long_name, shippo_live_status, lin_api_version",
    "Basic internationalization is included; Basic plan 2026",
    "disk_sk_customer_address_id, task-sk8-and-more",
    # numbers
    "2026/0608/1405/0000",
    "2019\n2020\n2021\n2022",
    "4111.1111.1111.1111.1111",
    "4111\t1111\t1111\t1111\t1111",
    "4111.1111/1111.1111",
    "4111,1111,1111,1111",
    "#4539578763621486",
    "+15550104477/+15550104478/+15550104479",
    "card_41111111111111111111",
    "12.5.2026/13.5.2026 10.00/11.30 40.00/45.50",
    "call +1 (555) 010-4477 or +44 20 7946 0958",
    "+15550104477",
    "555-123-4567 555-987-6543 555-222-3333",
    "+49 1512 3456789 0",
    "order 100234567891",
    "a pump 4684847513501, two locks 4195364052591",
    "order #4539578763621486",
    "order number: 4539578763621486",
    "Tracking no. 6011000990139424",
    "invoice 5500000000000004",
    "4111111111111112",
    "1749388800123456",
    "0.4111111111111111",
    "[.39751008152962, -.36668366193771]",
    "4111111111111111.25",
    "ID4111111111111111",
    "4111111111111111abc",
    "41111111-1111-1111-8111-111111111111",
    "IMEI 352099001761481",
    "IBAN GB29 NWBK 6016 1331 9268 19",
    "2026-06-08 14:05:00 2026-06-08 15:00:00",
    "9 12 15 18 21 24 27 30 33",
]


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "secret"), SECRETS)
def test_a_secret_is_replaced_and_what_stands_around_it_stays(kind: str, secret: str, redactor: Redactor) -> None:
    assert redactor.text(f"Hi, {secret} is it.") == f"Hi, [redacted {kind}] is it."


@pytest.mark.parametrize("text", ORDINARY)
def test_what_only_looks_like_a_secret_stays(text: str, redactor: Redactor) -> None:
    assert redactor.text(text) == text


@pytest.mark.parametrize("kind", SHAPES)
def test_every_shape_is_shown_by_an_example(kind: str) -> None:
    assert kind in {shown for shown, _ in SECRETS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mysql://h/x?user=bob&password=QueryS3cretPw9&z=1", "mysql://h/x?user=bob&password=[redacted password]&z=1"),
        ("Server=db;User=bob;Pwd=S3cretPw;", "Server=db;User=bob;Pwd=[redacted password];"),
        ("DB_PASSWD=S3cretPw", "DB_PASSWD=[redacted password]"),
        ('password = "KvScretPw"', 'password = "[redacted password]"'),
        (r'{"said": "password=\"KvScretPw\""}', r'{"said": "password=\"[redacted password]\""}'),
        ("https://h/x?token=abcdef0123&day=1", "https://h/x?token=[redacted secret]&day=1"),
        ("https://h/x?client_secret=abcdef0123", "https://h/x?client_secret=[redacted secret]"),
        ("https://h/x?api_key=" + RANDOM, "https://h/x?api_key=[redacted api key]"),
        ("OPENWEATHER_API_KEY=" + RANDOM, "OPENWEATHER_API_KEY=[redacted api key]"),
        ("{'X-Api-Key': '" + RANDOM + "'}", "{'X-Api-Key': '[redacted api key]'}"),
        ("aws_secret_access_key = " + RANDOM + "/aB3dEf9", "aws_secret_access_key = [redacted secret]"),
        ("AccountName=a;AccountKey=" + RANDOM * 2 + "==;B=c", "AccountName=a;AccountKey=[redacted secret];B=c"),
        ("Authorization: Basic Ym9iOlN1cDNyUzNjcmV0", "Authorization: Basic [redacted password]"),
        ("Basic Ym9iOlN1cDNyUzNjcmV0UHdCYXNpYw==", "Basic [redacted password]"),
        (f"X-Auth-Token: {RANDOM}", "X-Auth-Token: [redacted token]"),
        (f"Authorization: Token {RANDOM}", "Authorization: Token [redacted token]"),
        (f"Cookie: theme=dark; session={RANDOM}\nHost: a", "Cookie: [redacted cookie]\nHost: a"),
        ("password => 'KvScretPw'", "password => '[redacted password]'"),
        (r'{"password": "a\"b\\cdef", "user": "ana"}', '{"password": "[redacted password]", "user": "ana"}'),
        (f"client_secret: {RANDOM}", "client_secret: [redacted secret]"),
        ("api_key: 0B1e8f63-A5d7-4c3e-9f00-7f4d2a9c0b1e", "api_key: [redacted api key]"),
    ],
)
def test_a_secret_goes_and_what_it_is_called_stays(text: str, expected: str, redactor: Redactor) -> None:
    assert redactor.text(text) == expected
    assert unpack(redactor.packed(pack({"a": text}))) == {"a": expected}


CALLED = [
    *(
        ("password", "hunter2", "password"),
        ("Password", "p'ss\"w\\rd", "password"),
        ("DB_PASSWD", "correcthorse", "password"),
    ),
    *(
        ("userPassword", "pässwört1", "password"),
        ("passphrase", "s3cret!", "password"),
        ("pwd2", "letmein", "password"),
    ),
    *(
        ("secret", "s3cret-value", "secret"),
        ("clientSecret", RANDOM, "secret"),
        ("webhook_secret", "aBcDeFgH", "secret"),
    ),
    *(("api_key", RANDOM, "api key"), ("apiKey", HEX, "api key"), ("x-api-key", RANDOM, "api key")),
    *(("private_key", RANDOM, "api key"), ("AccountKey", RANDOM * 2 + "==", "api key")),
    *(("access_token", RANDOM, "token"), ("refreshToken", RANDOM, "token"), ("X-Auth-Token", HEX, "token")),
    ("Set-Cookie", f"sid={RANDOM}; Path=/", "cookie"),
]
CALLED_ORDINARY = [
    *({"password": "required"}, {"password": "ask the owner"}, {"password": "<password>"}, {"password": True}),
    *(
        {"password": {"type": "string"}},
        {"password_policy": "minimum8"},
        {"secret": "db-credentials"},
        {"token": "end"},
    ),
    *(
        {"token": HEX},
        {"booking_token": RANDOM},
        {"valid_token": RANDOM},
        {"authorization": RANDOM},
    ),  # a later turn needs it
    *({"next_page_token": HEX}, {"pageToken": HEX}, {"syncToken": HEX}, {"max_tokens": "a1b2c3d4e5f6a7b8c9"}),
    *({"key": RANDOM}, {"primary_key": "customer"}, {"token": "1234567890123456789"}, {"api_key": "your-api-key-here"}),
    *({"secret_santa": "Zwyssig1"}, {"cookie": "chocolate chip"}, {"cookies": "2"}, {"authorization": "pending"}),
    *({"id": RANDOM}, {"session_id": HEX}, {"password_hint": "my dog 2019"}, {"access": "key-0123456789"}),
]


@pytest.mark.parametrize(("key", "secret", "kind"), CALLED)
@pytest.mark.parametrize("indent", [None, 2])
def test_what_stands_under_the_name_of_a_secret_goes_in_json_and_in_structured_data(
    key: str, secret: str, kind: str, indent: int | None, redactor: Redactor
) -> None:
    value, gone = {"before": "x", key: secret, "a": 1}, {"before": "x", key: f"[redacted {kind}]", "a": 1}
    assert unpack(redactor.packed(pack(value))) == gone
    assert redactor.by_key({"deep": value}) == {"deep": gone}
    for dump in (json.dumps, lambda said: json.dumps(said, indent=indent, ensure_ascii=False)):
        assert json.loads(redactor.text(dump(value))) == gone
    if not {*"'\"\\"} & {*secret}:
        assert redactor.text(repr(value)) == repr(gone)
        assert json.loads(redactor.text(json.dumps({"said": json.dumps(value)}))) == {"said": json.dumps(gone)}
    assert redactor.packed(pack(gone)) == pack(gone)


@pytest.mark.parametrize("value", CALLED_ORDINARY, ids=str)
def test_what_stands_under_another_name_or_is_no_secret_stays(value: dict[str, Any], redactor: Redactor) -> None:
    assert redactor.packed(pack(value)) == pack(value)
    assert redactor.by_key(value) is value
    assert redactor.text(json.dumps(value)) == json.dumps(value)


@given(st.sampled_from([key for key, _, _ in CALLED]), st.text())
def test_whatever_stands_under_the_name_of_a_secret_stays_data(key: str, text: str) -> None:
    found = Redactor().under(key, text)
    assert found == text or "[redacted " in found
    assert Redactor().under(key, found) == found


@pytest.mark.parametrize("before", ["my_", "1", "ключ", "\u3000鍵"])
def test_a_key_directly_behind_what_is_no_letter_of_it_is_found(before: str, redactor: Redactor) -> None:
    assert unpack(redactor.packed(pack(before + KEY))) == before + GONE


def test_the_password_goes_and_the_address_stays_readable(redactor: Redactor) -> None:
    assert (
        redactor.text("see postgresql://admin:hunter2@db.example/runs")
        == "see [redacted password in address]db.example/runs"
    )


@pytest.mark.parametrize("password", ["p@ss", "p@s$w0rd", "a@"])
def test_a_password_with_the_sign_that_ends_it_goes_whole(password: str, redactor: Redactor) -> None:
    expected = "[redacted password in address]db.example/runs"
    assert redactor.text(f"postgresql://admin:{password}@db.example/runs") == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"url":"http://localhost:8080","mail":"ana@bikes.example"}',
        "see http://localhost:8080/a, ana@bikes.example",
    ],
)
def test_an_address_with_a_port_before_a_mail_address_has_no_password(text: str, redactor: Redactor) -> None:
    assert redactor.text(text) == text


PEM = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *[RANDOM * 2] * 5, RANDOM + "==", "-----END RSA PRIVATE KEY-----"])


@pytest.mark.parametrize("cut", [40, 100, 228, len(PEM) - 40])
@pytest.mark.parametrize("escape", [str, lambda text: json.dumps(text)[1:-1], lambda text: text.replace("\n", "\r\n")])
def test_a_private_key_that_is_cut_in_two_messages_is_found_in_both(
    cut: int, escape: Callable[[str], str], redactor: Redactor
) -> None:
    first, second = escape(f"Here is the key: {PEM[:cut]}"), escape(f"And the rest: {PEM[cut:]}\nThank you")
    assert redactor.text(second) == escape("And the rest: [redacted private key]\nThank you")
    assert RANDOM[:20] not in redactor.text(first) or cut == 40


def test_every_secret_of_a_text_is_replaced(redactor: Redactor) -> None:
    text = " and ".join(secret for _, secret in SECRETS)
    assert redactor.text(text) == " and ".join(f"[redacted {kind}]" for kind, _ in SECRETS)


@given(st.text())
def test_what_was_redacted_stays_as_it_is(text: str) -> None:
    once = Redactor().text(text + " sk-proj-4f9Kd02mXq81LsPz77TgYwBn " + text)
    assert Redactor().text(once) == once


@given(st.uuids())
def test_random_ids_stay(id: uuid.UUID) -> None:
    assert Redactor().text(f"{id} {id.hex}") == f"{id} {id.hex}"


def test_ids_that_are_nearly_all_digits_stay(redactor: Redactor) -> None:
    seed = random.Random(7)
    for _ in range(3_000):
        digits = "".join(seed.choices("0123456789a", weights=[9] * 10 + [6], k=32))
        id = str(uuid.UUID(digits))
        assert redactor.text(id) == id


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_measured_numbers_stay(number: float) -> None:
    assert Redactor().text(f'{{"score": {number!r}}}') == f'{{"score": {number!r}}}'


SLOW = [
    *(
        "password=",
        "token=a",
        'pwd="',
        "Basic ",
        "authorization: ",
        "SG.",
        "card",
        "card 4111.",
        "4111\t",
        "MTIz",
        "12345678:",
    ),
    *(
        "sk%2D",
        "secret_access_key ",
        "AccountKey=",
        "hooks.slack.com/services/",
        "_sk-",
        "MTIzNDU2Nzg5MDEyMzQ1Njc4.",
        "pypi-",
    ),
]


@pytest.mark.parametrize(
    "bait", ["a.", "eyJ-", "-----BEGIN PRIVATE KEY-----", "sk-", "4111 ", "bearer ", "x://", *SLOW]
)
def test_a_long_text_made_to_be_slow_is_read_to_its_end(bait: str, redactor: Redactor) -> None:
    """Patterns that take quadratic time would take minutes here."""
    text = bait * (100_000 // len(bait))
    assert redactor.text(f"{text}; {KEY}") == f"{text}; {GONE}"


# ── card numbers ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("barcode", ["4684847513501", "4195364052591", "4059292244698"])
def test_a_number_on_a_product_is_no_card_though_a_cards_checksum_holds(barcode: str, redactor: Redactor) -> None:
    assert passes_luhn(barcode)
    assert not is_card_number(barcode)
    assert unpack(redactor.packed(pack({"ean": int(barcode), "said": barcode}))) == {
        "ean": int(barcode),
        "said": barcode,
    }


@pytest.mark.parametrize("digits", ["79927398713", "4111111111111111", "0"])
def test_the_checksum_holds(digits: str) -> None:
    assert passes_luhn(digits)


@given(st.integers(10**12, 10**18), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_breaks_the_checksum(number: int, place: int, wrong: int) -> None:
    digits = str(number)
    digits += next(last for last in "0123456789" if passes_luhn(digits + last))
    place %= len(digits)
    other = digits[:place] + str((int(digits[place]) + wrong) % 10) + digits[place + 1 :]
    assert passes_luhn(digits)
    assert not passes_luhn(other)


@pytest.mark.parametrize("first", ["35209900176148", "860000000000000", "111111111111111", "4111111111111", "411111"])
def test_a_number_that_no_issuer_gives_is_no_card(first: str) -> None:
    digits = next(first + last for last in "0123456789" if passes_luhn(first + last))
    assert not is_card_number(digits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111 1111 1111 1111 12/27 123", "[redacted card number] 12/27 123"),
        ("4111111111111111 1227 123", "[redacted card number] 1227 123"),
        ("12/27 4111 1111 1111 1111", "12/27 [redacted card number]"),
        ("555-010-4477 4111-1111-1111-1111", "555-010-4477 [redacted card number]"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[redacted card number]"),
        ("4111111111111111 5500000000000004", "[redacted card number] [redacted card number]"),
        ("order 4111 1111 1111 1111", "order [redacted card number]"),
        ("card no.4111111111111111,thanks", "card no.[redacted card number],thanks"),
        ('{"number": "4111111111111111"}', '{"number": "[redacted card number]"}'),
    ],
)
def test_a_card_number_is_found_among_other_numbers(text: str, expected: str, redactor: Redactor) -> None:
    assert redactor.text(text) == expected


@pytest.mark.parametrize("gap", [*"\u00a0\u2009\u202f\u2011\u2013\t\n./", "  ", "\r\n"])
@pytest.mark.parametrize("groups", [("4111", "1111", "1111", "1111"), ("3782", "822463", "10005")])
def test_a_card_number_is_found_whatever_stands_between_its_groups(
    gap: str, groups: tuple[str, ...], redactor: Redactor
) -> None:
    found = unpack(redactor.packed(pack(f"pay with {gap.join(groups)}, please")))
    assert found == "pay with [redacted card number], please"


def test_a_card_number_in_digits_of_full_width_is_found(redactor: Redactor) -> None:
    wide = "".join(chr(0xFF10 + int(digit)) for digit in "4012888888881881")
    assert unpack(redactor.packed(pack(f"番号は{wide}。".replace("は", "は ")))) == "番号は [redacted card number]。"


@pytest.mark.parametrize("label", ["card #", "Card#", "card_", "card", "CARD:", "card="])
def test_a_number_that_is_called_a_card_is_one(label: str, redactor: Redactor) -> None:
    assert redactor.text(f"{label}4111111111111111x") == f"{label}[redacted card number]x"


# ── declared secrets ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_declared_secret_is_replaced_wherever_it_stands() -> None:
    redactor = Redactor(["correct horse", "battery (staple)"])
    assert redactor.text("a correct horse, a battery (staple)") == "a [redacted secret], a [redacted secret]"
    assert redactor.packed(pack({"correct horse": ["battery (staple)"]})) == pack(
        {"[redacted secret]": ["[redacted secret]"]}
    )


def test_of_two_declared_secrets_the_longer_goes_first() -> None:
    assert Redactor(["password", "password-2026"]).text("password-2026") == "[redacted secret]"


def test_a_declared_secret_that_is_likely_a_word_is_not_one() -> None:
    assert Redactor(["hello", ""]).text("hello there") == "hello there"


@pytest.mark.parametrize(
    "escape",
    [json.dumps, repr, quote, quote_plus, html.escape, lambda text: json.dumps(json.dumps(text))],
    ids=["json", "python", "address", "form", "page", "json in json"],
)
@pytest.mark.parametrize("secret", ['correct "horse"/100 %', "horse\nstäble"])
def test_a_declared_secret_is_found_as_others_write_it(escape: Callable[[str], str], secret: str) -> None:
    assert "horse" not in Redactor([secret]).text(f"see {escape(secret)}")


def in_base64(text: str, alphabet: str) -> str:
    data = text.encode()
    return urlsafe_b64encode(data).decode().rstrip("=") if alphabet == "address" else b64encode(data).decode()


def out_of_base64(run: str) -> str:
    return b64decode(run.translate(str.maketrans("-_", "+/")) + "==").decode()


@pytest.mark.parametrize("alphabet", ["plain", "address"])
@pytest.mark.parametrize("around", ["{}", "x{}", "?>ü {} and ~~~??", '{{"key": "{}", "day": 1}}'])
@pytest.mark.parametrize(("kind", "secret"), SECRETS)
def test_a_secret_in_base64_goes_and_the_text_around_it_stays(
    kind: str, secret: str, around: str, alphabet: str, redactor: Redactor
) -> None:
    text = around.format(secret)
    if (expected := redactor.text(text)) == text or len(text) < 15:
        return  # it is none behind a letter, or too short to be told from a word
    run = in_base64(text, alphabet)
    found = unpack(redactor.packed(pack({"data": run, "json": json.dumps(f"a\n{run}")})))
    assert out_of_base64(found["data"]) == expected
    assert out_of_base64(json.loads(found["json"]).removeprefix("a\n")) == expected
    assert redactor.text(f"it is {run}.") == f"it is {found['data']}."
    assert redactor.packed(pack(found)) == pack(found)


@pytest.mark.parametrize("secret", ["hunter22", "s3cret-word", "correct horse", "correct-horse-battery"])
def test_a_declared_secret_in_base64_is_found(secret: str) -> None:
    redactor = Redactor([secret])
    for run in (in_base64(secret, "plain"), in_base64(secret, "address")):
        assert unpack(redactor.packed(pack({"data": run})))["data"] != run
        assert secret not in str(b64decode(redactor.text(run).ljust(44, "=")))


@given(st.text(min_size=15) | st.binary(min_size=15))
def test_base64_of_what_is_no_secret_stays(data: str | bytes) -> None:
    text = b64encode(data if isinstance(data, bytes) else data.encode(errors="surrogatepass")).decode()
    assert isinstance(data, str) or Redactor().text(text) == text
    assert not isinstance(data, str) or Redactor().text(data) != data or Redactor().text(text) == text


@pytest.mark.parametrize(("kind", "secret"), SECRETS)
def test_a_secret_behind_an_escaped_line_end_is_found(kind: str, secret: str, redactor: Redactor) -> None:
    assert f"[redacted {kind}]" in redactor.text(json.dumps({"said": f"one\n{secret}"}))


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "secret"), SECRETS)
def test_a_name_without_its_secret_stays_a_name_of_its_own(kind: str, secret: str, redactor: Redactor) -> None:
    name = redactor.name(f"t/{secret}")
    assert name.startswith(f"t/[redacted {kind}]#")
    assert secret not in name
    assert name != redactor.name(f"t/ {secret}")
    assert redactor.name(name) == name == Redactor().name(f"t/{secret}")


@pytest.mark.parametrize("name", ["c-1042", "+15550104477", "", "läuft \ud800", "t-[redacted api key]#0123456789ab"])
def test_any_other_name_is_kept(name: str, redactor: Redactor) -> None:
    assert redactor.name(name) == name


# ── bytes and numbers ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "secret"), SECRETS)
def test_a_secret_in_bytes_is_replaced_and_the_other_bytes_stay(kind: str, secret: str, redactor: Redactor) -> None:
    around = bytes(range(256))
    found = redactor.raw(around + b" " + secret.encode() + b" " + around)
    assert found == around + f" [redacted {kind}] ".encode() + around


@given(st.binary(max_size=300))
def test_bytes_without_a_secret_stay_as_they_are(data: bytes) -> None:
    assert Redactor().raw(data + b" sk-" + data) == data + b" sk-" + data


@pytest.mark.parametrize(
    "number", [4111111111111111, 378282246310005, 30569309025904, 4222222222222, -4111111111111111, 4111111111111111.0]
)
def test_a_card_number_that_is_a_whole_number_is_replaced(number: float, redactor: Redactor) -> None:
    value = {"n": number, "deep": [{"a": [number]}]}
    expected = {"n": "[redacted card number]", "deep": [{"a": ["[redacted card number]"]}]}
    assert unpack(redactor.packed(pack(value))) == expected
    kind, data = SERDE.dumps_typed({number: (number, {number})})
    assert str(number) not in str(SERDE.loads_typed((kind, redactor.packed(data))))


@given(
    st.integers(0, 2**53) | st.integers(2**53, 2**64 - 1) | st.integers(1_700_000_000_000_000, 1_900_000_000_000_000)
)
def test_other_whole_numbers_stay(number: int) -> None:
    data = pack([number, {"at": number}])
    assert (Redactor().packed(data) == data) is not (number < 10**16 and is_card_number(str(number)))


def test_of_an_array_only_the_secret_is_overwritten(redactor: Redactor) -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.array([f"one {KEY} two".encode(), b"three"])
    kind, data = SERDE.dumps_typed({"array": array})
    found = SERDE.loads_typed((kind, redactor.packed(data)))["array"].tolist()
    assert found == [f"one {GONE.ljust(len(KEY))} two".encode(), b"three"]


def test_of_an_array_of_texts_only_the_secret_is_overwritten(redactor: Redactor) -> None:
    numpy = pytest.importorskip("numpy")
    for array in (numpy.array([f"one {KEY}", "three"]), numpy.asfortranarray([[KEY, KEY], ["ä", "\U0001f600"]])):
        kind, data = SERDE.dumps_typed({"array": array})
        found = SERDE.loads_typed((kind, redactor.packed(data)))["array"].tolist()
        size = len(KEY)
        assert str(found) == str(array.tolist()).replace(KEY, GONE.ljust(size)[:size]).replace(" '", " '")


@pytest.mark.parametrize("form", ["<i8", ">i8", "<u8", "<f8"])
def test_of_an_array_of_numbers_only_a_card_number_becomes_zero(form: str, redactor: Redactor) -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.array([[1, 4111111111111111], [1749388800123456, 2**52]], dtype=form)
    kind, data = SERDE.dumps_typed({"array": array})
    found = SERDE.loads_typed((kind, redactor.packed(data)))["array"]
    assert (found.dtype, found.tolist()) == (array.dtype, [[1, 0], [1749388800123456, 2**52]])


@pytest.mark.parametrize("form", ["<f4", "<f8", "<i8", "<i4"])
def test_a_large_array_of_numbers_is_read_to_its_end(form: str, redactor: Redactor) -> None:
    """Read as a text, it would take a minute."""
    numpy = pytest.importorskip("numpy")
    array = numpy.random.default_rng(1).random(2_000_000) * 1000
    _, data = SERDE.dumps_typed({"array": array.astype(form)})
    assert redactor.packed(data) == data


@given(st.lists(st.floats() | st.integers(-(2**60), 10**12).map(float), max_size=20))
def test_arrays_of_other_numbers_keep_their_bytes(numbers: list[float]) -> None:
    numpy = pytest.importorskip("numpy")
    _, data = SERDE.dumps_typed({"array": numpy.array(numbers, dtype="<f8")})
    cards = [number for number in numbers if abs(number) < 10**16 and is_card_number(f"{abs(number):.0f}")]
    assert cards or Redactor().packed(data) == data


@pytest.mark.parametrize("form", ["c16", "f2", "u2"])
def test_an_array_of_numbers_is_never_read_as_text(form: str, redactor: Redactor) -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.frombuffer(f"{KEY} {KEY} {KEY}".encode()[:96], dtype=form)
    _, data = SERDE.dumps_typed({"array": array})
    assert redactor.packed(data) == data


def test_an_array_of_empty_texts_keeps_its_bytes(redactor: Redactor) -> None:
    numpy = pytest.importorskip("numpy")
    _, data = SERDE.dumps_typed({"array": numpy.array(["", ""], dtype="U0"), "key": KEY})
    assert SERDE.loads_typed(("msgpack", redactor.packed(data)))["array"].tolist() == ["", ""]


def test_keys_that_become_the_same_lose_nothing(redactor: Redactor) -> None:
    value = {KEY: 1, f"{KEY}x": 2, "plain": 3}
    assert unpack(redactor.packed(pack(value))) == {GONE: 1, f"{GONE} 3": 2, "plain": 3}


# ── packed values ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "secret"), SECRETS)
def test_a_packed_secret_is_replaced_as_in_text(kind: str, secret: str, redactor: Redactor) -> None:
    value = {"a": [1, None, {"b": f"see {secret} there", secret: 2.5}]}
    assert unpack(redactor.packed(pack(value))) == {
        "a": [1, None, {"b": f"see [redacted {kind}] there", f"[redacted {kind}]": 2.5}]
    }


@pytest.mark.parametrize("text", ORDINARY)
def test_packed_values_without_a_secret_keep_their_bytes(text: str, redactor: Redactor) -> None:
    data = pack({"text": text, "n": [1, 2.5, None, True, b"\x00"]})
    assert redactor.packed(data) == data


@given(st.binary(max_size=60))
def test_bytes_that_are_not_msgpack_are_never_a_reason_to_lose_a_value(data: bytes) -> None:
    tagged = ormsgpack.packb([ormsgpack.Ext(5, b"sk-" + data)])
    assert ormsgpack.unpackb(Redactor().packed(tagged), ext_hook=lambda tag, inner: (tag, inner))


class Card(BaseModel):
    """A customer's model."""

    owner: str
    number: str


class Account(BaseModel):
    """A customer's model of what nobody may know."""

    password: str
    pin: SecretStr


@dataclass
class Login:
    """A customer's dataclass."""

    address: str
    tries: dict[int, str]


SERDE = JsonPlusSerializer(allowed_msgpack_modules=[(__name__, "Card"), (__name__, "Login"), (__name__, "Account")])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (HumanMessage(f"my key is {KEY}", id="1"), HumanMessage(f"my key is {GONE}", id="1")),
        (
            AIMessage("", id="1", tool_calls=[{"name": "t", "args": {"key": KEY}, "id": "c"}]),
            AIMessage("", id="1", tool_calls=[{"name": "t", "args": {"key": GONE}, "id": "c"}]),
        ),
        (Card(owner="Ana", number="4111 1111 1111 1111"), Card(owner="Ana", number="[redacted card number]")),
        (Login(address=KEY, tries={1: KEY}), Login(address=GONE, tries={1: GONE})),
        ({1: KEY, (2, 3): "x"}, {1: GONE, (2, 3): "x"}),
        ({KEY}, {GONE}),
        ((KEY, [KEY]), (GONE, [GONE])),
        ({"when": uuid.UUID(int=5), "text": KEY}, {"when": uuid.UUID(int=5), "text": GONE}),
        (SecretStr("hunter2"), SecretStr("[redacted secret]")),
        ([{"pin": SecretBytes(b"1234")}], [{"pin": SecretBytes(b"[redacted secret]")}]),
        (
            Account(password="hunter2", pin=SecretStr("1234")),
            Account(password="[redacted password]", pin=SecretStr("[redacted secret]")),
        ),
        (
            AIMessage("", id="1", tool_calls=[{"name": "login", "args": {"password": "hunter2"}, "id": "c"}]),
            AIMessage(
                "", id="1", tool_calls=[{"name": "login", "args": {"password": "[redacted password]"}, "id": "c"}]
            ),
        ),
    ],
)
def test_a_secret_inside_what_langgraph_serializes_is_replaced(value: Any, expected: Any, redactor: Redactor) -> None:
    kind, data = SERDE.dumps_typed(value)
    assert SERDE.loads_typed((kind, redactor.packed(data))) == SERDE.loads_typed(SERDE.dumps_typed(expected))


def test_the_same_value_gives_the_same_bytes_each_time() -> None:
    data = pack({"key": KEY, "text": "4111 1111 1111 1111"})
    assert Redactor().packed(data) == Redactor().packed(data)
