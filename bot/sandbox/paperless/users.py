"""The people of the recorded servers: their numbers, rights and (fresh at every start) tokens."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .vocabulary import Version

VIEW = "view_paperlesstask"
CHANGE = "change_paperlesstask"
ADD = "add_paperlesstask"
ADD_DOCUMENT = "add_document"
VIEW_DOCUMENT = "view_document"
VIEW_USER = "view_user"
VIEW_LABELS = ("view_tag", "view_correspondent", "view_documenttype")
SYSTEM_MONITORING = "view_system_monitoring"


@dataclass(frozen=True, kw_only=True)
class User:
    id: int
    name: str
    permissions: frozenset[str] = frozenset()
    is_staff: bool = False
    is_superuser: bool = False
    is_active: bool = True

    def may(self, permission: str) -> bool:
        return self.is_superuser or permission in self.permissions

    @property
    def may_see_system(self) -> bool:
        return self.is_superuser or self.is_staff or SYSTEM_MONITORING in self.permissions

    @property
    def password(self) -> str:
        return f"{self.name}-pw"


# In the order in which they were made; the first number depends on the server's version.
PEOPLE = (
    User(id=0, name="admin", is_staff=True, is_superuser=True),
    User(id=1, name="staff", is_staff=True, permissions=frozenset({VIEW, CHANGE})),
    User(id=2, name="operator", permissions=frozenset({VIEW, CHANGE, ADD_DOCUMENT, VIEW_DOCUMENT})),
    User(id=3, name="viewer", permissions=frozenset({VIEW})),
    User(id=4, name="nobody"),
    User(id=5, name="bob", permissions=frozenset({VIEW, CHANGE, ADD_DOCUMENT, VIEW_DOCUMENT})),
    User(id=6, name="runner", permissions=frozenset({VIEW, CHANGE, ADD})),
    User(id=7, name="acker", permissions=frozenset({CHANGE})),
    User(id=8, name="staffnp", is_staff=True),
    User(id=9, name="monitor", permissions=frozenset({SYSTEM_MONITORING})),
    User(id=10, name="uploader", permissions=frozenset({ADD_DOCUMENT})),
    User(id=11, name="inactive", is_active=False),
)
FIRST_ID = {Version.V3: 2, Version.V2: 3}


class Users:
    def __init__(self, version: Version) -> None:
        first = FIRST_ID[version]
        self._by_name = {u.name: replace(u, id=u.id + first) for u in PEOPLE}
        self.tokens = {name: secrets.token_hex(20) for name in self._by_name}
        self._by_token = {token: name for name, token in self.tokens.items()}
        self._next_id = first + len(PEOPLE)

    def __getitem__(self, name: str) -> User:
        return self._by_name[name]

    def __iter__(self) -> Iterator[User]:
        return iter(self._by_name.values())

    def by_token(self, token: str) -> User | None:
        name = self._by_token.get(token)
        return None if name is None else self._by_name[name]

    def by_password(self, name: str, password: str) -> User | None:
        user = self._by_name.get(name)
        return user if user is not None and user.is_active and user.password == password else None

    def exists(self, user_id: int) -> bool:
        return any(u.id == user_id for u in self._by_name.values())

    def add(self, name: str, *permissions: str, is_staff: bool = False, is_superuser: bool = False) -> User:
        user = User(
            id=self._next_id,
            name=name,
            permissions=frozenset(permissions),
            is_staff=is_staff,
            is_superuser=is_superuser,
        )
        self._next_id += 1
        self._by_name[name] = user
        self.new_token(name)
        return user

    def change(self, name: str, *, permissions: frozenset[str] | None = None, is_active: bool | None = None) -> User:
        user = self._by_name[name]
        self._by_name[name] = replace(
            user,
            permissions=user.permissions if permissions is None else permissions,
            is_active=user.is_active if is_active is None else is_active,
        )
        return self._by_name[name]

    def new_token(self, name: str) -> str:
        """As the web UI's "regenerate": the old token is refused from now on."""
        self._by_token.pop(self.tokens.get(name, ""), None)
        self.tokens[name] = secrets.token_hex(20)
        self._by_token[self.tokens[name]] = name
        return self.tokens[name]

    def remove(self, name: str) -> User:
        self._by_token.pop(self.tokens.pop(name), None)
        return self._by_name.pop(name)
