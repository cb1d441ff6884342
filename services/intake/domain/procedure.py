"""One version of an administrative procedure: its checklist by case, its time, its fees, and how it may be filed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.intake.domain.fees import Fee
from services.intake.domain.filing import Filing
from shared.calendar import Policy, Term, local_day
from shared.contracts.intake import Channel, HomeBy, PaperTicked, Terms
from shared.errors import NotFound, Refusal

__all__ = [
    "ORDINARY",
    "Case",
    "ChannelNotOffered",
    "FormLine",
    "LifeEvent",
    "MustComeInPerson",
    "NoPostalReturn",
    "NoSample",
    "Paper",
    "Power",
    "Procedure",
    "Role",
    "Step",
    "UnknownCase",
]

Power = Literal["P", "D", "C"]
"""Who decides: the province, the district (until 30/6/2025), the commune."""
Role = Literal["one-stop-officer", "specialist", "leader", "registry-clerk"]
LifeEvent = Literal[
    "birth", "marriage", "death", "home", "business", "land", "copies", "family-papers", "hardship", "school"
]
"""What happened in somebody's life, under which they look for a procedure."""
ORDINARY = "ordinary"
"""The case of whoever names none: a paper of this case is not asked for in the others."""
LARGEST_SCAN = 50_000_000
"""Bytes."""


class UnknownCase(Refusal):
    """The procedure has no such case (*trường hợp*)."""


class ChannelNotOffered(Refusal):
    """The procedure is not taken that way."""


class NoPostalReturn(Refusal):
    """The result is not sent by post."""


class MustComeInPerson(Refusal):
    """The applicant signs or shows papers before the official."""


class NoSample(NotFound):
    """The procedure has no such paper, or nobody filled it in as an example."""


@dataclass(frozen=True, slots=True)
class FormLine:
    """A line of a printed form, and what somebody wrote there. A sheet writes them with a colon between."""

    label: str
    """As it is printed; without a colon."""
    answer: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One line of the checklist: so many originals and copies on paper, or so many electronic files in their place.

    An original does where a copy is asked for. `electronic` 0 means that files cannot stand for the paper.
    """

    code: str
    name: str
    originals: int = 0
    copies: int = 0
    electronic: int = 1
    certified: bool = False
    """The copies are certified ones (*bản sao chứng thực*), or the original is shown beside them."""
    form: str = ""
    """The number of the printed form, where there is one."""
    required: bool = True
    cases: tuple[str, ...] = ()
    """The cases in which it is asked for; none: in all. `ordinary` is the case of whoever names none."""
    when: str = ""
    """What makes it needed, in words; empty: always."""
    sample: tuple[FormLine, ...] = ()
    """How its form is filled in (*mẫu điền sẵn*), by somebody who does not exist; in the form's order."""

    def is_met(self, handed: PaperTicked) -> bool:
        on_paper = (
            handed.originals >= self.originals and handed.originals + handed.copies >= self.originals + self.copies
        )
        return on_paper or 0 < self.electronic <= handed.electronic

    def is_asked_in(self, case: str) -> bool:
        return not self.cases or (case or ORDINARY) in self.cases


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the work in the back office, by whom, and for joint procedures at which agency and how long."""

    code: str
    name: str
    by: Role
    at: Power | None = None
    """Another level than the one that decides; None: the same."""
    term: Term | None = None
    """A deadline of its own (Decree 61/2018, art. 19.6)."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case (*trường hợp*) of a procedure that has its own time, and may have papers of its own."""

    code: str
    name: str
    term: Term


