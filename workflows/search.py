"""Searching the cases of an office: by number, title, matter, what is written in them, and by person.

What is found is what the person may read anyway. Of a case they do not read, but have a task in, only number
and title are searched, and the task is what they are led to. A person is found only as exactly named, and
only in cases whose identities the searcher may know (``workflows.reading.persons``).

The newest cases come first. Which cases to look into is known without reading any, by the index
(``workflows.search_index``); of those a bounded number is read for one page, however common the words are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, select

from workflows.case_sets import ALL, below, bit_of, block_of, cases_in, common, unpack
from workflows.cases import Actor
from workflows.clock import BEIJING
from workflows.database import among
from workflows.reading.access import may_see_case, own_tasks
from workflows.reading.case_file import CaseFile, CaseTask, open_files
from workflows.reading.persons import MOST as MOST_OF_A_PERSON
from workflows.reading.persons import Knowing, cases_referring, known_secret, references_for
from workflows.search_index import newest_block, regulation_word, sets_of_words, texts_of, waiting
from workflows.tables import cases, definitions, search_due
from workflows.words import holds, is_code, plain, terms_of, words_needed

#: So many cases are opened for one page, whether they are shown or not; of one person there are never more.
LOOK_AHEAD: Final = 500
#: So many are looked at for their state, day and regulation.
_LOOK_FURTHER: Final = 5_000
_OPENED_AT_ONCE: Final = 40
_LOOKED_AT_ONCE: Final = 1_000
#: Changes that are not noted yet are looked at, the latest so many.
_FRESH: Final = 200
#: Cases whose number begins as was asked; the latest so many.
_BEGINNING: Final = 300
#: Characters around what was found.
_AROUND: Final = 40
assert LOOK_AHEAD > MOST_OF_A_PERSON, "how many cases a person has must not show in how far was looked"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What somebody looks for; what is empty asks for nothing, but ``text`` must say something."""

    text: str
    #: ``open``, ``closed`` or ``cancelled``.
    status: str = ""
    #: Key of the regulation.
    regulation: str = ""
    #: First and last day on which the case was opened, in Asia/Shanghai.
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A case that was found."""

    case: CaseFile
    #: Whether the searcher reads the case; otherwise only the tasks in it that are theirs.
    reads: bool
    #: Tasks that are the searcher's, the oldest first.
    tasks: tuple[CaseTask, ...]
    #: The passage of the data in which something was found; empty where number or title says it.
    passage: str
    #: Whether an identity is what was asked for.
    is_person: bool


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of hits, and the id below which the next one begins; null on the last."""

    hits: tuple[Hit, ...]
    next: int | None
    #: How many cases were looked at, when the search stopped before it had looked at all of them.
    looked_at: int | None = None


def search(
    connection: Connection, question: Question, *, of: Actor, before: int | None = None, size: int
) -> Found:
    """A page of the cases that hold everything asked for and that the person may know of, newest first."""
    terms = terms_of(question.text)
    if not terms:
        return Found(hits=(), next=None)
    looking = _Looking(connection, question, of, terms, before if before is not None else 2**62)
    hits: list[Hit] = []
    for ids in looking.batches():
        for case in open_files(connection, ids):
            hit = looking.hit(case)
            if hit is not None:
                hits.append(hit)
            if len(hits) > size:
                return Found(hits=tuple(hits[:size]), next=hits[size - 1].case.id)
        if looking.is_far:
            return Found(hits=tuple(hits), next=looking.reached, looked_at=looking.looked_at)
    return Found(hits=tuple(hits), next=None)


def cases_holding(connection: Connection, text: str, *, of: Actor, most: int) -> list[int]:
    """Ids of at most so many cases that may hold everything asked for; neither looked into nor for whom."""
    terms = terms_of(text)
    if not terms:
        return []
    looking = _Looking(connection, Question(text=text), of, terms, 2**62, persons=False)
    return list(islice(looking.candidates(), most))


def regulations_in(connection: Connection, organisation: str) -> dict[str, str]:
    """Key → name of the regulations an organisation has or has had cases of, by name."""
    found = connection.execute(_DEFINITIONS, {"organisation": organisation})
    return dict(sorted(((row.key, row.name) for row in found), key=lambda pair: pair[1]))


def unnoted(connection: Connection) -> int:
    """How many changes searching does not know of yet, beyond those it looks at in any case; 0 as a rule."""
    return max(waiting(connection, most=100_000) - _FRESH, 0)


# --- what is asked for --------------------------------------------------------------------------------------

