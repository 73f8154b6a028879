"""Rules on a block's templates: which, in what order, of which package."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from dfs.model.phase2 import Fix, ObTemplate, Severity
from dfs.phase2.documents import write_block
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.views import BlockView

__all__: list[str] = []


@rule("package-missing", "block", "ESO's P2 API: templates are filled in, of the newest instrument package")
def package_missing(view: BlockView) -> Iterator[Problem]:
    """There is an instrument package to verify the block with."""
    if view.package is None:
        yield Problem("instrument", f"there is no instrument package of {view.block.instrument}")


@rule("package-outdated", "block", "ESO's P2 API: templates are filled in, of the newest instrument package")
def package_outdated(view: BlockView) -> Iterator[Problem]:
    """A block is of the run's version of the instrument package."""
    if view.block.ip_version != view.run.ip_version and float(view.block.ip_version) != float(view.run.ip_version):
        message = f"the block was made with package {view.block.ip_version}"
        yield Problem("ipVersion", message, f"{view.run.ip_version}: migrate it")


@rule("templates-missing", "block", "ESO, service mode rules")
def templates_missing(view: BlockView) -> Iterator[Problem]:
    """A block has templates."""
    if not view.block.templates:
        wanted = "an acquisition, then observations" if view.block.kind == "OB" else "a calibration"
        yield Problem("templates", "the block has no templates", wanted)


@rule("acquisition-missing", "block", "ESO's P2 API: one acquisition template, first")
def acquisition_missing(view: BlockView) -> Iterator[Problem]:
    """An OB has an acquisition template."""
    if view.block.kind == "OB" and view.block.templates and view.block.acquisition is None:
        known = () if view.package is None else view.package.signatures.values()
        names = ", ".join(one.name for one in known if one.type == "acquisition")
        yield Problem("templates", "there is no acquisition template", names)


@rule("acquisition-twice", "block", "ESO's P2 API: one acquisition template, first")
def acquisition_twice(view: BlockView) -> Iterator[Problem]:
    """A block has one acquisition template at most."""
    templates = view.block.templates
    found = [at for at, one in enumerate(templates) if one.type == "acquisition"]
    if len(found) > 1:
        documents = write_block(view.block)["templates"]
        kept = [one for at, one in enumerate(documents) if at not in found[1:]]
        message = f"there are {len(found)} acquisition templates"
        fix = Fix(f"keep {templates[found[0]].name}, the first", kept)
        yield Problem("templates", message, "one acquisition template", fix)


@rule("acquisition-first", "block", "ESO's P2 API: one acquisition template, first")
def acquisition_first(view: BlockView) -> Iterator[Problem]:
    """The acquisition template is the first."""
    templates = view.block.templates
    if view.block.acquisition is not None and templates[0].type != "acquisition":
        order = sorted(range(len(templates)), key=lambda at: templates[at].type != "acquisition")
        documents = write_block(view.block)["templates"]
        fix = Fix("put it first", [documents[at] for at in order])
        yield Problem("templates", f"{view.block.acquisition.name} is not the first template", "acquisition first", fix)


@rule("observation-missing", "block", "assumed: an acquisition collects no light")
def observation_missing(view: BlockView) -> Iterator[Problem]:
    """After the acquisition there is a template that observes or calibrates."""
    templates = view.block.templates
    if templates and all(one.type == "acquisition" for one in templates):
        yield Problem("templates", "the block acquires its target and ends", "a science or calibration template")


@rule("template-unknown", "block", "ESO's P2 API")
def template_unknown(view: BlockView) -> Iterator[Problem]:
    """Every template is in the instrument package."""
    if view.package is None:
        return
    for at, template in enumerate(view.block.templates):
        if template.name not in view.package.signatures:
            near = get_close_matches(template.name, view.package.signatures, n=3, cutoff=0.5)
            names = ", ".join(near or view.package.signatures)
            yield Problem(f"templates[{at}]", f"{view.package.name} has no template {template.name!r}", names)


@rule("template-type", "block", "ESO's P2 API")
def template_type(view: BlockView) -> Iterator[Problem]:
    """A template is of the type that its signature says."""
    if view.package is None:
        return
    for at, template in enumerate(view.block.templates):
        signature = view.package.signatures.get(template.name)
        if signature is not None and signature.type != template.type:
            fix = Fix(signature.type, signature.type)
            message = f"{template.name} is called {template.type}"
            yield Problem(f"templates[{at}].type", message, signature.type, fix)


@rule(
    "mode-mixed",
    "block",
    "ESO, service mode rules: multi-configuration OBs are normally not permitted",
    Severity.WARNING,
    waivable=True,
)
def mode_mixed(view: BlockView) -> Iterator[Problem]:
    """The science templates of a service-mode block are of one mode of the instrument."""
    if not view.is_service:
        return
    first: ObTemplate | None = None
    for at, template in enumerate(view.block.templates):
        if template.type != "science":
            continue
        first = first or template
        if _mode(template.name) != _mode(first.name):
            message = f"{template.name} is of another mode than {first.name}"
            yield Problem(f"templates[{at}]", message, "one mode in a block: use a concatenation")


def _mode(name: str) -> str:
    """Return the mode in a template's name: ``lss`` of ``FORS2_lss_obs_off_fast``, ``wfm`` of ``MUSE_wfm-noao_obs_...``."""
    words = name.split("_")
    return words[1].split("-")[0].casefold() if len(words) > 2 else ""
