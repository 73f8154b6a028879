"""Who is there and what he may do: accounts, tokens, relations, programmes, the doors to single files."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from dfs.access import Action, Protection, Standing
from dfs.clock import Clock, SettableClock, SystemClock, isoformat
from dfs.errors import UsageError
from dfs.observatory.stores import Stores

if TYPE_CHECKING:
    from dfs.access.accounts import Accounts
    from dfs.access.delegations import Delegations
    from dfs.access.keys import SigningKeys
    from dfs.access.oidc import OidcClient
    from dfs.access.relations import Relations
    from dfs.access.sign_in import SignIn
    from dfs.access.tokens import Tokens
    from dfs.archive.doors import Doorkeeper
    from dfs.archive.programmes import Programmes

__all__ = ["AccessServices"]


class AccessServices(Stores):
    """Who is there and what he may do: accounts, tokens, relations, programmes, the doors to single files."""

    @property
    def standing(self) -> Standing:
        """What the user is to everything, now: asked of the database each time."""
        from dfs.access.standings import Standings

        return Standings(self.database).of(self.user)

    def permits(self, action: Action, what: Protection) -> bool:
        """Tell whether the user may do `action` to a file protected by `what`, now."""
        return self.doors.permits(action, what)

    @cached_property
    def doors(self) -> Doorkeeper:
        """May the user do this to that file: `dfs.archive.doors.Doorkeeper`."""
        from dfs.archive.doors import Doorkeeper

        return Doorkeeper(self.database, lambda: self.standing, self.clock)

    @cached_property
    def accounts(self) -> Accounts:
        """Who may sign in: `dfs.access.accounts.Accounts`."""
        from dfs.access.accounts import Accounts

        return Accounts(self.database, self.audit, self.clock, lambda: self.standing)

    @cached_property
    def relations(self) -> Relations:
        """Who is what to which programme or instrument: `dfs.access.relations.Relations`."""
        from dfs.access.relations import Relations

        return Relations(self.database, self.audit, self.clock, lambda: self.standing)

    @cached_property
    def delegations(self) -> Delegations:
        """What a PI lets others do: `dfs.access.delegations.Delegations`."""
        from dfs.access.delegations import Delegations

        return Delegations(self.database, self.relations, lambda: self.standing)

    @cached_property
    def programmes(self) -> Programmes:
        """Programmes and the rules for their files: `dfs.archive.programmes.Programmes`."""
        from dfs.archive.programmes import Programmes

        return Programmes(self.database, self.audit, lambda: self.standing)

    @property
    def _wall_clock(self) -> Clock:
        """The clock of tokens and throttle: that of a test instance may be set to and fro, a sign-in goes by real time."""
        return SystemClock() if isinstance(self.clock, SettableClock) else self.clock

    @cached_property
    def signing_keys(self) -> SigningKeys:
        """The keys that sign tokens: `dfs.access.keys.SigningKeys`."""
        from dfs.access.keys import SigningKeys

        return SigningKeys(
            self.database,
            self.audit,
            self._wall_clock,
            lambda: self.standing,
            algorithm=self.settings.token_algorithm,
            lifetime=timedelta(hours=self.settings.token_hours),
        )

    @cached_property
    def tokens(self) -> Tokens:
        """Signed statements of who is there: `dfs.access.tokens.Tokens`."""
        from dfs.access.tokens import Tokens

        lifetime = timedelta(hours=self.settings.token_hours)
        return Tokens(
            self.database, self.signing_keys, self._wall_clock, issuer=self.settings.token_issuer, lifetime=lifetime
        )

    @cached_property
    def sign_in(self) -> SignIn:
        """From name and password to a token: `dfs.access.sign_in.SignIn`."""
        from dfs.access.sign_in import SignIn
        from dfs.access.throttle import Throttle

        return SignIn(self.database, Throttle(self.database, self._wall_clock), self.tokens)

    @cached_property
    def oidc(self) -> OidcClient | None:
        """The sign-in service of the settings ``oidc_*``: `dfs.access.oidc.OidcClient`; None: there is none."""
        if not self.settings.oidc_issuer:
            return None
        from dfs.access.issuer import Issuer
        from dfs.access.oidc import OidcClient

        return OidcClient(
            self.database,
            self.tokens,
            Issuer(self.settings.oidc_issuer),
            client_id=self.settings.oidc_client_id,
            secret_file=self.settings.oidc_client_secret_file,
            claim=self.settings.oidc_claim,
        )

    def set_clock(self, at: datetime | None) -> None:
        """Let the clock of a test instance stand at `at` (aware), for every process; None lets it run.

        Raises
        ------
        UsageError
            The observatory is no test instance.
        AccessError
            The user may not.
        """
        from dfs.access.roles import Power, require

        require(self.standing, Power.SET_CLOCK)
        if not isinstance(self.clock, SettableClock):
            raise UsageError(
                "only the clock of a test instance can be set",
                where=str(self.root),
                hint="for an observatory that holds no real data: test_instance = true in its dfs.toml",
            )
        with self.database.write() as connection:
            self.audit.append(connection, "clock", self.database.name, at=isoformat(at) if at else None)
            self.clock.set(at)