_DEFINITIONS = select(definitions.c.id, definitions.c.key, definitions.c.name).where(
    definitions.c.organisation == bindparam("organisation")
)


@dataclass(frozen=True, kw_only=True)
class _Term:
    """One part of a question, and where else than in its words a case may hold it."""

    text: str
    words: frozenset[str]
    #: Ids and keys of the regulations whose name holds it.
    regulations: frozenset[int]
    keys: frozenset[str]
    #: Cases of the person it names; and by block, with those whose number begins with it.
    persons: frozenset[int]
    others: Mapping[int, int]
    #: Whether it is the number of few cases, or how that begins: others hold it whole or not at all.
    is_number: bool

    @property
    def wanted(self) -> frozenset[str]:
        """Words that are to be looked up."""
        return frozenset({self.text}) if self.is_number else self.words

    def among(self, sets: Mapping[str, bytes], block: int) -> int:
        """The cases of a block that may hold it."""
        stored = [sets[word] for word in self.wanted if word in sets]
        found = common(stored) if len(stored) == len(self.wanted) else 0
        return found | _of_any(sets, self.regulations) | self.others.get(block, 0)


def _of_any(sets: Mapping[str, bytes], regulations: Iterable[int]) -> int:
    """The cases of a block that are of one of these regulations."""
    stored = (sets.get(regulation_word(one)) for one in regulations)
    return reduce(or_, (unpack(one) for one in stored if one is not None), 0)


