"""For demonstrations only: logins without passwords, and the main job performed before one's eyes."""
