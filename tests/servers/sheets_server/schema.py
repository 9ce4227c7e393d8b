"""Every request is held against Google's own discovery document before it is looked at."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from servers.sheets_server.refusal import Json, Unknown, Violation

Mask = dict[str, "Mask"]  # an empty one means: all of it

_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_INT_LIMITS = {"int32": 2**31, "uint32": 2**32, "int64": 2**63}


@cache
def discovery() -> Json:
    """sheets.v4.json as google-api-python-client ships it (schemas, methods, parameters)."""
    document = files("googleapiclient.discovery_cache.documents").joinpath("sheets.v4.json")
    found: Json = json.loads(document.read_text(encoding="utf-8"))
    return found


@cache
def _routes() -> list[tuple[str, re.Pattern[str], Json]]:
    def walk(resource: Json) -> list[Json]:
        own = list(resource.get("methods", {}).values())
        return own + [m for child in resource.get("resources", {}).values() for m in walk(child)]

    found = []
    for method in walk(discovery()):
        path = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+?)", re.escape("/" + method["path"]))
        found.append((method["httpMethod"], re.compile(path), method))
    return sorted(found, key=lambda route: -len(route[2]["path"]))


def find_method(http_method: str, path: str) -> tuple[Json, dict[str, str]] | None:
    """The method of the discovery document that a path (still percent-encoded) means, and its path parameters."""
    for verb, pattern, method in _routes():
        if verb == http_method and (match := pattern.fullmatch(path)):
            return method, match.groupdict()
    return None


def _violation(message: str, field: str) -> Violation:
    violation = {"field": field, "description": message}
    return Violation(400, message, [{"@type": _BAD_REQUEST, "fieldViolations": [violation]}])


@cache
def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def check_body(body: object, schema_name: str) -> Json:
    """The body without its nulls, or Violation where Google would not have understood it."""
    found = _checked(body, {"$ref": schema_name}, "data" if schema_name == "ValueRange" else "")
    if not isinstance(found, dict):
        raise _violation("Invalid JSON payload received. Root element must be a message.", "")
    return found


def _checked(value: object, schema: Json, at: str) -> object:
    if "$ref" in schema:
        schema = discovery()["schemas"][schema["$ref"]]
    kind = schema.get("type", "any")
    if kind == "object" and isinstance(value, dict):
        return _checked_object(value, schema, at)
    if kind == "array" and isinstance(value, list):
        return [_checked(item, schema["items"], f"{at}[{i}]") for i, item in enumerate(value)]
    if kind == "any" or _fits(value, kind, schema):
        if isinstance(value, str) and kind in ("integer", "number"):
            return float(value) if kind == "number" else int(value)
        return value
    told = "type.googleapis.com/google.protobuf.ListValue"
    if kind != "array":
        told = f"TYPE_{schema.get('format') or kind}".upper()
    raise _violation(f"Invalid value at '{at or 'data'}' ({told}), {json.dumps(value)[:200]}", at)


def _checked_object(value: Json, schema: Json, at: str) -> Json:
    known: Json = schema.get("properties", {})
    out: Json = {}
    for name, part in value.items():
        if name not in known and "additionalProperties" not in schema:
            where = f" at '{at}'" if at else ""
            raise _violation(f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.', at)
        if part is not None:
            below = known.get(name) or schema["additionalProperties"]
            out[name] = _checked(part, below, f"{at}.{_snake(name)}".lstrip("."))
    return out


def _fits(value: object, kind: str, schema: Json) -> bool:
    if kind == "string":
        return isinstance(value, str) and ("enum" not in schema or value in schema["enum"])
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if kind == "integer":
        limit = _INT_LIMITS.get(schema.get("format", "int32"), 2**63)
        return float(value).is_integer() and -limit <= value < limit
    return kind == "number"


def check_query(query: dict[str, list[str]], method: Json) -> None:
    """Violation for a query parameter, or a value of one, that the method does not have."""
    known = {**discovery()["parameters"], **{k: p for k, p in method["parameters"].items() if p["location"] == "query"}}
    for name, values in query.items():
        if name not in known:
            told = f"Cannot bind query parameter. Field '{name}' could not be found in request message."
            raise _violation(f'Invalid JSON payload received. Unknown name "{name}": {told}', name)
        schema = known[name]
        if len(values) > 1 and not schema.get("repeated"):
            raise _violation(f"Invalid value at '{_snake(name)}' (repeated), not a list", name)
        for value in values:
            boolean = schema["type"] == "boolean"
            if not (value.lower() in ("true", "false") if boolean else _fits(value, schema["type"], schema)):
                raise _violation(f"Invalid value at '{_snake(name)}' (TYPE_ENUM), \"{value}\"", name)


@cache
def read_mask(text: str, schema_name: str) -> Mask:
    """A `fields` text (a,b(c,d),e.f or e/f,*) as a tree, held against the schema it selects from. Not to be changed."""
    mask: Mask = {}
    rest = _read_level(text.replace(" ", ""), mask, text)
    if rest:
        raise _mask_fault(text)
    _check_mask(mask, {"$ref": schema_name}, text)
    return mask


def _mask_fault(path: str) -> Violation:
    told = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    detail = {"@type": _BAD_REQUEST, "fieldViolations": [{"field": path, "description": told}]}
    return Violation(400, "Request contains an invalid argument.", [detail])


def _read_level(text: str, level: Mask, whole: str) -> str:
    """Read paths into `level` until the closing bracket or the end; gives what is left."""
    while True:
        match = re.match(r"[\w*]+(?:[./][\w*]+)*", text)
        if not match:
            raise _mask_fault(whole)
        here = level
        for name in re.split(r"[./]", match[0]):
            here = here.setdefault(name, {}) if name != "*" else here
        text = text[match.end() :]
        if text.startswith("("):
            text = _read_level(text[1:], here, whole)
            if not text.startswith(")"):
                raise _mask_fault(whole)
            text = text[1:]
        if not text.startswith(","):
            return text
        text = text[1:]


def _check_mask(mask: Mask, schema: Json, whole: str) -> None:
    while "$ref" in schema or schema.get("type") == "array":
        schema = discovery()["schemas"][schema["$ref"]] if "$ref" in schema else schema["items"]
    for name, below in mask.items():
        if name not in schema.get("properties", {}):
            raise _mask_fault(whole)
        if below:
            _check_mask(below, schema["properties"][name], whole)


def cut(answer: object, mask: Mask) -> object:
    """Only what the mask asks for. A mask of nothing asks for all."""
    if not mask:
        return answer
    if isinstance(answer, list):
        return [cut(item, mask) for item in answer]
    if isinstance(answer, dict):
        return {name: cut(answer[name], below) for name, below in mask.items() if name in answer}
    return answer


def laid_over(old: Json, new: Json, mask: Mask) -> Json:
    """`old` with the masked fields as they stand in `new`: absent there means gone here."""
    if not mask:
        return new
    out = dict(old)
    for name, below in mask.items():
        if below:
            part = laid_over(out.get(name, {}), new.get(name, {}), below)
        elif name in new:
            part = new[name]
        else:
            part = None
        if part in (None, {}):
            out.pop(name, None)
        else:
            out[name] = part
    return out


def only_known(mask: Mask, known: frozenset[str], what: str) -> None:
    """Unknown for a masked field that this server does not keep."""
    for name in mask:
        if name not in known:
            raise Unknown(f"the field {name} of {what}")
