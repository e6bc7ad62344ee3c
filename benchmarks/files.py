"""Files in and out: a report as Word, and lists of recommendations."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from lxml import etree
from sqlalchemy import insert, select

from benchmarks.measure import Item
from benchmarks.world import RECOMMENDATIONS, SENTENCE, World
from nmrf.core.ctx import Ctx
from nmrf.core.roles import SYSTEM
from nmrf.paths import ROOT
from nmrf.recommendations.models import (
    Label,
    PositionChange,
    Recommendation,
    RecommendingState,
    recommendation_label,
)
from nmrf.reports.models import Block
from tests.factories.lists import TEMPLATE_HEADINGS, xlsx_file

MATRIX = ROOT / "tests" / "data" / "matrices" / "svn-wg48.docx"


def word(world: World) -> Iterator[Item]:
    """The floor writes the same paragraphs in their styles by lxml; the other parts are ready."""
    page = world.get(f"/reports/versions/{world.version_id}/word")
    with zipfile.ZipFile(io.BytesIO(page())) as made:
        others = {name: made.read(name) for name in made.namelist()}
    others.pop("word/document.xml")

    def floor() -> bytes:
        w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
        with world.database.engine.connect() as connection:
            rows = connection.execute(
                select(Block.text)
                .where(Block.version_id == world.version_id)
                .order_by(Block.position)
            ).all()
        document = etree.Element(w + "document")
        body = etree.SubElement(document, w + "body")
        for (words,) in rows:
            paragraph = etree.SubElement(body, w + "p")
            look = etree.SubElement(etree.SubElement(paragraph, w + "pPr"), w + "pStyle")
            look.set(w + "val", "NumberedParagraph")
            etree.SubElement(etree.SubElement(paragraph, w + "r"), w + "t").text = words
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in others.items():
                archive.writestr(name, content)
            archive.writestr("word/document.xml", etree.tostring(document))
        return buffer.getvalue()

    size = len(page())
    yield Item("word: 300 paragraphs", page, floor, world.statements(page), f"{size:,} bytes")


def importing(world: World) -> Iterator[Item]:
    from nmrf.cycles.service import create_cycle
    from nmrf.recommendations import importing as imports
    from nmrf.recommendations.models import ImportBatch

    data, name = MATRIX.read_bytes(), MATRIX.name
    sessions = iter(range(60, 1_000))

    def service() -> None:
        with world.database.session(writing=True) as session:
            ctx = Ctx(SYSTEM, world.clock.now(), session, world.house)
            cycle = create_cycle(ctx, session=next(sessions), number=4)
            imports.apply(ctx, cycle, data, name)
            session.rollback()

    def floor() -> None:
        w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            tree = etree.fromstring(archive.read("word/document.xml"))
        rows = []
        for n, row in enumerate(tree.iter(w + "tr")):
            cells = ["".join(cell.itertext()) for cell in row.iter(w + "tc")]
            rows.append(
                {
                    "cycle_id": world.cycle_id,
                    "number": f"floor.{n}",
                    "sort_key": f"{n:05}",
                    "text": cells[0],
                    "search_text": cells[0],
                    "parts": [],
                }
            )
        with world.database.engine.connect() as connection:
            connection.execute(insert(Recommendation), rows)
            connection.rollback()

    assert ImportBatch.__tablename__ == "import_batch"
    yield Item("import: a list of 254", service, floor, world.statements(service))

    name = "template.xlsx"
    data = xlsx_file(TEMPLATE_HEADINGS, *map(_template_row, range(RECOMMENDATIONS)))
    yield Item(
        f"import: {RECOMMENDATIONS:,} from xlsx",
        service,
        lambda: _bare_import(world, data),
        world.statements(service),
    )


def _template_row(n: int) -> tuple[str, ...]:
    return (
        f"{140 + n // 900}.{n % 900 + 1}",
        f"{SENTENCE} ({n})",
        "France\nViet Nam" if n % 2 else "Spain",
        "Supported" if n % 6 else "Noted",
        "A/HRC/59/15/Add.1",
        "3",
        "Norms",
        "A12 Acceptance of international norms\nRight to education",
        "Women & girls",
        "5, 16.3",
    )


def _bare_import(world: World, data: bytes) -> None:
    """What has to be written at least: a sheet into four tables, by executemany, unchecked."""
    from python_calamine import load_workbook

    day, moment = world.clock.now().date(), world.clock.now()
    lines = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1:]
    first = 1_000_000
    numbered = list(enumerate(lines, first))
    with world.database.engine.connect() as connection:
        connection.execute(
            insert(Label),
            [
                {"id": first + n, "scheme": "theme", "code": "floor", "name": str(n)}
                for n in range(5)
            ],
        )
        connection.execute(
            insert(Recommendation),
            [
                {
                    "id": n,
                    "cycle_id": world.cycle_id,
                    "number": f"floor.{line[0]}",
                    "sort_key": line[0],
                    "text": line[1],
                    "search_text": line[1],
                    "position": line[3].lower(),
                    "position_symbol": line[4],
                    "position_paragraph": line[5],
                    "theme_heading": line[6],
                    "parts": [],
                }
                for n, line in numbered
            ],
        )
        connection.execute(
            insert(RecommendingState),
            [
                {"recommendation_id": n, "place": place, "name": name, "code": "XXX"}
                for n, line in numbered
                for place, name in enumerate(line[2].split("\n"))
            ],
        )
        connection.execute(
            insert(recommendation_label),
            [
                {"recommendation_id": n, "label_id": first + k}
                for n, _l in numbered
                for k in range(5)
            ],
        )
        connection.execute(
            insert(PositionChange),
            [
                {
                    "recommendation_id": n,
                    "position": line[3].lower(),
                    "symbol": line[4],
                    "paragraph": line[5],
                    "on": day,
                    "recorded_at": moment,
                }
                for n, line in numbered
            ],
        )
        connection.rollback()
