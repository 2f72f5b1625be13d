"""What Discord refuses in the components of a message. Pure.

https://docs.discord.com/developers/components/reference
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bot.sandbox.discord.errors import Json, Path, Violation
from bot.sandbox.discord.findings import WEB, Findings

ROW, BUTTON, STRING_SELECT = 1, 2, 3
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17

TOP_LEVEL_V2 = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)

ROWS, IN_ROW, IN_SECTION, GALLERY_ITEMS, COMPONENTS_IN_ALL, TEXT_IN_ALL = 5, 5, 3, 10, 40, 4000
CUSTOM_ID, BUTTON_LABEL, BUTTON_URL, PLACEHOLDER, MEDIA_DESCRIPTION = 100, 80, 512, 150, 1024
SELECT_OPTIONS, OPTION_TEXT = 25, 100
LINK, PREMIUM = 5, 6

Check = Callable[[Path, Json], None]


def check_components(components: Sequence[Json], *, uses_v2: bool, uploaded: Sequence[str] = ()) -> list[Violation]:
    found = Components(uploaded)
    at: Path = ("components",)
    if uses_v2:
        found.children(at, components, TOP_LEVEL_V2)
        _check_totals(found, components)
    else:
        found.amount(at, components, most=ROWS)
        found.children(at, components, (ROW,))
    check_unique(found, at, components)
    return found


def _check_totals(found: Findings, components: Sequence[Json]) -> None:
    everything = [component for _, component in _walk((), components)]
    if len(everything) > COMPONENTS_IN_ALL:
        text = f"Components exceed the maximum of {COMPONENTS_IN_ALL} in a message."
        found.add(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", text)
    if sum(len(one.get("content") or "") for one in everything if one.get("type") == TEXT) > TEXT_IN_ALL:
        text = f"Components displayable text size exceeds maximum size of {TEXT_IN_ALL}"
        found.add(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", text)


def check_unique(found: Findings, at: Path, components: Sequence[Json]) -> None:
    for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        seen: set[Any] = set()
        for path, component in _walk(at, components):
            value = component.get(key)
            if value and value in seen:
                found.add((*path, key), code, f"Component {key.replace('_', ' ')} cannot be duplicated")
            seen.add(value)


def _walk(at: Path, components: Sequence[Json]) -> Iterator[tuple[Path, Json]]:
    for index, component in enumerate(components):
        yield (*at, index), component
        yield from _walk((*at, index, "components"), component.get("components") or [])
        for key in ("accessory", "component"):
            if component.get(key):
                for path, inner in _walk((), [component[key]]):
                    yield (*at, index, key, *path[1:]), inner


class Components(Findings):
    """Each method checks one kind at its place."""

    def __init__(self, uploaded: Sequence[str] = ()) -> None:
        super().__init__()
        self._uploaded = uploaded
        self.checks: dict[int, Check] = {
            ROW: self._row,
            BUTTON: self._button,
            SECTION: self._section,
            TEXT: self._text_display,
            THUMBNAIL: self._thumbnail,
            GALLERY: self._gallery,
            FILE: self._file,
            SEPARATOR: self._separator,
            CONTAINER: self._container,
        }
        self.checks.update(dict.fromkeys(SELECTS, self._select))

    def children(self, at: Path, components: Sequence[Json], allowed: Sequence[int]) -> None:
        for index, component in enumerate(components):
            self.one((*at, index), component, allowed)

    def one(self, at: Path, component: Json, allowed: Sequence[int]) -> None:
        kind = component.get("type")
        if not self.choice((*at, "type"), kind, allowed):
            return
        if "custom_id" in component or kind == BUTTON or kind in SELECTS:
            self._custom_id(at, component)
        if check := self.checks.get(component["type"]):
            check(at, component)

    def _custom_id(self, at: Path, component: Json) -> None:
        if component["type"] == BUTTON and component.get("style") in (LINK, PREMIUM):
            return
        self.text((*at, "custom_id"), component.get("custom_id"), least=1, most=CUSTOM_ID)

    def _row(self, at: Path, row: Json) -> None:
        inner = row.get("components") or []
        self.amount((*at, "components"), inner, least=1, most=IN_ROW)
        self.children((*at, "components"), inner, (BUTTON, *SELECTS))
        if len(inner) > 1 and any(one.get("type") in SELECTS for one in inner):
            self.add(
                (*at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds max width of 5"
            )

    def _button(self, at: Path, button: Json) -> None:
        style, url, custom_id = button.get("style"), button.get("url"), button.get("custom_id")
        self.choice((*at, "style"), style, (1, 2, 3, 4, 5, 6))
        self.text((*at, "label"), button.get("label"), most=BUTTON_LABEL)
        if style == LINK:
            self.url((*at, "url"), url, schemes=(*WEB, "discord"), most=BUTTON_URL)
            if url is None:
                self.add((*at, "url"), "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
        if (custom_id if style == LINK else url) is not None:
            self.add(
                at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified"
            )
        if style != PREMIUM and not button.get("label") and not button.get("emoji"):
            self.add(at, "BUTTON_COMPONENT_INVALID_LABEL_OR_EMOJI", "A button must have a label or an emoji")

    def _select(self, at: Path, select: Json) -> None:
        self.text((*at, "placeholder"), select.get("placeholder"), most=PLACEHOLDER)
        self.several(at, select, most=SELECT_OPTIONS)
        if select["type"] == STRING_SELECT:
            self.options(at, select, least=1, most=SELECT_OPTIONS)
        wanted = select.get("default_values") or [one for one in select.get("options") or [] if one.get("default")]
        if len(wanted) > (select.get("max_values") or 1):
            self.add((*at, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", "More defaults than max_values")

    def several(self, at: Path, component: Json, *, most: int) -> None:
        self.number((*at, "min_values"), component.get("min_values"), least=0, most=most)
        self.number((*at, "max_values"), component.get("max_values"), least=1, most=most)
        least, greatest = component.get("min_values"), component.get("max_values") or 1
        if (1 if least is None else least) > greatest:
            self.add(
                (*at, "min_values"), "SELECT_COMPONENT_MIN_VALUES_ABOVE_MAX", "min_values must not exceed max_values"
            )

    def options(self, at: Path, component: Json, *, least: int, most: int) -> None:
        options = component.get("options") or []
        self.amount((*at, "options"), options, least=least, most=most)
        values: set[Any] = set()
        for index, option in enumerate(options):
            path: Path = (*at, "options", index)
            self.text((*path, "label"), option.get("label"), least=1, most=OPTION_TEXT)
            self.text((*path, "value"), option.get("value"), least=1, most=OPTION_TEXT)
            self.text((*path, "description"), option.get("description"), most=OPTION_TEXT)
            if option.get("value") in values:
                self.add(
                    (*path, "value"),
                    "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                    "The specified option value is already used",
                )
            values.add(option.get("value"))

    def _section(self, at: Path, section: Json) -> None:
        inner = section.get("components") or []
        self.amount((*at, "components"), inner, least=1, most=IN_SECTION)
        self.children((*at, "components"), inner, (TEXT,))
        if section.get("accessory") is None:
            self.required((*at, "accessory"))
        else:
            self.one((*at, "accessory"), section["accessory"], (BUTTON, THUMBNAIL))

    def _text_display(self, at: Path, display: Json) -> None:
        self.text((*at, "content"), display.get("content"), least=1, most=TEXT_IN_ALL)

    def _thumbnail(self, at: Path, thumbnail: Json) -> None:
        self._media((*at, "media"), thumbnail.get("media"))
        self.text((*at, "description"), thumbnail.get("description"), most=MEDIA_DESCRIPTION)

    def _gallery(self, at: Path, gallery: Json) -> None:
        items = gallery.get("items") or []
        self.amount((*at, "items"), items, least=1, most=GALLERY_ITEMS)
        for index, item in enumerate(items):
            self._thumbnail((*at, "items", index), item)

    def _file(self, at: Path, file: Json) -> None:
        self._media((*at, "file"), file.get("file"))
        url = str((file.get("file") or {}).get("url") or "")
        if url and not url.startswith(("attachment://", "https://cdn.discordapp.com/")):
            text = "The url must refer to an attachment of the message"
            self.add((*at, "file", "url"), "UNFURLED_MEDIA_ITEM_ATTACHMENT_REQUIRED", text)

    def _media(self, at: Path, media: Json | None) -> None:
        if not media or not media.get("url"):
            self.required((*at, "url"))
        else:
            self.media((*at, "url"), media["url"], self._uploaded)

    def _separator(self, at: Path, separator: Json) -> None:
        if separator.get("spacing") is not None:
            self.choice((*at, "spacing"), separator["spacing"], (1, 2))

    def _container(self, at: Path, container: Json) -> None:
        inner = container.get("components") or []
        self.amount((*at, "components"), inner, least=1, most=COMPONENTS_IN_ALL)
        self.children((*at, "components"), inner, IN_CONTAINER)
        self.number((*at, "accent_color"), container.get("accent_color"), least=0, most=0xFFFFFF)
