"""Processing on the bus: a case for each accepted dossier, and its clock."""

from collections.abc import Awaitable

from services.processing.domain import Case
from services.processing.store import Store
from shared.bus import Hears
from shared.contracts.intake import DossierAccepted, DossierSupplemented, HomeChosen, WithdrawalAsked
from shared.events import Heard
from shared.heirs import ended_offices
from shared.people import Person

__all__ = ["HEARS"]

dossiers = Hears[Store]("intake.dossiers")
HEARS = (dossiers, ended_offices(Store))


@dossiers.on(DossierAccepted)
def open_case(heard: Heard[DossierAccepted], store: Store) -> Awaitable[object]:
    id = heard.envelope.subject
    return store.cases.create(id, lambda: Case.open(id, heard.event), cause=heard)


@dossiers.on(DossierSupplemented)
def papers_came(heard: Heard[DossierSupplemented], store: Store) -> Awaitable[object] | None:
    """What was brought before the dossier was accepted is intake's affair."""
    said = heard.event
    if not said.accepted:
        return None
    by, papers = Person("", "", said.role, said.office), {it.code for it in said.papers}
    return store.cases.change(
        heard.envelope.subject,
        lambda case: case.supplement(papers, store.working, by=by, at=said.supplemented_at),
        cause=heard,
    )


@dossiers.on(WithdrawalAsked)
def note_withdrawal(heard: Heard[WithdrawalAsked], store: Store) -> Awaitable[object] | None:
    """One that was never accepted has no case."""
    said = heard.event
    if not said.accepted:
        return None
    return store.cases.change(heard.envelope.subject, lambda case: case.ask_withdrawal(at=said.asked_at), cause=heard)


@dossiers.on(HomeChosen)
def send_home(heard: Heard[HomeChosen], store: Store) -> Awaitable[object] | None:
    """What was chosen before the dossier was accepted came with its acceptance."""
    said = heard.event
    if not said.accepted:
        return None
    return store.cases.change(heard.envelope.subject, lambda case: case.send_home_by(said.home_by), cause=heard)
