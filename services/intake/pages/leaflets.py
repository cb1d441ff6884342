"""Paper for those without a phone: each service's leaflet and filled-in forms, and the poster "start here"."""

from collections.abc import Sequence

from fastapi import Request, Response

from services.intake.api.given import AtPrinter, Offered
from services.intake.domain.catalogue import Office, Paper, Procedure
from services.intake.domain.finding import LIFE_EVENTS
from services.intake.domain.outlook import handed_in_at
from services.intake.forms.frame import drawn
from services.intake.forms.leaflet import Leaflet, Listed, Poster, print_leaflet, print_poster
from services.intake.forms.sample import Sample, print_sample
from services.intake.templates import offer_words
from shared import door
from shared.auth import Anyone
from shared.calendar import local_day
from shared.door import Now
from shared.web.languages import Language

__all__ = ["leaflet", "poster", "router"]

VIETNAMESE = Language("vi", {})

router = door.router()


@router.get("/services/poster.pdf", include_in_schema=False)
async def start_here(request: Request, _: Anyone, printer: AtPrinter) -> Response:
    """The poster for the wall of a post office: start here."""
    url = _public_url(request)
    return _pdf(await printer.once(("poster", url), lambda: print_poster(poster(url))), "bat-dau-o-day.pdf")


@router.get("/services/{code}/leaflet.pdf", include_in_schema=False)
async def printed(request: Request, code: str, _: Anyone, offered: Offered, printer: AtPrinter, now: Now) -> Response:
    """What the service's page says, on one sheet of A5 with the QR of that page; each version is printed once."""
    day = local_day(now)
    procedure, url = offered.procedure(code, day), _public_url(request)
    counters = handed_in_at(procedure, offered, day)
    key = (procedure.code, procedure.version, VIETNAMESE.code, url, counters)
    filled = leaflet(procedure, counters, url)
    return _pdf(await printer.once(key, lambda: print_leaflet(filled)), f"{procedure.code}.pdf")


@router.get("/services/{code}/samples/{paper}.pdf", include_in_schema=False)
async def filled_in(
    request: Request, code: str, paper: str, _: Anyone, offered: Offered, printer: AtPrinter, now: Now
) -> Response:
    """How that paper's form is filled in, for the table beside the counter; each version is printed once."""
    procedure, url = offered.procedure(code, local_day(now)), _public_url(request)
    shown = sample(procedure, procedure.filled_in(paper), url)
    key = ("sample", procedure.code, procedure.version, paper, url)
    return _pdf(await printer.once(key, lambda: print_sample(shown)), f"{procedure.code}-{paper}-mau.pdf")


def leaflet(procedure: Procedure, counters: Sequence[Office], public_url: str) -> Leaflet:
    url = f"{public_url}/services/{procedure.code}"
    cases = (("", procedure.terms()), *((case.name, procedure.terms(case.code)) for case in procedure.cases))
    return Leaflet(
        kind="leaflet",
        qr=drawn(url),
        url=url,
        name=procedure.name,
        summary=procedure.summary,
        papers=tuple(_listed(paper, procedure) for paper in procedure.papers),
        terms=tuple((name, offer_words.term(terms, VIETNAMESE)) for name, terms in cases),
        fees=tuple((line.name, offer_words.fee(line, VIETNAMESE)) for line in procedure.fees),
        channels=tuple(offer_words.CHANNELS[channel] for channel in procedure.channels),
        home="Kết quả có thể được bưu tá mang đến nhà." if procedure.postal_return else "Kết quả nhận tại quầy.",
        counters=tuple(", ".join(filter(None, (it.name, it.address, it.phone))) for it in counters),
        code=procedure.code,
    )


def sample(procedure: Procedure, paper: Paper, public_url: str) -> Sample:
    url = f"{public_url}/services/{procedure.code}"
    return Sample(drawn(url), url, procedure.name, procedure.code, _named(paper), paper.sample)


def poster(public_url: str) -> Poster:
    url = f"{public_url}/services"
    return Poster("poster", drawn(url), url, tuple(LIFE_EVENTS.values()))


def _listed(paper: Paper, procedure: Procedure) -> Listed:
    names = {case.code: case.name for case in procedure.cases} | {"ordinary": "Trường hợp thông thường"}
    only = [names.get(case, case) for case in paper.cases]
    if paper.when:
        only.append(paper.when)
    if not paper.required and not only:
        only.append("không bắt buộc")
    return Listed(
        _named(paper),
        offer_words.pieces(paper, VIETNAMESE, is_online="online" in procedure.channels),
        "; ".join(only),
    )


def _named(paper: Paper) -> str:
    return f"{paper.name} ({paper.form})" if paper.form else paper.name


def _public_url(request: Request) -> str:
    return str(request.app.state.settings.public_url)


def _pdf(content: bytes, name: str) -> Response:
    headers = {"content-disposition": f'inline; filename="{name}"', "cache-control": "public, max-age=3600"}
    return Response(content, media_type="application/pdf", headers=headers)
