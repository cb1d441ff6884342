from services.notify.app import create
from services.notify.settings import NotifySettings
from shared.service import serve

serve(create, NotifySettings)
