"""Processing over HTTP: read the request, change a case, show the answer."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Request

from services.processing.domain import Case, Outcome
from services.processing.store import Store
from shared import door
from shared.auth import AnyOfficial, CaseWorker, Leader, Specialist
from shared.documents import Documents, Stored, recognised
from shared.door import FromApp, FromStore, Key, Now, once
from shared.errors import NotFound
from shared.repository import Repository

__all__ = ["router"]

router = door.router(tags=["cases"])

Cases = Annotated[Repository[Case], FromStore("cases")]
Kept = Annotated[Store, FromApp("store")]
Results = Annotated[Documents, FromApp("results")]

LARGEST_RESULT = 20_000_000
"""Bytes."""


class UnknownResult(NotFound):
    """A result was named that was never uploaded here."""

    status = 422


@dataclass(frozen=True, slots=True)
class CompleteStep:
    step: str
    group: str = ""
    """The group that did it, inside the office."""


@dataclass(frozen=True, slots=True)
class RequestSupplement:
    papers: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class GoOn:
    reason: str
    """A code: why what is still wanted is not waited for."""


@dataclass(frozen=True, slots=True)
class Decide:
    outcome: Outcome
    result: str = ""
    """SHA-256 of the signed result, as `POST /results` answered it."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AnswerWithdrawal:
    granted: bool
    reason: str
    """A code; the words are on the form."""


@router.post("/cases/{dossier_id}/steps")
async def complete_step(dossier_id: UUID, done: CompleteStep, by: CaseWorker, cases: Cases, key: Key, now: Now) -> Case:
    """A step of the procedure is done."""
    same = once(key, done)
    return await cases.change(
        str(dossier_id), lambda case: case.complete(done.step, done.group, by=by, at=now), once=same
    )


@router.post("/cases/{dossier_id}/supplement-request")
async def request_supplement(
    dossier_id: UUID, wanted: RequestSupplement, by: Specialist, cases: Cases, key: Key, now: Now
) -> Case:
    """Ask for papers, once: the clock stops until each of them came under its code."""
    same = once(key, wanted)
    return await cases.change(
        str(dossier_id), lambda case: case.request_supplement(wanted.papers, wanted.reason, by=by, at=now), once=same
    )


@router.post("/cases/{dossier_id}/resumption")
async def go_on(dossier_id: UUID, going_on: GoOn, by: Specialist, cases: Cases, kept: Kept, key: Key, now: Now) -> Case:
    """Wait no longer for what is still wanted: the clock runs again, and the case goes on with what is there."""
    same = once(key, going_on)
    return await cases.change(
        str(dossier_id), lambda case: case.go_on(going_on.reason, kept.working, by=by, at=now), once=same
    )


@router.post("/cases/{dossier_id}/decision")
async def decide(
    dossier_id: UUID, decision: Decide, by: Leader, cases: Cases, results: Results, key: Key, now: Now
) -> Case:
    """Sign: the case is decided, and whether it is late is fixed."""
    id, same = str(dossier_id), once(key, decision)
    async with cases.answering_again(id, same):
        if decision.result and not await results.has(decision.result):
            raise UnknownResult("No such result was uploaded here: upload the signed file first.", about="result")
        return await cases.change(
            id, lambda case: case.decide(decision.outcome, decision.result, decision.reason, by=by, at=now), once=same
        )


@router.post("/cases/{dossier_id}/withdrawal")
async def answer_withdrawal(
    dossier_id: UUID, answer: AnswerWithdrawal, by: Leader, cases: Cases, key: Key, now: Now
) -> Case:
    """The applicant wants to withdraw: stop the case, or go on with it."""
    same = once(key, answer)
    return await cases.change(
        str(dossier_id),
        lambda case: (case.stop if answer.granted else case.refuse_withdrawal)(answer.reason, by=by, at=now),
        once=same,
    )


@router.get("/cases/{dossier_id}")
async def show(dossier_id: UUID, _: AnyOfficial, cases: Cases) -> Case:
    return await cases.get(str(dossier_id))


@router.get("/cases")
async def worklist(by: Specialist, kept: Kept, limit: int = 50) -> list[Case]:
    """The open cases of one's office and of those whose work it took over, the most urgent first."""
    return await kept.worklist(by.offices, limit=max(1, min(limit, 200)))


@router.post("/results", status_code=201)
async def upload(request: Request, _: Leader, results: Results) -> Stored:
    """Keep a signed result; its SHA-256 is its name."""
    kind, result = await recognised(request.stream())
    return await results.put(result, kind, most=LARGEST_RESULT)
