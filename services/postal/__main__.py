from services.postal.app import create
from services.postal.settings import PostalSettings
from shared.service import serve

serve(create, PostalSettings)
