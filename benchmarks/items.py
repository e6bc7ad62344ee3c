"""What is measured, each beside its floor."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import jinja2
from lxml import etree
from sqlalchemy import delete, func, insert, select, text

from benchmarks.measure import Item
from benchmarks.world import RECOMMENDATIONS, SENTENCE, World
from nmrf.core.ctx import Ctx
from nmrf.core.roles import SYSTEM
from nmrf.feedback import service as feedback
from nmrf.feedback.models import Comment, CommentState, CommentWindow, Mode
from nmrf.outbox.models import Delivery, Message
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

AT_ONCE, POSTS, MAILS = 50, 200, 2_000
FEW = 2  # comments beside a paragraph of a text that has many
MATRIX = ROOT / "tests" / "data" / "matrices" / "svn-wg48.docx"
COMMENTED = jinja2.Environment(autoescape=True).from_string(
    "<!doctype html><title>x</title>{% for b in blocks %}"
    '<article id="p{{ b.paragraph_id }}" aria-label="Paragraph {{ b.number }}">'
    '<p><a href="#p{{ b.paragraph_id }}">{{ b.number }}</a></p><p dir="auto">{{ b.text }}</p>'
    '<p><a href="/comment?block={{ b.id }}">Comment on this paragraph</a></p></article>'
    "<details><summary>{{ counts[b.paragraph_id] }} comments</summary>"
    '{% for c in said[b.paragraph_id] %}<article id="c-{{ c.id }}">'
    '<p>Anonymous <a href="/comments/{{ c.id }}">{{ c.received_on }}</a></p>'
    '<div dir="auto">{{ c.text }}</div></article>{% endfor %}'
    '<p><a href="/comments/{{ b.paragraph_id }}">All</a></p></details>{% endfor %}{{ fill }}'
)
TEMPLATE = jinja2.Environment(autoescape=True).from_string(
    "<!doctype html><title>x</title><table>{% for row in rows %}<tr>"
    "{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>{{ fill }}"
)


def _page_floor(
    world: World, queries: list[str], values: dict[str, object], size: int
) -> Callable[[], str]:
    """Bare SQL and a compiled template that sends as many bytes."""
    statements = [text(query) for query in queries]
    fill = "x" * size

    def call() -> str:
        with world.database.engine.connect() as connection:
            rows = [
                [str(cell) for cell in row]
                for statement in statements
                for row in connection.execute(statement, values)
            ]
        return TEMPLATE.render(rows=rows, fill=fill)

    return call


def listing(world: World) -> Iterator[Item]:
    url = "/recommendations?position=supported&q=progress"
    page = world.get(url)
    size = len(page())
    floor = _page_floor(
        world,
        [
            "SELECT count(*) FROM recommendation WHERE cycle_id = :c AND position = 'supported'"
            " AND search_text LIKE '% progress %'",
            "SELECT position, count(*) FROM recommendation WHERE cycle_id = :c GROUP BY position",
            "SELECT id, number, text, position, status FROM recommendation WHERE cycle_id = :c"
            " AND position = 'supported' AND search_text LIKE '% progress %'"
            " ORDER BY sort_key LIMIT 50",
        ],
        {"c": world.cycle_id},
        max(0, size - 12_000),
    )
    yield Item("list: 50 of 5,000, filters", page, floor, world.statements(page), f"{size:,} bytes")


def document(world: World) -> Iterator[Item]:
    """Like the page, the floor counts the comments of each paragraph and shows the first two."""
    page = world.get(f"/reports/versions/{world.version_id}/comments")
    size = len(page())
    place = (
        func.row_number()
        .over(partition_by=Comment.paragraph_id, order_by=(Comment.received_on, Comment.id))
        .label("place")
    )
    on_it = (Comment.version_id == world.version_id, Comment.state == CommentState.SHOWN)
    first = (
        select(Comment.paragraph_id, Comment.id, Comment.text, Comment.received_on, place)
        .where(*on_it)
        .subquery()
    )
    fill = ""

    def floor() -> str:
        with world.database.engine.connect() as connection:
            blocks = connection.execute(
                select(Block.id, Block.paragraph_id, Block.number, Block.text)
                .where(Block.version_id == world.version_id)
                .order_by(Block.position)
            ).all()
            counts = dict(
                connection.execute(
                    select(Comment.paragraph_id, func.count())
                    .where(*on_it)
                    .group_by(Comment.paragraph_id)
                )
                .tuples()
                .all()
            )
            said = defaultdict(list)
            for row in connection.execute(select(first).where(first.c.place <= FEW)):
                said[row.paragraph_id].append(row)
        return COMMENTED.render(blocks=blocks, counts=counts, said=said, fill=fill)

    fill = "x" * max(0, size - len(floor().encode()))
    yield Item(
        "document: 300 paragraphs, 2,000 c.", page, floor, world.statements(page), f"{size:,} bytes"
    )


def posting(world: World) -> Iterator[Item]:
    def post(_n: int) -> None:
        with world.database.writing() as session:
            ctx = Ctx(SYSTEM, world.clock.now(), session, world.house)
            window = session.get_one(CommentWindow, world.window_id)
            feedback.post(ctx, window, text=SENTENCE, mode=Mode.ANONYMOUS)

    def bare(n: int) -> None:
        with world.database.engine.begin() as connection:
            connection.execute(
                text("INSERT INTO throttle (key, starts_at, count) VALUES (:k, '2026-01-01', 1)"),
                {"k": f"{id(world)}-{n}-{next(_numbers)}"},
            )

    def at_once(work: Callable[[int], None]) -> Callable[[], None]:
        def call() -> None:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(work, range(POSTS)))

        return call

    _numbers = iter(range(10_000_000))
    yield Item(
        f"post: {POSTS} comments, {AT_ONCE} at once",
        at_once(post),
        at_once(bare),
        world.statements(lambda: post(0)),
    )


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


def mailing(world: World) -> Iterator[Item]:
    import smtplib
    import socket

    from aiosmtpd.controller import Controller

    from nmrf.outbox.sending import send_due
    from nmrf.outbox.smtp import SmtpTransport

    class Sink:
        async def handle_DATA(self, *_given: object) -> str:  # noqa: N802 - aiosmtpd's name
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    round_ = iter(range(1_000_000))

    def queue() -> None:
        n = next(round_)
        now = world.clock.now()
        with world.database.engine.begin() as connection:
            connection.execute(delete(Delivery))
            connection.execute(delete(Message))
            connection.execute(
                insert(Message),
                [
                    {
                        "dedupe_key": f"bench:{n}:{i}",
                        "kind": "bench",
                        "to_name": f"Person {i}",
                        "to_address": f"person{i}@example.org",
                        "language": "en",
                        "subject": "What waits for you",
                        "body": SENTENCE * 5,
                        "why": "this is a measurement.",
                        "subject_type": "cycle",
                        "subject_id": "1",
                        "created_at": now,
                        "not_before": now,
                    }
                    for i in range(MAILS)
                ],
            )

    def service() -> None:
        queue()
        with SmtpTransport("127.0.0.1", port) as transport:
            while True:
                counts = send_due(world.database, world.house, world.clock, transport)
                if not counts or not sum(counts.values()):
                    break

    def floor() -> None:
        queue()
        message = f"Subject: What waits for you\r\n\r\n{SENTENCE}\r\n"
        with smtplib.SMTP("127.0.0.1", port) as server:
            for i in range(MAILS):
                server.sendmail("a@example.org", [f"person{i}@example.org"], message)

    try:
        yield Item(f"mail: {MAILS:,} messages", service, floor)
    finally:
        controller.stop()


ITEMS: dict[str, Callable[[World], Iterator[Item]]] = {
    "list": listing,
    "document": document,
    "post": posting,
    "word": word,
    "import": importing,
    "mail": mailing,
}
