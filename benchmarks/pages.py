"""Pages and a comment, each beside the same statements and a compiled template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import jinja2
from sqlalchemy import func, select, text

from benchmarks.measure import Item
from benchmarks.world import SENTENCE, World
from nmrf.core.ctx import Ctx
from nmrf.core.roles import SYSTEM
from nmrf.feedback import service as feedback
from nmrf.feedback.models import Comment, CommentState, CommentWindow, Mode
from nmrf.reports.models import Block

AT_ONCE, POSTS = 50, 200
FEW = 2  # comments beside a paragraph of a text that has many
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


def listing(world: World) -> Iterator[Item]:
    """The floor sends the statements of the page by themselves, facets too, and fills a table."""
    page = world.get("/recommendations?position=supported&q=progress")
    size = len(page())
    asked = [one for one in world.asked(page) if one[0].startswith("SELECT")]
    fill = ""

    def floor() -> str:
        with world.database.engine.connect() as connection:
            answers = [connection.exec_driver_sql(*one).all() for one in asked]
        rows = [
            [str(cell) for cell in row] for row in max(answers, key=lambda rows: len(rows[:50]))
        ]
        return TEMPLATE.render(rows=rows[:50], fill=fill)

    fill = "x" * max(0, size - len(floor()))
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
