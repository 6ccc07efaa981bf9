"""What whoever opened a session may do, and an installation that lets him do no more."""

from __future__ import annotations

from dataclasses import replace

import panel as pn

from showcase.services.roles import ROLE_HEADER, Limited, Role
from showcase.settings import Settings
from showcase.wiring import Installation, shared_installation


def session_installation() -> Installation:
    """The installation of this process, with no more in it than whoever opened this session may do."""
    installation = shared_installation()
    return limited(installation, session_role(installation.settings))


def session_role(settings: Settings) -> Role:
    """The role that the server's gate gave to this session; without roles, everybody may do everything."""
    if not settings.has_roles:
        return "approver"  # a page that is made ahead has no request to ask
    given = {name.lower(): value for name, value in (pn.state.headers or {}).items()}.get(ROLE_HEADER)
    return given if given in ("viewer", "operator", "approver") else "viewer"


def limited(installation: Installation, role: Role) -> Installation:
    """The same installation; what needs more than this role is refused when it is called."""
    if role == "approver":
        return installation
    services, launcher = Limited(installation.services, role), Limited(installation.launcher, role, "launcher")
    return replace(installation, services=services, launcher=launcher)
