"""No recording is passed over in silence: each is replayed, or named here with the reason why not."""

import pytest

from tests.shared import PAPERLESS_2, PAPERLESS_3, needs_shared

from .recorded_world import all_names, recordings
from .test_kinds_3 import SCENES as KINDS_3
from .test_scenes_2 import SCENES as SCENES_2
from .test_scenes_3 import SCENES as SCENES_3

pytestmark = needs_shared

NOT_REPLAYED_3 = {
    "bench": "timings of the real server, which a sandbox does not imitate",
    "pypaperless_against_real_server": "another client's behaviour, not the server's",
}
NOT_REPLAYED_2 = {"bench": "timings of the real server, which a sandbox does not imitate"}
MATRIX = {"permission_matrix"}  # in test_permissions.py


@pytest.mark.parametrize(
    ("folder", "scenes", "reasons"),
    [(PAPERLESS_3, SCENES_3 | KINDS_3, NOT_REPLAYED_3), (PAPERLESS_2, SCENES_2, NOT_REPLAYED_2)],
    ids=["3.0.5", "2.20.15"],
)
def test_every_recording_is_replayed_or_named_with_a_reason(
    folder: object, scenes: set[str], reasons: dict[str, str]
) -> None:
    assert folder in (PAPERLESS_3, PAPERLESS_2)
    where = PAPERLESS_3 if folder == PAPERLESS_3 else PAPERLESS_2
    covered = set(recordings(where)) | scenes | MATRIX | set(reasons)
    assert all_names(where) - covered == set()
    assert covered - all_names(where) == set()
    assert not set(reasons) & (set(recordings(where)) | scenes)
