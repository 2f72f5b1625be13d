"""How a task can end, with the texts and tracebacks that a real server writes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .vocabulary import FAILURE, SUCCESS

TRACEBACK_CUT = 5000
SITE = "/usr/local/lib/python3.11/site-packages"
SOURCE = "/usr/src/paperless/src"
CELERY = (
    f'  File "{SITE}/celery/app/trace.py", line 585, in trace_task\n    R = retval = fun(*args, **kwargs)\n'
    "                 ^^^^^^^^^^^^^^^^^^^^\n"
    f'  File "{SITE}/celery/app/trace.py", line 858, in __protected_call__\n'
    "    return self.run(*args, **kwargs)\n           ^^^^^^^^^^^^^^^^^^^^^^^^^\n"
)
CONSUME = (
    f'  File "{SITE}/asgiref/sync.py", line 361, in main_wrap\n    raise exc_info[1]\n'
    f'  File "{SOURCE}/documents/tasks.py", line 243, in consume_file\n'
    "    msg = plugin.run()\n          ^^^^^^^^^^^^\n"
)
FAIL = (
    f'  File "{SOURCE}/documents/consumer.py", line 234, in _fail\n'
    '    raise ConsumerError(f"{self.filename}: {log_message or message}") from exception\n'
)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What a task leaves behind. `document`: a document was made, even if the task failed."""

    status: str
    result_data: dict[str, Any] | None = None
    document: bool = False
    text_2_20: str | None = None


def _exception(error_type: str, message: str, traceback: str) -> dict[str, Any]:
    return {"error_type": error_type, "error_message": message, "traceback": traceback[:TRACEBACK_CUT]}


def consumer_error(
    filename: str, text: str, *, line: int = 547, document: bool = False, text_2_20: str | None = None
) -> Ending:
    """`text` follows the file name; nearly every failed consumption looks like this."""
    raised = f'  File "{SOURCE}/documents/consumer.py", line {line}, in run\n    self._fail(\n'
    data = _exception("ConsumerError", f"{filename}: {text}", CELERY + CONSUME + raised + FAIL)
    return Ending(status=FAILURE, result_data=data, document=document, text_2_20=text_2_20)


def script_error(filename: str, when: str, *, line: int, arguments: str, document: bool = False) -> Ending:
    """A pre- or post-consume script that failed; 2.20 shows what it was called with."""
    said = f"Error while executing {when}-consume script: Command '['/bin/false'%s]' returned non-zero exit status 1."
    long = f"{filename}: {said % arguments}"
    return consumer_error(filename, said % "", line=line, document=document, text_2_20=long)


def while_consuming(filename: str, exception: str) -> Ending:
    return consumer_error(filename, f"Error occurred while consuming document {filename}: {exception}")


def unsupported(filename: str, mime_type: str) -> Ending:
    return consumer_error(filename, f"Unsupported mime type {mime_type}", line=463)


def asn_taken(filename: str, number: int) -> Ending:
    return consumer_error(filename, f"Not consuming {filename}: Given ASN {number} already exists!", line=1066)


def raised(
    error_type: str,
    message: str,
    *,
    module: str,
    line: int,
    function: str,
    code: str,
    text_2_20: str | None = None,
) -> Ending:
    frame = f'  File "{SOURCE}/{module}", line {line}, in {function}\n    {code}\n'
    data = _exception(error_type, message, CELERY + frame)
    return Ending(status=FAILURE, result_data=data, text_2_20=text_2_20)


def worker_lost() -> Ending:
    message = "Worker exited prematurely: signal 9 (SIGKILL) Job: 28."
    return _billiard("WorkerLostError", message, 1265, "mark_as_worker_lost", "raise WorkerLostError(")


def time_limit(seconds: int = 1800) -> Ending:
    message = f"TimeLimitExceeded({seconds},)"
    code = "raise TimeLimitExceeded(job._timeout)"
    return _billiard("TimeLimitExceeded", message, 684, "on_hard_timeout", code)


def _billiard(error_type: str, message: str, line: int, function: str, code: str) -> Ending:
    traceback = (
        f'Traceback (most recent call last):\n  File "{SITE}/billiard/pool.py", line {line}, in {function}\n'
        f"    {code}\nbilliard.exceptions.{error_type}: {message}\n"
    )
    return Ending(status=FAILURE, result_data=_exception(error_type, message, traceback))


def duplicate_2_20(filename: str, title: str, original: int, *, in_trash: bool = False) -> str:
    note = " Note: existing document is in the trash." if in_trash else ""
    return f"{filename}: Not consuming {filename}: It is a duplicate of {title} (#{original}).{note}"


GHOSTSCRIPT = (
    "MissingDependencyError: Ghostscript 10.0.0 through 10.02.0 (your version: 10.0.0) contain serious "
    "regressions that corrupt PDFs with existing text, such as those processed using --skip-text or --redo-ocr. "
    "Please upgrade to a newer version, or use --output-type pdf to avoid Ghostscript, or use --force-ocr to "
    "discard existing text."
)

