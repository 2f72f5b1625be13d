"""paperless.documents: upload one, look at one."""

from typing import TYPE_CHECKING

from bot.paperless import rows, wire
from bot.paperless.errors import DocumentNotFound, InvalidArgument, NotFound
from bot.paperless.models import Document, DocumentDraft

if TYPE_CHECKING:
    from bot.paperless.client import PaperlessClient, Version


class Documents:
    def __init__(self, client: "PaperlessClient") -> None:
        self._client = client

    async def __call__(self, pk: int) -> Document:
        """The document with this primary key. Raises DocumentNotFound, also for one that this user may not see."""
        if isinstance(pk, bool) or not isinstance(pk, int) or pk < 1:
            raise InvalidArgument(f"A document has a number, not {pk!r}")

        async def get(version: "Version") -> Document:
            return await self._client.request(wire.DOCUMENT.at(pk), rows.document, version=version.number)

        try:
            return await self._client.speak(get)
        except NotFound as error:
            raise DocumentNotFound(f"There is no document number {pk}, or it is another user's") from error

    async def save(self, draft: DocumentDraft) -> str:
        """Uploads a document; the UUID of the task that will consume it, for `tasks.wait`.

        A UUID does not promise a task: on a locked database no row ever appears, though the document was consumed. The
        upload is sent once; MaybeDone means that its outcome is not known. Rejected: an unsupported type, an empty
        file, an unknown tag.
        """
        # imported here: only uploads need it
        from bot.paperless.multipart import upload_body

        async def post(version: "Version") -> str:
            async with upload_body(draft) as body:
                return await self._client.request(wire.UPLOAD, rows.uploaded, body=body, version=version.number)

        return await self._client.speak(post)
