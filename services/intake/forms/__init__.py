"""What intake prints: the forms of TT 01/2018/TT-VPCP and, since 15/9/2025, of TT 03/2025/TT-VPCP, as PDF on A5.

`FORMS` knows all that belong to one dossier, by their names in addresses; the register and the ticket are beside them.
"""

from collections.abc import Mapping
from typing import Literal

from services.intake.forms.apology import APOLOGY
from services.intake.forms.control import CONTROL
from services.intake.forms.filed import FILED
from services.intake.forms.frame import Form, Given
from services.intake.forms.refusal import REFUSAL
from services.intake.forms.slip import SLIP
from services.intake.forms.stop import STOP
from services.intake.forms.supplement import SUPPLEMENT

__all__ = ["FORMS", "Form", "FormName", "Given"]

FormName = Literal["filed", "slip", "supplement", "refusal", "apology", "stop", "control"]

FORMS: Mapping[FormName, Form] = {
    "filed": FILED,
    "slip": SLIP,
    "supplement": SUPPLEMENT,
    "refusal": REFUSAL,
    "apology": APOLOGY,
    "stop": STOP,
    "control": CONTROL,
}
