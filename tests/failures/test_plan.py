"""The specification of what people are told of failures: a case a line, each with its Reason."""

import pytest

from bot.failures.actions import (
    AddFailure,
    CardKind,
    OpenIncident,
    PostCard,
    Reason,
)
from bot.failures.card import IncidentKind
from bot.failures.view import (
    Backlog,
    Followed,
    Snapshot,
)
from bot.sections import Route
from tests.failures.given import (
    ACKNOWLEDGED,
    HELD,
    HOUR,
    MINUTE,
    NOW,
    SILENT,
    Case,
    a_failure,
    a_policy,
    check,
    failing,
    many,
    server,
    singles,
    standing,
    view,
    window,
)
from tests.failures.world import OTHER, ROLE

CASES = [
    # --- a failure
    Case(
        says="a failure not seen before is told at once, on a card of its own, and the role is called",
        seen=failing(a_failure()),
        expected=(*singles(1), (OpenIncident, Reason.NEW, {"failure_id": 1})),
    ),
    Case(
        says="the same failure again is counted on the card that stands",
        seen=failing(a_failure()),
        known=view(incidents=standing()),
        expected=((AddFailure, Reason.REPEATED, {"incident": 70, "reopen": False}),),
    ),
    Case(
        says="the same failure twice in one poll is one card",
        seen=failing(a_failure(), a_failure(task_id="task-b")),
        expected=(
            *singles(1),
            (OpenIncident, Reason.NEW, {"failure_id": 1}),
            (AddFailure, Reason.REPEATED, {"failure_id": 2}),
        ),
    ),
    Case(
        says="again soon after the acknowledgement: the card is reopened, quietly",
        seen=failing(a_failure()),
        known=view(incidents=standing(ACKNOWLEDGED, settled=HOUR)),
        expected=((AddFailure, Reason.REOPENED, {"incident": 70, "reopen": True}),),
    ),
    Case(
        says="again long after the acknowledgement: a new card",
        seen=failing(a_failure()),
        known=view(incidents=standing(ACKNOWLEDGED, settled=5 * HOUR)),
        expected=(*singles(1), (OpenIncident, Reason.AGAIN_LATER, {})),
    ),
    Case(
        says="another error of the same document: a new card",
        seen=failing(a_failure("a/other")),
        known=view(incidents=standing(ACKNOWLEDGED, settled=MINUTE)),
        expected=(*singles(1), (OpenIncident, Reason.NEW, {})),
    ),
    Case(
        says="again after its card was deleted by a moderator: a new card, since none stands to count on",
        seen=failing(a_failure()),
        known=view(incidents=standing(card_stands=False)),
        expected=(*singles(1), (OpenIncident, Reason.DISMISSED_BEFORE, {})),
    ),
    Case(
        says="acknowledged before it was seen: told, and nobody is called",
        seen=failing(a_failure(acknowledged=True)),
        expected=(
            (PostCard, Reason.FIRST_IN_WINDOW, {"mention_role_id": None}),
            (OpenIncident, Reason.NEW, {}),
        ),
    ),
    Case(
        says="again, and acknowledged already: counted, not reopened",
        seen=failing(a_failure(acknowledged=True)),
        known=view(incidents=standing(ACKNOWLEDGED, settled=HOUR)),
        expected=((AddFailure, Reason.REPEATED_ACKNOWLEDGED, {"reopen": False}),),
    ),
    # --- what a message follows
    Case(
        says="a failure that a message follows has that message as its card: nothing is posted, nobody is called",
        seen=failing(a_failure()),
        known=view(followed={"task-a": Followed(follower=3, channel_id=OTHER, message_id=99)}),
        expected=(
            (PostCard, Reason.FOLLOWED, {"channel_id": OTHER, "message_id": 99, "mention_role_id": None}),
            (OpenIncident, Reason.NEW, {}),
        ),
    ),
    Case(
        says="a followed failure that a card tells already is counted there",
        seen=failing(a_failure()),
        known=view(incidents=standing(), followed={"task-a": Followed(follower=3, channel_id=OTHER, message_id=99)}),
        expected=((AddFailure, Reason.REPEATED, {"incident": 70}),),
    ),
    Case(
        says="a drill has a card of its own at once and calls nobody, however full the window is",
        seen=failing(a_failure(kind=IncidentKind.DRILL)),
        known=view(windows=window(singles=5)),
        expected=(
            (PostCard, Reason.DRILL, {"kind": CardKind.DRILL, "mention_role_id": None, "not_before": None}),
            (OpenIncident, Reason.DRILL, {}),
        ),
    ),
    # --- many
    Case(
        says="five failures have five cards, the role is called once",
        seen=failing(*many(5)),
        expected=(*singles(5), *((OpenIncident, Reason.NEW, {}),) * 5),
    ),
    Case(
        says="what comes after the fifth goes into one digest",
        seen=failing(*many(200)),
        expected=(
            *singles(5),
            (PostCard, Reason.DIGEST_BEGINS, {"kind": CardKind.DIGEST, "mention_role_id": None}),
            *((OpenIncident, Reason.NEW, {}),) * 200,
        ),
    ),
    Case(
        says="a failure within the group interval joins the digest that stands",
        seen=failing(a_failure()),
        known=view(windows=window(singles=5, digest=900, digest_at=NOW - MINUTE)),
        expected=((OpenIncident, Reason.NEW, {"card": 900}),),
    ),
    Case(
        says="a digest an hour old takes nothing in: Discord limits edits of older messages",
        seen=failing(a_failure()),
        known=view(windows=window(singles=5, digest=900, digest_at=NOW - HOUR)),
        expected=(
            (PostCard, Reason.DIGEST_ROLLS, {"kind": CardKind.DIGEST}),
            (OpenIncident, Reason.NEW, {}),
        ),
    ),
    Case(
        says="after a quiet group interval a failure has a card of its own again",
        seen=failing(a_failure()),
        known=view(windows=window(singles=5, digest=900, digest_at=NOW - 6 * MINUTE, last_at=NOW - 5 * MINUTE)),
        expected=(*singles(1), (OpenIncident, Reason.NEW, {})),
    ),
    Case(
        says="a role called within the group interval is not called again",
        seen=failing(a_failure()),
        known=view(windows=window(mentioned_at=NOW - 2 * MINUTE)),
        expected=(
            (PostCard, Reason.FIRST_IN_WINDOW, {"mention_role_id": None}),
            (OpenIncident, Reason.NEW, {}),
        ),
    ),
    # --- where, and when
    Case(
        says="a route takes what matches to its channel",
        seen=failing(a_failure(owner=4)),
        policy=a_policy(routes=(Route(channel_id=OTHER, owners=(4,)),)),
        expected=(
            (PostCard, Reason.FIRST_IN_WINDOW, {"channel_id": OTHER, "mention_role_id": None}),
            (OpenIncident, Reason.NEW, {}),
        ),
    ),
    Case(
        says="in quiet hours that are silent: without a sound, and nobody is called",
        seen=failing(a_failure()),
        policy=a_policy(default=SILENT),
        expected=(
            (PostCard, Reason.FIRST_IN_WINDOW, {"silent": True, "mention_role_id": None}),
            (OpenIncident, Reason.NEW, {}),
        ),
    ),
    Case(
        says="in quiet hours that hold: one digest, when they end, which calls the role",
        seen=failing(*many(3)),
        policy=a_policy(default=HELD),
        expected=(
            (
                PostCard,
                Reason.HELD,
                {"kind": CardKind.DIGEST, "not_before": NOW + HOUR, "mention_role_id": ROLE, "silent": False},
            ),
            *((OpenIncident, Reason.NEW, {}),) * 3,
        ),
    ),
    Case(
        says="in quiet hours that hold: what is held takes in the next",
        seen=failing(a_failure()),
        known=view(windows=window(held=800, held_until=NOW + HOUR)),
        policy=a_policy(default=HELD),
        expected=((OpenIncident, Reason.NEW, {"card": 800}),),
    ),
    # --- away
    Case(
        says="coming back after days: what is old is one digest that calls nobody, the last hour has its cards",
        seen=failing(a_failure("old", at=NOW - 50 * HOUR), a_failure("older", at=NOW - 60 * HOUR), a_failure("new")),
        known=view(server=server(away_since=NOW - 70 * HOUR)),
        expected=(
            (
                PostCard,
                Reason.CATCH_UP,
                {"kind": CardKind.DIGEST, "catch_up_since": NOW - 70 * HOUR, "mention_role_id": None},
            ),
            *singles(1),
            *((OpenIncident, Reason.NEW, {}),) * 3,
        ),
    ),
    Case(
        says="an hour-old failure of a bot that was not away is one like any other: a worker's clock may be behind",
        seen=failing(a_failure(at=NOW - 2 * HOUR)),
        expected=(*singles(1), (OpenIncident, Reason.NEW, {})),
    ),
    Case(
        says="what failed more than a day ago and shows only now goes into a digest that calls nobody",
        seen=failing(a_failure(at=NOW - 25 * HOUR)),
        expected=(
            (PostCard, Reason.LATE, {"kind": CardKind.DIGEST, "mention_role_id": None}),
            (OpenIncident, Reason.NEW, {}),
        ),
    ),
    Case(
        says="a task stuck for days is old by nature, and a card like any other",
        seen=failing(a_failure(at=NOW - 90 * HOUR, kind=IncidentKind.STUCK)),
        known=view(server=server(away_since=NOW - 70 * HOUR)),
        expected=(*singles(1), (OpenIncident, Reason.NEW, {})),
    ),
    Case(
        says="the very first start: what had failed is one message with its number",
        seen=Snapshot(server="home", backlog=Backlog(total=700, unacknowledged=600)),
        expected=((PostCard, Reason.BACKLOG, {"kind": CardKind.BACKLOG, "total": 700, "unacknowledged": 600}),),
    ),
    Case(
        says="the very first start where nothing had failed: no message",
        seen=Snapshot(server="home", backlog=Backlog(total=0, unacknowledged=0)),
        expected=(),
    ),
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.says) for case in CASES])
def test_the_plan(case: Case) -> None:
    check(case)
