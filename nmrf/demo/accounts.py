"""The accounts of the demonstration: one for each role, all with the same password."""

from __future__ import annotations

from nmrf.accounts import service
from nmrf.rehearsal.people import BODIES, PARTS, Part, role_of
from nmrf.rehearsal.play import Play
from nmrf.settings import Settings

PASSWORD = "harbour lantern review"  # noqa: S105 - printed for whoever tries the demonstration
# Who is shown first: one account for each role.
SHOWN = (
    "administrator",
    "secretariat",
    "drafter",
    "focal:justice",
    "alternate:justice",
    "authority:justice",
    "commission:first",
    "minister",
    "ombudsman",
    "parliament",
    "stakeholder:network",
)


# Where the partners work and for whom, so that the reach of consultations can be counted.
PARTNERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "network": ("Capital", ("women_and_girls", "persons_deprived_of_their_liberty_and_detainees")),
    "inclusion": ("Second region", ("persons_with_disabilities",)),
    "youth": ("Third region", ("youth_and_juveniles", "children")),
}


def describe_partners(play: Play) -> None:
    """Say of civil society in which region it works, and for whom."""
    with play.acting() as ctx:
        for key, (region, groups) in PARTNERS.items():
            one = play.institution(key)
            service.change_institution(
                ctx,
                one,
                name=one.name,
                kind=one.kind,
                short_name=one.short_name,
                email=one.email,
                region=region,
                groups=groups,
            )


def open_doors(play: Play) -> None:
    """Give every person the one password."""
    with play.acting() as ctx:
        for key in play.people:
            service.set_password(ctx, play.person(key), PASSWORD)


def table(settings: Settings) -> str:
    """The address and the accounts, as printed when the demonstration starts."""
    parts = {part.key: part for part in PARTS}
    rows = [("Role", "E-mail", "At")]
    rows += [(role_of(parts[key]), parts[key].email, _place(parts[key])) for key in SHOWN]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    lines = [f"  {row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}" for row in rows]
    lines.insert(1, f"  {'-' * widths[0]}  {'-' * widths[1]}  {'-' * 30}")
    return "\n".join(
        [
            "",
            f"  {settings.site_name}: {settings.base_url}",
            f"  Mails are caught and shown at {settings.base_url}/caught-mail",
            "",
            f"  Password of every account: {PASSWORD}",
            "",
            *lines,
            "",
            "  The other ministries have focal.<name>@example.org and",
            "  authority.<name>@example.org, with: interior, labour, education, health, culture …",
            "  All people are fictional. Ctrl-C ends the demonstration.",
            "",
        ]
    )


def _place(part: Part) -> str:
    return next(body.name for body in BODIES if body.key == part.body)
