"""Known weaknesses of what requirements.lock names: `python -m tests.supply`, on CI before the tests.

pip-audit asks the package index and the databases behind it. Where it cannot be fetched, or nobody answers it, that is
said, and is no failure: no answer is not the same as no weakness.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
TOOL = "pip-audit==2.10.*"
PATIENCE = 180


def verdict(report: str) -> tuple[int, str]:
    """Exit status and sentences, from pip-audit's JSON; any other text means that it did not come to one."""
    try:
        looked_at: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, "NOT LOOKED AT: pip-audit could not be run here, so nothing is known about weaknesses."
    known = [each for each in looked_at if "skip_reason" not in each]
    weak = [each for each in known if each["vulns"]]
    lines = [
        f"{each['name']} {each['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no release yet'}"
        for each in weak
        for one in each["vulns"]
    ]
    if len(known) < len(looked_at):
        lines.append(f"NOT LOOKED AT: {len(looked_at) - len(known)} of {len(looked_at)}, nobody answered for them.")
    if known and not weak:
        lines.append(f"No known weakness in {len(known)} packages.")
    return (1 if weak else 0), "\n".join(lines)


def main() -> int:
    uv = shutil.which("uv")
    report = ""
    if uv is not None:
        options = [
            "--require-hashes",
            "--disable-pip",
            "--progress-spinner",
            "off",
            "--format",
            "json",
            "-r",
            str(LOCK),
        ]
        try:
            asked = subprocess.run(
                [uv, "tool", "run", "--quiet", "--from", TOOL, "pip-audit", *options],
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
            report = asked.stdout
        except subprocess.TimeoutExpired:
            pass
    status, sentences = verdict(report)
    sys.stdout.write(f"{sentences}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