CONSUMPTION: dict[str, Callable[[str], Ending]] = {
    "ok": lambda f: Ending(status=SUCCESS, document=True),
    "stopped": lambda f: Ending(
        status=SUCCESS, result_data={"reason": "Document deleted by workflow action during consumption"}
    ),
    "corrupt": lambda f: while_consuming(f, "InputFileError: "),
    "unsupported": lambda f: unsupported(f, "application/octet-stream"),
    "broken_image": lambda f: while_consuming(f, "OSError: image file is truncated"),
    "ghostscript": lambda f: while_consuming(f, GHOSTSCRIPT),
    "asn_taken": lambda f: asn_taken(f, 77),
    "pre_script": lambda f: script_error(
        f, "pre", line=476, arguments=f", '/usr/src/paperless/scratch/tmpt0xgizvf/{f}'"
    ),
    "post_script": lambda f: script_error(
        f,
        "post",
        line=766,
        arguments=f", '18', '{f}', '/usr/src/paperless/media/documents/originals/0000018.pdf', 'None', ''",
        document=True,
    ),
    "file_gone": lambda f: consumer_error(
        f, f"Cannot consume /tmp/scratch/tmp8zqhsk1f/{f}: File not found.", line=1048
    ),
    "encrypted": lambda f: while_consuming(f, "EncryptedPdfError: Input PDF is encrypted."),
    "prior_ocr": lambda f: while_consuming(f, "PriorOcrFoundError: page already has text! - aborting"),
    "signed": lambda f: while_consuming(f, "DigitalSignatureError: Input PDF has a digital signature."),
    "no_space": lambda f: while_consuming(f, "OSError: [Errno 28] No space left on device"),
    "no_permission": lambda f: while_consuming(
        f, f"PermissionError: [Errno 13] Permission denied: '/usr/src/paperless/media/originals/{f}'"
    ),
    "not_an_image": lambda f: while_consuming(f, "UnidentifiedImageError: cannot identify image file"),
    "bomb": lambda f: while_consuming(
        f, "DecompressionBombError: Image size (933120000 pixels) exceeds limit of 178956970 pixels"
    ),
    "tika": lambda f: while_consuming(f, "ConnectError: All connection attempts failed"),
    "encoding": lambda f: while_consuming(
        f, "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
    ),
    "program": lambda f: unsupported(f, "application/x-dosexec"),
    "subprocess": lambda f: while_consuming(f, "SubprocessOutputError: Ghostscript rasterizing failed"),
    "locked": lambda f: while_consuming(f, "OperationalError: database is locked"),
    "barcode": lambda f: while_consuming(f, "PDFPageCountError: Unable to get page count."),
    "worker_lost": lambda f: worker_lost(),
    "time_limit": lambda f: time_limit(),
}

MODEL = "/usr/src/paperless/data/classification_model.pickle"
ROUTINE: dict[str, Ending] = {
    "train_classifier": raised(
        "IsADirectoryError",
        f"[Errno 21] Is a directory: '{MODEL}.part' -> '{MODEL}'",
        module="documents/classifier.py",
        line=219,
        function="save",
        code="target_file_temp.rename(target_file)",
    ),
    "sanity_check": raised(
        "SanityCheckFailedException",
        "1 document(s) with errors, 1 document(s) with infos, 1 global warning(s) found. Check logs for details.",
        module="documents/tasks.py",
        line=304,
        function="sanity_check",
        code="raise SanityCheckFailedException(message)",
        text_2_20="3 issues found. Check logs for details.",
    ),
    "llm_index": raised(
        "AttributeError",
        "'sqlite3.Connection' object has no attribute 'enable_load_extension'",
        module="paperless_ai/vector_store.py",
        line=216,
        function="_open_connection",
        code="conn.enable_load_extension(True)",
    ),
    "mail_fetch": raised(
        "MailboxLoginError",
        "Error while authenticating account Office: AUTHENTICATIONFAILED Invalid credentials",
        module="paperless_mail/mail.py",
        line=546,
        function="handle_mail_account",
        code="self._login(M, account)",
    ),
    "build_share_link": raised(
        "FileExistsError",
        "[Errno 17] File exists: '/usr/src/paperless/media/documents/share_link_bundles'",
        module="documents/tasks.py",
        line=762,
        function="build_share_link_bundle",
        code="output_dir.mkdir(parents=True, exist_ok=True)",
    ),
}
KINDS = tuple(name for name in CONSUMPTION if name not in {"ok", "stopped"})


TEXTS_2_20 = {
    "train_classifier": "Training completed successfully",
    "sanity_check": "1 issues found.",
}


def routine(task_type: str, *, fails: bool) -> Ending:
    """A task that is no consumption. On 3.x its success leaves nothing, on 2.20 a sentence."""
    if not fails:
        return Ending(status=SUCCESS, text_2_20=TEXTS_2_20.get(task_type))
    if task_type in ROUTINE:
        return ROUTINE[task_type]
    return raised(
        "OperationalError",
        "database is locked",
        module="documents/tasks.py",
        line=412,
        function=task_type,
        code="transaction.atomic()",
    )
