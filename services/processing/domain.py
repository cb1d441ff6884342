"""The case: its steps, its clock, its decision. Pure rules."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from shared import codes
from shared.calendar import Calendar, Policy, Term
from shared.contracts.intake import DossierAccepted, HomeBy, Terms
from shared.contracts.processing import (
    CaseDecided,
    CaseOpened,
    CaseStopped,
    ClockResumed,
    ClockStopped,
    DeadlineMoved,
    StepCompleted,
    SupplementRequested,
    WithdrawalRefused,
)
from shared.errors import Conflict, Forbidden, Refusal
from shared.events import Decision
from shared.people import SYSTEM, Person

__all__ = ["Case", "Done", "Move", "Outcome", "WentOn"]

Outcome = Literal["positive", "negative"]
DECIDED_ALREADY = "decided-already"
"""Why a wish to withdraw is refused that crossed the decision."""
WITH_WHAT_IS_THERE = (", giải quyết tiếp với giấy tờ đã có", ", and the work goes on with the papers that are there")
"""Ends the reason of a due date that moved without all the papers, in Vietnamese and English."""


class NotThisStep(Conflict):
    """The steps of a procedure follow one another."""


class AlreadyDecided(Conflict):
    pass


class StepsLeft(Conflict):
    """A case is decided when its steps are done."""


class WaitsForPapers(Conflict):
    """The clock stands still until the papers are there."""


class ClockRuns(Conflict):
    """No papers are waited for."""


class AskedBefore(Conflict):
    """Papers are asked for once; a second request makes the dossier late (QĐ 766/QĐ-TTg)."""


class AlreadyStopped(Conflict):
    """Nothing more is done with a case that was stopped."""


class NobodyAsked(Conflict):
    """The applicant did not ask to withdraw."""


class NotYourOffice(Forbidden):
    """Another office decides this case."""


class ReasonMissing(Refusal):
    """A request or a refusal says why (NĐ 61/2018 art. 15.3, 19.8), and so does who goes on without papers."""


class ResultMissing(Refusal):
    """A positive decision has a signed result: give the SHA-256 of its file."""


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done. `by` is an opaque id."""

    step: str
    at: datetime
    by: str
    group: str


