"""The index of searching: it is brought up to date behind the commands, and says which cases to look at.

It is ours, and the same on every database: of each word the cases in which it occurs, a block of 2,048 cases
in a row at a time (``workflows.case_sets``). So a word that a million cases share is five hundred short rows,
what several words have in common is found without reading any case, and the newest come first.

Words are only ever added: whoever searches looks into the cases found, and one that has lost the word is not
among them. Cases whose words are still to be noted are looked at in any case, so what was registered a second
ago is found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, text

from workflows.case_sets import bit_of, block_of, pack, unpack
from workflows.database import reading, transaction
from workflows.exclusive import exclusively
from workflows.references import is_reference
from workflows.tables import cases, search_due, search_words
from workflows.words import codes_of, words_of

#: So many changes are noted in one transaction.
AT_ONCE: Final = 2_048
#: Rows that are asked for by their keys in one statement.
_KEYS_AT_ONCE: Final = 2_000
#: Of the text of one case no more is looked at.
_LONGEST_TEXT: Final = 20_000
#: Moments, and names the machine has given: nobody searches for them.
_NO_TEXT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+-]+Z?|[0-9a-f]{8}-?[0-9a-f-]{20,}")

_Words = dict[tuple[str, int], dict[str, int]]


def texts_of(data: Mapping[str, Any]) -> Iterator[str]:
    """What is written in the data of a case (scope → names → values), without identities."""
    left = _LONGEST_TEXT
    for found in _texts(data):
        if left <= 0:
            return
        if not _NO_TEXT.fullmatch(found):
            yield found[:left]
            left -= len(found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        if not is_reference(value):
            for item in value.values():
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def regulation_word(definition_id: int) -> str:
    """The word every case of a regulation has; no text has it."""
    return f"#{definition_id}"


# --- bringing it up to date ---------------------------------------------------------------------------------

_DUE = select(search_due.c.id, search_due.c.case_id).order_by(search_due.c.id).limit(bindparam("most"))
_SETTLED = delete(search_due).where(search_due.c.id.in_(bindparam("ids", expanding=True)))
_TEXTS = select(
    cases.c.id, cases.c.organisation, cases.c.number, cases.c.title, cases.c.data, cases.c.definition_id
).where(cases.c.id.in_(bindparam("ids", expanding=True)))
#: Many rows by one statement with two parameters, whatever their number: a list for each column.
_KNOWN: Final = {
    "sqlite": text(
        "SELECT word, cases FROM search_words WHERE organisation = :organisation AND block = :block "
        "AND word IN (SELECT value FROM json_each(:words))"
    ),
    "postgresql": text(
        "SELECT word, cases FROM search_words WHERE organisation = :organisation AND block = :block "
        "AND word = ANY(CAST(:words AS text[]))"
    ),
}
_WRITE: Final = {
    "sqlite": text(
        "INSERT INTO search_words (organisation, word, block, cases) "
        "VALUES (:organisation, :word, :block, :cases) "
        "ON CONFLICT (organisation, word, block) DO UPDATE SET cases = excluded.cases"
    ),
    "postgresql": text(
        "INSERT INTO search_words (organisation, word, block, cases) "
        "SELECT :organisation, new.word, :block, new.cases "
        "FROM unnest(CAST(:words AS text[]), CAST(:sets AS bytea[])) AS new(word, cases) "
        "ON CONFLICT (organisation, word, block) DO UPDATE SET cases = excluded.cases"
    ),
}


def index_due(engine: Engine, *, most: int = AT_ONCE) -> int:
    """Note the words of cases that have changed, at most so many changes; returns how many.

    Texts are read before the transaction that writes: a case that changes meanwhile is due once more.
    """
    with reading(engine) as connection:
        due = [(row.id, row.case_id) for row in connection.execute(_DUE, {"most": most})]
        gathered = _gathered(connection, {case_id for _, case_id in due})
    if not due:
        return 0
    with transaction(engine) as connection:
        # What a word's cases are is read and written again: by one at a time.
        exclusively(connection, "search index")
        for (organisation, block), words in gathered.items():
            _add(connection, organisation, block, words)
        for ids in _parts([identifier for identifier, _ in due]):
            connection.execute(_SETTLED, {"ids": ids})
    return len(due)


def index_all_due(engine: Engine, *, chunks: int = 4, stopping: Callable[[], bool] = lambda: False) -> int:
    """Note changes until none is left, in at most so many transactions; returns how many."""
    noted = 0
    for _ in range(chunks):
        new = 0 if stopping() else index_due(engine)
        noted += new
        if new < AT_ONCE:
            break
    return noted


def _gathered(connection: Connection, ids: set[int]) -> _Words:
    found: _Words = defaultdict(lambda: defaultdict(int))
    for part in _parts(sorted(ids)):
        for row in connection.execute(_TEXTS, {"ids": part}):
            own, bit = found[row.organisation, block_of(row.id)], bit_of(row.id)
            data = orjson.loads(row.data).get("values", {})
            texts = (row.title, *texts_of(data))
            for word in words_of((row.number, *texts)) | codes_of(texts):
                own[word] |= bit
            own[regulation_word(row.definition_id)] |= bit
    return found


def _add(connection: Connection, organisation: str, block: int, words: dict[str, int]) -> None:
    place = {"organisation": organisation, "block": block}
    for part in _parts(list(words)):
        known = _known(connection, place, part)
        new = {word: known.get(word, 0) | words[word] for word in part}
        changed = {word: pack(found) for word, found in new.items() if found != known.get(word)}
        if changed:
            _write(connection, place, changed)


def _known(connection: Connection, place: Mapping[str, Any], words: list[str]) -> dict[str, int]:
    dialect = connection.dialect.name
    given: Any = orjson.dumps(words).decode() if dialect == "sqlite" else words
    found = connection.execute(_KNOWN[dialect], {**place, "words": given})
    return {row.word: unpack(row.cases) for row in found}


def _write(connection: Connection, place: Mapping[str, Any], sets: dict[str, bytes]) -> None:
    dialect = connection.dialect.name
    if dialect == "sqlite":
        rows = [{**place, "word": word, "cases": found} for word, found in sets.items()]
        connection.execute(_WRITE[dialect], rows)
    else:
        lists = {"words": list(sets), "sets": list(sets.values())}
        connection.execute(_WRITE[dialect], {**place, **lists})


def _parts(items: list[Any]) -> Iterator[list[Any]]:
    return (items[start : start + _KEYS_AT_ONCE] for start in range(0, len(items), _KEYS_AT_ONCE))


def waiting(connection: Connection, *, most: int) -> int:
    """How many changes are still to be noted, counted as far as ``most``."""
    some = select(search_due.c.id).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def begin_anew(connection: Connection) -> None:
    """Forget all words and have every case noted again. Until that is done, less is found than there is."""
    connection.execute(delete(search_words))
    connection.execute(delete(search_due))
    connection.execute(insert(search_due).from_select(["case_id"], select(cases.c.id).order_by(cases.c.id)))


# --- asking it ----------------------------------------------------------------------------------------------

#: Of each word so many blocks are read at first: where many cases have it, a page is full by then. Where
#: few have it, so many times as many are read the next time.
_FIRST_BLOCKS: Final = 8
_MORE: Final = 4
_LAST_BLOCK = select(func.max(cases.c.id))
_OF_WORDS = select(search_words.c.word, search_words.c.block, search_words.c.cases).where(
    search_words.c.organisation == bindparam("organisation"),
    search_words.c.word.in_(bindparam("words", expanding=True)),
    search_words.c.block > bindparam("above"),
    search_words.c.block <= bindparam("upto"),
)


def sets_of_words(
    connection: Connection, organisation: str, words: Iterable[str], *, upto: int
) -> Iterator[tuple[range, Mapping[int, Mapping[str, bytes]]]]:
    """Block → word → its cases as they are stored (``workflows.case_sets``), in spans of blocks.

    The spans begin with the newest block to be read, ``upto``, and become longer.
    """
    wanted = sorted(set(words))
    for span in _spans(upto):
        found: dict[int, dict[str, bytes]] = defaultdict(dict)
        asked = {"organisation": organisation, "above": span.start - 1, "upto": span.stop - 1}
        if wanted:
            for word, block, stored in connection.execute(_OF_WORDS, {**asked, "words": wanted}).all():
                found[block][word] = stored
        yield span, found


def _spans(upto: int) -> Iterator[range]:
    length = _FIRST_BLOCKS
    while upto >= 0:
        first = max(upto - length + 1, 0)
        yield range(first, upto + 1)
        upto, length = first - 1, length * _MORE


def newest_block(connection: Connection) -> int:
    """The block of the newest case."""
    return block_of(connection.execute(_LAST_BLOCK).scalar_one() or 0)
