"""``/auth``: tokens, the browser's session, who am I, and delegation."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dfs.errors import AccessError, NotFoundError, UsageError
from dfs.server.context import acting, base_url
from dfs.server.identity import COOKIE, current_user, is_from_here, presented
from dfs.server.signing_in import sign_in, sign_in_form

if TYPE_CHECKING:
    from dfs.access.tokens import Token
    from dfs.observatory import Observatory

__all__ = ["router", "sign_in", "sign_in_form"]

router = APIRouter(prefix="/auth", tags=["sign-in"])

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_STATE_COOKIE = "dfs_oidc"
Kind = Literal["data", "phase2", "phase3"]


@router.get("/token", summary="A token for name and password (the contract of ESO's clients)")
def token_by_query(
    request: Request,
    username: Annotated[str, Query(max_length=254)],
    password: Annotated[str, Query(max_length=1024)],
    grant_type: Annotated[str, Query(max_length=40)] = "password",
) -> Response:
    """Answer with ``id_token``.  Prefer POST: an address with a password in it may be kept by whatever lies between."""
    return _token_answer(sign_in(request, username, password, grant_type))


@router.post("/token", summary="A token for name and password (OAuth 2.0, grant_type=password)")
async def token_by_form(request: Request) -> Response:
    """Take a form with ``grant_type``, ``username``, ``password``; answer with ``access_token`` and the same as ``id_token``."""
    form = await sign_in_form(request)
    return await run_in_threadpool(
        lambda: _token_answer(sign_in(request, form["username"], form["password"], form.get("grant_type", "")))
    )


@router.post("/session", summary="Sign a browser in")
async def open_session(request: Request) -> Response:
    """Take a form with ``username``, ``password`` and, if a page shall follow, ``next``; set the session's cookie."""
    if not is_from_here(request, assume=True):
        raise AccessError("another site cannot sign you in here", hint="use the sign-in of this page")
    form = await sign_in_form(request)
    token = await run_in_threadpool(sign_in, request, form["username"], form["password"], "password")
    response: Response = (
        RedirectResponse(_local(form["next"]), 303, _NO_STORE)
        if "next" in form
        else JSONResponse({"name": token.member.name, "expires": _zulu(token)}, headers=_NO_STORE)
    )
    return _with_session(request, response, token)


@router.delete("/session", summary="Sign out: the token, or the browser's session, holds no more")
def close_session(request: Request) -> Response:
    """Revoke the token that came with the request, by header or cookie."""
    user, token = current_user(request), presented(request)
    if token is not None and user.name == token.member.name:
        _observatory(request).tokens.revoke(token.id, token.expires)
    response = JSONResponse({"signed_in": False}, headers=_NO_STORE)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=_is_secure(request))
    return response


@router.get("/me", summary="Who am I, and what am I to what")
def me(request: Request) -> Response:
    """Answer with name, roles and relations; without a sign-in, with `signed_in` false."""
    observatory = acting(request)
    standing, token = observatory.standing, presented(request)
    document: dict[str, Any] = {"signed_in": bool(standing.name), "name": standing.name or None}
    if standing.name:
        document |= {
            "roles": sorted(standing.roles),
            "relations": [asdict(one) for one in observatory.relations.list(user=standing.name)],
            "expires": _zulu(token) if token else None,
        }
    return JSONResponse({**document, "oidc": bool(observatory.settings.oidc_issuer)}, headers=_NO_STORE)


@router.get("/jwks", summary="The public keys that verify our tokens (JSON Web Key Set)")
def jwks(request: Request) -> Response:
    """Answer with the keys in force, retired ones until their last token has expired."""
    return JSONResponse(_observatory(request).signing_keys.jwks(), headers={"Cache-Control": "max-age=300"})


