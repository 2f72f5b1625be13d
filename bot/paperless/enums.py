"""Paperless-ngx's own words. A value that this release does not know is kept when read, and refused in a request.

`TaskType("new_kind")` is a pseudo-member: its `value` is the server's text, it equals that text, `known` is False, and
it is never listed among the members. Read tolerantly, write strictly.
"""

from enum import StrEnum
from typing import Self


class OpenStrEnum(StrEnum):
    """A StrEnum open to values it does not list."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    @property
    def known(self) -> bool:
        """False for a value that only the server knows."""
        return self._value_ in type(self)._value2member_map_


class TaskStatus(OpenStrEnum):
    PENDING = "pending"
    STARTED = "started"
    SUCCESS = "success"
    FAILURE = "failure"
    REVOKED = "revoked"


class TaskType(OpenStrEnum):
    CONSUME_FILE = "consume_file"
    TRAIN_CLASSIFIER = "train_classifier"
    SANITY_CHECK = "sanity_check"
    INDEX_OPTIMIZE = "index_optimize"
    MAIL_FETCH = "mail_fetch"
    LLM_INDEX = "llm_index"
    EMPTY_TRASH = "empty_trash"
    CHECK_WORKFLOWS = "check_workflows"
    BULK_UPDATE = "bulk_update"
    REPROCESS_DOCUMENT = "reprocess_document"
    BUILD_SHARE_LINK = "build_share_link"
    BULK_DELETE = "bulk_delete"


class TriggerSource(OpenStrEnum):
    SCHEDULED = "scheduled"
    WEB_UI = "web_ui"
    API_UPLOAD = "api_upload"
    FOLDER_CONSUME = "folder_consume"
    EMAIL_CONSUME = "email_consume"
    SYSTEM = "system"
    MANUAL = "manual"


FINISHED = frozenset({TaskStatus.SUCCESS, TaskStatus.FAILURE, TaskStatus.REVOKED})
NEEDS_ATTENTION = (TaskStatus.FAILURE, TaskStatus.REVOKED)
IN_PROGRESS = frozenset({TaskStatus.PENDING, TaskStatus.STARTED})
