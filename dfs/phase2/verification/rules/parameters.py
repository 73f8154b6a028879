"""Rules on the parameters of a block's templates."""

from __future__ import annotations

from collections.abc import Iterator

from dfs.errors import UsageError
from dfs.instruments.packages import TemplateSignature, accepted, coerce
from dfs.model.phase2 import Fix, ObTemplate, Severity
from dfs.phase2.verification.registry import Problem, rule
from dfs.phase2.verification.rules.constraints import nearest_value
from dfs.phase2.verification.views import BlockView

__all__: list[str] = []

_MOST_NAMES = 8


@rule("parameter-unknown", "block", "ESO's P2 API", Severity.WARNING)
def parameter_unknown(view: BlockView) -> Iterator[Problem]:
    """Every parameter of a template is one of its signature."""
    for path, template, signature in _known(view):
        for parameter in template.parameters:
            if parameter.name not in signature.parameters:
                names = ", ".join(list(signature.parameters)[:_MOST_NAMES])
                message = f"{template.name} has no parameter {parameter.name!r}"
                yield Problem(f"{path}.{parameter.name}", message, names, Fix("remove it", None))


@rule("parameter-missing", "block", "ESO's P2 API: a template has all parameters of its signature")
def parameter_missing(view: BlockView) -> Iterator[Problem]:
    """A template has every parameter of its signature."""
    for path, template, signature in _known(view):
        present = {one.name: one for one in template.parameters}
        missing = [name for name in signature.parameters if name not in present]
        if missing:
            whole = [
                {"name": name, "type": spec.type, "value": present[name].value if name in present else spec.default}
                for name, spec in signature.parameters.items()
            ]
            strangers = [
                {"name": one.name, "type": one.type, "value": one.value}
                for one in template.parameters
                if one.name not in signature.parameters
            ]
            fix = Fix("add them with their defaults", whole + strangers)
            named = ", ".join(missing[:_MOST_NAMES])
            yield Problem(f"{path}.parameters", f"{template.name} lacks {named}", "all parameters", fix)


@rule("parameter-not-set", "block", "ESO's P2 API: templates are filled in, of the newest instrument package")
def parameter_not_set(view: BlockView) -> Iterator[Problem]:
    """Every mandatory parameter has a value."""
    for path, template, signature in _known(view):
        for parameter in template.parameters:
            spec = signature.parameters.get(parameter.name)
            if spec is not None and spec.required and parameter.value is None:
                fix = None if spec.default is None else Fix(f"{spec.default}", spec.default)
                label = f" ({spec.label})" if spec.label else ""
                yield Problem(f"{path}.{parameter.name}", f"{parameter.name}{label} is not set", accepted(spec), fix)


@rule("parameter-value", "block", "ESO's P2 API: types and allowedValues of the signature")
def parameter_value(view: BlockView) -> Iterator[Problem]:
    """A parameter's value is of the type and in the range that its signature gives."""
    for path, template, signature in _known(view):
        for parameter in template.parameters:
            spec = signature.parameters.get(parameter.name)
            if spec is None or parameter.value is None:
                continue
            try:
                coerce(spec, parameter.value)
            except UsageError:
                nearest = nearest_value(spec, parameter.value)
                fix = None if nearest is None else Fix(f"{nearest}", nearest)
                message = f"{parameter.name} = {parameter.value!r} is not accepted"
                yield Problem(f"{path}.{parameter.name}", message, accepted(spec), fix)


def _known(view: BlockView) -> Iterator[tuple[str, ObTemplate, TemplateSignature]]:
    """Yield path, template and signature of each template that the package knows."""
    if view.package is not None:
        for at, template in enumerate(view.block.templates):
            signature = view.package.signatures.get(template.name)
            if signature is not None:
                yield f"templates[{at}]", template, signature
