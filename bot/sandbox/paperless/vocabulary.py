"""Paperless-ngx's own words for kinds, sources and states, in version 10, in version 9 and in 2.20."""

from enum import StrEnum


class Version(StrEnum):
    V3 = "3.0.5"
    V2 = "2.20.15"

    @property
    def api(self) -> int:
        """The newest API version this server speaks; it says so in X-Api-Version."""
        return 10 if self is Version.V3 else 9

    @property
    def spoken(self) -> frozenset[str]:
        return frozenset({"9", "10"}) if self is Version.V3 else frozenset(map(str, range(1, 10)))


PENDING, STARTED, SUCCESS, FAILURE, REVOKED = STATUSES = (
    "pending",
    "started",
    "success",
    "failure",
    "revoked",
)
COMPLETE = frozenset({SUCCESS, FAILURE, REVOKED})
ACTIVE = frozenset({PENDING, STARTED})

TASK_TYPES = {
    "consume_file": "Consume File",
    "train_classifier": "Train Classifier",
    "sanity_check": "Sanity Check",
    "index_optimize": "Index Optimize",
    "mail_fetch": "Mail Fetch",
    "llm_index": "LLM Index",
    "empty_trash": "Empty Trash",
    "check_workflows": "Check Workflows",
    "bulk_update": "Bulk Update",
    "reprocess_document": "Reprocess Document",
    "build_share_link": "Build Share Link",
    "bulk_delete": "Bulk Delete",
}
RUNNABLE = frozenset({"train_classifier", "sanity_check", "llm_index"})

TRIGGER_SOURCES = {
    "scheduled": "Scheduled",
    "web_ui": "Web UI",
    "api_upload": "API Upload",
    "folder_consume": "Folder Consume",
    "email_consume": "Email Consume",
    "system": "System",
    "manual": "Manual",
}

# Version 9 of 3.0.5: other names for a kind and a source.
V9_NAMES = {"sanity_check": "check_sanity"}
V9_TYPES = {
    "scheduled": "scheduled_task",
    "web_ui": "manual_task",
    "api_upload": "manual_task",
    "manual": "manual_task",
    "folder_consume": "auto_task",
    "email_consume": "auto_task",
    "system": "auto_task",
}
TYPES = ("auto_task", "scheduled_task", "manual_task")

# 2.20: only these make rows, and a consumption is always an auto_task.
V2_ROWS = frozenset({"consume_file", "train_classifier", "sanity_check"})
V2_NAMES = ("consume_file", "train_classifier", "check_sanity", "index_optimize")
V2_STATUSES = ("FAILURE", "PENDING", "RECEIVED", "RETRY", "REVOKED", "STARTED", "SUCCESS")


def v9_name(task_type: str) -> str:
    return V9_NAMES.get(task_type, task_type)


def v2_type(task_type: str, trigger_source: str) -> str:
    if task_type == "consume_file":
        return "auto_task"
    return V9_TYPES[trigger_source]