@dataclass(frozen=True, slots=True)
class Move:
    """Why a due date moved, in words."""

    was_due_at: datetime
    due_at: datetime
    reason_vi: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class WentOn:
    """The office went on without papers that it had asked for. `by` is an opaque id, `reason` a code."""

    at: datetime
    by: str
    reason: str
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    code: str
    procedure: str
    version: int
    terms: Terms
    receiving_office: str
    competent_office: str
    home_by: HomeBy
    opened_at: datetime
    due_at: datetime
    done: tuple[Done, ...] = ()
    stopped_at: datetime | None = None
    requests: int = 0
    wanted: tuple[str, ...] = ()
    """What was asked for and did not come yet, by its codes; the clock stands until it is empty."""
    came_at: datetime | None = None
    """When the last came of what was asked for."""
    went_on: WentOn | None = None
    moves: tuple[Move, ...] = ()
    outcome: Outcome | None = None
    result: str = ""
    decided_at: datetime | None = None
    is_late: bool = False
    withdrawal_asked_at: datetime | None = None
    """Set while the applicant waits for an answer."""
    ended_at: datetime | None = None
    """When it was stopped (state 8)."""

    @property
    def subject(self) -> str:
        return self.id

    @property
    def next_step(self) -> str:
        """The step that is due now; empty where all are done, or where the procedure plans none."""
        left = self.terms.steps[len(self.done) :]
        return left[0] if left else ""

    @classmethod
    def open(cls, dossier: str, accepted: DossierAccepted) -> Decision[Self]:
        """State 4: a case for an accepted dossier, on the procedure version that it was accepted under."""
        case = cls(
            id=dossier,
            code=accepted.code,
            procedure=accepted.procedure,
            version=accepted.version,
            terms=accepted.terms,
            receiving_office=accepted.receiving_office,
            competent_office=accepted.competent_office,
            home_by=accepted.home_by,
            opened_at=accepted.received_at,
            due_at=accepted.due_at,
        )
        return case, CaseOpened(
            office=accepted.competent_office,
            role="system",
            code=case.code,
            procedure=case.procedure,
            version=case.version,
            competent_office=case.competent_office,
            steps=case.terms.steps,
            due_at=case.due_at,
        )

    def complete(self, step: str, group: str, *, by: Person, at: datetime) -> Decision[Self]:
        """The next planned step is done. A procedure that plans none takes any step, as often as it is done."""
        self._worked_on_by(by)
        codes.code(step, "step")
        self._waits_for_nothing()
        if self.terms.steps and step != self.next_step:
            raise NotThisStep(f"The next step is {self.next_step or 'the decision'}, not {step}.", about="step")
        case = replace(self, done=(*self.done, Done(step, at, by.id, group)))
        return case, StepCompleted(office=by.office, role=by.role, step=step, next_step=case.next_step, completed_at=at)

    def request_supplement(self, papers: tuple[str, ...], reason: str, *, by: Person, at: datetime) -> Decision[Self]:
        """State 5: papers are asked for, once, and the clock stops until each came under its code."""
        self._worked_on_by(by)
        if self.stopped_at or self.requests:
            raise AskedBefore("Papers were asked for before, and may be asked for once: decide on what is there.")
        if not papers or not reason.strip():
            raise ReasonMissing("Name the papers and the reason: both are printed on the form.", about="reason")
        for paper in (*papers, reason):
            codes.code(paper, "papers")
        case = replace(self, stopped_at=at, requests=self.requests + 1, wanted=papers)
        requested = SupplementRequested(office=by.office, role=by.role, papers=papers, reason=reason)
        return case, requested, ClockStopped(office=by.office, role=by.role, stopped_at=at)

    def supplement(self, papers: Collection[str], working: Calendar, *, by: Person, at: datetime) -> Decision[Self]:
        """Papers came. With the last of those that are wanted the clock runs again, from when it came.

        The due date moves by the procedure's policy. Other papers, and those that were brought before they were asked
        for, change nothing.
        """
        left = tuple(it for it in self.wanted if it not in papers)
        if self.stopped_at is None or at < self.stopped_at or left == self.wanted:
            return (self,)
        last = max(at, self.came_at or at)  # a part that was parked is heard behind a later one
        if left:
            return (replace(self, wanted=left, came_at=last),)
        case, *said = self._resumed(self.terms.supplement, working, by=by, at=last)
        return replace(case, came_at=last), *said

    def go_on(self, reason: str, working: Calendar, *, by: Person, at: datetime) -> Decision[Self]:
        """What is still wanted cannot be had, or is not needed: the clock runs again without it.

        Only the wait is left out of the time, whatever the policy: a term is counted again from its beginning once the
        papers are complete (NĐ 61/2018 art. 19.4).
        """
        self._worked_on_by(by)
        if self.stopped_at is None:
            raise ClockRuns("No papers are waited for: go on with the next step.")
        if not reason.strip():
            raise ReasonMissing("Say why it goes on without them: give the reason's code.", about="reason")
        went_on = WentOn(at, by.id, codes.code(reason, "reason"), self.wanted)
        since = max(at, self.stopped_at)
        case, *said = self._resumed("pause", working, by=by, at=since, ending=WITH_WHAT_IS_THERE)
        return replace(case, went_on=went_on), *said

    def _resumed(
        self, policy: Policy, working: Calendar, *, by: Person, at: datetime, ending: tuple[str, str] = ("", "")
    ) -> Decision[Self]:
        moved = working.moved(self.due_at, self.stopped_at or at, at, policy, self._term())
        move = Move(self.due_at, moved.due, moved.reason_vi + ending[0], moved.reason_en + ending[1])
        case = replace(self, stopped_at=None, wanted=(), due_at=moved.due, moves=(*self.moves, move))
        return (
            case,
            ClockResumed(office=by.office, role=by.role, resumed_at=at),
            DeadlineMoved(
                office=by.office,
                role="system",
                was_due_at=move.was_due_at,
                due_at=move.due_at,
                reason_vi=move.reason_vi,
                reason_en=move.reason_en,
            ),
        )

    def decide(self, outcome: Outcome, result: str, reason: str, *, by: Person, at: datetime) -> Decision[Self]:
        """State 9: signed and issued. Whether it is late is fixed here (QĐ 766/QĐ-TTg)."""
        self._worked_on_by(by)
        self._waits_for_nothing()
        if self.next_step:
            raise StepsLeft(f"{self.next_step} is not done yet: have it done first.")
        if outcome == "negative" and not reason.strip():
            raise ReasonMissing("A refusal says why: give the reason's code.", about="reason")
        if reason:
            codes.code(reason, "reason")
        if outcome == "positive" and not result:
            raise ResultMissing("Give the SHA-256 of the signed result.", about="result")
        asked = self.withdrawal_asked_at
        case = replace(
            self, outcome=outcome, result=result, decided_at=at, is_late=at > self.due_at, withdrawal_asked_at=None
        )
        decided = CaseDecided(
            office=by.office,
            role=by.role,
            code=case.code,
            outcome=outcome,
            reason=reason,
            result=result,
            competent_office=case.competent_office,
            receiving_office=case.receiving_office,
            home_by=case.home_by,
            late=case.is_late,
            decided_at=at,
        )
        return (case, decided, _too_late(by.office, by.role, at)) if asked else (case, decided)

    def ask_withdrawal(self, *, at: datetime) -> Decision[Self]:
        """State 7. After the decision it comes too late: it changes nothing, and is answered so."""
        if self.outcome:
            return self, _too_late(self.competent_office, SYSTEM.role, at)
        if self.ended_at:
            return (self,)
        return (replace(self, withdrawal_asked_at=at),)

    def send_home_by(self, home_by: HomeBy) -> Decision[Self]:
        """The applicant chose another way; after the decision the result is on its way already."""
        return (self,) if self.outcome or self.ended_at else (replace(self, home_by=home_by),)

    def stop(self, reason: str, *, by: Person, at: datetime) -> Decision[Self]:
        """State 8, because the applicant withdraws (TT 03/2025, form 05). Whether it is late is fixed here.

        While papers are waited for, as it was when they were asked for (QĐ 766/QĐ-TTg).
        """
        self._asked_of(by)
        late = (self.stopped_at or at) > self.due_at
        stopped = replace(self, ended_at=at, stopped_at=None, wanted=(), withdrawal_asked_at=None, is_late=late)
        return stopped, CaseStopped(
            office=by.office, role=by.role, reason=codes.code(reason, "reason"), late=late, stopped_at=at
        )

    def refuse_withdrawal(self, reason: str, *, by: Person, at: datetime) -> Decision[Self]:
        """Back to 4: it may not be withdrawn any more, for this reason."""
        self._asked_of(by)
        case = replace(self, withdrawal_asked_at=None)
        return case, WithdrawalRefused(
            office=by.office, role=by.role, reason=codes.code(reason, "reason"), refused_at=at
        )

    def _waits_for_nothing(self) -> None:
        if self.stopped_at:
            left = ", ".join(self.wanted)
            raise WaitsForPapers(
                f"The clock stands until these are there: {left}. A specialist may go on without them."
            )

    def _asked_of(self, by: Person) -> None:
        self._worked_on_by(by)
        if self.withdrawal_asked_at is None:
            raise NobodyAsked("The applicant did not ask to withdraw: decide the case.")

    def _worked_on_by(self, by: Person) -> None:
        if self.outcome:
            raise AlreadyDecided(f"It was decided before ({self.outcome}): nothing more can be done with it.")
        if self.ended_at:
            raise AlreadyStopped("It was stopped: nothing more can be done with it.")
        if not by.acts_for(self.competent_office):
            raise NotYourOffice(f"{self.competent_office} decides this case: let a colleague there do it.")

    def _term(self) -> Term:
        return Term(self.terms.unit, self.terms.amount)


def _too_late(office: str, role: str, at: datetime) -> WithdrawalRefused:
    """The answer to a wish to withdraw where the case is decided."""
    return WithdrawalRefused(office=office, role=role, reason=DECIDED_ALREADY, refused_at=at)
