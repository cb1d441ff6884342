from services.intake.app import create
from services.intake.settings import IntakeSettings
from shared.service import serve

serve(create, IntakeSettings)
