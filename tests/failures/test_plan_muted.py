"""The specification, third part: what is muted, alone or as a kind."""

import pytest

from bot.failures.actions import AddFailure, CardKind, EndMute, OpenIncident, PostCard, Reason, ShowIncident
from bot.failures.view import Swallowed
from tests.failures.given import NOW, Case, a_failure, check, failing, muted, singles, standing, view

CASES = [
    Case(
        says="muted: recorded, not told",
        seen=failing(a_failure()),
        known=view(mutes=muted()),
        expected=((OpenIncident, Reason.MUTED, {"card": None}),),
    ),
    Case(
        says="muted, and its card stands: counted on it",
        seen=failing(a_failure()),
        known=view(mutes=muted(), incidents=standing()),
        expected=((AddFailure, Reason.REPEATED, {}),),
    ),
    Case(
        says="muted, and it was swallowed before: counted, still not told",
        seen=failing(a_failure()),
        known=view(mutes=muted(), incidents=standing(has_card=False, card_stands=False)),
        expected=((AddFailure, Reason.REPEATED, {}),),
    ),
    Case(
        says="its kind is muted: recorded, not told, whatever the file",
        seen=failing(a_failure("a"), a_failure("b")),
        known=view(mutes=muted(fingerprint="kind", subject="kind")),
        expected=((OpenIncident, Reason.MUTED, {"card": None}), (OpenIncident, Reason.MUTED, {"card": None})),
    ),
    Case(
        says="its kind is muted, and it was swallowed before: counted, still not told",
        seen=failing(a_failure()),
        known=view(
            mutes=muted(fingerprint="kind", subject="kind"), incidents=standing(has_card=False, card_stands=False)
        ),
        expected=((AddFailure, Reason.REPEATED, {}),),
    ),
    Case(
        says="another kind is muted: told",
        seen=failing(a_failure(kind_print="other")),
        known=view(mutes=muted(fingerprint="kind", subject="kind")),
        expected=(*singles(1), (OpenIncident, Reason.NEW, {})),
    ),
    Case(
        says="the mute is over: what it swallowed is told",
        known=view(
            mutes=muted(until=NOW),
            incidents=standing(has_card=False, card_stands=False),
            swallowed=(Swallowed(incident_id=70, failure=a_failure()),),
        ),
        expected=(
            (PostCard, Reason.MUTE_ENDED, {"kind": CardKind.INCIDENT}),
            (EndMute, Reason.EXPIRED, {"mute_id": 5}),
            (ShowIncident, Reason.MUTE_ENDED, {"incident": 70}),
        ),
    ),
    Case(
        says="muted until it changes, and it fails in another way: told, and the mute is over",
        seen=failing(a_failure("a/other")),
        known=view(mutes=muted(until_change=True)),
        expected=(
            *singles(1),
            (EndMute, Reason.CHANGED, {"mute_id": 5}),
            (OpenIncident, Reason.DIFFERS, {}),
        ),
    ),
    Case(
        says="muted for an hour, and it fails in another way: told, and the mute goes on",
        seen=failing(a_failure("a/other")),
        known=view(mutes=muted()),
        expected=(*singles(1), (OpenIncident, Reason.NEW, {})),
    ),
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.says) for case in CASES])
def test_the_plan(case: Case) -> None:
    check(case)
