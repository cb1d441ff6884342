from services.processing.app import create
from services.processing.settings import ProcessingSettings
from shared.service import serve

serve(create, ProcessingSettings)