def _by_block(ids: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in ids:
        found[block_of(one)] = found.get(block_of(one), 0) | bit_of(one)
    return found


# --- looking ------------------------------------------------------------------------------------------------


class _Looking:
    """One search: goes from the newest case to the oldest and knows how far it has come."""

    def __init__(
        self,
        connection: Connection,
        question: Question,
        of: Actor,
        terms: tuple[str, ...],
        before: int,
        *,
        persons: bool = True,
    ) -> None:
        self._secret = known_secret(connection, of.organisation) if persons else None
        self._connection, self._question, self._of, self._before = connection, question, of, before
        self._knowing = Knowing(connection, of)
        known = connection.execute(_DEFINITIONS, {"organisation": of.organisation}).all()
        self._asked_for = frozenset(row.id for row in known if row.key == question.regulation)
        raw = {plain(part): part for part in question.text.split()}
        self._terms = [self._term(text, raw.get(text, text), known) for text in terms]
        self._persons = self._of_person(question.text) if len(question.text.split()) > 1 else frozenset()
        #: Cases opened, and the id down to which everything was looked at.
        self.opened, self.looked_at, self.reached = 0, 0, before

    @property
    def is_far(self) -> bool:
        """Whether enough was looked at for one page."""
        return self.opened >= LOOK_AHEAD or self.looked_at >= _LOOK_FURTHER

    def _term(self, text: str, raw: str, known: Collection[Any]) -> _Term:
        matters = [row for row in known if holds(row.name, text)]
        persons = self._of_person(raw)
        numbers = numbered_like(self._connection, self._of.organisation, text, self._before)
        return _Term(
            text=text,
            words=frozenset(words_needed(text)),
            regulations=frozenset(row.id for row in matters),
            keys=frozenset(row.key for row in matters),
            persons=persons,
            others=_by_block({*persons, *numbers}),
            is_number=0 < len(numbers) < _BEGINNING and is_code(text),
        )

    def _of_person(self, said: str) -> frozenset[int]:
        references = references_for(self._secret, said)
        return cases_referring(self._connection, self._of.organisation, references, before=self._before)

    # --- which cases --------------------------------------------------------------------------------------

    def batches(self) -> Iterator[list[int]]:
        """Ids of cases to open, some at a time; their state, day and regulation are as asked."""
        candidates = self.candidates()
        filtered = self._is_filtered
        while ids := list(islice(candidates, _LOOKED_AT_ONCE if filtered else _OPENED_AT_ONCE)):
            self.looked_at += len(ids)
            left = self._left_of(ids)
            for start in range(0, len(left), _OPENED_AT_ONCE):
                part = left[start : start + _OPENED_AT_ONCE]
                self.opened += len(part)
                self.reached = part[-1]
                yield part
            self.reached = ids[-1]
            if self.is_far:
                yield []

    def candidates(self) -> Iterator[int]:
        """Ids of the cases that may hold everything, the newest first."""
        upto = min(newest_block(self._connection), block_of(self._before))
        anyway = _by_block({*self._fresh(), *self._persons})
        elsewhere = {block for term in self._terms for block in term.others} | anyway.keys()
        words = {word for term in self._terms for word in term.wanted}
        matters = {one for term in self._terms for one in term.regulations} | self._asked_for
        words |= {regulation_word(one) for one in matters}
        for span, found in sets_of_words(self._connection, self._of.organisation, words, upto=upto):
            for block in sorted(found.keys() | elsewhere, reverse=True):
                if block not in span:
                    continue
                wanted = self._among(found.get(block, {}), block) | anyway.get(block, 0)
                if block == block_of(self._before):
                    wanted &= below(self._before)
                yield from cases_in(block, wanted)

    def _among(self, sets: Mapping[str, bytes], block: int) -> int:
        found = ALL
        for term in self._terms:
            found &= term.among(sets, block)
            if not found:
                return 0
        return found & _of_any(sets, self._asked_for) if self._question.regulation else found

    def _fresh(self) -> frozenset[int]:
        """Cases whose last changes are not noted yet."""
        latest = select(search_due.c.case_id).order_by(search_due.c.id.desc()).limit(_FRESH)
        return frozenset(one for one in self._connection.scalars(latest) if one < self._before)

    @property
    def _is_filtered(self) -> bool:
        asked = self._question
        return bool(asked.status or asked.since or asked.until)

    def _left_of(self, ids: list[int]) -> list[int]:
        if not self._is_filtered:
            return ids
        asked = self._question
        wanted: list[ColumnElement[bool]] = [among(self._connection, cases.c.id, ids)]
        if asked.status:
            wanted.append(cases.c.status == asked.status)
        if asked.since is not None:
            wanted.append(cases.c.opened_at >= _start(asked.since))
        if asked.until is not None:
            wanted.append(cases.c.opened_at < _start(asked.until + timedelta(days=1)))
        query = select(cases.c.id).where(*wanted).order_by(cases.c.id.desc())
        return list(self._connection.scalars(query))

    # --- what of them is shown ------------------------------------------------------------------------------

    def hit(self, case: CaseFile) -> Hit | None:
        """The case as it is shown to the searcher; null when it is not what was asked for or not for them."""
        if case.organisation != self._of.organisation:
            return None
        if self._question.regulation not in ("", case.key):
            return None
        reads = may_see_case(self._of, case)
        tasks = tuple(own_tasks(self._of, case))
        if not (reads or tasks):
            return None
        texts = list(texts_of(case.data)) if reads else []
        named = self._names(case) if reads else False
        if not named and not all(self._holds(case, term, texts) for term in self._terms):
            return None
        return Hit(
            case=case,
            reads=reads,
            tasks=tasks,
            passage=self._passage(case, texts),
            is_person=named or (any(case.id in term.persons for term in self._terms) and self._knows(case)),
        )

    def _holds(self, case: CaseFile, term: _Term, texts: list[str]) -> bool:
        if case.number.startswith(term.text) or case.key in term.keys:
            return True
        if holds(case.number, term.text) or holds(case.title, term.text):
            return True
        if any(holds(text, term.text) for text in texts):
            return True
        return case.id in term.persons and may_see_case(self._of, case) and self._knows(case)

    def _names(self, case: CaseFile) -> bool:
        return case.id in self._persons and self._knows(case)

    def _knows(self, case: CaseFile) -> bool:
        return self._knowing.may(case)

    def _passage(self, case: CaseFile, texts: list[str]) -> str:
        sought = [term for term in self._terms if not holds(case.title, term.text)]
        for text in texts:
            for term in sought:
                if not holds(case.number, term.text) and holds(text, term.text):
                    return around(text, term.text)
        return ""


def around(text: str, term: str) -> str:
    """The part of a text in which a term stands, on one line."""
    line = " ".join(text.split())
    place = max(plain(line).find(term), 0)
    first = max(place - _AROUND, 0)
    behind = min(place + len(term) + _AROUND, len(line))
    return ("…" if first else "") + line[first:behind] + ("…" if behind < len(line) else "")


def numbered_like(connection: Connection, organisation: str, text: str, before: int = 2**62) -> list[int]:
    """Ids of the organisation's latest cases whose number begins so; an index seek."""
    # PostgreSQL compares by the rules of a language unless it is told to compare what is written.
    least, less = ("~>=~", "~<~") if connection.dialect.name == "postgresql" else (">=", "<")
    column = cases.c.number
    query = (
        select(cases.c.id)
        .where(
            cases.c.organisation == organisation,
            column.op(least, is_comparison=True)(text),
            column.op(less, is_comparison=True)(text + "\U0010ffff"),
            cases.c.id < before,
        )
        .limit(_BEGINNING)
    )
    return list(connection.scalars(query))


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, BEIJING)