@dataclass(frozen=True, slots=True)
class Procedure:
    """One version of an administrative procedure, as it was in force from `valid_from` until the day `valid_until`.

    A version without an end is in force until a later version begins.
    """

    code: str
    name: str
    field: str
    valid_from: date
    competent: tuple[Power, ...]
    term: Term
    steps: tuple[Step, ...]
    papers: tuple[Paper, ...]
    free_steps: bool = False
    """No steps are planned: any may be recorded, as often as it is done (the log of another system, replayed)."""
    version: int = 1
    valid_until: date | None = None
    withdrawn_from: date | None = None
    """From this day on it is withdrawn; told by withdrawing it, and never taken back."""
    successor: str = ""
    """The code under which it goes on after `valid_until`."""
    summary: str = ""
    """What it is for, in a sentence that anybody understands."""
    life_events: tuple[LifeEvent, ...] = ()
    words: tuple[str, ...] = ()
    """Other words under which people look for it."""
    variants: tuple[str, ...] = ()
    """Suffixes under which the province or a service lists the same code: `000.00.00.H36`, `H36`, `01`."""
    level: Literal[1, 2, 3, 4] = 2
    """The online service level of 2020; not the levels of Decree 224/2026."""
    supplement: Policy = "restart"
    fees: tuple[Fee, ...] = ()
    cases: tuple[Case, ...] = ()
    channels: tuple[Channel, ...] = ("direct",)
    postal_collection: bool = False
    postal_return: bool = False
    presence: bool = False
    """The applicant must come in person."""
    agencies_online: bool = True
    """State agencies must file it online, wherever it is offered online."""
    immediate: bool = False
    """Done while the applicant waits: recorded, but without a slip unless asked for (`owes_slip`)."""
    sensitive: bool = False
    """It says too much of a person: adoption, a will, a disability. What opens without a login (tracking by code and
    digits, the payment page and its receipts, the queue's number) tells neither its name nor what would give it away:
    steps, papers, fees. Messages name no procedure at all."""
    largest_scan: int = LARGEST_SCAN
    """Bytes that one scan of its papers may have."""
    verified: bool = True
    """The code was found in a source; if not, `note` says what is unsure."""
    note: str = ""

    def terms(self, case: str = "") -> Terms:
        """What a dossier of this version is promised; an unknown case is the ordinary one."""
        term = next((known.term for known in self.cases if known.code == case), self.term)
        return Terms(term.unit, term.amount, self.supplement, tuple(step.code for step in self.steps))

    def owes_slip(self, filing: Filing, received_at: datetime, due_at: datetime) -> bool:
        """Whether the counter hands over a slip: always, but where it hands over the result (Decree 61/2018, 17.4).

        That is so where the case is promised in no time at all and somebody waits at the counter for it. When it is due
        follows from the terms as ever: after 15:00 on the next working day, and then with a slip.
        """
        is_at_once = self.immediate and not self.terms(filing.case).amount
        is_waited_for = filing.channel == "direct" and filing.home_by == "counter"
        return not (is_at_once and is_waited_for and local_day(due_at) == local_day(received_at))

    @property
    def sends_agencies_online(self) -> bool:
        """Whether counters turn state agencies away: not where nobody files it online."""
        return self.agencies_online and "online" in self.channels

    @property
    def is_void(self) -> bool:
        """Withdrawn before it began."""
        return self.withdrawn_from is not None and self.withdrawn_from <= self.valid_from

    def is_in_force(self, on: date) -> bool:
        """Whether its own dates hold on that day; of two versions the catalogue takes the later."""
        is_there = self.withdrawn_from is None or on < self.withdrawn_from
        return is_there and self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def checklist(self, case: str = "") -> tuple[Paper, ...]:
        """The papers of that case, in order; `""` and `ordinary` are the same. Raises `UnknownCase`."""
        if case and case != ORDINARY and case not in {known.code for known in self.cases}:
            known = ", ".join((*(it.code for it in self.cases), ORDINARY))
            raise UnknownCase(f"Procedure {self.code} has no case {case}: choose one of {known}.", about="case")
        return tuple(paper for paper in self.papers if paper.is_asked_in(case))

    def filled_in(self, code: str) -> Paper:
        """The paper with that code, for its sample. Raises `NoSample`."""
        if found := next((it for it in self.papers if it.code == code and it.sample), None):
            return found
        raise NoSample(f"Procedure {self.code} has no sample of a paper {code}: choose one from its page.", about=code)

    def missing(self, papers: Iterable[PaperTicked], case: str = "") -> tuple[Paper, ...]:
        """The required papers of the case that were not handed in, or not all of them, in the checklist's order.

        Raises `UnknownCase`.
        """
        handed = _handed_in(papers)
        return tuple(
            paper
            for paper in self.checklist(case)
            if paper.required and not paper.is_met(handed.get(paper.code, PaperTicked("")))
        )

    def check(self, channel: Channel, home_by: HomeBy, case: str = "") -> None:
        """Whether it may be filed that way and go home that way.

        Raises `UnknownCase`, `MustComeInPerson`, `ChannelNotOffered`, `NoPostalReturn`.
        """
        self.checklist(case)
        if self.presence and channel != "direct":
            raise MustComeInPerson("The applicant must come in person: file it at the counter.", about="channel")
        if channel not in self.channels or (channel == "post" and not self.postal_collection):
            ways = ", ".join(self.channels)
            raise ChannelNotOffered(
                f"Procedure {self.code} is not taken by the channel {channel}: choose one of {ways}.", about="channel"
            )
        if home_by == "post" and not self.postal_return:
            raise NoPostalReturn("This result is not sent by post: choose to collect it.", about="home_by")


def _handed_in(papers: Iterable[PaperTicked]) -> Mapping[str, PaperTicked]:
    """One line per paper, however many times it was ticked."""
    papers = tuple(papers)
    handed = {paper.code: paper for paper in papers}
    if len(handed) == len(papers):
        return handed
    originals, copies, electronic = Counter[str](), Counter[str](), Counter[str]()
    for paper in papers:
        originals[paper.code] += paper.originals
        copies[paper.code] += paper.copies
        electronic[paper.code] += paper.electronic
    return {code: PaperTicked(code, originals[code], copies[code], electronic[code]) for code in originals}
