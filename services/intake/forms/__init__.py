"""What intake prints: the forms of TT 01/2018/TT-VPCP (since 1/7/2025 TT 03/2025/TT-VPCP) as PDF, A5."""

from services.intake.forms.slip import SlipForm, print_slip, slip

__all__ = ["SlipForm", "print_slip", "slip"]