class DelegationRequest(BaseModel):
    """Whom to make a delegate, of what kind, for which programme or run; without `programme`: for all of one's own."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    email: Annotated[str, Field(max_length=254)]
    programme: Annotated[str | None, Field(max_length=60)] = None


@router.get("/delegations", summary="The delegates of my programmes, and what was delegated to me")
def list_delegations(request: Request) -> Response:
    """Answer with every delegation in force that concerns me."""
    found = _signed_in(request).delegations.list()
    return JSONResponse({"delegations": [asdict(one) for one in found]}, headers=_NO_STORE)


@router.post("/delegations", status_code=201, summary="Delegate a programme, a run, or all of mine")
def delegate(request: Request, wanted: DelegationRequest) -> Response:
    """Make somebody a delegate; it counts from the next request on."""
    delegations = _signed_in(request).delegations
    made = (
        delegations.grant_all(wanted.kind, wanted.email)
        if wanted.programme is None
        else [delegations.grant(wanted.kind, wanted.programme, wanted.email)]
    )
    granted = [{"kind": wanted.kind, "programme": one.scope, "user": one.user, "granted": one.granted} for one in made]
    return JSONResponse({"granted": granted}, 201, headers=_NO_STORE)


@router.delete("/delegations", summary="Take a delegation back, or all of mine")
def revoke(
    request: Request,
    kind: Kind | None = None,
    programme: Annotated[str | None, Query(max_length=60)] = None,
    email: Annotated[str | None, Query(max_length=254)] = None,
) -> Response:
    """Revoke one (kind, programme and email), or without `programme` all, of a kind or a delegate if given."""
    delegations = _signed_in(request).delegations
    if programme is None:
        return JSONResponse({"revoked": delegations.revoke_all(kind, email)}, headers=_NO_STORE)
    if kind is None or email is None:
        raise UsageError("kind and email say which delegation of the programme ends", accepted="kind=data&email=...")
    delegations.revoke(kind, programme, email)
    return JSONResponse({"revoked": 1}, headers=_NO_STORE)


@router.get("/oidc/login", summary="Sign in through the configured service (OpenID Connect)")
def oidc_login(request: Request, following: Annotated[str, Query(alias="next", max_length=2000)] = "/") -> Response:
    """Send the browser there; it comes back to ``/auth/oidc/callback``."""
    client = _oidc(request)
    address, state = client.begin(f"{base_url(request)}/auth/oidc/callback", _local(following))
    response = RedirectResponse(address, 303, _NO_STORE)
    response.set_cookie(
        _STATE_COOKIE,
        state,
        max_age=600,
        path="/auth/oidc",
        httponly=True,
        samesite="lax",
        secure=_is_secure(request),
    )
    return response


@router.get("/oidc/callback", summary="Where the configured service sends the browser back to")
def oidc_callback(
    request: Request,
    state: Annotated[str, Query(max_length=200)],
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Check what the service says, and open the browser's session."""
    if not code:
        raise AccessError("the sign-in service did not sign you in", hint="begin again at /auth/oidc/login")
    token, following = _oidc(request).finish(code, state, request.cookies.get(_STATE_COOKIE, ""))
    response = _with_session(request, RedirectResponse(_local(following), 303, _NO_STORE), token)
    response.delete_cookie(_STATE_COOKIE, path="/auth/oidc")
    return response


def _token_answer(token: Token) -> Response:
    seconds = int((token.expires - token.issued).total_seconds())
    document = {"access_token": token.text, "id_token": token.text, "token_type": "Bearer", "expires_in": seconds}
    return JSONResponse(document, headers=_NO_STORE)


def _with_session(request: Request, response: Response, token: Token) -> Response:
    response.set_cookie(
        COOKIE,
        token.text,
        max_age=int((token.expires - token.issued).total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_secure(request),
    )
    return response


def _local(following: str) -> str:
    """Return a page of this server to go on with; anything that could lead elsewhere becomes the first page."""
    is_here = following.startswith("/") and not following.startswith(("//", "/\\"))
    return following if is_here and following.isprintable() and "\\" not in following else "/"


def _is_secure(request: Request) -> bool:
    return base_url(request).startswith("https:")


def _signed_in(request: Request) -> Observatory:
    observatory = acting(request)
    if not observatory.standing.name:
        raise AccessError("only whoever has signed in can delegate", hint="sign in")
    return observatory


def _oidc(request: Request) -> Any:
    client = _observatory(request).oidc
    if client is None:
        raise NotFoundError("no sign-in service is configured here", hint="sign in with name and password")
    return client


def _observatory(request: Request) -> Observatory:
    observatory: Observatory = request.app.state.observatory
    return observatory


def _zulu(token: Token) -> str:
    return f"{token.expires:%Y-%m-%dT%H:%M:%S}Z"
