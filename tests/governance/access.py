"""Every route asked as every role, with real requests on the demonstration state.

The result is compared with `access_matrix.toml`, which people review. To write it anew:
`python -m tests.governance.access`.
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path
from unittest import mock

from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.governance.site import HOST, ROLES, Site, Visit, load_site, open_site

MATRIX = Path(__file__).with_name("access_matrix.toml")
REDIRECTS = frozenset({301, 302, 303})
HEAD = """\
# Who gets what from which route, found by real requests on the demonstration state.
# open: answered (also: the input was bad) · sign-in: asked to sign in first
# state: has the right, but the state does not allow it now (409)
# refused: told why not (403) · hidden: as if it did not exist (404)
# A change here is a change of who may do what: review it as such.
"""


def outcome(status: int, location: str) -> str:
    """What an answer means for the person."""
    if status in REDIRECTS and "/sign-in" in location:
        return "sign-in"
    if status == 403:
        return "refused"
    if status == 404:
        return "hidden"
    if status == 409:
        return "state"
    if status >= 500:
        return "broken"
    return "open"


def examples(site: Site, visits: dict[str, list[Visit]]) -> dict[tuple[str, str], str]:
    """One address for each route and method, the first that somebody met; sorted for stability."""
    met: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for visited in visits.values():
        for visit in visited:
            met["GET", visit.endpoint].add(visit.url.partition("?")[0])
            if visit.mimetype != "text/html" or visit.status != 200:
                continue
            for method, url in visit.forms:
                found = site.endpoint_of(url, method)
                if found:
                    met[method, found[0]].add(url.partition("?")[0])
    return {key: min(urls, key=lambda url: (len(url), url)) for key, urls in met.items()}


def measure(site: Site, visits: dict[str, list[Visit]]) -> dict[str, dict[str, list[str]]]:
    """For each route: outcome -> roles. Nothing that the requests do is kept."""
    known = examples(site, visits)
    values = _values(site, known)
    # A page that somebody has just opened need not be opened again; where a redirect led is not
    # kept.
    opened = {
        (visit.role, visit.url): outcome(visit.status, "")
        for visited in visits.values()
        for visit in visited
        if visit.status not in REDIRECTS
    }
    result: dict[str, dict[str, list[str]]] = {}
    with mock.patch.object(Session, "commit", Session.rollback):
        for rule in sorted(site.app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                url = known.get((method, rule.endpoint)) or known.get(("GET", rule.endpoint))
                if rule.endpoint == "static":
                    continue
                if url is None:
                    url = _built(site, rule, values)
                by_outcome: defaultdict[str, list[str]] = defaultdict(list)
                for role in ROLES:
                    kind = opened.get((role, url)) if method == "GET" else None
                    if kind is None:
                        with site.client(role).open(url, method=method, base_url=HOST) as answer:
                            to = answer.headers.get("Location", "")
                            kind = outcome(answer.status_code, to)
                    by_outcome[kind].append(role)
                result[f"{rule.endpoint} {method}"] = dict(by_outcome)
    return result


def _values(site: Site, known: dict[tuple[str, str], str]) -> dict[str, object]:
    """A value for each name that stands in an address, from the addresses that were met."""
    found: dict[str, object] = {}
    for (method, _endpoint), url in sorted(known.items()):
        match = site.endpoint_of(url, method)
        for name, value in (match[1] if match else {}).items():
            found.setdefault(name, value)
    return found


def _built(site: Site, rule: Rule, values: dict[str, object]) -> str:
    """An address for a route to which nothing in this state leads: a forged one, if need be."""
    given = {name: values.get(name, 1) for name in rule.arguments}
    given |= dict.fromkeys(rule.arguments & {"token", "code"}, "forged")
    return str(site.app.url_map.bind("nmrf.test").build(rule.endpoint, given))


def read() -> dict[str, dict[str, list[str]]]:
    """The reviewed matrix."""
    return tomllib.loads(MATRIX.read_text(encoding="utf-8"))


def write(matrix: dict[str, dict[str, list[str]]]) -> None:
    lines = [HEAD]
    for route, by_outcome in sorted(matrix.items()):
        lines.append(f'["{route}"]')
        for kind, roles in sorted(by_outcome.items()):
            listed = '["everyone"]' if len(roles) == len(ROLES) else str(roles).replace("'", '"')
            lines.append(f"{kind} = {listed}")
        lines.append("")
    MATRIX.write_text("\n".join(lines), encoding="utf-8")


def expand(matrix: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
    """The matrix with "everyone" spelled out."""
    return {
        route: {
            kind: list(ROLES) if roles == ["everyone"] else roles for kind, roles in found.items()
        }
        for route, found in matrix.items()
    }


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "copy").mkdir()
        site = open_site(load_site(folder), folder / "copy")
        visits = {role: list(site.crawl(role)) for role in ROLES}
        matrix = measure(site, visits)
        write(matrix)
        site.database.dispose()
    sys.stdout.write(f"{len(matrix)} routes × {len(ROLES)} roles\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
